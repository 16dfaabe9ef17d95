//! Fetching published sets from servers that behave, and from servers that do not.

#![expect(clippy::unwrap_used, reason = "a test that cannot serve its own files has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ganscope::data::{
    DownloadConfig, DownloadError, DownloadProgress, MIRRORS_FILE, RemoteFile, RemoteSet, ServerFault, download,
};

/// A server may say nothing for so long. Only servers that stall on purpose reach it.
const PATIENCE: Duration = Duration::from_millis(400);

/// A file of 300,000 bytes, several chunks long: byte `i` is `i · 7 mod 251`.
fn content() -> Vec<u8> {
    (0..300_000_u32).map(|index| (index * 7 % 251) as u8).collect()
}

const FILE: RemoteFile = RemoteFile {
    name: "digits.gz",
    bytes: 300_000,
    sha256: "b1cf7538cf80d01efe3e0b8e45dc930048a138c7b6f8c4aff08f478e4695e631",
};
const SMALL: RemoteFile = RemoteFile {
    name: "labels.gz",
    bytes: 5,
    // Of the five letters `hello`.
    sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
};

/// One request as a server sees it.
struct Request {
    path: String,
    /// Where the answer is to begin.
    range: Option<usize>,
    /// How many requests came before.
    index: usize,
}

/// A server on this machine that answers every request in its own way, until the test ends.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&Request, &mut TcpStream) -> std::io::Result<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/set", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let serve = move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let Some(request) = read_request(&stream, log.lock().unwrap().len()) else { continue };
                log.lock().unwrap().push(match request.range {
                    Some(from) => format!("{} from {from}", request.path),
                    None => request.path.clone(),
                });
                // A client that hangs up is what some of these tests are about.
                let _closed = answer(&request, &mut stream);
            }
        };
        std::thread::Builder::new().name("server".to_owned()).spawn(serve).unwrap();
        Self { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream, index: usize) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.trim_start_matches("/set/").to_owned();
    let mut range = None;
    for line in lines {
        let line = line.ok()?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        range = range.or_else(|| line.strip_prefix("range: bytes=")?.trim_end_matches('-').parse().ok());
    }
    Some(Request { path, range, index })
}

fn head(stream: &mut TcpStream, status: &str, length: usize, more: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n")
}

/// Answers as a server should: all of it, or the rest of it.
fn serve(request: &Request, stream: &mut TcpStream) -> std::io::Result<()> {
    let content = if request.path == "labels.gz" { b"hello".to_vec() } else { content() };
    let from = request.range.unwrap_or(0);
    let rest = &content[from..];
    if from > 0 {
        let range = format!("Content-Range: bytes {from}-{}/{}\r\n", content.len() - 1, content.len());
        head(stream, "206 Partial Content", rest.len(), &range)?;
    } else {
        head(stream, "200 OK", rest.len(), "")?;
    }
    stream.write_all(rest)
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn target(&self) -> PathBuf {
        self.0.path().join("digits")
    }

    fn part(&self) -> PathBuf {
        self.0.path().join("digits.part/digits.gz.part")
    }

    fn fetch(&self, mirrors: &[&Server]) -> Result<PathBuf, DownloadError> {
        self.fetch_with(mirrors, &mut |_| ControlFlow::Continue(()))
    }

    fn fetch_with(
        &self,
        mirrors: &[&Server],
        progress: &mut dyn FnMut(DownloadProgress) -> ControlFlow<()>,
    ) -> Result<PathBuf, DownloadError> {
        let mirrors = mirrors.iter().map(|server| server.address.clone()).collect();
        let set = RemoteSet { key: "digits", files: vec![FILE, SMALL], mirrors };
        let config = DownloadConfig { folder: self.0.path().to_owned(), mirror: None, patience: PATIENCE };
        download(&set, &config, progress)
    }

    #[track_caller]
    fn expect_whole(&self) {
        assert!(fs::read(self.target().join("digits.gz")).unwrap() == content());
        assert_eq!(fs::read(self.target().join("labels.gz")).unwrap(), b"hello");
        assert_eq!(entries(&self.target()), 2);
        assert_eq!(entries(self.0.path()), 1, "nothing is left beside the set");
    }

    #[track_caller]
    fn expect_refused(&self, server: &Server) -> ServerFault {
        let error = self.fetch(&[server]).unwrap_err();
        assert!(!self.target().exists(), "half a set is there");
        let line = error.to_string();
        assert!(!line.contains('\n') && line.ends_with("/set/digits.gz"), "{line}");
        let DownloadError::Server { fault, .. } = error else { panic!("{error:?}") };
        fault
    }
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_set_appears_whole_and_progress_ends_at_all_of_it() {
    let (server, place) = (Server::start(serve), Place::new());
    let mut last = None;
    let fetched = place.fetch_with(&[&server], &mut |progress| {
        assert!(progress.bytes <= progress.total);
        last = Some(progress);
        ControlFlow::Continue(())
    });
    assert_eq!(fetched, Ok(place.target()));
    place.expect_whole();
    assert_eq!(last, Some(DownloadProgress { file: "labels.gz", bytes: 300_005, total: 300_005 }));
    assert_eq!(server.requests(), ["digits.gz", "labels.gz"]);
}

#[test]
fn what_is_cut_off_goes_on_where_it_ended() {
    let server = Server::start(|request, stream| match request.index {
        0 => {
            head(stream, "200 OK", 300_000, "")?;
            stream.write_all(&content()[..100_000])
        }
        _ => serve(request, stream),
    });
    let place = Place::new();
    place.fetch(&[&server]).unwrap();
    place.expect_whole();
    assert_eq!(server.requests()[1], "digits.gz from 100000");
}

#[test]
fn an_attempt_that_was_cancelled_goes_on_the_next_time() {
    let (server, place) = (Server::start(serve), Place::new());
    let stopped = place.fetch_with(&[&server], &mut |progress| {
        if progress.bytes > 150_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped, Err(DownloadError::Cancelled));
    assert!(!place.target().exists());
    let kept = fs::metadata(place.part()).unwrap().len();
    assert!((150_000..300_000).contains(&kept), "{kept}");
    place.fetch(&[&server]).unwrap();
    place.expect_whole();
    assert_eq!(server.requests()[1], format!("digits.gz from {kept}"));
}

#[test]
fn a_server_that_ignores_the_range_is_read_from_the_beginning() {
    let server = Server::start(|request, stream| match request.index {
        0 => {
            head(stream, "200 OK", 300_000, "")?;
            stream.write_all(&content()[..100_000])
        }
        _ => serve(&Request { range: None, path: request.path.clone(), ..*request }, stream),
    });
    let place = Place::new();
    place.fetch(&[&server]).unwrap();
    place.expect_whole();
}

#[test]
fn a_server_that_sends_another_range_is_asked_for_everything() {
    let server = Server::start(|request, stream| match request.range {
        Some(_) => {
            head(stream, "206 Partial Content", 10, "Content-Range: bytes 0-9/300000\r\n")?;
            stream.write_all(&content()[..10])
        }
        None if request.index == 0 => {
            head(stream, "200 OK", 300_000, "")?;
            stream.write_all(&content()[..100_000])
        }
        None => serve(request, stream),
    });
    let place = Place::new();
    place.fetch(&[&server]).unwrap();
    place.expect_whole();
}

#[test]
fn wrong_bytes_are_refused_and_not_kept() {
    let server = Server::start(|_, stream| {
        head(stream, "200 OK", 300_000, "")?;
        stream.write_all(&vec![1; 300_000])
    });
    let place = Place::new();
    assert_eq!(place.expect_refused(&server), ServerFault::WrongSum);
    assert_eq!(entries(place.0.path()), 0, "nothing is worth keeping");
}

#[test]
fn a_beginning_that_somebody_else_left_does_not_spoil_a_good_server() {
    let (place, server) = (Place::new(), Server::start(serve));
    fs::create_dir(place.part().parent().unwrap()).unwrap();
    for left in [vec![9; 1_000], vec![9; 300_000], vec![9; 400_000]] {
        fs::write(place.part(), left).unwrap();
        place.fetch(&[&server]).unwrap();
        place.expect_whole();
        fs::rename(place.target(), place.part().parent().unwrap()).unwrap();
        fs::remove_file(place.part().with_extension("")).unwrap();
    }
}

#[test]
fn more_bytes_than_published_are_refused_and_not_kept() {
    let server = Server::start(|_, stream| {
        head(stream, "200 OK", 900_000, "")?;
        stream.write_all(&vec![1; 900_000])
    });
    let place = Place::new();
    assert_eq!(place.expect_refused(&server), ServerFault::TooLong { expected: 300_000 });
    assert!(!place.part().exists());
}

#[test]
fn a_server_that_lies_about_the_length_is_given_up() {
    // It says that this is all.
    let server = Server::start(|_, stream| {
        head(stream, "200 OK", 50, "")?;
        stream.write_all(&content()[..50])
    });
    assert_eq!(Place::new().expect_refused(&server), ServerFault::TooShort { found: 50, expected: 300_000 });
    // It says that there is more, and hangs up.
    let server = Server::start(|_, stream| {
        head(stream, "200 OK", 300_000, "")?;
        stream.write_all(&content()[..50])
    });
    let fault = Place::new().expect_refused(&server);
    assert!(matches!(fault, ServerFault::Connection(_) | ServerFault::TooShort { .. }), "{fault:?}");
}

#[test]
fn a_server_that_stalls_is_given_up_after_a_while() {
    // Connections stay open while the test has their other ends.
    let open = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&open);
    let server = Server::start(move |request, stream| {
        if request.index == 0 {
            head(stream, "200 OK", 300_000, "")?;
            stream.write_all(&content()[..1_000])?;
        }
        kept.lock().unwrap().push(stream.try_clone()?);
        Ok(())
    });
    let place = Place::new();
    let fault = place.expect_refused(&server);
    assert!(matches!(fault, ServerFault::Connection(_)), "{fault:?}");
    assert_eq!(fs::metadata(place.part()).unwrap().len(), 1_000, "what came is kept");
    drop(open);
}

#[test]
fn where_one_mirror_fails_the_next_is_asked() {
    let place = Place::new();
    let missing = Server::start(|_, stream| head(stream, "404 Not Found", 0, ""));
    let wrong = Server::start(|request, stream| match request.path.as_str() {
        "digits.gz" => {
            head(stream, "200 OK", 300_000, "")?;
            stream.write_all(&vec![0; 300_000])
        }
        _ => serve(request, stream),
    });
    let good = Server::start(serve);
    assert_eq!(Place::new().expect_refused(&missing), ServerFault::Status(404));
    place.fetch(&[&missing, &wrong, &good]).unwrap();
    place.expect_whole();
    assert_eq!(good.requests(), ["digits.gz"], "the second file was there before");
}

#[test]
fn the_user_may_name_other_mirrors() {
    let (place, good) = (Place::new(), Server::start(serve));
    let missing = Server::start(|_, stream| head(stream, "404 Not Found", 0, ""));
    let list = place.0.path().join(MIRRORS_FILE);
    fs::write(&list, "{ not json").unwrap();
    let refused = place.fetch(&[&good]).unwrap_err();
    assert!(matches!(refused, DownloadError::BadMirrors { .. }), "{refused:?}");
    fs::write(&list, format!(r#"{{"digits": ["{}"]}}"#, good.address)).unwrap();
    place.fetch(&[&missing]).unwrap();
    assert!(missing.requests().is_empty());
    fs::remove_file(list).unwrap();
    place.expect_whole();
}

#[test]
fn files_take_their_places_in_a_folder_that_is_there() {
    let (place, server) = (Place::new(), Server::start(serve));
    fs::create_dir(place.target()).unwrap();
    fs::write(place.target().join("notes.txt"), "mine").unwrap();
    place.fetch(&[&server]).unwrap();
    assert_eq!(entries(&place.target()), 3);
    assert_eq!(fs::read(place.target().join("labels.gz")).unwrap(), b"hello");
}

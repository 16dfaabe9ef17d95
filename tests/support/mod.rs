//! What several tests need: folders of files, the program run as a script would run it, and the arrays of a model file.

#![expect(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use safetensors::SafeTensors;
use tempfile::TempDir;

/// Far longer than anything here takes on a slow machine: only a program that hangs reaches it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

/// A folder of files of its own, gone with the test.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and the folders that its name has.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// The bytes of a `.npy` file.
pub(crate) fn npy(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Exit status; `None` if a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// The outcome of a command that must have worked.
    #[track_caller]
    pub(crate) fn expect_success(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:#?}");
        self
    }

    /// Standard output as one JSON value a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// The program, to be run in `folder` without a display.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ganscope"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    command
}

/// Runs the program in `folder` to its end.
#[track_caller]
pub(crate) fn ganscope(folder: &Path, arguments: &[&str]) -> Outcome {
    finish(program(folder, arguments).spawn().unwrap())
}

/// Waits for a child's end and collects what it says.
#[track_caller]
pub(crate) fn finish(mut child: Child) -> Outcome {
    let stdout = child.stdout.take().map(read_all);
    let stderr = child.stderr.take().map(read_all);
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the program hangs: {:?}", stderr.map(std::thread::JoinHandle::join));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text =
        |reader: Option<std::thread::JoinHandle<String>>| reader.map_or_else(String::new, |it| it.join().unwrap());
    Outcome { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    let read = move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    std::thread::Builder::new().name("pipe".to_owned()).spawn(read).unwrap()
}

/// One line on standard error that begins with `error: ` and holds `words`, nothing else, and the right status.
#[track_caller]
pub(crate) fn assert_refused(outcome: &Outcome, status: i32, words: &[&str]) {
    assert_eq!(outcome.status, Some(status), "{outcome:#?}");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "one line on standard error: {outcome:#?}");
    assert!(lines[0].starts_with("error: "), "{outcome:#?}");
    for word in words {
        assert!(lines[0].contains(word), "`{word}` is not said: {}", lines[0]);
    }
    let message = lines[0].trim_start_matches("error: ");
    let parts: Vec<&str> = message.split(": ").collect();
    let says_all_once = parts.iter().enumerate().all(|(index, part)| !parts[..index].contains(part));
    assert!(says_all_once, "the same thing is said twice: {}", lines[0]);
    assert!(!outcome.stderr.contains("panicked"), "{outcome:#?}");
}

/// The newest checkpoint's model file of a run folder.
#[track_caller]
pub(crate) fn newest_model(run: &Path) -> PathBuf {
    let mut checkpoints: Vec<PathBuf> =
        fs::read_dir(run.join("checkpoints")).unwrap().map(|entry| entry.unwrap().path()).collect();
    checkpoints.sort();
    checkpoints.last().unwrap_or_else(|| panic!("no checkpoint in {}", run.display())).join("model.safetensors")
}

/// A model file taken apart: its arrays by name, and its description.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ModelParts {
    pub(crate) arrays: BTreeMap<String, Array>,
    pub(crate) description: serde_json::Value,
}

/// One array of 32-bit floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

impl ModelParts {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{error}: {}", path.display()));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let description = &metadata.metadata().as_ref().unwrap()["ganscope"];
        let arrays = SafeTensors::deserialize(&bytes).unwrap();
        let array = |view: safetensors::tensor::TensorView<'_>| Array {
            shape: view.shape().to_vec(),
            values: view.data().as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect(),
        };
        Self {
            arrays: arrays.iter().map(|(name, view)| (name.to_owned(), array(view))).collect(),
            description: serde_json::from_str(description).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn write(&self, path: &Path) {
        let bytes: BTreeMap<&str, Vec<u8>> = self
            .arrays
            .iter()
            .map(|(name, array)| (name.as_str(), array.values.iter().flat_map(|value| value.to_le_bytes()).collect()))
            .collect();
        let views = self.arrays.iter().map(|(name, array)| {
            let dtype = safetensors::Dtype::F32;
            let view = safetensors::tensor::TensorView::new(dtype, array.shape.clone(), &bytes[name.as_str()]);
            (name.as_str(), view.unwrap())
        });
        let metadata = std::collections::HashMap::from([("ganscope".to_owned(), self.description.to_string())]);
        fs::write(path, safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
    }

    /// The arrays of one network.
    pub(crate) fn network(&self, prefix: &str) -> BTreeMap<&str, &Array> {
        let named = |(name, array)| -> Option<(&str, &Array)> {
            let name: &String = name;
            let rest = name.strip_prefix(prefix)?.strip_prefix('.')?;
            Some((rest, array))
        };
        self.arrays.iter().filter_map(named).collect()
    }

    /// Whether every value of every array is a finite number.
    pub(crate) fn is_finite(&self) -> bool {
        self.arrays.values().all(|array| array.values.iter().all(|value| value.is_finite()))
    }
}

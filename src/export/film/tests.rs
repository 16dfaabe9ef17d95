//! Frames that are kept, drawn and written.

use super::frame::{HEIGHT, WIDTH};
use super::*;
use crate::export::ExportError;

const COLOURS: FilmColours = FilmColours {
    real: [0, 0, 200],
    generated: [250, 150, 0],
    discriminator: [180, 0, 180],
    generator: [0, 150, 0],
    text: [20, 20, 20],
};

fn tiles(value: u8) -> FilmScene {
    FilmScene::Pictures(Pictures { channels: 1, height: 4, width: 4, pixels: vec![value; 64 * 16] })
}

/// A film of `frames` at steps 0, 10, 20 …, with a step's losses between.
fn film(frames: u64) -> Film {
    let mut film = Film::new("Garments".to_owned());
    for frame in 0..frames {
        film.note(1.0 + frame as f32, 3.0);
        film.add(10 * frame, tiles((frame * 20) as u8));
    }
    film
}

#[test]
fn frames_grow_with_the_logarithm_of_the_steps() {
    let mut steps: Vec<u64> = Vec::new();
    for step in 0..1_000_000 {
        if Film::is_due(steps.last().copied(), step) {
            steps.push(step);
        }
    }
    assert!(steps[..48].iter().copied().eq(0..48), "the first steps have a frame each: {steps:?}");
    assert!((200..400).contains(&steps.len()), "{}", steps.len());
    assert!(steps.iter().rev().take(24).all(|&step| step > 300_000), "the last third is not one frame");
}

#[test]
fn a_frame_has_the_mean_of_the_losses_since_the_one_before() {
    let mut film = Film::default();
    film.add(0, tiles(0));
    film.note(1.0, 10.0);
    film.note(3.0, 20.0);
    film.add(2, tiles(0));
    film.note(7.0, f32::NAN);
    film.add(3, tiles(0));
    assert_eq!(film.losses(2, 0).collect::<Vec<_>>(), [(2.0, 2.0), (3.0, 7.0)]);
    assert_eq!(film.losses(2, 1).collect::<Vec<_>>(), [(2.0, 15.0)], "what is no number is left out");
    assert_eq!(film.losses(1, 0).collect::<Vec<_>>(), [(2.0, 2.0)], "a frame knows nothing of later ones");
}

#[test]
fn a_copy_of_a_film_shares_its_pictures_and_ends_where_it_was_made() {
    let mut film = film(3);
    let copy = film.clone();
    film.add(30, tiles(9));
    assert_eq!((copy.len(), copy.last_step(), film.last_step()), (3, Some(20), Some(30)));
    for (frame, copied) in film.frames.iter().zip(&copy.frames) {
        assert!(Arc::ptr_eq(&frame.scene, &copied.scene), "a copy of a long film takes no time and no memory");
    }
}

#[test]
fn a_run_that_goes_back_films_anew_from_there() {
    let mut film = film(5);
    film.add(15, tiles(9));
    assert_eq!(film.frames.iter().map(|frame| frame.step).collect::<Vec<_>>(), [0, 10, 15]);
}

#[test]
fn a_frame_shows_samples_and_losses_in_their_colours() {
    let film = film(6);
    let early = film.draw(1, COLOURS).unwrap();
    let late = film.draw(5, COLOURS).unwrap();
    assert_eq!((late.channels, late.width, late.height), (3, WIDTH, HEIGHT));
    let count = |picture: &Pictures, colour: [u8; 3]| {
        picture.pixels.as_chunks::<3>().0.iter().filter(|pixel| **pixel == colour).count()
    };
    for colour in [COLOURS.discriminator, COLOURS.generator] {
        assert!(count(&late, colour) > 100, "a line is {} pixels", count(&late, colour));
    }
    assert!(count(&early, [20; 3]) > 30_000 && count(&late, [100; 3]) > 30_000, "tiles of this value");
    assert_eq!(count(&late, [20; 3]).min(100), 100, "and words");
    assert!(matches!(film.draw(6, COLOURS), Err(ExportError::Empty)));
}

#[test]
fn pictures_of_every_size_fill_the_frame() {
    for side in [16, 28, 32, 64] {
        let mut film = Film::default();
        let pixels = vec![200; 36 * 3 * side * side];
        film.add(0, FilmScene::Pictures(Pictures { channels: 3, height: side, width: side, pixels }));
        let frame = film.draw(0, COLOURS).unwrap();
        let tiles = frame.pixels.as_chunks::<3>().0.iter().filter(|pixel| **pixel == [200; 3]).count();
        assert!(tiles > 130_000, "{side}: {tiles} of the scene's 214,000 pixels");
    }
}

#[test]
fn points_are_drawn_where_they_are() {
    let mut film = Film::default();
    film.add(0, FilmScene::Points { real: vec![[-0.5, 0.0]], fake: vec![[0.5, 0.0]], bounds: [[-1.0; 2], [1.0; 2]] });
    let frame = film.draw(0, COLOURS).unwrap();
    let is = |[red, _, blue]: &[u8; 3]| [blue.saturating_sub(*red) > 60, red.saturating_sub(*blue) > 60];
    let row = &frame.pixels.as_chunks::<3>().0[(40 + 464 / 2) * WIDTH..][..WIDTH];
    let column = |which: usize| row.iter().position(|pixel| is(pixel)[which]).unwrap();
    assert!(column(0).abs_diff(16 + 112) < 4 && column(1).abs_diff(16 + 336) < 4, "{} {}", column(0), column(1));
}

#[test]
fn losses_of_any_size_can_be_drawn() {
    for loss in [0.0, -1e30, 1e30, 1e-30] {
        let mut film = Film::default();
        for step in 0..3 {
            film.note(loss, loss);
            film.add(step, tiles(0));
        }
        film.draw(2, COLOURS).unwrap();
    }
}

#[test]
fn a_film_is_a_gif_or_numbered_pictures() {
    use image::AnimationDecoder as _;
    let folder = tempfile::tempdir().unwrap();
    let film = film(4);
    let animation = folder.path().join("new/film.gif");
    write_film(&film, &animation, COLOURS).unwrap();
    let bytes = std::fs::read(animation).unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 4);
    assert_eq!(frames[0].buffer().dimensions(), (WIDTH as u32, HEIGHT as u32));
    assert!(
        frames[3].delay().numer_denom_ms().0 > 10 * frames[2].delay().numer_denom_ms().0,
        "the end can be looked at"
    );

    let pictures = folder.path().join("film");
    write_film(&film, &pictures, COLOURS).unwrap();
    assert_eq!(names(&pictures), ["000000.png", "000001.png", "000002.png", "000003.png"]);
    let last = image::open(pictures.join("000003.png")).unwrap().to_rgb8();
    assert_eq!(last.into_raw(), film.draw(3, COLOURS).unwrap().pixels);
    assert!(matches!(write_film(&Film::default(), &pictures, COLOURS), Err(ExportError::Empty)));
}

fn names(folder: &std::path::Path) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn frames_of_two_films_are_never_mixed_and_half_a_film_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("film");
    write_film(&film(5), &out, COLOURS).unwrap();
    assert!(matches!(check_film_place(&out), Err(ExportError::FolderTaken { .. })));
    assert!(matches!(write_film(&film(2), &out, COLOURS), Err(ExportError::FolderTaken { .. })));
    assert_eq!(names(&out).len(), 5, "the film that was there is as it was");

    let mut broken = film(2);
    let uneven = Pictures { channels: 2, height: 4, width: 4, pixels: vec![0; 32 * 16] };
    broken.add(90, FilmScene::Pictures(uneven));
    write_film(&broken, &folder.path().join("broken"), COLOURS).unwrap_err();
    assert_eq!(names(folder.path()), ["film"], "nothing is left of a film that could not be drawn");
    check_film_place(&folder.path().join("new")).unwrap();
    check_film_place(&folder.path().join("new.gif")).unwrap();
}

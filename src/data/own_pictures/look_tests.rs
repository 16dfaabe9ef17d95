//! What is said of pictures before training is what training will see.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use image::{DynamicImage, LumaA, Rgb, Rgba, RgbaImage};

use super::*;
use crate::data::{Dataset as _, Pictures};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn picture(&self, name: &str, picture: impl Into<DynamicImage>) {
        picture.into().save(self.path().join(name)).unwrap();
    }

    /// A NumPy array of bytes.
    fn array(&self, shape: &str, values: &[u8]) -> PathBuf {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        let path = self.path().join("array.npy");
        fs::write(&path, [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()).unwrap();
        path
    }
}

fn look(path: &Path) -> Inspection {
    inspect(path, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn sorted(pictures: &Pictures) -> Vec<Vec<u8>> {
    let mut rows: Vec<Vec<u8>> = pictures.iter().map(<[u8]>::to_vec).collect();
    rows.sort();
    rows
}

#[track_caller]
fn assert_shown_as_trained_on(path: &Path) {
    let seen = look(path);
    let set = load(&seen.suggested, &mut |_| ControlFlow::Continue(())).unwrap();
    let trained_on = Pictures::from_signed(&set.evaluation(100, 1), set.shape()).unwrap();
    assert_eq!(trained_on.len(), seen.pictures);
    assert!(sorted(&seen.thumbnails) == sorted(&trained_on), "{seen:?}");
}

#[test]
fn pictures_that_cannot_be_read_are_not_counted() {
    let folder = Folder::new();
    for (class, count) in [("red", 6), ("blue", 4)] {
        fs::create_dir(folder.path().join(class)).unwrap();
        for index in 0..count {
            folder.picture(&format!("{class}/{index}.png"), RgbaImage::from_pixel(20, 20, Rgba([index, 0, 9, 255])));
        }
    }
    fs::write(folder.path().join("red/broken.png"), "nothing like a picture").unwrap();
    let seen = look(folder.path());
    let counts: Vec<_> = seen.classes.iter().map(|class| (class.name.as_str(), class.count)).collect();
    assert_eq!((seen.pictures, seen.looked_at, seen.skipped.count()), (10, 10, 1));
    assert_eq!(counts, [("blue", 4), ("red", 6)]);
    assert_eq!((seen.range, seen.sizes), ([0, 9], [[20, 20]; 2]));
}

#[test]
fn pictures_with_holes_are_shown_and_measured_on_the_paper_that_training_sees() {
    let folder = Folder::new();
    folder.picture("half.png", RgbaImage::from_fn(20, 20, |x, _| Rgba([0, 0, 0, if x < 10 { 0 } else { 255 }])));
    let seen = look(folder.path());
    assert_eq!((seen.range, seen.mean.to_bits(), seen.channels), ([0, 255], 127.5_f32.to_bits(), 1));
    assert_shown_as_trained_on(folder.path());

    folder.picture("soft.png", RgbaImage::from_fn(30, 24, |x, y| Rgba([200, 10 * y as u8, 0, 8 * x as u8])));
    let grey = image::ImageBuffer::from_fn(17, 40, |x, y| LumaA([6 * y as u8, 15 * x as u8]));
    folder.picture("grey.png", DynamicImage::ImageLumaA8(grey));
    assert_eq!(look(folder.path()).channels, 3);
    assert_shown_as_trained_on(folder.path());
}

#[test]
fn how_opaque_an_array_is_counts_neither_as_brightness_nor_as_colour() {
    let folder = Folder::new();
    let path = folder.array("(2, 16, 16, 4)", &[[10, 0, 200, 0]; 512].concat());
    let seen = look(&path);
    assert_eq!((seen.range, seen.mean.to_bits(), seen.channels), ([255, 255], 255.0_f32.to_bits(), 1));
    assert_shown_as_trained_on(&path);
}

#[test]
fn one_coloured_picture_among_those_looked_at_makes_them_coloured_though_it_is_not_shown() {
    let grey_or_red = |index: usize, red: usize| Rgb(if index == red { [200, 10, 10] } else { [90; 3] });
    let colours: Vec<u8> = (0..200).flat_map(|index| [grey_or_red(index, 0).0; 256]).flatten().collect();
    let folder = Folder::new();
    let seen = look(&folder.array("(200, 16, 16, 3)", &colours));
    assert_eq!((seen.looked_at, seen.channels, seen.suggested.channels), (200, 3, 3));
    let red = seen.examples.fitted(&PicturesConfig { size: 16, ..PicturesConfig::default() });
    assert!(red.pixels.iter().all(|&value| value == 90), "the coloured one is shown, which proves nothing");

    let folder = Folder::new();
    for index in 0..200 {
        folder.picture(&format!("{index:03}.png"), image::RgbImage::from_pixel(16, 16, grey_or_red(index, 1)));
    }
    let seen = look(folder.path());
    assert_eq!((seen.looked_at, seen.channels, seen.suggested.channels), (200, 3, 3));
}

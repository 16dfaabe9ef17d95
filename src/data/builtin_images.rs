//! The picture sets inside the program: Fashion-MNIST and pixel-art faces. Sources and licences: `assets/README.md`.

use std::sync::{Arc, OnceLock};

use super::{DataError, Idx, StoredSet, read_idx};
use crate::config::DatasetKind;

const FASHION_IMAGES: &[u8] = include_bytes!("../../assets/fashion-mnist-4k-images-idx3-ubyte.gz");
const FASHION_LABELS: &[u8] = include_bytes!("../../assets/fashion-mnist-4k-labels-idx1-ubyte.gz");
const FACES: &[u8] = include_bytes!("../../assets/dicebear-pixelart-16px-10k-images-idx4-ubyte.gz");

/// The class names of Fashion-MNIST, in the order of its labels.
pub(super) const FASHION_CLASSES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// Decoded once, shared by every run.
#[derive(Debug, Clone)]
struct Decoded {
    pixels: Arc<Vec<u8>>,
    labels: Arc<[u8]>,
}

/// 4,000 grey pictures of garments, 28×28, 400 of each of ten classes.
pub(super) fn fashion() -> Result<StoredSet, DataError> {
    static DECODED: OnceLock<Decoded> = OnceLock::new();
    let decoded = decoded_once(&DECODED, || {
        let images = read("the built-in Fashion-MNIST pictures", FASHION_IMAGES)?;
        let labels = read("the built-in Fashion-MNIST labels", FASHION_LABELS)?;
        Ok(Decoded { pixels: images.values.into(), labels: labels.values.into() })
    })?;
    let class_names = FASHION_CLASSES.map(String::from).into();
    StoredSet::new(DatasetKind::Fashion.shape(), decoded.pixels, decoded.labels, class_names)
}

/// 10,000 colour faces, 16×16, without classes.
pub(super) fn faces() -> Result<StoredSet, DataError> {
    static DECODED: OnceLock<Decoded> = OnceLock::new();
    let decoded = decoded_once(&DECODED, || {
        let images = read("the built-in pixel-art faces", FACES)?;
        Ok(Decoded { pixels: channel_first(&images).into(), labels: Arc::new([]) })
    })?;
    StoredSet::new(DatasetKind::Faces.shape(), decoded.pixels, decoded.labels, Vec::new())
}

fn decoded_once(
    cell: &OnceLock<Decoded>,
    decode: impl FnOnce() -> Result<Decoded, DataError>,
) -> Result<Decoded, DataError> {
    if let Some(decoded) = cell.get() {
        return Ok(decoded.clone());
    }
    let decoded = decode()?;
    Ok(cell.get_or_init(|| decoded).clone())
}

fn read(name: &'static str, bytes: &[u8]) -> Result<Idx, DataError> {
    read_idx(bytes).map_err(|cause| DataError::Idx { name, cause })
}

/// `[N, H, W, C]` → `[N, C, H, W]`.
fn channel_first(images: &Idx) -> Vec<u8> {
    let &[count, height, width, channels] = images.dimensions.as_slice() else {
        return images.values.clone();
    };
    let places = height * width;
    let mut values = Vec::with_capacity(count * places * channels);
    for picture in images.values.chunks_exact(places * channels) {
        for channel in 0..channels {
            values.extend(picture.iter().skip(channel).step_by(channels));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset as _, Pictures};

    #[test]
    fn fashion_has_four_hundred_pictures_of_each_class() {
        let fashion = fashion().unwrap();
        assert_eq!(fashion.len(), Some(4_000));
        assert_eq!(fashion.class_names().len(), 10);
        let mut counts = [0; 10];
        for label in fashion.batch_with_labels(1, 0, 4_000).labels {
            counts[usize::from(label)] += 1;
        }
        assert_eq!(counts, [400; 10]);
    }

    #[test]
    fn fashion_classes_are_in_the_order_of_the_labels() {
        // Trousers leave the columns at both sides dark; pullovers fill them with sleeves.
        let batch = fashion().unwrap().batch_with_labels(1, 0, 4_000);
        let mean_at_side = |class: u8| {
            let pictures = batch.samples.chunks(784).zip(&batch.labels).filter(|(_, label)| **label == class);
            let sides: Vec<f32> = pictures.flat_map(|(picture, _)| (0..28).map(|row| picture[28 * row + 5])).collect();
            sides.iter().sum::<f32>() / sides.len() as f32
        };
        let class = |name| u8::try_from(FASHION_CLASSES.iter().position(|class| *class == name).unwrap()).unwrap();
        assert!(mean_at_side(class("Trouser")) < -0.9);
        assert!(mean_at_side(class("Pullover")) > -0.2);
    }

    #[test]
    fn faces_come_back_as_the_bytes_they_were_stored_as() {
        let faces = faces().unwrap();
        assert_eq!(faces.len(), Some(10_000));
        let stored = read_idx(FACES).unwrap();
        assert_eq!(stored.dimensions, [10_000, 16, 16, 3]);
        // Channel first and back again, numbers and back again; one epoch holds each face once.
        let pictures = Pictures::from_signed(&faces.batch(1, 0, 10_000), faces.shape()).unwrap();
        let sorted = |bytes: &[u8]| {
            let mut faces: Vec<Vec<u8>> = bytes.chunks(768).map(<[u8]>::to_vec).collect();
            faces.sort_unstable();
            faces
        };
        assert!(sorted(&pictures.pixels) == sorted(&stored.values));
    }

    #[test]
    fn channel_first_moves_the_channels() {
        let images = Idx { dimensions: vec![2, 1, 2, 3], values: (0..12).collect() };
        assert_eq!(channel_first(&images), [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
    }
}

//! `ganscope features`: trains the small classifier whose features measures of pictures compare.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::args::FeaturesArgs;
use super::{note, open_device, print_line};
use crate::backend::DeviceChoice;
use crate::config::{DataConfig, DatasetKind, SampleShape};
use crate::data;
use crate::export;
use crate::gan::features::{self, ClassSet, Epoch, FeatureNetwork, LabelledPictures};

/// The pictures it is trained on.
const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 28, width: 28 };

/// Trains, tests and writes the network.
pub(super) fn run(args: &FeaturesArgs) -> anyhow::Result<()> {
    let garments = data::open(&DataConfig::of(DatasetKind::Fashion))?.class_names().to_vec();
    let digits = (0..10).map(|digit| digit.to_string()).collect();
    let sets = [("MNIST", "mnist", digits), ("Fashion-MNIST", "fashion-mnist", garments)];
    let (mut train, mut tests, mut class_sets) = (LabelledPictures::default(), Vec::new(), Vec::new());
    let mut first_class = 0;
    for (name, folder, classes) in sets {
        let folder = args.data.join(folder);
        let LabelledPictures { pixels, labels } = read(&folder, "train", first_class, classes.len())?;
        train.pixels.extend(pixels);
        train.labels.extend(labels);
        tests.push(read(&folder, "t10k", first_class, classes.len())?);
        first_class += classes.len();
        class_sets.push(ClassSet { name: name.to_owned(), classes });
    }
    let device = open_device(DeviceChoice::Cpu)?;
    let told = |Epoch { done, total, loss }| note(&format!("epoch {done} of {total}: loss {loss:.4}"));
    let mut network = features::train(class_sets, &train, args.seed, &device, told)?;
    let shares = tests.iter().map(|test| accuracy(&network, test)).collect::<anyhow::Result<Vec<f64>>>()?;
    network.note_test_accuracy(shares);
    let bytes = network.to_bytes()?;
    export::write_atomically(&args.out, &bytes)?;
    for (set, share) in network.info().sets.iter().zip(&network.info().test_accuracy) {
        print_line(&format!("{:16} {:.2} % of the test pictures", set.name, 100.0 * share))?;
    }
    print_line(&format!("{} bytes: {}", bytes.len(), args.out.display()))
}

/// The pictures of one IDX file with the labels of another, numbered from `first_class` on.
fn read(folder: &Path, part: &str, first_class: usize, classes: usize) -> anyhow::Result<LabelledPictures> {
    let images = read_idx(folder, &format!("{part}-images-idx3-ubyte"))?;
    let labels = read_idx(folder, &format!("{part}-labels-idx1-ubyte"))?;
    let count = labels.values.len();
    ensure!(
        images.dimensions == [count, 28, 28] && labels.values.iter().all(|&label| usize::from(label) < classes),
        "these are not pictures of 28×28 with a label each: {}",
        folder.display()
    );
    let first_class = u8::try_from(first_class).context("there are too many classes")?;
    Ok(LabelledPictures {
        pixels: images.values,
        labels: labels.values.into_iter().map(|label| first_class + label).collect(),
    })
}

/// An IDX file, compressed or not.
fn read_idx(folder: &Path, name: &str) -> anyhow::Result<data::Idx> {
    let plain = folder.join(name);
    let path = if plain.exists() { plain } else { folder.join(format!("{name}.gz")) };
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read the pictures: {}", path.display()))?;
    data::read_idx(&bytes).with_context(|| format!("cannot read the pictures: {}", path.display()))
}

/// Share of pictures whose class the network knows, among the classes of all sets.
fn accuracy(network: &FeatureNetwork, test: &LabelledPictures) -> anyhow::Result<f64> {
    let classes = network.info().sets.iter().map(|set| set.classes.len()).sum();
    let samples: Vec<f32> = test.pixels.iter().map(|&pixel| f32::from(pixel) / 127.5 - 1.0).collect();
    let described = network.describe(&samples, SHAPE).context("the features could not be computed")?;
    let found = described.likeliest(&(0..classes));
    let right = found.iter().zip(&test.labels).filter(|(found, label)| **found == usize::from(**label)).count();
    Ok(right as f64 / test.labels.len().max(1) as f64)
}

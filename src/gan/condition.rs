//! Conditional models: the class of each sample, in what the generator is fed and in the choice of a logit.
//!
//! The generator's input is a latent followed by the class as a one-hot row. The discriminator's last layer gives one logit
//! per class, and each sample's label picks its own. That is the projection discriminator (Miyato and Koyama 2018,
//! arXiv 1802.05637, equation 4): its logit is `V_y · φ(x) + ψ(φ(x))`, and with a linear `ψ` the sum of the embedding `V_y` and
//! of `ψ` is row `y` of one matrix. So both networks stay plain lists of layers.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::random::Random;

/// The class of each sample of a batch, on the device; nothing for an unconditional model.
#[derive(Debug, Clone)]
pub struct Labels(Option<Known>);

#[derive(Debug, Clone)]
struct Known {
    /// `[batch, 1]`.
    indices: Tensor<2, Int>,
    /// `[batch, classes]`.
    one_hot: Tensor<2>,
}

impl Labels {
    /// Those of an unconditional model.
    pub const NONE: Self = Self(None);

    /// The classes of a batch, each below `classes`; none where there are no classes.
    pub fn new(labels: &[u8], classes: usize, device: &Device) -> Self {
        if classes == 0 {
            return Self::NONE;
        }
        let batch = labels.len();
        let indices: Vec<i32> = labels.iter().map(|&label| i32::from(label)).collect();
        let rows = one_hot(labels.iter().map(|&label| usize::from(label)), classes);
        Self(Some(Known {
            indices: Tensor::from_data(TensorData::new(indices, [batch, 1]), device),
            one_hot: Tensor::from_data(TensorData::new(rows, [batch, classes]), device),
        }))
    }

    /// These samples' classes, then those of `others`.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0.zip(others.0).map(|(first, second)| Known {
            indices: Tensor::cat(vec![first.indices, second.indices], 0),
            one_hot: Tensor::cat(vec![first.one_hot, second.one_hot], 0),
        }))
    }

    /// The classes of the first `samples`, each `times` in a row.
    pub(super) fn repeated(&self, samples: usize, times: usize) -> Self {
        let repeated =
            |indices: Tensor<2, Int>| indices.narrow(0, 0, samples).repeat_dim(1, times).reshape([samples * times, 1]);
        Self(self.0.as_ref().map(|Known { indices, one_hot }| {
            let [_, classes] = one_hot.dims();
            let rows = one_hot.clone().narrow(0, 0, samples).repeat_dim(1, times);
            Known { indices: repeated(indices.clone()), one_hot: rows.reshape([samples * times, classes]) }
        }))
    }

    /// Each sample's logit: the one of its class, or the only one there is.
    ///
    /// # Shapes
    /// `[batch, classes]` or `[batch, 1]`, to `[batch, 1]`.
    pub fn pick(&self, logits: Tensor<2>) -> Tensor<2> {
        match &self.0 {
            Some(known) => logits.gather(1, known.indices.clone()),
            None => logits,
        }
    }

    /// The derivative of each picked logit for all of its sample's logits.
    ///
    /// # Shapes
    /// `[batch, classes]` or `[batch, 1]`, to the same.
    pub(super) fn pick_slope(&self, logits: Tensor<2>) -> Tensor<2> {
        match &self.0 {
            Some(known) => known.one_hot.clone(),
            None => logits.without_autodiff().ones_like(),
        }
    }
}

/// The class of the sample with a number, where none is asked for: always the same, and each class equally often.
pub fn class_of(number: u64, classes: usize) -> usize {
    (number % classes.max(1) as u64) as usize
}

/// Labels of `count` samples that stand for data with so many samples of each class: at every place the class that is furthest
/// behind its share, so that any first part has the shares of the data to within a sample or so; where they are equal, the classes
/// in turn. Data of other classes, or without any, says nothing about the shares: then they are equal too.
pub fn labels_like(class_counts: &[usize], classes: usize, count: usize) -> Vec<u8> {
    let total: i128 = class_counts.iter().map(|&count| count as i128).sum();
    if class_counts.len() != classes || total == 0 {
        return (0..count as u64).filter_map(|number| label_of(number, None, classes)).collect();
    }
    // Of each class, what it is behind its share, `(made so far) · share − (made of it)`, times the total.
    let mut behind = vec![0_i128; classes];
    let mut next = || {
        for (behind, &count) in behind.iter_mut().zip(class_counts) {
            *behind += count as i128;
        }
        let class = (0..classes).rev().max_by_key(|&class| behind[class])?;
        behind[class] -= total;
        u8::try_from(class).ok()
    };
    (0..count).filter_map(|_| next()).collect()
}

/// The label of the sample with a number: of the class asked for where there is one like that, else of its own; none where there
/// are no classes.
pub fn label_of(number: u64, asked: Option<usize>, classes: usize) -> Option<u8> {
    let class = asked.filter(|class| *class < classes).unwrap_or_else(|| class_of(number, classes));
    u8::try_from(class).ok().filter(|_| classes > 0)
}

/// Draws `count` labels, each class equally likely; none where there are no classes.
pub fn draw(classes: usize, count: usize, random: &mut Random) -> Vec<u8> {
    if classes == 0 {
        return Vec::new();
    }
    // There are at most 256 classes, which is what a label can name.
    (0..count).map(|_| random.below(classes as u32) as u8).collect()
}

/// A row a label: 1 at its class, 0 elsewhere.
///
/// # Shapes
/// To `[labels, classes]`, flat and row-major.
pub fn one_hot(labels: impl Iterator<Item = usize>, classes: usize) -> Vec<f32> {
    labels.flat_map(|label| (0..classes).map(move |class| if class == label { 1.0 } else { 0.0 })).collect()
}

/// What the generator is fed: each latent followed by its row of class shares.
///
/// # Shapes
/// `[count, latent_dim]` and `[count, classes]`, to `[count, latent_dim + classes]`, flat and row-major.
pub fn beside(latents: &[f32], latent_dim: usize, shares: &[f32]) -> Vec<f32> {
    let count = latents.len() / latent_dim;
    let classes = shares.len() / count.max(1);
    if classes == 0 {
        return latents.to_vec();
    }
    let rows = latents.chunks_exact(latent_dim).zip(shares.chunks_exact(classes));
    rows.flat_map(|(latent, shares)| latent.iter().chain(shares)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    #[test]
    fn each_label_picks_its_logit_and_its_gradient_goes_nowhere_else() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_data([[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]], &device);
        let labels = Labels::new(&[2], 3, &device).and(Labels::new(&[0], 3, &device));
        let tracked = logits.clone().autodiff().require_grad();
        let picked = labels.pick(tracked.clone());
        assert_eq!(numbers(picked.clone().without_autodiff()), [3.0, 4.0]);
        let gradients = (picked.sum() * 2.0).backward();
        let expected = labels.pick_slope(logits.clone()) * 2.0;
        assert_eq!(numbers(tracked.grad(&gradients).unwrap()), numbers(expected));
        assert_eq!(numbers(Labels::NONE.pick_slope(logits)), [1.0; 6]);
    }

    #[test]
    fn repeated_labels_pick_their_logit_of_each_copy() {
        let device = Device::flex();
        let labels = Labels::new(&[2, 0, 1], 3, &device).repeated(2, 2);
        let rows = [[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]];
        let logits = Tensor::<2>::from_data(rows, &device);
        assert_eq!(numbers(labels.pick(logits.clone())), [3.0, 6.0, 7.0, 10.0]);
        assert_eq!(numbers(labels.pick_slope(logits))[..6], [0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn latents_stand_beside_their_classes() {
        let shares = one_hot([1, 0].into_iter(), 2);
        assert_eq!(beside(&[0.5, 0.6, 0.7, 0.8], 2, &shares), [0.5, 0.6, 0.0, 1.0, 0.7, 0.8, 1.0, 0.0]);
        assert_eq!(beside(&[0.5, 0.6], 2, &[]), [0.5, 0.6]);
    }

    #[test]
    fn every_class_is_drawn_about_equally_often() {
        let labels = draw(5, 10_000, &mut Random::new(1, Stream::GeneratorLabels, 0));
        for class in 0..5_usize {
            let count = labels.iter().filter(|label| usize::from(**label) == class).count() as f64;
            // Five standard errors of a count of 2,000.
            assert!((count - 2_000.0).abs() < 200.0, "class {class}: {count}");
        }
        assert!(draw(0, 3, &mut Random::new(1, Stream::GeneratorLabels, 0)).is_empty());
        assert_eq!((0..4).map(|number| class_of(number, 3)).collect::<Vec<_>>(), [0, 1, 2, 0]);
    }

    #[test]
    fn labels_that_stand_for_data_have_its_shares_in_every_first_part() {
        assert_eq!(labels_like(&[6, 3, 1], 3, 10), [0, 1, 0, 0, 1, 0, 2, 0, 1, 0]);
        let counts = [700, 0, 250, 50];
        let labels = labels_like(&counts, 4, 2_000);
        for made in 1..=labels.len() {
            for (class, &count) in counts.iter().enumerate() {
                let of_class = labels[..made].iter().filter(|&&label| usize::from(label) == class).count();
                let share = made as f64 * count as f64 / 1_000.0;
                assert!(
                    (of_class as f64 - share).abs() <= 1.0,
                    "class {class} of the first {made}: {of_class}, {share}"
                );
            }
        }
    }

    #[test]
    fn labels_that_stand_for_balanced_or_other_data_are_the_classes_in_turn() {
        for counts in [&[9, 9, 9][..], &[1, 1, 1], &[2, 5], &[0, 0, 0], &[]] {
            assert_eq!(labels_like(counts, 3, 5), [0, 1, 2, 0, 1], "{counts:?}");
        }
        assert!(labels_like(&[3, 4], 0, 5).is_empty());
    }

    #[test]
    fn a_label_is_of_the_class_asked_for_where_there_is_one_like_that() {
        for (asked, label) in [(Some(2), 2), (Some(5), 3), (None, 3)] {
            assert_eq!(label_of(8, asked, 5), Some(label), "{asked:?}");
            assert_eq!(label_of(8, asked, 0), None);
        }
    }
}

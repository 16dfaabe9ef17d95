//! Counter-based random numbers: a pure function of seed, stream and step.
//!
//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011) turns a counter
//! into four random words without any state. The counter holds (block, stream, step) and the key holds the seed, so two
//! different (seed, stream, step) never share a block: a preview cannot disturb training, and a resumed run draws what
//! an uninterrupted one would have drawn.

/// What random numbers are used for. The numbers are part of what makes a run repeatable: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Stream {
    /// First weights of the generator.
    GeneratorInit = 0,
    /// First weights of the discriminator.
    DiscriminatorInit = 1,
    /// Real samples drawn afresh for a batch.
    RealBatch = 2,
    /// The order of stored samples within an epoch.
    Shuffle = 3,
    /// Latents of a discriminator update.
    DiscriminatorLatents = 4,
    /// Where between a real and a generated sample a gradient penalty is taken.
    Interpolation = 5,
    /// Flipped or smoothed labels.
    LabelNoise = 6,
    /// Numbered latents that stay the same while the networks change.
    FixedLatents = 7,
    /// Latents that metrics are computed from.
    Evaluation = 8,
    /// Latents of samples made on request.
    Sampling = 9,
    /// Noise added to the discriminator's inputs.
    InstanceNoise = 10,
    /// Small steps along which an approximate gradient penalty is taken.
    PenaltyNoise = 11,
    /// Random changes to real and generated samples.
    Augmentation = 12,
    /// First vectors of the power iteration behind spectral normalization.
    PowerIteration = 13,
    /// Units switched off by dropout.
    Dropout = 14,
    /// Latents of a generator update.
    GeneratorLatents = 15,
    /// Real samples that metrics are computed from: a stream of their own, so that they are independent of the latents.
    RealEvaluation = 16,
    /// Classes of the samples of a generator update.
    GeneratorLabels = 17,
    /// Classes of the samples of a discriminator update.
    DiscriminatorLabels = 18,
    /// Noise by which symbols of generated texts are drawn.
    GumbelNoise = 19,
    /// Letters that are drawn to try others in their place, and these places.
    LetterTrials = 20,
    /// Noise over texts in which they are tried.
    TrialNoise = 21,
    /// Which classes of a labelled subset have one sample more than the others.
    LabelledSubset = 32,
    /// First weights of the classifiers of an experiment.
    ClassifierInit = 33,
    /// Small changes to what a classifier learns from.
    ClassicAugmentation = 34,
    /// The seed of the order of what is mixed into a classifier's batches.
    BatchMix = 35,
}

/// A reproducible sequence of random numbers.
///
/// One sequence holds 2³⁴ 32-bit words before it repeats.
#[derive(Debug, Clone)]
pub struct Random {
    key: [u32; 2],
    /// Block index, stream, step (low word), step (high word).
    counter: [u32; 4],
    words: [u32; 4],
    words_used: usize,
    spare_normal: Option<f32>,
}

impl Random {
    /// The sequence that belongs to `seed`, `stream` and `step`.
    pub fn new(seed: u64, stream: Stream, step: u64) -> Self {
        let [step_low, step_high] = split(step);
        Self {
            key: split(seed),
            counter: [0, stream as u32, step_low, step_high],
            words: [0; 4],
            words_used: 4,
            spare_normal: None,
        }
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.words_used == self.words.len() {
            self.words = philox4x32_10(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.words_used = 0;
        }
        let word = self.words[self.words_used];
        self.words_used += 1;
        word
    }

    /// The next 64 random bits, low word first.
    pub fn next_u64(&mut self) -> u64 {
        let low = u64::from(self.next_u32());
        low | u64::from(self.next_u32()) << 32
    }

    /// A number in `[0, 1)`, one of 2²⁴ equally likely multiples of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        const STEP: f32 = 1.0 / (1 << 24) as f32;
        (self.next_u32() >> 8) as f32 * STEP
    }

    /// A number in `[low, high)`, up to rounding.
    pub fn uniform_in(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// A number from the standard normal distribution, always finite and within ±6.7.
    ///
    /// Box and Muller (1958), both values of a pair used. Computed in double precision, so that two mathematics
    /// libraries almost never differ once the value is rounded.
    pub fn normal(&mut self) -> f32 {
        const STEP: f64 = 1.0 / (1_u64 << 32) as f64;
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        // In (0, 1]: the logarithm of 0 would be infinite.
        let radius_uniform = (f64::from(self.next_u32()) + 1.0) * STEP;
        let angle_uniform = f64::from(self.next_u32()) * STEP;
        let radius = (-2.0 * radius_uniform.ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * angle_uniform).sin_cos();
        self.spare_normal = Some((radius * sine) as f32);
        (radius * cosine) as f32
    }

    /// An integer in `[0, bound)`, each equally likely; 0 if `bound` is 0.
    ///
    /// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019), algorithm 5.
    pub fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u32) < threshold {
                product = u64::from(self.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// Puts `items` into a random order, each order equally likely (Fisher and Yates, Durstenfeld's form).
    ///
    /// Meant for at most 2³² items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
            items.swap(last, self.below(bound) as usize);
        }
    }

    /// Fills `values` with numbers from the standard normal distribution.
    pub fn fill_normal(&mut self, values: &mut [f32]) {
        values.fill_with(|| self.normal());
    }

    /// Fills `values` with numbers in `[low, high)`.
    pub fn fill_uniform(&mut self, values: &mut [f32], low: f32, high: f32) {
        values.fill_with(|| self.uniform_in(low, high));
    }
}

/// Low word, high word.
fn split(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// Ten rounds of Philox 4×32 (Salmon et al. 2011, section 3.3 and table 2).
fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
    // The golden ratio and √3 - 1, as 32-bit fractions.
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    for _ in 0..10 {
        let [low_0, high_0] = split(u64::from(MULTIPLIERS[0]) * u64::from(counter[0]));
        let [low_1, high_1] = split(u64::from(MULTIPLIERS[1]) * u64::from(counter[2]));
        counter = [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// The three `philox4x32 10` lines of `tests/kat_vectors` in the Random123 distribution.
    #[test]
    fn philox_gives_the_published_answers() {
        let known = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, answer) in known {
            assert_eq!(philox4x32_10(counter, key), answer);
        }
    }

    #[test]
    fn counter_and_key_hold_what_they_say() {
        let mut random = Random::new(0x0123_4567_89ab_cdef, Stream::DiscriminatorLatents, 0x1111_2222_3333_4444);
        let key = [0x89ab_cdef, 0x0123_4567];
        let expected: Vec<u32> =
            (0..3).flat_map(|block| philox4x32_10([block, 4, 0x3333_4444, 0x1111_2222], key)).collect();
        let drawn: Vec<u32> = (0..12).map(|_| random.next_u32()).collect();
        assert_eq!(drawn, expected);
    }

    #[test]
    fn neighbouring_seeds_streams_and_steps_differ() {
        let mut firsts = HashSet::new();
        for seed in [0, 1, 1 << 32] {
            for stream in [Stream::RealBatch, Stream::Shuffle, Stream::GeneratorLatents] {
                for step in [0, 1, 1 << 32] {
                    firsts.insert(Random::new(seed, stream, step).next_u64());
                }
            }
        }
        assert_eq!(firsts.len(), 27);
    }

    #[test]
    fn uniform_has_the_moments_of_its_distribution() {
        let mut random = Random::new(7, Stream::Sampling, 0);
        let values: Vec<f64> = (0..100_000).map(|_| f64::from(random.uniform())).collect();
        assert!(values.iter().all(|value| (0.0..1.0).contains(value)));
        let (mean, variance) = moments(&values);
        // Five standard errors: 0.0046 and 0.0012.
        assert!((mean - 0.5).abs() < 0.0046, "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 0.0012, "{variance}");
    }

    #[test]
    fn normal_has_the_moments_of_its_distribution() {
        let mut random = Random::new(7, Stream::Sampling, 1);
        let values: Vec<f64> = (0..100_000).map(|_| f64::from(random.normal())).collect();
        let (mean, variance) = moments(&values);
        let fourth = values.iter().map(|value| value.powi(4)).sum::<f64>() / values.len() as f64;
        let beyond_two = values.iter().filter(|value| value.abs() > 2.0).count() as f64 / values.len() as f64;
        // Five standard errors each.
        assert!(mean.abs() < 0.016, "{mean}");
        assert!((variance - 1.0).abs() < 0.023, "{variance}");
        assert!((fourth - 3.0).abs() < 0.16, "{fourth}");
        assert!((beyond_two - 0.0455).abs() < 0.0033, "{beyond_two}");
    }

    #[test]
    fn both_values_of_a_box_muller_pair_are_used_and_independent() {
        let mut random = Random::new(7, Stream::Sampling, 2);
        let mut product_sum = 0.0;
        for _ in 0..50_000 {
            product_sum += f64::from(random.normal()) * f64::from(random.normal());
        }
        assert_eq!(random.counter[0], 25_000, "two normals cost two words");
        assert!((product_sum / 50_000.0).abs() < 0.023);
    }

    #[test]
    fn below_is_even_where_a_plain_remainder_would_not_be() {
        // 2³² words do not share out evenly among 3·2³⁰ results: a remainder prefers the lower third, a product without
        // rejection every third result.
        let bound = 3 << 30;
        let mut random = Random::new(7, Stream::Sampling, 3);
        let drawn: Vec<u32> = (0..30_000).map(|_| random.below(bound)).collect();
        let share = |count: usize| count as f64 / drawn.len() as f64;
        let lower = share(drawn.iter().filter(|value| **value < 1 << 30).count());
        let every_third = share(drawn.iter().filter(|value| **value % 3 == 0).count());
        assert!((lower - 1.0 / 3.0).abs() < 0.014, "{lower}");
        assert!((every_third - 1.0 / 3.0).abs() < 0.014, "{every_third}");
    }

    #[test]
    fn below_zero_and_one_is_zero() {
        let mut random = Random::new(7, Stream::Sampling, 4);
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
    }

    #[test]
    fn shuffle_makes_each_order_equally_likely() {
        let mut counts = std::collections::HashMap::new();
        for step in 0..6_000 {
            let mut items = [0, 1, 2];
            Random::new(7, Stream::Shuffle, step).shuffle(&mut items);
            *counts.entry(items).or_insert(0_i32) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Five standard errors of a count of 1,000.
        assert!(counts.values().all(|count| (count - 1_000).abs() < 145), "{counts:?}");
    }

    proptest! {
        #[test]
        fn below_stays_below(seed: u64, bound in 1_u32..) {
            prop_assert!(Random::new(seed, Stream::Sampling, 0).below(bound) < bound);
        }

        #[test]
        fn normal_is_finite(seed: u64, step: u64) {
            let mut random = Random::new(seed, Stream::GeneratorLatents, step);
            for _ in 0..64 {
                prop_assert!(random.normal().abs() < 6.7);
            }
        }

        #[test]
        fn shuffle_keeps_every_item(seed: u64, count in 0_usize..200) {
            let mut items: Vec<usize> = (0..count).collect();
            Random::new(seed, Stream::Shuffle, 0).shuffle(&mut items);
            items.sort_unstable();
            prop_assert_eq!(items, (0..count).collect::<Vec<_>>());
        }
    }

    fn moments(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance)
    }
}

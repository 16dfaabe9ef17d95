//! Which stored samples make up a batch: epochs in a new order each, as a pure function of seed and batch index.

use std::sync::{Arc, Mutex, PoisonError};

use crate::random::{Random, Stream};

/// Permutations kept at once. A batch may straddle two epochs; more are never needed at the same time.
const KEPT: usize = 2;

/// The order in which a data set of `len` samples is gone through.
///
/// Sample `p = batch_index · size + i` of a run is the one at place `p mod len` of the permutation of epoch `p / len`,
/// so within an epoch every sample comes exactly once and random access gives the same answer as going through in
/// order.
#[derive(Debug)]
pub struct EpochOrder {
    len: usize,
    /// The newest permutations, newest last. Only a cache: it never changes an answer.
    recent: Mutex<Vec<Permutation>>,
}

impl Clone for EpochOrder {
    /// The same order, with a cache of its own.
    fn clone(&self) -> Self {
        Self::new(self.len)
    }
}

#[derive(Debug, Clone)]
struct Permutation {
    seed: u64,
    epoch: u64,
    indices: Arc<[u32]>,
}

impl EpochOrder {
    /// The order of `len` samples, at most 2³² - 1 of them.
    pub fn new(len: usize) -> Self {
        Self { len: len.min(u32::MAX as usize), recent: Mutex::new(Vec::with_capacity(KEPT + 1)) }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The indices of the samples of one batch; empty if there are no samples at all.
    ///
    /// # Shapes
    /// `[size]`, each below `len`.
    pub fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<usize> {
        if self.len == 0 {
            return Vec::new();
        }
        let start = u128::from(batch_index) * size as u128;
        // Wraps after 2⁶⁴ epochs.
        let mut epoch = (start / self.len as u128) as u64;
        let mut place = (start % self.len as u128) as usize;
        let mut batch = Vec::with_capacity(size);
        while batch.len() < size {
            let permutation = self.permutation(seed, epoch);
            let wanted = size - batch.len();
            batch.extend(permutation[place..].iter().take(wanted).map(|&index| index as usize));
            place = 0;
            epoch = epoch.wrapping_add(1);
        }
        batch
    }

    fn permutation(&self, seed: u64, epoch: u64) -> Arc<[u32]> {
        // Nothing panics while the lock is held, and a cache is whole at any time.
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = recent.iter().find(|known| known.seed == seed && known.epoch == epoch) {
            return known.indices.clone();
        }
        let indices = permutation(self.len, Random::new(seed, Stream::Shuffle, epoch));
        recent.push(Permutation { seed, epoch, indices: indices.clone() });
        if recent.len() > KEPT {
            recent.remove(0);
        }
        indices
    }
}

/// A random order of `0..len`.
pub(super) fn permutation(len: usize, mut random: Random) -> Arc<[u32]> {
    let mut indices: Vec<u32> = (0..len as u32).collect();
    random.shuffle(&mut indices);
    indices.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_epoch_holds_every_sample_once_even_when_batches_straddle_it() {
        let order = EpochOrder::new(10);
        let drawn: Vec<usize> = (0..10).flat_map(|batch| order.batch(1, batch, 3)).collect();
        for epoch in drawn.chunks(10) {
            let mut sorted = epoch.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(drawn[..10], drawn[10..20], "each epoch has its own order");
    }

    #[test]
    fn a_batch_larger_than_the_data_goes_on_into_the_next_epochs() {
        let order = EpochOrder::new(4);
        let batch = order.batch(1, 0, 11);
        let singles: Vec<usize> = (0..11).flat_map(|index| order.batch(1, index, 1)).collect();
        assert_eq!(batch, singles);
    }

    #[test]
    fn only_two_permutations_are_kept() {
        let order = EpochOrder::new(5);
        for batch in 0..20 {
            order.batch(1, batch, 5);
        }
        assert_eq!(order.recent.lock().unwrap().len(), 2);
    }

    #[test]
    fn no_samples_give_empty_batches_and_far_batches_do_not_overflow() {
        assert!(EpochOrder::new(0).batch(1, 0, 8).is_empty());
        assert_eq!(EpochOrder::new(3).batch(1, u64::MAX, 8).len(), 8);
    }

    proptest! {
        #[test]
        fn random_access_equals_going_through_in_order(
            seed: u64, len in 1_usize..50, size in 1_usize..70, wanted in 0_u64..40,
        ) {
            let in_order = EpochOrder::new(len);
            let mut last = Vec::new();
            for index in 0..=wanted {
                last = in_order.batch(seed, index, size);
            }
            prop_assert_eq!(EpochOrder::new(len).batch(seed, wanted, size), last);
        }
    }
}

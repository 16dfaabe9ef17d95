//! Who follows an experiment while it is made, and what each arm's classifier sees.

use super::{Progress, Report};
use crate::config::ArmKind;
use crate::data::Pictures;

/// Follows an experiment while it is made. One call is made at a time, from whichever thread has something to tell; what it tells
/// next, and soon all others, wait for it.
///
/// A function of [`Progress`] is one that wants to know no more than that.
pub trait ExperimentObserver: Send {
    /// How far it has come: at most about ten times a second, from the first of the repetitions that are being made, and after each
    /// classifier of any.
    fn progressed(&mut self, progress: &Progress);

    /// The classifiers of a repetition are about to learn; these are samples of their first batches.
    fn saw(&mut self, _samples: ArmSamples) {}

    /// Another classifier has been measured: what has been found up to now.
    fn measured(&mut self, _report: Report) {}
}

impl<F: FnMut(&Progress) + Send> ExperimentObserver for F {
    fn progressed(&mut self, progress: &Progress) {
        self(progress);
    }
}

/// What the classifiers of one repetition see first.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmSamples {
    /// Of which repetition.
    pub seed: u64,
    /// One for each arm.
    pub arms: Vec<SeenByArm>,
}

impl ArmSamples {
    /// Samples of each arm, at most.
    pub const COUNT: usize = 8;
}

/// Samples that the classifier of one arm learns from.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenByArm {
    /// Of which arm.
    pub arm: ArmKind,
    /// At most [`ArmSamples::COUNT`], evenly out of the first batch, so that generated ones have their share.
    pub samples: SeenSamples,
    /// Whether each of them is generated.
    pub is_generated: Vec<bool>,
}

/// Samples to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum SeenSamples {
    /// Of a data set of pictures.
    Pictures(Pictures),
    /// Of one of texts.
    Texts(Vec<String>),
}

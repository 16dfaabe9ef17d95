//! The page of the data augmentation experiment: what it is made with, how far it has come, and what it found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Severity;
use crate::config::{ArmKind, Choice as _, DataConfig, DatasetKind, Domain, ExperimentConfig};
use crate::data::grouped;
use crate::trainer::{ArmResult, ArmSamples, Progress, Report, Stage};

/// Numbers of labelled pictures of a sweep, as multiples of the one that was chosen.
const SWEEP: [(usize, usize); 5] = [(1, 4), (1, 2), (1, 1), (2, 1), (4, 1)];
/// Fewest pictures of each class.
const LEAST_OF_CLASS: usize = 2;

/// Something done on the page, or for it.
#[derive(Debug, Clone, PartialEq)]
pub enum ExperimentOrder {
    /// Make it with other settings.
    Choose(Box<ExperimentChoice>),
    /// Begin, or go on with what was made with these settings before.
    Start,
    /// Wait, or go on.
    Pause(bool),
    /// End it; what is done is kept.
    Stop,
}

/// What an experiment is made with.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentChoice {
    /// Where the samples come from.
    pub data: DataConfig,
    /// The experiment; in a sweep [`ExperimentConfig::labelled`] is the number in its middle.
    pub config: ExperimentConfig,
    /// Whether it is made for several numbers of labelled pictures.
    pub is_sweep: bool,
}

impl Default for ExperimentChoice {
    fn default() -> Self {
        let data = DataConfig::of(DatasetKind::Fashion);
        Self { data, config: ExperimentConfig::default(), is_sweep: false }
    }
}

impl ExperimentChoice {
    /// Whether an experiment can be made with data: pictures or texts with classes.
    pub fn fits(data: &DataConfig) -> bool {
        data.domain() != Domain::Points && data.classes() >= 2
    }

    /// The kind of its samples.
    pub fn domain(&self) -> Domain {
        self.data.domain()
    }

    /// What its samples are called, in a sentence.
    pub fn noun(&self) -> &'static str {
        self.domain().noun()
    }

    /// Takes other data. What nobody has changed becomes what is usual for it.
    pub fn take_data(&mut self, data: &DataConfig) {
        let [old, new] = [self.domain(), data.domain()].map(ExperimentConfig::usual);
        let config = &mut self.config;
        if config.gan_steps == old.gan_steps {
            config.gan_steps = new.gan_steps;
        }
        if data.domain() != self.data.domain() {
            // Nobody sees these of texts.
            (config.flip, config.diff_augment) = (new.flip, new.diff_augment);
        }
        self.data = data.alone();
    }

    /// The numbers of labelled pictures that it is made for, from few to many.
    pub fn numbers(&self) -> Vec<usize> {
        let labelled = self.config.labelled;
        if !self.is_sweep {
            return vec![labelled];
        }
        let least = LEAST_OF_CLASS * self.data.classes();
        let mut numbers: Vec<usize> = SWEEP.iter().map(|&(times, of)| (labelled * times / of).max(least)).collect();
        numbers.dedup();
        numbers
    }

    /// The experiment for each of these numbers.
    pub fn configs(&self) -> Vec<ExperimentConfig> {
        let config = |labelled: usize| ExperimentConfig { labelled, ..self.config.clone() };
        self.numbers().into_iter().map(config).collect()
    }
}

/// How an experiment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExperimentEnd {
    /// All is done.
    Whole,
    /// It was told to stop; what is done is kept.
    Stopped,
    /// It cannot go on, for this reason.
    Failed(String),
}

/// News of the experiment.
#[derive(Debug, Clone, PartialEq)]
pub enum ExperimentNews {
    /// It is kept here, and is about to be made for this number of labelled pictures.
    Begun {
        /// Labelled pictures that the learner has.
        labelled: usize,
        /// The folder.
        folder: PathBuf,
    },
    /// The classifiers of a repetition see such pictures.
    Saw(ArmSamples),
    /// What has been found up to now for one number of labelled pictures.
    Measured(Report),
    /// It ended.
    Ended(ExperimentEnd),
}

/// What the experiment does.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ExperimentStatus {
    /// Nothing yet.
    #[default]
    Idle,
    /// It is made.
    Running {
        /// How far it has come for the number of labelled pictures in hand; `None` until there is something to tell.
        progress: Option<Progress>,
        /// Whether it waits to be told to go on.
        is_paused: bool,
    },
    /// It was told to stop, and will in a moment.
    Stopping {
        /// How far it had come.
        progress: Option<Progress>,
    },
    /// It ended.
    Ended(ExperimentEnd),
}

/// The page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExperimentPage {
    is_open: bool,
    choice: ExperimentChoice,
    /// Whether somebody chose its data.
    has_chosen_data: bool,
    /// What reports are of.
    made_with: Option<ExperimentChoice>,
    status: ExperimentStatus,
    /// The number of labelled pictures that it is made for now.
    in_hand: Option<usize>,
    /// Where it is kept, by the number of labelled pictures; so are the samples.
    folders: BTreeMap<usize, PathBuf>,
    reports: Vec<Report>,
    samples: BTreeMap<usize, ArmSamples>,
    version: u64,
}

impl ExperimentPage {
    /// Whether it is in sight.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Shows it; until somebody chooses data, that of the run is taken where an experiment can be made with it.
    pub fn open(&mut self, data: &DataConfig) {
        self.is_open = true;
        if self.made_with.is_none() && !self.has_chosen_data && ExperimentChoice::fits(data) {
            self.choice.take_data(data);
        }
    }

    /// Goes back to the stage; an experiment goes on.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// What the next experiment is made with.
    pub fn choice(&self) -> &ExperimentChoice {
        &self.choice
    }

    /// Makes the next one with something else, unless one is being made.
    pub fn choose(&mut self, choice: ExperimentChoice) {
        if !self.is_working() {
            self.has_chosen_data |= choice.data != self.choice.data;
            self.choice = choice;
            // What another one could not do says nothing of this one.
            if matches!(self.status, ExperimentStatus::Ended(ExperimentEnd::Failed(_))) {
                self.status = ExperimentStatus::Idle;
            }
        }
    }

    /// What it does.
    pub fn status(&self) -> &ExperimentStatus {
        &self.status
    }

    /// Whether an experiment is being made.
    pub fn is_working(&self) -> bool {
        matches!(self.status, ExperimentStatus::Running { .. } | ExperimentStatus::Stopping { .. })
    }

    /// Whether it waits to be told to go on.
    pub fn is_paused(&self) -> bool {
        matches!(self.status, ExperimentStatus::Running { is_paused: true, .. })
    }

    /// What has been found, a report for each number of labelled pictures, from few to many.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// Samples that the classifiers saw last with so many labelled ones.
    pub fn samples(&self, labelled: usize) -> Option<&ArmSamples> {
        self.samples.get(&labelled)
    }

    /// What it was made with, or is going to be.
    pub fn made_with(&self) -> &ExperimentChoice {
        self.made_with.as_ref().unwrap_or(&self.choice)
    }

    /// Changes whenever [`Self::samples`] do.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Where the experiment with so many labelled pictures is kept, once it has begun.
    pub fn folder(&self, labelled: usize) -> Option<&Path> {
        self.folders.get(&labelled).map(PathBuf::as_path)
    }

    /// Whether what is shown was found with other settings than those that are chosen now.
    pub fn is_of_other_choice(&self) -> bool {
        self.made_with.as_ref().is_some_and(|made_with| *made_with != self.choice)
    }

    /// Whether the same settings would go on with what is there.
    pub fn goes_on(&self) -> bool {
        matches!(self.status, ExperimentStatus::Ended(ExperimentEnd::Stopped | ExperimentEnd::Failed(_)))
            && !self.reports.is_empty()
            && !self.is_of_other_choice()
    }

    /// Whether there are generated samples to write, made from so many labelled ones.
    pub fn has_generated(&self, labelled: usize) -> bool {
        let is_there = |report: &Report| report.labelled == labelled && report.generated > 0;
        !self.is_working() && self.folders.contains_key(&labelled) && self.reports.iter().any(is_there)
    }

    /// It begins, with what is chosen.
    pub fn begin(&mut self) {
        if self.made_with.as_ref() != Some(&self.choice) {
            self.reports.clear();
            self.samples.clear();
            self.folders.clear();
            self.version += 1;
        }
        self.made_with = Some(self.choice.clone());
        self.in_hand = None;
        self.status = ExperimentStatus::Running { progress: None, is_paused: false };
    }

    /// It waits, or goes on.
    pub fn pause(&mut self, pauses: bool) {
        if let ExperimentStatus::Running { is_paused, .. } = &mut self.status {
            *is_paused = pauses;
        }
    }

    /// It has been told to stop.
    pub fn stop(&mut self) {
        if let ExperimentStatus::Running { progress, .. } = self.status {
            self.status = ExperimentStatus::Stopping { progress };
        }
    }

    /// Takes in how far it has come.
    pub fn progressed(&mut self, newest: Progress) {
        if let ExperimentStatus::Running { progress, .. } = &mut self.status {
            *progress = Some(newest);
        }
    }

    /// Takes in news.
    pub fn hear(&mut self, news: ExperimentNews) {
        match news {
            ExperimentNews::Begun { labelled, folder } => {
                self.in_hand = Some(labelled);
                self.folders.insert(labelled, folder);
                if let ExperimentStatus::Running { progress, .. } = &mut self.status {
                    // That was of the number before.
                    *progress = None;
                }
            }
            ExperimentNews::Saw(samples) => {
                self.samples.extend(self.in_hand.map(|labelled| (labelled, samples)));
                self.version += 1;
            }
            ExperimentNews::Measured(report) => {
                match self.reports.iter_mut().find(|known| known.labelled == report.labelled) {
                    Some(known) => *known = report,
                    None => self.reports.push(report),
                }
                self.reports.sort_by_key(|report| report.labelled);
            }
            ExperimentNews::Ended(end) => self.status = ExperimentStatus::Ended(end),
        }
    }

    /// Share of all that is to be done, from 0 to 1: of a sweep, its numbers of labelled pictures count alike.
    pub fn share(&self) -> f64 {
        let numbers = self.made_with.as_ref().unwrap_or(&self.choice).numbers();
        let before = self.in_hand.and_then(|labelled| numbers.iter().position(|&number| number == labelled));
        match &self.status {
            ExperimentStatus::Running { progress, .. } | ExperimentStatus::Stopping { progress } => {
                let of_this = progress.map_or(0.0, |progress| progress.share);
                (before.unwrap_or_default() as f64 + of_this) / numbers.len().max(1) as f64
            }
            ExperimentStatus::Ended(ExperimentEnd::Whole) => 1.0,
            ExperimentStatus::Idle | ExperimentStatus::Ended(_) => 0.0,
        }
    }

    /// What is being done, in few words.
    pub fn doing(&self) -> String {
        let (progress, is_paused) = match &self.status {
            ExperimentStatus::Running { progress: Some(progress), is_paused } => (progress, *is_paused),
            ExperimentStatus::Running { progress: None, .. } => return "Reading the data…".to_owned(),
            ExperimentStatus::Stopping { .. } => return "Stopping; what is done is kept…".to_owned(),
            ExperimentStatus::Idle | ExperimentStatus::Ended(_) => return String::new(),
        };
        let numbers = self.made_with.as_ref().map(ExperimentChoice::numbers).unwrap_or_default();
        let labelled = self.in_hand.filter(|_| numbers.len() > 1);
        let labelled = labelled.map(|labelled| format!("{labelled} labelled, ")).unwrap_or_default();
        let what = match progress.stage {
            Stage::Gan { step, steps } => {
                format!("the GAN learns from the few, step {} of {}", grouped(step), grouped(steps))
            }
            Stage::Generating => format!("the generator makes {}", self.made_with().noun()),
            Stage::Classifier { arm, .. } | Stage::Measured(ArmResult { arm, .. }) => {
                format!("a classifier learns from “{}”", arm.label())
            }
            Stage::Diverged(_) => "its GAN diverged, so it is left out".to_owned(),
        };
        let (paused, seed) = match is_paused {
            true if labelled.is_empty() => ("Paused. ", "Seed"),
            true => ("Paused. ", "seed"),
            false => ("", "seed"),
        };
        let others = if progress.at_once > 1 { format!(", {} at once", progress.at_once) } else { String::new() };
        format!("{paused}{labelled}{seed} {} of {}{others}: {what}", progress.repetition + 1, progress.repetitions)
    }

    /// The sentence at the foot of the window while the page is open.
    pub fn sentence(&self) -> String {
        match &self.status {
            ExperimentStatus::Idle => format!(
                "Does a GAN help a classifier that has few labelled {}? Press “Start” to find out: several classifiers learn for \
                 equally long, each from something else.",
                self.choice.noun()
            ),
            ExperimentStatus::Running { is_paused: true, .. } => {
                "The experiment is paused. “Go on” takes it up where it is.".to_owned()
            }
            ExperimentStatus::Running { .. } | ExperimentStatus::Stopping { .. } => {
                "Each row is a classifier; all have the same first weights and equally many steps. What differs is what \
                 they learn from."
                    .to_owned()
            }
            ExperimentStatus::Ended(ExperimentEnd::Failed(_)) => format!("The experiment could not go on; {}.", self.kept()),
            ExperimentStatus::Ended(ExperimentEnd::Stopped) => format!("The experiment was stopped; {}.", self.kept()),
            ExperimentStatus::Ended(ExperimentEnd::Whole) => self.found(),
        }
    }

    /// What is to be told when it has ended while the page is out of sight.
    pub fn end_unseen(&self) -> Option<(Severity, String)> {
        match &self.status {
            ExperimentStatus::Ended(end) if !self.is_open => Some(match end {
                ExperimentEnd::Failed(reason) => {
                    (Severity::Error, format!("{} {}.", self.sentence(), reason.trim_end_matches('.')))
                }
                ExperimentEnd::Whole | ExperimentEnd::Stopped => (Severity::Info, self.sentence()),
            }),
            _ => None,
        }
    }

    fn kept(&self) -> &'static str {
        if self.reports.is_empty() { "nothing had been measured yet" } else { "what had been measured is kept" }
    }

    /// What the whole experiment says of the GAN.
    fn found(&self) -> String {
        let (noun, labelled) = (self.made_with().noun(), self.made_with().config.labelled);
        let report = self.reports.iter().find(|report| report.labelled == labelled).or(self.reports.first());
        let comparison = report.and_then(|report| {
            let of = |kind: ArmKind| report.arms.iter().find(|arm| arm.arm == kind);
            // Where there is no classic augmentation, the GAN has to be better than nothing.
            let arm = of(ArmKind::ClassicAndGan).or_else(|| of(ArmKind::Gan))?;
            Some((report.labelled, arm.comparison?))
        });
        let found = match comparison {
            Some((labelled, comparison)) => format!(
                "With {} labelled {noun}, what the GAN adds to {}: {}.",
                grouped(labelled),
                if comparison.control == ArmKind::Classic { "classic augmentation" } else { "the real ones" },
                comparison.words()
            ),
            None => "The experiment is whole.".to_owned(),
        };
        match report.and_then(Report::left_out) {
            Some(left_out) => format!("{found} {left_out}"),
            None => found,
        }
    }
}

#[cfg(test)]
#[path = "experiment_tests.rs"]
mod tests;

//! What the page of the experiment knows after each kind of news.

use super::*;
use crate::config::{PicturesConfig, TextConfig};
use crate::trainer::{ArmReport, Comparison, Estimate, HelpVerdict};

fn report(labelled: usize, generated: usize) -> Report {
    let difference = Estimate { mean: 1.8, half_width: Some(0.9) };
    let comparison = Comparison { control: ArmKind::Classic, difference, verdict: HelpVerdict::of(difference) };
    let arm = ArmReport {
        arm: ArmKind::ClassicAndGan,
        accuracies: vec![70.0, 72.0],
        accuracy: Some(Estimate::of(&[70.0, 72.0])),
        secs: 3.0,
        comparison: Some(comparison),
    };
    Report {
        domain: Domain::Images,
        labelled,
        generated,
        others: 0,
        tested: 1_000,
        arms: vec![arm],
        diverged: Vec::new(),
    }
}

fn progress(share: f64) -> Progress {
    let stage = Stage::Gan { step: 1_200, steps: 4_000 };
    Progress { repetition: 1, repetitions: 5, at_once: 1, stage, share, left_secs: None }
}

#[test]
fn a_sweep_goes_from_few_to_many_with_two_of_each_class_at_least() {
    let mut choice = ExperimentChoice::default();
    assert_eq!(choice.numbers(), [200]);
    choice.is_sweep = true;
    assert_eq!(choice.numbers(), [50, 100, 200, 400, 800]);
    choice.config.labelled = 30;
    assert_eq!(choice.numbers(), [20, 30, 60, 120], "ten classes");
    assert_eq!(choice.configs()[3].labelled, 120);
}

#[test]
fn only_pictures_and_texts_with_classes_are_offered() {
    let mut page = ExperimentPage::default();
    page.open(&DataConfig::of(DatasetKind::Ring));
    assert!(page.is_open() && page.choice().data.kind == DatasetKind::Fashion);
    let own = |classes| DataConfig::pictures(PicturesConfig { classes, ..PicturesConfig::default() });
    page.open(&own(1));
    assert_eq!(page.choice().data.kind, DatasetKind::Fashion);
    page.open(&DataConfig { samples: Some(50), ..own(3) });
    assert_eq!((page.choice().data.kind, page.choice().data.samples), (DatasetKind::Pictures, None));
    page.open(&DataConfig::of(DatasetKind::Names));
    assert_eq!(page.choice().data.kind, DatasetKind::Pictures, "names have no classes");
    assert_eq!((page.choice().noun(), page.choice().config.gan_steps), ("pictures", 12_000));
    let text = TextConfig { classes: 2, ..TextConfig::default() };
    page.open(&DataConfig { text, ..DataConfig::of(DatasetKind::Text) });
    assert_eq!((page.choice().noun(), page.choice().config.gan_steps), ("texts", 3_000), "what is usual for texts");
    let mut choice = page.choice().clone();
    choice.config.gan_steps = 700;
    choice.take_data(&own(3));
    assert_eq!(choice.config.gan_steps, 700, "what somebody chose stays");
    page.choose(choice.clone());
    page.close();
    page.open(&DataConfig::of(DatasetKind::Fashion));
    assert_eq!(*page.choice(), choice, "so does the data");
}

#[test]
fn what_was_found_stays_until_something_else_is_made() {
    let mut page = ExperimentPage::default();
    page.begin();
    page.hear(ExperimentNews::Begun { labelled: 200, folder: "here".into() });
    page.hear(ExperimentNews::Measured(report(200, 0)));
    page.hear(ExperimentNews::Measured(report(200, 40)));
    assert!(!page.has_generated(200), "not while they are made");
    let other = ExperimentChoice { is_sweep: true, ..page.choice().clone() };
    page.choose(other.clone());
    assert!(!page.choice().is_sweep, "not while one is made");
    page.progressed(progress(0.25));
    page.stop();
    page.progressed(progress(0.5));
    assert_eq!(page.status(), &ExperimentStatus::Stopping { progress: Some(progress(0.25)) });
    assert!((page.share() - 0.25).abs() < 1e-9, "what is done is not lost");
    page.hear(ExperimentNews::Ended(ExperimentEnd::Stopped));
    assert!(page.goes_on() && page.has_generated(200) && !page.has_generated(100) && page.reports().len() == 1);
    page.begin();
    assert_eq!(page.reports().len(), 1, "it goes on");
    page.hear(ExperimentNews::Ended(ExperimentEnd::Whole));
    assert!(page.sentence().ends_with("what the GAN adds to classic augmentation: helped by 1.8 ± 0.9 points."));
    page.choose(other);
    assert!(page.is_of_other_choice() && !page.goes_on() && !page.reports().is_empty());
    page.begin();
    assert!(page.reports().is_empty() && page.folder(200).is_none());
    page.hear(ExperimentNews::Ended(ExperimentEnd::Failed("There are too few.".to_owned())));
    assert!(!page.goes_on(), "nothing was begun");
}

#[test]
fn numbers_of_a_sweep_count_alike() {
    let mut page = ExperimentPage::default();
    page.choose(ExperimentChoice { is_sweep: true, ..ExperimentChoice::default() });
    page.begin();
    assert_eq!(page.doing(), "Reading the data…");
    for labelled in [50, 100] {
        page.hear(ExperimentNews::Begun { labelled, folder: "here".into() });
    }
    page.progressed(progress(1.0));
    page.hear(ExperimentNews::Begun { labelled: 100, folder: "there".into() });
    assert!((page.share() - 1.0 / 5.0).abs() < 1e-9, "{}", page.share());
    page.progressed(progress(0.5));
    assert!((page.share() - 1.5 / 5.0).abs() < 1e-9, "{}", page.share());
    assert_eq!(
        page.doing(),
        "100 labelled, seed 2 of 5: the GAN learns from the few, step 1\u{2009}200 of 4\u{2009}000"
    );
    page.pause(true);
    assert!(page.is_paused() && page.doing().starts_with("Paused. "));
    for labelled in [400, 100] {
        page.hear(ExperimentNews::Measured(report(labelled, 1)));
    }
    assert_eq!(page.reports().iter().map(|report| report.labelled).collect::<Vec<_>>(), [100, 400]);
}

#[test]
fn an_end_that_nobody_sees_is_told_with_its_reason() {
    let mut page = ExperimentPage::default();
    page.open(&DataConfig::of(DatasetKind::Fashion));
    page.begin();
    page.hear(ExperimentNews::Measured(report(200, 40)));
    assert_eq!(page.end_unseen(), None, "it goes on");
    page.hear(ExperimentNews::Ended(ExperimentEnd::Failed("The disk is full".to_owned())));
    assert_eq!(page.end_unseen(), None, "the page tells it");
    page.close();
    page.begin();
    page.hear(ExperimentNews::Ended(ExperimentEnd::Failed("The disk is full".to_owned())));
    let text = "The experiment could not go on; what had been measured is kept. The disk is full.";
    assert_eq!(page.end_unseen(), Some((Severity::Error, text.to_owned())));
    page.hear(ExperimentNews::Ended(ExperimentEnd::Stopped));
    assert_eq!(page.end_unseen().map(|(severity, _)| severity), Some(Severity::Info));
}

//! What `ganscope augment` says: how far it has come, what each arm brought, and the curve of a sweep.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::{note, print_line};
use crate::config::{ArmKind, Choice as _, Domain, ExperimentConfig};
use crate::data::{duration, grouped};
use crate::trainer::{ArmReport, ArmResult, Comparison, DivergedGan, Estimate, HelpVerdict, Progress, Report, Stage};

/// Parts that the bar is divided into.
const BAR_PARTS: u64 = 1_000;

/// Shows how far an experiment has come: a bar on standard error, and with `--json` a line for each classifier.
pub(super) struct Reporter {
    bar: ProgressBar,
    labelled: usize,
    domain: Domain,
    json: bool,
    /// The first line that could not be printed, told when it is over: training does not wait for a reader.
    failed: anyhow::Result<()>,
}

impl Reporter {
    pub(super) fn new(labelled: usize, domain: Domain, json: bool) -> Self {
        let bar = ProgressBar::new(BAR_PARTS);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent}%  {msg}") {
            bar.set_style(style);
        }
        Self { bar, labelled, domain, json, failed: Ok(()) }
    }

    pub(super) fn show(&mut self, progress: &Progress) {
        let Progress { repetition, repetitions, at_once, stage, share, left_secs } = *progress;
        let what = match stage {
            Stage::Gan { step, steps } => format!("GAN, step {step} of {steps}"),
            Stage::Generating => format!("making {}", self.domain.noun()),
            Stage::Classifier { arm, step, steps } => format!("{}, step {step} of {steps}", arm.label()),
            Stage::Measured(result) => {
                self.say_result(repetition, repetitions, result);
                return;
            }
            Stage::Diverged(gan) => {
                self.say_left_out(repetition, repetitions, gan);
                return;
            }
        };
        let left = left_secs.map(|secs| format!("  {} left", duration(secs))).unwrap_or_default();
        self.bar.set_position((share * BAR_PARTS as f64) as u64);
        let others = if at_once > 1 { format!(", {at_once} at once") } else { String::new() };
        self.bar.set_message(format!("seed {} of {repetitions}{others}: {what}{left}", repetition + 1));
    }

    fn say_result(&mut self, repetition: usize, repetitions: usize, result: ArmResult) {
        let ArmResult { seed, arm, secs, .. } = result;
        let accuracy = result.accuracy();
        let line = format!("seed {} of {repetitions}: {accuracy:.1} %  {}", repetition + 1, arm.label());
        let event = json!({
            "event": "measured", "labelled": self.labelled, "seed": seed, "arm": arm, "accuracy": accuracy, "secs": secs,
        });
        self.say(&line, &event);
    }

    fn say_left_out(&mut self, repetition: usize, repetitions: usize, gan: DivergedGan) {
        let DivergedGan { seed, step } = gan;
        let line = format!("seed {} of {repetitions}: left out, its GAN diverged by step {step}", repetition + 1);
        let event = json!({ "event": "diverged", "labelled": self.labelled, "seed": seed, "step": step });
        self.say(&line, &event);
    }

    /// Prints an event, or says in its place what it is about.
    fn say(&mut self, line: &str, event: &Value) {
        if self.json {
            if self.failed.is_ok() {
                self.failed = print_line(&event.to_string());
            }
        } else if self.bar.is_hidden() {
            note(line);
        } else {
            self.bar.println(line);
        }
    }

    pub(super) fn close(self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        self.failed
    }
}

/// Every arm, and what may be said of it.
pub(super) fn print_report(
    report: &Report,
    config: &ExperimentConfig,
    folder: &Path,
    json: bool,
) -> anyhow::Result<()> {
    let Report { domain, labelled, generated, others, tested, arms, diverged } = report;
    if json {
        let mut verdicts = Map::new();
        for arm in arms {
            let mut line = serde_json::to_value(arm)?;
            line["event"] = "arm".into();
            line["labelled"] = (*labelled).into();
            if let Some(comparison) = arm.comparison {
                line["verdict"] = comparison.words().into();
                verdicts.insert(arm.arm.key().to_owned(), comparison.words().into());
            }
            print_line(&line.to_string())?;
        }
        let line = json!({
            "event": "verdicts", "labelled": labelled, "generated": generated, "others": others, "tested": tested,
            "seeds": config.seeds, "seeds_done": report.seeds_done()[1], "verdicts": verdicts, "diverged": diverged, "folder": folder,
        });
        return print_line(&line.to_string());
    }
    print_line(&format!(
        "{} labelled {}, {} generated{}, {} to test with, {} seeds; ± is a 95 % interval over seeds and test samples",
        grouped(*labelled),
        domain.noun(),
        grouped(*generated),
        if *others > 0 { format!(", {} other real ones", grouped(*others)) } else { String::new() },
        grouped(*tested),
        report.seeds_done()[1],
    ))?;
    for arm in arms {
        print_line(&row(arm))?;
    }
    if let Some(left_out) = report.left_out() {
        print_line(&left_out)?;
    }
    print_line(&format!("Results: {}", folder.display()))
}

fn row(arm: &ArmReport) -> String {
    let Some(accuracy) = arm.accuracy else { return format!("{:26} {:>13}", arm.arm.label(), "–") };
    let against = arm.comparison.map_or_else(
        || "(what others are compared with)".to_owned(),
        |comparison| {
            let control = comparison.control;
            // Of most arms that is said once, by the first.
            let control = if control == ArmKind::RealOnly { "" } else { control.label() };
            let against = if control.is_empty() { String::new() } else { format!(", against “{control}”") };
            format!("{}{against}", comparison.words())
        },
    );
    format!("{:26} {:>13}  {:>9}  {against}", arm.arm.label(), accuracy.percent(), duration(arm.secs))
}

/// Accuracies over the numbers of labelled samples, and what generated ones add to them.
pub(super) fn print_curve(reports: &[Report], json: bool) -> anyhow::Result<()> {
    let find = |report: &Report, arm: ArmKind| report.arms.iter().find(|it| it.arm == arm).cloned();
    if json {
        let point = |report: &Report| {
            let of_arms = |value: fn(&ArmReport) -> Value| -> Map<String, Value> {
                report.arms.iter().map(|arm| (arm.arm.key().to_owned(), value(arm))).collect()
            };
            json!({
                "labelled": report.labelled, "accuracy": of_arms(|arm| json!(arm.accuracy)),
                "comparison": of_arms(|arm| json!(arm.comparison)), "diverged": report.diverged,
            })
        };
        let points: Vec<Value> = reports.iter().map(point).collect();
        return print_line(&json!({ "event": "curve", "points": points }).to_string());
    }
    let noun = reports.first().map_or("samples", |report| report.domain.noun());
    let line = |head: &str, cell: &dyn Fn(&Report) -> Option<String>| {
        let cells = reports.iter().map(|report| format!("{:>15}", cell(report).unwrap_or_else(|| "–".to_owned())));
        print_line(&format!("{head:26}{}", cells.collect::<String>()))
    };
    line(&format!("Labelled {noun}"), &|report| Some(grouped(report.labelled)))?;
    // Some data has fewer arms.
    let is_there = |arm: &&ArmKind| reports.iter().any(|report| find(report, **arm).is_some());
    for &arm in ArmKind::ALL.iter().filter(is_there) {
        line(arm.label(), &|report| Some(find(report, arm)?.accuracy?.percent()))?;
    }
    print_line("What the GAN adds, in points, seed by seed (↑ helped, ↓ made it worse, else no measurable help):")?;
    for &arm in [ArmKind::Gan, ArmKind::ClassicAndGan].iter().filter(is_there) {
        let control = arm.control().map_or("", ArmKind::label);
        line(&format!("to {}", control.to_lowercase()), &|report| Some(added(find(report, arm)?.comparison?)))?;
    }
    Ok(())
}

/// A difference in points, and a sign for its verdict.
fn added(comparison: Comparison) -> String {
    let Estimate { mean, half_width } = comparison.difference;
    let chance = half_width.map(|half_width| format!(" ± {half_width:.1}")).unwrap_or_default();
    let sign = match comparison.verdict {
        HelpVerdict::Helped => " ↑",
        HelpVerdict::Worse => " ↓",
        HelpVerdict::NoMeasurableHelp | HelpVerdict::NotKnown => "",
    };
    format!("{mean:+.1}{chance}{sign}")
}

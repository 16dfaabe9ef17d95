//! What the experiment is made with.

use eframe::egui::{Checkbox, Ui};

use super::title_ui;
use crate::config::{Choice as _, DataConfig, DatasetKind, Domain, ExperimentConfig};
use crate::state::{ExperimentChoice, ExperimentOrder, name_of};
use crate::ui::action::Action;
use crate::ui::number::grouped;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, UNIT};
use crate::ui::widgets::{MarkedSlider, choice_combo, combo, fold_ui, labelled_row, small_label};

/// The most labelled samples that the slider offers; more can be typed on the command line.
const MOST_LABELLED: f64 = 10_000.0;
/// The most seeds that the slider offers.
const MOST_SEEDS: f64 = 20.0;
/// The fewest and the most steps that the sliders offer.
const GAN_STEPS: [f64; 2] = [100.0, 50_000.0];
const CLASSIFIER_STEPS: [f64; 2] = [100.0, 10_000.0];
/// The fewest and the most generated samples that the slider offers.
const GENERATED: [f64; 2] = [100.0, 20_000.0];

/// Shows the choices; while an experiment is made they stand as they are.
pub(super) fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let page = &scene.controls.experiment;
    let mut choice = page.choice().clone();
    ui.add_enabled_ui(!page.is_working(), |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        title_ui(ui, "Experiment");
        data_ui(ui, scene, &mut choice);
        main_ui(ui, &mut choice);
        ui.add_space(HALF);
        fold_ui(ui, "experiment details", "GAN, filter and classifier", |ui| details_ui(ui, &mut choice));
    });
    if choice != *page.choice() {
        actions.push(Action::Experiment(ExperimentOrder::Choose(Box::new(choice))));
    }
}

/// A whole number.
fn whole(value: f64) -> String {
    grouped(value.round() as u64)
}

fn data_ui(ui: &mut Ui, scene: &Scene<'_>, choice: &mut ExperimentChoice) {
    let of_run = &scene.controls.draft.in_force().data;
    let mut offered = vec![DataConfig::of(DatasetKind::Fashion)];
    offered.extend(DatasetKind::PUBLISHED.map(DataConfig::of));
    for data in [of_run, &choice.data] {
        let data = data.alone();
        if ExperimentChoice::fits(&data) && !offered.contains(&data) {
            offered.push(data);
        }
    }
    let current = offered.iter().position(|data| *data == choice.data).unwrap_or_default();
    let names: Vec<String> = offered.iter().map(name).collect();
    let entries: Vec<(usize, &str, &str)> = names
        .iter()
        .zip(&offered)
        .enumerate()
        .map(|(index, (name, data))| (index, name.as_str(), data.kind.tooltip()))
        .collect();
    let tooltip = "Pictures or texts with classes: a published set, or the data of the run, so open your own pictures or texts first";
    let chosen = labelled_row(ui, "Data", tooltip, |ui, width| combo(ui, "Labelled data", current, &entries, width));
    if let Some(index) = chosen {
        choice.take_data(&offered[index]);
    }
}

/// What a set is called; own data by its file or folder, with the size in which it may be there twice.
fn name(data: &DataConfig) -> String {
    match data.own_path() {
        Some(path) if data.kind == DatasetKind::Text => {
            format!("{}, {} characters", name_of(path), data.text.max_length)
        }
        Some(path) => format!("{}, {} pixels", name_of(path), data.pictures.size),
        None => data.kind.label().to_owned(),
    }
}

fn main_ui(ui: &mut Ui, choice: &mut ExperimentChoice) {
    let (usual, noun) = (ExperimentConfig::usual(choice.domain()), choice.noun());
    let least = 2 * choice.data.classes();
    let name = format!("Labelled {noun}");
    let tooltip =
        format!("Labelled {noun} that the learner has, equally many of each class; the GAN learns from these alone");
    let labelled =
        MarkedSlider::new(&name, choice.config.labelled as f64, least as f64..=MOST_LABELLED, usual.labelled as f64)
            .short_name("Labelled")
            .tooltip(&tooltip)
            .integer()
            .format(whole)
            .logarithmic(least as f64);
    if let Some(value) = labelled.show(ui) {
        choice.config.labelled = value as usize;
    }
    let seeds = MarkedSlider::new("Seeds", choice.config.seeds as f64, 1.0..=MOST_SEEDS, usual.seeds as f64)
        .tooltip("Repetitions, each with other labelled samples, another GAN and other first weights; more make intervals narrower")
        .integer()
        .format(whole);
    if let Some(value) = seeds.show(ui) {
        choice.config.seeds = value as usize;
    }
    let tooltip = format!(
        "Makes the experiment for several numbers of labelled {noun}, and draws the curve that shows where augmentation stops helping"
    );
    ui.add(Checkbox::new(&mut choice.is_sweep, format!("Sweep over labelled {noun}"))).on_hover_text(tooltip);
    if choice.is_sweep {
        let numbers: Vec<String> = choice.numbers().into_iter().map(grouped).collect();
        small_label(ui, &format!("{} labelled {noun}", numbers.join(", ")));
    }
}

fn details_ui(ui: &mut Ui, choice: &mut ExperimentChoice) {
    let domain = choice.domain();
    let (usual, config) = (ExperimentConfig::usual(domain), &mut choice.config);
    ui.spacing_mut().item_spacing.y = HALF;
    let [low, high] = GAN_STEPS;
    let gan_steps = MarkedSlider::new("GAN steps", config.gan_steps as f64, low..=high, usual.gan_steps as f64)
        .tooltip("Steps that the GAN of each seed is trained for; most of the time goes into them")
        .integer()
        .format(whole)
        .logarithmic(low);
    if let Some(value) = gan_steps.show(ui) {
        config.gan_steps = value as u64;
    }
    if domain == Domain::Images {
        ui.checkbox(&mut config.diff_augment, "DiffAugment").on_hover_text(
            "Shows both networks pictures that are shifted, recoloured and partly covered at random, so that the discriminator \
             learns the few less by heart. Small grey pictures came out worse for it",
        );
    }
    let [low, high] = GENERATED;
    let generated = MarkedSlider::new("Generated", config.generated as f64, low..=high, usual.generated as f64)
        .tooltip("Generated samples that classifiers learn from, equally many of each class")
        .integer()
        .format(whole)
        .logarithmic(low);
    if let Some(value) = generated.show(ui) {
        config.generated = value as usize;
    }
    let tooltip = "Of twice as many generated samples, the half that is kept";
    let filter = labelled_row(ui, "Filter", tooltip, |ui, width| choice_combo(ui, "Filter", config.filter, width));
    if let Some(filter) = filter {
        config.filter = filter;
    }
    let mix = MarkedSlider::new("Generated share", f64::from(config.mix), 0.05..=0.95, f64::from(usual.mix))
        .short_name("Mix")
        .tooltip("Share of each batch that is generated, in the arms that learn from both")
        .format(|value| format!("{:.0} %", 100.0 * value));
    if let Some(value) = mix.show(ui) {
        config.mix = value as f32;
    }
    let [low, high] = CLASSIFIER_STEPS;
    let steps = config.classifier_steps as f64;
    let steps = MarkedSlider::new("Classifier steps", steps, low..=high, usual.classifier_steps as f64)
        .short_name("Classifier")
        .tooltip("Steps that every classifier is trained for")
        .integer()
        .format(whole)
        .logarithmic(low);
    if let Some(value) = steps.show(ui) {
        config.classifier_steps = value as u64;
    }
    if domain == Domain::Images {
        flip_ui(ui, config);
    }
    ui.add_space(UNIT);
}

/// Whether classic augmentation mirrors pictures.
fn flip_ui(ui: &mut Ui, config: &mut ExperimentConfig) {
    let entries = [
        (None, "As it fits", "Mirrors pictures unless they are digits, or classes that are only numbered"),
        (Some(true), "Yes", "Mirrors every other picture from left to right"),
        (Some(false), "No", "Mirrors none: left and right mean something"),
    ];
    let tooltip = "Whether classic augmentation mirrors pictures";
    let flip = labelled_row(ui, "Mirror", tooltip, |ui, width| combo(ui, "Mirror", config.flip, &entries, width));
    if let Some(flip) = flip {
        config.flip = flip;
    }
}

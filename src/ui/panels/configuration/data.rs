//! The data's section: what is learned, with its parameters, and two ways to bring one's own.

use std::path::Path;

use eframe::egui::{Label, RichText, Sense, Ui, Vec2};

use super::edit;
use super::network::widen;
use super::sizes::number_field;
use crate::config::{
    CheckerboardConfig, Choice as _, DataConfig, DatasetKind, GridConfig, NoiseConfig, RingConfig, TextConfig,
};
use crate::state::{DataOrder, name_of};
use crate::trainer::{PointsView, StageView};
use crate::ui::action::{Action, Verb};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, Role};
use crate::ui::widgets::{
    MarkedSlider, choice_combo, combo, labelled_row, paint_dataset, role_section_ui, small_label,
};

/// Side of the data's small picture.
const THUMBNAIL: f32 = 52.0;
/// Height of the two buttons: with the choice above them, as high as the picture.
const BUTTON_HEIGHT: f32 = 22.0;
/// Space beside the words of the choice and the buttons.
const PADDING: f32 = 6.0;
/// Samples where few are asked for and nothing is said of how many.
const USUAL_FEW: usize = 100;
/// The most that the slider calls few; a configuration may have more.
const MOST_FEW: f64 = 10_000.0;
/// Width from which both buttons have all their words.
const WORDS_WIDTH: f32 = 168.0;

/// Shows the data.
pub(super) fn data_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.scope(|ui| {
        // Every pixel counts where all that acts while training is to be in sight on a small screen.
        ui.spacing_mut().item_spacing.y = 0.0;
        // The first section needs no distance from one before.
        ui.add_space(-HALF);
        section_ui(ui, scene, actions);
    });
}

fn section_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let data = &scene.controls.draft.config().data;
    let mut from_slider = Vec::new();
    role_section_ui(
        ui,
        (Role::Real, "Data", &summary(data), "How many clusters, how wide, how noisy; how many samples to learn from"),
        |ui| source_ui(ui, scene, data, actions),
        |ui| parameters_ui(ui, scene, data, &mut from_slider),
    );
    actions.append(&mut from_slider);
    if let Some(path) = data.own_path() {
        file_ui(ui, scene, data, path);
    }
}

/// The parameters in few words.
fn summary(data: &DataConfig) -> String {
    let few = data.samples.map(|samples| format!("{} samples", number::grouped(samples as u64)));
    match (own_summary(data), few) {
        (Some(own), Some(few)) => format!("{own}, {few}"),
        (own, few) => own.or(few).unwrap_or_else(|| "all samples".to_owned()),
    }
}

/// The parameters of a distribution in few words.
fn own_summary(data: &DataConfig) -> Option<String> {
    let noise = |config: NoiseConfig| format!("noise {}", number::setting(widen(config.noise)));
    match data.kind {
        DatasetKind::Ring if data.ring.modes == 1 => Some("1 mode".to_owned()),
        DatasetKind::Ring => Some(format!("{} modes", data.ring.modes)),
        DatasetKind::Grid => Some(format!("{0}×{0} modes", data.grid.side)),
        DatasetKind::Moons => Some(noise(data.moons)),
        DatasetKind::Spiral => Some(noise(data.spiral)),
        DatasetKind::Line => Some(noise(data.line)),
        DatasetKind::Checkerboard => Some(format!("{0}×{0} squares", data.checkerboard.squares)),
        DatasetKind::Drawn
        | DatasetKind::File
        | DatasetKind::Fashion
        | DatasetKind::Faces
        | DatasetKind::Mnist
        | DatasetKind::FashionMnist
        | DatasetKind::Cifar10 => None,
        DatasetKind::Names | DatasetKind::Words => Some(format!("up to {} letters", data.text.max_length)),
        DatasetKind::Pictures | DatasetKind::Text => Some(data.shape().to_string()),
    }
}

/// A small picture, the choice, and two ways to bring one's own.
fn source_ui(ui: &mut Ui, scene: &Scene<'_>, data: &DataConfig, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(THUMBNAIL), Sense::hover());
        ui.painter().rect_filled(rect, 6.0, palette.well);
        paint_dataset(ui, rect.shrink(4.0), data, known_points(scene), palette.real);
        response.on_hover_text(data.kind.tooltip());
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let width = ui.available_width();
            // The longest name is whole even in the narrowest panel.
            ui.spacing_mut().button_padding.x = PADDING;
            if let Some(kind) = combo(ui, "Data set", data.kind, &choices(data), width) {
                choose(scene, kind, actions);
            }
            ui.spacing_mut().interact_size.y = BUTTON_HEIGHT;
            ui.horizontal(|ui| own_ui(ui, actions));
        });
    });
}

/// Takes another set. A published one is looked for first: where it is not on this machine, fetching it is offered.
fn choose(scene: &Scene<'_>, kind: DatasetKind, actions: &mut Vec<Action>) {
    if DatasetKind::PUBLISHED.contains(&kind) {
        actions.push(Action::Data(DataOrder::Use(kind)));
    } else {
        edit(scene, actions, |config| config.choose_data(DataConfig { kind, ..config.data.clone() }));
    }
}

/// The sets to choose from: those that come with the program, the published ones, and what the user has brought.
fn choices(data: &DataConfig) -> Vec<(DatasetKind, &'static str, &'static str)> {
    let is_there = |kind: &DatasetKind| match kind {
        DatasetKind::Drawn => data.drawing.is_some() || data.kind == *kind,
        DatasetKind::File => data.path.is_some() || data.kind == *kind,
        DatasetKind::Pictures => data.pictures.path.is_some() || data.kind == *kind,
        DatasetKind::Text => data.text.path.is_some() || data.kind == *kind,
        _ => true,
    };
    let kinds = DatasetKind::ALL.iter().copied().filter(is_there);
    kinds.map(|kind| (kind, kind.label(), kind.tooltip())).collect()
}

/// One's own data.
fn own_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = HALF;
    ui.spacing_mut().button_padding = Vec2::new(PADDING, 0.0);
    let open = if ui.available_width() >= WORDS_WIDTH { Verb::OpenData.label() } else { "Open…" };
    for (verb, name, text) in [(Verb::Draw, "Draw…", "Draw…"), (Verb::OpenData, Verb::OpenData.label(), open)] {
        if ui.button(text).accessible_name(name).on_hover_text(verb.tooltip()).clicked() {
            actions.push(verb.into());
        }
    }
}

/// Points of the file that is being learned: the stage has some of them.
fn known_points<'a>(scene: &Scene<'a>) -> Option<&'a PointsView> {
    let draft = &scene.controls.draft;
    match &scene.state.views()?.stage {
        StageView::Points(view) if draft.config().data == draft.in_force().data => Some(view),
        _ => None,
    }
}

/// What is known of the user's own data: where it is, and what is to be known of it.
fn file_ui(ui: &mut Ui, scene: &Scene<'_>, data: &DataConfig, path: &Path) {
    small_label(ui, &name_of(path)).on_hover_text(path.display().to_string());
    let is_in_force = scene.controls.draft.in_force().data == *data;
    let Some(note) = scene.state.run().data_note.as_ref().filter(|_| is_in_force) else { return };
    if data.kind == DatasetKind::File {
        small_label(ui, note).on_hover_text("How the points of the file were moved and scaled to fit the plane");
    } else {
        // What was skipped may be a long list.
        let text = RichText::new(note).small().color(Palette::of(ui).text_weak);
        ui.add(Label::new(text).truncate()).on_hover_text(note);
    }
}

fn parameters_ui(ui: &mut Ui, scene: &Scene<'_>, old: &DataConfig, actions: &mut Vec<Action>) {
    let mut new = old.clone();
    match old.kind {
        DatasetKind::Ring => {
            let usual = RingConfig::default();
            let tooltip = "Clusters on the circle: more are more to miss; needs a restart";
            count_ui(ui, ("Modes", tooltip), &mut new.ring.modes, RingConfig::MODES, usual.modes);
            spread_ui(ui, &mut new.ring.std, RingConfig::STD, usual.std);
        }
        DatasetKind::Grid => {
            let usual = GridConfig::default();
            let tooltip = "Clusters along each side: 5 makes 25 of them; needs a restart";
            count_ui(ui, ("Modes a side", tooltip), &mut new.grid.side, GridConfig::SIDE, usual.side);
            spread_ui(ui, &mut new.grid.std, GridConfig::STD, usual.std);
        }
        DatasetKind::Moons => noise_ui(ui, &mut new.moons, NoiseConfig::moons()),
        DatasetKind::Spiral => noise_ui(ui, &mut new.spiral, NoiseConfig::spiral()),
        DatasetKind::Line => noise_ui(ui, &mut new.line, NoiseConfig::line()),
        DatasetKind::Checkerboard => {
            let usual = CheckerboardConfig::default().squares;
            let tooltip = "Squares along each side, filled and empty ones; needs a restart";
            let range = CheckerboardConfig::SQUARES;
            count_ui(ui, ("Squares a side", tooltip), &mut new.checkerboard.squares, range, usual);
        }
        DatasetKind::Drawn
        | DatasetKind::File
        | DatasetKind::Fashion
        | DatasetKind::Faces
        | DatasetKind::Mnist
        | DatasetKind::FashionMnist
        | DatasetKind::Cifar10
        | DatasetKind::Names
        | DatasetKind::Words => {}
        DatasetKind::Text => texts_ui(ui, &old.text, actions),
        DatasetKind::Pictures => remake_ui(ui, old.own_path(), actions),
    }
    few_ui(ui, &mut new.samples);
    if new != *old {
        edit(scene, actions, |config| config.data = new);
    }
}

/// Back to the dialog in which size, colours and classes are chosen.
fn remake_ui(ui: &mut Ui, path: Option<&Path>, actions: &mut Vec<Action>) {
    let Some(path) = path else { return };
    let tooltip = "Looks at the pictures again, to choose another size, other colours, or whether classes are learned";
    if ui.button("Size, colours, classes…").on_hover_text(tooltip).clicked() {
        actions.push(Action::Data(DataOrder::Look(path.to_owned())));
    }
}

/// What becomes of the lines of the file: another choice reads it anew, because it may have other characters then.
fn texts_ui(ui: &mut Ui, old: &TextConfig, actions: &mut Vec<Action>) {
    if let Some(new) = text_choices_ui(ui, old) {
        actions.push(Action::Data(DataOrder::ReadTexts(new)));
    }
    let alphabet = RichText::new(&old.alphabet).small().monospace();
    ui.add(Label::new(alphabet).truncate()).on_hover_text(format!("The characters of the texts: {}", old.alphabet));
}

/// What becomes of letters and of long lines; the choice, if it is another than before.
pub(in crate::ui::panels) fn text_choices_ui(ui: &mut Ui, old: &TextConfig) -> Option<TextConfig> {
    let mut new = old.clone();
    let tooltip = "What becomes of upper-case letters; reads the file again, and a run on it restarts";
    labelled_row(ui, "Letters", tooltip, |ui, width| {
        new.case = choice_combo(ui, "Case of the letters", old.case, width).unwrap_or(old.case);
    });
    let tooltip = "Places for characters: longer lines are left out; reads the file again, and a run on it restarts";
    labelled_row(ui, "Length", tooltip, |ui, _| {
        number_field(ui, "Length of the texts", &mut new.max_length, TextConfig::LENGTH);
    });
    (new != *old).then_some(new)
}

/// Whether to learn from few samples only, and from how many.
fn few_ui(ui: &mut Ui, samples: &mut Option<usize>) {
    let mut is_few = samples.is_some();
    let tooltip = "Training sees the same few samples again and again, as with scarce data: the discriminator may learn them by \
                   heart, which a plot then shows; needs a restart";
    if ui.checkbox(&mut is_few, "Learn from few samples").on_hover_text(tooltip).clicked() {
        *samples = is_few.then_some(USUAL_FEW);
    }
    let Some(count) = samples else { return };
    let range = *DataConfig::SAMPLES.start() as f64..=MOST_FEW.max(*count as f64);
    let slider = MarkedSlider::new("Samples", *count as f64, range.clone(), USUAL_FEW as f64)
        .tooltip("How many different samples training draws from; needs a restart")
        .logarithmic(*range.start())
        .integer();
    if let Some(chosen) = slider.color(Palette::of(ui).real).show(ui) {
        *count = chosen as usize;
    }
}

fn count_ui(
    ui: &mut Ui,
    (name, tooltip): (&str, &str),
    value: &mut usize,
    range: std::ops::RangeInclusive<usize>,
    usual: usize,
) {
    let range = *range.start() as f64..=*range.end() as f64;
    let slider = MarkedSlider::new(name, *value as f64, range, usual as f64).tooltip(tooltip).integer();
    if let Some(count) = slider.color(Palette::of(ui).real).show(ui) {
        *value = count as usize;
    }
}

fn spread_ui(ui: &mut Ui, value: &mut f32, range: std::ops::RangeInclusive<f32>, usual: f32) {
    let range = widen(*range.start())..=widen(*range.end());
    let slider = MarkedSlider::new("Spread", widen(*value), range.clone(), widen(usual))
        .tooltip("Standard deviation of each cluster: tighter is harder to hit; needs a restart")
        .logarithmic(*range.start());
    if let Some(std) = slider.color(Palette::of(ui).real).show(ui) {
        *value = std as f32;
    }
}

fn noise_ui(ui: &mut Ui, value: &mut NoiseConfig, usual: NoiseConfig) {
    let range = widen(*NoiseConfig::NOISE.start())..=widen(*NoiseConfig::NOISE.end());
    let slider = MarkedSlider::new("Noise", widen(value.noise), range, widen(usual.noise))
        .tooltip("Standard deviation of the points around the curve: more blurs it; needs a restart");
    if let Some(noise) = slider.color(Palette::of(ui).real).show(ui) {
        value.noise = noise as f32;
    }
}

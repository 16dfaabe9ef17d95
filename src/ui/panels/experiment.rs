//! The page of the data augmentation experiment: what it is made with at the left, what it finds at the right.

mod arms;
mod choices;
mod curve;
mod scale;

use eframe::egui::{self, Align, Button, Label, Layout, ProgressBar, RichText, ScrollArea, Ui, UiBuilder, Vec2};

use self::arms::{LEAST_WIDTH, Strips, arms_ui};
use self::choices::choices_ui;
use self::curve::curve_ui;
use super::capitalized;
use crate::config::Choice as _;
use crate::export::LabelledSetFormat;
use crate::state::{ExperimentEnd, ExperimentOrder, ExperimentPage, ExperimentStatus};
use crate::trainer::Report;
use crate::ui::action::{Action, Verb};
use crate::ui::number::{duration, grouped};
use crate::ui::scene::Scene;
use crate::ui::theme::{BESIDE_BAR, CARD_RADIUS, CONTROL_HEIGHT, HALF, Palette, UNIT, strong_style};
use crate::ui::widgets::{Icon, IconButton, primary_button, small_label};

/// Width of the choices.
const CHOICES_WIDTH: f32 = 272.0;
/// Space between the choices and what was found.
const GAP: f32 = 20.0;
/// Width below which the choices stand above what was found.
const COLUMNS_WIDTH: f32 = CHOICES_WIDTH + GAP + LEAST_WIDTH;
/// Height of a curve that stands among other things.
const CURVE_HEIGHT: f32 = 360.0;
/// Height of the line below what was found.
const FOOT_HEIGHT: f32 = CONTROL_HEIGHT + UNIT;

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct ExperimentPanel {
    strips: Strips,
    /// What of a sweep is looked at.
    look: Look,
    /// Height of the buttons and of how far it is, in the frame before.
    run_height: f32,
}

impl ExperimentPanel {
    /// The report that is looked at; none of what is gone since.
    fn look_at<'a>(&mut self, reports: &'a [Report]) -> Option<&'a Report> {
        let looked_at = match self.look {
            Look::Labelled(labelled) => reports.iter().find(|report| report.labelled == labelled),
            Look::Newest | Look::Curve => None,
        };
        let is_gone = match self.look {
            Look::Newest => false,
            Look::Labelled(_) => looked_at.is_none(),
            Look::Curve => reports.len() < 2,
        };
        if is_gone {
            self.look = Look::Newest;
        }
        // Numbers come from few to many, so the last is the newest.
        looked_at.or(reports.last())
    }
}

/// Whether what is shown has a height of its own, or shares that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// It is as high as it is, in something that scrolls.
    Scrolled,
    /// It fills the room, and scrolls where that is too low.
    Filling,
}

/// What of a sweep is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Look {
    /// The number of labelled pictures that was measured last.
    #[default]
    Newest,
    /// This number of labelled pictures.
    Labelled(usize),
    /// Accuracies over these numbers.
    Curve,
}

/// Shows the page.
pub fn experiment_ui(ui: &mut Ui, scene: &Scene<'_>, panel: &mut ExperimentPanel, actions: &mut Vec<Action>) {
    let page = &scene.controls.experiment;
    head_ui(ui, page, actions);
    let report = panel.look_at(page.reports());
    let room = ui.available_rect_before_wrap();
    if room.width() < COLUMNS_WIDTH {
        ScrollArea::vertical().auto_shrink(false).content_margin(BESIDE_BAR).show(ui, |ui| {
            choices_ui(ui, scene, actions);
            run_ui(ui, page, actions);
            ui.add_space(GAP);
            found_ui(ui, page, report, panel, Flow::Scrolled);
            ui.add_space(UNIT);
            foot_ui(ui, page, report, actions);
        });
        return;
    }
    let (left, right) = room.split_left_right_at_x(room.left() + CHOICES_WIDTH);
    ui.scope_builder(UiBuilder::new().max_rect(left.with_max_x(left.right() + UNIT)), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        // How far it is stays in sight, below the choices.
        let choices = ScrollArea::vertical().id_salt("experiment choices").auto_shrink([false, true]);
        let choices = choices.max_height(ui.available_height() - panel.run_height).content_margin(BESIDE_BAR);
        choices.show(ui, |ui| choices_ui(ui, scene, actions));
        let run = ui.vertical(|ui| {
            ui.set_max_width(CHOICES_WIDTH);
            run_ui(ui, page, actions);
        });
        panel.run_height = run.response.rect.height();
    });
    let right = right.with_min_x(right.left() + GAP);
    let (found, foot) = right.split_top_bottom_at_y(right.bottom() - FOOT_HEIGHT);
    ui.scope_builder(UiBuilder::new().max_rect(found), |ui| found_ui(ui, page, report, panel, Flow::Filling));
    ui.scope_builder(UiBuilder::new().max_rect(foot.with_min_y(foot.top() + UNIT)), |ui| {
        foot_ui(ui, page, report, actions);
    });
}

fn head_ui(ui: &mut Ui, page: &ExperimentPage, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        ui.heading("Data augmentation");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = ui.add(IconButton::new(Icon::Close, "Close data augmentation"));
            if close.on_hover_text("Goes back to the stage; an experiment goes on meanwhile").clicked() {
                actions.push(Verb::Augment.into());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let noun = page.choice().noun();
                let text = format!("Does a GAN that learned from a few labelled {noun} help a classifier of them?");
                ui.add(Label::new(RichText::new(text).color(Palette::of(ui).text_weak)).truncate());
            });
        });
    });
    ui.add_space(UNIT);
}

/// How far it is, and the buttons that begin, pause and end it.
fn run_ui(ui: &mut Ui, page: &ExperimentPage, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    ui.add_space(UNIT);
    ui.spacing_mut().item_spacing.y = HALF;
    let mut order = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        match page.status() {
            ExperimentStatus::Running { is_paused, .. } => {
                let (name, tooltip) = if *is_paused {
                    ("Go on", "Goes on where it was paused")
                } else {
                    ("Pause", "Waits where it is, and leaves the processor to others")
                };
                if plain_button(ui, name, tooltip) {
                    order = Some(ExperimentOrder::Pause(!is_paused));
                }
                if plain_button(ui, "Cancel", "Ends the experiment; what is done is kept, and can be gone on with") {
                    order = Some(ExperimentOrder::Stop);
                }
            }
            ExperimentStatus::Stopping { .. } => {
                ui.add_enabled(false, Button::new("Stopping…").min_size(Vec2::new(0.0, CONTROL_HEIGHT)));
            }
            ExperimentStatus::Idle | ExperimentStatus::Ended(_) => {
                let name = if page.goes_on() { "Go on" } else { "Start" };
                let tooltip = "Makes the experiment; what was done with the same settings before is not done again";
                if primary_button(ui, name).on_hover_text(tooltip).clicked() {
                    order = Some(ExperimentOrder::Start);
                }
            }
        }
    });
    actions.extend(order.map(Action::Experiment));
    if page.is_working() {
        ui.add_space(HALF);
        let share = page.share();
        let bar = ProgressBar::new(share as f32).desired_height(UNIT).fill(palette.generated).corner_radius(HALF);
        ui.add(bar).accessible_name(format!("{:.0} % of the experiment", 100.0 * share));
        small_label(ui, &capitalized(&page.doing()));
        if let ExperimentStatus::Running { progress: Some(progress), .. } = page.status()
            && let Some(secs) = progress.left_secs
        {
            let of = if page.choice().is_sweep { " for this number" } else { "" };
            small_label(ui, &format!("About {} left{of}", duration(secs)));
        }
    }
    if let ExperimentStatus::Ended(ExperimentEnd::Failed(reason)) = page.status() {
        ui.add_space(HALF);
        problem_ui(ui, reason);
    }
}

fn problem_ui(ui: &mut Ui, reason: &str) {
    let palette = Palette::of(ui);
    let frame = egui::Frame::new()
        .stroke(egui::Stroke::new(1.0, palette.error.gamma_multiply(0.7)))
        .corner_radius(CARD_RADIUS)
        .inner_margin(10);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let reason = reason.trim_end_matches('.');
        ui.add(Label::new(RichText::new(format!("{reason}.")).color(palette.error)).wrap());
    });
}

/// What has been found, or what will be compared.
fn found_ui(ui: &mut Ui, page: &ExperimentPage, report: Option<&Report>, panel: &mut ExperimentPanel, flow: Flow) {
    let reports = page.reports();
    if page.choice().is_sweep || reports.len() > 1 {
        looks_ui(ui, page, &mut panel.look);
    }
    if panel.look == Look::Curve {
        let height = if flow == Flow::Filling { ui.available_height() } else { CURVE_HEIGHT };
        return curve_ui(ui, reports, page.made_with().noun(), height);
    }
    arms_ui(ui, page, report, &mut panel.strips, flow);
}

/// Which number of labelled samples is looked at, or all of them.
fn looks_ui(ui: &mut Ui, page: &ExperimentPage, look: &mut Look) {
    let reports = page.reports();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let noun = page.made_with().noun();
        ui.label(RichText::new(format!("Labelled {noun}")).color(Palette::of(ui).text_weak));
        for number in reports.iter().map(|report| report.labelled) {
            let is_newest = reports.last().is_some_and(|report| report.labelled == number);
            let is_on = *look == Look::Labelled(number) || (*look == Look::Newest && is_newest);
            let name = grouped(number);
            let button = Button::selectable(is_on, name.as_str());
            if ui.add(button).on_hover_text(format!("Shows what was found with so many labelled {noun}")).clicked() {
                *look = if is_newest { Look::Newest } else { Look::Labelled(number) };
            }
        }
        let curve = ui.add_enabled(reports.len() > 1, Button::selectable(*look == Look::Curve, "Curve"));
        let curve = curve
            .on_hover_text(format!(
                "Shows accuracy over the number of labelled {noun}: where augmentation stops helping"
            ))
            .on_disabled_hover_text(format!("A curve needs two numbers of labelled {noun} that have been measured"));
        if curve.clicked() {
            *look = Look::Curve;
        }
    });
    ui.add_space(HALF);
}

/// What can be taken along, and where everything is kept.
fn foot_ui(ui: &mut Ui, page: &ExperimentPage, report: Option<&Report>, actions: &mut Vec<Action>) {
    let labelled = report.map_or(0, |report| report.labelled);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let domain = page.made_with().domain();
        let tooltip = format!(
            "Writes the labelled {} of one seed and the generated ones as one data set, with a list that says which is which",
            domain.noun()
        );
        let disabled = format!("There are no generated {} yet, or the experiment is still being made", domain.noun());
        let menu = ui.add_enabled_ui(page.has_generated(labelled), |ui| {
            ui.menu_button("Save augmented data set…", |ui| {
                for &format in LabelledSetFormat::ALL.iter().filter(|format| format.fits(domain)) {
                    if ui.button(format.label()).on_hover_text(format.tooltip()).clicked() {
                        actions.push(Action::ExportAugmented { labelled, format });
                        ui.close();
                    }
                }
            })
            .response
        });
        menu.inner.on_hover_text(tooltip).on_disabled_hover_text(disabled);
        if let Some(folder) = page.folder(labelled) {
            let text = format!("Kept in {}", folder.display());
            let label = Label::new(RichText::new(&text).small().color(Palette::of(ui).text_weak)).truncate();
            ui.add(label).on_hover_text(format!(
                "{}\nOn the command line: ganscope augment --resume --out \"{}\"",
                folder.display(),
                folder.display()
            ));
        }
    });
}

/// A button that is not the advised one. Whether it was clicked.
fn plain_button(ui: &mut Ui, text: &str, tooltip: &str) -> bool {
    ui.add(Button::new(text).min_size(Vec2::new(0.0, CONTROL_HEIGHT))).on_hover_text(tooltip).clicked()
}

/// A title in strong letters.
fn title_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).text_style(strong_style()).color(Palette::of(ui).text_strong));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Domain;

    #[test]
    fn what_is_gone_is_not_looked_at() {
        let report = |labelled| Report {
            domain: Domain::Images,
            labelled,
            generated: 0,
            others: 0,
            tested: 1,
            arms: Vec::new(),
            diverged: Vec::new(),
        };
        let reports = [50, 100, 200].map(report);
        let mut panel = ExperimentPanel { look: Look::Labelled(100), ..ExperimentPanel::default() };
        assert_eq!(panel.look_at(&reports).map(|report| report.labelled), Some(100));
        assert_eq!(panel.look_at(&reports[..1]).map(|report| report.labelled), Some(50));
        assert_eq!(panel.look, Look::Newest);
        panel.look = Look::Curve;
        assert_eq!(panel.look_at(&reports).map(|report| report.labelled), Some(200));
        assert_eq!(panel.look, Look::Curve);
        assert!(panel.look_at(&[]).is_none());
        assert_eq!(panel.look, Look::Newest);
    }
}

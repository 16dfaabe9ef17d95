//! What a preset that fails on purpose teaches, above the stage: what to look at, why it happens, and a button that mends it.

use eframe::egui::{self, RichText, Ui};

use crate::config::{Choice as _, Lesson, Preset};
use crate::trainer::LiveSettings;
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::theme::{CARD_RADIUS, HALF, Palette, UNIT};
use crate::ui::widgets::{Icon, IconButton, primary_button};

/// Shows the lesson of the run in sight, if it has one and nobody has put it away.
pub fn lesson_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let Some(config) = scene.state.run().config.as_deref() else { return };
    let lesson = Preset::from_key(&config.preset).and_then(Preset::lesson);
    let Some(lesson) = lesson.filter(|_| !scene.controls.has_put_lesson_away) else { return };
    let palette = Palette::of(ui);
    let frame =
        egui::Frame::new().fill(palette.raised).corner_radius(CARD_RADIUS).inner_margin(egui::Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = HALF;
        ui.horizontal_top(|ui| {
            let close_width = 28.0;
            ui.allocate_ui(egui::vec2(ui.available_width() - close_width - UNIT, 0.0), |ui| {
                ui.vertical(|ui| words_ui(ui, &lesson));
            });
            let close = ui.add(IconButton::new(Icon::Close, "Put the lesson away").color(palette.text_weak));
            if close.on_hover_text("Gives its room to the stage; starting the preset again brings it back").clicked() {
                actions.push(Action::PutLessonAway);
            }
        });
        remedy_ui(ui, scene, &lesson, actions);
    });
    ui.add_space(HALF);
}

fn words_ui(ui: &mut Ui, lesson: &Lesson) {
    let palette = Palette::of(ui);
    for (title, text) in [("Look", lesson.look_at), ("Why", lesson.why)] {
        let mut job = egui::text::LayoutJob::default();
        let style = |ui: &Ui| egui::TextStyle::Small.resolve(ui.style());
        let format = |color| egui::TextFormat { font_id: style(ui), color, ..Default::default() };
        job.append(title, 0.0, format(palette.accent));
        job.append(text, UNIT, format(palette.text));
        ui.add(egui::Label::new(job).wrap());
    }
}

fn remedy_ui(ui: &mut Ui, scene: &Scene<'_>, lesson: &Lesson, actions: &mut Vec<Action>) {
    let remedy = lesson.remedy;
    let live = &scene.controls.live;
    ui.horizontal(|ui| {
        if live.is_mended_by(&remedy) {
            ui.label(RichText::new("Mended. Watch what changes; “Start again” shows the failure once more.").small());
            return;
        }
        let button = ui.add_enabled_ui(scene.state.run().has_networks(), |ui| primary_button(ui, remedy.label)).inner;
        if button.on_hover_text(remedy.tooltip).clicked() {
            actions.push(Action::SetLive(LiveSettings::mended(live, &remedy)));
        }
        ui.label(RichText::new("changes the run while it goes on").small().weak());
    });
}

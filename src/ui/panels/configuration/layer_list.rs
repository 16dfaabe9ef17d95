//! The layers as they will be built: what each gives to the next, and its parameters.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::network::Side;
use crate::config::RunConfig;
use crate::ui::number;
use crate::ui::theme::{HALF, Palette};
use crate::ui::widgets::fold_ui;

/// Shows the list in a fold, or the first layer that does not fit.
pub(super) fn layer_list_ui(ui: &mut Ui, side: Side, name: &str, draft: &RunConfig) {
    let architecture = match side.architecture(draft) {
        Ok(architecture) => architecture,
        Err(misfit) => {
            let text = RichText::new(format!("Cannot be built: {misfit}.")).small().color(Palette::of(ui).error);
            ui.add(egui::Label::new(text).wrap());
            return;
        }
    };
    let title = format!("{} parameters", number::count(architecture.parameters()));
    fold_ui(ui, &format!("{name} layers"), &title, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for layer in architecture.summary() {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = HALF;
                ui.label(RichText::new(layer.name).small());
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let parameters =
                        if layer.parameters > 0 { number::count(layer.parameters) } else { "–".to_owned() };
                    ui.add_sized([56.0, 16.0], egui::Label::new(RichText::new(parameters).small().weak()));
                    ui.label(RichText::new(layer.output.to_string()).small());
                });
            });
        }
    });
}

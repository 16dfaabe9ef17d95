//! Texts that were found: some of them, what is known of all, and what becomes of their letters and of long ones.

use eframe::egui::{Frame, Label, RichText, ScrollArea, Ui};

use super::buttons_ui;
use super::classes::classes_ui;
use super::fact::fact_ui;
use crate::data::FoundTexts;
use crate::state::{DataOrder, name_of};
use crate::ui::action::Action;
use crate::ui::panels::capitalized;
use crate::ui::panels::configuration::text_choices_ui;
use crate::ui::theme::{BESIDE_BAR, CARD_RADIUS, CONTROL_HEIGHT, HALF, Palette, UNIT};

/// What stands between two texts.
const BETWEEN: &str = "   ";

/// Shows the page, at most `height` high.
pub(super) fn texts_ui(ui: &mut Ui, found: &FoundTexts, height: f32, actions: &mut Vec<Action>) {
    let name = found.config.path.as_deref().map(name_of).unwrap_or_default();
    ui.add(Label::new(RichText::new(name).heading()).truncate());
    // The heading above and the buttons below stay in sight.
    let body = height - 2.0 * CONTROL_HEIGHT - 4.0 * UNIT;
    let area = ScrollArea::vertical().id_salt("texts").max_height(body).auto_shrink([false, true]);
    area.content_margin(BESIDE_BAR).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        let well = Frame::new().fill(Palette::of(ui).control).corner_radius(CARD_RADIUS).inner_margin(UNIT);
        well.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(Label::new(RichText::new(found.samples.join(BETWEEN)).monospace()).wrap());
        });
        ui.add_space(HALF);
        if let Some(chosen) = text_choices_ui(ui, &found.config) {
            actions.push(Action::Data(DataOrder::ReadTexts(chosen)));
        }
        ui.add_space(HALF);
        fact_ui(ui, "Texts", &[capitalized(&found.note)]);
        fact_ui(ui, "Alphabet", &[found.config.alphabet.as_str()]);
        if found.classes.is_empty() {
            fact_ui(ui, "Classes", &["None: a class could stand after a tab in every line"]);
        } else {
            ui.add_space(HALF);
            classes_ui(ui, &found.classes);
        }
    });
    buttons_ui(ui, "Starts a new run from step 0 on these texts", actions);
}

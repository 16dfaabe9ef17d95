//! Drop-down lists with names, and an explanation for each member.

use eframe::egui::{self, Align, Ui};

use crate::config::Choice;
use crate::ui::theme::{Palette, strong_style};

/// A list of choices called `name`; returns what was chosen. Each member explains itself under the pointer.
pub fn choice_combo<C: Choice>(ui: &mut Ui, name: &str, current: C, width: f32) -> Option<C> {
    combo(ui, name, current, &entries::<C>(), width)
}

/// Every choice with its label and tooltip.
pub fn entries<C: Choice>() -> Vec<(C, &'static str, &'static str)> {
    C::ALL.iter().map(|&choice| (choice, choice.label(), choice.tooltip())).collect()
}

/// A list called `name` of values with their labels and tooltips; returns what was chosen.
pub fn combo<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: T,
    entries: &[(T, &str, &str)],
    width: f32,
) -> Option<T> {
    let (label, tooltip) = entries
        .iter()
        .find(|(value, ..)| *value == current)
        .map_or(("–", ""), |&(_, label, tooltip)| (label, tooltip));
    titled_combo(ui, name, (label, tooltip), Some(current), entries, width)
}

/// A list called `name` that shows `label`, which need not be that of one of its entries; returns what was chosen.
pub fn titled_combo<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    (label, tooltip): (&str, &str),
    current: Option<T>,
    entries: &[(T, &str, &str)],
    width: f32,
) -> Option<T> {
    let mut chosen = None;
    let list = |ui: &mut Ui| {
        let is_opening = is_opening(ui);
        for &(value, label, tooltip) in entries {
            let is_current = Some(value) == current;
            let mut item = ui.selectable_label(is_current, label);
            if is_current && is_opening {
                // A long list is scrolled to where one is.
                item.scroll_to_me(Some(Align::Center));
            }
            if !tooltip.is_empty() {
                item = item.on_hover_text(tooltip);
            }
            if item.clicked() && Some(value) != current {
                chosen = Some(value);
            }
        }
    };
    let combo = egui::ComboBox::from_id_salt(name).selected_text(label).width(width).truncate();
    // A long label is cut off rather than the list made wider, so that what stands beside it stays where it is.
    let response = ui.scope(|ui| {
        ui.set_max_width(width);
        combo.show_ui(ui, list).response
    });
    let response = response.inner.accessible_name(name);
    if !tooltip.is_empty() {
        response.on_hover_ui(|ui| {
            ui.label(egui::RichText::new(label).text_style(strong_style()).color(Palette::of(ui).text_strong));
            ui.label(tooltip);
        });
    }
    chosen
}

/// Passes in which a list finds its size and place.
const OPENING_PASSES: u64 = 3;

/// Whether a list has only now come into sight.
fn is_opening(ui: &Ui) -> bool {
    let (id, pass) = (ui.scope_id().with("in sight"), ui.ctx().cumulative_pass_nr());
    ui.data_mut(|data| {
        let (first, last) = data.get_temp(id).unwrap_or((pass, pass));
        let first = if pass > last + 1 { pass } else { first };
        data.insert_temp(id, (first, pass));
        pass - first < OPENING_PASSES
    })
}

//! Drop-down lists with names, and an explanation for each member.

use eframe::egui::{self, Ui};

use crate::config::Choice;

/// A list of choices called `name`; returns what was chosen. Each member explains itself under the pointer.
pub fn choice_combo<C: Choice>(ui: &mut Ui, name: &str, current: C, width: f32) -> Option<C> {
    let entries: Vec<_> = C::ALL.iter().map(|&choice| (choice, choice.label(), choice.tooltip())).collect();
    combo(ui, name, current, &entries, width)
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
    let mut chosen = None;
    let response = egui::ComboBox::from_id_salt(name).selected_text(label).width(width).truncate().show_ui(ui, |ui| {
        for &(value, label, tooltip) in entries {
            let mut item = ui.selectable_label(value == current, label);
            if !tooltip.is_empty() {
                item = item.on_hover_text(tooltip);
            }
            if item.clicked() && value != current {
                chosen = Some(value);
            }
        }
    });
    let mut response = response.response.accessible_name(name);
    if !tooltip.is_empty() {
        response = response.on_hover_text(tooltip);
    }
    drop(response);
    chosen
}

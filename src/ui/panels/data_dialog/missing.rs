//! A published set that is not on this machine: what it is, where it would come from, and how far it has come.

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::fact::fact_ui;
use super::{bar_ui, close, plain_button, problem_ui};
use crate::config::Choice as _;
use crate::data::DownloadProgress;
use crate::state::{DataOrder, DataUse, Fetching, MissingSet};
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::theme::{CONTROL_HEIGHT, HALF, UNIT};
use crate::ui::widgets::{primary_button, small_label};

/// Shows the page, at most `height` high.
pub(super) fn missing_ui(ui: &mut Ui, missing: &MissingSet, height: f32, actions: &mut Vec<Action>) {
    let name = missing.kind.label();
    ui.add(Label::new(RichText::new(format!("{name} is not on this machine")).heading()).wrap());
    let foot = 2.0 * CONTROL_HEIGHT + 4.0 * UNIT;
    ScrollArea::vertical().id_salt("missing").max_height(height - foot).auto_shrink([false, true]).show(ui, |ui| {
        // Beside the bar of what can be scrolled.
        ui.set_max_width(ui.available_width() - UNIT);
        ui.add(Label::new(missing.kind.tooltip()).wrap());
        facts_ui(ui, missing);
        fetching_ui(ui, missing);
    });
    buttons_ui(ui, missing, actions);
}

fn facts_ui(ui: &mut Ui, missing: &MissingSet) {
    let files = missing.set.files.len();
    let files = if files == 1 { "one file".to_owned() } else { format!("{files} files") };
    ui.spacing_mut().item_spacing.y = HALF;
    fact_ui(
        ui,
        "Size",
        &[format!("{} in {files}, checked against the published sums", megabytes(missing.set.bytes()))],
    );
    match &missing.mirrors {
        Ok(mirrors) if mirrors.is_empty() => fact_ui(ui, "From", &["no server: your list names none".to_owned()]),
        Ok(mirrors) => fact_ui(ui, "From", mirrors),
        Err(problem) => problem_ui(ui, problem, "Mend or remove that list, then choose the set again."),
    }
    fact_ui(ui, "Into", &[missing.target.display().to_string()]);
    let key = missing.set.key;
    small_label(ui, &format!("To ask other servers, name them in {}", missing.mirrors_file.display()))
        .on_hover_text(format!("{{\"{key}\": [\"https://a.server/{key}/\"]}}"));
    small_label(ui, "Nothing is fetched before you say so.");
    ui.add_space(HALF);
}

fn fetching_ui(ui: &mut Ui, missing: &MissingSet) {
    match &missing.fetching {
        Fetching::Offered => {}
        Fetching::Running(None) => bar_ui(ui, 0.0, "Asking for it…"),
        Fetching::Running(Some(progress)) => {
            let DownloadProgress { file, bytes, total } = *progress;
            let share = bytes as f32 / total.max(1) as f32;
            bar_ui(ui, share, &format!("{} of {}, {file}", megabytes(bytes), megabytes(total)));
        }
        Fetching::Stopping => {
            bar_ui(ui, 0.0, "Stopping; what has come is kept, and the next attempt goes on from there");
        }
        Fetching::Failed(problem) => {
            problem_ui(
                ui,
                problem,
                "Try again, or name another server in the list above. What has come and is right is kept.",
            );
        }
    }
}

fn buttons_ui(ui: &mut Ui, missing: &MissingSet, actions: &mut Vec<Action>) {
    let is_fetching = matches!(missing.fetching, Fetching::Running(_) | Fetching::Stopping);
    ui.horizontal(|ui| {
        if !is_fetching {
            let has_mirror = missing.mirrors.as_ref().is_ok_and(|mirrors| !mirrors.is_empty());
            let text = if matches!(missing.fetching, Fetching::Failed(_)) { "Try again" } else { "Download" };
            let download = ui.add_enabled_ui(has_mirror, |ui| primary_button(ui, text)).inner;
            let begins = match missing.wanted_for {
                DataUse::Run => "starts a run on them",
                DataUse::Experiment => "begins the experiment",
            };
            if download.on_hover_text(format!("Fetches the files, checks them, and {begins}")).clicked() {
                actions.push(Action::Data(DataOrder::Download));
            }
            if ui.add(plain_button("Cancel")).clicked() {
                actions.push(close());
            }
        } else if ui.add_enabled(missing.fetching != Fetching::Stopping, plain_button("Stop")).clicked() {
            actions.push(Action::Data(DataOrder::StopDownload));
        }
    });
}

/// Bytes as people say them.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    if tenths < 1000 {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    } else {
        format!("{} MB", number::grouped(bytes.div_ceil(1_000_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_megabytes() {
        assert_eq!(megabytes(0), "0.0 MB");
        assert_eq!(megabytes(11_594_722), "11.6 MB");
        assert_eq!(megabytes(170_052_171), "171 MB");
    }
}

//! The builder: the sizes and choices of a network's family, checked as they are typed.

use eframe::egui::{self, Ui};

use super::edit;
use super::network::Side;
use crate::config::{ActivationKind, Choice as _, ModelConfig, NormKind, UpsamplingKind};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::theme::Palette;
use crate::ui::widgets::{choice_combo, combo, labelled_row};

/// Units of a layer where nothing else is said.
pub(super) const USUAL_WIDTH: usize = 128;
/// The most layers one can ask for by hand.
const MAX_DEPTH: usize = 8;
/// The most units of a layer one can ask for by hand.
const MAX_WIDTH: usize = 1024;
/// The most channels one can ask for by hand.
const MAX_CHANNELS: usize = 256;

/// Shows what can be changed about a network of the family that it is of.
pub(super) fn sizes_ui(ui: &mut Ui, scene: &Scene<'_>, side: Side, name: &str, actions: &mut Vec<Action>) {
    let old = side.model(scene.controls.draft.config());
    let mut new = old.clone();
    match &mut new {
        ModelConfig::Mlp { hidden, activation, .. } => mlp_ui(ui, name, hidden, activation),
        ModelConfig::Dcgan { channels, norm, upsampling, activation, .. } => {
            channels_ui(ui, name, channels);
            norm_ui(ui, name, norm);
            convolution_activation_ui(ui, side, name, activation);
            if side == Side::Generator {
                upsampling_ui(ui, name, upsampling);
            }
        }
        ModelConfig::ResNet { channels, blocks } => resnet_ui(ui, name, channels, blocks),
        ModelConfig::Text { width, blocks, kernel, hidden } => {
            text_ui(ui, name, width, blocks, kernel);
            whole_text_ui(ui, name, hidden);
        }
        ModelConfig::Article => {}
    }
    if new != *old {
        edit(scene, actions, |config| *side.model_mut(config) = new);
    }
}

fn mlp_ui(ui: &mut Ui, name: &str, hidden: &mut Vec<usize>, activation: &mut ActivationKind) {
    let (old_depth, old_width) = (hidden.len(), hidden.first().copied().unwrap_or(USUAL_WIDTH));
    let (mut depth, mut width) = (old_depth, old_width);
    let tooltip = "Layers between input and output, and units in each; with none, a straight map; needs a restart";
    labelled_row(ui, "Layers", tooltip, |ui, _| {
        number_field(ui, &format!("{name} hidden layers"), &mut depth, 0..=MAX_DEPTH);
        if old_depth > 0 {
            ui.label("×");
            number_field(ui, &format!("{name} units per layer"), &mut width, 1..=MAX_WIDTH);
        }
    });
    if width != old_width {
        *hidden = vec![width; depth];
    } else if depth != old_depth {
        hidden.resize(depth, hidden.last().copied().unwrap_or(USUAL_WIDTH));
    }
    if !hidden.is_empty() {
        widths_ui(ui, name, hidden);
    }
    let tooltip = "What follows each hidden layer; needs a restart";
    labelled_row(ui, "Activation", tooltip, |ui, width| {
        *activation = choice_combo(ui, &format!("{name} activation"), *activation, width).unwrap_or(*activation);
    });
}

/// One field for the units of all layers, such as `128, 64, 32`: what is typed acts as soon as it can be built. A field that was
/// emptied is one in which other numbers are about to be typed.
fn widths_ui(ui: &mut Ui, name: &str, hidden: &mut Vec<usize>) {
    let id = ui.make_persistent_id((name, "widths"));
    let field = format!("{name} units of each layer");
    let written = |widths: &[usize]| widths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    // What is being typed need not be a network yet; once the field is left, it shows what is in force.
    let typed = ui.data(|data| data.get_temp::<String>(id));
    let mut text = typed.clone().unwrap_or_else(|| written(hidden));
    let mut problem = None;
    let tooltip = "Units of each layer, first to last, with commas between; needs a restart";
    labelled_row(ui, "Each layer", tooltip, |ui, width| {
        if typed.is_some() {
            problem = parse_widths(&text).err();
        }
        let color = problem.as_ref().map(|_| Palette::of(ui).error);
        let edit = egui::TextEdit::singleline(&mut text).desired_width(width - 8.0).text_color_opt(color);
        let response = ui.add(edit).accessible_name(&field);
        if response.changed() {
            match parse_widths(&text) {
                Ok(widths) if widths.is_empty() => problem = None,
                Ok(widths) => {
                    *hidden = widths;
                    problem = None;
                }
                Err(why) => problem = Some(why),
            }
        }
        if response.has_focus() {
            ui.data_mut(|data| data.insert_temp(id, text));
        } else {
            problem = None;
            ui.data_mut(|data| data.remove_temp::<String>(id));
        }
    });
    if let Some(problem) = problem {
        ui.add(egui::Label::new(egui::RichText::new(problem).small().color(Palette::of(ui).error)).wrap());
    }
}

/// The units of each layer, or what is wrong with the text.
fn parse_widths(text: &str) -> Result<Vec<usize>, String> {
    let words: Vec<&str> = text.split([',', ' ', ';']).filter(|word| !word.is_empty()).collect();
    if words.len() > MAX_DEPTH {
        return Err(format!("There can be {MAX_DEPTH} layers at most."));
    }
    let width = |word: &&str| {
        let width = word.parse().ok().filter(|width| (1..=MAX_WIDTH).contains(width));
        width.ok_or_else(|| format!("“{word}” is no number of units from 1 to {MAX_WIDTH}."))
    };
    words.iter().map(width).collect()
}

fn channels_ui(ui: &mut Ui, name: &str, channels: &mut usize) {
    let tooltip = "Channels of the largest feature map; they double with each halving; needs a restart";
    labelled_row(ui, "Channels", tooltip, |ui, _| {
        number_field(ui, &format!("{name} channels"), channels, 1..=MAX_CHANNELS);
    });
}

fn norm_ui(ui: &mut Ui, name: &str, norm: &mut NormKind) {
    let tooltip = "What is kept at one size; in the discriminator, not over the batch together with a penalty";
    labelled_row(ui, "Normalisation", tooltip, |ui, width| {
        *norm = choice_combo(ui, &format!("{name} normalisation"), *norm, width).unwrap_or(*norm);
    });
}

fn convolution_activation_ui(ui: &mut Ui, side: Side, name: &str, activation: &mut Option<ActivationKind>) {
    let usual = match side {
        Side::Generator => ActivationKind::Relu,
        Side::Discriminator => ActivationKind::LeakyRelu,
    };
    let shown = activation.unwrap_or(usual);
    let tooltip = "What follows each hidden layer; needs a restart";
    labelled_row(ui, "Activation", tooltip, |ui, width| {
        if let Some(chosen) = choice_combo(ui, &format!("{name} activation"), shown, width) {
            *activation = (chosen != usual).then_some(chosen);
        }
    });
}

fn upsampling_ui(ui: &mut Ui, name: &str, upsampling: &mut UpsamplingKind) {
    let tooltip = "How feature maps become larger; needs a restart";
    labelled_row(ui, "Up-sampling", tooltip, |ui, width| {
        let entries = UpsamplingKind::ALL.iter().map(|kind| {
            // A row of the panel is narrow.
            let short = match kind {
                UpsamplingKind::Transposed => "Transposed",
                UpsamplingKind::Nearest => "Repeat",
            };
            (*kind, short, kind.tooltip())
        });
        let entries: Vec<_> = entries.collect();
        *upsampling = combo(ui, &format!("{name} up-sampling"), *upsampling, &entries, width).unwrap_or(*upsampling);
    });
}

fn resnet_ui(ui: &mut Ui, name: &str, channels: &mut usize, blocks: &mut usize) {
    let tooltip =
        "Channels of the largest feature map, which double with each halving, and blocks at each size; needs a restart";
    labelled_row(ui, "Channels × blocks", tooltip, |ui, _| {
        number_field(ui, &format!("{name} channels"), channels, 1..=MAX_CHANNELS);
        ui.label("×");
        number_field(ui, &format!("{name} blocks"), blocks, 0..=MAX_DEPTH);
    });
}

fn text_ui(ui: &mut Ui, name: &str, width: &mut usize, blocks: &mut usize, kernel: &mut usize) {
    let tooltip = "Channels between the convolutions, and residual blocks of two convolutions each; needs a restart";
    labelled_row(ui, "Channels × blocks", tooltip, |ui, _| {
        number_field(ui, &format!("{name} channels"), width, 1..=MAX_CHANNELS);
        ui.label("×");
        number_field(ui, &format!("{name} blocks"), blocks, 0..=MAX_DEPTH);
    });
    let tooltip = "Characters that one convolution sees at a time: an odd number; needs a restart";
    labelled_row(ui, "Kernel", tooltip, |ui, combo_width| {
        let sizes = [(1, "1", ""), (3, "3", ""), (5, "5", ""), (7, "7", "")];
        *kernel = combo(ui, &format!("{name} kernel"), *kernel, &sizes, combo_width).unwrap_or(*kernel);
    });
}

fn whole_text_ui(ui: &mut Ui, name: &str, hidden: &mut usize) {
    let tooltip = "Units of fully connected layers that see a text as a whole: two between a generator's latents and its \
                   convolutions, one before a discriminator's score; 0 for none; needs a restart";
    labelled_row(ui, "Dense units", tooltip, |ui, _| {
        number_field(ui, &format!("{name} dense units"), hidden, 0..=MAX_WIDTH);
    });
}

/// A whole number that can be dragged or typed.
pub(super) fn number_field(ui: &mut Ui, name: &str, value: &mut usize, range: std::ops::RangeInclusive<usize>) {
    let field = egui::DragValue::new(value).speed(0.1).range(range).update_while_editing(false);
    ui.add(field).accessible_name(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_as_people_write_them() {
        assert_eq!(parse_widths("128, 64,32"), Ok(vec![128, 64, 32]));
        assert_eq!(parse_widths(" 5 7;"), Ok(vec![5, 7]));
        assert_eq!(parse_widths(""), Ok(Vec::new()));
    }

    #[test]
    fn what_cannot_be_built_is_named() {
        for (text, named) in
            [("128, x", "x"), ("0", "0"), ("4096", "4096"), ("-3", "-3"), ("1 2 3 4 5 6 7 8 9", "8 layers")]
        {
            let problem = parse_widths(text).unwrap_err();
            assert!(problem.contains(named), "{text}: {problem}");
        }
    }
}

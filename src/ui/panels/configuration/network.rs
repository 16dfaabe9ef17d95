//! One network's section: its learning rate in the open, its layers and optimizer in a fold.

use eframe::egui::{self, Ui};

use super::edit;
use super::layer_list::layer_list_ui;
use super::sizes::{USUAL_WIDTH, sizes_ui};
use crate::config::{
    ActivationKind, Architecture, Domain, InitialWeights, ModelConfig, NormKind, OptimizerConfig, OptimizerKind,
    Preset, RunConfig, ShapeError, UpsamplingKind,
};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::theme::{Palette, Role};
use crate::ui::widgets::{MarkedSlider, choice_combo, combo, labelled_row, role_section_ui};

/// Where learning rates are of any use.
pub(super) const LEARNING_RATES: std::ops::RangeInclusive<f64> = 1e-6..=1e-1;

/// Which of the two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The one that makes samples.
    Generator,
    /// The one that judges them.
    Discriminator,
}

impl Side {
    fn role(self) -> Role {
        match self {
            Self::Generator => Role::Generator,
            Self::Discriminator => Role::Discriminator,
        }
    }

    pub(super) fn model(self, config: &RunConfig) -> &ModelConfig {
        match self {
            Self::Generator => &config.generator,
            Self::Discriminator => &config.discriminator,
        }
    }

    pub(super) fn model_mut(self, config: &mut RunConfig) -> &mut ModelConfig {
        match self {
            Self::Generator => &mut config.generator,
            Self::Discriminator => &mut config.discriminator,
        }
    }

    fn optimizer(self, config: &RunConfig) -> &OptimizerConfig {
        match self {
            Self::Generator => &config.generator_optimizer,
            Self::Discriminator => &config.discriminator_optimizer,
        }
    }

    fn optimizer_mut(self, config: &mut RunConfig) -> &mut OptimizerConfig {
        match self {
            Self::Generator => &mut config.generator_optimizer,
            Self::Discriminator => &mut config.discriminator_optimizer,
        }
    }

    pub(super) fn architecture(self, config: &RunConfig) -> Result<Architecture, ShapeError> {
        match self {
            Self::Generator => config.generator_architecture(),
            Self::Discriminator => config.discriminator_architecture(),
        }
    }
}

/// A family of networks, without its sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Mlp,
    Dcgan,
    ResNet,
    Text,
    Article,
}

impl Family {
    fn of(model: &ModelConfig) -> Self {
        match model {
            ModelConfig::Mlp { .. } => Self::Mlp,
            ModelConfig::Dcgan { .. } => Self::Dcgan,
            ModelConfig::ResNet { .. } => Self::ResNet,
            ModelConfig::Text { .. } => Self::Text,
            ModelConfig::Article => Self::Article,
        }
    }

    fn default_model(self, side: Side) -> ModelConfig {
        match self {
            Self::Mlp => ModelConfig::Mlp {
                hidden: vec![USUAL_WIDTH; 3],
                activation: ActivationKind::LeakyRelu,
                initial_weights: InitialWeights::He,
            },
            Self::Dcgan => ModelConfig::Dcgan {
                channels: 32,
                norm: if side == Side::Generator { NormKind::Batch } else { NormKind::None },
                upsampling: UpsamplingKind::Transposed,
                activation: None,
                initial_weights: InitialWeights::Normal { std: 0.02 },
            },
            Self::ResNet => ModelConfig::ResNet { channels: 16, blocks: 1 },
            Self::Text => side.model(&Preset::Names.config()).clone(),
            Self::Article => ModelConfig::Article,
        }
    }
}

/// Shows one network.
pub(super) fn network_ui(ui: &mut Ui, scene: &Scene<'_>, side: Side, actions: &mut Vec<Action>) {
    let draft = scene.controls.draft.config();
    let name = match side {
        Side::Generator => "Generator",
        Side::Discriminator if draft.objective.loss.scores_are_probabilities() => "Discriminator",
        Side::Discriminator => "Critic",
    };
    let summary = side.model(draft).summary();
    let mut from_slider = Vec::new();
    role_section_ui(
        ui,
        (side.role(), name, &summary, "Layers, sizes and optimizer"),
        |ui| learning_rate_ui(ui, scene, side, &mut from_slider),
        |ui| {
            model_ui(ui, scene, side, name, actions);
            optimizer_ui(ui, scene, side, name, actions);
            layer_list_ui(ui, side, name, draft);
        },
    );
    actions.append(&mut from_slider);
}

fn learning_rate_ui(ui: &mut Ui, scene: &Scene<'_>, side: Side, actions: &mut Vec<Action>) {
    let live = &scene.controls.live;
    let (label, value) = match side {
        Side::Generator => ("Generator learning rate", live.generator_learning_rate),
        Side::Discriminator => ("Discriminator learning rate", live.discriminator_learning_rate),
    };
    let default = side.optimizer(scene.controls.draft.in_force()).learning_rate;
    let slider = MarkedSlider::new(label, widen(value), LEARNING_RATES, widen(default))
        .short_name("Learning rate")
        .tooltip("How far each step moves the weights: too small learns nothing, too large falls apart. Acts at once")
        .logarithmic(*LEARNING_RATES.start())
        .color(Palette::of(ui).role(side.role()));
    if let Some(rate) = slider.show(ui) {
        let mut live = live.clone();
        match side {
            Side::Generator => live.generator_learning_rate = rate as f32,
            Side::Discriminator => live.discriminator_learning_rate = rate as f32,
        }
        actions.push(Action::SetLive(live));
    }
}

fn model_ui(ui: &mut Ui, scene: &Scene<'_>, side: Side, name: &str, actions: &mut Vec<Action>) {
    let draft = scene.controls.draft.config();
    let model = side.model(draft);
    let families: &[(Family, &str, &str)] = &[
        (Family::Mlp, "MLP", "Fully connected layers, for points or small pictures"),
        (Family::Dcgan, "DCGAN", "Strided convolutions, for pictures"),
        (
            Family::ResNet,
            "ResNet",
            "Residual blocks without normalisation, for pictures: slower steps, steadier with R1 and R2",
        ),
        (Family::Text, "Text", "Residual blocks of 1-D convolutions, for texts"),
        (Family::Article, "Article", "The article's own two convolutional networks, for 28×28 grey pictures"),
    ];
    let is_for = |family: Family| match draft.data.domain() {
        Domain::Points => family == Family::Mlp,
        Domain::Images => family != Family::Text,
        Domain::Text => matches!(family, Family::Mlp | Family::Text),
    };
    let families: Vec<_> = families.iter().copied().filter(|(family, ..)| is_for(*family)).collect();
    labelled_row(ui, "Network", "The family of layers; needs a restart", |ui, width| {
        if let Some(family) = combo(ui, &format!("{name} network"), Family::of(model), &families, width) {
            edit(scene, actions, |config| *side.model_mut(config) = family.default_model(side));
        }
    });
    sizes_ui(ui, scene, side, name, actions);
}

fn optimizer_ui(ui: &mut Ui, scene: &Scene<'_>, side: Side, name: &str, actions: &mut Vec<Action>) {
    let old = side.optimizer(scene.controls.draft.config());
    let mut new = old.clone();
    labelled_row(ui, "Optimizer", "How gradients become steps; needs a restart", |ui, width| {
        if let Some(kind) = choice_combo(ui, &format!("{name} optimizer"), old.kind, width) {
            new.kind = kind;
        }
    });
    let uses_beta_1 = matches!(old.kind, OptimizerKind::Momentum | OptimizerKind::Adam);
    let uses_beta_2 = matches!(old.kind, OptimizerKind::RmsProp | OptimizerKind::Adam);
    if uses_beta_1 || uses_beta_2 {
        let tooltip =
            "β₁: how much of the last movement is kept. β₂: over how many steps the gradient's size is averaged";
        labelled_row(ui, "β₁, β₂", tooltip, |ui, _| {
            if uses_beta_1 {
                beta_field(ui, &format!("{name} beta 1"), &mut new.beta_1);
            }
            if uses_beta_2 {
                beta_field(ui, &format!("{name} beta 2"), &mut new.beta_2);
            }
        });
    }
    if new != *old {
        edit(scene, actions, |config| *side.optimizer_mut(config) = new);
    }
}

fn beta_field(ui: &mut Ui, name: &str, value: &mut f32) {
    let field =
        egui::DragValue::new(value).speed(0.002).range(0.0..=0.9999).max_decimals(4).update_while_editing(false);
    ui.add(field).accessible_name(name);
}

/// To double precision by way of the decimal text, so that 0.001 stays 0.001.
pub(super) fn widen(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

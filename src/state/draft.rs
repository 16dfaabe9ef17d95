//! Edits that wait for a restart: what differs from the run, and whether it makes sense.

use crate::backend::DeviceChoice;
use crate::config::{ConfigError, RunConfig};
use crate::trainer::LiveSettings;

/// A configuration being edited beside the one in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    config: RunConfig,
    device: DeviceChoice,
    in_force: RunConfig,
    device_in_force: DeviceChoice,
    problem: Option<ConfigError>,
    changes: Vec<&'static str>,
}

impl Draft {
    /// A draft without edits.
    pub fn new(config: RunConfig, device: DeviceChoice) -> Self {
        Self { in_force: config.clone(), config, device, device_in_force: device, problem: None, changes: Vec::new() }
    }

    /// The configuration as edited.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// The configuration the run started with.
    pub fn in_force(&self) -> &RunConfig {
        &self.in_force
    }

    /// The device as chosen.
    pub fn device(&self) -> DeviceChoice {
        self.device
    }

    /// The device the run was started on.
    pub fn device_in_force(&self) -> DeviceChoice {
        self.device_in_force
    }

    /// Names of what differs from the run and needs a restart.
    pub fn changes(&self) -> &[&'static str] {
        &self.changes
    }

    /// Why the edited configuration cannot be run.
    pub fn problem(&self) -> Option<&ConfigError> {
        self.problem.as_ref()
    }

    /// Whether anything waits for a restart.
    pub fn is_edited(&self) -> bool {
        !self.changes.is_empty()
    }

    /// The edited configuration with the live settings as they stand now, except where the edits set them anew.
    pub fn with_live(&self, live: &LiveSettings) -> RunConfig {
        let edited = LiveSettings::of(live.run, &self.config);
        let started = LiveSettings::of(live.run, &self.in_force);
        let pick =
            |edited: f32, started: f32, live: f32| if edited.to_bits() == started.to_bits() { live } else { edited };
        let mut config = self.config.clone();
        fold_live(
            &mut config,
            &LiveSettings {
                generator_learning_rate: pick(
                    edited.generator_learning_rate,
                    started.generator_learning_rate,
                    live.generator_learning_rate,
                ),
                discriminator_learning_rate: pick(
                    edited.discriminator_learning_rate,
                    started.discriminator_learning_rate,
                    live.discriminator_learning_rate,
                ),
                loss: if edited.loss == started.loss { live.loss } else { edited.loss },
                penalty: if edited.penalty == started.penalty { live.penalty } else { edited.penalty },
                penalty_weight: pick(edited.penalty_weight, started.penalty_weight, live.penalty_weight),
                ema_decay: pick(edited.ema_decay, started.ema_decay, live.ema_decay),
                discriminator_steps: if edited.discriminator_steps == started.discriminator_steps {
                    live.discriminator_steps
                } else {
                    edited.discriminator_steps
                },
                ..live.clone()
            },
        );
        config
    }

    /// Replaces the edited configuration.
    pub fn edit(&mut self, config: RunConfig) {
        self.config = config;
        self.compare();
    }

    /// Replaces the chosen device.
    pub fn choose_device(&mut self, device: DeviceChoice) {
        self.device = device;
        self.compare();
    }

    /// Throws the edits away.
    pub fn discard(&mut self) {
        *self = Self::new(self.in_force.clone(), self.device_in_force);
    }

    /// Takes over a loss and a penalty that the run was given while it goes on.
    pub(super) fn adopt_objective(&mut self, live: &LiveSettings) {
        for config in [&mut self.config, &mut self.in_force] {
            config.objective.loss = live.loss;
            config.objective.penalty = live.penalty;
        }
        self.compare();
    }

    fn compare(&mut self) {
        self.problem = self.config.validate().err();
        self.changes = changes(&self.in_force, &self.config);
        if self.device != self.device_in_force {
            self.changes.push("device");
        }
    }
}

/// Writes the live settings into a configuration.
pub(super) fn fold_live(config: &mut RunConfig, live: &LiveSettings) {
    let LiveSettings {
        run: _,
        generator_learning_rate,
        discriminator_learning_rate,
        loss,
        penalty,
        penalty_weight,
        discriminator_steps,
        ema_decay,
        speed_limit: _,
    } = *live;
    config.objective.loss = loss;
    config.objective.penalty = penalty;
    config.generator_optimizer.learning_rate = generator_learning_rate;
    config.discriminator_optimizer.learning_rate = discriminator_learning_rate;
    config.objective.penalty_weight = penalty_weight;
    config.discriminator_steps = discriminator_steps;
    config.ema_decay = ema_decay;
}

/// Names of what differs and cannot change while training; live settings are no reason to restart.
fn changes(from: &RunConfig, to: &RunConfig) -> Vec<&'static str> {
    let mut to = to.clone();
    let live = LiveSettings::of(crate::trainer::RunId::default(), from);
    // An edited loss waits for a restart like everything else that is edited.
    let (loss, penalty) = (to.objective.loss, to.objective.penalty);
    fold_live(&mut to, &LiveSettings { loss, penalty, ..live });
    let differences = [
        (from.data != to.data, "data"),
        (from.conditional != to.conditional, "classes"),
        (from.latent != to.latent, "latent"),
        (from.generator != to.generator, "generator"),
        (from.discriminator != to.discriminator, "discriminator"),
        (from.objective != to.objective, "loss"),
        (from.augment != to.augment, "augmentation"),
        (from.instance_noise.to_bits() != to.instance_noise.to_bits(), "instance noise"),
        (from.generator_optimizer != to.generator_optimizer, "generator's optimizer"),
        (from.discriminator_optimizer != to.discriminator_optimizer, "discriminator's optimizer"),
        (from.schedule != to.schedule, "schedule"),
        (from.batch_size != to.batch_size, "batch size"),
        (from.steps != to.steps, "number of steps"),
        (from.seed != to.seed, "seed"),
    ];
    differences.into_iter().filter_map(|(differs, name)| differs.then_some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LossKind, PenaltyKind, Preset};
    use crate::trainer::RunId;

    fn draft() -> Draft {
        Draft::new(Preset::Ring8.config(), DeviceChoice::Auto)
    }

    #[test]
    fn edits_are_named_and_can_be_thrown_away() {
        let mut draft = draft();
        assert!(!draft.is_edited());
        let mut config = draft.config().clone();
        config.seed = 7;
        config.batch_size = 64;
        draft.edit(config);
        draft.choose_device(DeviceChoice::Cpu);
        assert_eq!(draft.changes(), ["batch size", "seed", "device"]);
        draft.discard();
        assert!(!draft.is_edited());
        assert_eq!(draft.device(), DeviceChoice::Auto);
    }

    #[test]
    fn every_setting_that_needs_a_restart_is_noticed() {
        type Change = fn(&mut RunConfig);
        let cases: [(&str, Change); 5] = [
            ("classes", |config| config.conditional = false),
            ("augmentation", |config| config.augment.cutout = true),
            ("instance noise", |config| config.instance_noise = 0.1),
            ("loss", |config| config.objective.label_smoothing = 0.1),
            ("generator's optimizer", |config| config.generator_optimizer.clip_norm = 1.0),
        ];
        for (name, change) in cases {
            let mut draft = Draft::new(Preset::Fashion.config(), DeviceChoice::Auto);
            let mut config = draft.config().clone();
            change(&mut config);
            draft.edit(config);
            assert_eq!(draft.changes(), [name]);
        }
    }

    #[test]
    fn what_can_change_while_training_needs_no_restart() {
        let mut draft = draft();
        let mut config = draft.config().clone();
        config.generator_optimizer.learning_rate = 0.5;
        config.ema_decay = 0.5;
        draft.edit(config);
        assert!(!draft.is_edited());
    }

    #[test]
    fn live_settings_go_along_into_the_new_run() {
        let mut live = LiveSettings::of(RunId(1), &Preset::Ring8.config());
        live.generator_learning_rate = 0.25;
        let config = draft().with_live(&live);
        assert!((config.generator_optimizer.learning_rate - 0.25).abs() < f32::EPSILON);
    }

    #[test]
    fn an_edit_outranks_the_live_setting_it_replaces() {
        let live = LiveSettings::of(RunId(1), &Preset::Ring8.config());
        let mut draft = draft();
        let mut edited = Preset::Ring8.config();
        edited.generator_optimizer.learning_rate = 2e-4;
        draft.edit(edited);
        let config = draft.with_live(&live);
        assert!((config.generator_optimizer.learning_rate - 2e-4).abs() < f32::EPSILON);
    }

    #[test]
    fn nonsense_is_explained_while_editing() {
        let mut draft = draft();
        let mut config = draft.config().clone();
        config.objective.loss = LossKind::Wasserstein;
        config.objective.penalty = PenaltyKind::None;
        draft.edit(config);
        assert_eq!(draft.problem(), Some(&ConfigError::UnboundedCritic));
    }
}

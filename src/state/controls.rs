//! What the user has set: live settings, edits that wait, what to look at, and the walk through latent space.

use crate::backend::DeviceChoice;
use crate::config::{Domain, RunConfig};
use crate::trainer::{GeneratorChoice, LatentRequest, LiveSettings, RunId, ViewRequest};

use super::draft::Draft;

/// Something drawn on the stage that can be switched on and off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageLayer {
    /// Real points.
    Real,
    /// Generated points.
    Generated,
    /// The discriminator's opinion.
    Opinion,
    /// The walk through latent space.
    Path,
}

impl StageLayer {
    /// Every layer, from the lowest to the highest switch.
    pub const ALL: [Self; 4] = [Self::Real, Self::Generated, Self::Opinion, Self::Path];
}

/// Which layers are on: all of them at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageLayers {
    shown: [bool; StageLayer::ALL.len()],
}

impl StageLayers {
    const ALL: Self = Self { shown: [true; StageLayer::ALL.len()] };

    /// Whether `layer` is on.
    pub fn shows(&self, layer: StageLayer) -> bool {
        self.shown[layer as usize]
    }

    fn toggle(&mut self, layer: StageLayer) {
        let shown = &mut self.shown[layer as usize];
        *shown = !*shown;
    }
}

/// One end of the walk through latent space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatentEnd {
    /// Where it starts.
    A,
    /// Where it ends.
    B,
}

/// What the user has set.
#[derive(Debug, Clone, PartialEq)]
pub struct Controls {
    /// Settings that act while training.
    pub live: LiveSettings,
    /// Edits that wait for a restart.
    pub draft: Draft,
    /// Which generator to look at.
    pub generator: GeneratorChoice,
    /// What the stage shows of points.
    pub layers: StageLayers,
    /// The walk through latent space.
    pub latent: LatentRequest,
}

impl Controls {
    /// The controls of a run that starts with `config`.
    pub fn new(run: RunId, config: &RunConfig, device: DeviceChoice) -> Self {
        let shown_first = ViewRequest::new(run, config.data.shape().domain());
        Self {
            live: LiveSettings::of(run, config),
            draft: Draft::new(config.clone(), device),
            generator: shown_first.generator,
            layers: StageLayers::ALL,
            latent: shown_first.latent,
        }
    }

    /// Takes over a run's configuration; what to look at stays, and so does the limit on speed.
    pub fn begin_run(&mut self, run: RunId, config: &RunConfig, device: DeviceChoice) {
        let speed_limit = self.live.speed_limit;
        self.live = LiveSettings { speed_limit, ..LiveSettings::of(run, config) };
        self.draft = Draft::new(config.clone(), device);
    }

    /// The running configuration with the live settings as they stand now: what a reset starts again.
    pub fn config_in_force(&self) -> RunConfig {
        let mut config = self.draft.in_force().clone();
        super::draft::fold_live(&mut config, &self.live);
        config
    }

    /// Switches a layer of the stage on or off.
    pub fn toggle_layer(&mut self, layer: StageLayer) {
        self.layers.toggle(layer);
    }

    /// Puts one end of the walk on the latent called `number`.
    pub fn set_latent_end(&mut self, end: LatentEnd, number: u64) {
        match end {
            LatentEnd::A => self.latent.from = number,
            LatentEnd::B => self.latent.to = number,
        }
    }

    /// Puts both ends on other tiles of the gallery, the same ones for the same `turn`.
    pub fn shuffle_latent(&mut self, turn: u64) {
        // Odd strides visit every tile before one comes back.
        let tiles = crate::trainer::GALLERY_FAKES as u64;
        self.latent.from = (turn * 17 + 5) % tiles;
        self.latent.to = (turn * 29 + 11) % tiles;
        if self.latent.to == self.latent.from {
            self.latent.to = (self.latent.to + 1) % tiles;
        }
    }

    /// What the trainer should draw for the window.
    pub fn view_request(&self, run: RunId, domain: Domain) -> ViewRequest {
        let shown_first = ViewRequest::new(run, domain);
        let frames = shown_first.latent.frames;
        ViewRequest {
            generator: self.generator,
            shows_opinion: domain == Domain::Points && self.layers.shows(StageLayer::Opinion),
            latent: LatentRequest { frames, ..self.latent.clone() },
            ..shown_first
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preset;

    fn controls() -> Controls {
        Controls::new(RunId(1), &Preset::Ring8.config(), DeviceChoice::Auto)
    }

    #[test]
    fn a_new_run_keeps_what_is_looked_at_and_takes_the_new_settings() {
        let mut controls = controls();
        controls.toggle_layer(StageLayer::Opinion);
        controls.set_latent_end(LatentEnd::B, 9);
        controls.live.speed_limit = Some(10.0);
        controls.begin_run(RunId(2), &Preset::Collapse.config(), DeviceChoice::Cpu);
        assert_eq!(controls.live.run, RunId(2));
        assert_eq!(controls.live.speed_limit, Some(10.0));
        assert_eq!(controls.latent.to, 9);
        assert!(!controls.layers.shows(StageLayer::Opinion));
        assert!(!controls.view_request(RunId(2), Domain::Points).shows_opinion);
    }

    #[test]
    fn a_reset_starts_with_the_settings_as_they_stand() {
        let mut controls = controls();
        controls.live.discriminator_steps = 5;
        assert_eq!(controls.config_in_force().discriminator_steps, 5);
    }

    #[test]
    fn shuffling_never_walks_from_a_latent_to_itself() {
        let mut controls = controls();
        for turn in 0..1000 {
            controls.shuffle_latent(turn);
            assert_ne!(controls.latent.from, controls.latent.to);
            assert!(controls.latent.from < 48 && controls.latent.to < 48);
        }
    }
}

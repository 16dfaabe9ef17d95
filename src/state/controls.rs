//! What the user has set: live settings, edits that wait, what to look at, and the walk through latent space.

use serde::{Deserialize, Serialize};

use crate::backend::DeviceChoice;
use crate::config::{Choice as _, Domain, RunConfig};
use crate::trainer::{GeneratorChoice, LatentRequest, LiveSettings, PointsExtra, PointsRequest, RunId, ViewRequest};

use super::draft::Draft;
use super::sketch::Sketch;

/// Something drawn on the stage of points that can be switched on and off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageLayer {
    /// Real points.
    Real,
    /// Generated points.
    Generated,
    /// The discriminator's opinion.
    Opinion,
    /// The walk through latent space.
    Path,
    /// Points in the colours of their scores.
    Scores,
    /// Where the discriminator is undecided.
    Border,
    /// Where each generated point is pulled.
    Arrows,
    /// Where a point would be pulled, everywhere.
    Field,
    /// How densely generated points lie.
    Density,
    /// Where a few generated points have come from.
    Trails,
    /// The bent plane of latents.
    Warp,
    /// The latents themselves.
    Noise,
}

crate::config::choices!(StageLayer {
    Real => "real", "Real", "Points from the data, as rings";
    Generated => "generated", "Generated", "Points from the generator, as discs; click one to start the latent walk there, shift-click to end it there";
    Opinion => "opinion", "Opinion", "What the discriminator makes of every place: blue looks real to it, orange looks generated, grey is undecided";
    Path => "path", "Walk", "What the generator makes along the way from latent A to latent B";
    Scores => "scores", "Scores as colours", "Colours each point by the discriminator's score instead of by what it is: blue looks real to it, orange looks generated";
    Border => "border", "Border", "The line on which the discriminator is undecided: score 0.5";
    Arrows => "arrows", "Pull on points", "Arrows along which the generator's loss falls fastest: where each generated point is pulled";
    Field => "field", "Pull everywhere", "The same for every place of the plane, as if a generated point lay there";
    Density => "density", "Density", "How densely generated points lie, from 4,096 of them";
    Trails => "trails", "Trails", "Where a few generated points have come from in the last pictures; their latents stay the same";
    Warp => "warp", "Bent plane", "The plane of latents as the generator bends it into the data's: every cell holds equally many points";
    Noise => "noise", "Noise", "The latents that the generated points are made from, where they have one or two numbers";
});

impl StageLayer {
    /// What the trainer has to compute for it, if anything besides the points.
    fn extra(self) -> Option<PointsExtra> {
        match self {
            Self::Opinion | Self::Border => Some(PointsExtra::Opinion),
            Self::Arrows => Some(PointsExtra::Descent),
            Self::Field => Some(PointsExtra::Field),
            Self::Density => Some(PointsExtra::Density),
            Self::Warp => Some(PointsExtra::Warp),
            Self::Real | Self::Generated | Self::Path | Self::Scores | Self::Trails | Self::Noise => None,
        }
    }
}

/// Which layers are on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageLayers {
    shown: Vec<StageLayer>,
}

impl Default for StageLayers {
    /// What explains itself.
    fn default() -> Self {
        Self { shown: vec![StageLayer::Real, StageLayer::Generated, StageLayer::Opinion, StageLayer::Path] }
    }
}

impl StageLayers {
    /// Whether `layer` is on.
    pub fn shows(&self, layer: StageLayer) -> bool {
        self.shown.contains(&layer)
    }

    fn toggle(&mut self, layer: StageLayer) {
        if self.shows(layer) {
            self.shown.retain(|&other| other != layer);
        } else {
            self.shown.push(layer);
        }
    }

    /// What the trainer has to compute, each thing once.
    fn extras(&self) -> Vec<PointsExtra> {
        let mut extras = Vec::new();
        for extra in StageLayer::ALL.iter().filter(|layer| self.shows(**layer)).filter_map(|layer| layer.extra()) {
            if !extras.contains(&extra) {
                extras.push(extra);
            }
        }
        extras
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
    /// The part of the plane that is in sight, once it is not all of the data's: least and greatest corner.
    pub visible: Option<[[f32; 2]; 2]>,
    /// The walk through latent space.
    pub latent: LatentRequest,
    /// Whether the lesson of the run has been put away.
    pub has_put_lesson_away: bool,
    /// What is drawn on the drawing page.
    pub sketch: Sketch,
}

impl Controls {
    /// The controls of a run that starts with `config`.
    pub fn new(run: RunId, config: &RunConfig, device: DeviceChoice) -> Self {
        let shown_first = ViewRequest::new(run, config.data.shape().domain());
        Self {
            live: LiveSettings::of(run, config),
            draft: Draft::new(config.clone(), device),
            generator: shown_first.generator,
            layers: StageLayers::default(),
            visible: None,
            latent: shown_first.latent,
            has_put_lesson_away: false,
            sketch: Sketch::default(),
        }
    }

    /// Takes over a run's configuration; what to look at stays, and so does the limit on speed.
    pub fn begin_run(&mut self, run: RunId, config: &RunConfig, device: DeviceChoice) {
        let speed_limit = self.live.speed_limit;
        self.live = LiveSettings { speed_limit, ..LiveSettings::of(run, config) };
        self.draft = Draft::new(config.clone(), device);
        self.has_put_lesson_away = false;
    }

    /// The running configuration with the live settings as they stand now: what a reset starts again.
    pub fn config_in_force(&self) -> RunConfig {
        let mut config = self.draft.in_force().clone();
        super::draft::fold_live(&mut config, &self.live);
        config
    }

    /// Changes what may change while training.
    pub fn set_live(&mut self, live: LiveSettings) {
        if (live.loss, live.penalty) != (self.live.loss, self.live.penalty) {
            self.draft.adopt_objective(&live);
        }
        self.live = live;
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
            points: match domain {
                Domain::Points => PointsRequest { extras: self.layers.extras(), visible: self.visible },
                Domain::Images => PointsRequest::default(),
            },
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
        assert!(controls.view_request(RunId(2), Domain::Points).points.extras.is_empty());
    }

    #[test]
    fn only_what_is_looked_at_is_computed_and_each_thing_once() {
        let mut controls = controls();
        for layer in [StageLayer::Border, StageLayer::Trails, StageLayer::Warp] {
            controls.toggle_layer(layer);
        }
        let extras = |controls: &Controls, domain| controls.view_request(RunId(1), domain).points.extras;
        assert_eq!(extras(&controls, Domain::Points), [PointsExtra::Opinion, PointsExtra::Warp]);
        assert!(extras(&controls, Domain::Images).is_empty());
    }

    #[test]
    fn layers_are_remembered_by_name() {
        let mut layers = StageLayers::default();
        layers.toggle(StageLayer::Warp);
        layers.toggle(StageLayer::Path);
        let text = serde_json::to_string(&layers).unwrap();
        assert_eq!(text, r#"["real","generated","opinion","warp"]"#);
        assert_eq!(serde_json::from_str::<StageLayers>(&text).unwrap(), layers);
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

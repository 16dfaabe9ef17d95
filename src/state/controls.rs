//! What the user has set: live settings, edits that wait, what to look at, and the walk through latent space.

use serde::{Deserialize, Serialize};

use crate::backend::DeviceChoice;
use crate::config::{Choice as _, Domain, Preset, RunConfig};
use crate::trainer::{
    GeneratorChoice, KeptLatent, LatentRequest, LiveSettings, PointsExtra, PointsRequest, RunId, ViewRequest,
};

use super::data_dialog::DataDialog;
use super::draft::Draft;
use super::experiment::ExperimentPage;
use super::sketch::Sketch;
use super::stage_layers::{StageLayer, StageLayers};

/// Latents that are kept in sight at most.
pub const MAX_TRAY: usize = 12;
/// The most classes that have a row of pictures each.
const MAX_CLASS_ROWS: usize = 16;

/// In which order the gallery shows generated pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TileOrder {
    /// By their latents' numbers: every picture keeps its place.
    #[default]
    Latent,
    /// Those first that look most real to the discriminator.
    MostReal,
    /// Those first that look least real to it.
    LeastReal,
}

crate::config::choices!(TileOrder {
    Latent => "latent", "Unsorted", "Every picture keeps its place, so that one sees it change";
    MostReal => "most-real", "Best first", "Pictures that look most real to the discriminator come first; sorted anew every few seconds";
    LeastReal => "least-real", "Worst first", "Pictures that look least real to the discriminator come first; sorted anew every few seconds";
});

/// How the gallery is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GalleryLook {
    /// The order of generated pictures.
    pub order: TileOrder,
    /// Whether each picture shows what in it the discriminator goes by.
    pub shows_slopes: bool,
    /// Whether the generated pictures nearest to training pictures stand below.
    pub shows_nearest: bool,
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
    /// The class of all pictures that a conditional model makes; `None` for each class in turn.
    pub class: Option<usize>,
    /// What the stage shows of points.
    pub layers: StageLayers,
    /// How the gallery is looked at.
    pub gallery: GalleryLook,
    /// A layer that is on for the lesson of the run only, and is not remembered.
    pub lesson_layer: Option<StageLayer>,
    /// The part of the plane that is in sight, once it is not all of the data's: least and greatest corner.
    pub visible: Option<[[f32; 2]; 2]>,
    /// The walk through latent space.
    pub latent: LatentRequest,
    /// Latents that are kept in sight, at most [`MAX_TRAY`].
    pub tray: Vec<KeptLatent>,
    /// The generated picture whose nearest training pictures are looked at.
    pub nearest: Option<usize>,
    /// Whether the lesson of the run has been put away.
    pub has_put_lesson_away: bool,
    /// What is drawn on the drawing page.
    pub sketch: Sketch,
    /// The dialog in which data is opened.
    pub data_dialog: DataDialog,
    /// The page of the data augmentation experiment.
    pub experiment: ExperimentPage,
}

impl Controls {
    /// The controls of a run that starts with `config`.
    pub fn new(run: RunId, config: &RunConfig, device: DeviceChoice) -> Self {
        let shown_first = ViewRequest::new(run, config.data.domain());
        Self {
            live: LiveSettings::of(run, config),
            draft: Draft::new(config.clone(), device),
            generator: shown_first.generator,
            class: None,
            layers: StageLayers::default(),
            gallery: GalleryLook::default(),
            lesson_layer: lesson_layer(config),
            visible: None,
            latent: shown_first.latent,
            tray: Vec::new(),
            nearest: None,
            has_put_lesson_away: false,
            sketch: Sketch::default(),
            data_dialog: DataDialog::default(),
            experiment: ExperimentPage::default(),
        }
    }

    /// Takes over a run's configuration; what to look at stays, and so does the limit on speed.
    pub fn begin_run(&mut self, run: RunId, config: &RunConfig, device: DeviceChoice) {
        let speed_limit = self.live.speed_limit;
        let before = self.draft.in_force();
        if (before.data.kind, before.classes()) != (config.data.kind, config.classes()) {
            self.class = None;
            // What was kept as of a class has none in this data.
            if before.classes().max(config.classes()) > 0 {
                self.tray.clear();
            }
        }
        self.live = LiveSettings { speed_limit, ..LiveSettings::of(run, config) };
        self.draft = Draft::new(config.clone(), device);
        self.has_put_lesson_away = false;
        self.nearest = None;
        self.lesson_layer = lesson_layer(config);
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

    /// Whether a layer of the stage is on, for good or for the lesson of the run.
    pub fn shows(&self, layer: StageLayer) -> bool {
        self.layers.shows(layer) || self.lesson_layer == Some(layer)
    }

    /// Switches a layer of the stage on or off.
    pub fn toggle_layer(&mut self, layer: StageLayer) {
        if self.lesson_layer == Some(layer) {
            self.lesson_layer = None;
            if !self.layers.shows(layer) {
                return;
            }
        }
        self.layers.toggle(layer);
    }

    /// What the trainer has to compute for the stage of points, each thing once.
    fn extras(&self) -> Vec<PointsExtra> {
        let mut extras = Vec::new();
        for extra in StageLayer::ALL.iter().filter(|layer| self.shows(**layer)).filter_map(|layer| layer.extra()) {
            if !extras.contains(&extra) {
                extras.push(extra);
            }
        }
        extras
    }

    /// Classes that the running model is told of; 0 where it is not conditional.
    pub fn classes(&self) -> usize {
        self.draft.in_force().classes()
    }

    /// Looks at one class alone, or at all.
    pub fn show_class(&mut self, class: Option<usize>) {
        self.class = class.filter(|class| *class < self.classes());
    }

    /// The class after the one looked at; all of them after the last.
    pub fn next_class(&self) -> Option<usize> {
        Some(self.class.map_or(0, |class| class + 1)).filter(|class| *class < self.classes())
    }

    /// Whether pictures stand in a row for each class.
    pub fn has_class_rows(&self) -> bool {
        self.class.is_none() && (2..=MAX_CLASS_ROWS).contains(&self.classes())
    }

    /// Puts one end of the walk on the latent called `number`.
    pub fn set_latent_end(&mut self, end: LatentEnd, number: u64) {
        match end {
            LatentEnd::A => self.latent.from = number,
            LatentEnd::B => self.latent.to = number,
        }
    }

    /// Keeps a latent in sight, or no longer, if it is kept already. Whether there was room.
    pub fn toggle_kept(&mut self, latent: KeptLatent) -> bool {
        if self.tray.contains(&latent) {
            self.tray.retain(|&kept| kept != latent);
            return true;
        }
        let has_room = self.tray.len() < MAX_TRAY;
        if has_room {
            self.tray.push(latent);
        }
        has_room
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
        let of_each = |count: usize| {
            if self.has_class_rows() { count.next_multiple_of(self.classes()) } else { count }
        };
        ViewRequest {
            generator: self.generator,
            class: self.class,
            fakes: of_each(shown_first.fakes),
            reals: of_each(shown_first.reals),
            points: match domain {
                Domain::Points => PointsRequest { extras: self.extras(), visible: self.visible },
                Domain::Images | Domain::Text => PointsRequest::default(),
            },
            latent: LatentRequest { frames, ..self.latent.clone() },
            shows_slopes: self.gallery.shows_slopes && domain == Domain::Images,
            tray: if domain == Domain::Images { self.tray.clone() } else { Vec::new() },
            ..shown_first
        }
    }
}

/// The layer that shows what a run is to teach.
fn lesson_layer(config: &RunConfig) -> Option<StageLayer> {
    Preset::from_key(&config.preset).and_then(StageLayer::of_lesson)
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
        assert!(!controls.shows(StageLayer::Opinion));
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
    fn a_lesson_switches_its_layer_on_for_as_long_as_it_lasts() {
        let mut controls = controls();
        let begin = |controls: &mut Controls, preset: Preset| {
            controls.begin_run(RunId(2), &preset.config(), DeviceChoice::Cpu);
        };
        begin(&mut controls, Preset::Oscillation);
        assert!(controls.shows(StageLayer::PhasePlane));
        let request = controls.view_request(RunId(2), Domain::Points);
        assert!(request.points.extras.contains(&PointsExtra::DiracState));
        assert_eq!(controls.layers, StageLayers::default(), "what is remembered stays as it was");
        controls.toggle_layer(StageLayer::PhasePlane);
        assert!(!controls.shows(StageLayer::PhasePlane));
        begin(&mut controls, Preset::ClipVsPenalty);
        assert!(controls.shows(StageLayer::Levels) && !controls.shows(StageLayer::PhasePlane));
        begin(&mut controls, Preset::Ring8);
        assert!(!controls.shows(StageLayer::Levels));
    }

    #[test]
    fn classes_are_looked_at_one_after_another_and_forgotten_with_their_data() {
        let mut controls = Controls::new(RunId(1), &Preset::Fashion.config(), DeviceChoice::Cpu);
        let request = |controls: &Controls| controls.view_request(RunId(1), Domain::Images);
        let all = request(&controls);
        assert_eq!((all.class, all.fakes, all.reals), (None, 50, 30), "whole rows of ten classes");
        let mut seen = Vec::new();
        for _ in 0..11 {
            controls.show_class(controls.next_class());
            seen.push(request(&controls).class);
        }
        let expected: Vec<_> = (0..10).map(Some).chain([None]).collect();
        assert_eq!(seen, expected);
        controls.show_class(Some(3));
        assert_eq!(request(&controls).fakes, 48);
        controls.begin_run(RunId(2), &Preset::Fashion.config(), DeviceChoice::Cpu);
        assert_eq!(controls.class, Some(3), "the same classes");
        controls.begin_run(RunId(3), &Preset::Faces.config(), DeviceChoice::Cpu);
        assert_eq!((controls.class, controls.next_class()), (None, None));
        controls.show_class(Some(0));
        assert_eq!(controls.class, None, "there are no classes");
    }

    #[test]
    fn a_latent_is_kept_once_for_each_class_and_only_as_long_as_there_are_the_same_classes() {
        let garments = Preset::Fashion.config();
        let mut controls = Controls::new(RunId(1), &garments, DeviceChoice::Cpu);
        let kept = [2, 9].map(|class| KeptLatent { number: 5, class: Some(class) });
        assert!(kept.iter().all(|&latent| controls.toggle_kept(latent)));
        assert_eq!(controls.tray, kept);
        controls.begin_run(RunId(2), &RunConfig { seed: 4, ..garments.clone() }, DeviceChoice::Cpu);
        assert_eq!(controls.tray, kept, "what is looked at stays");
        assert!(controls.toggle_kept(kept[0]));
        assert_eq!(controls.tray, kept[1..]);
        controls.begin_run(RunId(3), &RunConfig { conditional: false, ..garments.clone() }, DeviceChoice::Cpu);
        assert!(controls.tray.is_empty());
        controls.toggle_kept(KeptLatent { number: 5, class: None });
        controls.begin_run(RunId(4), &Preset::Faces.config(), DeviceChoice::Cpu);
        assert_eq!(controls.tray.len(), 1, "without classes a latent is a latent");
        controls.begin_run(RunId(5), &garments, DeviceChoice::Cpu);
        assert!(controls.tray.is_empty());
    }

    #[test]
    fn latents_are_kept_as_far_as_there_is_room_and_shown_where_samples_are_pictures() {
        let mut controls = controls();
        let kept = |number: u64| KeptLatent { number, class: None };
        for number in 0..MAX_TRAY as u64 {
            assert!(controls.toggle_kept(kept(number)));
        }
        assert!(!controls.toggle_kept(kept(99)), "the tray is full");
        assert!(controls.toggle_kept(kept(3)) && controls.toggle_kept(kept(99)));
        assert_eq!(controls.tray.last(), Some(&kept(99)));
        assert!(!controls.tray.contains(&kept(3)));
        assert_eq!(controls.view_request(RunId(1), Domain::Images).tray, controls.tray);
        assert!(controls.view_request(RunId(1), Domain::Points).tray.is_empty());
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

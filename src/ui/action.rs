//! Everything a user can do, in one place: what it is called, what it does to training, and its shortcut.
//!
//! A [`Verb`] needs no further words; buttons, menus, shortcuts and the help panel are made from one table of verbs. An
//! [`Action`] is a verb or something said with a value. Panels only ever return actions.

use std::path::PathBuf;

use eframe::egui::{Key, KeyboardShortcut, Modifiers, ThemePreference};

use super::panels::PlotKind;
use super::scene::Scene;
use super::settings::PanelKind;
use crate::backend::DeviceChoice;
use crate::config::{Preset, RunConfig};
use crate::export::LabelledSetFormat;
use crate::state::{DataOrder, ExperimentOrder, GalleryLook, LatentEnd, NoticeId, SketchEdit, StageLayer, WalkOrder};
use crate::trainer::{GeneratorChoice, Interpolation, KeptLatent, LiveSettings, Phase};

/// Something the user wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Something that needs no further words.
    Do(Verb),
    /// Start the preset's run.
    StartPreset(Preset),
    /// Edit where to compute; waits for a restart.
    ChooseDevice(DeviceChoice),
    /// Edit the configuration; waits for a restart.
    EditDraft(Box<RunConfig>),
    /// Change what may change while training.
    SetLive(LiveSettings),
    /// Look at the generator itself or at its average.
    ShowGenerator(GeneratorChoice),
    /// Look at one class of a conditional model alone, or at all.
    ShowClass(Option<usize>),
    /// Show or hide a layer of the stage.
    ToggleLayer(StageLayer),
    /// Look at the gallery in another way.
    LookAtGallery(GalleryLook),
    /// Put a generated picture on the clipboard.
    CopyTile(usize),
    /// Write a generated picture to a file.
    SaveTile(usize),
    /// Search for the training pictures nearest to a generated picture.
    FindNearest(usize),
    /// Close the pictures nearest to training.
    PutNearestAway,
    /// Keep a latent in the tray, or take it out.
    KeepLatent(KeptLatent),
    /// Take all latents out of the tray.
    ClearTray,
    /// Write the latents of the tray to a file.
    SaveTray,
    /// Write all generated pictures in sight to one file.
    SaveSheet,
    /// Put the lesson of the run away.
    PutLessonAway,
    /// Look at a part of the plane: least and greatest corner; `None` for all of the data's.
    LookAt(Option<[[f32; 2]; 2]>),
    /// Put one end of the latent walk on a fixed latent.
    SetLatentEnd {
        /// Which end.
        end: LatentEnd,
        /// The latent's number.
        number: u64,
    },
    /// Go to a place on the latent walk: 0 at A, 1 at B.
    SetLatentPlace(f32),
    /// Walk in a straight line or along the arc.
    SetInterpolation(Interpolation),
    /// Walk through a step, phase by phase.
    Walk(WalkOrder),
    /// Show or hide a panel.
    TogglePanel(PanelKind),
    /// Smooth the plots: 0 not at all, towards 1 a lot.
    SetSmoothing(f32),
    /// Light, dark, or as the system says.
    SetTheme(ThemePreference),
    /// How large everything is, for projectors.
    SetScale(f32),
    /// Size of the gallery's tiles, as a multiple of what fits.
    SetTileZoom(f32),
    /// Take a notice away.
    Dismiss(NoticeId),
    /// Put a plot's numbers on the clipboard.
    CopyCsv(PlotKind),
    /// Write a plot's numbers to a file.
    SaveCsv(PlotKind),
    /// Continue from a model file or a run folder; data is taken as data, whatever it is.
    Open(PathBuf),
    /// Open data of one's own, or a published set.
    Data(DataOrder),
    /// Paint, or change the brush.
    Sketch(SketchEdit),
    /// Make the data augmentation experiment, or change what it is made with.
    Experiment(ExperimentOrder),
    /// Write real and generated pictures of the experiment as a data set.
    ExportAugmented {
        /// Labelled pictures of the experiment.
        labelled: usize,
        /// The form of the set.
        format: LabelledSetFormat,
    },
    /// Write the drawing to a file.
    SaveDrawingTo(PathBuf),
    /// Write the model to a file.
    SaveModelTo(PathBuf),
}

impl From<Verb> for Action {
    fn from(verb: Verb) -> Self {
        Self::Do(verb)
    }
}

/// Something the user can do without saying more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Train, or stop training for now.
    PlayPause,
    /// One whole step.
    Step,
    /// The discriminator's part of a step.
    StepDiscriminator,
    /// The generator's part of a step.
    StepGenerator,
    /// Start again with the same settings.
    Reset,
    /// Restart with the edits.
    ApplyDraft,
    /// Throw the edits away.
    DiscardDraft,
    /// Give up the run whose data is being read.
    CancelReading,
    /// Back to the newest good state.
    RestoreLastGood,
    /// Write a model file.
    SaveModel,
    /// Write a film of the run.
    SaveFilm,
    /// Continue from a file.
    LoadModel,
    /// Open or close the drawing page.
    Draw,
    /// Start a run on the drawing.
    TrainOnDrawing,
    /// Take a stroke back.
    UndoStroke,
    /// Do it again.
    RedoStroke,
    /// An empty drawing.
    ClearDrawing,
    /// Write the drawing as a picture.
    SaveDrawing,
    /// A picture as a drawing.
    LoadDrawing,
    /// Open data of one's own.
    OpenData,
    /// Open or close the page of the data augmentation experiment.
    Augment,
    /// Show or hide the configuration.
    ToggleConfiguration,
    /// Show or hide the plots.
    TogglePlots,
    /// Show or hide the latent walk.
    ToggleLatent,
    /// The samples or the networks on the stage.
    ToggleNetworks,
    /// Walk through a step, or train as usual again.
    ToggleWalkthrough,
    /// The next phase of the step that is walked through.
    NextPhase,
    /// Fit the stage and the plots.
    ResetView,
    /// Other ends for the latent walk.
    ShuffleLatent,
    /// The next class of a conditional model.
    NextClass,
    /// Linear or logarithmic plots.
    ToggleLogScale,
    /// Light or dark.
    ToggleTheme,
    /// 1×, 1.5×, 2×.
    CycleScale,
    /// Larger.
    ScaleUp,
    /// Smaller.
    ScaleDown,
    /// Gliding on or off.
    ToggleMotion,
    /// Whole screen.
    ToggleFullscreen,
    /// What everything means.
    ToggleHelp,
    /// Forget recent files.
    ForgetRecent,
    /// Leave.
    Quit,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const NONE: Modifiers = Modifiers::NONE;

impl Verb {
    /// Every verb, in the order in which the help panel lists them.
    pub const ALL: [Self; 40] = [
        Self::PlayPause,
        Self::Step,
        Self::StepDiscriminator,
        Self::StepGenerator,
        Self::Reset,
        Self::ApplyDraft,
        Self::DiscardDraft,
        Self::CancelReading,
        Self::RestoreLastGood,
        Self::SaveModel,
        Self::SaveFilm,
        Self::LoadModel,
        Self::Draw,
        Self::TrainOnDrawing,
        Self::UndoStroke,
        Self::RedoStroke,
        Self::ClearDrawing,
        Self::SaveDrawing,
        Self::LoadDrawing,
        Self::OpenData,
        Self::Augment,
        Self::ToggleNetworks,
        Self::ToggleWalkthrough,
        Self::NextPhase,
        Self::ShuffleLatent,
        Self::NextClass,
        Self::ResetView,
        Self::ToggleLogScale,
        Self::ToggleConfiguration,
        Self::TogglePlots,
        Self::ToggleLatent,
        Self::ToggleTheme,
        Self::CycleScale,
        Self::ScaleUp,
        Self::ScaleDown,
        Self::ToggleMotion,
        Self::ToggleFullscreen,
        Self::ToggleHelp,
        Self::ForgetRecent,
        Self::Quit,
    ];

    /// Its name, in sentence case.
    pub fn label(self) -> &'static str {
        self.words().0
    }

    /// One sentence with its effect.
    pub fn tooltip(self) -> &'static str {
        self.words().1
    }

    /// Its key, if it has one.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        self.words().2.map(|(modifiers, key)| KeyboardShortcut::new(modifiers, key))
    }

    /// Whether it would do anything now.
    pub fn is_available(self, scene: &Scene<'_>) -> bool {
        let run = scene.state.run();
        match self {
            Self::PlayPause => run.can_resume() || run.phase == Phase::Running,
            Self::ToggleWalkthrough => {
                run.can_resume() || run.phase == Phase::Running || scene.state.walkthrough().is_active()
            }
            Self::NextPhase => scene.state.walkthrough().phase().is_some(),
            Self::Step | Self::StepDiscriminator | Self::StepGenerator => run.can_resume(),
            Self::ApplyDraft => scene.controls.draft.is_edited() && scene.controls.draft.problem().is_none(),
            Self::DiscardDraft => scene.controls.draft.is_edited(),
            Self::CancelReading => run.phase == Phase::Preparing && run.reading.is_some(),
            Self::RestoreLastGood => run.divergence.as_ref().is_some_and(|it| it.last_good_step.is_some()),
            Self::SaveModel => run.has_networks(),
            Self::SaveFilm => run.has_film,
            Self::UndoStroke => scene.controls.sketch.is_open() && scene.controls.sketch.can_undo(),
            Self::RedoStroke => scene.controls.sketch.is_open() && scene.controls.sketch.can_redo(),
            Self::TrainOnDrawing => scene.controls.sketch.is_open(),
            Self::ClearDrawing | Self::SaveDrawing => {
                scene.controls.sketch.is_open() && !scene.controls.sketch.drawing().is_empty()
            }
            Self::NextClass => scene.controls.classes() > 0,
            Self::ForgetRecent => !scene.settings.recent.is_empty(),
            _ => true,
        }
    }

    /// Name, effect and key: the one table.
    fn words(self) -> (&'static str, &'static str, Option<(Modifiers, Key)>) {
        match self {
            Self::PlayPause => {
                ("Play or pause", "Trains, or stops training for now; nothing is lost", Some((NONE, Key::Space)))
            }
            Self::Step => {
                ("One step", "Updates the discriminator, then the generator, and stays paused", Some((NONE, Key::S)))
            }
            Self::StepDiscriminator => (
                "Discriminator only",
                "Updates the discriminator alone: watch its opinion sharpen while the samples stand still",
                Some((NONE, Key::D)),
            ),
            Self::StepGenerator => (
                "Generator only",
                "Updates the generator alone: watch the samples follow the slope of the opinion",
                Some((NONE, Key::G)),
            ),
            Self::Reset => (
                "Start again",
                "Starts the same run again from step 0, with the settings as they stand now",
                Some((CTRL, Key::R)),
            ),
            Self::ApplyDraft => {
                ("Apply and restart", "Starts a new run from step 0 with your edits", Some((CTRL, Key::Enter)))
            }
            Self::DiscardDraft => ("Discard", "Throws your edits away; the run goes on as it is", None),
            Self::CancelReading => {
                ("Stop reading", "Gives up the run whose pictures are being read; the files stay as they are", None)
            }
            Self::RestoreLastGood => (
                "Back to the last good state",
                "Restores both networks as they were before the numbers grew out of bounds, and pauses",
                None,
            ),
            Self::SaveModel => (
                "Save model…",
                "Writes both networks to a .safetensors file that PyTorch and this program can read",
                Some((CTRL, Key::S)),
            ),
            Self::SaveFilm => (
                "Save film…",
                "Writes how the samples changed since the first step, losses drawn in, as an animated GIF; a name without an ending makes a folder of PNG pictures",
                None,
            ),
            Self::LoadModel => {
                ("Load model…", "Continues from a .safetensors file or a run folder", Some((CTRL, Key::O)))
            }
            Self::Draw => {
                ("Draw data", "Opens a page to draw the data on, or closes it; training goes on", Some((CTRL, Key::D)))
            }
            Self::TrainOnDrawing => {
                ("Train on the drawing", "Starts a new run from step 0 with points as dense as you drew", None)
            }
            Self::UndoStroke => {
                ("Undo", "Takes the last stroke back, or what was erased, cleared or loaded", Some((CTRL, Key::Z)))
            }
            Self::RedoStroke => ("Redo", "Does again what was taken back", Some((CTRL, Key::Y))),
            Self::ClearDrawing => ("Clear drawing", "Empties the drawing; an undo brings it back", None),
            Self::SaveDrawing => {
                ("Save drawing…", "Writes the drawing as a grey PNG picture, dark where it is dense", None)
            }
            Self::LoadDrawing => (
                "Load picture…",
                "Draws on a picture (PNG, JPEG, WebP, GIF or BMP): dark places become dense, holes stay empty",
                None,
            ),
            Self::OpenData => (
                "Open data…",
                "Trains on pictures or points of your own: a folder, or a file; nothing in them is changed",
                None,
            ),
            Self::Augment => (
                "Data augmentation…",
                "Finds out whether samples of a GAN help a classifier that has few labelled ones, or closes that page",
                Some((CTRL, Key::E)),
            ),
            Self::ToggleConfiguration => {
                ("Settings panel", "Shows or hides data, networks, loss and learning rates", Some((NONE, Key::F2)))
            }
            Self::TogglePlots => ("Plots panel", "Shows or hides losses, scores and quality", Some((NONE, Key::F3))),
            Self::ToggleLatent => {
                ("Latent panel", "Shows or hides the walk through latent space", Some((NONE, Key::F4)))
            }
            Self::ToggleNetworks => (
                "Networks",
                "Shows the two networks at work instead of what they make, or that again",
                Some((NONE, Key::N)),
            ),
            Self::ToggleWalkthrough => (
                "Step by step",
                "Pauses and walks through one training step phase by phase, with its real numbers",
                Some((NONE, Key::W)),
            ),
            Self::NextPhase => (
                "Next phase",
                "Goes on to the next phase of this step, or to the first of another step",
                Some((NONE, Key::ArrowRight)),
            ),
            Self::ResetView => {
                ("Fit view", "Brings the stage and the plots back to where all is seen", Some((NONE, Key::F)))
            }
            Self::ShuffleLatent => {
                ("Shuffle", "Chooses two other latents as the ends of the walk", Some((NONE, Key::L)))
            }
            Self::NextClass => (
                "Next class",
                "Shows the next class of a conditional model alone, and all of them after the last",
                Some((NONE, Key::C)),
            ),
            Self::ToggleLogScale => (
                "Logarithmic scale",
                "Spreads small values apart on the plots of losses and gradients; values of 0 and below are left out",
                None,
            ),
            Self::ToggleTheme => {
                ("Light or dark", "Switches between the light and the dark theme", Some((NONE, Key::F6)))
            }
            Self::CycleScale => (
                "Projector size",
                "Makes everything 1.5 times as large, then twice, then normal again",
                Some((NONE, Key::P)),
            ),
            Self::ScaleUp => ("Larger", "Makes everything a little larger", Some((CTRL, Key::Plus))),
            Self::ScaleDown => ("Smaller", "Makes everything a little smaller", Some((CTRL, Key::Minus))),
            Self::ToggleMotion => ("Reduced motion", "Points jump to their new places instead of gliding", None),
            Self::ToggleFullscreen => {
                ("Full screen", "Uses the whole screen, or the window again", Some((NONE, Key::F11)))
            }
            Self::ToggleHelp => ("Help", "Explains what is on the screen, and lists the keys", Some((NONE, Key::F1))),
            Self::ForgetRecent => ("Forget recent files", "Empties the list of recent files", None),
            Self::Quit => ("Quit", "Closes the window", Some((CTRL, Key::Q))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_verb_has_its_own_name_and_key() {
        let labels: HashSet<_> = Verb::ALL.iter().map(|verb| verb.label()).collect();
        assert_eq!(labels.len(), Verb::ALL.len());
        let keys: Vec<_> = Verb::ALL.iter().filter_map(|verb| verb.shortcut()).collect();
        let distinct: HashSet<_> = keys.iter().map(|key| (key.modifiers.command, key.logical_key)).collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn words_follow_the_house_style() {
        for verb in Verb::ALL {
            assert!(verb.label().starts_with(char::is_uppercase), "{verb:?}");
            assert!(!verb.tooltip().ends_with('.'), "{verb:?}: one sentence has no full stop");
        }
    }
}

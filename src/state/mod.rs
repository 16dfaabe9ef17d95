//! What the window knows and what its user has chosen: plain data, without a window and without a trainer.
//!
//! [`AppState`] is what the trainer told; only [`AppState::apply`] and its neighbours write it. [`Controls`] is what the
//! user set; the window writes it while it performs actions. Panels read both and write neither.

mod app_state;
mod controls;
mod data_dialog;
mod draft;
mod experiment;
mod history;
mod narration;
mod notices;
mod run;
mod sketch;
mod stage_layers;
mod step_phase;
mod walkthrough;

pub use app_state::{AppState, ImagesReading, QualityReading, TextsReading};
pub use controls::{Controls, GalleryLook, LatentEnd, MAX_TRAY, TileOrder};
pub use data_dialog::{DataDialog, DataOrder, DataPage, DataUse, Fetching, FoundPictures, MissingSet, name_of};
pub use draft::Draft;
pub use experiment::{
    ExperimentChoice, ExperimentEnd, ExperimentNews, ExperimentOrder, ExperimentPage, ExperimentStatus,
};
pub use history::{Bucket, CAPACITY, History, Metric, Sample, Summary};
pub use narration::Narration;
pub use notices::{Notice, NoticeId, Notices, Severity};
pub use run::{Divergence, Finish, RunState};
pub use sketch::{Sketch, SketchEdit, SketchTool, Tip};
pub use stage_layers::{StageLayer, StageLayers};
pub use step_phase::{PhaseKind, StepPhase};
pub use walkthrough::{DEFAULT_PACE_SECS, PACE_RANGE, WalkOrder, Walkthrough};

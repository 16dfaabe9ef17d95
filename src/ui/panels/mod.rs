//! The window's panels. Each reads a [`Scene`](crate::ui::Scene) and returns actions; none talks to the trainer.

mod class_choice;
mod configuration;
mod draw;
mod gallery_stage;
mod help;
mod images_quality;
mod latent;
mod lesson;
mod menu;
mod narration;
mod networks_stage;
mod notices;
mod plots;
mod points_stage;
mod quality;
mod stage;
mod top_bar;
mod walkthrough;

pub(super) use configuration::capitalized;
pub use configuration::{configuration_ui, draft_bar_ui};
pub use draw::{DrawPanel, draw_ui};
pub use gallery_stage::{GalleryStage, gallery_stage_ui};
pub use help::help_ui;
pub use latent::{LatentPanel, latent_ui};
pub use lesson::lesson_ui;
pub use menu::menu_ui;
pub use narration::narration_ui;
pub use networks_stage::{NetworksStage, networks_stage_ui};
pub use notices::notices_ui;
pub use plots::{PlotKind, Plots, plots_ui};
pub use points_stage::{PointsStage, points_stage_ui};
pub use quality::quality_ui;
pub use stage::{Stage, stage_ui};
pub use top_bar::top_bar_ui;
pub use walkthrough::walkthrough_ui;

//! The window: panels read what is known and return what the user wants; only [`GanApp`] acts.

pub mod action;
mod app;
pub mod dialogs;
mod downloads;
mod experiments;
mod frames;
mod imports;
mod keepsakes;
mod layout;
mod number;
mod pace;
pub mod panels;
mod perform;
mod perform_data;
mod perform_experiment;
pub mod scene;
pub mod settings;
pub mod stage;
pub mod theme;
pub mod widgets;
mod window;

pub use action::{Action, Verb};
pub use app::{GanApp, Options};
pub use frames::FrameTimes;
pub use layout::{Panels, window_ui};
pub use scene::Scene;
pub use settings::Settings;
pub use window::open_window;

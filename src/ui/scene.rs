//! All that a panel may read: what is known, what is set, what is preferred.

use std::time::Duration;

use super::settings::Settings;
use crate::state::{AppState, Controls};

/// All that a panel may read. Panels write only into the list of actions.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What the trainer told.
    pub state: &'a AppState,
    /// What the user set for this run.
    pub controls: &'a Controls,
    /// What the user prefers, from one start of the program to the next.
    pub settings: &'a Settings,
    /// How long an animation waits for its next frame.
    pub frame_interval: Duration,
}

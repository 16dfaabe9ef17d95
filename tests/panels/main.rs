//! Panels driven by their accessible names, with recorded news instead of a trainer.
//!
//! No renderer is needed, except by `snapshots`, which says so when it finds none.

mod classes;
mod configuration;
mod data_dialog;
mod draw;
mod experiment;
mod fits;
mod help_and_notices;
mod images_quality;
mod latent;
mod lesson;
mod nearest;
mod networks;
mod plots;
mod snapshots;
mod stage;
mod support;
mod texts;
mod top_bar;
mod window;

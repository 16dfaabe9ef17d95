//! Watch a generative adversarial network learn, live, in a native window.
//!
//! The path a sample takes, and the folders it passes, in reading order:
//!
//! ```text
//! config, data, gan ──► trainer (one worker thread) ──Event──►  state::apply ──► ui panels
//!                           ▲            └──Latest<T> (pictures)──►     │
//!                           └────────────── Command ◄── app ◄── Action ─┘
//! ```

pub mod config;
pub mod random;

pub mod data;

pub mod backend;
pub mod gan;

pub mod trainer;

pub mod export;

pub mod state;
pub mod ui;

pub mod cli;

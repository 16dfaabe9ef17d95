//! Small things that panels are made of.

mod button;
mod card;
mod choice;
mod dataset_glyph;
mod icon;
mod meter;
mod radar;
mod row;
mod slider;

pub use button::{IconButton, primary_button, verb_button, verb_menu_item};
pub use card::{CardButton, state_card_ui};
pub use choice::{choice_combo, combo, entries, titled_combo};
pub use dataset_glyph::paint_dataset;
pub use icon::Icon;
pub use meter::{Meter, meter_ui};
pub use radar::{Radar, paint_radar};
pub use row::{fold_ui, heading_ui, labelled_row, role_dot, role_section_ui, small_label};
pub use slider::{MarkedSlider, plain_slider};

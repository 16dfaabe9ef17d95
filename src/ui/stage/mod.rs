//! What stands on the stage, as textures and meshes: made when a picture arrives, not when a frame is drawn.

mod atlas;
mod camera;
mod cloud;
mod contour;
mod density;
mod glide;
mod heat;
mod needles;
mod trails;
mod unit_maps;
mod warp;

pub use atlas::{Atlas, color_image};
pub use camera::{Camera, StageTransform};
pub use cloud::{Cloud, Marker, Signs};
pub use contour::{Piece, border, levels};
pub use density::DensityMap;
pub use glide::Glide;
pub use heat::HeatMap;
pub use needles::Needles;
pub use trails::Trails;
pub use unit_maps::UnitMaps;
pub use warp::Net;

//! What stands on the stage, as textures and meshes: made when a picture arrives, not when a frame is drawn.

mod atlas;
mod camera;
mod cloud;
mod glide;
mod heat;

pub use atlas::Atlas;
pub use camera::{Camera, StageTransform};
pub use cloud::{Cloud, Marker, Signs};
pub use glide::Glide;
pub use heat::HeatMap;

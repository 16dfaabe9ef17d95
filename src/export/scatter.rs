//! Pictures of points in the plane, on white.

use super::ExportError;
use super::contact_sheet::blank;
use crate::data::Pictures;

/// Radius of a dot over the side of the picture: two pixels in a picture of 512.
const DOT_RADIUS: f32 = 1.0 / 256.0;
/// Radius in pixels below which a dot would fade away.
const LEAST_RADIUS: f32 = 0.75;
/// How much of the ground a dot covers, so that many dots on one place look denser.
const DOT_OPACITY: f32 = 0.6;

/// Points of one colour.
#[derive(Debug, Clone, Copy)]
pub struct ScatterLayer<'a> {
    /// The points, in the units of the plane. Those outside the view or not finite are left out.
    pub points: &'a [[f32; 2]],
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// One colour picture of `side` × `side` pixels with every layer's points, later layers on top; y grows upwards.
///
/// `bounds` are the least and greatest corner of the view.
///
/// # Errors
/// [`ExportError::TooLarge`], or [`ExportError::Empty`] if `side` is 0 or the view has no finite, positive extent.
pub fn scatter(layers: &[ScatterLayer<'_>], bounds: [[f32; 2]; 2], side: usize) -> Result<Pictures, ExportError> {
    let [low, high] = bounds;
    let extent = [high[0] - low[0], high[1] - low[1]];
    if side == 0 || !extent.iter().all(|extent| extent.is_finite() && *extent > 0.0) {
        return Err(ExportError::Empty);
    }
    let mut picture = blank(3, side, side, u8::MAX)?;
    let radius = (side as f32 * DOT_RADIUS).max(LEAST_RADIUS);
    for layer in layers {
        for point in layer.points {
            let x = (point[0] - low[0]) / extent[0] * side as f32;
            let y = (high[1] - point[1]) / extent[1] * side as f32;
            draw_dot(&mut picture, [x, y], radius, layer.colour);
        }
    }
    Ok(picture)
}

/// Draws a dot around `centre`, in pixels from the top left corner, its edge one pixel soft.
fn draw_dot(picture: &mut Pictures, centre: [f32; 2], radius: f32, colour: [u8; 3]) {
    let reach = radius + 0.5;
    let (columns, rows) = (span(centre[0], reach, picture.width), span(centre[1], reach, picture.height));
    for row in rows {
        for column in columns.clone() {
            let distance = (column as f32 + 0.5 - centre[0]).hypot(row as f32 + 0.5 - centre[1]);
            let cover = (reach - distance).clamp(0.0, 1.0) * DOT_OPACITY;
            let first = (row * picture.width + column) * picture.channels;
            for (ground, ink) in picture.pixels[first..].iter_mut().zip(colour) {
                *ground = (f32::from(*ground) * (1.0 - cover) + f32::from(ink) * cover).round() as u8;
            }
        }
    }
}

/// The pixels within `reach` of `centre`; none if it lies outside of `0..size` or is not finite.
fn span(centre: f32, reach: f32, size: usize) -> std::ops::Range<usize> {
    if !(0.0..=size as f32).contains(&centre) {
        return 0..0;
    }
    // Not negative: a conversion to an integer clamps.
    (centre - reach).floor() as usize..((centre + reach).ceil() as usize).min(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: [[f32; 2]; 2] = [[0.0, 0.0], [1.0, 1.0]];
    const RED: [u8; 3] = [255, 0, 0];

    fn dark_places(picture: &Pictures) -> Vec<(usize, usize)> {
        let pixels = picture.pixels.as_chunks::<3>().0.iter().enumerate();
        pixels
            .filter(|(_, pixel)| **pixel != [255; 3])
            .map(|(at, _)| (at % picture.width, at / picture.width))
            .collect()
    }

    #[test]
    fn y_grows_upwards() {
        let picture = scatter(&[ScatterLayer { points: &[[0.25, 0.95]], colour: RED }], UNIT, 100).unwrap();
        let places = dark_places(&picture);
        assert!(!places.is_empty());
        assert!(places.iter().all(|&(x, y)| (23..=26).contains(&x) && (3..=6).contains(&y)), "{places:?}");
    }

    #[test]
    fn dots_have_their_colour_and_grow_denser() {
        let at = |points: &[[f32; 2]]| {
            let picture = scatter(&[ScatterLayer { points, colour: RED }], UNIT, 512).unwrap();
            picture.pixels[(256 * 512 + 256) * 3..][..3].to_vec()
        };
        assert_eq!(at(&[[0.5, 0.5]]), [255, 102, 102]);
        assert_eq!(at(&[[0.5, 0.5]; 2]), [255, 41, 41]);
    }

    #[test]
    fn dots_are_round() {
        let picture = scatter(&[ScatterLayer { points: &[[0.5, 0.5]], colour: [0; 3] }], UNIT, 1_024).unwrap();
        let ink: f32 = picture.pixels.iter().step_by(3).map(|&shade| f32::from(255 - shade) / 255.0).sum();
        let area = std::f32::consts::PI * 16.0 * DOT_OPACITY;
        assert!((ink / area - 1.0).abs() < 0.03, "{ink} against {area}");
    }

    #[test]
    fn points_outside_and_not_finite_are_left_out() {
        let points = [[2.0, 0.5], [0.5, -1.0], [f32::NAN, 0.5], [0.5, f32::INFINITY], [f32::MAX, f32::MIN]];
        assert!(dark_places(&scatter(&[ScatterLayer { points: &points, colour: RED }], UNIT, 64).unwrap()).is_empty());
    }

    #[test]
    fn points_on_the_border_are_drawn() {
        let points = [[0.0, 0.0], [1.0, 1.0]];
        let places = dark_places(&scatter(&[ScatterLayer { points: &points, colour: RED }], UNIT, 64).unwrap());
        assert!(places.contains(&(0, 63)) && places.contains(&(63, 0)), "{places:?}");
    }

    #[test]
    fn later_layers_are_on_top() {
        let layer = |colour| ScatterLayer { points: &[[0.5, 0.5]; 20], colour };
        let picture = scatter(&[layer(RED), layer([0, 0, 255])], UNIT, 512).unwrap();
        assert_eq!(picture.pixels[(256 * 512 + 256) * 3..][..3], [0, 0, 255]);
    }

    #[test]
    fn views_without_extent_are_refused() {
        for bounds in [[[0.0; 2]; 2], [[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [f32::NAN, 1.0]]] {
            assert!(matches!(scatter(&[], bounds, 8), Err(ExportError::Empty)));
        }
        assert!(matches!(scatter(&[], UNIT, 0), Err(ExportError::Empty)));
        assert!(matches!(scatter(&[], UNIT, 1 << 20), Err(ExportError::TooLarge { .. })));
    }
}

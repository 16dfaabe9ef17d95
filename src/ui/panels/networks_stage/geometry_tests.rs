//! Tests that nothing in the picture of the networks overlaps or is too small, whatever the room and the networks.

use super::*;
use crate::config::TensorShape;
use crate::trainer::{Edge, LayerPicture, UnitPicture};

/// The least side of a map of a unit in which something can be seen.
const LEGIBLE_UNIT: f32 = 16.0;
/// The least side of a square of samples.
const LEGIBLE_SAMPLES: f32 = 26.0;

fn network(inputs: usize, hidden: usize, outputs: usize, has_units: bool) -> NetworkPicture {
    let unit = UnitPicture { answers: Vec::new(), range: [0.0, 1.0] };
    let layer = |from: usize, to: usize| LayerPicture {
        name: "Linear, LeakyReLU".to_owned(),
        output: TensorShape::Flat(to),
        parameters: from * to,
        gradient_norm: Some(0.1),
        units: if has_units { vec![unit.clone(); to] } else { Vec::new() },
        edges: (0..from).map(|from| Edge { from, to: 0, weight: 0.5 }).collect(),
    };
    let sizes: Vec<usize> =
        std::iter::once(inputs).chain(vec![SHOWN_UNITS; hidden]).chain(std::iter::once(outputs)).collect();
    let layers = sizes.windows(2).map(|pair| layer(pair[0], pair[1])).collect();
    NetworkPicture { input: TensorShape::Flat(inputs), layers, parameters: 99 }
}

fn view(hidden: usize, has_units: bool) -> NetworkView {
    NetworkView {
        generator: network(2, hidden, 2, has_units),
        discriminator: network(2, hidden, 1, has_units),
        latent_bounds: [[-2.5; 2], [2.5; 2]],
        latents: Vec::new(),
    }
}

/// Rooms from the least to a full screen, with networks of every depth that the settings offer.
fn pictures() -> impl Iterator<Item = (String, Rect, Geometry)> {
    let widths = [LEAST_ROOM.x, 490.0, 640.0, 1000.0, 1800.0];
    let heights = [LEAST_ROOM.y, 150.0, 206.0, 290.0, 299.0, 420.0, 900.0];
    let rooms = widths.into_iter().flat_map(move |width| heights.map(|height| vec2(width, height)));
    rooms.flat_map(|size| {
        [(1, true), (2, true), (3, true), (4, true), (4, false)].map(|(hidden, has_units)| {
            let rect = Rect::from_min_size(pos2(10.0, 20.0), size);
            let name = format!("{hidden} hidden layers, units {has_units}, in {size}");
            (name, rect, Geometry::of(rect, &view(hidden, has_units)))
        })
    })
}

/// A square with the line of words above it.
fn with_words(rect: Rect) -> Rect {
    rect.with_min_y(rect.top() - LINE)
}

#[test]
fn parts_lie_in_the_picture_and_apart() {
    for (name, rect, geometry) in pictures() {
        let parts = [
            with_words(geometry.noise),
            geometry.generator.frame,
            with_words(geometry.generated),
            with_words(geometry.real),
            geometry.discriminator.frame,
            with_words(geometry.opinion),
            geometry.discriminator_loss,
            geometry.generator_loss,
        ];
        for (index, part) in parts.iter().enumerate() {
            assert!(rect.expand(0.5).contains_rect(*part), "part {index} of {name}: {part}");
            for (other_index, other) in parts.iter().enumerate().skip(index + 1) {
                let overlap = part.shrink(0.5).intersect(other.shrink(0.5));
                assert!(!overlap.is_positive(), "parts {index} and {other_index} of {name}: {part} {other}");
            }
        }
        for net in [Net::Generator, Net::Discriminator] {
            let words = geometry.gradient_words(net);
            let without_words = [geometry.discriminator_loss, geometry.generator_loss, with_words(geometry.opinion)];
            assert!(words.width() > 40.0, "{name}: {words}");
            assert!(without_words.iter().all(|part| !part.shrink(0.5).intersects(words)), "{name}: {words}");
        }
    }
}

#[test]
fn what_is_shown_is_large_enough_to_be_seen() {
    for (name, _, geometry) in pictures() {
        for square in [geometry.noise, geometry.generated, geometry.real, geometry.opinion] {
            assert!(square.width().min(square.height()) >= LEGIBLE_SAMPLES, "{name}: {square}");
        }
        for net in [&geometry.generator, &geometry.discriminator] {
            for column in &net.columns {
                for unit in column {
                    assert!(unit.width() >= LEGIBLE_UNIT, "{name}: {unit}");
                    assert!(net.frame.contains_rect(*unit), "{name}: {unit}");
                }
                assert!(column.windows(2).all(|pair| pair[0].bottom() < pair[1].top()), "{name}");
            }
            let rows = net.columns.windows(2).flat_map(|pair| pair[0].iter().zip(&pair[1]));
            assert!(rows.into_iter().all(|(left, right)| left.right() < right.left()), "{name}");
            assert!(net.blocks.iter().all(|block| block.height() >= LINE - HALF), "{name}");
            assert!(net.blocks.windows(2).all(|pair| pair[0].bottom() <= pair[1].top()), "{name}");
            assert!(net.blocks.iter().all(|block| net.frame.contains_rect(*block)), "{name}");
        }
    }
}

#[test]
fn a_large_picture_shows_every_unit_and_a_small_one_fewer() {
    let columns = |height: f32| {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(490.0, height));
        Geometry::of(rect, &view(3, true)).generator.columns.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(columns(420.0), [SHOWN_UNITS; 3]);
    assert_eq!(columns(206.0), [5; 3]);
    assert_eq!(columns(LEAST_ROOM.y), [2; 3]);
}

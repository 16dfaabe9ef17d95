//! The generator's plane of latents, bent into the plane of the data: a net whose cells all hold equally many points.

use eframe::egui::{Color32, Mesh, Painter, Shape, Stroke};

use super::camera::StageTransform;
use crate::trainer::Warp;

/// The area a cell has, as a share of the view's, at which its colour is half as strong.
const HALF_AREA: f32 = 0.000_8;
/// The strongest colour of a cell.
const MAX_OPACITY: f32 = 0.75;

/// A net of places.
#[derive(Debug, Clone)]
pub struct Net {
    side: usize,
    /// The greatest number of a latent.
    reach: f32,
    latents: Vec<[f32; 2]>,
    points: Vec<[f32; 2]>,
}

impl Default for Net {
    fn default() -> Self {
        Self { side: 0, reach: 1.0, latents: Vec::new(), points: Vec::new() }
    }
}

impl Net {
    /// Takes in a new net, or that there is none.
    pub fn update(&mut self, warp: Option<&Warp>) {
        match warp.filter(|warp| warp.side > 1 && warp.latents.len() == warp.points.len()) {
            Some(Warp { side, latents, points }) => {
                self.side = *side;
                self.reach = latents.iter().flatten().fold(1e-6, |most, value| value.abs().max(most));
                self.latents.clone_from(latents);
                self.points.clone_from(points);
            }
            None => self.side = 0,
        }
    }

    /// Draws it `morph` of the way from the latents, 0, to what the generator makes of them, 1.
    pub fn paint(
        &self,
        painter: &Painter,
        transform: &StageTransform,
        bounds: [[f32; 2]; 2],
        color: Color32,
        morph: f32,
    ) {
        if self.side < 2 {
            return;
        }
        let places = self.places(bounds, morph);
        let screen: Vec<_> = places.iter().map(|&place| transform.screen(place)).collect();
        let rows: Vec<_> = screen.chunks(self.side).collect();
        let view = transform.rect(bounds).area().max(1.0);
        let mut cells = Mesh::default();
        for pair in rows.windows(2) {
            for column in 0..self.side - 1 {
                let corners = [pair[0][column], pair[0][column + 1], pair[1][column + 1], pair[1][column]];
                let area = doubled_area(&corners).abs() / 2.0 / view;
                let color = color.gamma_multiply(MAX_OPACITY * HALF_AREA / (HALF_AREA + area));
                let first = cells.vertices.len() as u32;
                for corner in corners {
                    cells.colored_vertex(corner, color);
                }
                cells.add_triangle(first, first + 1, first + 2);
                cells.add_triangle(first, first + 2, first + 3);
            }
        }
        painter.add(Shape::mesh(cells));
        let stroke = Stroke::new(1.0, color.gamma_multiply(0.55));
        for row in &rows {
            painter.add(Shape::line(row.to_vec(), stroke));
        }
        if rows.len() > 1 {
            for column in 0..self.side {
                painter.add(Shape::line(rows.iter().map(|row| row[column]).collect(), stroke));
            }
        }
    }

    /// Where what the generator makes of `latent` lies `morph` of the way from the latent, scaled to fill the view, to `point`.
    pub fn place(&self, [low, high]: [[f32; 2]; 2], latent: [f32; 2], point: [f32; 2], morph: f32) -> [f32; 2] {
        [0, 1].map(|axis| {
            let half = 0.5 * (high[axis] - low[axis]);
            let start = low[axis] + half + 0.9 * half * latent[axis] / self.reach;
            start + morph * (point[axis] - start)
        })
    }

    fn places(&self, bounds: [[f32; 2]; 2], morph: f32) -> Vec<[f32; 2]> {
        let pairs = self.latents.iter().zip(&self.points);
        pairs.map(|(&latent, &point)| self.place(bounds, latent, point, morph)).collect()
    }
}

/// Twice the area within corners, negative where they run the other way round.
fn doubled_area(corners: &[eframe::egui::Pos2; 4]) -> f32 {
    (0..4).map(|index| (corners[index], corners[(index + 1) % 4])).map(|(a, b)| a.x * b.y - b.x * a.y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_net_begins_as_latents_that_fill_the_view_and_ends_as_points() {
        let warp = Warp {
            side: 2,
            latents: vec![[-2.0, -2.0], [2.0, -2.0], [-2.0, 2.0], [2.0, 2.0]],
            points: vec![[0.5, 0.5]; 4],
        };
        let mut net = Net::default();
        net.update(Some(&warp));
        let bounds = [[-1.0, -1.0], [1.0, 1.0]];
        assert!((net.places(bounds, 0.0)[3][0] - 0.9).abs() < 1e-6);
        assert!((net.places(bounds, 1.0)[3][1] - 0.5).abs() < 1e-6);
        assert!((net.places(bounds, 0.5)[0][0] + 0.2).abs() < 1e-6);
    }

    #[test]
    fn a_net_that_does_not_fit_is_not_shown() {
        let mut net = Net::default();
        net.update(Some(&Warp { side: 2, latents: vec![[0.0; 2]; 4], points: Vec::new() }));
        assert_eq!(net.side, 0);
        net.update(None);
        assert_eq!(net.side, 0);
    }
}

//! Where fixed latents have come from: the last places of a few generated points.

use std::collections::VecDeque;

/// Points whose way is remembered: more would be a tangle.
const POINTS: usize = 80;
/// Pictures that are remembered.
const PICTURES: usize = 16;

/// The last places of a few points, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Trails {
    pictures: VecDeque<(u64, Vec<[f32; 2]>)>,
}

impl Trails {
    /// Remembers where points are after `step` steps. A step that was seen replaces itself, and one before the last begins anew.
    pub fn remember(&mut self, step: u64, points: &[[f32; 2]]) {
        let places = points[..points.len().min(POINTS)].to_vec();
        if let Some((newest, known)) = self.pictures.back()
            && (step < *newest || known.len() != places.len())
        {
            self.pictures.clear();
        }
        self.pictures.retain(|(known, _)| *known != step);
        self.pictures.push_back((step, places));
        if self.pictures.len() > PICTURES {
            self.pictures.pop_front();
        }
    }

    /// The way of every remembered point, oldest place first.
    pub fn ways(&self) -> impl Iterator<Item = impl Iterator<Item = [f32; 2]>> {
        let num_points = self.pictures.back().map_or(0, |(_, places)| places.len());
        (0..num_points).map(move |point| self.pictures.iter().map(move |(_, places)| places[point]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(trails: &Trails) -> Vec<[f32; 2]> {
        trails.ways().next().map(Iterator::collect).unwrap_or_default()
    }

    #[test]
    fn the_newest_places_are_kept_and_the_oldest_forgotten() {
        let mut trails = Trails::default();
        for step in 0..100_u8 {
            trails.remember(u64::from(step), &[[f32::from(step), 0.0]]);
        }
        let way = way(&trails);
        assert_eq!((way.len(), way[0], way[PICTURES - 1]), (PICTURES, [84.0, 0.0], [99.0, 0.0]));
    }

    #[test]
    fn another_run_or_other_points_begin_anew_and_a_step_counts_once() {
        let mut trails = Trails::default();
        trails.remember(5, &[[0.0, 0.0]]);
        trails.remember(6, &[[1.0, 0.0]]);
        trails.remember(6, &[[2.0, 0.0]]);
        assert_eq!(way(&trails), [[0.0, 0.0], [2.0, 0.0]]);
        trails.remember(1, &[[9.0, 0.0]]);
        assert_eq!(way(&trails), [[9.0, 0.0]]);
        trails.remember(2, &[[9.0, 0.0], [8.0, 0.0]]);
        assert_eq!(trails.ways().count(), 2);
        assert_eq!(way(&trails).len(), 1);
    }

    #[test]
    fn few_points_are_followed_however_many_there_are() {
        let mut trails = Trails::default();
        trails.remember(1, &vec![[0.0, 0.0]; 5_000]);
        assert_eq!(trails.ways().count(), POINTS);
    }
}

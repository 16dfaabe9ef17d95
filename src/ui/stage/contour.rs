//! Lines along which the discriminator's score is the same, through a grid of scores, by marching squares.

use crate::trainer::Opinion;

/// The score of a discriminator that is undecided.
const UNDECIDED: f32 = 0.5;
/// Level lines between the least and the greatest score.
const LEVELS: usize = 11;
/// Scores that differ by less are all the same: there is no line between rounding errors.
const LEAST_RANGE: f32 = 1e-6;

/// A piece of a line, from one side of a square between four cells to another, in the plane.
pub type Piece = [[f32; 2]; 2];

/// The line on which the discriminator is undecided.
pub fn border(opinion: &Opinion) -> Vec<Piece> {
    line(opinion, UNDECIDED)
}

/// Lines of scores that are evenly spread from the least to the greatest in sight.
pub fn levels(opinion: &Opinion) -> Vec<Piece> {
    let range = opinion
        .scores
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &score| (low.min(score), high.max(score)));
    let (low, high) = range;
    if high - low < LEAST_RANGE || !(high - low).is_finite() {
        return Vec::new();
    }
    let level = |index: usize| low + (high - low) * (index as f32 + 0.5) / LEVELS as f32;
    (0..LEVELS).flat_map(|index| line(opinion, level(index))).collect()
}

fn line(opinion: &Opinion, level: f32) -> Vec<Piece> {
    let Opinion { bounds: [low, high], side, ref scores } = *opinion;
    if side < 2 || scores.len() != side * side {
        return Vec::new();
    }
    let centre = |index: usize, axis: usize| low[axis] + (high[axis] - low[axis]) * (index as f32 + 0.5) / side as f32;
    let mut pieces = Vec::new();
    for row in 0..side - 1 {
        for column in 0..side - 1 {
            // Around the square, from the least corner.
            let corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
            let corner = |index: usize| {
                let (column, row) = corners[index % 4];
                ([centre(column, 0), centre(row, 1)], scores[row * side + column])
            };
            let crossings: Vec<[f32; 2]> =
                (0..4).filter_map(|index| crossing(level, corner(index), corner(index + 1))).collect();
            // Two crossings make a piece; four make two, paired as they come: either pairing of a saddle is right.
            pieces.extend(crossings.as_chunks::<2>().0);
        }
    }
    pieces
}

/// Where the level lies between two corners, if they are on different sides of it.
fn crossing(level: f32, (from, from_score): ([f32; 2], f32), (to, to_score): ([f32; 2], f32)) -> Option<[f32; 2]> {
    let is_crossed = (from_score < level) != (to_score < level);
    let share = (level - from_score) / (to_score - from_score);
    (is_crossed && share.is_finite()).then(|| [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(side: usize, scores: Vec<f32>) -> Opinion {
        Opinion { bounds: [[0.0, 0.0], [2.0, 2.0]], side, scores }
    }

    #[test]
    fn the_line_runs_where_the_score_is_undecided() {
        // Cells at 0.5 and 1.5: from 0.25 to 0.75 across, so 0.5 lies at 1.
        let pieces = border(&opinion(2, vec![0.25, 0.75, 0.25, 0.75]));
        assert_eq!(pieces, [[[1.0, 0.5], [1.0, 1.5]]]);
        // From 0 to 0.75: two thirds of the way.
        let pieces = border(&opinion(2, vec![0.0, 0.75, 0.0, 0.75]));
        assert!((pieces[0][0][0] - (0.5 + 2.0 / 3.0)).abs() < 1e-6);
    }

    #[test]
    fn level_lines_are_evenly_spread_and_a_plain_has_none() {
        // A slope from 0 to 1 across 11 lines: the first at 1/22, the last at 21/22 of the way between the cells' centres.
        let pieces = levels(&opinion(2, vec![0.0, 1.0, 0.0, 1.0]));
        let places: Vec<f32> = pieces.iter().map(|piece| piece[0][0]).collect();
        assert_eq!(places.len(), LEVELS);
        for (index, place) in places.iter().enumerate() {
            assert!((place - (0.5 + (2.0 * index as f32 + 1.0) / 22.0)).abs() < 1e-5, "{places:?}");
        }
        assert!(levels(&opinion(2, vec![0.5, 0.5 + 1e-7, 0.5, 0.5])).is_empty());
        assert!(levels(&opinion(2, vec![0.5, f32::INFINITY, 0.5, 0.5])).is_empty());
    }

    #[test]
    fn a_saddle_has_two_lines_and_a_plain_none() {
        assert_eq!(border(&opinion(2, vec![0.0, 1.0, 0.0, 1.0])).len(), 1);
        assert_eq!(border(&opinion(2, vec![0.0, 1.0, 1.0, 0.0])).len(), 2);
        assert!(border(&opinion(2, vec![0.9; 4])).is_empty());
        assert!(border(&opinion(3, vec![0.9; 4])).is_empty() && border(&opinion(1, vec![0.9])).is_empty());
    }

    #[test]
    fn a_score_that_is_no_number_makes_no_line() {
        let pieces = border(&opinion(2, vec![f32::NAN, 1.0, 0.0, 1.0]));
        assert!(pieces.iter().flatten().flatten().all(|value| value.is_finite()));
    }
}

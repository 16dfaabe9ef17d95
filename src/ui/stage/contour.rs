//! Where the discriminator is undecided: the line of score 0.5 through a grid of scores, by marching squares.

use crate::trainer::Opinion;

/// The score of the line.
const LEVEL: f32 = 0.5;

/// The pieces of the line, each from one side of a square between four cells to another, in the plane.
pub fn border(opinion: &Opinion) -> Vec<[[f32; 2]; 2]> {
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
                (0..4).filter_map(|index| crossing(corner(index), corner(index + 1))).collect();
            // Two crossings make a piece; four make two, paired as they come: either pairing of a saddle is right.
            pieces.extend(crossings.as_chunks::<2>().0);
        }
    }
    pieces
}

/// Where the level lies between two corners, if they are on different sides of it.
fn crossing((from, from_score): ([f32; 2], f32), (to, to_score): ([f32; 2], f32)) -> Option<[f32; 2]> {
    let is_crossed = (from_score < LEVEL) != (to_score < LEVEL);
    let share = (LEVEL - from_score) / (to_score - from_score);
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

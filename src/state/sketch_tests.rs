//! Tests of the drawing page's state.

use proptest::prelude::*;

use super::*;

/// The density at a place.
fn at(sketch: &Sketch, [x, y]: [f32; 2]) -> u8 {
    let index = |place: f32| ((place + Drawing::HALF_SIDE) / CELL) as usize;
    sketch.drawing().cells()[index(-y) * Drawing::SIDE + index(x)]
}

fn stroke(sketch: &mut Sketch, places: &[[f32; 2]]) {
    sketch.apply(SketchEdit::Press(places[0]));
    sketch.apply(SketchEdit::Move(places[1..].to_vec()));
    sketch.apply(SketchEdit::Release);
}

#[test]
fn a_stroke_is_a_line_without_gaps_the_right_way_up() {
    let mut sketch = Sketch::default();
    stroke(&mut sketch, &[[-1.0, 1.0], [1.0, 1.0]]);
    for step in 0..=40 {
        let x = step as f32 / 20.0 - 1.0;
        assert_eq!(at(&sketch, [x, 1.0]), 255, "{x}");
        assert_eq!(at(&sketch, [x, -1.0]), 0, "{x}");
    }
    assert_eq!(at(&sketch, [0.0, 0.8]), 0);
}

#[test]
fn hardness_makes_the_edge_and_density_the_middle() {
    let painted = |tip: Tip| {
        let mut sketch = Sketch::default();
        sketch.apply(SketchEdit::Shape(tip));
        stroke(&mut sketch, &[[0.0, 0.0]]);
        [0.0, 0.15, 0.27].map(|x| at(&sketch, [x, 0.0]))
    };
    let hard = painted(Tip { radius: 0.3, hardness: 1.0, density: 1.0 });
    assert_eq!(hard, [255; 3]);
    let soft = painted(Tip { radius: 0.3, hardness: 0.0, density: 1.0 });
    assert!(soft[0] > 240 && soft[1] < 150 && soft[2] < 50 && soft[2] > 0, "{soft:?}");
    let pale = painted(Tip { radius: 0.3, hardness: 1.0, density: 0.4 });
    assert_eq!(pale, [102; 3]);
}

#[test]
fn painting_twice_is_painting_once_and_the_eraser_takes_away() {
    let mut sketch = Sketch::default();
    sketch.apply(SketchEdit::Shape(Tip { density: 0.5, ..Tip::default() }));
    stroke(&mut sketch, &[[-0.5, 0.0], [0.5, 0.0]]);
    let once = sketch.drawing().clone();
    stroke(&mut sketch, &[[-0.5, 0.0], [0.5, 0.0]]);
    assert_eq!(*sketch.drawing(), once);
    sketch.apply(SketchEdit::Choose(SketchTool::Eraser));
    stroke(&mut sketch, &[[0.0, 0.5], [0.0, -0.5]]);
    assert_eq!((at(&sketch, [0.0, 0.0]), at(&sketch, [0.4, 0.0])), (0, 128));
}

#[test]
fn strokes_erasing_and_clearing_can_be_undone_and_redone() {
    let mut sketch = Sketch::default();
    let mut seen = vec![sketch.drawing().clone()];
    stroke(&mut sketch, &[[-0.5, 0.0], [0.5, 0.0]]);
    seen.push(sketch.drawing().clone());
    sketch.apply(SketchEdit::Choose(SketchTool::Eraser));
    stroke(&mut sketch, &[[0.0, 0.0]]);
    seen.push(sketch.drawing().clone());
    sketch.clear();
    assert!(sketch.drawing().is_empty());
    for before in seen.iter().rev() {
        sketch.undo();
        assert_eq!(sketch.drawing(), before);
    }
    assert!(!sketch.can_undo());
    for after in &seen[1..] {
        sketch.redo();
        assert_eq!(sketch.drawing(), after);
    }
    stroke(&mut sketch, &[[1.0, 1.0]]);
    assert!(!sketch.can_redo(), "a new stroke is a new way on");
}

#[test]
fn undos_are_bounded_and_one_too_many_does_no_harm() {
    let mut sketch = Sketch::default();
    for number in 0..200 {
        stroke(&mut sketch, &[[number as f32 / 100.0 - 1.0, 0.0]]);
    }
    for _ in 0..300 {
        sketch.undo();
    }
    assert!(!sketch.can_undo() && sketch.can_redo());
    assert_eq!(sketch.undone.len(), MAX_UNDOS);
}

#[test]
fn the_page_opens_on_the_drawing_in_use_unless_something_is_drawn() {
    let mut other = Sketch::default();
    stroke(&mut other, &[[0.0, 0.0]]);
    let mut sketch = Sketch::default();
    sketch.open(Some(other.drawing()));
    assert_eq!(sketch.drawing(), other.drawing());
    assert!(!sketch.can_undo(), "nothing was done yet");
    sketch.apply(SketchEdit::Choose(SketchTool::Brush));
    stroke(&mut sketch, &[[1.0, 1.0]]);
    sketch.close();
    sketch.open(Some(other.drawing()));
    assert_ne!(sketch.drawing(), other.drawing());
    sketch.load(other.drawing().clone());
    sketch.undo();
    assert_eq!(at(&sketch, [1.0, 1.0]), 255);
}

#[test]
fn a_flood_of_places_is_thinned_and_its_end_is_kept() {
    let places: Vec<_> = (0..1_000).map(|index| [index as f32, f32::from(u8::from(index == 5))]).collect();
    let thin = thinned(places);
    assert!(thin.len() <= MAX_PLACES);
    assert!((thin[thin.len() - 1][0] - 999.0).abs() < f32::EPSILON);
    assert_eq!(thinned(vec![[f32::NAN, 0.0]]), Vec::<[f32; 2]>::new());
}

proptest! {
    #[test]
    fn strokes_beyond_the_edge_do_no_harm(
        a in prop::array::uniform2(-1e6_f32..1e6), b in prop::array::uniform2(-3.0_f32..3.0), radius in -1.0_f32..5.0,
    ) {
        let mut sketch = Sketch::default();
        sketch.apply(SketchEdit::Shape(Tip { radius, ..Tip::default() }));
        stroke(&mut sketch, &[a, b, a]);
    }
}

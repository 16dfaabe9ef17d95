//! The drawing page: every tool of it, and the whole way from a stroke to a run in the real window.

use std::path::PathBuf;

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::config::{DataConfig, DatasetKind, Drawing, Preset};
use ganscope::state::{SketchEdit, SketchTool};
use ganscope::trainer::Begin;
use ganscope::ui::panels::draw_ui;
use ganscope::ui::{Action, GanApp, Verb};

use crate::support::{Bench, drop_file, harness, wait_for, window};

fn page(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(700.0, 640.0), |ui, scene, panels, actions| draw_ui(ui, scene, &mut panels.draw, actions))
}

/// A page with a stroke on it, and one that was taken back.
fn used() -> Bench {
    let mut bench = Bench::running(Preset::Ring8);
    let sketch = &mut bench.controls.sketch;
    sketch.open(None);
    for place in [[0.0, 0.0], [1.0, 1.0]] {
        sketch.apply(SketchEdit::Press(place));
        sketch.apply(SketchEdit::Release);
    }
    sketch.undo();
    bench
}

/// Where a place of the plane lies on the screen.
fn on_screen(canvas: Rect, [x, y]: [f32; 2]) -> Pos2 {
    canvas.center() + canvas.width() / (2.0 * Drawing::HALF_SIDE) * vec2(x, -y)
}

fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
}

/// Holds the button down along a way, a frame for each place.
fn drag<State>(harness: &mut Harness<'_, State>, way: &[Pos2]) {
    harness.event(Event::PointerMoved(way[0]));
    harness.run_steps(1);
    harness.event(button(way[0], true));
    harness.run_steps(1);
    for &place in &way[1..] {
        harness.event(Event::PointerMoved(place));
        harness.run_steps(1);
    }
    harness.event(button(way[way.len() - 1], false));
    harness.run_steps(2);
}

#[test]
fn every_button_says_what_it_does() {
    for (name, verb) in [
        ("Undo", Verb::UndoStroke),
        ("Redo", Verb::RedoStroke),
        ("Clear drawing", Verb::ClearDrawing),
        ("Load picture…", Verb::LoadDrawing),
        ("Save drawing…", Verb::SaveDrawing),
        ("Train on the drawing", Verb::TrainOnDrawing),
        ("Close drawing", Verb::Draw),
    ] {
        let mut page = page(used());
        page.get_by_label(name).click();
        page.run_steps(2);
        assert_eq!(page.state_mut().take_actions(), [Action::Do(verb)], "{name}");
    }
}

#[test]
fn there_is_nothing_to_undo_on_a_new_page() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.controls.sketch.open(None);
    let page = page(bench);
    for name in ["Undo", "Redo", "Clear drawing", "Save drawing…"] {
        assert!(page.get_by_label(name).accesskit_node().is_disabled(), "{name}");
    }
    page.get_by_label_contains("0 % painted");
}

#[test]
fn brush_and_eraser_are_chosen() {
    let mut page = page(used());
    page.get_by_label("Eraser").click();
    page.run_steps(2);
    assert_eq!(page.state_mut().take_actions(), [Action::Sketch(SketchEdit::Choose(SketchTool::Eraser))]);
}

#[test]
fn the_tip_has_size_hardness_and_density() {
    for (name, value) in [("Brush size", 0.3), ("Hardness", 0.9), ("Density", 0.4)] {
        let mut page = page(used());
        page.get_by_role_and_label(Role::Slider, name).set_value_accesskit(value);
        page.run_steps(2);
        let actions = page.state_mut().take_actions();
        let [Action::Sketch(SketchEdit::Shape(tip)), ..] = actions.as_slice() else { panic!("{name}: {actions:?}") };
        let changed = match name {
            "Brush size" => tip.radius,
            "Hardness" => tip.hardness,
            _ => tip.density,
        };
        assert!((f64::from(changed) - value).abs() < 1e-6, "{name}: {tip:?}");
    }
}

#[test]
fn a_drag_is_a_stroke_in_the_units_of_the_plane() {
    let mut page = page(used());
    let canvas = page.get_by_label("Drawing").rect();
    drag(&mut page, &[[-1.0, 0.5], [0.0, 0.5]].map(|place| on_screen(canvas, place)));
    let actions = page.state_mut().take_actions();
    // The bench does not perform actions, so that only the press is known to be one.
    let Some(Action::Sketch(SketchEdit::Press([x, y]))) = actions.first() else { panic!("{actions:?}") };
    assert!((x + 1.0).abs() < 0.01 && (y - 0.5).abs() < 0.01, "{x} {y}");
}

#[test]
fn a_stroke_within_one_frame_is_a_whole_stroke() {
    let mut page = page(used());
    let canvas = page.get_by_label("Drawing").rect();
    let way = [[-1.0, 0.5], [0.0, 0.5], [1.0, -0.5]];
    let [start, middle, end] = way.map(|place| on_screen(canvas, place));
    // A window that was busy gets all of it at once.
    page.input_mut().events.extend([
        Event::PointerMoved(start),
        button(start, true),
        Event::PointerMoved(middle),
        Event::PointerMoved(end),
        button(end, false),
    ]);
    page.run_steps(2);
    let actions = page.state_mut().take_actions();
    let [
        Action::Sketch(SketchEdit::Press(press)),
        Action::Sketch(SketchEdit::Move(moves)),
        Action::Sketch(SketchEdit::Release),
    ] = actions.as_slice()
    else {
        panic!("{actions:?}")
    };
    let places: Vec<_> = std::iter::once(press).chain(moves).copied().collect();
    assert_eq!(places.len(), way.len(), "{places:?}");
    for ([x, y], [to_x, to_y]) in places.into_iter().zip(way) {
        assert!((x - to_x).abs() < 0.01 && (y - to_y).abs() < 0.01, "{x} {y}");
    }
}

#[test]
fn a_press_beside_the_drawing_is_no_stroke() {
    let mut page = page(used());
    let canvas = page.get_by_label("Drawing").rect();
    let beside = canvas.right_top() + vec2(4.0, 40.0);
    let inside = canvas.center();
    page.input_mut().events.extend([
        Event::PointerMoved(beside),
        button(beside, true),
        Event::PointerMoved(inside),
        button(inside, false),
    ]);
    page.run_steps(2);
    assert_eq!(page.state_mut().take_actions(), []);
}

#[test]
fn looking_changes_nothing_in_any_width() {
    for width in [300.0, 480.0, 620.0, 1200.0] {
        let mut page = harness(used(), vec2(width, 420.0), |ui, scene, panels, actions| {
            draw_ui(ui, scene, &mut panels.draw, actions);
        });
        page.run_steps(3);
        assert_eq!(page.state_mut().take_actions(), [], "{width}");
        for name in ["Brush", "Eraser", "Undo", "Train on the drawing", "Close drawing", "Drawing"] {
            let rect = page.get_by_label(name).rect();
            assert!(rect.left() >= 0.0 && rect.right() <= width + 0.5, "{name} at {width}: {rect:?}");
        }
    }
}

fn data(window: &Harness<'_, GanApp>) -> DataConfig {
    let config = window.state().state().run().config.as_ref();
    config.map_or_else(|| panic!("the run has not begun"), |config| config.data.clone())
}

fn notices(window: &Harness<'_, GanApp>) -> Vec<String> {
    window.state().state().notices().iter().map(|notice| notice.text.clone()).collect()
}

#[test]
fn a_shape_is_drawn_mended_and_trained_on() {
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    window.get_by_label("Draw…").click();
    window.run_steps(3);
    let canvas = window.get_by_label("Drawing").rect();
    let drawing = |window: &Harness<'_, GanApp>| window.state().controls().sketch.drawing().clone();

    drag(&mut window, &[[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]].map(|place| on_screen(canvas, place)));
    let line = drawing(&window);
    let middle_row = &line.cells()[48 * Drawing::SIDE..][..Drawing::SIDE];
    assert!(middle_row[20..76].iter().all(|&cell| cell > 200), "{middle_row:?}");
    assert!(line.cells()[..30 * Drawing::SIDE].iter().all(|&cell| cell == 0));

    window.get_by_label("Eraser").click();
    window.run_steps(2);
    drag(&mut window, &[[0.0, 0.3], [0.0, -0.3]].map(|place| on_screen(canvas, place)));
    let gap = drawing(&window);
    assert_eq!(gap.cells()[48 * Drawing::SIDE + 48], 0);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    assert_eq!(drawing(&window), line);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(2);
    assert_eq!(drawing(&window), gap);

    window.get_by_label("Train on the drawing").click();
    wait_for(&mut window, "the new run", |app| app.state().run().id != first && app.state().run().has_networks());
    assert_eq!((data(&window).kind, data(&window).drawing), (DatasetKind::Drawn, Some(gap)));
    wait_for(&mut window, "a picture", |app| app.state().views().is_some());
    window.get_by_label("Stage");
    assert!(!window.state().controls().sketch.is_open());
}

#[test]
fn a_click_is_a_dot_and_an_empty_drawing_is_not_trained_on() {
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run_steps(3);
    window.get_by_label("Train on the drawing").click();
    window.run_steps(3);
    assert!(notices(&window).iter().any(|text| text.starts_with("The drawing is empty")), "{:?}", notices(&window));
    assert_eq!(window.state().state().run().id, first);

    let canvas = window.get_by_label("Drawing").rect();
    window.get_by_label("Drawing").click();
    window.run_steps(3);
    let at = on_screen(canvas, [0.0, 0.0]);
    assert!(canvas.contains(at));
    assert_eq!(window.state().controls().sketch.drawing().cells()[48 * Drawing::SIDE + 48], 255);
    window.get_by_label("Clear drawing").click();
    window.run_steps(2);
    assert!(window.state().controls().sketch.drawing().is_empty());
    window.key_press(Key::Escape);
    window.run_steps(2);
    assert!(!window.state().controls().sketch.is_open());
}

#[test]
fn points_that_are_dropped_are_trained_on_and_their_scaling_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    std::fs::write(&path, "x,y\n0,0\n10,2\n20,4\n").unwrap();
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    drop_file(&mut window, &path);
    wait_for(&mut window, "the new run", |app| app.state().run().id != first && app.state().run().has_networks());
    assert_eq!((data(&window).kind, data(&window).path), (DatasetKind::File, Some(path)));
    window.get_by_label("3 points; x' = (x - 10) / 10, y' = (y - 2) / 10");
    window.get_by_label("points.csv");
}

#[test]
fn a_picture_that_is_dropped_becomes_a_drawing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    image::GrayImage::from_fn(96, 96, |x, _| image::Luma([if x < 48 { 0 } else { 255 }])).save(&path).unwrap();
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    drop_file(&mut window, &path);
    wait_for(&mut window, "the page", |app| app.controls().sketch.is_open());
    assert_eq!(window.state().controls().sketch.drawing().cells()[..96], [[255; 48], [0; 48]].concat()[..]);
    assert_eq!(window.state().state().run().id, first, "nothing is trained on before it is asked for");
}

#[test]
fn data_that_cannot_be_read_is_one_notice_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cases = [
        (folder.path().join("gone.csv"), "no such file"),
        (file("empty.csv", b""), "empty"),
        (file("one.csv", b"1\n2\n"), "1 column"),
        (file("three.csv", b"1,2,3\n"), "3 columns"),
        (file("word.csv", b"1,2\n3,four\n"), "line 2"),
        (file("nan.csv", b"1,2\n3,nan\n"), "line 2"),
        (file("point.csv", b"1,2\n"), "single point"),
        (file("same.csv", b"1,2\n1,2\n"), "the same"),
        (file("cut.npy", b"\x93NUMPY\x01\x00"), "header"),
        (file("text.png", b"text"), "PNG"),
        (file("photo.jpg", b"\xff\xd8\xff"), "damaged"),
    ];
    for (path, words) in cases {
        let mut window = window(Begin::Paused);
        let first = window.state().state().run().id;
        drop_file(&mut window, &path);
        wait_for(&mut window, "a notice", |app| !app.state().notices().is_empty());
        let [notice] = notices(&window).try_into().unwrap();
        assert!(notice.contains(words) && !notice.contains('\n'), "{words}: {notice}");
        assert!(window.state().state().run().id == first && window.state().state().run().has_networks(), "{words}");
    }
}

//! The dialog in which data is opened: every page of it, and the whole way from a folder to a run in the real window.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::path::Path;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::config::{CaseKind, Choice as _, DatasetKind, FitKind, PicturesConfig, Preset};
use ganscope::data::{DownloadProgress, Inspection, Progress, RemoteSet, inspect, inspect_texts};
use ganscope::state::{DataOrder, DataPage, DataUse, Fetching, FoundPictures, MissingSet};
use ganscope::trainer::{Begin, EventKind, Phase};
use ganscope::ui::panels::data_dialog_ui;
use ganscope::ui::{Action, GanApp, Verb};
use image::{GrayImage, Luma, Rgb, RgbImage};
use tempfile::TempDir;

use crate::support::{Bench, drop_file, harness, wait_for, window};

/// Colour pictures in two classes, and two files that are left out.
pub(crate) fn folder_of_pictures() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..9_u8 {
        let class = folder.path().join(["apples", "pears"][usize::from(index % 3 == 0)]);
        std::fs::create_dir_all(&class).unwrap();
        let picture = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, index * 25]));
        picture.save(class.join(format!("{index}.png"))).unwrap();
    }
    std::fs::write(folder.path().join("apples/broken.png"), "not a picture").unwrap();
    std::fs::write(folder.path().join("apples/notes.txt"), "notes").unwrap();
    folder
}

pub(crate) fn look(folder: &Path) -> Inspection {
    inspect(folder, &mut |_| std::ops::ControlFlow::Continue(())).unwrap()
}

/// Forty names of rivers and lakes.
pub(crate) fn texts_page() -> DataPage {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waters.tsv");
    std::fs::write(&path, waters()).unwrap();
    let mut found = inspect_texts(&path, CaseKind::AsIs, None).unwrap();
    // The folder has another name at every run.
    found.config.path = Some("texts/waters.tsv".into());
    DataPage::Texts(Box::new(found))
}

fn waters() -> String {
    let line = |index: usize| {
        let name: String =
            ["Ka", "lo", "mi", "ru", "ve"][index % 5].chars().chain(["na", "tto"][index / 5 % 2].chars()).collect();
        format!(
            "{name}{}\t{}\n",
            ["a", "is", "or", "um"][index / 10],
            ["river", "lake"][usize::from(index.is_multiple_of(4))]
        )
    };
    (0..40).map(line).collect::<Vec<_>>().concat() + "a line of more letters than are usual\triver\n"
}

fn dialog(page: DataPage, size: Vec2) -> Harness<'static, Bench> {
    let mut bench = Bench::running(Preset::Ring8);
    bench.controls.data_dialog.show(page);
    let mut dialog =
        harness(bench, size, |ui, scene, panels, actions| data_dialog_ui(ui, scene, &mut panels.data_dialog, actions));
    dialog.run_steps(3);
    dialog
}

fn large(page: DataPage) -> Harness<'static, Bench> {
    dialog(page, vec2(1024.0, 700.0))
}

/// What a click asks for.
#[track_caller]
fn asked_by(dialog: &mut Harness<'_, Bench>, button: &str) -> Vec<Action> {
    dialog.get_by_label(button).click();
    dialog.run_steps(2);
    dialog.state_mut().take_actions()
}

fn missing(fetching: Fetching) -> MissingSet {
    let set = RemoteSet::of(DatasetKind::Mnist).unwrap();
    MissingSet {
        kind: DatasetKind::Mnist,
        wanted_for: DataUse::Run,
        mirrors: Ok(set.mirrors.clone()),
        set,
        mirrors_file: "/data/mirrors.json".into(),
        target: "/data/mnist".into(),
        fetching,
    }
}

pub(crate) fn missing_page(fetching: Fetching) -> DataPage {
    DataPage::Missing(Box::new(missing(fetching)))
}

#[test]
fn a_closed_dialog_shows_nothing() {
    let closed = harness(Bench::running(Preset::Ring8), vec2(800.0, 600.0), |ui, scene, panels, actions| {
        data_dialog_ui(ui, scene, &mut panels.data_dialog, actions);
    });
    assert!(closed.query_by_label("Cancel").is_none());
}

#[test]
fn it_asks_for_a_folder_a_file_or_a_path() {
    let ask = DataPage::Ask { problem: None };
    let mut dialog = large(ask);
    let cases = [
        ("Choose a folder…", DataOrder::ChooseFolder),
        ("Choose a file…", DataOrder::ChooseFile),
        ("Cancel", DataOrder::Close),
    ];
    for (button, order) in cases {
        assert_eq!(asked_by(&mut dialog, button), [Action::Data(order)]);
    }
    assert!(dialog.get_by_label("Open").accesskit_node().is_disabled(), "nothing is typed yet");
    dialog.get_by_role_and_label(Role::TextInput, "Path").focus();
    dialog.run_steps(1);
    dialog.get_by_role_and_label(Role::TextInput, "Path").type_text(" /some/photos ");
    dialog.run_steps(2);
    let look = [Action::Data(DataOrder::Look("/some/photos".into()))];
    assert_eq!(asked_by(&mut dialog, "Open"), look);
    dialog.key_press(Key::Escape);
    dialog.run_steps(2);
}

#[test]
fn every_page_has_its_buttons_in_sight_on_a_projector() {
    let folder = folder_of_pictures();
    let long = "Cannot read the pictures: there are no pictures in it: /a/very/long/path".repeat(4);
    let pages = [
        (DataPage::Ask { problem: Some(long.clone()) }, "Cancel"),
        (DataPage::Looking { path: "/some/photos".into(), progress: None }, "Cancel"),
        (DataPage::Found(Box::new(FoundPictures::new(look(folder.path())))), "Train on it"),
        (texts_page(), "Train on it"),
        (missing_page(Fetching::Offered), "Download"),
        (missing_page(Fetching::Failed(long)), "Try again"),
    ];
    for (page, button) in pages {
        // Twice the size on a small screen.
        let size = vec2(512.0, 350.0);
        let rect = dialog(page, size).get_by_label(button).rect();
        let is_inside = rect.left() >= 0.0 && rect.top() >= 0.0 && rect.right() <= size.x && rect.bottom() <= size.y;
        assert!(is_inside, "{button}: {rect:?}");
    }
}

#[test]
fn what_was_of_no_use_is_said_with_what_to_do() {
    let problem = "Cannot read the pictures: there are no pictures in it: /photos".to_owned();
    let dialog = large(DataPage::Ask { problem: Some(problem.clone()) });
    dialog.get_by_label(&format!("{problem}."));
    dialog.get_by_label_contains("Choose something else");
}

#[test]
fn looking_says_how_far_it_has_come_and_can_be_cancelled() {
    for (progress, words) in [
        (None, "Opening it…"),
        (Some(Progress { done: 12_000, total: None }), "12\u{2009}000 files listed"),
        (Some(Progress { done: 1_200, total: Some(60_000) }), "1\u{2009}200 of 60\u{2009}000 looked at"),
    ] {
        let mut dialog = large(DataPage::Looking { path: "/some/photos".into(), progress });
        dialog.get_by_label("Looking at photos");
        assert!(dialog.query_all_by_label(words).next().is_some(), "{words}");
        assert_eq!(asked_by(&mut dialog, "Cancel"), [Action::Data(DataOrder::Close)]);
    }
}

#[test]
fn pictures_are_shown_with_all_that_is_known_of_them() {
    let folder = folder_of_pictures();
    let page = || DataPage::Found(Box::new(FoundPictures::new(look(folder.path()))));
    // On a projector, there is room for one column only.
    for size in [vec2(1024.0, 700.0), vec2(512.0, 700.0)] {
        let dialog = dialog(page(), size);
        for words in ["Folder of pictures", "All 40×30", "Colour", "2 classes", "pears: 3", "9 pictures"] {
            assert!(dialog.query_all_by_label(words).next().is_some(), "{words}");
        }
        dialog.get_by_label("2 files are left out");
        dialog.get_by_label("2 files: not a picture; the first is apples/notes.txt");
    }
}

#[test]
fn what_pictures_become_is_chosen_before_training_begins() {
    let folder = folder_of_pictures();
    let found = FoundPictures::new(look(folder.path()));
    let suggested = found.chosen.clone();
    assert_eq!((suggested.size, suggested.channels, suggested.classes), (28, 3, 2));
    let mut dialog = large(DataPage::Found(Box::new(found)));
    let fit = |config: PicturesConfig| [Action::Data(DataOrder::Fit(config))];
    assert_eq!(asked_by(&mut dialog, "64×64"), fit(PicturesConfig { size: 64, ..suggested.clone() }));
    assert_eq!(asked_by(&mut dialog, "Grey"), fit(PicturesConfig { channels: 1, ..suggested.clone() }));
    assert_eq!(asked_by(&mut dialog, "Pad"), fit(PicturesConfig { fit: FitKind::Pad, ..suggested.clone() }));
    // What has classes is learned class by class unless somebody says otherwise.
    let learn = [Action::Data(DataOrder::LearnClasses(false))];
    assert_eq!(asked_by(&mut dialog, "Conditional: learn each class"), learn);
    assert_eq!(asked_by(&mut dialog, "Train on it"), [Action::Data(DataOrder::Train)]);
    assert_eq!(asked_by(&mut dialog, "Other data…"), [Action::Data(DataOrder::Ask)]);
    assert_eq!(asked_by(&mut dialog, "Cancel"), [Action::Data(DataOrder::Close)]);
}

#[test]
fn pictures_without_classes_offer_none_to_learn() {
    let folder = tempfile::tempdir().unwrap();
    GrayImage::from_pixel(16, 16, Luma([9])).save(folder.path().join("one.png")).unwrap();
    let dialog = large(DataPage::Found(Box::new(FoundPictures::new(look(folder.path())))));
    assert!(dialog.query_by_label("Conditional: learn each class").is_none());
    dialog.get_by_label_contains("There are no classes");
}

#[test]
fn a_missing_set_says_what_would_be_fetched_from_where_and_waits_to_be_told() {
    let mut dialog = large(missing_page(Fetching::Offered));
    dialog.get_by_label("MNIST is not on this machine");
    dialog.get_by_label_contains("11.6 MB in 4 files");
    for mirror in &missing(Fetching::Offered).set.mirrors {
        dialog.get_by_label(mirror);
    }
    dialog.get_by_label("/data/mnist");
    dialog.get_by_label_contains("/data/mirrors.json");
    assert_eq!(asked_by(&mut dialog, "Download"), [Action::Data(DataOrder::Download)]);
    assert_eq!(asked_by(&mut dialog, "Cancel"), [Action::Data(DataOrder::Close)]);
}

#[test]
fn fetching_says_how_far_it_has_come_and_can_be_stopped() {
    let progress = DownloadProgress { file: "train-images-idx3-ubyte.gz", bytes: 4_200_000, total: 11_594_722 };
    let mut dialog = large(missing_page(Fetching::Running(Some(progress))));
    assert!(dialog.query_all_by_label("4.2 MB of 11.6 MB, train-images-idx3-ubyte.gz").next().is_some());
    assert!(dialog.query_by_label("Download").is_none());
    assert_eq!(asked_by(&mut dialog, "Stop"), [Action::Data(DataOrder::StopDownload)]);
    let stopping = large(missing_page(Fetching::Stopping));
    assert!(stopping.get_by_label("Stop").accesskit_node().is_disabled());
}

#[test]
fn a_download_that_failed_says_why_and_can_be_tried_again() {
    let reason = "Train-images-idx3-ubyte.gz could not be fetched: the server answered 404".to_owned();
    let mut dialog = large(missing_page(Fetching::Failed(reason.clone())));
    dialog.get_by_label(&format!("{reason}."));
    assert_eq!(asked_by(&mut dialog, "Try again"), [Action::Data(DataOrder::Download)]);
}

#[test]
fn a_list_of_mirrors_that_cannot_be_read_is_named_and_nothing_is_fetched() {
    let problem = "The list of mirrors cannot be read (a comma is missing): /data/mirrors.json".to_owned();
    let page = MissingSet { mirrors: Err(problem.clone()), ..missing(Fetching::Offered) };
    let dialog = large(DataPage::Missing(Box::new(page)));
    dialog.get_by_label(&format!("{problem}."));
    assert!(dialog.get_by_label("Download").accesskit_node().is_disabled());
}

#[test]
fn reading_is_told_of_on_the_stage_and_can_be_cancelled() {
    let mut bench = Bench::running(Preset::Faces);
    bench.state.begin_run(crate::support::RUN);
    bench.tell(EventKind::DataRead { progress: Progress { done: 12_000, total: Some(60_000) } });
    let mut stage = harness(bench, vec2(700.0, 600.0), |ui, scene, panels, actions| {
        ganscope::ui::panels::stage_ui(ui, scene, &mut panels.stage, actions);
    });
    stage.run_steps(6);
    stage.get_by_label("Reading pictures…");
    stage.get_by_label_contains("12\u{2009}000 of 60\u{2009}000");
    assert_eq!(asked_by(&mut stage, "Cancel"), [Action::Do(Verb::CancelReading)]);
    stage.state_mut().enter(Phase::Idle, 0);
    stage.run_steps(3);
    stage.get_by_label("Nothing is being trained");
    assert_eq!(asked_by(&mut stage, "Start again"), [Action::Do(Verb::Reset)]);
}

/// Gives the window a file or folder by the dialog's field.
fn open_in(window: &mut Harness<'_, GanApp>, path: &Path) {
    window.get_by_label("Open data…").click();
    window.run_steps(3);
    window.get_by_role_and_label(Role::TextInput, "Path").focus();
    window.run_steps(1);
    window.get_by_role_and_label(Role::TextInput, "Path").type_text(&path.to_string_lossy());
    window.run_steps(2);
    window.get_by_label("Open").click();
    window.run_steps(1);
}

fn is_found(app: &GanApp) -> bool {
    app.controls().data_dialog.found().is_some()
}

#[test]
fn a_folder_is_opened_chosen_from_and_trained_on_with_its_classes() {
    let folder = folder_of_pictures();
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    open_in(&mut window, folder.path());
    wait_for(&mut window, "the pictures", is_found);
    window.get_by_label("16×16").click();
    window.run_steps(2);
    wait_for(&mut window, "smaller thumbnails", |app| {
        app.controls().data_dialog.found().is_some_and(|found| found.thumbnails.width == 16)
    });
    window.get_by_label("Train on it").click();
    wait_for(&mut window, "a run", |app| app.state().run().id != first && app.state().run().step > 0);
    let config = window.state().state().run().config.clone().unwrap();
    assert_eq!((config.data.kind, config.data.pictures.size, config.classes()), (DatasetKind::Pictures, 16, 2));
    assert!(!window.state().controls().data_dialog.is_open());
    let note = window.state().state().run().data_note.clone().unwrap();
    assert!(note.starts_with("9 pictures, 16×16 colour; 2 classes; skipped"), "{note}");

    // Looked at again, they are what they have been made into.
    window.get_by_label("Data details").click();
    window.run_steps(6);
    window.get_by_label("Size, colours, classes…").click();
    wait_for(&mut window, "the pictures again", is_found);
    wait_for(&mut window, "their thumbnails", |app| {
        app.controls().data_dialog.found().is_some_and(|found| found.thumbnails.width == 16)
    });
    let found = window.state().controls().data_dialog.found().unwrap();
    assert_eq!((&found.chosen, found.learns_classes), (&config.data.pictures, true));
    assert_ne!(found.chosen, found.inspection.suggested);
}

#[test]
fn a_folder_that_is_dropped_opens_the_dialog_and_training_goes_on() {
    let folder = folder_of_pictures();
    let mut window = window(Begin::Running);
    let first = window.state().state().run().id;
    drop_file(&mut window, folder.path());
    wait_for(&mut window, "the pictures", is_found);
    assert_eq!(window.state().state().run().id, first);
    window.get_by_label("Cancel").click();
    window.run_steps(2);
    assert!(!window.state().controls().data_dialog.is_open());
}

#[test]
fn what_holds_no_pictures_is_refused_in_the_dialog_and_the_run_goes_on() {
    let empty = tempfile::tempdir().unwrap();
    let mut window = window(Begin::Running);
    let first = window.state().state().run().id;
    open_in(&mut window, empty.path());
    let is_refused =
        |app: &GanApp| matches!(app.controls().data_dialog.page(), Some(DataPage::Ask { problem: Some(_) }));
    wait_for(&mut window, "the reason", is_refused);
    window.get_by_label_contains("Cannot read the pictures");
    // Keys belong to the dialog while it is open.
    window.key_press(Key::Space);
    window.run_steps(3);
    assert_eq!(window.state().state().run().phase, Phase::Running);
    assert_eq!(window.state().state().run().id, first);
    window.key_press(Key::Escape);
    window.run_steps(2);
    assert!(!window.state().controls().data_dialog.is_open());
}

#[test]
fn a_path_is_whole_where_its_end_comes_with_the_enter_key() {
    let mut dialog = large(DataPage::Ask { problem: None });
    dialog.get_by_role_and_label(Role::TextInput, "Path").focus();
    dialog.run_steps(2);
    dialog.get_by_role_and_label(Role::TextInput, "Path").type_text("/data/rivers.tx");
    dialog.run_steps(2);
    dialog.get_by_role_and_label(Role::TextInput, "Path").type_text("t");
    dialog.key_press(Key::Enter);
    dialog.run_steps(2);
    let asked = dialog.state_mut().take_actions();
    assert_eq!(asked, [Action::Data(DataOrder::Look("/data/rivers.txt".into()))]);
}

#[test]
fn texts_are_shown_with_all_that_is_known_of_them() {
    let mut dialog = large(texts_page());
    dialog.get_by_label("waters.tsv");
    dialog.get_by_label_contains("Kanaa   ");
    dialog.get_by_label("40 different texts, an alphabet of 13 characters; left out: 1 too long");
    dialog.get_by_label("lake: 10");
    dialog.get_by_label("river: 30");
    assert_eq!(asked_by(&mut dialog, "Train on it"), [Action::Data(DataOrder::Train)]);
    assert_eq!(asked_by(&mut dialog, "Other data…"), [Action::Data(DataOrder::Ask)]);
    assert_eq!(asked_by(&mut dialog, "Cancel"), [Action::Data(DataOrder::Close)]);
}

#[test]
fn texts_given_to_the_dialog_are_looked_at_chosen_from_and_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waters.tsv");
    std::fs::write(&path, waters()).unwrap();
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    open_in(&mut window, &path);
    let shown = |app: &GanApp| match app.controls().data_dialog.page() {
        Some(DataPage::Texts(found)) => Some(found.config.clone()),
        _ => None,
    };
    wait_for(&mut window, "the texts", |app| shown(app).is_some());
    assert_eq!(window.state().state().run().id, first, "the run that goes on is not thrown away");
    window.get_by_label("Case of the letters").click();
    window.run_steps(2);
    window.get_by_label(CaseKind::Lower.label()).click();
    window.run_steps(2);
    wait_for(&mut window, "the texts in small letters", |app| {
        shown(app).is_some_and(|found| found.case == CaseKind::Lower)
    });
    assert_eq!(window.state().state().run().id, first);
    window.get_by_label("Train on it").click();
    wait_for(&mut window, "a run", |app| app.state().run().id != first && app.state().run().config.is_some());
    let data = window.state().state().run().config.clone().unwrap().data;
    assert_eq!((data.kind, data.text.classes, data.text.max_length), (DatasetKind::Text, 2, 16));
    assert!(data.text.alphabet.chars().all(char::is_lowercase), "{}", data.text.alphabet);
    assert!(!window.state().controls().data_dialog.is_open());
}

#[test]
fn points_given_to_the_dialog_are_trained_on_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    std::fs::write(&path, "0,0\n1,0\n0,1\n1,1\n").unwrap();
    let mut window = window(Begin::Paused);
    open_in(&mut window, &path);
    wait_for(&mut window, "the run", |app| {
        app.state().run().config.as_ref().is_some_and(|config| config.data.kind == DatasetKind::File)
    });
    assert!(!window.state().controls().data_dialog.is_open());
}

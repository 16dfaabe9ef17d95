//! Pictures of the whole window from recorded news, in both themes and both sizes.
//!
//! They need an adapter that can draw, such as lavapipe, and say so on the terminal where there is none.

use eframe::egui::{Theme, Vec2, vec2};
use eframe::egui_wgpu::RendererOptions;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotError, SnapshotOptions, SnapshotResults};
use ganscope::config::Preset;
use ganscope::data::DownloadProgress;
use ganscope::state::{DataPage, Fetching, FoundPictures};
use ganscope::trainer::{EventKind, KeptLatent, KeptView};
use ganscope::ui::theme::Palette;
use ganscope::ui::window_ui;

use crate::data_dialog::{folder_of_pictures, look, missing_page, texts_page};
use crate::experiment;
use crate::support::{
    Bench, builder, image_pictures, image_views, images_quality, quality, setting_change, show_on, texts_quality,
};

/// Differences that the rounding of one driver or another may make.
const MAX_FAILED_PIXELS: usize = 200;
/// The least window in which everything is in sight.
const SMALL: Vec2 = vec2(1024.0, 700.0);

fn has_adapter() -> bool {
    let setup = egui_kittest::wgpu::default_wgpu_setup();
    let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        egui_kittest::wgpu::create_render_state(setup, RendererOptions::PREDICTABLE);
    }));
    attempt.is_ok()
}

#[test]
fn the_window_looks_as_it_did() {
    if !has_adapter() {
        println!("SKIPPED: no adapter to draw snapshots with; install Mesa's lavapipe");
        return;
    }
    let mut results = SnapshotResults::new();
    let cases = [
        ("points-dark", Preset::Ring8, Theme::Dark, vec2(1400.0, 900.0)),
        ("points-light-small", Preset::Ring8, Theme::Light, SMALL),
        ("images-light", Preset::Faces, Theme::Light, vec2(1400.0, 900.0)),
        ("images-dark-small", Preset::Fashion, Theme::Dark, SMALL),
    ];
    for (name, preset, theme, size) in cases {
        let mut bench = Bench::with_views(preset);
        bench.tell(setting_change(300));
        if preset == Preset::Ring8 {
            bench.tell(quality());
        }
        results.add(snapshot(name, bench, theme, size));
    }
    let sizes = [("classes-dark", Theme::Dark, vec2(1400.0, 900.0)), ("classes-light-small", Theme::Light, SMALL)];
    for (name, theme, size) in sizes {
        let mut bench = Bench::with_views(Preset::Fashion);
        for step in [100, 200, 300, 400, 500, 600] {
            bench.tell(images_quality(step, true, 10));
        }
        results.add(snapshot(name, bench, theme, size));
    }
    let sizes = [("texts-dark", Theme::Dark, vec2(1400.0, 900.0)), ("texts-light-small", Theme::Light, SMALL)];
    for (name, theme, size) in sizes {
        let mut bench = Bench::with_views(Preset::Names);
        for step in [100, 200, 300, 400, 500, 600] {
            bench.tell(texts_quality(step));
        }
        results.add(snapshot(name, bench, theme, size));
    }
    results.add(snapshot("nearest-dark", nearest_and_tray(), Theme::Dark, vec2(1400.0, 900.0)));
    results.add(snapshot("nearest-light-small", nearest_and_tray(), Theme::Light, SMALL));
    let mut failed = Bench::with_views(Preset::Fashion);
    failed.controls.nearest = Some(4);
    let reason = "the data holds a single training picture, there must be two at least".to_owned();
    failed.tell(EventKind::NearestNotFound { number: 4, reason });
    results.add(snapshot("nearest-failed-dark-small", failed, Theme::Dark, SMALL));
}

/// The gallery with the closest pairs and some kept latents below it.
fn nearest_and_tray() -> Bench {
    let mut bench = Bench::with_views(Preset::Fashion);
    let mut views = image_views(1, 28);
    let kept = [16, 3, 40].map(|number| KeptLatent { number, class: None }).to_vec();
    views.tray = KeptView { latents: kept.clone(), pictures: image_pictures(3) };
    bench.state.apply_views(views);
    bench.tell(images_quality(600, true, 0));
    bench.controls.gallery.shows_nearest = true;
    bench.controls.tray = kept;
    bench
}

/// The whole window with recorded news, compared with its picture.
fn snapshot(name: &str, bench: Bench, theme: Theme, size: Vec2) -> Result<(), SnapshotError> {
    snapshot_after(name, bench, theme, size, |_| {})
}

/// The same after something was done in it.
fn snapshot_after(
    name: &str,
    bench: Bench,
    theme: Theme,
    size: Vec2,
    act: impl FnOnce(&mut Harness<'_, Bench>),
) -> Result<(), SnapshotError> {
    let mut harness = builder(size).with_theme(theme).wgpu().build_ui_state(
        |ui, bench| {
            let background = Palette::of(ui).background;
            ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, background);
            show_on(ui, bench, window_ui);
        },
        bench,
    );
    harness.run_steps(3);
    act(&mut harness);
    harness.run_steps(9);
    let options = SnapshotOptions::new()
        .output_path("tests/panels/snapshots")
        .max_failed_pixels(MAX_FAILED_PIXELS)
        .threshold(1.0);
    harness.try_snapshot_options(name, &options)
}

#[test]
fn the_experiment_looks_as_it_did() {
    if !has_adapter() {
        println!("SKIPPED: no adapter to draw snapshots with; install Mesa's lavapipe");
        return;
    }
    let large = vec2(1400.0, 900.0);
    let mut results = SnapshotResults::new();
    results.add(snapshot("experiment-opened-light-small", experiment::opened(), Theme::Light, SMALL));
    results.add(snapshot("experiment-running-dark-small", experiment::running(), Theme::Dark, SMALL));
    for (name, theme) in [("experiment-whole-dark", Theme::Dark), ("experiment-whole-light", Theme::Light)] {
        results.add(snapshot(name, experiment::whole(false), theme, large));
    }
    results.add(snapshot_after("experiment-curve-dark", experiment::whole(true), Theme::Dark, large, |harness| {
        harness.get_by_label("Curve").click();
    }));
}

#[test]
fn the_data_dialog_looks_as_it_did() {
    if !has_adapter() {
        println!("SKIPPED: no adapter to draw snapshots with; install Mesa's lavapipe");
        return;
    }
    let folder = folder_of_pictures();
    let mut found = FoundPictures::new(look(folder.path()));
    // The folder has another name at every run.
    found.chosen.path = Some("photos/fruit".into());
    let progress = DownloadProgress { file: "train-images-idx3-ubyte.gz", bytes: 4_200_000, total: 11_594_722 };
    let cases = [
        ("data-found-dark", DataPage::Found(Box::new(found)), Theme::Dark, vec2(1400.0, 900.0)),
        ("data-texts-light-small", texts_page(), Theme::Light, vec2(1024.0, 700.0)),
        ("data-missing-light", missing_page(Fetching::Running(Some(progress))), Theme::Light, vec2(1024.0, 700.0)),
    ];
    let mut results = SnapshotResults::new();
    for (name, page, theme, size) in cases {
        let mut bench = Bench::with_views(Preset::Faces);
        bench.controls.data_dialog.show(page);
        results.add(snapshot(name, bench, theme, size));
    }
}

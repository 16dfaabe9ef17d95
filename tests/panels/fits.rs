//! The least window in which everything is in sight: nothing that it says is cut off.

use eframe::egui::{Shape, vec2};
use ganscope::config::{Choice as _, DatasetKind, Preset};
use ganscope::state::TileOrder;
use ganscope::trainer::StageView;
use ganscope::ui::window_ui;

use crate::support::{Bench, CLASSES, conditional_views, harness};

/// Texts that end with `…` because there is no room for them.
fn cut_off(bench: Bench) -> Vec<String> {
    fn collect(shape: &Shape, found: &mut Vec<String>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, found)),
            Shape::Text(text) if text.galley.elided => found.push(text.galley.text().to_owned()),
            _ => {}
        }
    }
    let window = harness(bench, vec2(1024.0, 700.0), window_ui);
    let mut found = Vec::new();
    for clipped in &window.output().shapes {
        collect(&clipped.shape, &mut found);
    }
    found
}

#[test]
fn every_order_and_every_class_of_the_gallery_is_whole_in_the_smallest_window() {
    for &order in TileOrder::ALL {
        for class in [None].into_iter().chain((0..CLASSES.len()).map(Some)) {
            let mut bench = Bench::with_views(Preset::Fashion);
            bench.controls.gallery.order = order;
            bench.controls.show_class(class);
            bench.state.apply_views(conditional_views(class.map(|class| class as u8)));
            assert_eq!(cut_off(bench), [""; 0], "{order:?}, {class:?}");
        }
        let mut bench = Bench::with_views(Preset::Faces);
        bench.controls.gallery.order = order;
        assert_eq!(cut_off(bench), [""; 0], "{order:?} of pictures without classes");
    }
}

#[test]
fn every_kind_of_data_is_whole_in_the_smallest_window() {
    for &kind in DatasetKind::ALL {
        let mut bench = Bench::with_views(Preset::Faces);
        let mut config = bench.controls.draft.config().clone();
        config.data.kind = kind;
        bench.controls.draft.edit(config);
        assert_eq!(cut_off(bench), [""; 0], "{kind:?}");
    }
}

#[test]
fn a_name_that_is_longer_than_any_list_is_seen_to_be_cut_off() {
    let mut bench = Bench::with_views(Preset::Fashion);
    let mut views = conditional_views(Some(0));
    if let StageView::Images(view) = &mut views.stage {
        view.classes.as_mut().unwrap().names[0] = "Garments of the nineteenth century".to_owned();
    }
    bench.controls.show_class(Some(0));
    bench.state.apply_views(views);
    assert!(cut_off(bench).iter().any(|text| text.starts_with("Garments")));
}

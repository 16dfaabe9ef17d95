//! Memorised or invented: what a search finds, the closest pairs, and latents that are kept.

use eframe::egui::{Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::Preset;
use ganscope::state::{GalleryLook, LatentEnd};
use ganscope::trainer::{EventKind, KeptLatent, NearestPictures, PictureSpace};
use ganscope::ui::Action;
use ganscope::ui::panels::stage_ui;

use crate::support::{Bench, conditional_views, harness, image_pictures, images_quality};

fn stage(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(700.0, 640.0), |ui, scene, panels, actions| {
        stage_ui(ui, scene, &mut panels.stage, actions);
    })
}

fn found(number: usize, share_nearer: f64) -> EventKind {
    EventKind::NearestFound {
        found: Box::new(NearestPictures {
            number,
            picture: image_pictures(1),
            real: image_pictures(5),
            ratios: vec![0.41, 0.52, 0.66, 0.7, 0.71],
            share_nearer,
            compared: 1_000,
            searched: 10_000,
            searched_all: false,
            space: PictureSpace::Features,
        }),
    }
}

#[test]
fn a_picture_is_searched_for_from_its_menu_and_shown_beside_the_nearest() {
    let mut stage = stage(Bench::with_views(Preset::Fashion));
    stage.get_by_label("Generated picture 5").click_secondary();
    stage.run_steps(3);
    stage.get_by_label("Find nearest training pictures").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::FindNearest(4)]);

    stage.state_mut().controls.nearest = Some(4);
    stage.run_steps(2);
    stage.get_by_label("Looking for training pictures like picture 5…");
    stage.state_mut().tell(found(9, 0.5));
    stage.run_steps(2);
    assert!(stage.query_by_label("Nearest training picture 1").is_none(), "that was another picture");
    stage.state_mut().tell(found(4, 0.004));
    stage.run_steps(2);
    stage.get_by_label("Training pictures nearest to picture 5");
    stage.get_by_label("Nearest training picture 5");
    stage.get_by_label("Closer to a training picture than 99.6 % of 1\u{2009}000 real pictures are: likely a copy.");
    stage.get_by_label("Close the nearest pictures").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::PutNearestAway]);
}

#[test]
fn a_search_that_fails_says_why_and_offers_to_be_closed() {
    let mut stage = stage(Bench::with_views(Preset::Fashion));
    let failed = |number: usize| EventKind::NearestNotFound { number, reason: "there is one picture".to_owned() };
    stage.state_mut().controls.nearest = Some(7);
    stage.state_mut().tell(failed(4));
    stage.run_steps(2);
    stage.get_by_label("Looking for training pictures like picture 8…");
    assert!(stage.query_by_label("Close").is_none(), "that was another picture");
    stage.state_mut().tell(failed(7));
    stage.run_steps(2);
    stage.get_by_label("Training pictures nearest to picture 8 were not found");
    let sentence = stage.get_by_label("Training goes on, but the search failed: there is one picture.").rect();
    let close = stage.get_by_label("Close");
    assert!(close.rect().top() >= sentence.bottom() && close.rect().bottom() <= 640.0, "{:?}", close.rect());
    close.click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::PutNearestAway]);

    stage.state_mut().state.search_anew();
    stage.run_steps(2);
    stage.get_by_label("Looking for training pictures like picture 8…");
    stage.state_mut().tell(failed(7));
    stage.state_mut().tell(found(7, 0.5));
    stage.run_steps(2);
    stage.get_by_label("Training pictures nearest to picture 8");
}

#[test]
fn the_closest_pairs_of_the_last_measurement_stand_below_the_gallery() {
    let mut bench = Bench::with_views(Preset::Fashion);
    bench.tell(images_quality(400, true, 10));
    let mut stage = stage(bench);
    let before = stage.get_by_label("Generated picture 48").rect();
    stage.get_by_label("Nearest").click();
    stage.run_steps(2);
    let look = GalleryLook { shows_nearest: true, ..GalleryLook::default() };
    assert_eq!(stage.state_mut().take_actions(), [Action::LookAtGallery(look)]);
    stage.state_mut().controls.gallery = look;
    stage.run_steps(2);
    stage.get_by_label("Nearest to training, of 512 pictures at step 400");
    let pair = stage.get_by_label("Close generated picture 2").rect();
    let partner = stage.get_by_label("Its training picture 2").rect();
    assert!((pair.right() - partner.left()).abs() < 1.0, "they stand side by side");
    let tile = stage.get_by_label("Generated picture 48").rect();
    assert!(tile.bottom() < pair.top() && tile.width() < before.width(), "the gallery makes room");
    stage.get_by_label("Nearest").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::PutNearestAway]);
}

fn latent(number: u64, class: Option<u8>) -> KeptLatent {
    KeptLatent { number, class }
}

#[test]
fn latents_are_kept_in_a_tray_and_become_the_ends_of_the_walk() {
    let mut stage = stage(Bench::with_views(Preset::Article));
    assert!(stage.query_by_label("Save latents…").is_none(), "an empty tray takes no room");
    stage.get_by_label("Generated picture 17").click_modifiers(Modifiers::COMMAND);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::KeepLatent(latent(16, None))]);
    for number in [16, 3] {
        stage.state_mut().controls.toggle_kept(latent(number, None));
    }
    stage.run_steps(2);
    stage.get_by_label("Kept latents · 2 of 12");
    stage.get_by_label("Kept latent 4").click_modifiers(Modifiers::SHIFT);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::B, number: 3 }]);
    for (button, action) in [("Save latents…", Action::SaveTray), ("Clear", Action::ClearTray)] {
        stage.get_by_label(button).click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [action]);
    }
    for (label, choice, action) in [
        ("Kept latent 17", "Start the walk here", Action::SetLatentEnd { end: LatentEnd::A, number: 16 }),
        ("Kept latent 4", "Take out of the tray", Action::KeepLatent(latent(3, None))),
        ("Generated picture 4", "Take out of the tray", Action::KeepLatent(latent(3, None))),
        ("Generated picture 1", "Keep in the tray", Action::KeepLatent(latent(0, None))),
    ] {
        stage.get_by_label(label).click_secondary();
        stage.run_steps(3);
        stage.get_by_label(choice).click();
        stage.run_steps(3);
        assert_eq!(stage.state_mut().take_actions(), [action], "{label}, {choice}");
    }
}

#[test]
fn a_latent_is_kept_with_the_class_that_its_picture_shows() {
    let mut stage = stage(Bench::with_views(Preset::Fashion));
    stage.get_by_label("Generated picture 17").click_modifiers(Modifiers::COMMAND);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::KeepLatent(latent(16, Some(6)))]);
    stage.state_mut().controls.toggle_kept(latent(16, Some(6)));
    // The choice is ahead of the pictures: what is kept is what is to be seen.
    stage.state_mut().controls.show_class(Some(5));
    stage.run_steps(2);
    stage.get_by_label("Generated picture 17").click_modifiers(Modifiers::COMMAND);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::KeepLatent(latent(16, Some(6)))]);
    stage.state_mut().state.apply_views(conditional_views(Some(5)));
    stage.run_steps(2);
    stage.get_by_label("Generated picture 17").click_modifiers(Modifiers::COMMAND);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::KeepLatent(latent(16, Some(5)))]);
    stage.state_mut().controls.toggle_kept(latent(16, Some(5)));
    stage.run_steps(2);
    stage.get_by_label("Kept latent 17, Shirt");
    stage.get_by_label("Kept latent 17, Sandal").click_modifiers(Modifiers::COMMAND);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::KeepLatent(latent(16, Some(5)))]);
}

//! Which class of a conditional model is looked at: a choice that the gallery and the walk share.

use eframe::egui::Ui;

use crate::trainer::{GalleryClasses, StageView};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::widgets::combo;

/// Shows the choice, where the model is told of classes.
pub(super) fn class_choice_ui(ui: &mut Ui, scene: &Scene<'_>, name: &str, width: f32, actions: &mut Vec<Action>) {
    let Some(classes) = gallery_classes(scene) else { return };
    let all = "Every class; the walk goes from the class of A to that of B";
    let mut entries = vec![(None, "All classes", all)];
    entries.extend(classes.names.iter().enumerate().map(|(class, name)| (Some(class), name.as_str(), "")));
    actions.extend(combo(ui, name, scene.controls.class, &entries, width).map(Action::ShowClass));
}

/// The classes of the gallery in sight.
pub(super) fn gallery_classes<'a>(scene: &Scene<'a>) -> Option<&'a GalleryClasses> {
    match &scene.state.views()?.stage {
        StageView::Images(view) => view.classes.as_ref(),
        StageView::Texts(view) => view.classes.as_ref(),
        StageView::Points(_) => None,
    }
}

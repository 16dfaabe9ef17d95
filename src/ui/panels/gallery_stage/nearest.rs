//! Memorised or invented: a generated picture beside the training pictures nearest to it, or the pairs that lie closest.

use eframe::egui::{self, Align2, FontId, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2};

use super::strip::{HEADING_HEIGHT, Row, strip_ui};
use crate::state::GalleryLook;
use crate::trainer::{ClosestPairs, NearestPictures, PictureSpace, Verdict};
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::stage::Atlas;
use crate::ui::theme::{HALF, Palette, Role, SMALL_TEXT, UNIT};
use crate::ui::widgets::{Icon, IconButton};

/// Height of a picture.
const PICTURE: f32 = 56.0;
/// Height of the number below a picture.
const CAPTION: f32 = 18.0;
/// Height of the sentence.
const SENTENCE: f32 = 38.0;
/// Space between pictures of different pairs.
const GAP: f32 = 10.0;
/// Height of the whole strip.
pub(super) const NEAREST_HEIGHT: f32 = HEADING_HEIGHT + PICTURE + CAPTION + SENTENCE + UNIT;

/// What the strip remembers from frame to frame.
#[derive(Default)]
pub(super) struct NearestStrip {
    found: Option<NearestPictures>,
    picture: Atlas,
    real: Atlas,
    pairs: Option<ClosestPairs>,
    pair_fakes: Atlas,
    pair_reals: Atlas,
}

impl NearestStrip {
    fn take_in(&mut self, ui: &Ui, found: Option<&NearestPictures>, pairs: Option<&ClosestPairs>) {
        if self.found.as_ref() != found {
            self.found = found.cloned();
            if let Some(found) = found {
                self.picture.update(ui.ctx(), "searched picture", &found.picture);
                self.real.update(ui.ctx(), "nearest pictures", &found.real);
            }
        }
        if self.pairs.as_ref() != pairs {
            self.pairs = pairs.cloned();
            if let Some(pairs) = pairs {
                self.pair_fakes.update(ui.ctx(), "closest generated pictures", &pairs.fake);
                self.pair_reals.update(ui.ctx(), "closest real pictures", &pairs.real);
            }
        }
    }
}

/// Whether the strip is open.
pub(super) fn is_open(scene: &Scene<'_>) -> bool {
    scene.controls.gallery.shows_nearest || scene.controls.nearest.is_some()
}

/// Shows the strip.
pub(super) fn nearest_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    strip: &mut NearestStrip,
    rect: Rect,
    actions: &mut Vec<Action>,
) {
    let reading = scene.state.images_quality();
    let pairs = reading.map(|reading| &reading.quality.closest);
    strip.take_in(ui, scene.state.nearest(), pairs);
    let fault = scene.controls.nearest.and_then(|number| scene.state.nearest_fault(number));
    let found = scene.state.nearest().filter(|found| fault.is_none() && scene.controls.nearest == Some(found.number));
    let title = match (scene.controls.nearest, found, reading) {
        (Some(number), Some(_), _) => format!("Training pictures nearest to picture {}", number + 1),
        (Some(number), None, _) if fault.is_some() => {
            format!("Training pictures nearest to picture {} were not found", number + 1)
        }
        (Some(number), None, _) => format!("Looking for training pictures like picture {}…", number + 1),
        (None, _, Some(reading)) => {
            let (samples, step) = (reading.quality.samples as u64, reading.step);
            format!("Nearest to training, of {} pictures at step {}", number::grouped(samples), number::grouped(step))
        }
        (None, _, None) => "Nearest to training: nothing has been measured yet".to_owned(),
    };
    let tooltip = found.map_or_else(|| PAIRS_TOOLTIP.to_owned(), search_tooltip);
    let (mut is_closed, mut is_put_away) = (false, false);
    let close = |ui: &mut Ui| {
        let close = ui.add(IconButton::new(Icon::Close, "Close the nearest pictures").color(Palette::of(ui).text_weak));
        is_closed = close.clicked();
    };
    strip_ui(ui, rect, (&title, &tooltip), close, |ui, rest| match (scene.controls.nearest, found, pairs) {
        (Some(_), Some(found), _) => found_ui(ui, strip, found, rest),
        (Some(_), None, _) => is_put_away = fault.is_some_and(|reason| fault_ui(ui, reason, rest)),
        (None, _, Some(pairs)) => pairs_ui(ui, strip, pairs, rest),
        (None, _, None) => {}
    });
    if is_closed || is_put_away {
        actions.push(Action::PutNearestAway);
    }
}

/// The look of the gallery with the strip open or closed.
pub(super) fn toggled(look: GalleryLook) -> GalleryLook {
    GalleryLook { shows_nearest: !look.shows_nearest, ..look }
}

const PAIRS_TOOLTIP: &str = "The generated pictures of the last measurement that lie nearest to one that training draws from, each \
     beside it, pixel by pixel. The number is their distance over the typical one of pictures that training never sees: 0 is a copy. \
     Right-click a picture of the gallery to search for its own";

fn search_tooltip(found: &NearestPictures) -> String {
    let space = match found.space {
        PictureSpace::Features => "by the features of a small network",
        PictureSpace::Pixels => "pixel by pixel",
    };
    let searched = number::grouped(found.searched as u64);
    let all = if found.searched_all { "all " } else { "" };
    format!(
        "Compared {space} with {all}{searched} training pictures. The number below each is its distance over the typical one of \
         a real picture: 0 is a copy, 1 is as far as real pictures are"
    )
}

fn found_ui(ui: &mut Ui, strip: &NearestStrip, found: &NearestPictures, rect: Rect) {
    let row = Row::new(rect, PICTURE, strip.picture.aspect(), GAP);
    let name = format!("Searched picture {}", found.number + 1);
    picture_ui(ui, (&strip.picture, 0), (row.place(0), Role::Generated), &name);
    for (index, ratio) in found.ratios.iter().enumerate().take(row.len().saturating_sub(1)) {
        let place = row.place(index + 1).translate(vec2(GAP, 0.0));
        if place.right() > rect.right() {
            break;
        }
        picture_ui(ui, (&strip.real, index), (place, Role::Real), &format!("Nearest training picture {}", index + 1));
        caption_ui(ui, place, *ratio);
    }
    sentence_ui(ui, rect, &sentence(found));
}

/// Says why nothing was found; whether that has been read.
fn fault_ui(ui: &mut Ui, reason: &str, rect: Rect) -> bool {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("nearest fault"));
    let sentence = format!("Training goes on, but the search failed: {reason}.");
    child.add(egui::Label::new(RichText::new(sentence).color(Palette::of(ui).text)).wrap());
    child.button("Close").on_hover_text("Puts these lines away; right-click any picture to search again").clicked()
}

/// What the distances say, and no more.
fn sentence(found: &NearestPictures) -> String {
    let (nearer, farther) = (percent(found.share_nearer), percent(1.0 - found.share_nearer));
    let compared = number::grouped(found.compared as u64);
    let blur = match found.space {
        PictureSpace::Features => "",
        PictureSpace::Pixels => ", or blurred, which also brings pixels nearer",
    };
    match found.verdict() {
        Verdict::Copy => "The same as a training picture: a copy.".to_owned(),
        Verdict::LikelyCopy => {
            format!("Closer to a training picture than {farther} of {compared} real pictures are: likely a copy{blur}.")
        }
        Verdict::Near => {
            format!("Closer to a training picture than {farther} of {compared} real pictures are: look at it closely.")
        }
        Verdict::AsReal => format!(
            "As far from the nearest training picture as real ones are ({nearer} of {compared} lie closer): no sign of a copy."
        ),
        Verdict::Far => format!(
            "Farther from the training pictures than {nearer} of {compared} real pictures are: not a copy of one that was \
             searched."
        ),
        Verdict::Unclear => format!(
            "Real pictures to compare with: {compared}, too few to tell a copy by its distance. Look at it beside its neighbours."
        ),
    }
}

/// A share in whole per cent; all but a few is not all.
fn percent(share: f64) -> String {
    match 100.0 * share {
        above if above > 99.5 && above < 100.0 => format!("{above:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

fn pairs_ui(ui: &mut Ui, strip: &NearestStrip, pairs: &ClosestPairs, rect: Rect) {
    let aspect = strip.pair_fakes.aspect();
    // A pair is two pictures wide.
    let row = Row::new(rect, PICTURE, 2.0 * aspect, GAP);
    for (index, &ratio) in pairs.ratios.iter().enumerate().take(row.len()) {
        let place = row.place(index);
        let (left, right) = place.split_left_right_at_x(place.center().x);
        picture_ui(
            ui,
            (&strip.pair_fakes, index),
            (left, Role::Generated),
            &format!("Close generated picture {}", index + 1),
        );
        picture_ui(ui, (&strip.pair_reals, index), (right, Role::Real), &format!("Its training picture {}", index + 1));
        caption_ui(ui, place, ratio);
    }
    sentence_ui(
        ui,
        rect,
        "Each with the training picture nearest to it, pixel by pixel: 0 is a copy, 1 is as far as unseen ones.",
    );
}

fn picture_ui(ui: &Ui, (atlas, index): (&Atlas, usize), (rect, role): (Rect, Role), name: &str) {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Image, true, name));
    let inside = rect.shrink(2.0);
    atlas.paint(ui.painter(), index, inside);
    let stroke = Stroke::new(2.0, Palette::of(ui).role(role));
    ui.painter().rect_stroke(rect.shrink(1.0), 1.0, stroke, StrokeKind::Inside);
    response.on_hover_ui(|ui| {
        let (large, _) = ui.allocate_exact_size(rect.size() * 3.0, Sense::hover());
        atlas.paint(ui.painter(), index, large);
        ui.label(name);
    });
}

fn caption_ui(ui: &Ui, place: Rect, ratio: f64) {
    let at = place.center_bottom() + vec2(0.0, HALF / 2.0);
    let font = FontId::proportional(SMALL_TEXT);
    ui.painter().text(at, Align2::CENTER_TOP, format!("{ratio:.2}"), font, Palette::of(ui).text);
}

fn sentence_ui(ui: &mut Ui, rect: Rect, text: &str) {
    let below = rect.with_min_y(rect.top() + PICTURE + CAPTION);
    let mut child = ui.new_child(UiBuilder::new().max_rect(below).id_salt("nearest sentence"));
    child.add(egui::Label::new(RichText::new(text).size(SMALL_TEXT).color(Palette::of(ui).text)).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_what_was_measured_and_no_more() {
        let say = |ratio, share, space| sentence(&NearestPictures::at(ratio, share, space));
        assert!(say(0.0, 0.0, PictureSpace::Pixels).contains("a copy."));
        let likely = say(0.4, 0.004, PictureSpace::Features);
        assert!(likely.contains("than 99.6 % of 1\u{2009}000 real pictures are: likely a copy."), "{likely}");
        assert!(say(0.4, 0.004, PictureSpace::Pixels).contains("or blurred"));
        let usual = say(1.0, 0.47, PictureSpace::Features);
        assert!(usual.contains("(47 % of 1\u{2009}000 lie closer): no sign of a copy"), "{usual}");
        assert!(say(0.4, 0.0, PictureSpace::Features).contains("than 100 % of"));
        assert!(say(3.0, 0.99, PictureSpace::Features).contains("one that was searched"));
        assert!(!search_tooltip(&NearestPictures::at(1.0, 0.5, PictureSpace::Pixels)).contains("all 10"));
    }

    #[test]
    fn of_a_handful_of_real_pictures_no_share_is_told() {
        let few_found =
            |ratio| NearestPictures { compared: 5, ..NearestPictures::at(ratio, 0.0, PictureSpace::Features) };
        let few = sentence(&few_found(0.4));
        assert!(few.contains("compare with: 5, too few") && !few.contains('%'), "{few}");
        assert!(sentence(&few_found(0.0)).contains("a copy."));
    }
}

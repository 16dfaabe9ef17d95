//! A network that is no row of units: its layers, one below the other.

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Align2, Color32, FontId, Pos2, Rect, pos2, vec2};

use super::{Brush, strongest};
use crate::ui::number;
use crate::ui::panels::networks_stage::flow_paint::paint_way;
use crate::ui::panels::networks_stage::geometry::LINE;
use crate::ui::panels::networks_stage::parts::{Net, Part};
use crate::ui::theme::{HALF, SMALL_TEXT, UNIT};

impl Brush<'_> {
    /// Layers one below the other, with what they give and how large they are.
    pub(super) fn blocks(&self, net: Net) {
        let geometry = self.picture.geometry.net(net);
        let ink = self.ink(Part::Net(net));
        let strongest = strongest(&self.network(net).layers);
        for pair in geometry.blocks.windows(2).filter(|pair| pair[1].top() - pair[0].bottom() >= UNIT) {
            let way = [pair[0].center_bottom(), pair[1].center_top()];
            paint_way(self.painter, &way, 1.0, self.palette.text_weak.gamma_multiply(ink));
        }
        let layers = &self.network(net).layers;
        let num_hidden = layers.len() - geometry.blocks.len().min(layers.len());
        for (index, (layer, rect)) in layers.iter().zip(&geometry.blocks).enumerate() {
            if num_hidden > 0 && index + 1 == geometry.blocks.len() {
                let text = format!("{} more layers", num_hidden + 1);
                self.words(rect.center(), Align2::CENTER_CENTER, &text, self.palette.text_weak.gamma_multiply(ink));
                break;
            }
            let painter = self.painter.with_clip_rect(rect.intersect(self.painter.clip_rect()));
            painter.rect_filled(*rect, 4.0, self.palette.control.gamma_multiply(ink));
            if let Some(norm) = layer.gradient_norm {
                // The stronger the pull, the longer the bar.
                let bar = Rect::from_min_max(
                    pos2(rect.left(), rect.bottom() - 3.0),
                    pos2(rect.left() + rect.width() * (norm / strongest).clamp(0.0, 1.0), rect.bottom()),
                );
                painter.rect_filled(bar, 0.0, self.color_of(net).gamma_multiply(ink));
            }
            let text = self.palette.text.gamma_multiply(ink);
            let weak = self.palette.text_weak.gamma_multiply(ink);
            let line = |at: Pos2, words: String, color: Color32| {
                let mut job = LayoutJob::simple_singleline(words, FontId::proportional(SMALL_TEXT), color);
                job.wrap = TextWrapping::truncate_at_width(rect.right() - at.x - HALF);
                let galley = painter.layout_job(job);
                painter.galley(at - vec2(0.0, 0.5 * galley.size().y), galley, color);
            };
            let is_tall = rect.height() >= 2.0 * LINE;
            let first = if is_tall { rect.top() + 0.5 * LINE + 1.0 } else { rect.center().y };
            let left = rect.left() + 6.0;
            line(pos2(left, first), layer.name.clone(), text);
            if is_tall {
                let mut size = layer.output.to_string();
                if layer.parameters > 0 {
                    size = format!("{size}   {} weights", number::count(layer.parameters));
                }
                line(pos2(left, first + LINE - 2.0), size, weak);
            }
        }
    }
}

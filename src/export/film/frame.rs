//! One frame: a title, the samples, and the losses up to there.

use std::ops::Range;
use std::sync::Once;

use plotters::prelude::*;
use plotters::style::register_font;

use super::lines::draw_texts;
use super::{Film, FilmFrame, FilmScene};
use crate::data::{Pictures, grouped};
use crate::export::ExportError;
use crate::export::contact_sheet::{SheetLayout, contact_sheet};
use crate::export::scatter::{ScatterLayer, scatter};

/// Columns of a frame.
pub(super) const WIDTH: usize = 480;
/// Rows of the title, the samples, and the losses.
const TITLE_HEIGHT: usize = 40;
const SCENE_HEIGHT: usize = 464;
const CHART_HEIGHT: usize = 160;
/// Rows of a frame.
pub(super) const HEIGHT: usize = TITLE_HEIGHT + SCENE_HEIGHT + CHART_HEIGHT;
/// Around the samples.
const MARGIN: usize = 16;
/// Column and row of the title.
const TITLE_PLACE: (i32, i32) = (16, 12);
/// Columns and rows of pictures in a frame; more would be too small to see.
const PICTURES_ACROSS: std::ops::RangeInclusive<usize> = 4..=6;
/// The font that the window has, too.
const FONT: &[u8] = include_bytes!("../../ui/fonts/Inter-Regular.ttf");
pub(super) const FONT_NAME: &str = "sans-serif";
/// Part of the height of the losses that is left free above and below them.
const HEADROOM: f64 = 0.08;

/// The colours of a film, red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilmColours {
    /// Real samples.
    pub real: [u8; 3],
    /// Generated samples.
    pub generated: [u8; 3],
    /// The discriminator.
    pub discriminator: [u8; 3],
    /// The generator.
    pub generator: [u8; 3],
    /// Text and axes.
    pub text: [u8; 3],
}

impl Film {
    /// The most pictures of a frame.
    pub const MAX_PICTURES: usize = PICTURES_ACROSS.end().pow(2);

    /// Frame `index`, in colour.
    ///
    /// # Errors
    /// [`ExportError::Empty`] if there is no such frame, or what drawing it said.
    pub(super) fn draw(&self, index: usize, colours: FilmColours) -> Result<Pictures, ExportError> {
        let frame = self.frames.get(index).ok_or(ExportError::Empty)?;
        let mut pixels = vec![u8::MAX; WIDTH * HEIGHT * 3];
        self.draw_words_and_losses(&mut pixels, index, colours)?;
        let scene = draw_scene(&frame.scene, colours)?;
        let (left, top) = ((WIDTH - scene.width) / 2, TITLE_HEIGHT + (SCENE_HEIGHT - scene.height) / 2);
        for (y, row) in scene.pixels.chunks_exact(scene.width * scene.channels).enumerate() {
            let target = &mut pixels[((top + y) * WIDTH + left) * 3..][..scene.width * 3];
            for (target, pixel) in target.chunks_exact_mut(3).zip(row.chunks_exact(scene.channels)) {
                // Of a grey picture all three are the same one.
                target.copy_from_slice(&[pixel[0], pixel[pixel.len() / 2], pixel[pixel.len() - 1]]);
            }
        }
        Ok(Pictures { channels: 3, height: HEIGHT, width: WIDTH, pixels })
    }

    fn draw_words_and_losses(&self, pixels: &mut [u8], index: usize, colours: FilmColours) -> Result<(), ExportError> {
        register_the_font();
        let failed = |error: DrawingError| ExportError::encode("film")(&error);
        let area = BitMapBackend::with_buffer(pixels, (WIDTH as u32, HEIGHT as u32)).into_drawing_area();
        let text = colour(colours.text);
        let FilmFrame { step, .. } = &self.frames[index];
        let title = (FONT_NAME, 20).into_font().color(&text);
        let words = format!("{} · step {}", self.title, grouped(*step));
        area.draw(&Text::new(words, TITLE_PLACE, title)).map_err(|error| failed(error.into()))?;

        let (_, chart_area) = area.split_vertically((TITLE_HEIGHT + SCENE_HEIGHT) as u32);
        let lines = [("D loss", (350, 6), colours.discriminator), ("G loss", (412, 6), colours.generator)];
        let losses = [0, 1].map(|network| self.losses(index, network).collect::<Vec<_>>());
        let mut chart = ChartBuilder::on(&chart_area)
            .margin_left(4)
            .margin_right(MARGIN as u32)
            .margin_top(4)
            .x_label_area_size(24)
            .y_label_area_size(44)
            .build_cartesian_2d(0.0..(*step).max(1) as f64, around(losses.iter().flatten().map(|point| point.1)))
            .map_err(|error| failed(error.into()))?;
        let label = (FONT_NAME, 13).into_font().color(&text);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(text.mix(0.15))
            .light_line_style(TRANSPARENT)
            .axis_style(text.mix(0.5))
            .x_labels(5)
            .y_labels(4)
            .x_label_formatter(&|step| grouped(*step as u64))
            .label_style(label.clone())
            .draw()
            .map_err(|error| failed(error.into()))?;
        for ((name, place, rgb), points) in lines.into_iter().zip(losses) {
            let line = colour(rgb);
            chart.draw_series(LineSeries::new(points, line.stroke_width(2))).map_err(|error| failed(error.into()))?;
            let words = Text::new(name, place, (FONT_NAME, 15).into_font().color(&line));
            chart_area.draw(&words).map_err(|error| failed(error.into()))?;
        }
        drop(chart);
        area.present().map_err(|error| failed(error.into()))
    }
}

/// Whatever plotters says.
pub(super) type DrawingError = Box<dyn std::error::Error>;

pub(super) fn colour([red, green, blue]: [u8; 3]) -> RGBColor {
    RGBColor(red, green, blue)
}

/// plotters keeps fonts for the whole program.
pub(super) fn register_the_font() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // A font that it refuses is missed at the first word, with an error.
        let _is_registered = register_font(FONT_NAME, FontStyle::Normal, FONT).is_ok();
    });
}

/// The samples, no larger than their place.
fn draw_scene(scene: &FilmScene, colours: FilmColours) -> Result<Pictures, ExportError> {
    let side = SCENE_HEIGHT.min(WIDTH - 2 * MARGIN);
    match scene {
        FilmScene::Pictures(pictures) => {
            let Pictures { channels, height, width, .. } = *pictures;
            let (across, scale) = arrangement(side, height.max(width));
            let count = pictures.len().min(across * across);
            let few = Pictures {
                channels,
                height,
                width,
                pixels: pictures.pixels[..count * channels * height * width].to_vec(),
            };
            let sheet = contact_sheet(&few, SheetLayout::Grid, scale)?;
            let Pictures { width, height, .. } = sheet;
            if width.max(height) > side { Err(ExportError::TooLarge { width, height }) } else { Ok(sheet) }
        }
        FilmScene::Points { real, fake, bounds } => {
            let layer = |points, colour| ScatterLayer { points, colour };
            scatter(&[layer(real, colours.real), layer(fake, colours.generated)], *bounds, side)
        }
        FilmScene::Texts(texts) => draw_texts(texts, side, colours),
    }
}

/// How many pictures a row has, and how much larger they are drawn, so that little of `side` stays empty.
fn arrangement(side: usize, picture_side: usize) -> (usize, usize) {
    let filled = |&(across, scale): &(usize, usize)| scale * (across * (picture_side + 1) + 1);
    let choices = PICTURES_ACROSS.map(|across| (across, (side / (across * (picture_side + 1) + 1)).max(1)));
    choices.max_by_key(filled).unwrap_or((1, 1))
}

/// A range that holds all values, with some room around them.
fn around(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (least, greatest) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| (least.min(value), greatest.max(value)));
    if least > greatest {
        return 0.0..1.0;
    }
    let room = ((greatest - least) * HEADROOM).max(1e-3 * greatest.abs()).max(1e-6);
    least - room..greatest + room
}

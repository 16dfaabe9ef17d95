//! Pictures to keep: on the clipboard, in a file, or as latents in the tray; what they may be copies of; and the film of the run.

use std::path::PathBuf;

use eframe::egui;

use super::app::GanApp;
use super::dialogs::Purpose;
use super::stage::color_image;
use super::theme::Palette;
use crate::data::Pictures;
use crate::export::{self, ExportError, SheetLayout};
use crate::state::{MAX_TRAY, Severity};
use crate::trainer::{Command, GalleryView, KeptLatent, StageView};

/// Pixels of a sheet for each of a picture.
const SHEET_SCALE: usize = 4;

/// Pictures as they were when they were asked for: training goes on while a place for them is chosen.
#[derive(Debug)]
pub(super) enum Keepsake {
    /// One alone.
    Picture(Pictures),
    /// Side by side, enlarged.
    Sheet(Pictures),
}

impl Keepsake {
    /// The bytes of a PNG file. Takes long for many pictures.
    ///
    /// # Errors
    /// [`ExportError`] for pictures that cannot be encoded.
    pub(super) fn encode(&self) -> Result<Vec<u8>, ExportError> {
        match self {
            Self::Picture(picture) => export::encode_png(picture),
            Self::Sheet(pictures) => {
                export::encode_png(&export::contact_sheet(pictures, SheetLayout::Grid, SHEET_SCALE)?)
            }
        }
    }
}

impl GanApp {
    /// Generated picture `index` of the gallery, as it is now.
    fn tile(&self, index: usize) -> Option<Pictures> {
        let fake = &self.gallery()?.fake;
        Some(Pictures { pixels: fake.picture(index)?.to_vec(), ..*fake })
    }

    fn gallery(&self) -> Option<&GalleryView> {
        match &self.state.views()?.stage {
            StageView::Images(view) => Some(view),
            StageView::Points(_) | StageView::Texts(_) => None,
        }
    }

    pub(super) fn copy_tile(&mut self, ctx: &egui::Context, index: usize) {
        let Some(tile) = self.tile(index) else { return };
        ctx.copy_image(color_image(&tile));
        self.state.notify(Severity::Info, format!("Picture {} is on the clipboard.", index + 1));
    }

    pub(super) fn save_tile(&mut self, ctx: &egui::Context, index: usize) {
        let name = format!("ganscope-picture-{}.png", index + 1);
        self.ask_where_to_save(ctx, self.tile(index).map(Keepsake::Picture), name);
    }

    pub(super) fn save_sheet(&mut self, ctx: &egui::Context) {
        let sheet = self.gallery().map(|view| Keepsake::Sheet(view.fake.clone()));
        self.ask_where_to_save(ctx, sheet, "ganscope-pictures.png".to_owned());
    }

    /// Writes the film of the run so far. Training goes on: it is a copy of the film that is written, which shares its pictures.
    pub(super) fn save_film(&mut self, ctx: &egui::Context, path: PathBuf) {
        let film = self.camera.film().clone();
        if film.is_empty() {
            // Another run began while a place was chosen.
            return self.state.notify(Severity::Warning, "There is nothing to make a film of yet.".to_owned());
        }
        let length = film.length();
        self.state.notify(Severity::Info, format!("Writing a film of {length}…"));
        self.errands.run(ctx, move || match export::write_film(&film, &path, Palette::LIGHT.film_colours()) {
            Ok(()) => (Severity::Info, format!("Saved a film of {length}: {}", path.display())),
            Err(error) => (Severity::Error, format!("The film could not be saved: {error}. Choose another place.")),
        });
    }

    /// Has the training pictures nearest to a generated picture searched for, as it is now.
    pub(super) fn find_nearest(&mut self, number: usize) {
        let Some(picture) = self.tile(number) else { return };
        self.controls.nearest = Some(number);
        self.state.search_anew();
        self.send(Command::FindNearest { number, picture });
    }

    pub(super) fn keep_latent(&mut self, latent: KeptLatent) {
        if !self.controls.toggle_kept(latent) {
            let text = format!("The tray holds {MAX_TRAY} latents: take one out to keep another.");
            self.state.notify(Severity::Info, text);
        }
    }

    /// Asks for a file for what is to be seen now.
    fn ask_where_to_save(&mut self, ctx: &egui::Context, keepsake: Option<Keepsake>, suggestion: String) {
        if keepsake.is_some() {
            self.keepsake = keepsake;
            self.dialogs.ask(ctx, Purpose::SavePicture, suggestion);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_kept_alone_or_on_an_enlarged_sheet() {
        let pictures = Pictures { channels: 3, height: 5, width: 5, pixels: vec![70; 6 * 75] };
        let alone = Pictures { pixels: vec![70; 75], ..pictures };
        let read = |keepsake: Keepsake| image::load_from_memory(&keepsake.encode().unwrap()).unwrap().to_rgb8();
        assert_eq!(read(Keepsake::Picture(alone)).into_raw(), [70; 75]);
        let sheet = read(Keepsake::Sheet(pictures));
        assert!(sheet.pixels().filter(|pixel| pixel.0 == [70; 3]).count() >= 6 * 25 * SHEET_SCALE * SHEET_SCALE);
        assert!(Keepsake::Sheet(Pictures::default()).encode().is_err(), "nothing is no picture");
    }
}

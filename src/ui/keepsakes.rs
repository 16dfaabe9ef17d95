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

impl GanApp {
    /// Generated picture `index` of the gallery, as it is now.
    fn tile(&self, index: usize) -> Option<Pictures> {
        let fake = &self.gallery()?.fake;
        Some(Pictures { pixels: fake.picture(index)?.to_vec(), ..*fake })
    }

    fn gallery(&self) -> Option<&GalleryView> {
        match &self.state.views()?.stage {
            StageView::Images(view) => Some(view),
            StageView::Points(_) => None,
        }
    }

    pub(super) fn copy_tile(&mut self, ctx: &egui::Context, index: usize) {
        let Some(tile) = self.tile(index) else { return };
        ctx.copy_image(color_image(&tile));
        self.state.notify(Severity::Info, format!("Picture {} is on the clipboard.", index + 1));
    }

    pub(super) fn save_tile(&mut self, ctx: &egui::Context, index: usize) {
        let name = format!("ganscope-picture-{}.png", index + 1);
        let encoded = self.tile(index).map(|tile| export::encode_png(&tile));
        self.ask_where_to_save(ctx, encoded, name);
    }

    pub(super) fn save_sheet(&mut self, ctx: &egui::Context) {
        let sheet = |view: &GalleryView| export::contact_sheet(&view.fake, SheetLayout::Grid, SHEET_SCALE);
        let encoded = self.gallery().map(|view| sheet(view).and_then(|sheet| export::encode_png(&sheet)));
        self.ask_where_to_save(ctx, encoded, "ganscope-pictures.png".to_owned());
    }

    /// Writes the film of the run so far. Training goes on: it is a copy of the film that is written.
    pub(super) fn save_film(&mut self, ctx: &egui::Context, path: PathBuf) {
        let film = self.camera.film().clone();
        let frames = film.len();
        self.state.notify(Severity::Info, format!("Writing a film of {frames} frames…"));
        self.errands.run(ctx, move || match export::write_film(&film, &path, Palette::LIGHT.film_colours()) {
            Ok(()) => (Severity::Info, format!("Saved a film of {frames} frames: {}", path.display())),
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

    /// Asks for a file for what is to be seen now: training goes on while the dialog is open.
    fn ask_where_to_save(
        &mut self,
        ctx: &egui::Context,
        encoded: Option<Result<Vec<u8>, ExportError>>,
        suggestion: String,
    ) {
        match encoded {
            Some(Ok(bytes)) => {
                self.picture_to_save = Some(bytes);
                self.dialogs.ask(ctx, Purpose::SavePicture, suggestion);
            }
            Some(Err(error)) => self.state.notify(Severity::Error, error.to_string()),
            None => {}
        }
    }
}

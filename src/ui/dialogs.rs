//! Choosing files: the system's dialogs, off the window's thread; where there are none, a field for the path.
//!
//! The only user of `rfd`.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, Ui, Vec2};

use super::imports::{PICTURES_ENDINGS, TABLE_ENDINGS};
use super::panels::PlotKind;
use super::theme::UNIT;
use super::widgets::primary_button;
use crate::data::PICTURE_ENDINGS;
use crate::export::LabelledSetFormat;

/// A dialog that ends sooner than this without a file was never on screen: no person cancels so fast.
const NO_SERVICE: Duration = Duration::from_millis(350);

/// What a file is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Write the model there.
    SaveModel,
    /// Continue from there.
    LoadModel,
    /// Write a plot's numbers there.
    SaveCsv(PlotKind),
    /// Write the drawing there.
    SaveDrawing,
    /// Write generated pictures there.
    SavePicture,
    /// Write a film of the run there.
    SaveFilm,
    /// Write latents there.
    SaveLatents,
    /// Write an augmented data set there.
    SaveAugmented {
        /// Labelled pictures of the experiment.
        labelled: usize,
        /// The form of the set.
        format: LabelledSetFormat,
    },
    /// Draw on the picture there.
    LoadDrawing,
    /// Train on what is in the file.
    OpenFile,
    /// Train on the pictures in the folder.
    OpenFolder,
}

impl Purpose {
    fn title(self) -> &'static str {
        match self {
            Self::SaveModel => "Save model",
            Self::LoadModel => "Load model",
            Self::SaveCsv(_) => "Save as CSV",
            Self::SaveDrawing => "Save drawing",
            Self::SavePicture => "Save picture",
            Self::SaveFilm => "Save film",
            Self::SaveLatents => "Save latents",
            Self::SaveAugmented { .. } => "Save augmented data set",
            Self::LoadDrawing => "Load picture",
            Self::OpenFile => "Open data",
            Self::OpenFolder => "Open a folder of pictures",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            _ if self.is_to_save() => "Save",
            Self::OpenFile | Self::OpenFolder => "Open",
            _ => "Load",
        }
    }

    fn hint(self) -> &'static str {
        if self.is_to_save() {
            "This system offers no file dialog: type where it should go."
        } else {
            "This system offers no file dialog: type the path, or drop the file onto the window."
        }
    }

    /// What files are called that fit, and how they end; nothing where any may.
    fn kind(self) -> Option<(&'static str, Vec<&'static str>)> {
        Some(match self {
            Self::SaveModel | Self::LoadModel => ("Model", vec!["safetensors"]),
            Self::SaveCsv(_) => ("Comma-separated values", vec!["csv"]),
            Self::SaveDrawing | Self::SavePicture => ("PNG picture", vec!["png"]),
            Self::SaveFilm => ("Animated GIF", vec!["gif"]),
            Self::SaveLatents => ("NumPy array", vec!["npy", "npz"]),
            Self::LoadDrawing => ("Picture", PICTURE_ENDINGS.to_vec()),
            Self::OpenFile => {
                ("Points, texts and pictures", [&TABLE_ENDINGS[..], &PICTURES_ENDINGS, &PICTURE_ENDINGS].concat())
            }
            Self::SaveAugmented { format: LabelledSetFormat::Npz, .. } => ("NumPy arrays", vec!["npz"]),
            // Folders.
            Self::SaveAugmented { .. } | Self::OpenFolder => return None,
        })
    }

    /// Whether a file, or a folder, is to be written, not read.
    fn is_to_save(self) -> bool {
        match self {
            Self::SaveModel
            | Self::SaveCsv(_)
            | Self::SaveDrawing
            | Self::SavePicture
            | Self::SaveFilm
            | Self::SaveLatents
            | Self::SaveAugmented { .. } => true,
            Self::LoadModel | Self::LoadDrawing | Self::OpenFile | Self::OpenFolder => false,
        }
    }
}

/// The dialogs of the window: never more than one at a time.
#[derive(Default)]
pub struct Dialogs {
    pending: Option<Pending>,
    field: Option<PathField>,
}

struct Pending {
    purpose: Purpose,
    suggestion: String,
    asked_at: Instant,
    answer: Receiver<Option<PathBuf>>,
}

struct PathField {
    purpose: Purpose,
    text: String,
    has_focus: bool,
}

impl Dialogs {
    /// Asks for a file. `suggestion` is a file's name.
    pub fn ask(&mut self, ctx: &egui::Context, purpose: Purpose, suggestion: String) {
        if self.pending.is_some() || self.field.is_some() {
            return;
        }
        let mut dialog = rfd::AsyncFileDialog::new().set_title(purpose.title());
        if let Some((kind, extensions)) = purpose.kind() {
            dialog = dialog.add_filter(kind, &extensions);
        }
        if purpose == Purpose::OpenFile {
            // Some have no ending at all, such as those of MNIST.
            dialog = dialog.add_filter("All files", &["*"]);
        }
        // The future is made here, because macOS makes dialogs on the main thread only.
        let answer = if purpose.is_to_save() {
            self::Answer::of(ctx, dialog.set_file_name(&suggestion).save_file())
        } else if purpose == Purpose::OpenFolder {
            self::Answer::of(ctx, dialog.pick_folder())
        } else {
            self::Answer::of(ctx, dialog.pick_file())
        };
        match answer {
            Some(answer) => self.pending = Some(Pending { purpose, suggestion, asked_at: Instant::now(), answer }),
            None => self.open_field(purpose, &suggestion),
        }
    }

    /// Asks for a file by a field in the window, where the system has no dialogs.
    pub fn open_field(&mut self, purpose: Purpose, suggestion: &str) {
        let text = match std::env::current_dir() {
            Ok(folder) if purpose.is_to_save() => folder.join(suggestion).display().to_string(),
            Ok(folder) => format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR),
            Err(_) => suggestion.to_owned(),
        };
        self.field = Some(PathField { purpose, text, has_focus: false });
    }

    /// The file that was chosen since the last call, if one was.
    pub fn poll(&mut self) -> Option<(Purpose, PathBuf)> {
        let pending = self.pending.as_ref()?;
        let answer = match pending.answer.try_recv() {
            Ok(answer) => answer,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => None,
        };
        let Pending { purpose, suggestion, asked_at, .. } = self.pending.take()?;
        match answer {
            Some(path) => Some((purpose, path)),
            None if asked_at.elapsed() < NO_SERVICE => {
                self.open_field(purpose, &suggestion);
                None
            }
            None => None,
        }
    }

    /// Shows the field, if it is open, and returns the file that was chosen by it.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<(Purpose, PathBuf)> {
        let field = self.field.as_mut()?;
        let mut chosen = false;
        let mut cancelled = false;
        let modal = egui::Modal::new(egui::Id::unique("path field"))
            .backdrop_color(super::theme::Palette::of(ui).backdrop)
            .frame(egui::Frame::popup(ui.style()).inner_margin(20))
            .show(ui.ctx(), |ui| {
                ui.set_width(480.0_f32.min(ui.ctx().content_rect().width() - 64.0));
                ui.spacing_mut().item_spacing.y = UNIT;
                ui.heading(field.purpose.title());
                ui.add(egui::Label::new(field.purpose.hint()).wrap());
                let edit = egui::TextEdit::singleline(&mut field.text).desired_width(f32::INFINITY);
                let response = ui.add(edit).accessible_name("Path");
                if !field.has_focus {
                    field.has_focus = true;
                    response.request_focus();
                }
                chosen |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                ui.horizontal(|ui| {
                    chosen |= primary_button(ui, field.purpose.verb()).clicked();
                    cancelled |= ui.add(egui::Button::new("Cancel").min_size(Vec2::new(0.0, 28.0))).clicked();
                });
            });
        cancelled |= modal.should_close();
        let text = field.text.trim().to_owned();
        let purpose = field.purpose;
        if chosen && !text.is_empty() {
            self.field = None;
            return Some((purpose, PathBuf::from(text)));
        }
        if cancelled {
            self.field = None;
        }
        None
    }
}

/// A dialog's answer, on its way from the thread that waits for it.
struct Answer;

impl Answer {
    /// Waits for `dialog` on a thread of its own; `None` if there can be no such thread.
    fn of(
        ctx: &egui::Context,
        dialog: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static,
    ) -> Option<Receiver<Option<PathBuf>>> {
        let (sender, receiver) = sync_channel(1);
        let ctx = ctx.clone();
        let wait = move || {
            let path = block_on(dialog).map(|file| file.path().to_owned());
            // The window may be gone by now; then nobody wants the answer.
            drop(sender.send(path));
            ctx.request_repaint();
        };
        std::thread::Builder::new().name("file dialog".to_owned()).spawn(wait).ok()?;
        Some(receiver)
    }
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Choice as _;

    #[test]
    fn what_is_to_be_saved_is_asked_for_as_a_new_name() {
        let mut dialogs = Dialogs::default();
        for format in LabelledSetFormat::ALL {
            let purpose = Purpose::SaveAugmented { labelled: 20, format: *format };
            assert_eq!((purpose.is_to_save(), purpose.verb()), (true, "Save"), "{format:?}");
            dialogs.open_field(purpose, "augmented");
            assert!(dialogs.field.take().unwrap().text.ends_with("augmented"), "{format:?}");
        }
        for purpose in [Purpose::SaveModel, Purpose::SaveFilm, Purpose::SaveLatents, Purpose::SaveDrawing] {
            assert!(purpose.is_to_save() && purpose.title().starts_with(purpose.verb()), "{purpose:?}");
        }
        for purpose in [Purpose::LoadModel, Purpose::LoadDrawing, Purpose::OpenFile, Purpose::OpenFolder] {
            assert!(!purpose.is_to_save() && purpose.title().starts_with(purpose.verb()), "{purpose:?}");
        }
    }

    #[test]
    fn a_future_that_is_woken_from_another_thread_is_waited_for() {
        let mut is_first = true;
        let value = block_on(std::future::poll_fn(move |context| {
            if std::mem::take(&mut is_first) {
                let waker = context.waker().clone();
                let waking = std::thread::Builder::new().name("waker".to_owned()).spawn(move || waker.wake());
                drop(waking.unwrap());
                Poll::Pending
            } else {
                Poll::Ready(7)
            }
        }));
        assert_eq!(value, 7);
    }
}

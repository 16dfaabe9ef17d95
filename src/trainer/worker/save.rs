//! Saving: a model where somebody wants it, and checkpoints in the run's folder.

use std::path::PathBuf;

use super::Worker;
use crate::export;
use crate::trainer::command::KeptLatent;
use crate::trainer::event::EventKind;

impl Worker {
    pub(super) fn save_model(&mut self, path: PathBuf) {
        self.read_back();
        let Some(run) = &self.run else {
            return self.tell(EventKind::Warned { message: "There is nothing to save yet.".to_owned() });
        };
        if !run.is_finite() {
            let message = "The model was not saved: its weights are no longer finite numbers. Restore the last good state \
                           first.";
            return self.tell(EventKind::Warned { message: message.to_owned() });
        }
        let step = run.gan.step;
        let saved = run
            .model()
            .to_bytes()
            .map_err(|error| error.to_string())
            .and_then(|bytes| export::write_atomically(&path, &bytes).map_err(|error| error.to_string()));
        match saved {
            Ok(()) => self.tell(EventKind::ModelSaved { path, step }),
            Err(error) => {
                let message = format!("The model was not saved; training goes on. {error}");
                self.tell(EventKind::Warned { message });
            }
        }
    }

    /// Writes latents, one a row, as `ganscope sample --latents` reads them.
    pub(super) fn save_latents(&mut self, latents: &[KeptLatent], path: PathBuf) {
        let Some(run) = &self.run else {
            return self.tell(EventKind::Warned { message: "There is nothing to save yet.".to_owned() });
        };
        let latents = run.latents(latents);
        let count = latents.count;
        match export::write_latents(&path, &latents) {
            Ok(()) => self.tell(EventKind::LatentsSaved { path, count }),
            Err(error) => {
                let message = format!("The latents were not saved; training goes on. {error}");
                self.tell(EventKind::Warned { message });
            }
        }
    }

    /// Writes a checkpoint if the run has a folder. The error is one sentence.
    pub(super) fn save_checkpoint(&mut self) -> Result<(), String> {
        let Some(run) = &self.run else { return Ok(()) };
        let Some(folder) = &run.folder else { return Ok(()) };
        if !run.is_finite() {
            return Err("No checkpoint was written: the weights are no longer finite numbers.".to_owned());
        }
        let step = run.gan.step;
        let path = folder
            .save(&run.model(), &run.gan)
            .map_err(|error| format!("No checkpoint was written at step {step}; earlier ones are safe. {error}"))?;
        let sheet = run.sheet().map(|sheet| folder.save_samples(&sheet, step));
        self.tell(EventKind::CheckpointSaved { path, step });
        match sheet {
            Some(Err(error)) => Err(format!("The samples were not written; the checkpoint is safe. {error}")),
            _ => Ok(()),
        }
    }
}

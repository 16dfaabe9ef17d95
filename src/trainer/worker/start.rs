//! Beginning a run: from a configuration, or from a file to go on with.

use std::path::Path;

use super::Worker;
use super::changes::{notice_change, refuse_other_classes};
use super::filming::Filming;
use crate::backend::{self, DeviceChoice, DeviceKind, Workload};
use crate::config::{Domain, RunConfig};
use crate::data::DataError;
use crate::gan::Gan;
use crate::trainer::checkpoint::{self, LoadedRun};
use crate::trainer::command::{Begin, RunId, RunOutput};
use crate::trainer::event::{EventKind, FinishReason, Phase};
use crate::trainer::run::Run;

impl Worker {
    pub(super) fn start(
        &mut self,
        id: RunId,
        config: RunConfig,
        device: DeviceChoice,
        begin: Begin,
        output: RunOutput,
    ) {
        self.replace_run(id);
        if let Err(error) = config.validate() {
            return self.fail(&format!("This configuration cannot be trained: {error}."));
        }
        let workload = workload(&config);
        self.begin(id, (device, workload), begin, output, |device| {
            let gan = Gan::new(&config, device).map_err(|error| error.to_string())?;
            Ok(LoadedRun { gan, config, classes: Vec::new(), note: None })
        });
    }

    pub(super) fn load(&mut self, id: RunId, path: &Path, device: DeviceChoice, begin: Begin, output: RunOutput) {
        self.replace_run(id);
        // A damaged newest checkpoint is no reason to give up: an older one may be whole.
        let workload = checkpoint::read_model_info(path).map_or(Workload::Small, |info| workload(&info.config));
        self.begin(id, (device, workload), begin, output, |device| {
            checkpoint::load_run(path, device).map_err(|error| error.to_string())
        });
    }

    /// Ends what ran before and says that something new is coming.
    fn replace_run(&mut self, id: RunId) {
        // Nobody keeps the film of a run that is replaced.
        self.filming = None;
        self.finish(FinishReason::Stopped);
        self.run = None;
        self.newest = id;
        self.outbox.tell(id, EventKind::PhaseChanged { phase: Phase::Preparing, step: 0 });
    }

    /// Ends a run whose data nobody waits for any more.
    fn give_up(&mut self, id: RunId) {
        self.outbox.tell(id, EventKind::PhaseChanged { phase: Phase::Idle, step: 0 });
        self.outbox.tell(id, EventKind::Finished { step: 0, elapsed_secs: 0.0, reason: FinishReason::Stopped });
    }

    fn begin(
        &mut self,
        id: RunId,
        (choice, workload): (DeviceChoice, Workload),
        begin: Begin,
        output: RunOutput,
        build: impl FnOnce(&burn::tensor::Device) -> Result<LoadedRun, String>,
    ) {
        let (device, report) = match backend::open(choice, workload) {
            Ok(opened) => opened,
            Err(error) => return self.fail(&error.to_string()),
        };
        let LoadedRun { gan, mut config, classes, note } = match build(&device) {
            Ok(loaded) => loaded,
            Err(message) => return self.fail(&message),
        };
        let data = match self.read_data(id, &config.data) {
            Ok(data) => data,
            Err(DataError::Cancelled) => return self.give_up(id),
            Err(error) => return self.fail(&error.to_string()),
        };
        if let Some(message) = refuse_other_classes(&config, &classes, data.class_names()) {
            return self.fail(&message);
        }
        let changed = match notice_change(&mut config.data, &*data) {
            Ok(changed) => changed,
            Err(error) => return self.fail(&error.to_string()),
        };
        let is_filmed = output.is_filmed;
        let run = match Run::new(id, config, gan, data, device, output, begin) {
            Ok(run) => run,
            Err(error) => return self.fail(&error.to_string()),
        };
        let notes = [note, changed];
        let started = EventKind::Started {
            config: Box::new(run.config.clone()),
            device: report.clone(),
            parameters: run.parameters(),
            data_note: run.data().note().map(str::to_owned),
            step: run.gan.step,
        };
        self.run = Some(run);
        self.tell(started);
        for message in notes.into_iter().flatten() {
            self.tell(EventKind::Warned { message });
        }
        self.filming = is_filmed.then(Filming::new);
        self.film_if_due();
        // A loaded run may have all its steps already: it is finished, unless somebody means to go on by hand.
        match (begin, self.run.as_mut().and_then(|run| run.end().map(|reason| (run, reason)))) {
            (Begin::Running, Some((_, reason))) => return self.finish(reason),
            (Begin::Paused, Some((run, _))) => run.forget_end(),
            (_, None) => {}
        }
        match (begin, report.kind) {
            (Begin::Paused, _) => self.change_phase(Phase::Paused),
            (Begin::Running, DeviceKind::Cpu) => self.change_phase(Phase::Running),
            // On a GPU the first step compiles its kernels; the phase changes once it has been read back.
            (Begin::Running, DeviceKind::Gpu) => {}
        }
    }
}

/// Points are judged by networks of a few thousand weights.
fn workload(config: &RunConfig) -> Workload {
    match config.data.domain() {
        Domain::Points => Workload::Small,
        Domain::Images | Domain::Text => Workload::Large,
    }
}

//! Measures of generated samples, on a thread of their own: training goes on meanwhile, and of several sets that wait only the
//! newest is measured.

use std::sync::Arc;
use std::time::Duration;

use burn::tensor::Device;
use cpu_time::ThreadTime;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::command::RunId;
use super::event::{ClusterQuality, PointsQuality};
use super::images_quality::ImagesQuality;
use super::images_reference::{ImagesCounts, ImagesError, ImagesReference};
use super::latest::Latest;
use super::nearest_pictures::{NearestPictures, PictureSearch};
use super::text_quality::{TextsQuality, TextsReference};
use crate::backend;
use crate::config::Domain;
use crate::data::{Dataset, Modes, Pictures};
use crate::gan::metrics::{Histogram, Mmd, SlicedWasserstein, high_quality_ceiling, mode_coverage, reverse_kl_floor};

/// Points that coverage and density are measured from, as in PacGAN.
pub(super) const QUALITY_SAMPLES: usize = 2_500;
/// Points that distances are measured from: their cost grows with the square.
const DISTANCE_SAMPLES: usize = 1_000;
/// Generated pictures that are measured: as few as measures beside their floors say something of.
pub(super) const IMAGES_SAMPLES: usize = 512;
/// Generated texts that are measured: pieces of four characters are many.
pub(super) const TEXTS_SAMPLES: usize = 2_000;
/// Pixels of training's pictures that the nearest one is looked for among, in all: it is to take a fraction of a second.
const TRAIN_PIXELS: usize = 1 << 21;
/// Fewest of these pictures, however large they are.
const MIN_TRAIN_IMAGES: usize = 256;
/// Results that wait to be told; the worker fetches them at every turn.
const RESULTS: usize = 4;

/// Generated samples of one moment.
pub(super) struct Job {
    /// The run they are of.
    pub(super) run: RunId,
    /// Steps done.
    pub(super) step: u64,
    /// How often the run had gone back to a good state.
    pub(super) restorations: u32,
    /// The samples, flat.
    pub(super) fake: Vec<f32>,
    /// What they should look like.
    pub(super) data: Arc<dyn Dataset>,
    /// The run's seed.
    pub(super) seed: u64,
}

/// What was found of one [`Job`].
pub(super) struct Measured {
    pub(super) run: RunId,
    pub(super) step: u64,
    pub(super) restorations: u32,
    /// Processor time that it took, and that the next ones will take: what it cost training, however long it waited for its turn.
    /// What is found out once for all jobs of a run is no part of it.
    pub(super) took: Duration,
    pub(super) quality: Result<Quality, ImagesError>,
}

/// A generated picture whose nearest training pictures are looked for.
pub(super) struct Search {
    /// The run it is of.
    pub(super) run: RunId,
    /// Its number in the gallery.
    pub(super) number: usize,
    /// The picture, alone.
    pub(super) picture: Pictures,
    /// What training draws from.
    pub(super) data: Arc<dyn Dataset>,
    /// The run's seed.
    pub(super) seed: u64,
}

/// What the thread found.
pub(super) enum Finding {
    Measured(Measured),
    Nearest {
        run: RunId,
        /// Of the generated picture that was looked at.
        number: usize,
        found: Result<Box<NearestPictures>, ImagesError>,
    },
}

/// How good samples are.
pub(super) enum Quality {
    Points(PointsQuality),
    Images(Box<ImagesQuality>),
    Texts(Box<TextsQuality>),
}

/// The worker's end of the thread that measures. Dropping it ends the thread.
pub(super) struct Measurer {
    jobs: Latest<Job>,
    searches: Latest<Search>,
    doorbell: Sender<()>,
    results: Receiver<Finding>,
}

impl Measurer {
    /// Starts the thread. `told` is rung whenever there is a result to take.
    pub(super) fn spawn(told: Sender<()>) -> std::io::Result<Self> {
        let (jobs, searches): (Latest<Job>, Latest<Search>) = (Latest::new(), Latest::new());
        let (doorbell, rung) = bounded::<()>(1);
        let (sender, results) = bounded(RESULTS);
        let (waiting, asked) = (jobs.clone(), searches.clone());
        std::thread::Builder::new().name("measures".to_owned()).spawn(move || {
            backend::lower_thread_priority();
            // The features are a network's: on a pool of this one thread, they leave training's pool alone. Where the system
            // refuses, they share it.
            let _own_pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
            let mut known: Option<(RunId, Option<Prepared>)> = None;
            let mut searched: Option<(RunId, PictureSearch)> = None;
            let tell = |finding: Finding| {
                let is_heard = sender.send(finding).is_ok();
                // A full doorbell has been rung already.
                let _rung = told.try_send(());
                is_heard
            };
            while rung.recv().is_ok() {
                // First what somebody waits for.
                if let Some(search) = asked.take() {
                    let (run, number) = (search.run, search.number);
                    let found = find(&mut searched, search).map(Box::new);
                    if !tell(Finding::Nearest { run, number, found }) {
                        return;
                    }
                }
                let Some(job) = waiting.take() else { continue };
                let Some((quality, took)) = measure(&mut known, &job) else { continue };
                let Job { run, step, restorations, .. } = job;
                let measured = Measured { run, step, restorations, took, quality };
                if !tell(Finding::Measured(measured)) {
                    return;
                }
            }
        })?;
        Ok(Self { jobs, searches, doorbell, results })
    }

    /// Hands over samples to measure, in the place of any that still wait.
    pub(super) fn measure(&self, job: Job) {
        self.jobs.put(job);
        let _rung = self.doorbell.try_send(());
    }

    /// Hands over a picture to search for, in the place of any that still waits. Whether there is a thread left to do it.
    pub(super) fn search(&self, search: Search) -> bool {
        self.searches.put(search);
        !matches!(self.doorbell.try_send(()), Err(TrySendError::Disconnected(())))
    }

    /// The results since the last call. Never waits.
    pub(super) fn take(&self) -> Vec<Finding> {
        self.results.try_iter().collect()
    }
}

/// Measures with what is known of the job's run, which is found out first where it is another run. `None` for a run that cannot
/// be measured, which has been said before. Beside it stands the processor time that measuring took.
fn measure(
    known: &mut Option<(RunId, Option<Prepared>)>,
    job: &Job,
) -> Option<(Result<Quality, ImagesError>, Duration)> {
    if known.as_ref().is_none_or(|(run, _)| *run != job.run) {
        let (prepared, failure) = match Prepared::new(&*job.data, job.seed) {
            Ok(prepared) => (Some(prepared), None),
            Err(error) => (None, Some((Err(error), Duration::ZERO))),
        };
        *known = Some((job.run, prepared));
        if failure.is_some() {
            return failure;
        }
    }
    let prepared = known.as_ref()?.1.as_ref()?;
    let began = ThreadTime::now();
    let quality = prepared.measure(&job.fake)?;
    Some((quality, began.elapsed()))
}

/// Searches what is known of the picture's run, which is found out first where it is another run.
fn find(searched: &mut Option<(RunId, PictureSearch)>, search: Search) -> Result<NearestPictures, ImagesError> {
    let Search { run, number, picture, data, seed } = search;
    searched.take_if(|(known, _)| *known != run);
    let (_, pictures) = match searched {
        Some(searched) => searched,
        None => searched.insert((run, PictureSearch::new(&*data, seed, &Device::flex())?)),
    };
    pictures.find(number, picture)
}

/// Real samples, prepared for many generated sets.
enum Prepared {
    Points(Box<Reference>),
    Images(Box<ImagesReference>),
    /// `None` where no texts are held out to compare with.
    Texts(Option<Box<TextsReference>>),
}

impl Prepared {
    fn new(data: &dyn Dataset, seed: u64) -> Result<Self, ImagesError> {
        let shape = data.shape();
        Ok(match shape.domain() {
            Domain::Points => Self::Points(Box::new(Reference::new(data, seed))),
            Domain::Images => {
                let train = (TRAIN_PIXELS / shape.features()).max(MIN_TRAIN_IMAGES);
                let counts = ImagesCounts { samples: IMAGES_SAMPLES, train };
                Self::Images(Box::new(ImagesReference::new(data, counts, seed, &Device::flex())?))
            }
            Domain::Text => Self::Texts(TextsReference::new(data, TEXTS_SAMPLES, seed).map(Box::new)),
        })
    }

    fn measure(&self, fake: &[f32]) -> Option<Result<Quality, ImagesError>> {
        Some(Ok(match self {
            Self::Points(reference) => Quality::Points(reference.measure(fake.as_chunks::<2>().0)),
            Self::Images(reference) => match reference.measure(fake) {
                Ok(quality) => Quality::Images(Box::new(quality)),
                Err(error) => return Some(Err(error)),
            },
            Self::Texts(reference) => Quality::Texts(Box::new(reference.as_ref()?.measure(fake))),
        }))
    }
}

/// Real points, prepared for many generated sets, and what other real points score: the floors.
pub struct Reference {
    modes: Option<Modes>,
    histogram: Histogram,
    mmd: Mmd,
    slices: SlicedWasserstein,
    js_divergence_floor: f64,
    mmd_floor: f64,
    sliced_wasserstein_floor: f64,
}

impl Reference {
    /// Prepares the comparison with a data set of points.
    pub fn new(data: &dyn Dataset, seed: u64) -> Self {
        let [real, other] =
            data.evaluation_pair(QUALITY_SAMPLES, seed).map(|values| values.as_chunks::<2>().0.to_vec());
        let (few, few_others) = (first(&real), first(&other));
        let (histogram, mmd) = (Histogram::new(&real, data.bounds()), Mmd::new(few));
        let slices = SlicedWasserstein::new(few);
        Self {
            modes: data.modes().cloned(),
            js_divergence_floor: histogram.divergence(&other),
            mmd_floor: mmd.squared(few_others),
            sliced_wasserstein_floor: slices.distance(few_others),
            histogram,
            mmd,
            slices,
        }
    }

    /// Measures generated points.
    pub fn measure(&self, fake: &[[f32; 2]]) -> PointsQuality {
        let clusters = self.modes.as_ref().map(|modes| {
            let coverage = mode_coverage(fake, modes);
            ClusterQuality {
                modes_covered: coverage.modes_covered,
                modes_total: coverage.modes_total,
                high_quality_fraction: coverage.high_quality_fraction,
                high_quality_ceiling: high_quality_ceiling(),
                reverse_kl: coverage.reverse_kl,
                reverse_kl_floor: reverse_kl_floor(coverage.modes_total, fake.len()),
            }
        });
        PointsQuality {
            clusters,
            js_divergence: self.histogram.divergence(fake),
            js_divergence_floor: self.js_divergence_floor,
            mmd: self.mmd.squared(first(fake)),
            mmd_floor: self.mmd_floor,
            sliced_wasserstein: self.slices.distance(first(fake)),
            sliced_wasserstein_floor: self.sliced_wasserstein_floor,
            samples: fake.len(),
        }
    }
}

/// As many points as distances are measured from.
fn first(points: &[[f32; 2]]) -> &[[f32; 2]] {
    &points[..points.len().min(DISTANCE_SAMPLES)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::open;

    #[test]
    fn real_points_score_about_the_floors_and_a_single_place_far_from_them() {
        for kind in [DatasetKind::Ring, DatasetKind::Moons] {
            let data = open(&DataConfig::of(kind)).unwrap();
            let reference = Reference::new(&*data, 1);
            let real = data.evaluation(QUALITY_SAMPLES, 99).as_chunks::<2>().0.to_vec();
            let good = reference.measure(&real);
            let bad = reference.measure(&vec![[1.0, 0.0]; QUALITY_SAMPLES]);
            assert!((good.js_divergence - good.js_divergence_floor).abs() < 0.02, "{good:?}");
            assert!((good.mmd - good.mmd_floor).abs() < 0.01, "{good:?}");
            assert!(good.sliced_wasserstein < 3.0 * good.sliced_wasserstein_floor, "{good:?}");
            assert!(bad.js_divergence > 0.5 && bad.mmd > 0.1 && bad.sliced_wasserstein > 0.3, "{bad:?}");
            assert_eq!(good.clusters.is_some(), kind == DatasetKind::Ring);
            if let (Some(good), Some(bad)) = (good.clusters, bad.clusters) {
                assert_eq!((good.modes_covered, bad.modes_covered), (8, 1));
            }
        }
    }

    #[test]
    fn of_points_that_wait_only_the_newest_are_measured_and_every_result_is_told() {
        let (told, rung) = bounded(1);
        let measurer = Measurer::spawn(told).unwrap();
        let data = open(&DataConfig::of(DatasetKind::Ring)).unwrap();
        for step in 1..=20 {
            let fake = [1.0, 0.0].repeat(100);
            let data = Arc::clone(&data);
            measurer.measure(Job { run: RunId(1), step, restorations: 0, fake, data, seed: 1 });
        }
        let mut steps = Vec::new();
        while steps.last() != Some(&20) {
            rung.recv().unwrap();
            steps.extend(measurer.take().into_iter().filter_map(|finding| match finding {
                Finding::Measured(measured) => Some(measured.step),
                Finding::Nearest { .. } => None,
            }));
        }
        assert!(steps.is_sorted() && steps.len() <= 20);
    }
}

//! Recorded runs, and a bench on which one panel at a time is tried.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Ui, Vec2, vec2};
use egui_kittest::Harness;
use ganscope::backend::{DeviceChoice, DeviceKind, DeviceReport};
use ganscope::config::{Preset, RunConfig};
use ganscope::data::Pictures;
use ganscope::state::{AppState, Controls};
use ganscope::trainer::{
    Begin, ClassShares, ClosestPairs, ClusterQuality, Density, DiracState, Event, EventKind, Field, GalleryClasses,
    GalleryView, GeneratedText, ImagesQuality, Interpolation, KeptView, LatentRequest, LatentSamples, LatentView,
    Measure, MetricPoint, Opinion, ParameterCounts, Phase, PointsQuality, PointsView, ProbabilityMap, RunId,
    SettingChange, SlopeMaps, StageView, TextOrigin, TextsQuality, TextsView, Views, Warp,
};
use ganscope::ui::{Action, GanApp, Options, Panels, Scene, Settings, theme};

/// Longer than any machine needs to build two small networks.
const PATIENCE: Duration = Duration::from_mins(2);

/// The run that all recorded news is of.
pub(crate) const RUN: RunId = RunId(3);

/// All that a panel needs, and what it asked for.
pub(crate) struct Bench {
    pub(crate) state: AppState,
    pub(crate) controls: Controls,
    pub(crate) settings: Settings,
    pub(crate) panels: Panels,
    pub(crate) actions: Vec<Action>,
}

impl Bench {
    /// A run of `preset` that has been going for a while.
    pub(crate) fn running(preset: Preset) -> Self {
        let config = preset.config();
        let mut bench = Self {
            state: AppState::default(),
            controls: Controls::new(RUN, &config, DeviceChoice::Auto),
            settings: Settings::default(),
            panels: Panels::default(),
            actions: Vec::new(),
        };
        bench.state.begin_run(RUN);
        bench.tell(started(config));
        bench.enter(Phase::Running, 0);
        bench.tell(progress(1..=600));
        bench.state.tick(20.0);
        bench
    }

    /// The same with a picture.
    pub(crate) fn with_views(preset: Preset) -> Self {
        let mut bench = Self::running(preset);
        let views = match preset {
            Preset::Fashion => conditional_views(None),
            Preset::Article => image_views(1, 28),
            Preset::Faces => image_views(3, 16),
            Preset::Names | Preset::Words => text_views(),
            _ => point_views(),
        };
        bench.state.apply_views(views);
        bench
    }

    pub(crate) fn tell(&mut self, kind: EventKind) {
        self.state.apply(Event { run: RUN, kind });
    }

    pub(crate) fn enter(&mut self, phase: Phase, step: u64) {
        self.tell(EventKind::PhaseChanged { phase, step });
    }

    /// What was asked for since the last call.
    pub(crate) fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }
}

/// A function that shows one panel.
pub(crate) type Show = fn(&mut Ui, &Scene<'_>, &mut Panels, &mut Vec<Action>);

/// A harness that shows one panel in an area of `size`.
pub(crate) fn harness(bench: Bench, size: Vec2, show: Show) -> Harness<'static, Bench> {
    let mut harness = builder(size).build_ui_state(move |ui, bench| show_on(ui, bench, show), bench);
    harness.run_steps(3);
    harness.check_accessibility();
    harness
}

/// The whole window with a real trainer behind it.
pub(crate) fn open_window(options: Options) -> Harness<'static, GanApp> {
    let builder = Harness::builder().with_size(vec2(1280.0, 800.0)).with_step_dt(0.05);
    builder.build_eframe(|cc| GanApp::new(cc, options))
}

/// The whole window with a run whose networks are built.
pub(crate) fn window(begin: Begin) -> Harness<'static, GanApp> {
    let options = Options { config: Preset::Ring8.config(), device: DeviceChoice::Cpu, begin, ..Options::default() };
    let mut window = open_window(options);
    wait_for(&mut window, "the networks", |app| app.state().run().has_networks());
    window
}

/// Draws frames until something is so.
pub(crate) fn wait_for(window: &mut Harness<'_, GanApp>, what: &str, is_so: impl Fn(&GanApp) -> bool) {
    let start = Instant::now();
    while !is_so(window.state()) {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    window.run_steps(2);
}

/// The settings of every harness here.
pub(crate) fn builder<State>(size: Vec2) -> egui_kittest::HarnessBuilder<State> {
    Harness::builder().with_size(size).with_step_dt(0.1).with_context_setup(theme::install)
}

/// Shows one panel and keeps what it asked for.
pub(crate) fn show_on(ui: &mut Ui, bench: &mut Bench, show: Show) {
    let Bench { state, controls, settings, panels, actions } = bench;
    let frame_interval = Duration::from_millis(16);
    show(ui, &Scene { state, controls, settings, frame_interval }, panels, actions);
}

fn started(config: RunConfig) -> EventKind {
    EventKind::Started {
        config: Box::new(config),
        device: DeviceReport { kind: DeviceKind::Cpu, name: "2 threads".to_owned(), note: None },
        parameters: ParameterCounts { generator: 34_561, discriminator: 33_537 },
        data_note: None,
        step: 0,
    }
}

/// Steps as a healthy run would measure them.
pub(crate) fn progress(steps: std::ops::RangeInclusive<u64>) -> EventKind {
    let elapsed_secs = *steps.end() as f64 / 40.0;
    let point = |step: u64| {
        let learned = 1.0 - (-(step as f32) / 200.0).exp();
        let wave = (step as f32 * 0.9).sin() * 0.03;
        MetricPoint {
            step,
            d_loss: 0.7 + (1.0 - learned) + wave,
            g_loss: 0.8 + 2.0 * (1.0 - learned) - wave,
            d_real: 0.5 + 0.4 * (1.0 - learned) + wave,
            d_fake: 0.5 - 0.4 * (1.0 - learned) - wave,
            d_gradient_norm: 0.3 + (1.0 - learned) + wave.abs(),
            g_gradient_norm: 0.2 + (1.0 - learned) + wave.abs(),
        }
    };
    EventKind::Progressed { points: steps.map(point).collect(), elapsed_secs, steps_per_sec: 318.0 }
}

pub(crate) fn quality() -> EventKind {
    EventKind::QualityMeasured {
        step: 600,
        quality: PointsQuality {
            clusters: Some(ClusterQuality {
                modes_covered: 6,
                modes_total: 8,
                high_quality_fraction: 0.874,
                high_quality_ceiling: 0.9889,
                reverse_kl: 0.021,
                reverse_kl_floor: 0.0014,
            }),
            js_divergence: 0.12,
            js_divergence_floor: 0.03,
            mmd: 0.004,
            mmd_floor: 0.0002,
            sliced_wasserstein: 0.08,
            sliced_wasserstein_floor: 0.02,
            samples: 2500,
        },
    }
}

pub(crate) fn setting_change(step: u64) -> EventKind {
    EventKind::SettingChanged(SettingChange {
        step,
        setting: "Generator learning rate",
        from: "0.001".to_owned(),
        to: "0.0005".to_owned(),
    })
}

fn walk() -> LatentRequest {
    LatentRequest { from: 0, to: 1, place: 0.5, method: Interpolation::Slerp, frames: 11 }
}

/// Points on a ring; the first generated one lies in the middle of the stage, alone.
pub(crate) fn point_views() -> Views {
    let angle = |index: usize, of: usize| std::f32::consts::TAU * index as f32 / of as f32;
    let on_ring = |angle: f32| [angle.cos(), angle.sin()];
    let real = (0..64).map(|index| on_ring(angle(index % 8, 8))).collect();
    let mut fake: Vec<_> = (0..60).map(|index| on_ring(angle(index, 60)).map(|x| 0.9 * x)).collect();
    fake[0] = [0.0, 0.0];
    let side = 24;
    let scores = (0..side * side).map(|cell| (cell % side) as f32 / side as f32).collect();
    let bounds = [[-1.5, -1.5], [1.5, 1.5]];
    let warp = [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]];
    Views {
        run: RUN,
        step: 600,
        stage: StageView::Points(Box::new(PointsView {
            real,
            real_scores: vec![0.6; 64],
            fake_scores: vec![0.4; fake.len()],
            latents: fake.iter().map(|&[x, y]| [x, -y]).collect(),
            descent: fake.iter().map(|&[x, y]| [0.1 * x, 0.1 * y]).collect(),
            fake,
            opinion: Some(Opinion { bounds, side, scores }),
            field: Some(Field { bounds, side: 4, arrows: vec![[0.3, 0.2]; 16] }),
            density: Some(Density { bounds, side: 2, shares: vec![0.0, 0.3, 0.6, 1.0] }),
            warp: Some(Warp {
                side: 2,
                latents: warp.to_vec(),
                points: warp.map(|place| place.map(|x| 0.5 * x)).to_vec(),
            }),
            orbit: vec![
                DiracState { offset: [0.2, 0.0], slope: [-0.4, 0.1] },
                DiracState { offset: [0.4, 0.1], slope: [0.1, 0.0] },
            ],
            trained_on: vec![[1.0, 0.0], [0.0, 1.0]],
            bounds,
        })),
        latent: LatentView {
            request: walk(),
            samples: LatentSamples::Points {
                strip: (0..11).map(|index| on_ring(angle(index, 40)).map(|x| 0.5 * x)).collect(),
                current: [0.4, 0.3],
            },
            relative_norm: 0.97,
        },
        networks: None,
        tray: KeptView::default(),
    }
}

/// Names of classes, as Fashion-MNIST has them.
pub(crate) const CLASSES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// Pictures of a conditional model: of one class, or a row of five and three for each.
pub(crate) fn conditional_views(class: Option<u8>) -> Views {
    let (fakes, reals) = if class.is_some() { (48, 24) } else { (50, 30) };
    let mut views = image_views_of(1, 28, fakes, reals);
    if let StageView::Images(view) = &mut views.stage {
        view.classes = Some(GalleryClasses {
            names: CLASSES.map(str::to_owned).to_vec(),
            fake: (0..fakes as u8).map(|number| class.unwrap_or(number % 10)).collect(),
            real: (0..reals as u8).map(|number| class.unwrap_or(number / 3)).collect(),
        });
    }
    views
}

/// Pictures of a model without classes.
pub(crate) fn image_views(channels: usize, side: usize) -> Views {
    image_views_of(channels, side, 48, 24)
}

/// Pictures with a bright square of growing size.
fn image_views_of(channels: usize, side: usize, fakes: usize, reals: usize) -> Views {
    let pictures = |len: usize| {
        let pixel = |picture: usize, row: usize, column: usize, channel: usize| {
            let half = side / 2;
            let inside = row.abs_diff(half).max(column.abs_diff(half)) < 2 + picture % half.max(1);
            if inside { 255 - 60 * channel as u8 } else { 20 }
        };
        let mut pixels = Vec::with_capacity(len * side * side * channels);
        for picture in 0..len {
            for place in 0..side * side {
                pixels.extend((0..channels).map(|channel| pixel(picture, place / side, place % side, channel)));
            }
        }
        Pictures { channels, height: side, width: side, pixels }
    };
    let scores = |len: usize| (0..len).map(|index| index as f32 / len as f32).collect();
    let slopes = |len: usize| SlopeMaps { height: side, width: side, values: vec![0.5; len * side * side] };
    Views {
        run: RUN,
        step: 600,
        stage: StageView::Images(Box::new(GalleryView {
            fake: pictures(fakes),
            fake_scores: scores(fakes),
            real: pictures(reals),
            real_scores: scores(reals),
            fake_slopes: Some(slopes(fakes)),
            real_slopes: Some(slopes(reals)),
            classes: None,
        })),
        latent: LatentView {
            request: walk(),
            samples: LatentSamples::Images { strip: pictures(11), current: pictures(1) },
            relative_norm: 0.71,
        },
        networks: None,
        tray: KeptView::default(),
    }
}

/// A path that is not there.
pub(crate) fn model_path() -> PathBuf {
    PathBuf::from("models").join("ring8-4210.safetensors")
}

/// Clicks at a place of the screen with the other button.
pub(crate) fn click_secondary_at(harness: &mut Harness<'_, Bench>, at: egui::Pos2) {
    harness.hover_at(at);
    for pressed in [true, false] {
        let button = egui::PointerButton::Secondary;
        harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: egui::Modifiers::NONE });
    }
    harness.run_steps(2);
}

/// Clicks at a place of the screen.
pub(crate) fn click_at(harness: &mut Harness<'_, Bench>, at: egui::Pos2, modifiers: egui::Modifiers) {
    harness.event_modifiers(egui::Event::PointerMoved(at), modifiers);
    for pressed in [true, false] {
        let button = egui::PointerButton::Primary;
        harness.event_modifiers(egui::Event::PointerButton { pos: at, button, pressed, modifiers }, modifiers);
    }
    harness.run_steps(2);
}

/// A file as the system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Drops a file or folder on the window.
pub(crate) fn drop_file(window: &mut Harness<'_, GanApp>, path: &Path) {
    window.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
    window.run_steps(2);
}

/// Measures of pictures, with one class that none of them is of.
pub(crate) fn images_quality(step: u64, features_fit: bool, classes: usize) -> EventKind {
    let measure = |value: f64, floor: f64| Measure { value, floor };
    let learned = 1.0 - (-(step as f64) / 300.0).exp();
    let names: Vec<String> = (0..classes)
        .map(|class| CLASSES.get(class).map_or_else(|| format!("c{class}"), |it| (*it).to_owned()))
        .collect();
    let weight = |class: usize| if class == 5 { 0.0 } else { 1.0 + (class % 3) as f64 };
    let total: f64 = (0..classes).map(weight).sum();
    let pairs = image_pictures(8);
    EventKind::ImageQualityMeasured {
        step,
        quality: Box::new(ImagesQuality {
            kid: measure(0.4 * (1.0 - learned) + 0.031, 0.002),
            kid_error: 0.003,
            frechet_distance: measure(61.2, 9.8),
            precision: measure(0.78 * learned, 0.91),
            recall: measure(0.43 * learned, 0.9),
            density: measure(0.7, 1.0),
            coverage: measure(0.62 * learned, 0.95),
            sliced_wasserstein: measure(0.12, 0.03),
            spread: measure(0.81, 1.0),
            nearest_real_ratio: measure(0.93, 1.0),
            classes: (classes > 0).then(|| ClassShares {
                fake: (0..classes).map(|class| weight(class) / total).collect(),
                real: vec![1.0 / classes as f64; classes],
                names,
            }),
            closest: ClosestPairs {
                fake: pairs.clone(),
                real: pairs,
                ratios: (0..8).map(|pair| 0.31 + 0.04 * f64::from(pair)).collect(),
            },
            features_fit,
            samples: 512,
        }),
    }
}

/// Texts of which the second is a copy, the third is broken, and letters are the surer the further along.
pub(crate) fn text_views() -> Views {
    let names = ["marisa", "john", "", "kaslen", "arsaina", "asheva", "tolvin", "deliah"];
    let text = |index: usize| {
        let text = names[index % names.len()];
        let origin = match text {
            "" => TextOrigin::Broken,
            "john" => TextOrigin::Copy,
            _ => TextOrigin::Novel,
        };
        let certainties = (0..text.len()).map(|place| 0.4 + 0.6 * place as f32 / text.len() as f32).collect();
        GeneratedText { text: text.to_owned(), certainties, origin }
    };
    let scores = |len: usize| (0..len).map(|index| index as f32 / len as f32).collect();
    let (characters, length) = (('a'..='z').collect::<Vec<char>>(), 12);
    let mut probabilities = vec![0.001; (characters.len() + 1) * length];
    for (place, symbol) in
        [(0, 13), (1, 1), (2, 18), (3, 9), (4, 19), (5, 1)].into_iter().chain((6..12).map(|place| (place, 0)))
    {
        probabilities[symbol * length + place] = 0.9;
        probabilities[20 * length + place] = 0.3;
    }
    Views {
        run: RUN,
        step: 600,
        stage: StageView::Texts(Box::new(TextsView {
            fake: (0..96).map(text).collect(),
            fake_scores: scores(96),
            real: (0..48).map(|index| ["james", "mary", "patricia", "robert"][index % 4].to_owned()).collect(),
            real_scores: scores(48),
            classes: None,
        })),
        latent: LatentView {
            request: walk(),
            samples: LatentSamples::Texts {
                strip: (0..11).map(text).collect(),
                current: ProbabilityMap { characters, length, probabilities },
            },
            relative_norm: 0.97,
        },
        networks: None,
        tray: KeptView::default(),
    }
}

/// Measures of texts after so many steps.
pub(crate) fn texts_quality(step: u64) -> EventKind {
    let left = (-(step as f64) / 300.0).exp();
    let measure = |value: f64, floor: f64| Measure { value: floor + (1.0 - floor) * left * value, floor };
    EventKind::TextQualityMeasured {
        step,
        quality: Box::new(TextsQuality {
            js: [measure(0.1, 0.0004), measure(0.3, 0.009), measure(0.5, 0.079), measure(0.7, 0.286)],
            js_trigram: [0.0004, 0.008, 0.065, 0.381],
            validity: 0.991,
            uniqueness: Measure { value: 0.964, floor: 1.0 },
            novelty: 0.873,
            novelty_trigram: 0.902,
            samples: 2_000,
        }),
    }
}

/// Grey pictures of 28×28.
pub(crate) fn image_pictures(len: usize) -> Pictures {
    match image_views_of(1, 28, len, 1).stage {
        StageView::Images(view) => view.fake,
        StageView::Points(_) | StageView::Texts(_) => Pictures::default(),
    }
}

//! The two networks at work: noise, generator, samples, discriminator, losses, and the gradients that go back.

mod flow_paint;
mod geometry;
mod paint;
mod parts;

use std::time::Duration;

use eframe::egui::{self, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo, accesskit::Role};

use crate::state::{Metric, PhaseKind};
use crate::trainer::{LayerPicture, NetworkPicture, NetworkView, Phase, StageView, Views};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::stage::{Atlas, Cloud, HeatMap, Signs, UnitMaps};
use crate::ui::theme::{Palette, UNIT, strong_style};
use geometry::{Geometry, LEAST_ROOM};
use parts::{Focus, Net, Part};

/// Time between two places of a dot that flows: smooth enough, and cheap where the processor draws.
const DOTS_INTERVAL: Duration = Duration::from_millis(50);
/// Side of the map of the unit under the pointer.
const LARGE_MAP: f32 = 168.0;

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct NetworksStage {
    seen: Option<(u64, bool)>,
    generator: UnitMaps,
    discriminator: UnitMaps,
    opinion: HeatMap,
    generated_pictures: Atlas,
    real_pictures: Atlas,
    signs: Option<Signs>,
    clouds: [Cloud; 3],
}

impl NetworksStage {
    fn take_in(&mut self, ui: &Ui, scene: &Scene<'_>, views: &Views, networks: &NetworkView) {
        let is_dark = ui.visuals().dark_mode;
        let seen = Some((scene.state.num_views(), is_dark));
        if self.seen == seen {
            return;
        }
        self.seen = seen;
        let (ctx, palette) = (ui.ctx(), Palette::of(ui));
        self.generator.update(ctx, palette, &networks.generator.layers);
        self.discriminator.update(ctx, palette, &networks.discriminator.layers);
        match &views.stage {
            StageView::Points(points) => {
                self.opinion.follow_theme(ctx, palette, is_dark);
                self.opinion.update(ctx, palette, points.opinion.as_ref());
            }
            StageView::Images(gallery) => {
                self.generated_pictures.update(ctx, "generated pictures of the networks", &gallery.fake);
                self.real_pictures.update(ctx, "real pictures of the networks", &gallery.real);
            }
            StageView::Texts(_) => {}
        }
    }
}

/// Numbers that stand in the picture, of the newest step or of the one that is walked through.
#[derive(Debug, Clone, Default)]
struct Figures {
    losses: [Option<f32>; 2],
    scores: [Option<f32>; 2],
    gradients: [Option<f32>; 2],
}

impl Figures {
    fn of(scene: &Scene<'_>) -> Self {
        let walkthrough = scene.state.walkthrough();
        if let (Some(dissection), Some(phase)) = (walkthrough.dissection(), walkthrough.phase()) {
            let discriminator = dissection.discriminator.get(phase.update).or(dissection.discriminator.last());
            let generator = dissection.generator.as_ref();
            let is_for_generator = phase.update >= dissection.discriminator.len();
            let later_score = generator.filter(|_| is_for_generator).map(|update| update.fake_score);
            return Self {
                losses: [discriminator.map(|it| it.update.loss), generator.map(|it| it.update.loss)],
                scores: [discriminator.map(|it| it.real_score), later_score.or(discriminator.map(|it| it.fake_score))],
                gradients: [
                    discriminator.map(|it| it.update.gradient_norm),
                    generator.map(|it| it.update.gradient_norm),
                ],
            };
        }
        let Some(newest) = scene.state.history().buckets().last() else { return Self::default() };
        let last = |metric| Some(newest.summary(metric).last);
        Self {
            losses: [last(Metric::DiscriminatorLoss), last(Metric::GeneratorLoss)],
            scores: [last(Metric::RealScore), last(Metric::FakeScore)],
            gradients: [last(Metric::DiscriminatorGradient), last(Metric::GeneratorGradient)],
        }
    }
}

/// The samples in sight: those that the stage always shows, or the batch of the step that is walked through.
#[derive(Debug, Clone, Copy, Default)]
struct Samples<'a> {
    latents: &'a [[f32; 2]],
    fake: &'a [[f32; 2]],
    /// Where the generated points went when the generator moved, in the phase in which it does.
    moved: &'a [[f32; 2]],
    real: &'a [[f32; 2]],
}

impl<'a> Samples<'a> {
    fn of(scene: &Scene<'a>, views: &'a Views, networks: &'a NetworkView) -> Self {
        let StageView::Points(points) = &views.stage else {
            return Self { latents: &networks.latents, ..Self::default() };
        };
        let always = Self { latents: &networks.latents, fake: &points.fake, moved: &[], real: &points.real };
        let walkthrough = scene.state.walkthrough();
        let (Some(dissection), Some(phase)) = (walkthrough.dissection(), walkthrough.phase()) else { return always };
        let real = dissection.discriminator.get(phase.update).or(dissection.discriminator.last());
        let real = real.map_or(always.real, |update| &update.real);
        let of_generator = dissection.generator.as_ref();
        let moved: &[_] = match of_generator {
            Some(update) if phase.kind == PhaseKind::GeneratorUpdate => &update.moved,
            _ => &[],
        };
        let batch = match dissection.discriminator.get(phase.update) {
            Some(update) => Some(&update.generated),
            None => of_generator.map(|update| &update.generated),
        };
        batch.map_or(always, |batch| Self { latents: &batch.latents, fake: &batch.points, moved, real })
    }
}

/// Everything that painting needs besides the painter.
struct Picture<'a> {
    views: &'a Views,
    networks: &'a NetworkView,
    samples: Samples<'a>,
    geometry: Geometry,
    focus: Focus,
    figures: Figures,
    /// What the walk through a step is about now.
    phase: Option<PhaseKind>,
    discriminator_name: &'static str,
    /// Seconds on the clock of what moves; `None` while nothing does.
    moving_secs: Option<f64>,
}

/// Shows the networks, or that their picture is on its way. Where there is too little room for it, it scrolls.
pub fn networks_stage_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &mut NetworksStage) {
    let room = ui.available_size();
    let size = room.max(LEAST_ROOM);
    if size == room {
        return picture_ui(ui, scene, stage, size);
    }
    ScrollArea::both().show(ui, |ui| picture_ui(ui, scene, stage, size));
}

fn picture_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &mut NetworksStage, size: Vec2) {
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let Some((views, networks)) = scene.state.views().and_then(|views| Some((views, views.networks.as_ref()?))) else {
        let palette = Palette::of(ui);
        ui.painter().rect_filled(rect, UNIT, palette.well);
        return;
    };
    stage.take_in(ui, scene, views, networks);
    let geometry = Geometry::of(rect.shrink2(Vec2::new(6.0, 0.0)), networks);
    let phase = scene.state.walkthrough().phase().map(|phase| phase.kind);
    let hovered = parts_ui(ui, scene, (views, networks), stage, &geometry);
    let focus = match (hovered, phase) {
        (Some(part), _) => Focus::of_part(part),
        (None, Some(kind)) => Focus::of_phase(kind),
        (None, None) => Focus::default(),
    };
    let is_moving = scene.state.run().phase == Phase::Running || phase.is_some();
    let moving_secs = (is_moving && !scene.settings.has_reduced_motion).then(|| ui.input(|input| input.time));
    if moving_secs.is_some() {
        ui.ctx().request_repaint_after(scene.frame_interval.max(DOTS_INTERVAL));
    }
    let discriminator_name = scene.state.run().discriminator_name();
    let figures = Figures::of(scene);
    let samples = Samples::of(scene, views, networks);
    let picture =
        Picture { views, networks, samples, geometry, focus, figures, phase, discriminator_name, moving_secs };
    paint::picture(&ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())), Palette::of(ui), &picture, stage);
}

/// Lets each part explain itself, and says which is under the pointer: the innermost.
fn parts_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (views, networks): (&Views, &NetworkView),
    stage: &NetworksStage,
    geometry: &Geometry,
) -> Option<Part> {
    let parts = described(scene, views, networks, geometry);
    let mut hovered = None;
    for (part, name, tooltip) in parts {
        let Some(rect) = geometry.part(part) else { continue };
        let response = ui.interact(rect, ui.scope_id().with(("part", part)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        if response.contains_pointer() {
            hovered = Some((part, response, tooltip));
        }
    }
    let (part, response, tooltip) = hovered?;
    match part {
        Part::Unit { net, layer, unit } => {
            let (maps, picture) = match net {
                Net::Generator => (&stage.generator, &networks.generator),
                Net::Discriminator => (&stage.discriminator, &networks.discriminator),
            };
            response.on_hover_ui(|ui| unit_ui(ui, maps, (net, picture), (layer, unit)));
        }
        _ => drop(response.on_hover_text(tooltip)),
    }
    Some(part)
}

/// Every part with its name and one sentence on it; what lies inside another comes after it.
fn described(
    scene: &Scene<'_>,
    views: &Views,
    networks: &NetworkView,
    geometry: &Geometry,
) -> Vec<(Part, String, String)> {
    let critic = scene.state.run().discriminator_name();
    let place = match views.stage {
        StageView::Points(_) => "place in the plane",
        StageView::Images(_) => "picture",
        StageView::Texts(_) => "text",
    };
    let strength = "the bars show how strongly each layer is pulled";
    let weights = |net: &NetworkPicture| format!("it has {} weights; {strength}", number::count(net.parameters));
    let makes = format!("Turns noise into samples; {}", weights(&networks.generator));
    let scores = format!("Scores each {place}; {}", weights(&networks.discriminator));
    let described = [
        (Part::Noise, "Noise".to_owned(), "Random numbers that the generator is fed; drawn by their first two"),
        (Part::Net(Net::Generator), "Generator network".to_owned(), makes.as_str()),
        (Part::Net(Net::Discriminator), format!("{critic} network"), scores.as_str()),
        (Part::Generated, "Generated samples".to_owned(), "What the generator makes of the noise"),
        (Part::Real, "Real samples".to_owned(), "What the data looks like"),
        (
            Part::Opinion,
            "Verdict".to_owned(),
            "The mean score of real samples above and of generated ones below; the colours are the score of each place",
        ),
        (
            Part::Loss(Net::Discriminator),
            format!("Loss of the {}", critic.to_lowercase()),
            "Small when real samples score high and generated ones low; its gradient goes back into this network",
        ),
        (
            Part::Loss(Net::Generator),
            "Loss of the generator".to_owned(),
            "Small when generated samples score high; its gradient goes back through both networks into the generator",
        ),
    ];
    let mut parts: Vec<_> = described.into_iter().map(|(part, name, text)| (part, name, text.to_owned())).collect();
    for (net, name) in [(Net::Generator, "generator"), (Net::Discriminator, "discriminator")] {
        for (layer, column) in geometry.net(net).columns.iter().enumerate() {
            for unit in 0..column.len() {
                let name = format!("Unit {} of layer {}, {name}", unit + 1, layer + 1);
                parts.push((Part::Unit { net, layer, unit }, name, String::new()));
            }
        }
    }
    parts
}

/// The unit under the pointer, large.
fn unit_ui(ui: &mut Ui, maps: &UnitMaps, (net, picture): (Net, &NetworkPicture), (layer, unit): (usize, usize)) {
    let palette = Palette::of(ui);
    let LayerPicture { output, units, .. } = &picture.layers[layer];
    let heading = format!("Unit {} of {output}, layer {}", unit + 1, layer + 1);
    ui.label(RichText::new(heading).text_style(strong_style()).color(palette.text_strong));
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(LARGE_MAP), Sense::hover());
    maps.paint(ui.painter(), layer, unit, rect, egui::Color32::WHITE);
    ui.set_max_width(LARGE_MAP + 60.0);
    let [low, high] = units[unit].range.map(|value| number::measured(f64::from(value)));
    let plane = match net {
        Net::Discriminator => "each place in the plane of the data".to_owned(),
        Net::Generator if picture.input.features().is_some_and(|count| count > 2) => {
            format!(
                "latents whose first two numbers span this square; the other {} are 0",
                picture.input.features().unwrap_or(2) - 2
            )
        }
        Net::Generator => "each latent in this square".to_owned(),
    };
    ui.label(format!("Its answer to {plane}: from {low} to {high}, yellow above 0 and pink below"));
}

//! The player of one step: phases follow each other, by hand or with time, and pictures change with the updates.

use super::*;
use crate::config::{LatentDistribution, LossKind, OptimizerKind, PenaltyKind};
use crate::state::PhaseKind;
use crate::trainer::{
    DiscriminatorUpdate, GeneratedBatch, GeneratorUpdate, Interpolation, KeptView, LatentRequest, LatentSamples,
    LatentView, LayerChange, PointsView, RunId, StageView, Update,
};

fn views(step: u64) -> Views {
    Views {
        run: RunId(1),
        step,
        stage: StageView::Points(Box::new(PointsView {
            real: Vec::new(),
            fake: Vec::new(),
            real_scores: Vec::new(),
            fake_scores: Vec::new(),
            latents: Vec::new(),
            opinion: None,
            descent: Vec::new(),
            field: None,
            density: None,
            warp: None,
            orbit: Vec::new(),
            trained_on: Vec::new(),
            bounds: [[-1.0; 2], [1.0; 2]],
        })),
        latent: LatentView {
            request: LatentRequest { from: 0, to: 1, place: 0.5, method: Interpolation::Slerp, frames: 2 },
            samples: LatentSamples::Points { strip: Vec::new(), current: [0.0; 2] },
            relative_norm: 1.0,
        },
        networks: None,
        tray: KeptView::default(),
    }
}

fn update() -> Update {
    let layer = |layer, gradient_norm| LayerChange { layer, gradient_norm, change_norm: 0.01 };
    Update {
        loss: 0.693,
        gradient_norm: 0.5,
        layers: vec![layer(0, 0.3), layer(1, 0.4)],
        learning_rate: 0.001,
        largest_change: 0.00123,
    }
}

/// A step with as many discriminator updates; pictures carry their number as step.
fn dissection(part: StepPart, updates: usize) -> Box<Dissection> {
    let updates = if part == StepPart::Generator { 0 } else { updates };
    let discriminator = (0..updates)
        .map(|index| DiscriminatorUpdate {
            generated: GeneratedBatch::default(),
            shares_batch: part == StepPart::Both && index + 1 == updates,
            real: Vec::new(),
            real_logits: vec![0.2; 4],
            fake_logits: vec![-0.4; 4],
            real_score: 0.55,
            fake_score: 0.41,
            penalty: Some(0.012),
            update: update(),
        })
        .collect();
    let generator = (part != StepPart::Discriminator).then(|| GeneratorUpdate {
        generated: GeneratedBatch::default(),
        fake_logits: vec![-0.5; 4],
        fake_score: 0.38,
        moved: Vec::new(),
        update: update(),
    });
    let count = updates + usize::from(generator.is_some());
    Box::new(Dissection {
        part,
        step: 7,
        batch_size: 4,
        latent_dim: 8,
        latent_distribution: LatentDistribution::Normal,
        loss: LossKind::NonSaturating,
        penalty: PenaltyKind::R1,
        tries_letters: false,
        discriminator_optimizer: OptimizerKind::Adam,
        generator_optimizer: OptimizerKind::Sgd,
        discriminator,
        generator,
        pictures: (0..=count as u64).map(views).collect(),
    })
}

fn walking(part: StepPart, updates: usize) -> Walkthrough {
    let mut player = Walkthrough::default();
    player.obey(WalkOrder::SetPart(part));
    player.obey(WalkOrder::Enter { was_running: true });
    assert_eq!(player.wanted_step(), Some(part));
    player.obey(WalkOrder::Asked);
    assert_eq!(player.wanted_step(), None);
    player.take_in(dissection(part, updates));
    player
}

/// Every phase by hand, until another step is wanted.
fn kinds(player: &mut Walkthrough) -> Vec<PhaseKind> {
    let mut kinds = Vec::new();
    while player.wanted_step().is_none() {
        kinds.extend(player.phase().map(|phase| phase.kind));
        player.obey(WalkOrder::Next);
    }
    kinds
}

#[test]
fn a_whole_step_goes_through_both_networks() {
    use PhaseKind as Kind;
    let discriminator = [
        Kind::Noise,
        Kind::Generate,
        Kind::JudgeReal,
        Kind::JudgeGenerated,
        Kind::DiscriminatorLoss,
        Kind::DiscriminatorGradients,
        Kind::DiscriminatorUpdate,
    ];
    let generator = [Kind::JudgeForGenerator, Kind::GeneratorLoss, Kind::GeneratorGradients, Kind::GeneratorUpdate];
    assert_eq!(kinds(&mut walking(StepPart::Both, 1)), [discriminator.as_slice(), &generator].concat());
    // One round of the discriminator's phases for each of its updates.
    let expected = [discriminator.as_slice(), &discriminator, &generator].concat();
    assert_eq!(kinds(&mut walking(StepPart::Both, 2)), expected);
    assert_eq!(kinds(&mut walking(StepPart::Discriminator, 1)), discriminator);
    let alone = [&[Kind::Noise, Kind::Generate], generator.as_slice()].concat();
    assert_eq!(kinds(&mut walking(StepPart::Generator, 1)), alone);
}

#[test]
fn pictures_change_in_the_phase_in_which_weights_move() {
    let mut player = walking(StepPart::Both, 2);
    let mut seen = Vec::new();
    while player.wanted_step().is_none() {
        seen.push(player.picture().unwrap().step);
        player.obey(WalkOrder::Next);
    }
    assert_eq!(seen, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3]);
}

#[test]
fn every_sentence_has_its_numbers() {
    for (part, updates) in [(StepPart::Both, 1), (StepPart::Both, 3), (StepPart::Generator, 1)] {
        let mut player = walking(part, updates);
        while player.wanted_step().is_none() {
            let sentence = player.sentence().unwrap();
            assert!(sentence.chars().any(|character| character.is_ascii_digit()), "{sentence}");
            assert!(sentence.ends_with('.') || sentence.ends_with(".)"), "{sentence}");
            player.obey(WalkOrder::Next);
        }
    }
    let mut player = walking(StepPart::Both, 1);
    let mut sentences = Vec::new();
    while player.wanted_step().is_none() {
        sentences.extend(player.sentence());
        player.obey(WalkOrder::Next);
    }
    assert_eq!(
        sentences[6],
        "With learning rate 0.001, Adam moves the discriminator's weights: none by more than 0.00123, all together by 0.014."
    );
    assert!(sentences[4].contains("0.693, 0.012 of it the penalty"), "{}", sentences[4]);
    assert!(sentences[7].contains("0.380 on average, 0.410 before"), "{}", sentences[7]);
    assert!(!sentences[9].contains("other letters"), "{}", sentences[9]);
    let mut of_texts = dissection(StepPart::Generator, 0);
    of_texts.tries_letters = true;
    let phase = StepPhase { kind: PhaseKind::GeneratorGradients, update: 0 };
    assert!(
        sentence(&of_texts, phase)
            .ends_with("So does what it says of other letters, tried one by one at a place of some of the texts.")
    );
}

#[test]
fn time_moves_it_only_while_it_plays_and_one_phase_at_a_time() {
    let mut player = walking(StepPart::Both, 1);
    player.advance(100.0);
    assert_eq!(player.phases().1, 0);
    assert_eq!(player.next_change_secs(), None);
    player.obey(WalkOrder::SetPace(2.0));
    player.obey(WalkOrder::SetPlaying(true));
    player.advance(1.5);
    assert_eq!(player.phases().1, 0);
    assert!((player.next_change_secs().unwrap() - 0.5).abs() < 1e-6);
    player.advance(0.6);
    assert_eq!(player.phases().1, 1);
    player.advance(50.0);
    assert_eq!(player.phases().1, 2, "a long wait skips nothing");
    for _ in 0..20 {
        player.advance(2.1);
    }
    assert_eq!(player.wanted_step(), Some(StepPart::Both), "at the end it asks for another step");
    player.obey(WalkOrder::Asked);
    player.take_in(dissection(StepPart::Both, 1));
    assert_eq!(player.phases().1, 0);
    assert!(player.is_playing());
}

#[test]
fn the_next_step_can_be_asked_for_at_once_and_for_one_network() {
    let mut player = walking(StepPart::Both, 1);
    player.obey(WalkOrder::SetPart(StepPart::Generator));
    player.obey(WalkOrder::NextStep);
    assert_eq!(player.wanted_step(), Some(StepPart::Generator));
}

#[test]
fn a_step_that_nobody_waits_for_is_dropped() {
    let mut player = Walkthrough::default();
    player.take_in(dissection(StepPart::Both, 1));
    assert!(!player.is_active() && player.dissection().is_none());
    let mut player = walking(StepPart::Both, 1);
    assert!(player.resumes());
    player.obey(WalkOrder::Leave);
    assert_eq!((player.phase(), player.picture()), (None, None));
    assert!(!player.is_active() && !player.is_playing());
}

#[test]
fn the_pace_and_the_part_outlast_the_walk() {
    let mut player = walking(StepPart::Discriminator, 1);
    player.obey(WalkOrder::SetPace(0.001));
    assert!((player.pace_secs() - PACE_RANGE.start()).abs() < f32::EPSILON);
    player.obey(WalkOrder::Leave);
    player.obey(WalkOrder::Enter { was_running: false });
    assert_eq!(player.part(), StepPart::Discriminator);
    assert!((player.pace_secs() - PACE_RANGE.start()).abs() < f32::EPSILON);
}

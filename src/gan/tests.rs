//! Steps of whole GANs: every preset trains, repeats itself bit for bit, and survives its model file.

use burn::tensor::Device;

use super::model_file::{Model, ModelError};
use super::{Averaging, Gan, Moment, Observer, StepControl, StepValues, Watched, train_step};
use crate::config::{
    AugmentConfig, Choice as _, LossKind, ModelConfig, NormKind, OptimizerConfig, PenaltyKind, Preset, RunConfig,
    UpsamplingKind,
};
use crate::data;

fn control(config: &RunConfig) -> StepControl {
    StepControl {
        generator_learning_rate: config.generator_optimizer.learning_rate,
        discriminator_learning_rate: config.discriminator_optimizer.learning_rate,
        penalty_weight: config.objective.penalty_weight,
        discriminator_steps: config.discriminator_steps,
        averaging: Averaging { decay: config.ema_decay },
        config: config.clone(),
    }
}

/// A preset made small enough for a test.
fn small(preset: Preset) -> RunConfig {
    let mut config = preset.config();
    config.batch_size = 8;
    for model in [&mut config.generator, &mut config.discriminator] {
        match model {
            ModelConfig::Mlp { hidden, .. } => *hidden = vec![16; 2],
            ModelConfig::Dcgan { channels, .. } | ModelConfig::ResNet { channels, .. } => *channels = 4,
            ModelConfig::Text { width, blocks, .. } => (*width, *blocks) = (8, 1),
            ModelConfig::Article => {}
        }
    }
    config
}

fn train(config: &RunConfig, steps: usize) -> (Gan, StepValues) {
    let device = Device::flex();
    let data = data::open(&config.data).unwrap();
    let mut gan = Gan::new(config, &device).unwrap();
    let mut values = StepValues::default();
    for _ in 0..steps {
        values = train_step(&mut gan, data.as_ref(), &control(config), &device).read(values);
    }
    (gan, values)
}

fn bytes(gan: &Gan, config: &RunConfig) -> Vec<u8> {
    let classes = (0..config.classes()).map(|class| class.to_string()).collect();
    Model::of(gan, config, classes, serde_json::Map::new()).to_bytes().unwrap()
}

#[test]
fn every_preset_trains_and_repeats_itself() {
    for &preset in Preset::ALL {
        let config = small(preset);
        let (gan, values) = train(&config, 2);
        assert!(values.d_loss.is_finite() && values.g_loss.is_finite(), "{preset:?}: {values:?}");
        assert!(values.d_gradient_norm > 0.0 && values.g_gradient_norm > 0.0, "{preset:?}: {values:?}");
        assert!(gan.generator.is_finite() && gan.discriminator.is_finite(), "{preset:?}");
        assert_eq!(bytes(&gan, &config), bytes(&train(&config, 2).0, &config), "{preset:?}");
        let start = Gan::new(&config, &Device::flex()).unwrap();
        for (name, before, after) in [
            ("generator", &start.generator, &gan.generator),
            ("discriminator", &start.discriminator, &gan.discriminator),
            ("generator_ema", &start.generator_ema, &gan.generator_ema),
        ] {
            assert_ne!(before.state(), after.state(), "{preset:?}: the {name} does not move");
        }
    }
}

#[test]
fn every_loss_trains_with_every_penalty_it_accepts() {
    let mut trained = 0;
    for &loss in LossKind::ALL {
        for &penalty in PenaltyKind::ALL {
            let mut config = small(Preset::Ring8);
            config.objective.loss = loss;
            config.objective.penalty = penalty;
            config.objective.penalty_weight = 0.1;
            if config.validate().is_err() {
                continue;
            }
            let (gan, values) = train(&config, 3);
            assert!(values.d_loss.is_finite() && values.g_loss.is_finite(), "{loss:?} {penalty:?}");
            if penalty == PenaltyKind::WeightClipping {
                let largest = gan.discriminator.state().iter().flat_map(|a| a.values.clone()).fold(0.0, f32::max);
                assert!(largest <= 0.1, "clipped weights reach {largest}");
            }
            trained += 1;
        }
    }
    // Five losses × (none, R1, R1 and R2), and Wasserstein × (clipping, gradient penalty, R1, R1 and R2).
    assert_eq!(trained, 19);
}

#[test]
fn trying_other_letters_changes_slopes_and_no_loss_whatever_the_loss_and_the_batch() {
    for &loss in LossKind::ALL {
        for (batch_size, instance_noise) in [(2, 0.0), (3, 0.1)] {
            let mut config = RunConfig { instance_noise, batch_size, ..small(Preset::Names) };
            config.objective.loss = loss;
            assert_eq!(config.validate(), Ok(()), "{loss:?}");
            let (with, values) = train(&config, 1);
            let (without, plain) = train(&RunConfig { local_expectation: false, ..config.clone() }, 1);
            assert_eq!(values.g_loss.to_bits(), plain.g_loss.to_bits(), "{loss:?}");
            assert_eq!(with.discriminator.state(), without.discriminator.state(), "{loss:?}");
            assert!(values.g_gradient_norm.is_finite() && with.generator.is_finite(), "{loss:?}");
            assert_ne!(with.generator.state(), without.generator.state(), "{loss:?}");
        }
    }
}

#[test]
fn augmentation_and_noise_change_where_training_goes_the_same_way_each_time() {
    let mut configs = vec![small(Preset::Faces); 5];
    configs[1].augment.color = true;
    configs[2].augment.translation = true;
    configs[3].augment.cutout = true;
    configs[4].instance_noise = 0.2;
    for (index, config) in configs.iter().enumerate() {
        assert_eq!(config.validate(), Ok(()));
        let weights = train(config, 2).0.generator.state();
        assert_eq!(weights, train(config, 2).0.generator.state(), "{index}");
        assert_eq!(weights == train(&configs[0], 2).0.generator.state(), index == 0, "{index}");
    }
}

#[test]
fn a_clipped_gradient_moves_weights_no_farther_than_its_norm() {
    let mut config = small(Preset::Ring8);
    for optimizer in [&mut config.generator_optimizer, &mut config.discriminator_optimizer] {
        *optimizer = OptimizerConfig { clip_norm: 0.01, ..OptimizerConfig::sgd(0.5) };
    }
    let start = Gan::new(&config, &Device::flex()).unwrap();
    let (gan, values) = train(&config, 1);
    assert!(values.d_gradient_norm > 0.02 && values.g_gradient_norm > 0.02, "{values:?}: nothing to clip");
    for (before, after) in [(&start.generator, &gan.generator), (&start.discriminator, &gan.discriminator)] {
        let (layers, _) = super::anatomy::distance(before, after);
        let moved = layers.iter().map(|layer| layer.norm * layer.norm).sum::<f32>().sqrt();
        assert!((moved - 0.5 * 0.01).abs() < 1e-5, "{moved}");
    }
}

#[test]
fn a_penalty_changes_where_training_goes() {
    let mut config = small(Preset::Ring8);
    let with_penalty = bytes(&train(&config, 2).0, &config);
    config.objective.penalty_weight = 0.0;
    assert_ne!(with_penalty, bytes(&train(&config, 2).0, &config));
}

#[test]
fn a_model_file_gives_back_the_same_networks() {
    for preset in [Preset::Ring8, Preset::Article, Preset::Faces] {
        let config = small(preset);
        let (gan, _) = train(&config, 1);
        let file = bytes(&gan, &config);
        let model = Model::from_bytes(&file, &Device::flex()).unwrap();
        assert_eq!(model.generator.state(), gan.generator.state());
        assert_eq!(model.generator_ema.state(), gan.generator_ema.state());
        assert_eq!(model.discriminator.state(), gan.discriminator.state());
        assert_eq!(model.to_bytes().unwrap(), file);
    }
}

#[test]
fn every_normalisation_trains_and_survives_its_model_file() {
    for &norm in NormKind::ALL {
        let mut config = small(Preset::Faces);
        for model in [&mut config.generator, &mut config.discriminator] {
            let ModelConfig::Dcgan { norm: of_model, .. } = model else { panic!("faces are of a DCGAN") };
            *of_model = norm;
        }
        let (gan, values) = train(&config, 2);
        assert!(values.d_loss.is_finite() && values.g_loss.is_finite(), "{norm:?}: {values:?}");
        let file = bytes(&gan, &config);
        let model = Model::from_bytes(&file, &Device::flex()).unwrap();
        assert_eq!(model.to_bytes().unwrap(), file, "{norm:?}");
        // Running statistics and singular vectors are part of the state: the next step is the same from the file.
        let [mut ahead, mut restored] = [gan.clone(), model.into_gan()];
        restored.generator_optimizer = gan.generator_optimizer.clone();
        restored.discriminator_optimizer = gan.discriminator_optimizer.clone();
        let data = data::open(&config.data).unwrap();
        for gan in [&mut ahead, &mut restored] {
            train_step(gan, data.as_ref(), &control(&config), &Device::flex());
        }
        assert_eq!(bytes(&ahead, &config), bytes(&restored, &config), "{norm:?}");
    }
}

#[test]
fn a_conditional_model_trains_with_every_penalty_and_survives_its_file() {
    let objectives = [
        (LossKind::Hinge, PenaltyKind::None),
        (LossKind::NonSaturating, PenaltyKind::R1),
        (LossKind::Relativistic, PenaltyKind::R1R2),
        (LossKind::Wasserstein, PenaltyKind::GradientPenalty),
    ];
    for (loss, penalty) in objectives {
        let mut config = small(Preset::Fashion);
        config.conditional = true;
        config.discriminator_steps = 2;
        (config.objective.loss, config.objective.penalty, config.objective.penalty_weight) = (loss, penalty, 0.5);
        assert_eq!(config.validate(), Ok(()));
        let (gan, values) = train(&config, 2);
        assert_eq!((gan.generator.inputs(), gan.discriminator.outputs()), (config.latent.dim + 10, 10));
        assert!(values.d_loss.is_finite() && values.g_loss.is_finite(), "{loss:?}: {values:?}");
        assert_eq!(bytes(&gan, &config), bytes(&train(&config, 2).0, &config), "{loss:?}");
        let file = bytes(&gan, &config);
        assert_eq!(Model::from_bytes(&file, &Device::flex()).unwrap().to_bytes().unwrap(), file);
    }
}

#[test]
fn names_of_classes_that_do_not_fit_are_refused() {
    let mut config = RunConfig { conditional: false, ..small(Preset::Fashion) };
    let (gan, _) = train(&config, 1);
    let read = |config: &RunConfig, classes: Vec<String>| {
        let file = Model::of(&gan, config, classes, serde_json::Map::new()).to_bytes().unwrap();
        Model::from_bytes(&file, &Device::flex()).map(|_| ())
    };
    assert!(read(&config, vec!["a".to_owned(); 256]).is_ok());
    assert!(matches!(read(&config, vec!["a".to_owned(); 257]), Err(ModelError::Classes)));
    assert!(matches!(read(&config, vec!["a".repeat(300)]), Err(ModelError::Classes)));
    config.conditional = true;
    assert!(matches!(read(&config, vec!["a".to_owned(); 3]), Err(ModelError::Contradiction(_))));
}

#[test]
fn residual_networks_and_both_ways_to_larger_maps_train_and_survive_their_files() {
    let resnet = ModelConfig::ResNet { channels: 4, blocks: 1 };
    let mut residual = small(Preset::Faces);
    (residual.generator, residual.discriminator) = (resnet.clone(), resnet);
    residual.objective = Preset::Ring8.config().objective;
    let mut smooth = small(Preset::Faces);
    let ModelConfig::Dcgan { upsampling, .. } = &mut smooth.generator else { panic!("faces are of a DCGAN") };
    *upsampling = UpsamplingKind::Nearest;
    for config in [residual, smooth] {
        assert_eq!(config.validate(), Ok(()));
        let (gan, values) = train(&config, 3);
        assert!(values.d_loss.is_finite() && values.g_loss.is_finite(), "{values:?}");
        let file = bytes(&gan, &config);
        assert_eq!(file, bytes(&train(&config, 3).0, &config));
        assert_eq!(Model::from_bytes(&file, &Device::flex()).unwrap().to_bytes().unwrap(), file);
        let norms = super::anatomy::layer_norms(&gan.generator, &{
            let mut arrays = Vec::new();
            gan.generator.clone().update(|_, array| {
                arrays.push(array.clone());
                array
            });
            arrays
        });
        let with_weights = gan.generator.architecture().layers.iter().filter(|layer| layer.parameters() > 0);
        assert_eq!(norms.len(), with_weights.count());
    }
}

#[test]
fn residual_blocks_begin_as_the_identity() {
    let mut config = small(Preset::Faces);
    config.generator = ModelConfig::ResNet { channels: 4, blocks: 1 };
    let gan = Gan::new(&config, &Device::flex()).unwrap();
    let arrays = gan.generator.state();
    let of_block = |name: &str| arrays.iter().find(|array| array.name == name).expect("the block is layer 2");
    assert!(of_block("2.4.weight").values.iter().all(|value| value.abs() < f32::MIN_POSITIVE));
    assert!(of_block("2.0.weight").values.iter().any(|value| value.abs() > 1e-3));
}

#[test]
fn a_power_iteration_moves_the_discriminators_singular_vectors_each_step() {
    let mut config = small(Preset::Faces);
    let ModelConfig::Dcgan { norm, .. } = &mut config.discriminator else { panic!("faces are of a DCGAN") };
    *norm = NormKind::Spectral;
    let start = Gan::new(&config, &Device::flex()).unwrap();
    let (gan, _) = train(&config, 1);
    let vectors = |gan: &Gan| {
        let arrays = gan.discriminator.state().into_iter();
        arrays.filter(|array| array.name.ends_with("weight_u")).map(|array| array.values).collect::<Vec<_>>()
    };
    assert_eq!(vectors(&gan).len(), 3);
    for (before, after) in vectors(&start).iter().zip(&vectors(&gan)) {
        assert!(before != after || after.len() == 1);
        assert!((after.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_spoiled_model_file_is_refused() {
    let config = small(Preset::Ring8);
    let (gan, _) = train(&config, 1);
    let good = bytes(&gan, &config);
    let read = |file: &[u8]| Model::from_bytes(file, &Device::flex()).unwrap_err();

    assert!(matches!(read(&[]), ModelError::NotSafetensors(_)));
    assert!(matches!(read(b"not a model at all, only words"), ModelError::NotSafetensors(_)));
    for length in [4, 100, good.len() / 2, good.len() - 1] {
        assert!(matches!(read(&good[..length]), ModelError::NotSafetensors(_)), "cut to {length}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert!(matches!(read(&longer), ModelError::NotSafetensors(_)));

    let mut huge_header = good.clone();
    huge_header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(read(&huge_header), ModelError::NotSafetensors(_)));

    let mut not_a_number = good.clone();
    let last = not_a_number.len() - 4;
    not_a_number[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(matches!(read(&not_a_number), ModelError::State { .. }));

    let replaced = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len(), "offsets in the file must stay");
        let at = good.windows(from.len()).position(|window| window == from.as_bytes()).expect("it is in the header");
        let mut file = good.clone();
        file[at..at + to.len()].copy_from_slice(to.as_bytes());
        file
    };
    let other_version = read(&replaced("\\\"format_version\\\":1", "\\\"format_version\\\":9"));
    assert!(matches!(other_version, ModelError::UnknownVersion(9)), "{other_version}");
    let no_description = read(&replaced("\"ganscope\"", "\"somebody\""));
    assert!(matches!(no_description, ModelError::NoDescription), "{no_description}");
    let other_shape = read(&replaced("\\\"outputs\\\":16", "\\\"outputs\\\":17"));
    assert!(matches!(other_shape, ModelError::Shape { .. }), "{other_shape}");
    let contradiction = read(&replaced("\\\"dim\\\":2", "\\\"dim\\\":9"));
    assert!(matches!(contradiction, ModelError::Contradiction(_)), "{contradiction}");
}

/// Writes down nothing but that it was there; holds on to every tensor it is shown, as a careless observer would.
#[derive(Default)]
struct Hoarder {
    tensors: Vec<burn::tensor::Tensor<1>>,
    gans: Vec<Gan>,
    moments: usize,
}

impl Observer for Hoarder {
    fn see(&mut self, moment: &Moment<'_>) {
        self.moments += 1;
        match moment {
            Moment::DiscriminatorLearned { gan, gradients } | Moment::GeneratorLearned { gan, gradients } => {
                self.tensors.extend(gradients.iter().cloned());
                self.gans.push((*gan).clone());
            }
            Moment::DiscriminatorUpdated { gan } | Moment::GeneratorUpdated { gan } => self.gans.push((*gan).clone()),
            _ => {}
        }
    }
}

#[test]
fn a_watched_step_computes_the_same_bits() {
    let device = Device::flex();
    let mut everything = small(Preset::Fashion);
    everything.conditional = true;
    everything.augment = AugmentConfig { color: true, translation: true, cutout: true };
    everything.instance_noise = 0.1;
    everything.generator_optimizer.clip_norm = 0.01;
    let configs = Preset::ALL.iter().map(|preset| small(*preset)).chain([everything]);
    for config in configs {
        let preset = config.preset.clone();
        for discriminator_steps in [1, 2] {
            let mut config = config.clone();
            config.discriminator_steps = discriminator_steps;
            let data = data::open(&config.data).unwrap();
            let control = control(&config);
            let mut plain = Gan::new(&config, &device).unwrap();
            let mut watched = plain.clone();
            for _ in 0..2 {
                let values = train_step(&mut plain, data.as_ref(), &control, &device).read(StepValues::default());
                let mut observer = Hoarder::default();
                let report = Watched {
                    gan: &mut watched,
                    data: data.as_ref(),
                    control: &control,
                    device: &device,
                    observer: &mut observer,
                }
                .step();
                assert_eq!(report.read(StepValues::default()), values, "{preset:?}");
                let of_batches = 1 + (discriminator_steps - 1);
                assert_eq!(observer.moments, of_batches + 3 * discriminator_steps + 3, "{preset:?}");
            }
            assert_eq!(bytes(&plain, &config), bytes(&watched, &config), "{preset:?}");
            assert_eq!(plain.generator_optimizer.state(), watched.generator_optimizer.state(), "{preset:?}");
            assert_eq!(plain.discriminator_optimizer.state(), watched.discriminator_optimizer.state(), "{preset:?}");
        }
    }
}

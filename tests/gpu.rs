//! The GPU side: the same first steps as the CPU, on any adapter there is; skipped loudly where there is none.

#![cfg(feature = "gpu")]

use ganscope::backend::{self, DeviceChoice, DeviceKind, Workload};
use ganscope::config::{ModelConfig, Preset, RunConfig};
use ganscope::trainer::{Begin, EventKind, MetricPoint, RunOutput, Trainer};

/// What the first step of a run measures on a device.
fn first_step(config: &RunConfig, device: DeviceChoice) -> MetricPoint {
    let trainer = Trainer::spawn(|| {});
    let output = RunOutput { steps: Some(1), ..RunOutput::default() };
    trainer.start_with(config.clone(), device, Begin::Running, output);
    let mut point = None;
    while let Some(event) = trainer.next_event() {
        match event.kind {
            EventKind::Progressed { points, .. } => point = points.first().copied(),
            EventKind::Failed { message } => panic!("{message}"),
            EventKind::Finished { .. } => break,
            _ => {}
        }
    }
    trainer.finish();
    point.unwrap_or_else(|| panic!("no step was done"))
}

fn small(preset: Preset) -> RunConfig {
    let mut config = preset.config();
    config.batch_size = 16;
    for model in [&mut config.generator, &mut config.discriminator] {
        match model {
            ModelConfig::Mlp { hidden, .. } => *hidden = vec![32; 2],
            ModelConfig::Dcgan { channels, .. } | ModelConfig::ResNet { channels, .. } => *channels = 8,
            ModelConfig::Text { width, blocks, .. } => (*width, *blocks) = (8, 1),
            ModelConfig::Article => {}
        }
    }
    config
}

#[test]
fn the_first_step_is_the_same_on_both_devices() {
    let report = match backend::open(DeviceChoice::Gpu, Workload::Large) {
        Ok((_, report)) => report,
        Err(error) => {
            println!("SKIPPED: {error}");
            return;
        }
    };
    // A software rasteriser compiles kernels for minutes; one preset shows what it has to.
    let is_software = report.note.is_some();
    let presets: &[Preset] =
        if is_software { &[Preset::Ring8] } else { &[Preset::Ring8, Preset::Article, Preset::Faces] };
    for &preset in presets {
        let config = small(preset);
        let (cpu, gpu) = (first_step(&config, DeviceChoice::Cpu), first_step(&config, DeviceChoice::Gpu));
        for (name, on_cpu, on_gpu) in [
            ("discriminator's loss", cpu.d_loss, gpu.d_loss),
            ("generator's loss", cpu.g_loss, gpu.g_loss),
            ("score of real samples", cpu.d_real, gpu.d_real),
            ("score of generated samples", cpu.d_fake, gpu.d_fake),
        ] {
            assert!((on_cpu - on_gpu).abs() < 1e-3, "{preset:?}: {name} is {on_cpu} on the CPU, {on_gpu} on the GPU");
        }
    }
}

#[test]
fn auto_never_fails_and_says_why_it_is_not_a_gpu() {
    let (_, report) = backend::open(DeviceChoice::Auto, Workload::Large).expect("auto always finds a device");
    match report.kind {
        DeviceKind::Gpu => println!("computing on {}", report.name),
        DeviceKind::Cpu => assert!(report.note.is_some_and(|note| note.contains("CPU")), "a fallback says why"),
    }
}

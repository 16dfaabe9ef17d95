//! Another program reads the model file: a PyTorch rebuild of the generator makes the same samples.
//!
//! Skipped, with a printed line, where Python, PyTorch or safetensors are missing.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use support::{finish, ganscope, newest_model};

/// Largest difference between two samples, in the data's own units.
const TOLERANCE: &str = "1e-4";

#[test]
fn pytorch_rebuilds_the_generator_from_the_file_alone() {
    let has_peers = Command::new("python3")
        .args(["-c", "import numpy, safetensors, torch"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !has_peers {
        println!("SKIPPED: python3 with numpy, safetensors and torch is not here, so no peer reads the model file");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/rebuild_generator.py");
    let resnet = r#"generator={"resnet":{"channels":8,"blocks":1}}"#;
    let cases: [(&str, usize, &str, &str); 11] = [
        ("ring8", 2, "2", "seed=1"),
        ("fashion", 64, "2", "seed=1"),
        ("article", 100, "1", "seed=1"),
        ("faces", 64, "1", "seed=1"),
        ("fashion", 64, "2", "generator.dcgan.norm=spectral"),
        ("faces", 64, "2", "generator.dcgan.norm=instance"),
        ("fashion", 64, "2", "generator.dcgan.upsampling=nearest"),
        ("fashion", 64, "2", "conditional=true"),
        ("faces", 64, "2", resnet),
        ("names", 64, "2", "seed=1"),
        ("words", 64, "1", "gumbel_temperature=0.7"),
    ];
    for (preset, latent_dim, steps, setting) in cases {
        let folder = tempfile::tempdir().unwrap();
        let run = ["train", "--preset", preset, "--steps", steps, "--set", setting, "--device", "cpu", "--out", "run"];
        ganscope(folder.path(), &run).expect_success();
        let mut random = ganscope::random::Random::new(5, ganscope::random::Stream::Sampling, 0);
        let latents: Vec<f32> = (0..16 * latent_dim).map(|_| random.normal()).collect();
        ganscope::export::write_npy(folder.path().join("latents.npy"), &latents, &[16, latent_dim]).unwrap();
        let model = newest_model(&folder.path().join("run"));
        for (network, more) in [("generator_ema", &[][..]), ("generator", &["--raw"][..])] {
            let sample = ["sample", "run", "--latents", "latents.npy", "--out", "samples.npy"];
            ganscope(folder.path(), &[&sample[..], more].concat()).expect_success();
            let peer = Command::new("python3")
                .arg(&script)
                .args(["--model".as_ref(), model.as_os_str()])
                .args(["--network", network, "--latents", "latents.npy", "--samples", "samples.npy"])
                .args(["--tolerance", TOLERANCE])
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let said = finish(peer).expect_success();
            println!("{preset}, {setting}: {}", said.stdout.trim());
        }
    }
}

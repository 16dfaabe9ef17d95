//! `ganscope presets`, `devices` and `info`: what there is.

use serde_json::json;

use super::args::{InfoArgs, ListArgs};
use super::print_line;
use crate::backend;
use crate::config::{ARTICLE_CORRECTIONS, Architecture, Choice as _, LayerSpec, Preset, TensorShape};
use crate::trainer::{find_model_file, read_model_info};

/// Lists the presets.
pub(super) fn presets(args: &ListArgs) -> anyhow::Result<()> {
    for &preset in Preset::ALL {
        let corrections: &[&str] = if preset == Preset::Article { &ARTICLE_CORRECTIONS } else { &[] };
        if args.json {
            let config = serde_json::to_value(preset.config())?;
            let line = json!({
                "name": preset.key(), "label": preset.label(), "description": preset.tooltip(),
                "corrections": corrections, "config": config,
            });
            print_line(&line.to_string())?;
        } else {
            print_line(&format!("{:10} {}", preset.key(), preset.tooltip()))?;
            for correction in corrections {
                print_line(&format!("{:12} {correction}", "-"))?;
            }
        }
    }
    Ok(())
}

/// Lists what this machine can compute on.
pub(super) fn devices(args: &ListArgs) -> anyhow::Result<()> {
    for device in backend::list() {
        if args.json {
            print_line(&serde_json::to_string(&device)?)?;
        } else {
            let note = device.note.map(|note| format!("   {note}")).unwrap_or_default();
            print_line(&format!("{}{note}", device.name))?;
        }
    }
    Ok(())
}

/// Describes a model file or run folder.
pub(super) fn info(args: &InfoArgs) -> anyhow::Result<()> {
    let file = find_model_file(&args.file)?;
    let info = read_model_info(&file)?;
    if args.json {
        return print_line(&serde_json::to_string(&info)?);
    }
    print_line(&format!("{}", file.display()))?;
    print_line(&format!("preset {}, data {}, step {}", info.config.preset, info.data.kind.label(), info.step))?;
    print_line(&format!("latent {} numbers, {}", info.latent.dim, info.latent.distribution.label().to_lowercase()))?;
    let (features, classes) = (info.sample_shape.features(), info.config.classes());
    if classes > 0 {
        print_line(&format!("told of {classes} classes: {}", info.classes.join(", ")))?;
    }
    print_layers("generator", &info.architecture.generator, info.latent.dim + classes, features)?;
    print_layers("discriminator", &info.architecture.discriminator, features, classes.max(1))
}

fn print_layers(network: &str, layers: &[LayerSpec], inputs: usize, outputs: usize) -> anyhow::Result<()> {
    let architecture = Architecture::new(TensorShape::Flat(inputs), layers.to_vec(), TensorShape::Flat(outputs))?;
    print_line(&format!("{network}: {} parameters", architecture.parameters()))?;
    for (index, layer) in architecture.summary().into_iter().enumerate() {
        print_line(&format!(
            "  {index:2}  {:16} {:>12} {:>10}",
            layer.name,
            layer.output.to_string(),
            layer.parameters
        ))?;
    }
    Ok(())
}

//! `ganscope eval`: measures of a trained model, each beside its floor or ceiling.

use anyhow::{Context as _, bail};
use serde_json::json;

use super::args::EvalArgs;
use super::{UsageError, open_device, print_line, source};
use crate::backend::DeviceChoice;
use crate::config::Domain;
use crate::data;
use crate::gan::metrics::{Histogram, Mmd, SlicedWasserstein, high_quality_ceiling, mode_coverage, reverse_kl_floor};
use crate::gan::{latent, probe};
use crate::random::{Random, Stream};
use crate::trainer::read_model;

/// Fewest and most samples of points: fewer say little, more take quadratic time.
const COUNT_RANGE: std::ops::RangeInclusive<usize> = 100..=20_000;

/// Measures as the command line says.
pub(super) fn run(args: &EvalArgs) -> anyhow::Result<()> {
    if !COUNT_RANGE.contains(&args.count) {
        return Err(UsageError("--count must be from 100 to 20000".to_owned()).into());
    }
    let device = open_device(DeviceChoice::Cpu)?;
    let model = read_model(&args.model, &device)?;
    let source = match &args.data {
        Some(text) => source::choose(text, &model.info.data)?,
        None => model.info.data.clone(),
    };
    let shape = source.shape();
    if shape != model.info.sample_shape {
        bail!("the model makes {}, and the data holds {}: {}", model.info.sample_shape, shape, args.model.display());
    }
    if shape.domain() != Domain::Points {
        bail!("this version measures points only, and the model makes {}: {}", shape, args.model.display());
    }
    let data = data::open(&source)?;
    let generator = if args.raw { &model.generator } else { &model.generator_ema };
    let latents = latent::draw(&model.info.latent, args.count, &mut Random::new(args.seed, Stream::Evaluation, 0));
    let fake = probe::generate(generator, &latents, model.info.latent.dim, &device)
        .context("the samples could not be computed")?;
    let fake = fake.as_chunks::<2>().0;
    let [real, other_real] = data.evaluation_pair(args.count, args.seed);
    let (real, other_real) = (real.as_chunks::<2>().0, other_real.as_chunks::<2>().0);
    if real.len() < 2 {
        bail!("the data holds too few points to measure against, there must be 4 at least");
    }

    let mut measures = serde_json::Map::new();
    measures.insert("step".to_owned(), model.info.step.into());
    measures.insert("samples".to_owned(), args.count.into());
    if let Some(modes) = data.modes() {
        let coverage = mode_coverage(fake, modes);
        let of_modes = json!({
            "modes_covered": coverage.modes_covered,
            "modes_total": coverage.modes_total,
            "modes_covered_floor": coverage.modes_total,
            "high_quality_fraction": coverage.high_quality_fraction,
            "high_quality_fraction_floor": high_quality_ceiling(),
            "reverse_kl": coverage.reverse_kl,
            "reverse_kl_floor": reverse_kl_floor(coverage.modes_total, args.count),
        });
        if let serde_json::Value::Object(of_modes) = of_modes {
            measures.extend(of_modes);
        }
    }
    let (mmd, slices, density) = (Mmd::new(real), SlicedWasserstein::new(real), Histogram::new(real, data.bounds()));
    for (name, value, floor) in [
        ("mmd", mmd.squared(fake), mmd.squared(other_real)),
        ("sliced_wasserstein", slices.distance(fake), slices.distance(other_real)),
        ("js_divergence", density.divergence(fake), density.divergence(other_real)),
    ] {
        measures.insert(name.to_owned(), value.into());
        measures.insert(format!("{name}_floor"), floor.into());
    }

    if args.json {
        return print_line(&serde_json::Value::Object(measures).to_string());
    }
    print_table(&measures)
}

/// One line a measure, its floor (what a perfect sampler scores) beside it.
fn print_table(measures: &serde_json::Map<String, serde_json::Value>) -> anyhow::Result<()> {
    for (name, value) in measures {
        if name.ends_with("_floor") {
            continue;
        }
        let floor = measures.get(&format!("{name}_floor"));
        let floor = floor.map(|floor| format!("   (a perfect sampler: {floor:.4})")).unwrap_or_default();
        print_line(&format!("{name:24} {value:.4}{floor}"))?;
    }
    Ok(())
}

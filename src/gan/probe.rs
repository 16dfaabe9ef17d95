//! Looking at networks without changing them: samples, scores, and the discriminator's opinion of a plane. Plain numbers
//! in and out.

use burn::tensor::{Device, ExecutionError, Tensor, TensorData, activation};

use super::{Network, cpu};

/// Most samples passed through a network at once, so that large requests need little memory.
const CHUNK: usize = 512;

/// Samples of a generator.
///
/// # Shapes
/// Latents `[count, latent_dim]` to samples `[count, features]`, flat and row-major.
///
/// # Errors
/// A device that fails to compute.
pub fn generate(
    generator: &Network,
    latents: &[f32],
    latent_dim: usize,
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    in_chunks(latents, latent_dim, device, |chunk| generator.infer(chunk))
}

/// Logits of a discriminator.
///
/// # Shapes
/// Samples `[count, features]`, flat and row-major, to `[count]`.
///
/// # Errors
/// A device that fails to compute.
pub fn logits(
    discriminator: &Network,
    samples: &[f32],
    features: usize,
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    in_chunks(samples, features, device, |chunk| discriminator.infer(chunk))
}

/// The sigmoid of each logit.
///
/// # Errors
/// A device that fails to compute.
pub fn probabilities(logits: &[f32], device: &Device) -> Result<Vec<f32>, ExecutionError> {
    in_chunks(logits, 1, device, activation::sigmoid)
}

/// Centres of a `side × side` grid over the square between two corners, row by row from the least y.
pub fn grid([[left, bottom], [right, top]]: [[f32; 2]; 2], side: usize) -> Vec<f32> {
    let place = |index: usize| (index as f32 + 0.5) / side as f32;
    let mut points = Vec::with_capacity(2 * side * side);
    for row in 0..side {
        for column in 0..side {
            points.push(left + (right - left) * place(column));
            points.push(bottom + (top - bottom) * place(row));
        }
    }
    points
}

fn in_chunks(
    rows: &[f32],
    width: usize,
    device: &Device,
    pass: impl Fn(Tensor<2>) -> Tensor<2> + Sync,
) -> Result<Vec<f32>, ExecutionError> {
    cpu::inside_pool_of(device, || {
        let mut results = Vec::new();
        for chunk in rows.chunks(CHUNK * width) {
            let input = Tensor::from_data(TensorData::new(chunk.to_vec(), [chunk.len() / width, width]), device);
            results.extend(pass(input).try_into_data()?.iter::<f32>());
        }
        Ok(results)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_runs_from_the_least_corner_along_x() {
        let points = grid([[0.0, 0.0], [4.0, 2.0]], 2);
        assert_eq!(points, [1.0, 0.5, 3.0, 0.5, 1.0, 1.5, 3.0, 1.5]);
    }
}

//! The transforms of minimal filtering: `F(4, 2)` with the points 0, 1, -1, 2 and ∞, and `F(4, 3)` with -2 besides.

/// Outputs along a side of a tile.
pub(super) const OUT: usize = 4;

/// One-dimensional filtering `y = Aᵀ [(G g) ∘ (Bᵀ d)]`: four outputs from `IN` inputs and `TAPS` weights.
pub(super) trait Filtering<const IN: usize, const TAPS: usize>: Copy + Send + Sync {
    /// `Bᵀ d`.
    fn input(d: [f32; IN]) -> [f32; IN];
    /// `B v`.
    fn input_adjoint(v: [f32; IN]) -> [f32; IN];
    /// `G g`.
    fn weight(g: [f32; TAPS]) -> [f32; IN];
    /// `Gᵀ v`.
    fn weight_adjoint(v: [f32; IN]) -> [f32; TAPS];
    /// `Aᵀ m`.
    fn output(m: [f32; IN]) -> [f32; OUT];
    /// `A y`.
    fn output_adjoint(y: [f32; OUT]) -> [f32; IN];
}

/// `F(4, 2)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoTaps;

impl Filtering<5, 2> for TwoTaps {
    #[inline(always)]
    fn input([a, b, c, d, e]: [f32; 5]) -> [f32; 5] {
        [2.0 * (a - c) + (d - b), d - c - 2.0 * b, d - 3.0 * c + 2.0 * b, d - b, 2.0 * (b - d) + (e - c)]
    }

    #[inline(always)]
    fn input_adjoint([a, b, c, d, e]: [f32; 5]) -> [f32; 5] {
        [2.0 * a, 2.0 * (c - b + e) - a - d, -2.0 * a - b - 3.0 * c - e, a + b + c + d - 2.0 * e, e]
    }

    #[inline(always)]
    fn weight([a, b]: [f32; 2]) -> [f32; 5] {
        [0.5 * a, -0.5 * (a + b), (b - a) / 6.0, a / 6.0 + b / 3.0, b]
    }

    #[inline(always)]
    fn weight_adjoint([a, b, c, d, e]: [f32; 5]) -> [f32; 2] {
        [0.5 * (a - b) + (d - c) / 6.0, c / 6.0 - 0.5 * b + d / 3.0 + e]
    }

    #[inline(always)]
    fn output([a, b, c, d, e]: [f32; 5]) -> [f32; OUT] {
        [a + b + c + d, b - c + 2.0 * d, b + c + 4.0 * d, b - c + 8.0 * d + e]
    }

    #[inline(always)]
    fn output_adjoint([a, b, c, d]: [f32; OUT]) -> [f32; 5] {
        let (even, odd) = (a + c, b + d);
        [a, even + odd, even - odd, a + 2.0 * b + 4.0 * c + 8.0 * d, d]
    }
}

/// `F(4, 3)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct ThreeTaps;

impl Filtering<6, 3> for ThreeTaps {
    #[inline(always)]
    fn input([a, b, c, d, e, f]: [f32; 6]) -> [f32; 6] {
        let (even, odd) = (e - 4.0 * c, d - 4.0 * b);
        let (near, far) = (e - c, 2.0 * (d - b));
        [4.0 * a - 5.0 * c + e, even + odd, even - odd, near + far, near - far, 4.0 * b - 5.0 * d + f]
    }

    #[inline(always)]
    fn input_adjoint([a, b, c, d, e, f]: [f32; 6]) -> [f32; 6] {
        let (sum, difference) = (b + c, b - c);
        let (far_sum, far_difference) = (d + e, d - e);
        [
            4.0 * a,
            4.0 * (f - difference) - 2.0 * far_difference,
            -5.0 * a - 4.0 * sum - far_sum,
            difference + 2.0 * far_difference - 5.0 * f,
            a + sum + far_sum,
            f,
        ]
    }

    #[inline(always)]
    fn weight([a, b, c]: [f32; 3]) -> [f32; 6] {
        let even = a + c;
        let far = a / 24.0 + c / 6.0;
        [a / 4.0, (even + b) / -6.0, (b - even) / 6.0, far + b / 12.0, far - b / 12.0, c]
    }

    #[inline(always)]
    fn weight_adjoint([a, b, c, d, e, f]: [f32; 6]) -> [f32; 3] {
        let (sum, far_sum) = (b + c, d + e);
        [a / 4.0 - sum / 6.0 + far_sum / 24.0, (c - b) / 6.0 + (d - e) / 12.0, (far_sum - sum) / 6.0 + f]
    }

    #[inline(always)]
    fn output([a, b, c, d, e, f]: [f32; 6]) -> [f32; OUT] {
        let (sum, difference) = (b + c, b - c);
        let (far_sum, far_difference) = (d + e, d - e);
        [
            a + sum + far_sum,
            difference + 2.0 * far_difference,
            sum + 4.0 * far_sum,
            difference + 8.0 * far_difference + f,
        ]
    }

    #[inline(always)]
    fn output_adjoint([a, b, c, d]: [f32; OUT]) -> [f32; 6] {
        let (even, odd) = (a + c, b + d);
        let (far_even, far_odd) = (a + 4.0 * c, 2.0 * b + 8.0 * d);
        [a, even + odd, even - odd, far_even + far_odd, far_even - far_odd, d]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four outputs by hand, and each adjoint against the transform that it is of: `⟨T x, y⟩ = ⟨x, Tᵀ y⟩`.
    fn check<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>() {
        let numbers = |seed: usize| move |index: usize| ((seed * 7 + index * 13) % 11) as f32 - 5.0;
        let (inputs, weights): ([f32; IN], [f32; TAPS]) =
            (std::array::from_fn(numbers(1)), std::array::from_fn(numbers(2)));
        let (transformed, kernel) = (F::input(inputs), F::weight(weights));
        let product: [f32; IN] = std::array::from_fn(|index| transformed[index] * kernel[index]);
        for (place, output) in F::output(product).into_iter().enumerate() {
            let direct: f32 = (0..TAPS).map(|tap| inputs[place + tap] * weights[tap]).sum();
            assert!((output - direct).abs() < 1e-4, "{output} is not {direct}");
        }
        let dot = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let (wide, outputs): ([f32; IN], [f32; OUT]) =
            (std::array::from_fn(numbers(3)), std::array::from_fn(numbers(4)));
        for (there, back) in [
            (dot(&F::input(inputs), &wide), dot(&inputs, &F::input_adjoint(wide))),
            (dot(&F::weight(weights), &wide), dot(&weights, &F::weight_adjoint(wide))),
            (dot(&F::output(wide), &outputs), dot(&wide, &F::output_adjoint(outputs))),
        ] {
            assert!((there - back).abs() < 1e-3, "{there} is not {back}");
        }
    }

    #[test]
    fn filters_are_direct_sums_and_adjoints_are_adjoint() {
        check::<TwoTaps, 5, 2>();
        check::<ThreeTaps, 6, 3>();
    }
}

//! Whether one way of learning is better than another: the mean of differences that belong together in pairs, how far chance may
//! have moved it, and what may be said.
//!
//! Chance is at work twice where several learners are tested with the same samples: in which learners there were, and in which samples.
//! The variance of the mean over both is `σ²(learners) / K + σ²(samples) / n + σ²(both) / (K n)` (Searle and others,
//! "Variance Components", 1992, chapter 4). The variance of the K means of learners, over K, estimates the first and the last part;
//! that of the n means of samples, over n, the second and the last. Their sum counts the last twice and so errs on the safe side.
//!
//! Student, "The probable error of a mean", Biometrika 6 (1908). The distribution function is that of Abramowitz and Stegun,
//! "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.

use serde::{Deserialize, Serialize};

/// Share of experiments whose interval holds the true mean.
const CONFIDENCE: f64 = 0.95;

/// The most degrees of freedom that a quantile is computed for; that of more is smaller by about a thousandth.
const MAX_DEGREES: usize = 1_000;

/// A mean, and how far from it the true one may be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean of the values; 0 where there are none.
    pub mean: f64,
    /// Half the width of the 95 % interval around it: `t · s / √n`, where `t` is the quantile of Student's distribution with `n - 1`
    /// degrees of freedom and `s` the standard deviation; of values that are themselves means over samples, the root of the sum of
    /// the squares of that and of the same of the samples. `None` for fewer than two values.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// The mean of values and its interval.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count.max(1.0);
        if values.len() < 2 {
            return Self { mean, half_width: None };
        }
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let quantile = student_quantile((values.len() - 1).min(MAX_DEGREES));
        Self { mean, half_width: Some(quantile * (variance / count).sqrt()) }
    }

    /// The mean of a table of values, one for each learner and test sample, from its means over samples and over learners, and an
    /// interval for other learners and other test samples.
    pub fn of_table(by_learner: &[f64], by_sample: &[f64]) -> Self {
        let Self { mean, half_width } = Self::of(by_learner);
        let of_samples = Self::of(by_sample).half_width;
        Self { mean, half_width: half_width.map(|half_width| half_width.hypot(of_samples.unwrap_or_default())) }
    }

    /// Of shares in percent: the mean and its interval in words, such as `71.2 ± 0.8 %`.
    pub fn percent(self) -> String {
        let Self { mean, half_width } = self;
        match half_width {
            Some(half_width) => format!("{mean:.1} ± {half_width:.1} %"),
            None => format!("{mean:.1} %"),
        }
    }
}

/// What an interval carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HelpVerdict {
    /// All of the interval is above 0.
    Helped,
    /// The interval holds 0.
    NoMeasurableHelp,
    /// All of the interval is below 0.
    Worse,
    /// There are too few values to say anything: fewer than two, or all the same though not 0, which shows no chance at work.
    NotKnown,
}

impl HelpVerdict {
    /// What the estimate of a difference carries.
    pub fn of(difference: Estimate) -> Self {
        let Estimate { mean, half_width } = difference;
        // Differences that are equal but for rounding.
        const EQUAL: f64 = 1e-9;
        match half_width {
            Some(half_width) if half_width < EQUAL && mean.abs() < EQUAL => Self::NoMeasurableHelp,
            Some(half_width) if half_width >= EQUAL => {
                if mean - half_width > 0.0 {
                    Self::Helped
                } else if mean + half_width < 0.0 {
                    Self::Worse
                } else {
                    Self::NoMeasurableHelp
                }
            }
            _ => Self::NotKnown,
        }
    }

    /// The verdict in words, with its numbers in percentage points.
    pub fn words(self, difference: Estimate) -> String {
        let Estimate { mean, half_width } = difference;
        let half_width = half_width.unwrap_or_default();
        // A second place where one alone would say that the interval touches zero.
        let decimals = if (mean.abs() - half_width).abs() < 0.1 && self != Self::NoMeasurableHelp { 2 } else { 1 };
        let points = format!("{:.decimals$} ± {half_width:.decimals$} points", mean.abs());
        match self {
            Self::Helped => format!("helped by {points}"),
            Self::Worse => format!("made it worse by {points}"),
            Self::NoMeasurableHelp => format!("no measurable help ({mean:+.1} ± {half_width:.1} points)"),
            Self::NotKnown => "not known: it takes two seeds or more that differ".to_owned(),
        }
    }
}

/// The number that a variable of Student's distribution exceeds in magnitude in one of twenty cases.
fn student_quantile(degrees: usize) -> f64 {
    // Between 1.96 (many degrees) and 12.7 (one).
    let (mut low, mut high) = (1.0, 16.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if share_within(middle, degrees) < CONFIDENCE { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The probability that a variable of Student's distribution lies between `-t` and `t`.
fn share_within(t: f64, degrees: usize) -> f64 {
    let angle = (t / (degrees as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = degrees % 2 == 1;
    // 1 + ½ cos² + (1·3)/(2·4) cos⁴ + …, or cos + ⅔ cos³ + (2·4)/(3·5) cos⁵ + …, up to the power `degrees - 2`.
    let (mut term, mut sum, mut power) = if is_odd { (cosine, 0.0, 1) } else { (1.0, 0.0, 0) };
    while power + 2 <= degrees {
        sum += term;
        power += 2;
        term *= cosine * cosine * (power - 1) as f64 / power as f64;
    }
    if is_odd { std::f64::consts::FRAC_2_PI * (angle + sine * sum) } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Abramowitz and Stegun, table 26.10, two-sided 0.05.
        let table = [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228)];
        for (degrees, expected) in table.into_iter().chain([(30, 2.042), (60, 2.000), (120, 1.980)]) {
            let found = student_quantile(degrees);
            assert!((found - expected).abs() < 6e-4, "{degrees}: {found} is not {expected}");
        }
    }

    #[test]
    fn an_interval_worked_by_hand() {
        // Mean 2; squared deviations 1 + 0 + 1 over 2 give a variance of 1; 4.3027 / √3 = 2.4842.
        let Estimate { mean, half_width } = Estimate::of(&[1.0, 2.0, 3.0]);
        assert!((mean - 2.0).abs() < 1e-12 && (half_width.unwrap() - 2.484_1).abs() < 2e-4, "{half_width:?}");
        // Five differences: mean 1.8, variance (0.64 + 0.04 + 0 + 0.04 + 0.64) / 4 = 0.34; 2.7764 · √(0.34 / 5) = 0.7240.
        let five = Estimate::of(&[1.0, 1.6, 1.8, 2.0, 2.6]);
        assert!((five.mean - 1.8).abs() < 1e-12 && (five.half_width.unwrap() - 0.724_0).abs() < 2e-4, "{five:?}");
        assert_eq!(HelpVerdict::of(five), HelpVerdict::Helped);
        let wide = Estimate { mean: 71.25, half_width: Some(0.84) };
        assert_eq!(wide.percent(), "71.2 ± 0.8 %");
        assert_eq!(Estimate { half_width: None, ..wide }.percent(), "71.2 %");
        assert_eq!(HelpVerdict::of(five).words(five), "helped by 1.8 ± 0.7 points");
    }

    #[test]
    fn only_what_the_interval_carries_is_said() {
        let verdict = |values: &[f64]| {
            let estimate = Estimate::of(values);
            (HelpVerdict::of(estimate), HelpVerdict::of(estimate).words(estimate))
        };
        assert_eq!(verdict(&[1.0, 2.0, 3.0]).0, HelpVerdict::NoMeasurableHelp, "2 ± 2.5 holds 0");
        assert_eq!(verdict(&[1.0, 2.0, 3.0]).1, "no measurable help (+2.0 ± 2.5 points)");
        assert_eq!(verdict(&[-1.0, -1.6, -1.8, -2.0, -2.6]).1, "made it worse by 1.8 ± 0.7 points");
        // Mean 0.4, variance 0.4 / 4; 2.7764 · √(0.1 / 5) = 0.3926.
        assert_eq!(verdict(&[0.3, 0.7, -0.1, 0.6, 0.5]).1, "helped by 0.40 ± 0.39 points", "0.4 ± 0.4 says too little");
        assert_eq!(verdict(&[0.0; 4]).0, HelpVerdict::NoMeasurableHelp);
        for unknown in [&[][..], &[40.0], &[0.3; 5]] {
            assert_eq!(verdict(unknown).0, HelpVerdict::NotKnown, "{unknown:?}");
        }
    }

    #[test]
    fn an_interval_of_a_table_holds_the_chance_of_both_its_sides() {
        // Mean 2 and 2.4842 as above; of samples 0 and 4 the variance is 8: 12.706 · √(8 / 2) = 25.412.
        let Estimate { mean, half_width } = Estimate::of_table(&[1.0, 2.0, 3.0], &[0.0, 4.0]);
        assert!((mean - 2.0).abs() < 1e-12 && (half_width.unwrap() - 25.533).abs() < 2e-3, "{half_width:?}");
        assert_eq!(Estimate::of_table(&[2.0], &[0.0, 4.0]).half_width, None);
        assert_eq!(Estimate::of_table(&[1.0, 2.0, 3.0], &[]), Estimate::of(&[1.0, 2.0, 3.0]));
    }

    /// Two learners that are equally good, each at samples of its own, are tested by five seeds with the same few samples. Over seeds
    /// alone, one would be better than the other every third time.
    #[test]
    fn chance_of_the_test_samples_alone_rarely_helps() {
        let mut random = crate::random::Random::new(6, crate::random::Stream::Evaluation, 0);
        const SAMPLES: usize = 60;
        let (mut claims, mut claims_of_seeds) = (0, 0);
        for _ in 0..1_000 {
            let skills: Vec<[f32; 2]> = (0..SAMPLES).map(|_| [random.uniform(), random.uniform()]).collect();
            let mut table = vec![[0.0; SAMPLES]; 5];
            for row in &mut table {
                for (value, skill) in row.iter_mut().zip(&skills) {
                    let [first, second] =
                        skill.map(|skill| f64::from(u8::from(random.uniform() < skill * skill.sqrt() + 0.3)));
                    *value = 100.0 * (first - second);
                }
            }
            let by_learner: Vec<f64> = table.iter().map(|row| row.iter().sum::<f64>() / SAMPLES as f64).collect();
            let by_sample: Vec<f64> =
                (0..SAMPLES).map(|sample| table.iter().map(|row| row[sample]).sum::<f64>() / 5.0).collect();
            let claims_anything =
                |estimate: Estimate| usize::from(HelpVerdict::of(estimate) != HelpVerdict::NoMeasurableHelp);
            claims += claims_anything(Estimate::of_table(&by_learner, &by_sample));
            claims_of_seeds += claims_anything(Estimate::of(&by_learner));
        }
        // 50 and three standard errors of 7.
        assert!(claims <= 71 && claims_of_seeds > 150, "{claims} and {claims_of_seeds} of 1,000");
    }

    /// Of experiments in which nothing helps, at most about one in twenty may claim anything.
    #[test]
    fn chance_alone_rarely_helps() {
        let mut random = crate::random::Random::new(5, crate::random::Stream::Evaluation, 0);
        let claims = (0..4_000)
            .filter(|_| {
                let values: Vec<f64> = (0..5).map(|_| f64::from(random.normal())).collect();
                HelpVerdict::of(Estimate::of(&values)) != HelpVerdict::NoMeasurableHelp
            })
            .count();
        // Five standard errors of a count of 200.
        assert!(claims.abs_diff(200) < 69, "{claims} of 4000");
    }
}

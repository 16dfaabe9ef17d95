//! Which plots there are, and what each shows.

use eframe::egui::Color32;

use crate::state::Metric;
use crate::trainer::{ImagesQuality, TextsQuality};
use crate::ui::theme::{Palette, Role, Shade};

/// One curve of a plot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    pub(super) metric: Metric,
    /// Whose colour it has.
    role: Role,
    shade: Shade,
    pub(super) name: &'static str,
}

impl Series {
    const fn new(metric: Metric, role: Role, name: &'static str) -> Self {
        Self { metric, role, shade: Shade::Plain, name }
    }

    const fn shaded(self, shade: Shade) -> Self {
        Self { shade, ..self }
    }

    pub(super) fn color(&self, palette: &Palette) -> Color32 {
        palette.shade(self.role, self.shade)
    }
}

/// One of the plots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// Losses of both networks.
    Losses,
    /// Mean scores of real and generated samples.
    Scores,
    /// Gradient norms of both networks.
    Gradients,
    /// How good generated points are.
    Quality,
    /// Scores of real samples that were seen, and of others.
    Overfitting,
    /// How far generated pictures are from real ones.
    Kid,
    /// How generated and real pictures lie among each other.
    PrecisionRecall,
    /// How far pieces of generated texts are from those of real ones.
    Ngrams,
}

impl PlotKind {
    /// Every plot, from above to below.
    pub const ALL: [Self; 8] = [
        Self::Losses,
        Self::Scores,
        Self::Gradients,
        Self::Quality,
        Self::Overfitting,
        Self::Kid,
        Self::PrecisionRecall,
        Self::Ngrams,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Losses => "Losses",
            Self::Scores => "Scores",
            Self::Gradients => "Gradients",
            Self::Quality => "Quality",
            Self::Overfitting => "Overfitting",
            Self::Kid => "Kernel distance",
            Self::PrecisionRecall => "Precision · recall",
            Self::Ngrams => "JS",
        }
    }

    /// Its heading where there is little room.
    pub(super) fn short_title(self) -> &'static str {
        match self {
            Self::PrecisionRecall => "Overlap",
            kind => kind.title(),
        }
    }

    /// What it says about training.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Losses => {
                "What each network tries to make small. In a game neither falls for ever: a steady balance is health"
            }
            Self::Scores => {
                "What the discriminator makes of real and generated samples. The closer the curves, the better the fakes"
            }
            Self::Gradients => {
                "How strongly each network is pulled. Near zero means nothing left to learn from; spikes mean trouble"
            }
            Self::Quality => {
                "How good the generated points are: the share that lies within a cluster should rise, and the divergence of \
                 their density from the real one should fall"
            }
            Self::Overfitting => {
                "What the discriminator makes of real samples that training draws from, and of others that it never sees. Apart, \
                 it knows its own by heart; together, it has learned what real is"
            }
            Self::Kid => {
                "How different the features of generated and real pictures are, as kernel distance (KID). It should fall to the \
                 dashed line, which is what other real pictures score"
            }
            Self::PrecisionRecall => {
                "Precision: the share of generated pictures that lie among real ones. Recall: the share of real pictures that lie \
                 among generated ones; coverage: the share with a generated one close by. All should rise to their dashed lines, \
                 which are what other real pictures score"
            }
            Self::Ngrams => {
                "How differently pieces of one to four characters come in generated and in training texts, as Jensen–Shannon \
                 divergence in bits: 0 is equal, 1 has nothing in common. Each should fall to its dashed line, which is what as \
                 many texts score that training never saw"
            }
        }
    }

    /// The word used in file names.
    pub fn key(self) -> &'static str {
        match self {
            Self::Losses => "losses",
            Self::Scores => "scores",
            Self::Gradients => "gradients",
            Self::Quality => "quality",
            Self::Overfitting => "overfitting",
            Self::Kid => "kid",
            Self::PrecisionRecall => "precision-recall",
            Self::Ngrams => "ngrams",
        }
    }

    /// What it shows.
    pub fn metrics(self) -> Vec<Metric> {
        self.series().iter().map(|series| series.metric).collect()
    }

    /// Its curves.
    pub(super) fn series(self) -> &'static [Series] {
        match self {
            Self::Losses => {
                const {
                    &[
                        Series::new(Metric::DiscriminatorLoss, Role::Discriminator, "Discriminator"),
                        Series::new(Metric::GeneratorLoss, Role::Generator, "Generator"),
                    ]
                }
            }
            Self::Scores => {
                const {
                    &[
                        Series::new(Metric::RealScore, Role::Real, "Real"),
                        Series::new(Metric::FakeScore, Role::Generated, "Generated"),
                    ]
                }
            }
            Self::Gradients => {
                const {
                    &[
                        Series::new(Metric::DiscriminatorGradient, Role::Discriminator, "Discriminator"),
                        Series::new(Metric::GeneratorGradient, Role::Generator, "Generator"),
                    ]
                }
            }
            Self::Quality => {
                const {
                    &[
                        Series::new(Metric::HighQuality, Role::Generated, "High quality"),
                        Series::new(Metric::JsDivergence, Role::Generated, "JS divergence").shaded(Shade::Vivid),
                    ]
                }
            }
            Self::Overfitting => {
                const {
                    &[
                        Series::new(Metric::SeenScore, Role::Real, "Seen in training"),
                        Series::new(Metric::UnseenScore, Role::Real, "Never seen").shaded(Shade::Vivid),
                    ]
                }
            }
            Self::Kid => const { &[Series::new(Metric::Kid, Role::Generated, "Kernel distance")] },
            Self::PrecisionRecall => {
                const {
                    &[
                        Series::new(Metric::Precision, Role::Generated, "Precision"),
                        Series::new(Metric::Recall, Role::Real, "Recall"),
                        Series::new(Metric::Coverage, Role::Real, "Coverage").shaded(Shade::Vivid),
                    ]
                }
            }
            Self::Ngrams => {
                const {
                    &[
                        Series::new(Metric::Js1, Role::Generated, "Single characters").shaded(Shade::Faint),
                        Series::new(Metric::Js2, Role::Generated, "Pairs").shaded(Shade::Pale),
                        Series::new(Metric::Js3, Role::Generated, "Three in a row"),
                        Series::new(Metric::Js4, Role::Generated, "Four in a row").shaded(Shade::Vivid),
                    ]
                }
            }
        }
    }

    /// The names of its curves in the few letters that fit beside their values.
    pub(super) fn short_names(self) -> &'static [&'static str] {
        match self {
            Self::Losses | Self::Gradients => &["D", "G"],
            Self::Scores => &["real", "gen."],
            Self::Quality => &["HQ", "JS"],
            Self::Overfitting => &["seen", "unseen"],
            Self::Kid => &["KID"],
            Self::PrecisionRecall => &["P", "R", "C"],
            Self::Ngrams => &["1", "2", "3", "4"],
        }
    }

    /// What other real samples score of a metric, which is the best that can be hoped for.
    pub(super) fn floor(metric: Metric, quality: &ImagesQuality) -> Option<f64> {
        let measure = match metric {
            Metric::Kid => quality.kid,
            Metric::Precision => quality.precision,
            Metric::Recall => quality.recall,
            Metric::Coverage => quality.coverage,
            _ => return None,
        };
        Some(measure.floor).filter(|floor| floor.is_finite())
    }

    /// What as many texts score of a metric that training never saw.
    pub(super) fn text_floor(metric: Metric, quality: &TextsQuality) -> Option<f64> {
        let length = match metric {
            Metric::Js1 => 0,
            Metric::Js2 => 1,
            Metric::Js3 => 2,
            Metric::Js4 => 3,
            _ => return None,
        };
        Some(quality.js[length].floor).filter(|floor| floor.is_finite())
    }

    /// Whether there is little room for the name and number of each curve.
    pub(super) fn has_many_curves(self) -> bool {
        self.series().len() > 2
    }

    /// Whether most steps have no value of their own.
    pub(super) fn is_measured_now_and_then(self) -> bool {
        !matches!(self, Self::Losses | Self::Scores | Self::Gradients)
    }

    pub(super) fn can_be_logarithmic(self) -> bool {
        matches!(self, Self::Losses | Self::Gradients)
    }
}

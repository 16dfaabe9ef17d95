//! Which plots there are, and what each shows.

use crate::state::Metric;
use crate::ui::theme::Role;

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
}

impl PlotKind {
    /// Every plot, from above to below.
    pub const ALL: [Self; 5] = [Self::Losses, Self::Scores, Self::Gradients, Self::Quality, Self::Overfitting];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Losses => "Losses",
            Self::Scores => "Scores",
            Self::Gradients => "Gradients",
            Self::Quality => "Quality",
            Self::Overfitting => "Overfitting",
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
        }
    }

    /// What it shows.
    pub fn metrics(self) -> [Metric; 2] {
        self.series().map(|(metric, ..)| metric)
    }

    pub(super) fn series(self) -> [(Metric, Role, &'static str); 2] {
        match self {
            Self::Losses => [
                (Metric::DiscriminatorLoss, Role::Discriminator, "Discriminator"),
                (Metric::GeneratorLoss, Role::Generator, "Generator"),
            ],
            Self::Scores => {
                [(Metric::RealScore, Role::Real, "Real"), (Metric::FakeScore, Role::Generated, "Generated")]
            }
            Self::Gradients => [
                (Metric::DiscriminatorGradient, Role::Discriminator, "Discriminator"),
                (Metric::GeneratorGradient, Role::Generator, "Generator"),
            ],
            Self::Quality => [
                (Metric::HighQuality, Role::Generated, "High quality"),
                (Metric::JsDivergence, Role::Real, "JS divergence"),
            ],
            Self::Overfitting => [
                (Metric::SeenScore, Role::Discriminator, "Seen in training"),
                (Metric::UnseenScore, Role::Real, "Never seen"),
            ],
        }
    }

    pub(super) fn can_be_logarithmic(self) -> bool {
        matches!(self, Self::Losses | Self::Gradients)
    }
}

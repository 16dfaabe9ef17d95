//! Which plots there is room for: where that is little, what says most.

use super::PlotKind;

/// Height from which there is room for every plot of points.
const ALL_PLOTS_HEIGHT: f32 = 340.0;
/// Height below which another plot of pictures would leave too little of each.
const MIN_PLOT_HEIGHT: f32 = 84.0;
/// The plots of pictures and texts that are measured, what says most first.
const OF_PICTURES: [PlotKind; 7] = [
    PlotKind::Losses,
    PlotKind::Ngrams,
    PlotKind::PrecisionRecall,
    PlotKind::Kid,
    PlotKind::Overfitting,
    PlotKind::Scores,
    PlotKind::Gradients,
];

/// The plots that are shown in a room of `height`, from above to below, of those that have numbers.
pub(super) fn kinds_for(height: f32, has_numbers: impl Fn(PlotKind) -> bool) -> Vec<PlotKind> {
    if has_numbers(PlotKind::Kid) || has_numbers(PlotKind::Ngrams) {
        let count = ((height / MIN_PLOT_HEIGHT) as usize).max(2);
        let shown: Vec<_> = OF_PICTURES.into_iter().filter(|&kind| has_numbers(kind)).take(count).collect();
        return PlotKind::ALL.into_iter().filter(|kind| shown.contains(kind)).collect();
    }
    let is_roomy = height >= ALL_PLOTS_HEIGHT;
    let [has_quality, has_overfitting] = [PlotKind::Quality, PlotKind::Overfitting].map(&has_numbers);
    let is_shown = |kind: &PlotKind| match kind {
        PlotKind::Losses => true,
        PlotKind::Scores => is_roomy || !has_quality || !has_overfitting,
        PlotKind::Gradients => !has_overfitting && (is_roomy || !has_quality),
        PlotKind::Quality | PlotKind::Overfitting => has_numbers(*kind),
        PlotKind::Kid | PlotKind::PrecisionRecall | PlotKind::Ngrams => false,
    };
    PlotKind::ALL.into_iter().filter(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_pictures_show_what_says_most_as_far_as_there_is_room() {
        let of_pictures = |kind| !matches!(kind, PlotKind::Quality | PlotKind::Overfitting | PlotKind::Ngrams);
        use PlotKind::{Gradients, Kid, Losses, PrecisionRecall, Scores};
        assert_eq!(kinds_for(100.0, of_pictures), [Losses, PrecisionRecall]);
        assert_eq!(kinds_for(260.0, of_pictures), [Losses, Kid, PrecisionRecall]);
        assert_eq!(kinds_for(900.0, of_pictures), [Losses, Scores, Gradients, Kid, PrecisionRecall]);
    }

    #[test]
    fn points_and_pictures_that_are_not_measured_have_no_plots_of_measures() {
        let bare = |kind| matches!(kind, PlotKind::Losses | PlotKind::Scores | PlotKind::Gradients);
        assert_eq!(kinds_for(900.0, bare), [PlotKind::Losses, PlotKind::Scores, PlotKind::Gradients]);
    }
}

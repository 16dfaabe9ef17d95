//! The parts of the picture of both networks, what flows between them, and what belongs together.

use crate::state::PhaseKind;

/// One of the two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Net {
    Generator,
    Discriminator,
}

/// Something in the picture that has a meaning of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Noise,
    Net(Net),
    Generated,
    Real,
    Opinion,
    Loss(Net),
    Unit { net: Net, layer: usize, unit: usize },
}

/// Something that flows from one part to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Flow {
    Noise,
    Samples,
    GeneratedIn,
    RealIn,
    Verdict,
    Score(Net),
    Gradient(Net),
}

impl Flow {
    pub(super) const ALL: [Self; 9] = [
        Self::Noise,
        Self::Samples,
        Self::GeneratedIn,
        Self::RealIn,
        Self::Verdict,
        Self::Score(Net::Discriminator),
        Self::Score(Net::Generator),
        Self::Gradient(Net::Discriminator),
        Self::Gradient(Net::Generator),
    ];
}

/// What stands out while the rest is dimmed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Focus {
    parts: Vec<Part>,
    flows: Vec<Flow>,
}

/// Ink of what is dimmed, as a share of its full strength.
const DIMMED: f32 = 0.3;

impl Focus {
    /// Everything that has to do with the part under the pointer.
    pub(super) fn of_part(part: Part) -> Self {
        use Net::{Discriminator, Generator};
        let (parts, flows): (Vec<Part>, Vec<Flow>) = match part {
            Part::Noise => (vec![part, Part::Net(Generator)], vec![Flow::Noise]),
            Part::Net(Generator) => (
                vec![part, Part::Generated, Part::Noise, Part::Loss(Generator)],
                vec![Flow::Noise, Flow::Samples, Flow::Gradient(Generator)],
            ),
            Part::Net(Discriminator) => (
                vec![part, Part::Generated, Part::Real, Part::Opinion, Part::Loss(Discriminator)],
                vec![
                    Flow::GeneratedIn,
                    Flow::RealIn,
                    Flow::Verdict,
                    Flow::Score(Discriminator),
                    Flow::Score(Generator),
                    Flow::Gradient(Discriminator),
                ],
            ),
            Part::Generated => (
                vec![part, Part::Net(Generator), Part::Loss(Generator), Part::Loss(Discriminator)],
                vec![Flow::Samples, Flow::GeneratedIn],
            ),
            Part::Real => (vec![part, Part::Loss(Discriminator)], vec![Flow::RealIn]),
            Part::Opinion => (
                vec![part, Part::Net(Discriminator), Part::Loss(Discriminator), Part::Loss(Generator)],
                vec![Flow::Verdict, Flow::Score(Discriminator), Flow::Score(Generator)],
            ),
            Part::Loss(Discriminator) => (
                vec![part, Part::Real, Part::Generated, Part::Net(Discriminator)],
                vec![Flow::Score(Discriminator), Flow::Gradient(Discriminator)],
            ),
            Part::Loss(Generator) => (
                vec![part, Part::Generated, Part::Net(Generator)],
                vec![Flow::Score(Generator), Flow::Gradient(Generator)],
            ),
            Part::Unit { .. } => (vec![part], Vec::new()),
        };
        Self { parts, flows }
    }

    /// What a phase of a step is about.
    pub(super) fn of_phase(kind: PhaseKind) -> Self {
        use Net::{Discriminator, Generator};
        let (parts, flows): (&[Part], &[Flow]) = match kind {
            PhaseKind::Noise => (&[Part::Noise], &[Flow::Noise]),
            PhaseKind::Generate => {
                (&[Part::Noise, Part::Net(Generator), Part::Generated], &[Flow::Noise, Flow::Samples])
            }
            PhaseKind::JudgeReal => {
                (&[Part::Real, Part::Net(Discriminator), Part::Opinion], &[Flow::RealIn, Flow::Verdict])
            }
            PhaseKind::JudgeGenerated | PhaseKind::JudgeForGenerator => {
                (&[Part::Generated, Part::Net(Discriminator), Part::Opinion], &[Flow::GeneratedIn, Flow::Verdict])
            }
            PhaseKind::DiscriminatorLoss => {
                (&[Part::Opinion, Part::Loss(Discriminator)], &[Flow::Score(Discriminator)])
            }
            PhaseKind::GeneratorLoss => (&[Part::Opinion, Part::Loss(Generator)], &[Flow::Score(Generator)]),
            PhaseKind::DiscriminatorGradients => {
                (&[Part::Loss(Discriminator), Part::Net(Discriminator)], &[Flow::Gradient(Discriminator)])
            }
            PhaseKind::GeneratorGradients => {
                (&[Part::Loss(Generator), Part::Net(Generator)], &[Flow::Gradient(Generator)])
            }
            PhaseKind::DiscriminatorUpdate => (&[Part::Net(Discriminator), Part::Opinion], &[]),
            PhaseKind::GeneratorUpdate => (&[Part::Net(Generator), Part::Generated], &[]),
        };
        Self { parts: parts.to_vec(), flows: flows.to_vec() }
    }

    /// The share of its ink that a part keeps.
    pub(super) fn ink(&self, part: Part) -> f32 {
        let is_meant = match part {
            Part::Unit { net, .. } => self.parts.contains(&part) || self.parts.contains(&Part::Net(net)),
            // A network around a unit stays readable.
            Part::Net(net) => {
                self.parts.iter().any(|it| *it == part || matches!(it, Part::Unit { net: own, .. } if *own == net))
            }
            _ => self.parts.contains(&part),
        };
        if self.parts.is_empty() || is_meant { 1.0 } else { DIMMED }
    }

    /// The share of its ink that a flow keeps.
    pub(super) fn flow_ink(&self, flow: Flow) -> f32 {
        if self.parts.is_empty() || self.flows.contains(&flow) { 1.0 } else { DIMMED }
    }

    /// Whether anything flows here: everything does while nothing stands out.
    pub(super) fn flows(&self, flow: Flow) -> bool {
        self.parts.is_empty() || self.flows.contains(&flow)
    }

    /// The unit that stands out, if one does.
    pub(super) fn unit(&self) -> Option<(Net, usize, usize)> {
        self.parts.iter().find_map(|part| match *part {
            Part::Unit { net, layer, unit } => Some((net, layer, unit)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_dimmed_while_nothing_stands_out() {
        let focus = Focus::default();
        assert!((focus.ink(Part::Noise) - 1.0).abs() < f32::EPSILON);
        assert!(Flow::ALL.iter().all(|&flow| focus.flows(flow)));
    }

    #[test]
    fn a_network_that_stands_out_keeps_its_units_and_a_unit_dims_the_others() {
        let unit = |unit| Part::Unit { net: Net::Generator, layer: 0, unit };
        let network = Focus::of_part(Part::Net(Net::Generator));
        assert!((network.ink(unit(3)) - 1.0).abs() < f32::EPSILON);
        let one = Focus::of_part(unit(3));
        assert!(one.ink(unit(3)) > one.ink(unit(4)));
        assert_eq!(one.unit(), Some((Net::Generator, 0, 3)));
    }
}

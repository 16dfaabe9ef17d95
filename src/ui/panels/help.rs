//! What is on the screen, in two sentences each, and the keys.

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, Ui, Vec2};

use crate::config::Choice as _;
use crate::config::{Domain, Preset};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, Role, UNIT, strong_style};
use crate::ui::widgets::{heading_ui, role_dot, small_label};

/// A thing on the screen and what it means.
struct Explained {
    name: &'static str,
    text: &'static str,
    domain: Option<Domain>,
}

const EVERYWHERE: Option<Domain> = None;

/// Everything on the screen, from left to right.
const EXPLAINED: [Explained; 16] = [
    Explained {
        name: "Two networks",
        text: "The generator turns random numbers into samples; the discriminator scores samples from 0, surely \
               generated, to 1, surely real. Each is trained against the other, so each makes the other better.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Points on the stage",
        text: "Blue rings come from the data, orange discs from the generator, always from the same latents, so that \
               you can follow each. A good generator lays its discs over all of the rings.",
        domain: Some(Domain::Points),
    },
    Explained {
        name: "Your own data",
        text: "Draw… opens a page to paint the data on; Open data… takes a folder of pictures, a file of pictures, or a table \
               of points. A file or folder dropped onto the window does the same; a single picture becomes a drawing.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Opinion",
        text: "The colour of the plane is what the discriminator would say of a point there: blue real, orange \
               generated, grey undecided. The generator's points move up this slope; when all is grey, it has won.",
        domain: Some(Domain::Points),
    },
    Explained {
        name: "Gallery",
        text: "Generated pictures of always the same latents, with real ones beside them; the bar under each is the \
               discriminator's score. Click a tile to start the latent walk there, shift-click to end it there.",
        domain: Some(Domain::Images),
    },
    Explained {
        name: "Texts",
        text: "Generated texts of always the same latents, with real ones beside them: pale letters might as well be others, and the \
               line under a text says whether it is new, a copy from the data, or no text. The bar is the discriminator's score. \
               Click a text to start the latent walk there, shift-click to end it there.",
        domain: Some(Domain::Text),
    },
    Explained {
        name: "Networks",
        text: "The other page of the stage shows both networks from the inside: noise becomes samples, samples become \
               scores, scores become losses, and gradients go back. Small maps show what each unit answers to a plane; \
               point at anything to see what belongs to it.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Step by step",
        text: "Takes one ordinary training step apart into phases, each with its real numbers. Go on by hand or let the \
               phases follow each other; leave it, and training goes on as before.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Losses",
        text: "What each network tries to make small; in a game, when one falls the other often rises. A steady \
               balance is health, a loss that runs away is not.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Scores",
        text: "The discriminator's mean score of real and of generated samples. Far apart means the discriminator is \
               winning; both near one half means it can no longer tell them apart.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Gradients",
        text: "How strongly each network is pulled at each step. A generator's gradient near zero means that it has \
               nothing left to learn from.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Quality",
        text: "Modes covered counts the clusters the generator has found; high quality is the share of its points \
               right on a cluster. Each stands beside the best that is possible.",
        domain: Some(Domain::Points),
    },
    Explained {
        name: "Learning rates",
        text: "How far each step moves the weights; they act at once, and a marker on the plots shows where. Double-click \
               a slider to go back to where the run began.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Latent walk",
        text: "Every sample starts from a latent, a list of random numbers. The slider goes from latent A to latent B, \
               even while training goes on.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Data augmentation",
        text: "A page of its own, in the menu: it measures whether samples of a GAN that learned from a few labelled ones help a \
               classifier of them, and says so only where chance does not explain it.",
        domain: EVERYWHERE,
    },
    Explained {
        name: "Averaged generator",
        text: "An average of the generator's recent weights makes calmer and usually better samples. Current shows the \
               generator as it is right now.",
        domain: EVERYWHERE,
    },
];

/// Shows the help window, if it is open.
pub fn help_ui(ui: &mut Ui, scene: &Scene<'_>, around: egui::Rect, actions: &mut Vec<Action>) {
    let size = Vec2::new(460.0_f32.min(around.width() - 32.0), 620.0_f32.min(around.height() - 32.0));
    let mut is_open = true;
    let window = egui::Window::new("Help")
        .id(egui::Id::unique("help window"))
        .open(&mut is_open)
        .collapsible(false)
        .resizable(false)
        .fixed_size(size)
        .title_frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 8)))
        .default_pos(around.right_top() + Vec2::new(-size.x - 40.0, 16.0))
        .constrain_to(around);
    window.show(ui.ctx(), |ui| {
        ui.set_width(size.x);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = HALF;
            roles_ui(ui);
            for explained in &EXPLAINED {
                if explained.domain.is_none_or(|domain| scene.state.run().domain().is_none_or(|it| it == domain)) {
                    heading_ui(ui, explained.name);
                    ui.add(egui::Label::new(explained.text).wrap());
                }
            }
            ui.add_space(UNIT);
            presets_ui(ui);
            ui.add_space(UNIT);
            keys_ui(ui);
        });
    });
    if !is_open {
        actions.push(Verb::ToggleHelp.into());
    }
}

fn roles_ui(ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        for (role, name) in [
            (Role::Real, "real"),
            (Role::Generated, "generated"),
            (Role::Generator, "generator"),
            (Role::Discriminator, "discriminator"),
        ] {
            role_dot(ui, role);
            ui.label(name);
            ui.add_space(UNIT);
        }
    });
}

fn presets_ui(ui: &mut Ui) {
    heading_ui(ui, "Presets");
    for &preset in Preset::ALL {
        ui.label(RichText::new(preset.label()).color(Palette::of(ui).text_strong));
        small_label(ui, preset.tooltip());
        ui.add_space(2.0);
    }
}

fn keys_ui(ui: &mut Ui) {
    heading_ui(ui, "Keys");
    for verb in Verb::ALL {
        let Some(shortcut) = verb.shortcut() else { continue };
        ui.horizontal(|ui| {
            ui.label(verb.label());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let keys = ui.ctx().format_shortcut(&shortcut);
                ui.label(RichText::new(keys).text_style(strong_style()).color(Palette::of(ui).text_weak));
            });
        });
    }
}

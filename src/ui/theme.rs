//! Every colour, size and distance of the window, defined once for light and dark.
//!
//! Four roles have one colour each, everywhere: real and generated samples, generator and discriminator. Their hues stay
//! apart for colour-blind eyes (blue, orange, green, purple), and their lightness differs by about ten per cent from
//! one to the next, so that they stay apart in grey print.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, Theme,
    ThemePreference, Vec2, Visuals, style::HandleShape, style::ScrollStyle,
};

use crate::export::FilmColours;

/// The unit that distances are multiples of.
pub const UNIT: f32 = 8.0;
/// Half a unit: between things that belong together.
pub const HALF: f32 = 4.0;
/// Margin of what scrolls, beside the bar.
pub const BESIDE_BAR: Margin = Margin { left: 0, right: UNIT as i8, top: 0, bottom: 0 };
/// Height of buttons, fields and sliders: comfortable with a finger.
pub const CONTROL_HEIGHT: f32 = 28.0;
/// Rounding of controls.
pub const RADIUS: u8 = 6;
/// Rounding of cards and the stage.
pub const CARD_RADIUS: u8 = 8;
/// Text that can do without attention.
pub const SMALL_TEXT: f32 = 12.5;
/// Text.
pub const BODY_TEXT: f32 = 14.5;
/// The sentence at the foot, and headings of cards.
pub const LARGE_TEXT: f32 = 17.0;
/// Diameter of a point on the stage.
pub const POINT_SIZE: f32 = 7.0;
/// The thickness of a curve.
pub const CURVE_WIDTH: f32 = 2.0;
/// The least and greatest projector scale.
pub const SCALE_RANGE: std::ops::RangeInclusive<f32> = 1.0..=2.0;
/// One press of the scale shortcut.
pub const SCALE_STEP: f32 = 0.25;

/// Who a thing belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Samples from the data.
    Real,
    /// Samples from the generator.
    Generated,
    /// The generator itself.
    Generator,
    /// The discriminator itself.
    Discriminator,
}

/// How strong the colour of a role is: several measures of the same samples have one shade each, from faint to vivid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Half of it.
    Faint,
    /// Three quarters of it.
    Pale,
    /// The colour itself.
    Plain,
    /// Nearer to that of text.
    Vivid,
}

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// Samples from the data.
    pub real: Color32,
    /// Samples from the generator.
    pub generated: Color32,
    /// The generator.
    pub generator: Color32,
    /// The discriminator.
    pub discriminator: Color32,
    /// Behind everything: what the window is cleared to.
    pub background: Color32,
    /// Behind fields and plots.
    pub well: Color32,
    /// Menus, cards and windows.
    pub raised: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Buttons at rest.
    pub control: Color32,
    /// Buttons under the pointer.
    pub control_hovered: Color32,
    /// Buttons held down, and what is selected.
    pub control_active: Color32,
    /// Text.
    pub text: Color32,
    /// Headings and what is held down.
    pub text_strong: Color32,
    /// Text that can do without attention.
    pub text_weak: Color32,
    /// The one button that matters most, and keyboard focus.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Something went wrong that training goes on after.
    pub warning: Color32,
    /// Something could not be done.
    pub error: Color32,
    /// The heat map at 0: surely generated.
    pub heat_low: Color32,
    /// The heat map at 0.5: undecided.
    pub heat_middle: Color32,
    /// The heat map at 1: surely real.
    pub heat_high: Color32,
    /// Weights above zero, and what a unit answers above zero.
    pub positive: Color32,
    /// Weights below zero, and what a unit answers below zero.
    pub negative: Color32,
    /// Around points on the stage.
    pub point_outline: Color32,
    /// Behind dialogs.
    pub backdrop: Color32,
}

impl Palette {
    /// For dark rooms.
    pub const DARK: Self = Self {
        real: Color32::from_rgb(0x4F, 0x9D, 0xF7),
        generated: Color32::from_rgb(0xFF, 0xA5, 0x52),
        generator: Color32::from_rgb(0x8C, 0xEB, 0xCB),
        discriminator: Color32::from_rgb(0xB9, 0x63, 0xD6),
        background: Color32::from_rgb(0x18, 0x1B, 0x20),
        well: Color32::from_rgb(0x12, 0x14, 0x18),
        raised: Color32::from_rgb(0x22, 0x26, 0x2D),
        line: Color32::from_rgb(0x2D, 0x32, 0x3B),
        control: Color32::from_rgb(0x28, 0x2D, 0x35),
        control_hovered: Color32::from_rgb(0x34, 0x3A, 0x44),
        control_active: Color32::from_rgb(0x41, 0x49, 0x55),
        text: Color32::from_rgb(0xD7, 0xDB, 0xE2),
        text_strong: Color32::from_rgb(0xF7, 0xF8, 0xFA),
        text_weak: Color32::from_rgb(0x9A, 0xA2, 0xAF),
        accent: Color32::from_rgb(0xE9, 0xEC, 0xF1),
        on_accent: Color32::from_rgb(0x16, 0x18, 0x1D),
        warning: Color32::from_rgb(0xF4, 0xC4, 0x4E),
        error: Color32::from_rgb(0xFF, 0x7B, 0x7B),
        heat_low: Color32::from_rgb(0x7A, 0x43, 0x10),
        heat_middle: Color32::from_rgb(0x20, 0x23, 0x29),
        heat_high: Color32::from_rgb(0x12, 0x4A, 0x8A),
        positive: Color32::from_rgb(0xE6, 0xD2, 0x6A),
        negative: Color32::from_rgb(0xD8, 0x5C, 0x9A),
        point_outline: Color32::from_rgb(0x0C, 0x0E, 0x12),
        backdrop: Color32::from_black_alpha(140),
    };

    /// For bright rooms and projectors.
    pub const LIGHT: Self = Self {
        real: Color32::from_rgb(0x1F, 0x6F, 0xD0),
        generated: Color32::from_rgb(0xD9, 0x6F, 0x06),
        generator: Color32::from_rgb(0x00, 0x6B, 0x54),
        discriminator: Color32::from_rgb(0x6F, 0x17, 0x86),
        background: Color32::from_rgb(0xF7, 0xF8, 0xFA),
        well: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        raised: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        line: Color32::from_rgb(0xD9, 0xDD, 0xE3),
        control: Color32::from_rgb(0xE7, 0xEA, 0xEE),
        control_hovered: Color32::from_rgb(0xD9, 0xDE, 0xE5),
        control_active: Color32::from_rgb(0xC6, 0xCE, 0xD8),
        text: Color32::from_rgb(0x2A, 0x2F, 0x38),
        text_strong: Color32::from_rgb(0x0E, 0x11, 0x16),
        text_weak: Color32::from_rgb(0x5D, 0x66, 0x73),
        accent: Color32::from_rgb(0x1E, 0x23, 0x2B),
        on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        warning: Color32::from_rgb(0x8F, 0x63, 0x00),
        error: Color32::from_rgb(0xB3, 0x20, 0x2C),
        heat_low: Color32::from_rgb(0xFF, 0xCF, 0x9E),
        heat_middle: Color32::from_rgb(0xF3, 0xF4, 0xF6),
        heat_high: Color32::from_rgb(0xA9, 0xCD, 0xFA),
        positive: Color32::from_rgb(0xA8, 0x86, 0x00),
        negative: Color32::from_rgb(0xB8, 0x2A, 0x72),
        point_outline: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        backdrop: Color32::from_black_alpha(70),
    };

    /// The colours in force.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::of_visuals(ui.visuals())
    }

    /// The colours that go with `visuals`.
    pub fn of_visuals(visuals: &Visuals) -> &'static Self {
        if visuals.dark_mode { &Self::DARK } else { &Self::LIGHT }
    }

    /// The same colours for a film, which is on white and best drawn with [`Self::LIGHT`].
    pub fn film_colours(&self) -> FilmColours {
        let rgb = |color: Color32| [color.r(), color.g(), color.b()];
        FilmColours {
            real: rgb(self.real),
            generated: rgb(self.generated),
            discriminator: rgb(self.discriminator),
            generator: rgb(self.generator),
            text: rgb(self.text),
        }
    }

    /// The colour of `role`.
    pub fn role(&self, role: Role) -> Color32 {
        match role {
            Role::Real => self.real,
            Role::Generated => self.generated,
            Role::Generator => self.generator,
            Role::Discriminator => self.discriminator,
        }
    }

    /// A shade of a role's colour, on a plot.
    pub fn shade(&self, role: Role, shade: Shade) -> Color32 {
        let color = self.role(role);
        match shade {
            Shade::Faint => self.well.lerp_to_gamma(color, 0.5),
            Shade::Pale => self.well.lerp_to_gamma(color, 0.75),
            Shade::Plain => color,
            Shade::Vivid => color.lerp_to_gamma(self.text_strong, 0.5),
        }
    }

    /// The colour of the discriminator's opinion: 0 surely generated, 0.5 undecided, 1 surely real.
    pub fn heat(&self, score: f32) -> Color32 {
        // A score that is no number is undecided.
        let score = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.5 };
        if score < 0.5 {
            self.heat_middle.lerp_to_gamma(self.heat_low, 1.0 - 2.0 * score)
        } else {
            self.heat_middle.lerp_to_gamma(self.heat_high, 2.0 * score - 1.0)
        }
    }

    /// The colour of a weight or an answer, from -1 to 1.
    pub fn signed(&self, value: f32) -> Color32 {
        let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
        let end = if value < 0.0 { self.negative } else { self.positive };
        self.heat_middle.lerp_to_gamma(end, value.abs())
    }

    /// The same in the roles' full colours, for bars and frames.
    pub fn verdict(&self, score: f32) -> Color32 {
        let score = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.5 };
        if score < 0.5 {
            self.text_weak.lerp_to_gamma(self.generated, 1.0 - 2.0 * score)
        } else {
            self.text_weak.lerp_to_gamma(self.real, 2.0 * score - 1.0)
        }
    }
}

/// The font family of headings and numbers that matter.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// The text style of headings and numbers that matter.
pub fn strong_style() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// The text style of the sentence at the foot.
pub fn large_style() -> TextStyle {
    TextStyle::Name("large".into())
}

/// Puts fonts and both themes into the context. Once, at the start.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (theme, palette) in [(Theme::Dark, &Palette::DARK), (Theme::Light, &Palette::LIGHT)] {
        ctx.style_mut_of(theme, |style| write_style(style, palette));
    }
    // Scale is the window's own setting, with its own shortcuts.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Puts the user's choice of theme, scale and motion into force. Cheap when nothing changed.
pub fn apply(ctx: &egui::Context, preference: ThemePreference, scale: f32, animation_secs: f32) {
    if ctx.options(|options| options.theme_preference) != preference {
        ctx.set_theme(preference);
    }
    let scale = scale.clamp(*SCALE_RANGE.start(), *SCALE_RANGE.end());
    ctx.set_zoom_factor(scale);
    if (ctx.global_style().animation_time - animation_secs).abs() > f32::EPSILON {
        ctx.all_styles_mut(|style| style.animation_time = animation_secs);
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let inter: [(&str, &'static [u8]); 2] = [
        ("Inter", include_bytes!("fonts/Inter-Regular.ttf")),
        ("Inter semi-bold", include_bytes!("fonts/Inter-SemiBold.ttf")),
    ];
    for (name, bytes) in inter {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // egui's own fonts stay behind as a fallback for signs that Inter's subset lacks.
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with_fallback = |first: &str| std::iter::once(first.to_owned()).chain(fallback.iter().cloned()).collect();
    fonts.families.insert(FontFamily::Proportional, with_fallback("Inter"));
    fonts.families.insert(strong_family(), with_fallback("Inter semi-bold"));
    fonts
}

fn write_style(style: &mut egui::Style, palette: &Palette) {
    let body = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, body(SMALL_TEXT)),
        (TextStyle::Body, body(BODY_TEXT)),
        (TextStyle::Button, body(BODY_TEXT)),
        (TextStyle::Monospace, FontId::new(SMALL_TEXT, FontFamily::Monospace)),
        (TextStyle::Heading, FontId::new(LARGE_TEXT, strong_family())),
        (strong_style(), FontId::new(BODY_TEXT, strong_family())),
        (large_style(), body(LARGE_TEXT)),
    ]);
    style.drag_value_text_style = TextStyle::Body;
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(UNIT, HALF);
    spacing.button_padding = Vec2::new(UNIT, HALF);
    spacing.interact_size = Vec2::new(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(HALF as i8);
    spacing.combo_width = 0.0;
    spacing.icon_width = 16.0;
    spacing.slider_rail_height = 4.0;
    spacing.tooltip_width = 340.0;
    spacing.combo_height = 600.0;
    // What goes on further down is seen without the pointer over it.
    spacing.scroll = ScrollStyle { bar_width: 8.0, dormant_handle_opacity: 0.5, ..ScrollStyle::floating() };
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    write_visuals(&mut style.visuals, palette);
}

fn write_visuals(visuals: &mut Visuals, palette: &Palette) {
    visuals.panel_fill = palette.background;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.extreme_bg_color = palette.well;
    // A dialog is as white as wells are, where it is light.
    visuals.text_edit_bg_color = Some(palette.control);
    visuals.faint_bg_color = palette.control;
    visuals.code_bg_color = palette.control;
    visuals.weak_text_color = Some(palette.text_weak);
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    visuals.hyperlink_color = palette.real;
    visuals.selection.bg_fill = palette.control_active;
    visuals.selection.stroke = Stroke::new(1.5, palette.text_strong);
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.text_strong);
    visuals.handle_shape = HandleShape::Circle;
    visuals.indent_has_left_vline = false;
    visuals.collapsing_header_frame = false;
    let radius = CornerRadius::same(RADIUS);
    let widgets = &mut visuals.widgets;
    let looks = [
        (&mut widgets.noninteractive, palette.background, palette.line, palette.text),
        (&mut widgets.inactive, palette.control, Color32::TRANSPARENT, palette.text),
        (&mut widgets.hovered, palette.control_hovered, Color32::TRANSPARENT, palette.text_strong),
        (&mut widgets.active, palette.control_active, palette.accent, palette.text_strong),
        (&mut widgets.open, palette.control_hovered, Color32::TRANSPARENT, palette.text_strong),
    ];
    for (look, fill, border, text) in looks {
        look.weak_bg_fill = fill;
        look.bg_fill = fill;
        look.bg_stroke = Stroke::new(1.0, border);
        look.fg_stroke = Stroke::new(1.5, text);
        look.corner_radius = radius;
        look.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.
    fn luminance(color: Color32) -> f32 {
        let linear = egui::Rgba::from(color);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Lightness from 0 to 100, CIE L*.
    fn lightness(color: Color32) -> f32 {
        116.0 * luminance(color).cbrt() - 16.0
    }

    #[test]
    fn text_can_be_read_and_curves_can_be_seen() {
        for palette in [&Palette::DARK, &Palette::LIGHT] {
            for background in [palette.background, palette.well, palette.raised] {
                assert!(contrast(palette.text, background) >= 7.0);
                assert!(contrast(palette.text_weak, background) >= 4.5);
                assert!(contrast(palette.error, background) >= 4.5);
                assert!(contrast(palette.warning, background) >= 4.5);
                for role in [palette.real, palette.generated, palette.generator, palette.discriminator] {
                    assert!(contrast(role, background) >= 3.0, "{role:?} on {background:?}");
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 7.0);
        }
    }

    #[test]
    fn roles_stay_apart_in_grey() {
        for palette in [&Palette::DARK, &Palette::LIGHT] {
            let mut levels = [palette.real, palette.generated, palette.generator, palette.discriminator].map(lightness);
            levels.sort_by(f32::total_cmp);
            for pair in levels.windows(2) {
                assert!(pair[1] - pair[0] > 3.0, "{levels:?}");
            }
            assert!((lightness(palette.real) - lightness(palette.generated)).abs() > 8.0);
            assert!((lightness(palette.generator) - lightness(palette.discriminator)).abs() > 8.0);
        }
    }

    #[test]
    fn shades_stay_apart_in_grey_and_from_what_is_behind_them() {
        for palette in [&Palette::DARK, &Palette::LIGHT] {
            for role in [Role::Real, Role::Generated] {
                let shades = [Shade::Faint, Shade::Pale, Shade::Plain, Shade::Vivid];
                let mut levels = vec![lightness(palette.well)];
                levels.extend(shades.map(|shade| lightness(palette.shade(role, shade))));
                for pair in levels.windows(2) {
                    assert!((pair[1] - pair[0]).abs() > 8.0, "{role:?}: {levels:?}");
                }
                assert!(levels.is_sorted() || levels.iter().rev().is_sorted(), "{role:?}: {levels:?}");
            }
        }
    }

    #[test]
    fn the_heat_map_is_neutral_in_the_middle_and_takes_any_number() {
        for palette in [&Palette::DARK, &Palette::LIGHT] {
            assert_eq!(palette.heat(0.5), palette.heat_middle);
            assert_eq!(palette.heat(0.0), palette.heat_low);
            assert_eq!(palette.heat(2.0), palette.heat_high);
            assert_eq!(palette.heat(f32::NAN), palette.heat_middle);
            let [r, g, b, _] = palette.heat_middle.to_array();
            assert!(r.abs_diff(g) < 10 && g.abs_diff(b) < 10, "neutral means grey");
        }
    }
}

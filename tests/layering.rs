//! Who may name whom: reads the paths in every source file and fails when a folder names what it must not.
//!
//! The table is that of ARCHITECTURE.md. Comments, strings and the names of macros do not count; tests inside `src` do.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What one folder (or single file) under `src` must not name.
struct Layer {
    name: &'static str,
    /// Crates and modules of `std`.
    forbidden: &'static [&'static str],
    /// Our own folders that it may name, besides itself.
    may_name: &'static [&'static str],
}

const WINDOW: [&str; 5] = ["egui", "eframe", "egui_plot", "egui_kittest", "rfd"];
const OUR_FOLDERS: [&str; 11] =
    ["config", "random", "data", "gan", "backend", "trainer", "export", "state", "ui", "cli", "main"];

const LAYERS: [Layer; 10] = [
    Layer {
        name: "config",
        forbidden: &["burn", "crossbeam_channel", "clap", "std::fs", "std::time", "std::thread"],
        may_name: &[],
    },
    Layer {
        name: "random",
        forbidden: &["burn", "crossbeam_channel", "clap", "std::fs", "std::time", "std::thread"],
        may_name: &[],
    },
    Layer {
        name: "data",
        forbidden: &["burn", "crossbeam_channel", "clap", "std::time", "std::thread"],
        may_name: &["config", "random"],
    },
    Layer {
        name: "gan",
        forbidden: &["crossbeam_channel", "clap", "rayon", "std::fs", "std::time", "std::thread"],
        may_name: &["config", "random", "data"],
    },
    Layer { name: "backend", forbidden: &["crossbeam_channel", "std::fs"], may_name: &["config"] },
    Layer { name: "trainer", forbidden: &[], may_name: &["config", "random", "data", "gan", "backend", "export"] },
    Layer {
        name: "export",
        forbidden: &["burn", "crossbeam_channel", "clap", "std::thread"],
        may_name: &["config", "data"],
    },
    Layer {
        name: "state",
        forbidden: &["burn", "crossbeam_channel", "clap", "std::fs", "std::thread"],
        may_name: &["config", "data", "backend", "trainer"],
    },
    Layer {
        name: "ui",
        forbidden: &["burn", "safetensors", "crossbeam_channel", "clap"],
        may_name: &["config", "random", "data", "backend", "trainer", "export", "state"],
    },
    Layer {
        name: "cli",
        forbidden: &["crossbeam_channel"],
        may_name: &["config", "random", "data", "gan", "backend", "trainer", "export", "ui"],
    },
];

/// The only folder of the mathematics that spreads work over threads: it extends a backend.
const KERNELS: &str = "src/gan/cpu/";

/// The only folder of the data that measures time: a server may say nothing for only so long.
const DOWNLOADS: &str = "src/data/download/";

/// The only file that may open a native dialog.
const DIALOGS: &str = "ui/dialogs.rs";

#[test]
fn no_folder_names_what_it_must_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = source_files(&root);
    assert!(files.len() > 40, "only {} source files were found", files.len());
    let violations: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            violations(&name, &std::fs::read_to_string(file).unwrap())
        })
        .filter(|violation| !(violation.starts_with(KERNELS) && violation.contains("rayon::")))
        .filter(|violation| !(violation.starts_with(DOWNLOADS) && violation.contains("std::time::")))
        .collect();
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn every_folder_has_its_line_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_root = matches!(name.as_str(), "lib" | "main");
        assert!(is_root || LAYERS.iter().any(|layer| layer.name == name), "{name} is in no layer");
    }
}

#[test]
fn planted_violations_are_caught() {
    let planted = [
        ("ui/panels/losses.rs", "use burn::tensor::Tensor;"),
        ("ui/app.rs", "fn f(x: crate::gan::Gan) {}"),
        ("state/run.rs", "use std::{collections::HashMap, fs, path::Path};"),
        ("state/run.rs", "use eframe::egui;"),
        ("gan/train_step.rs", "fn f() { let now = std::time::Instant::now(); }"),
        ("gan/loss/mod.rs", "use {crossbeam_channel::Sender, burn::tensor::Tensor};"),
        ("gan/loss/mod.rs", "use super::super::trainer::Trainer;"),
        ("gan/mod.rs", "mod tests { use super::super::ui; }"),
        ("gan/mod.rs", "pub use crate::{config::RunConfig, trainer::Event};"),
        ("trainer/worker.rs", "use egui as gui;"),
        ("trainer/worker.rs", "extern crate eframe;"),
        ("ui/panels/model.rs", "let file = rfd::FileDialog::new();"),
        ("config/mod.rs", "use ::burn::tensor;"),
        ("data/idx.rs", "use crate::gan::Network;"),
        ("export/gif.rs", "impl From<egui::Color32> for Colour {}"),
        ("backend.rs", "use super::ui::theme;"),
        ("random.rs", "use crate::config::RunConfig;"),
        ("cli/train.rs", "use eframe::egui::Context;"),
    ];
    for (file, line) in planted {
        assert_eq!(violations(file, line).len(), 1, "{file}: {line}: {:?}", violations(file, line));
    }
}

#[test]
fn what_is_allowed_or_only_talked_about_is_no_violation() {
    let allowed = [
        ("gan/mod.rs", "// use egui::Context;\n/* std::fs */ use burn::tensor::Tensor;"),
        ("gan/mod.rs", "const TEXT: &str = \"std::fs::read and \\\" egui::Ui\"; const RAW: &str = r#\"egui::Ui\"#;"),
        ("gan/loss/mod.rs", "mod tests { use super::super::Gan; use super::super::super::config; }"),
        ("gan/mod.rs", "fn f<'a>(x: &'a str) -> char { '\"' }"),
        ("trainer/mod.rs", "use std::{fs, thread, time::Instant}; use crossbeam_channel::bounded;"),
        ("ui/dialogs.rs", "use rfd::FileDialog;"),
        ("state/run.rs", "use crate::trainer::{Event, Phase}; use super::history::History;"),
        ("export/csv.rs", "use ::csv::Writer; use super::{ExportError, write_atomically};"),
    ];
    for (file, text) in allowed {
        assert_eq!(violations(file, text), [""; 0], "{file}: {text}");
    }
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// One line for everything that `file` (its path under `src`) names and must not.
fn violations(file: &str, text: &str) -> Vec<String> {
    let place: Vec<&str> = file.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect();
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == place[0]) else { return Vec::new() };
    let is_forbidden = |path: &str| {
        let names = |name: &str| path == name || path.starts_with(&format!("{name}::"));
        if let Some(ours) = path.strip_prefix("crate::") {
            let folder = ours.split("::").next().unwrap_or_default();
            return folder != layer.name && OUR_FOLDERS.contains(&folder) && !layer.may_name.contains(&folder);
        }
        let is_window = WINDOW.iter().any(|name| names(name));
        let may_use_windows = layer.name == "ui" && (!names("rfd") || file == DIALOGS);
        layer.forbidden.iter().any(|name| names(name)) || (is_window && !may_use_windows)
    };
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for (path, line) in paths(text, &place) {
        if is_forbidden(&path) {
            found.entry(path).or_insert(line);
        }
    }
    found.into_iter().map(|(path, line)| format!("src/{file}:{line} must not name {path}")).collect()
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Separator,
    Other(char),
}

/// Every path in the text, with its line; `super` and `self` are resolved from the file's place.
fn paths(text: &str, place: &[&str]) -> Vec<(String, usize)> {
    let tokens = tokens(text);
    let mut paths = Vec::new();
    // Modules written out within this file, each with the depth of braces it began at.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut index = 0;
    while index < tokens.len() {
        let (token, line) = &tokens[index];
        let before = index.checked_sub(1).map(|before| &tokens[before].0);
        match token {
            Token::Other('{') => depth += 1,
            Token::Other('}') => {
                depth -= 1;
                inline.retain(|(_, began)| *began < depth + 1);
            }
            Token::Name(name) if name == "mod" => {
                if let (Some((Token::Name(module), _)), Some((Token::Other('{'), _))) =
                    (tokens.get(index + 1), tokens.get(index + 2))
                {
                    inline.push((module.clone(), depth + 1));
                }
            }
            Token::Name(name) if name == "use" => {
                let module = module(place, &inline);
                let mut leaves = Vec::new();
                let end = use_tree(&tokens, index + 1, &mut Vec::new(), &mut leaves);
                paths.extend(leaves.into_iter().map(|leaf| (resolve(&leaf, &module), *line)));
                index = end;
                continue;
            }
            Token::Name(name) if before == Some(&Token::Name("crate".to_owned())) => {
                // `extern crate name`
                paths.push((name.clone(), *line));
            }
            Token::Name(name) if before != Some(&Token::Separator) || starts_at_root(&tokens, index) => {
                let mut path = vec![name.clone()];
                while let (Some((Token::Separator, _)), Some((Token::Name(next), _))) =
                    (tokens.get(index + 1), tokens.get(index + 2))
                {
                    path.push(next.clone());
                    index += 2;
                }
                if path.len() > 1 {
                    paths.push((resolve(&path, &module(place, &inline)), *line));
                }
            }
            _ => {}
        }
        index += 1;
    }
    paths
}

/// Whether the path beginning at `index` is written `::name`.
fn starts_at_root(tokens: &[(Token, usize)], index: usize) -> bool {
    let before = index.checked_sub(2).map(|before| &tokens[before].0);
    !matches!(before, Some(Token::Name(_) | Token::Other('>')))
}

fn module(place: &[&str], inline: &[(String, usize)]) -> Vec<String> {
    place.iter().map(|part| (*part).to_owned()).chain(inline.iter().map(|(name, _)| name.clone())).collect()
}

/// Collects the leaves of a `use` tree and gives the index after it.
fn use_tree(
    tokens: &[(Token, usize)],
    mut index: usize,
    prefix: &mut Vec<String>,
    leaves: &mut Vec<Vec<String>>,
) -> usize {
    let length = prefix.len();
    let mut has_group = false;
    while let Some((token, _)) = tokens.get(index) {
        match token {
            Token::Name(name) if name == "as" => index += 1,
            Token::Name(name) => prefix.push(name.clone()),
            Token::Other('{') => {
                has_group = true;
                loop {
                    index = use_tree(tokens, index + 1, prefix, leaves);
                    if !matches!(tokens.get(index), Some((Token::Other(','), _))) {
                        break;
                    }
                }
            }
            Token::Other(',' | '}' | ';') => break,
            Token::Separator | Token::Other(_) => {}
        }
        index += 1;
    }
    if !has_group && prefix.len() > length {
        leaves.push(prefix.clone());
    }
    prefix.truncate(length);
    index
}

/// A path as seen from the crate's root: `crate::…` for our own, the crate's name first for others.
fn resolve(path: &[String], module: &[String]) -> String {
    let supers = path.iter().take_while(|part| matches!(part.as_str(), "super" | "self")).count();
    if supers == 0 {
        return path.join("::");
    }
    let climbs = path.iter().take(supers).filter(|part| *part == "super").count();
    let base = &module[..module.len().saturating_sub(climbs)];
    let parts = ["crate".to_owned()].into_iter().chain(base.iter().cloned()).chain(path[supers..].iter().cloned());
    parts.collect::<Vec<_>>().join("::")
}

/// Names and separators with their lines, without comments, strings and characters.
fn tokens(text: &str) -> Vec<(Token, usize)> {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let (mut tokens, mut index, mut line) = (Vec::new(), 0, 1);
    while index < characters.len() {
        let start = index;
        match at(index) {
            '/' if at(index + 1) == '/' => index += characters[index..].iter().take_while(|it| **it != '\n').count(),
            '/' if at(index + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(index), at(index + 1)) {
                        ('/', '*') => (depth, index) = (depth + 1, index + 2),
                        ('*', '/') => (depth, index) = (depth - 1, index + 2),
                        _ => index += 1,
                    }
                    if depth == 0 || index >= characters.len() {
                        break;
                    }
                }
            }
            'r' if matches!(at(index + 1), '"' | '#') && raw_string(&characters, index).is_some() => {
                index = raw_string(&characters, index).unwrap_or(index);
            }
            '"' => {
                index += 1;
                while index < characters.len() && at(index) != '"' {
                    index += if at(index) == '\\' { 2 } else { 1 };
                }
                index += 1;
            }
            // A character, not a lifetime.
            '\'' if at(index + 1) == '\\' => {
                index += 3;
                index += characters[index.min(characters.len())..].iter().take_while(|it| **it != '\'').count() + 1;
            }
            '\'' if at(index + 2) == '\'' => index += 3,
            ':' if at(index + 1) == ':' => {
                tokens.push((Token::Separator, line));
                index += 2;
            }
            character if is_name(character) => {
                let name: String = characters[index..].iter().take_while(|it| is_name(**it)).collect();
                index += name.chars().count();
                tokens.push((Token::Name(name), line));
            }
            character => {
                if !character.is_whitespace() {
                    tokens.push((Token::Other(character), line));
                }
                index += 1;
            }
        }
        let end = index.min(characters.len());
        line += characters[start..end].iter().filter(|it| **it == '\n').count();
    }
    tokens
}

/// The index after a raw string that begins at `index`, if one does.
fn raw_string(characters: &[char], index: usize) -> Option<usize> {
    let hashes = characters[index + 1..].iter().take_while(|it| **it == '#').count();
    let body = index + 1 + hashes;
    if characters.get(body) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let rest = &characters[body + 1..];
    let length = rest.windows(closing.len()).position(|window| window == closing)?;
    Some(body + 1 + length + closing.len())
}

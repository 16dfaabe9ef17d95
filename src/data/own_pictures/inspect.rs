//! What a source of pictures holds, found out before anything is trained on it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use image::{DynamicImage, RgbImage};

use super::fit::{channel_last, fit, on_paper};
use super::folder::{File, Folder};
use super::kind::{Source, SourceKind, recognise};
use super::loaded::{Part, class_names_of};
use super::skipped::Skipped;
use super::stored::Stored;
use super::{OnProgress, PicturesError, Progress, report};
use crate::config::PicturesConfig;
use crate::data::{ClassCount, DataError, Pictures, count_classes};

/// Pictures that are shown.
const THUMBNAILS: usize = 64;
/// Image files of a folder that are decoded.
const SAMPLED_FILES: usize = 256;
/// Image files that are decoded before progress is reported.
const AT_ONCE: usize = 16;
/// Bytes that are looked at, of files and of decoded pictures: more would not change the picture.
const SAMPLED_BYTES: usize = 512 << 20;
/// The size that larger pictures become unless the user asks for more: beyond it, training on a CPU stops being live.
const USUAL_SIZE: usize = 32;
/// How far apart the colours of a pixel must be to be seen: less is what compression does to grey.
const VISIBLE_COLOUR: u8 = 16;

/// What a source of pictures holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The format.
    pub kind: SourceKind,
    /// Pictures to train on; of a folder, files that are pictures by their endings, without those that were looked at and cannot be
    /// read.
    pub pictures: usize,
    /// Pictures to test with.
    pub test_pictures: usize,
    /// The classes in the order of their labels; empty where there are none.
    pub classes: Vec<ClassCount>,
    /// Columns and rows of the smallest picture looked at, and of the largest.
    pub sizes: [[usize; 2]; 2],
    /// 1 where every picture looked at is grey, though perhaps stored as colours; 3 otherwise.
    pub channels: usize,
    /// What the pictures are best made into, with the path in it.
    pub suggested: PicturesConfig,
    /// Pictures looked at for sizes, brightness and thumbnails.
    pub looked_at: usize,
    /// Mean of all values looked at, 0 (dark) to 255 (light).
    pub mean: f32,
    /// The least and the greatest of them.
    pub range: [u8; 2],
    /// What was guessed, for the user to judge.
    pub notes: Vec<String>,
    /// Files that are no pictures, and pictures looked at that cannot be read.
    pub skipped: Skipped,
    /// Some pictures, evenly from all, as training will see them.
    pub thumbnails: Pictures,
    /// The same pictures as they are.
    pub examples: Examples,
}

/// Some pictures as they are, or smaller where they are large.
#[derive(Clone, PartialEq, Default)]
pub struct Examples(Arc<[DynamicImage]>);

impl Examples {
    /// The pictures as training on `config` will see them.
    pub fn fitted(&self, config: &PicturesConfig) -> Pictures {
        let PicturesConfig { size, channels, .. } = *config;
        let pixels = self.0.iter().flat_map(|it| channel_last(&fit(it.clone(), config), channels)).collect();
        Pictures { channels, height: size, width: size, pixels }
    }
}

impl std::fmt::Debug for Examples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} pictures", self.0.len())
    }
}

/// Looks into a file or folder of pictures, in bounded time and memory.
///
/// `progress` is called often, and ends it by breaking.
///
/// # Errors
/// [`DataError::Pictures`] for what holds no pictures, and [`DataError::Cancelled`].
pub fn inspect(path: &Path, progress: &mut OnProgress<'_>) -> Result<Inspection, DataError> {
    match recognise(path, progress)? {
        Source::Stored(kind, stored) => of_stored(path, kind, stored, progress),
        Source::Folder => of_folder(path, &Folder::list(path, progress)?, progress),
    }
}

fn of_stored(
    path: &Path,
    kind: SourceKind,
    mut stored: Stored<'_>,
    progress: &mut OnProgress<'_>,
) -> Result<Inspection, DataError> {
    let count_of = |stored: &Stored<'_>, part| {
        let sections = stored.sections.iter().filter(|section| section.part == part);
        sections.map(|section| section.frames.count).sum::<usize>()
    };
    let (pictures, test_pictures) = (count_of(&stored, Part::Training), count_of(&stored, Part::Test));
    let mut look = Look::default();
    let (mut labels, mut first, mut bytes) = (Vec::new(), 0, 0);
    let mut sections = std::mem::take(&mut stored.sections);
    for section in sections.iter_mut().filter(|section| section.part == Part::Training) {
        let layout = section.frames.layout;
        labels.extend(section.labels.iter().flatten());
        while bytes < SAMPLED_BYTES || section.frames.has_labels {
            let Some(chunk) = section.frames.next_chunk().map_err(|cause| section.fail(cause))? else { break };
            bytes += chunk.pixels.len();
            let count = chunk.pixels.len() / layout.values();
            stored.check_labels(section, section.frames.done - count, &chunk.labels)?;
            labels.extend(&chunk.labels);
            for (index, pixels) in chunk.pixels.chunks_exact(layout.values()).enumerate() {
                if let Some(picture) = layout.picture(pixels) {
                    look.picture(picture, is_chosen(first + index, pictures, THUMBNAILS));
                }
            }
            first += count;
            report(progress, Progress { done: first, total: Some(pictures) })?;
        }
    }
    let test = sections.iter().filter(|section| section.part == Part::Test);
    let test_labels: Vec<u8> = test.flat_map(|section| section.labels.iter().flatten()).copied().collect();
    let names = stored.class_names.take().unwrap_or_else(|| class_names_of(&labels, &test_labels));
    let classes = if labels.is_empty() { Vec::new() } else { count_classes(names, labels.iter().copied()) };
    let found = look.finish(path, kind, [pictures, test_pictures]);
    Ok(Inspection { notes: stored.notes, ..found }.with_classes(classes))
}

fn of_folder(path: &Path, folder: &Folder, progress: &mut OnProgress<'_>) -> Result<Inspection, DataError> {
    let training: Vec<&File> = folder.files.iter().filter(|file| file.part == Part::Training).collect();
    let test_pictures = folder.files.len() - training.len();
    let mut skipped = folder.skipped.clone();
    let sampled: Vec<File> = training
        .iter()
        .enumerate()
        .filter(|(index, _)| is_chosen(*index, training.len(), SAMPLED_FILES))
        .map(|(_, file)| (*file).clone())
        .collect();
    let mut look = Look::default();
    let (mut bytes, mut done) = (0, 0);
    let mut unreadable = HashSet::new();
    // Only what is found out about a picture outlives its decoding: sixteen large ones would fill the memory.
    let look_at = |picture: DynamicImage| {
        let bytes = picture.as_bytes().len();
        let mut look = Look::default();
        look.picture(picture, true);
        (look, bytes)
    };
    for files in sampled.chunks(AT_ONCE) {
        for (file, found) in files.iter().zip(folder.decode_all(files, &look_at)) {
            let index = done;
            done += 1;
            match found {
                Ok((found, decoded)) => {
                    bytes += decoded;
                    look.add(found, is_chosen(index, sampled.len(), THUMBNAILS));
                }
                Err(reason) => {
                    skipped.add(&file.path.to_string_lossy(), reason);
                    unreadable.insert(&file.path);
                }
            }
        }
        report(progress, Progress { done, total: Some(sampled.len()) })?;
        if bytes > SAMPLED_BYTES {
            break;
        }
    }
    if look.looked_at == 0 {
        let cause = PicturesError::NoneReadable { count: done, skipped: skipped.to_string() };
        return Err(DataError::pictures(cause, path));
    }
    let readable = training.iter().filter(|file| !unreadable.contains(&file.path));
    let classes = count_classes(folder.class_names.clone(), readable.filter_map(|file| file.class));
    let counts = [training.len() - unreadable.len(), test_pictures];
    Ok(Inspection { skipped, ..look.finish(path, SourceKind::Folder, counts) }.with_classes(classes))
}

impl Inspection {
    fn with_classes(mut self, classes: Vec<ClassCount>) -> Self {
        self.suggested.classes = classes.len();
        self.classes = classes;
        self
    }
}

/// Whether `index` of `len` is among `wanted` that are evenly spread.
fn is_chosen(index: usize, len: usize, wanted: usize) -> bool {
    len <= wanted || index * wanted / len != (index + 1) * wanted / len
}

/// What is added up while pictures go by.
#[derive(Default)]
struct Look {
    looked_at: usize,
    sum: u64,
    values: u64,
    range: Option<[u8; 2]>,
    sizes: Option<[[usize; 2]; 2]>,
    has_colour: bool,
    thumbnails: Vec<DynamicImage>,
}

impl Look {
    /// Looks at one picture as training will see its colours, and keeps it if it is to be shown.
    fn picture(&mut self, picture: DynamicImage, is_shown: bool) {
        self.looked_at += 1;
        self.size([picture.width() as usize, picture.height() as usize]);
        let picture = on_paper(picture);
        if is_shown {
            self.thumbnails.push(small_enough_to_keep(&picture));
        }
        if picture.color().has_color() {
            let picture = picture.into_rgb8();
            self.values(picture.as_raw());
            self.has_colour = self.has_colour || has_colour(&picture);
        } else {
            self.values(picture.into_luma8().as_raw());
        }
    }

    /// Takes up what was found in other pictures, and keeps them if they are to be shown.
    fn add(&mut self, other: Self, is_shown: bool) {
        self.looked_at += other.looked_at;
        self.sum += other.sum;
        self.values += other.values;
        if let Some(range) = other.range {
            self.range(range);
        }
        for size in other.sizes.into_iter().flatten() {
            self.size(size);
        }
        self.has_colour |= other.has_colour;
        if is_shown {
            self.thumbnails.extend(other.thumbnails);
        }
    }

    fn values(&mut self, values: &[u8]) {
        let Some((&low, &high)) = values.iter().min().zip(values.iter().max()) else { return };
        self.sum += values.iter().map(|&value| u64::from(value)).sum::<u64>();
        self.values += values.len() as u64;
        self.range([low, high]);
    }

    fn range(&mut self, [low, high]: [u8; 2]) {
        let [least, most] = self.range.unwrap_or([low, high]);
        self.range = Some([least.min(low), most.max(high)]);
    }

    fn size(&mut self, size: [usize; 2]) {
        let area = |size: [usize; 2]| size[0] * size[1];
        let [smallest, largest] = self.sizes.unwrap_or([size; 2]);
        self.sizes = Some([
            if area(size) < area(smallest) { size } else { smallest },
            if area(size) > area(largest) { size } else { largest },
        ]);
    }

    fn finish(self, path: &Path, kind: SourceKind, [pictures, test_pictures]: [usize; 2]) -> Inspection {
        let sizes = self.sizes.unwrap_or_default();
        let channels = if self.has_colour { 3 } else { 1 };
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let size = suggested_size(sizes[0][0].min(sizes[0][1]));
        let suggested = PicturesConfig { path: Some(path), size, channels, ..PicturesConfig::default() };
        let examples = Examples(self.thumbnails.into());
        Inspection {
            kind,
            pictures,
            test_pictures,
            classes: Vec::new(),
            sizes,
            channels,
            looked_at: self.looked_at,
            mean: (self.sum as f64 / self.values.max(1) as f64) as f32,
            range: self.range.unwrap_or_default(),
            notes: Vec::new(),
            skipped: Skipped::default(),
            thumbnails: examples.fitted(&suggested),
            examples,
            suggested,
        }
    }
}

/// Their own size where there are networks for it; otherwise the next smaller one, and not a very large one.
fn suggested_size(shorter_side: usize) -> usize {
    let sizes = PicturesConfig::SIZES;
    let fitting = sizes.iter().rev().find(|&&size| size == shorter_side || size <= shorter_side.min(USUAL_SIZE));
    fitting.copied().unwrap_or(sizes[0])
}

/// The picture itself; of a large one, a copy that is still larger than anything that is shown.
fn small_enough_to_keep(picture: &DynamicImage) -> DynamicImage {
    let kept = 4 * PicturesConfig::SIZES[3] as u32;
    let is_large = picture.width() > kept || picture.height() > kept;
    if is_large { picture.thumbnail(kept, kept) } else { picture.clone() }
}

fn has_colour(picture: &RgbImage) -> bool {
    let apart = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0;
        red.max(green).max(blue) - red.min(green).min(blue) > VISIBLE_COLOUR
    };
    picture.pixels().any(apart)
}

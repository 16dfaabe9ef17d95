//! Labelled pictures or texts, real and generated ones together: as a folder of PNG files, as IDX files, as a table, or as NumPy
//! arrays. Each says which are generated.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::Path;

use npyz::zip::write::ZipWriter;
use serde_json::{Value, json};

use super::npy_pieces::{begin, header};
use super::{ExportError, PictureFolder, TextTable, check_folder_place, encode_idx, write_atomically_with};
use crate::config::{Choice as _, Domain, SampleShape, choices};
use crate::data::{Alphabet, LabelledBatch, Pictures, pack, packed_len};

/// What says which samples are generated.
const MANIFEST: &str = "manifest.json";
/// Pictures that become bytes at once.
const PIECE: usize = 256;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelledSetFormat {
    /// A sub-folder of PNG files for each class, `labels.csv` and `manifest.json`.
    Folder,
    /// `train-images-idx3-ubyte` (of colour pictures `-idx4-`, channel last), `train-labels-idx1-ubyte` and `manifest.json`.
    Idx,
    /// `texts.tsv`, a line for each text with its class after a tab, and `manifest.json`.
    Tsv,
    /// One `.npz` file: `x` (float32 `[count, channels, height, width]` in `[-1, 1]`, or `[count, symbols, length]` of ones and zeros),
    /// `y` (int64 `[count]`), `is_generated` (bool `[count]`), and of texts `alphabet` (uint32 `[symbols - 1]`, the code points of all
    /// symbols but the end, which is symbol 0).
    Npz,
}

choices!(LabelledSetFormat {
    Folder => "folder", "Folder of pictures", "A sub-folder of PNG files for each class.";
    Idx => "idx", "IDX files", "Two files in the format of MNIST.";
    Tsv => "tsv", "Table of texts", "A folder with a file of texts, a line each with its class after a tab.";
    Npz => "npz", "NumPy arrays", "One .npz file with the arrays x, y and is_generated, and the alphabet of texts.";
});

impl LabelledSetFormat {
    /// The format of samples of a domain, unless another is asked for.
    pub fn usual(domain: Domain) -> Self {
        if domain == Domain::Text { Self::Tsv } else { Self::Folder }
    }

    /// Whether samples of a domain can be written like this.
    pub fn fits(self, domain: Domain) -> bool {
        match self {
            Self::Folder | Self::Idx => domain == Domain::Images,
            Self::Tsv => domain == Domain::Text,
            Self::Npz => domain != Domain::Points,
        }
    }
}

/// Labelled samples of which some are generated.
#[derive(Debug, Clone, Copy)]
pub struct LabelledSet<'a> {
    /// Shape of a sample.
    pub shape: SampleShape,
    /// The characters of texts.
    pub alphabet: Option<&'a Alphabet>,
    /// Names of the classes, in the order of the labels.
    pub class_names: &'a [String],
    /// Real ones, which come first.
    pub real: &'a LabelledBatch,
    /// Generated ones.
    pub generated: &'a LabelledBatch,
}

impl LabelledSet<'_> {
    /// Its two parts, and whether each is generated.
    fn parts(&self) -> [(&LabelledBatch, bool); 2] {
        [(self.real, false), (self.generated, true)]
    }

    /// How many are real, and how many generated.
    fn counts(&self) -> [usize; 2] {
        [self.real.labels.len(), self.generated.labels.len()]
    }

    fn len(&self) -> usize {
        self.counts().iter().sum()
    }

    /// The pictures piece by piece, with their labels.
    fn pieces(&self) -> impl Iterator<Item = (Pictures, &[u8])> {
        let features = self.shape.features();
        self.parts().into_iter().flat_map(move |(part, _)| {
            let pieces = part.samples.chunks(PIECE * features).zip(part.labels.chunks(PIECE));
            pieces.filter_map(move |(samples, labels)| Some((Pictures::from_signed(samples, self.shape)?, labels)))
        })
    }

    /// Labels of both parts, real ones first.
    fn labels(&self) -> [&[u8]; 2] {
        [&self.real.labels, &self.generated.labels]
    }

    /// Says of the samples with these labels, real ones first, which are generated, and which file each is in.
    fn manifest(
        &self,
        [real, generated]: [&[u8]; 2],
        files: impl Fn(usize, usize) -> Option<String>,
    ) -> Result<Vec<u8>, ExportError> {
        let labels = [(real, false), (generated, true)]
            .into_iter()
            .flat_map(|(labels, is_generated)| labels.iter().map(move |&label| (usize::from(label), is_generated)));
        let entries: Vec<Value> = labels
            .enumerate()
            .map(|(number, (label, is_generated))| {
                let class = self.class_names.get(label);
                let mut entry =
                    json!({ "number": number, "label": label, "class": class, "is_generated": is_generated });
                if let Some(file) = files(number, label) {
                    entry["file"] = file.into();
                }
                entry
            })
            .collect();
        let mut manifest = json!({
            "made_by": "ganscope", "real": real.len(), "generated": generated.len(),
            "classes": self.class_names,
        });
        manifest[self.shape.domain().noun()] = entries.into();
        let mut bytes = serde_json::to_vec_pretty(&manifest).map_err(|error| ExportError::encode("JSON")(&error))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Refuses a place that cannot be written to, before the pictures are made.
///
/// # Errors
/// [`ExportError::FolderTaken`] for a folder that holds anything, [`ExportError::NotAFolder`] for a file where a folder is wanted, and
/// [`ExportError::Write`] for a folder where a file is, a file in a folder that does not exist, and a place that nobody may write to.
pub fn check_labelled_set_place(path: &Path, format: LabelledSetFormat) -> Result<(), ExportError> {
    let refuse = |kind: ErrorKind| Err(ExportError::write(path)(kind.into()));
    match format {
        LabelledSetFormat::Folder | LabelledSetFormat::Idx | LabelledSetFormat::Tsv => {
            PictureFolder::check(path)?;
            check_folder_place(path)
        }
        LabelledSetFormat::Npz if path.is_dir() => refuse(ErrorKind::IsADirectory),
        // Such as /dev/stdout, which is written to directly.
        LabelledSetFormat::Npz if path.exists() && !path.is_file() => Ok(()),
        LabelledSetFormat::Npz => match path.parent() {
            Some(folder) if folder != Path::new("") && !folder.is_dir() => refuse(ErrorKind::NotFound),
            Some(folder) => check_folder_place(folder),
            None => Ok(()),
        },
    }
}

/// Writes the samples; a folder or file is whole or absent. Gives how many are real and how many generated: a table leaves out texts
/// of white space alone.
///
/// # Errors
/// [`ExportError::FolderTaken`] for a folder that holds anything, [`ExportError::Empty`] without a sample, [`ExportError::Unfit`] for
/// a format that is not for such samples, and [`ExportError::Write`].
pub fn write_labelled_set(
    path: &Path,
    set: &LabelledSet<'_>,
    format: LabelledSetFormat,
) -> Result<[usize; 2], ExportError> {
    let unfit = || ExportError::Unfit { samples: set.shape.domain().noun(), format: format.key() };
    if !format.fits(set.shape.domain()) {
        return Err(unfit());
    }
    if set.len() == 0 {
        return Err(ExportError::Empty);
    }
    match format {
        LabelledSetFormat::Folder => {
            let mut folder = PictureFolder::create(path, set.class_names)?;
            for (pictures, labels) in set.pieces() {
                let labels: Vec<usize> = labels.iter().map(|&label| usize::from(label)).collect();
                folder.add(&pictures, &labels)?;
            }
            let manifest = set.manifest(set.labels(), |number, label| Some(folder.file_of(number, Some(label))))?;
            folder.add_file(MANIFEST, &manifest)?;
            folder.finish()?;
        }
        LabelledSetFormat::Idx => {
            let mut folder = PictureFolder::create(path, &[])?;
            let (mut pixels, mut labels) = (Vec::new(), Vec::new());
            for (pictures, piece) in set.pieces() {
                pixels.extend(pictures.pixels);
                labels.extend_from_slice(piece);
            }
            let count = labels.len();
            let (name, shape) = match set.shape {
                SampleShape::Image { channels: 1, height, width } => {
                    ("train-images-idx3-ubyte", vec![count, height, width])
                }
                SampleShape::Image { channels, height, width } => {
                    ("train-images-idx4-ubyte", vec![count, height, width, channels])
                }
                SampleShape::Points { .. } | SampleShape::Text { .. } => return Err(unfit()),
            };
            folder.add_file(name, &encode_idx(&pixels, &shape)?)?;
            folder.add_file("train-labels-idx1-ubyte", &encode_idx(&labels, &[count])?)?;
            folder.add_file(MANIFEST, &set.manifest(set.labels(), |_, _| None)?)?;
            folder.finish()?;
        }
        LabelledSetFormat::Tsv => return write_table(path, set, set.alphabet.ok_or_else(unfit)?),
        LabelledSetFormat::Npz => write_npz(path, set)?,
    }
    Ok(set.counts())
}

/// Writes texts; gives how many of either part have a line.
fn write_table(path: &Path, set: &LabelledSet<'_>, alphabet: &Alphabet) -> Result<[usize; 2], ExportError> {
    let mut table = TextTable::default();
    let kept = [set.real, set.generated].map(|part| {
        let rows = pack(&part.samples, set.shape);
        let mut kept = Vec::with_capacity(part.labels.len());
        for (row, &label) in rows.chunks_exact(packed_len(set.shape)).zip(&part.labels) {
            let class = set.class_names.get(usize::from(label)).map_or("", String::as_str);
            if table.push(&alphabet.decode(row).text, class) {
                kept.push(label);
            }
        }
        kept
    });
    if kept.iter().all(Vec::is_empty) {
        return Err(ExportError::Empty);
    }
    let mut folder = PictureFolder::create(path, &[])?;
    folder.add_file("texts.tsv", table.as_str().as_bytes())?;
    folder.add_file(MANIFEST, &set.manifest([&kept[0], &kept[1]], |_, _| None)?)?;
    folder.finish()?;
    Ok([kept[0].len(), kept[1].len()])
}

fn write_npz(path: &Path, set: &LabelledSet<'_>) -> Result<(), ExportError> {
    let count = set.len();
    let shape = set.shape.array_shape(count);
    write_atomically_with(path, |file| {
        let refused = || ExportError::write(path);
        let mut archive = ZipWriter::new(BufWriter::new(file));
        begin(&mut archive, "x", (count * set.shape.features() * size_of::<f32>()) as u64)?;
        archive.write_all(&header::<f32>(&shape)?).map_err(refused())?;
        for (part, _) in set.parts() {
            for piece in part.samples.chunks(PIECE * set.shape.features()) {
                let bytes: Vec<u8> = piece.iter().flat_map(|value| value.to_le_bytes()).collect();
                archive.write_all(&bytes).map_err(refused())?;
            }
        }
        let labels = set.parts().into_iter().flat_map(|(part, _)| &part.labels);
        let y: Vec<u8> = labels.flat_map(|&label| i64::from(label).to_le_bytes()).collect();
        begin(&mut archive, "y", y.len() as u64)?;
        archive.write_all(&header::<i64>(&[count])?).and_then(|()| archive.write_all(&y)).map_err(refused())?;
        let marks = set
            .parts()
            .into_iter()
            .flat_map(|(part, is_generated)| std::iter::repeat_n(u8::from(is_generated), part.labels.len()));
        let marks: Vec<u8> = marks.collect();
        begin(&mut archive, "is_generated", marks.len() as u64)?;
        archive.write_all(&header::<bool>(&[count])?).and_then(|()| archive.write_all(&marks)).map_err(refused())?;
        if let Some(alphabet) = set.alphabet {
            let points: Vec<u8> = alphabet.chars().iter().flat_map(|&it| u32::from(it).to_le_bytes()).collect();
            begin(&mut archive, "alphabet", points.len() as u64)?;
            archive.write_all(&header::<u32>(&[alphabet.chars().len()])?).map_err(refused())?;
            archive.write_all(&points).map_err(refused())?;
        }
        let mut file = archive.finish().map_err(|error| ExportError::encode("NPZ")(&error))?;
        file.flush().map_err(refused())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;
    use std::ops::ControlFlow;

    use super::*;
    use crate::config::CaseKind;
    use crate::data::{inspect, inspect_texts, read_idx, unpack};

    const GREY: SampleShape = SampleShape::Image { channels: 1, height: 16, width: 16 };
    const COLOUR: SampleShape = SampleShape::Image { channels: 3, height: 16, width: 16 };
    const SHADES: [u8; 5] = [0, 255, 153, 204, 102];

    /// Shades of the colour planes of a picture.
    fn planes(shade: u8) -> [u8; 3] {
        [shade, shade ^ 1, shade ^ 7]
    }

    fn batch(shape: SampleShape, shades: &[u8], labels: &[u8]) -> LabelledBatch {
        let colours = shape.features() / 256;
        let pixels: Vec<u8> =
            shades.iter().flat_map(|&shade| planes(shade)[..colours].to_vec()).flat_map(|shade| [shade; 256]).collect();
        LabelledBatch { samples: unpack(&pixels, shape), labels: labels.to_vec() }
    }

    fn write(format: LabelledSetFormat, shape: SampleShape, path: &Path) {
        let class_names = ["cat", "dog"].map(String::from);
        let (real, generated) = (batch(shape, &SHADES[..2], &[0, 1]), batch(shape, &SHADES[2..], &[1, 0, 1]));
        let set = LabelledSet { shape, alphabet: None, class_names: &class_names, real: &real, generated: &generated };
        write_labelled_set(path, &set, format).unwrap();
    }

    fn manifest(folder: &Path) -> Value {
        serde_json::from_slice(&fs::read(folder.join(MANIFEST)).unwrap()).unwrap()
    }

    #[test]
    fn a_folder_has_a_file_for_each_entry_of_its_manifest_and_can_be_learned_from() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        write(LabelledSetFormat::Folder, GREY, &out);
        let manifest = manifest(&out);
        let pictures = manifest["pictures"].as_array().unwrap();
        let marks: Vec<bool> = pictures.iter().map(|entry| entry["is_generated"].as_bool().unwrap()).collect();
        assert_eq!(marks, [false, false, true, true, true]);
        for entry in pictures {
            let file = entry["file"].as_str().unwrap();
            assert!(file.starts_with(entry["class"].as_str().unwrap()), "{file}");
            assert!(out.join(file).is_file(), "{file}");
        }
        let light = image::open(out.join(pictures[1]["file"].as_str().unwrap())).unwrap().to_luma8();
        assert!(light.pixels().all(|pixel| pixel.0 == [255]));
        let colours = root.path().join("colours");
        write(LabelledSetFormat::Folder, COLOUR, &colours);
        for (entry, shade) in pictures.iter().zip(SHADES) {
            let picture = image::open(colours.join(entry["file"].as_str().unwrap())).unwrap().to_rgb8();
            assert!(picture.pixels().all(|pixel| pixel.0 == planes(shade)), "{entry}");
        }
        let found = inspect(&out, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(found.suggested.classes, 2);
    }

    #[test]
    fn idx_files_hold_pictures_and_labels_in_the_order_of_the_manifest() {
        let root = tempfile::tempdir().unwrap();
        for (shape, name, dimensions) in [
            (GREY, "train-images-idx3-ubyte", vec![5, 16, 16]),
            (COLOUR, "train-images-idx4-ubyte", vec![5, 16, 16, 3]),
        ] {
            let out = root.path().join(name);
            write(LabelledSetFormat::Idx, shape, &out);
            let images = read_idx(&fs::read(out.join(name)).unwrap()).unwrap();
            assert_eq!(images.dimensions, dimensions);
            // The colours of a pixel side by side.
            let colours = shape.features() / 256;
            for (picture, shade) in images.values.chunks(shape.features()).zip(SHADES) {
                assert!(picture.chunks(colours).all(|pixel| *pixel == planes(shade)[..colours]), "{shape}, {shade}");
            }
            let labels = read_idx(&fs::read(out.join("train-labels-idx1-ubyte")).unwrap()).unwrap();
            assert_eq!(labels.values, [0, 1, 1, 0, 1]);
            assert_eq!((&manifest(&out)["real"], &manifest(&out)["generated"]), (&json!(2), &json!(3)));
            let found = inspect(&out, &mut |_| ControlFlow::Continue(())).unwrap();
            assert_eq!(found.suggested.classes, 2);
        }
    }

    #[test]
    fn arrays_say_which_pictures_are_generated() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out.npz");
        write(LabelledSetFormat::Npz, COLOUR, &out);
        let mut archive = npyz::npz::NpzArchive::new(Cursor::new(fs::read(&out).unwrap())).unwrap();
        let x = archive.by_name("x").unwrap().unwrap();
        assert_eq!(x.shape(), [5, 3, 16, 16]);
        // One colour plane after the other.
        let found: Vec<f32> = x.into_vec::<f32>().unwrap();
        for (picture, shade) in found.chunks(768).zip(SHADES) {
            for (plane, shade) in picture.chunks(256).zip(planes(shade)) {
                let expected = f32::from(shade) / 127.5 - 1.0;
                assert!(plane.iter().all(|value| (value - expected).abs() < 1e-6), "{shade}");
            }
        }
        assert_eq!(archive.by_name("y").unwrap().unwrap().into_vec::<i64>().unwrap(), [0, 1, 1, 0, 1]);
        let marks = archive.by_name("is_generated").unwrap().unwrap().into_vec::<bool>().unwrap();
        assert_eq!(marks, [false, false, true, true, true]);
    }

    /// 24 real texts of five letters, cats and dogs in turn; of generated dogs one without a letter, and `ba`.
    fn write_texts(format: LabelledSetFormat, path: &Path) -> Result<[usize; 2], ExportError> {
        let shape = SampleShape::Text { symbols: 3, length: 5 };
        let alphabet = Alphabet::from_chars(vec!['a', 'b']).unwrap();
        let rows: Vec<u8> = (0..24_u8).flat_map(|number| (0..5).map(move |place| 1 + (number >> place & 1))).collect();
        let real = LabelledBatch { samples: unpack(&rows, shape), labels: (0..24).map(|number| number % 2).collect() };
        let generated = LabelledBatch { samples: unpack(&[0, 2, 0, 0, 0, 2, 1, 0, 0, 0], shape), labels: vec![1, 1] };
        let class_names = ["cat", "dog"].map(String::from);
        let alphabet = Some(&alphabet);
        let set = LabelledSet { shape, alphabet, class_names: &class_names, real: &real, generated: &generated };
        write_labelled_set(path, &set, format)
    }

    #[test]
    fn texts_are_a_table_that_can_be_learned_from_or_arrays_with_their_alphabet() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        assert_eq!(write_texts(LabelledSetFormat::Tsv, &out).unwrap(), [24, 1], "what has no letter is no line");
        let table = fs::read_to_string(out.join("texts.tsv")).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[1], lines[24]), (25, "aaaaa\tcat", "baaaa\tdog", "ba\tdog"));
        let entries = manifest(&out)["texts"].as_array().unwrap().clone();
        let marks: Vec<bool> = entries.iter().map(|entry| entry["is_generated"].as_bool().unwrap()).collect();
        assert_eq!((marks[..24].contains(&true), marks[24], marks.len()), (false, true, 25));
        let found = inspect_texts(&out.join("texts.tsv"), CaseKind::AsIs, None).unwrap().config;
        assert_eq!((found.classes, found.alphabet.as_str()), (2, "ab"));

        let out = root.path().join("out.npz");
        assert_eq!(write_texts(LabelledSetFormat::Npz, &out).unwrap(), [24, 2]);
        let mut archive = npyz::npz::NpzArchive::new(Cursor::new(fs::read(&out).unwrap())).unwrap();
        assert_eq!(archive.by_name("x").unwrap().unwrap().shape(), [26, 3, 5]);
        assert_eq!(archive.by_name("alphabet").unwrap().unwrap().into_vec::<u32>().unwrap(), [97, 98]);
        for format in [LabelledSetFormat::Folder, LabelledSetFormat::Idx] {
            let refused = write_texts(format, &root.path().join(format.key())).unwrap_err();
            assert!(matches!(refused, ExportError::Unfit { .. }), "{refused}");
        }
    }

    #[test]
    fn a_folder_that_holds_something_is_refused_before_and_after() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("mine.txt"), "x").unwrap();
        for format in [LabelledSetFormat::Folder, LabelledSetFormat::Idx] {
            let refused = check_labelled_set_place(root.path(), format).unwrap_err();
            assert!(matches!(refused, ExportError::FolderTaken { .. }));
        }
    }

    #[test]
    fn a_place_that_could_not_be_written_to_is_refused_before() {
        let root = tempfile::tempdir().unwrap();
        let (file, folder) = (root.path().join("made.npz"), root.path().join("none"));
        let refused = |path: &Path, format| match check_labelled_set_place(path, format) {
            Err(ExportError::Write { cause, .. }) => Some(cause.kind()),
            other => other.map_or_else(|error| panic!("{error}"), |()| None),
        };
        for format in [LabelledSetFormat::Folder, LabelledSetFormat::Npz] {
            assert_eq!(refused(&file, format), None, "it is to be made");
        }
        assert_eq!(refused(root.path(), LabelledSetFormat::Npz), Some(ErrorKind::IsADirectory));
        assert_eq!(refused(&folder.join("made.npz"), LabelledSetFormat::Npz), Some(ErrorKind::NotFound));
        fs::write(&file, "x").unwrap();
        assert_eq!(refused(&file, LabelledSetFormat::Npz), None, "an older one is replaced");
        for place in [file.clone(), file.join("within"), file.join("within/that")] {
            let Err(ExportError::NotAFolder { path }) = check_labelled_set_place(&place, LabelledSetFormat::Idx) else {
                panic!("{}", place.display());
            };
            assert_eq!(path, file);
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "nothing is left there");
    }
}

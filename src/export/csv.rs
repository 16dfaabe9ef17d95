//! Tables: points, and the metrics of a run.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ::csv::{ByteRecord, ReaderBuilder, Writer};

use super::{ExportError, write_atomically};

/// Writes points as a table with the columns `x` and `y`, each number as short as it can be without losing a bit.
///
/// # Errors
/// Those of [`write_atomically`].
pub fn write_points_csv(path: impl AsRef<Path>, points: &[[f32; 2]]) -> Result<(), ExportError> {
    let rows = points.iter().map(|[x, y]| format!("{x},{y}\n"));
    let table: String = std::iter::once(String::from("x,y\n")).chain(rows).collect();
    write_atomically(path, table.as_bytes())
}

/// The table of a run's metrics: a row is on the way to the disk as soon as it is appended.
///
/// The first column is `step`; a value that was not measured is an empty cell.
#[derive(Debug)]
pub struct MetricsCsv {
    path: PathBuf,
    columns: usize,
    file: File,
}

impl MetricsCsv {
    /// Starts an empty table with `columns` beside `step`, in place of any that is there.
    ///
    /// # Errors
    /// [`ExportError::Write`].
    pub fn create(path: impl AsRef<Path>, columns: &[&str]) -> Result<Self, ExportError> {
        Self::replace(path.as_ref(), columns, Vec::new())
    }

    /// Goes on with the table of an interrupted run, or starts one if there is none.
    ///
    /// Rows after `last_step` are dropped, as is a last row that was cut short, so that a resumed run ends up with the
    /// table of an uninterrupted one.
    ///
    /// # Errors
    /// [`ExportError::OtherColumns`] if it is not the table of such a run, [`ExportError::Read`],
    /// [`ExportError::Write`].
    pub fn resume(path: impl AsRef<Path>, columns: &[&str], last_step: u64) -> Result<Self, ExportError> {
        let path = path.as_ref();
        let table = match std::fs::read(path) {
            Ok(table) => table,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::create(path, columns),
            Err(error) => return Err(ExportError::read(path)(error)),
        };
        let whole_lines = table.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&table[..whole_lines]);
        let mut rows = rows.byte_records().map_while(Result::ok);
        let is_ours = rows.next().is_none_or(|names| names == header(columns));
        if !is_ours {
            return Err(ExportError::OtherColumns { path: path.to_owned() });
        }
        let kept =
            rows.filter(|row| row.len() == columns.len() + 1 && step_of(row).is_some_and(|step| step <= last_step));
        Self::replace(path, columns, kept.collect())
    }

    /// Appends what was measured at `step`.
    ///
    /// # Shapes
    /// One value for each column beside `step`.
    ///
    /// # Errors
    /// [`ExportError::ShapeMismatch`] or [`ExportError::Write`].
    pub fn append(&mut self, step: u64, values: &[Option<f64>]) -> Result<(), ExportError> {
        if values.len() != self.columns {
            return Err(ExportError::ShapeMismatch { found: values.len(), shape: vec![self.columns] });
        }
        let mut row = step.to_string();
        for value in values {
            row.push(',');
            row.extend(value.map(shortest));
        }
        row.push('\n');
        // One call for the whole row, so that a reader never sees half of one.
        self.file.write_all(row.as_bytes()).map_err(ExportError::write(&self.path))
    }

    fn replace(path: &Path, columns: &[&str], rows: Vec<ByteRecord>) -> Result<Self, ExportError> {
        let mut writer = Writer::from_writer(Vec::new());
        let encode_error = ExportError::encode("CSV");
        for row in std::iter::once(header(columns)).chain(rows) {
            writer.write_byte_record(&row).map_err(|error| encode_error(&error))?;
        }
        let table = writer.into_inner().map_err(|error| encode_error(&error))?;
        write_atomically(path, &table)?;
        let file = OpenOptions::new().append(true).open(path).map_err(ExportError::write(path))?;
        Ok(Self { path: path.to_owned(), columns: columns.len(), file })
    }
}

fn header(columns: &[&str]) -> ByteRecord {
    std::iter::once("step").chain(columns.iter().copied()).map(str::as_bytes).collect::<Vec<_>>().into()
}

fn step_of(row: &ByteRecord) -> Option<u64> {
    std::str::from_utf8(row.get(0)?).ok()?.parse().ok()
}

/// The shortest text that reads back as the same number; a value that was single precision stays as short as it was.
fn shortest(value: f64) -> String {
    let single = value as f32;
    if f64::from(single).to_bits() == value.to_bits() { single.to_string() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const COLUMNS: [&str; 2] = ["d_loss", "g_loss"];

    #[test]
    fn points_come_back_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        let points = [[0.1, -2.0], [1e-30, f32::MAX]];
        write_points_csv(&path, &points).unwrap();
        let table = fs::read_to_string(&path).unwrap();
        assert!(table.starts_with("x,y\n0.1,-2\n"), "{table}");
        let mut reader = ::csv::Reader::from_reader(table.as_bytes());
        let read: Vec<[f32; 2]> = reader.deserialize().collect::<Result<_, _>>().unwrap();
        assert_eq!(read, points);
    }

    #[test]
    fn rows_are_there_as_soon_as_they_are_appended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let mut metrics = MetricsCsv::create(&path, &COLUMNS).unwrap();
        metrics.append(1, &[Some(f64::from(0.1_f32)), None]).unwrap();
        metrics.append(2, &[Some(1.0 / 3.0), Some(f64::NAN)]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "step,d_loss,g_loss\n1,0.1,\n2,0.3333333333333333,NaN\n");
    }

    #[test]
    fn the_wrong_number_of_values_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut metrics = MetricsCsv::create(folder.path().join("metrics.csv"), &COLUMNS).unwrap();
        assert!(matches!(metrics.append(1, &[None]), Err(ExportError::ShapeMismatch { found: 1, .. })));
    }

    #[test]
    fn a_resumed_table_equals_an_uninterrupted_one() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, resumed) = (folder.path().join("whole.csv"), folder.path().join("resumed.csv"));
        let rows = |metrics: &mut MetricsCsv, steps: std::ops::Range<u64>| {
            for step in steps {
                metrics.append(step, &[Some(step as f64 / 7.0), None]).unwrap();
            }
        };
        rows(&mut MetricsCsv::create(&whole, &COLUMNS).unwrap(), 1..9);
        rows(&mut MetricsCsv::create(&resumed, &COLUMNS).unwrap(), 1..7);
        OpenOptions::new().append(true).open(&resumed).unwrap().write_all(b"4,0.57,1").unwrap();
        rows(&mut MetricsCsv::resume(&resumed, &COLUMNS, 4).unwrap(), 5..9);
        assert_eq!(fs::read(whole).unwrap(), fs::read(resumed).unwrap());
    }

    #[test]
    fn resuming_without_a_table_starts_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        MetricsCsv::resume(&path, &COLUMNS, 4).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "step,d_loss,g_loss\n");
    }

    #[test]
    fn another_table_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, "step,other\n1,2\n").unwrap();
        let message = MetricsCsv::resume(&path, &COLUMNS, 4).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("its columns are not those of this run, choose another folder: {}", path.display())
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "step,other\n1,2\n");
    }
}

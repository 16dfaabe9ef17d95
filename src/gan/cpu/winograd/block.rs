//! A few channels of a tile side by side, and transforms along either side of it.

/// Channels that are transformed side by side.
pub(super) const LANES: usize = 16;

/// A few channels of one place.
pub(super) type Lanes = [f32; LANES];

/// A small matrix of a few channels.
pub(super) struct Block<const ROWS: usize, const COLUMNS: usize>(pub(super) [[Lanes; COLUMNS]; ROWS]);

impl<const ROWS: usize, const COLUMNS: usize> Block<ROWS, COLUMNS> {
    /// All zeros.
    pub(super) const EMPTY: Self = Self([[[0.0; LANES]; COLUMNS]; ROWS]);

    /// Transforms every column.
    #[inline(always)]
    pub(super) fn along_columns<const NEW: usize>(
        &self,
        result: &mut Block<NEW, COLUMNS>,
        transform: impl Fn([f32; ROWS]) -> [f32; NEW],
    ) {
        for x in 0..COLUMNS {
            for lane in 0..LANES {
                let mut column = [0.0; ROWS];
                for y in 0..ROWS {
                    column[y] = self.0[y][x][lane];
                }
                let column = transform(column);
                for y in 0..NEW {
                    result.0[y][x][lane] = column[y];
                }
            }
        }
    }

    /// Transforms every row.
    #[inline(always)]
    pub(super) fn along_rows<const NEW: usize>(
        &self,
        result: &mut Block<ROWS, NEW>,
        transform: impl Fn([f32; COLUMNS]) -> [f32; NEW],
    ) {
        for y in 0..ROWS {
            for lane in 0..LANES {
                let mut row = [0.0; COLUMNS];
                for x in 0..COLUMNS {
                    row[x] = self.0[y][x][lane];
                }
                let row = transform(row);
                for x in 0..NEW {
                    result.0[y][x][lane] = row[x];
                }
            }
        }
    }
}

impl<const IN: usize> Block<IN, IN> {
    /// Reads one place of each element's matrix; `element` is the size of one.
    #[inline(always)]
    pub(super) fn load(&mut self, values: &[f32], element: usize, at: usize, lanes: usize) {
        for (index, target) in self.0.as_flattened_mut().iter_mut().enumerate() {
            load(values, index * element + at, lanes, target);
        }
    }

    /// Writes one place of each element's matrix.
    #[inline(always)]
    pub(super) fn store(&self, values: &mut [f32], element: usize, at: usize, lanes: usize) {
        for (index, source) in self.0.as_flattened().iter().enumerate() {
            store(source, values, index * element + at, lanes);
        }
    }
}

/// Reads a few channels.
#[inline(always)]
pub(super) fn load(values: &[f32], at: usize, lanes: usize, target: &mut Lanes) {
    if lanes == LANES
        && let Some(all) = values[at..].first_chunk()
    {
        *target = *all;
    } else {
        for lane in 0..lanes {
            target[lane] = values[at + lane];
        }
    }
}

/// Writes a few channels.
#[inline(always)]
pub(super) fn store(source: &Lanes, values: &mut [f32], at: usize, lanes: usize) {
    if lanes == LANES
        && let Some(all) = values[at..].first_chunk_mut()
    {
        *all = *source;
    } else {
        for lane in 0..lanes {
            values[at + lane] = source[lane];
        }
    }
}

/// Adds a few channels.
#[inline(always)]
pub(super) fn add(source: &Lanes, values: &mut [f32], at: usize, lanes: usize) {
    if lanes == LANES
        && let Some(all) = values[at..].first_chunk_mut::<LANES>()
    {
        for lane in 0..LANES {
            all[lane] += source[lane];
        }
    } else {
        for lane in 0..lanes {
            values[at + lane] += source[lane];
        }
    }
}

//! How the pixels of a file lie, and where each frame is.

use super::FrameProblem;
use super::dataset::{Dataset, Tag};
use super::reader::{EXPLICIT_BIG, EXPLICIT_LITTLE, Elements, Fragment, IMPLICIT_LITTLE, PixelData};
use crate::limits::{FRAME_BYTES_MAX, FRAME_PIXELS_MAX};
use crate::source::{Source, read_range};

const SAMPLES: Tag = (0x0028, 0x0002);
const PHOTOMETRIC: Tag = (0x0028, 0x0004);
const PLANAR: Tag = (0x0028, 0x0006);
const FRAMES: Tag = (0x0028, 0x0008);
pub(super) const ROWS: Tag = (0x0028, 0x0010);
pub(super) const COLUMNS: Tag = (0x0028, 0x0011);
const BITS_ALLOCATED: Tag = (0x0028, 0x0100);
const BITS_STORED: Tag = (0x0028, 0x0101);
const HIGH_BIT: Tag = (0x0028, 0x0102);
const SIGNED: Tag = (0x0028, 0x0103);
const EXTENDED_OFFSETS: Tag = (0x7FE0, 0x0001);

/// How the samples of a frame lie in memory.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) rows: u16,
    pub(super) columns: u16,
    pub(super) samples: u16,
    pub(super) bits_allocated: u16,
    pub(super) bits_stored: u16,
    pub(super) high_bit: u16,
    pub(super) signed: bool,
    pub(super) planar: bool,
    pub(super) photometric: String,
    pub(super) frames: u32,
}

impl Layout {
    pub(super) fn of(dataset: &Dataset) -> Result<Self, FrameProblem> {
        let (Some(rows), Some(columns)) = (dataset.short(ROWS), dataset.short(COLUMNS)) else {
            return Err(FrameProblem::NoImage);
        };
        let bits_allocated = dataset.short(BITS_ALLOCATED).unwrap_or(8);
        let bits_stored = dataset.short(BITS_STORED).unwrap_or(bits_allocated);
        let layout = Self {
            rows,
            columns,
            samples: dataset.short(SAMPLES).unwrap_or(1),
            bits_allocated,
            bits_stored,
            high_bit: dataset.short(HIGH_BIT).unwrap_or_else(|| bits_stored.saturating_sub(1)),
            signed: dataset.short(SIGNED) == Some(1),
            planar: dataset.short(PLANAR) == Some(1),
            photometric: dataset.text(PHOTOMETRIC).unwrap_or_else(|| "MONOCHROME2".to_owned()),
            frames: dataset.decimal(FRAMES).map_or(1, |count| (count as u32).max(1)),
        };
        let possible = matches!(layout.bits_allocated, 1 | 8 | 16 | 32)
            && (1..=layout.bits_allocated).contains(&layout.bits_stored)
            && layout.high_bit < layout.bits_allocated
            && layout.high_bit + 1 >= layout.bits_stored
            && matches!(layout.samples, 1 | 3)
            && (layout.samples == 1 || matches!(layout.bits_allocated, 8 | 16))
            && rows > 0
            && columns > 0;
        if !possible {
            return Err(FrameProblem::UnsupportedPixels);
        }
        if u32::from(rows) * u32::from(columns) > FRAME_PIXELS_MAX {
            return Err(FrameProblem::TooManyPixels);
        }
        Ok(layout)
    }

    pub(super) fn pixels(&self) -> usize {
        usize::from(self.rows) * usize::from(self.columns)
    }

    /// Samples of colour that lie at half the resolution across; only native pixels do.
    pub(super) fn is_halved(&self) -> bool {
        self.photometric == "YBR_FULL_422" && self.samples == 3 && self.bits_allocated == 8
    }

    pub(super) fn frame_bits(&self) -> u64 {
        let samples = self.pixels() as u64 * if self.is_halved() { 2 } else { u64::from(self.samples) };
        samples * u64::from(self.bits_allocated)
    }

    /// Bytes of a frame once it is unpacked.
    pub(super) fn unpacked_bytes(&self) -> usize {
        let samples = self.pixels() * usize::from(self.samples);
        if self.bits_allocated == 1 { samples.div_ceil(8) } else { samples * usize::from(self.bits_allocated / 8) }
    }
}

/// One frame as it lies in the file.
pub(super) enum Stored {
    /// Samples as the layout says.
    Native { bytes: Vec<u8>, big_endian: bool },
    /// A compressed picture.
    Compressed(Vec<u8>),
}

/// How many frames there really are: what is missing at the end of a torn file is not counted.
pub(super) fn count(elements: &Elements, layout: &Layout) -> u32 {
    let there = match &elements.pixels {
        PixelData::None => 0,
        PixelData::Native { length, .. } => length.saturating_mul(8) / layout.frame_bits().max(1),
        PixelData::Encapsulated { fragments, .. } => fragments.len() as u64,
    };
    layout.frames.min(u32::try_from(there).unwrap_or(u32::MAX)).max(1)
}

/// Reads the bytes of frame `number`, counted from zero.
pub(super) fn stored(
    elements: &Elements,
    layout: &Layout,
    source: &mut dyn Source,
    number: u32,
) -> Result<Stored, FrameProblem> {
    if number >= layout.frames {
        return Err(FrameProblem::Truncated);
    }
    let syntax = elements.transfer_syntax.as_str();
    match &elements.pixels {
        PixelData::None => Err(FrameProblem::NoImage),
        PixelData::Native { offset, length } if [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG].contains(&syntax) => {
            let first_bit = layout.frame_bits() * u64::from(number);
            let end = (first_bit + layout.frame_bits()).div_ceil(8);
            if end > *length {
                return Err(FrameProblem::Truncated);
            }
            let start = first_bit / 8;
            let bytes = read_range(source, offset + start, end - start).map_err(|_| FrameProblem::Truncated)?;
            let bytes = match first_bit % 8 {
                0 => bytes,
                shift => shifted(&bytes, shift as u32),
            };
            Ok(Stored::Native { bytes, big_endian: syntax == EXPLICIT_BIG })
        }
        PixelData::Native { .. } => Err(FrameProblem::unsupported(syntax)),
        PixelData::Encapsulated { offsets, fragments } => {
            let extended = elements.root.bytes(EXTENDED_OFFSETS).unwrap_or_default();
            let pieces = pieces(offsets, extended, fragments, layout.frames, number);
            let bytes_all: u64 = pieces.iter().map(|piece| u64::from(piece.length)).sum();
            if bytes_all > FRAME_BYTES_MAX {
                return Err(FrameProblem::TooManyPixels);
            }
            let mut data = Vec::new();
            for piece in pieces {
                let part =
                    read_range(source, piece.offset, piece.length.into()).map_err(|_| FrameProblem::Truncated)?;
                data.extend(part);
            }
            if data.is_empty() { Err(FrameProblem::Truncated) } else { Ok(Stored::Compressed(data)) }
        }
    }
}

/// Frames of one bit a pixel follow each other without a gap, so that one may begin inside a byte.
fn shifted(bytes: &[u8], shift: u32) -> Vec<u8> {
    let next = bytes.iter().skip(1).chain(std::iter::once(&0));
    bytes.iter().zip(next).map(|(low, high)| low >> shift | high << (8 - shift)).collect()
}

/// The fragments of a frame: by the offset tables, else one each, else from one picture's beginning to the next.
fn pieces<'a>(offsets: &[u8], extended: &[u8], fragments: &'a [Fragment], frames: u32, number: u32) -> &'a [Fragment] {
    let Some(first) = fragments.first() else { return &[] };
    if frames <= 1 {
        return fragments;
    }
    let count = frames as usize;
    let number = number as usize;
    // Offsets count from the first fragment's own eight-byte header.
    let base = first.offset - 8;
    let short = offsets.as_chunks::<4>().0;
    let long = extended.as_chunks::<8>().0;
    let at = |index: usize| {
        let offset = if long.len() == count {
            u64::from_le_bytes(*long.get(index)?)
        } else {
            u64::from(u32::from_le_bytes(*short.get(index)?))
        };
        let place = base.checked_add(offset)?.checked_add(8)?;
        fragments.binary_search_by_key(&place, |fragment| fragment.offset).ok()
    };
    if (long.len() == count || short.len() == count)
        && let Some(start) = at(number)
    {
        let end = at(number + 1).unwrap_or(if number + 1 == count { fragments.len() } else { start + 1 });
        return fragments.get(start..end.max(start)).unwrap_or_default();
    }
    if fragments.len() == count {
        return fragments.get(number..=number).unwrap_or_default();
    }
    let mut starts =
        fragments.iter().enumerate().filter(|(_, fragment)| fragment.begins).map(|(index, _)| index).skip(number);
    match (starts.next(), starts.next()) {
        (Some(start), end) => fragments.get(start..end.unwrap_or(fragments.len())).unwrap_or_default(),
        (None, _) => &[],
    }
}

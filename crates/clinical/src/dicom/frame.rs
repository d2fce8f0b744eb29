//! A frame as a PNG: stored values → modality → window → grey, or palette, or colour (PS3.3 C.7.6.3, C.11.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use serde::Serialize;

use super::FrameProblem;
use super::codec::{Samples, first_frame};
use super::reader::{Dataset, Tag};
use crate::limits::{FRAME_EDGE_MAX, FRAME_PIXELS_MAX};

const SAMPLES: Tag = (0x0028, 0x0002);
const PHOTOMETRIC: Tag = (0x0028, 0x0004);
const PLANAR: Tag = (0x0028, 0x0006);
const FRAMES: Tag = (0x0028, 0x0008);
const ROWS: Tag = (0x0028, 0x0010);
const COLUMNS: Tag = (0x0028, 0x0011);
const BITS_ALLOCATED: Tag = (0x0028, 0x0100);
const BITS_STORED: Tag = (0x0028, 0x0101);
const HIGH_BIT: Tag = (0x0028, 0x0102);
const SIGNED: Tag = (0x0028, 0x0103);
const PADDING: Tag = (0x0028, 0x0120);
const WINDOW_CENTER: Tag = (0x0028, 0x1050);
const WINDOW_WIDTH: Tag = (0x0028, 0x1051);
const RESCALE_INTERCEPT: Tag = (0x0028, 0x1052);
const RESCALE_SLOPE: Tag = (0x0028, 0x1053);
const WINDOW_FUNCTION: Tag = (0x0028, 0x1056);
const PALETTE_DESCRIPTORS: [Tag; 3] = [(0x0028, 0x1101), (0x0028, 0x1102), (0x0028, 0x1103)];
const PALETTES: [Tag; 3] = [(0x0028, 0x1201), (0x0028, 0x1202), (0x0028, 0x1203)];

/// The first frame, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DicomFrame {
    /// A PNG, in base64.
    pub png_base64: String,
    /// Width of the PNG in pixels; smaller than the file's if that is above [`FRAME_EDGE_MAX`].
    pub width: u32,
    /// Height of the PNG in pixels.
    pub height: u32,
    /// Where the brightness comes from; `None` for colour pictures.
    pub window: Option<WindowSource>,
}

/// Where the brightness of a grey picture comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WindowSource {
    /// The file's window centre and width.
    File,
    /// The darkest and brightest value of the frame, as the file names no window.
    Extremes,
}

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
    pub(super) fn of(dataset: &Dataset<'_>) -> Result<Self, FrameProblem> {
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
            frames: frames(dataset),
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

    pub(super) fn frame_bytes(&self) -> usize {
        let samples = self.pixels() * usize::from(self.samples);
        if self.bits_allocated == 1 { samples.div_ceil(8) } else { samples * usize::from(self.bits_allocated / 8) }
    }
}

pub(super) fn frames(dataset: &Dataset<'_>) -> u32 {
    dataset.decimal(FRAMES).map_or(1, |count| (count as u32).max(1))
}

/// Renders the first frame.
pub(super) fn render(dataset: &Dataset<'_>) -> Result<DicomFrame, FrameProblem> {
    let layout = Layout::of(dataset)?;
    let samples = first_frame(dataset, &layout)?;
    let (picture, window) = match layout.photometric.as_str() {
        "MONOCHROME1" | "MONOCHROME2" if layout.samples == 1 => grey(dataset, &layout, &samples)?,
        "PALETTE COLOR" if layout.samples == 1 => (palette(dataset, &layout, &samples)?, None),
        "RGB" | "YBR_FULL" if layout.samples == 3 => (colour(dataset, &layout, &samples)?, None),
        // Subsampled colour exists only inside JPEG, which has already made RGB of it.
        "YBR_FULL_422" | "YBR_RCT" | "YBR_ICT" if samples.rgb => (colour(dataset, &layout, &samples)?, None),
        _ => return Err(FrameProblem::UnsupportedPixels),
    };
    encode(picture, window)
}

fn grey(
    dataset: &Dataset<'_>,
    layout: &Layout,
    samples: &Samples,
) -> Result<(DynamicImage, Option<WindowSource>), FrameProblem> {
    let slope = dataset.decimal(RESCALE_SLOPE).filter(|slope| *slope != 0.0).unwrap_or(1.0);
    let intercept = dataset.decimal(RESCALE_INTERCEPT).unwrap_or(0.0);
    let stored = stored_values(dataset, layout, samples);
    let padding =
        dataset.short(PADDING).map(|raw| if layout.signed { i64::from(raw.cast_signed()) } else { i64::from(raw) });
    let modality = |value: i64| value as f64 * slope + intercept;
    let stated = match (dataset.decimal(WINDOW_CENTER), dataset.decimal(WINDOW_WIDTH)) {
        (Some(center), Some(width)) if width >= 1.0 => Some((center, width)),
        _ => None,
    };
    let function = dataset.text(WINDOW_FUNCTION).unwrap_or_default();
    let (shade, source): (Box<dyn Fn(f64) -> f64>, _) = match stated {
        Some((center, width)) if function == "SIGMOID" => {
            (Box::new(move |x| 1.0 / (1.0 + (-4.0 * (x - center) / width).exp())), WindowSource::File)
        }
        Some((center, width)) if function == "LINEAR_EXACT" => {
            (Box::new(move |x| (x - center) / width + 0.5), WindowSource::File)
        }
        // PS3.3 C.11.2.1.2.1; a width of one is a threshold.
        Some((center, width)) if width > 1.0 => {
            (Box::new(move |x| (x - (center - 0.5)) / (width - 1.0) + 0.5), WindowSource::File)
        }
        Some((center, _)) => (Box::new(move |x| if x <= center - 0.5 { 0.0 } else { 1.0 }), WindowSource::File),
        None => {
            let seen = stored.iter().copied().filter(|value| Some(*value) != padding).map(modality);
            let (low, high) = seen.fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
            let span = if high > low { high - low } else { 1.0 };
            (Box::new(move |x| (x - low) / span), WindowSource::Extremes)
        }
    };
    let inverted = layout.photometric == "MONOCHROME1";
    let grey = stored.iter().map(|&value| {
        let shade = shade(modality(value)).clamp(0.0, 1.0);
        ((if inverted { 1.0 - shade } else { shade }) * 255.0).round() as u8
    });
    let picture = GrayImage::from_raw(layout.columns.into(), layout.rows.into(), grey.collect());
    Ok((DynamicImage::ImageLuma8(picture.ok_or(FrameProblem::Truncated)?), Some(source)))
}

/// Stored values of a one-sample frame: the stored bits under the high bit, with their sign.
fn stored_values(dataset: &Dataset<'_>, layout: &Layout, samples: &Samples) -> Vec<i64> {
    let shift = layout.high_bit + 1 - layout.bits_stored;
    let mask = (1_u64 << layout.bits_stored) - 1;
    let sign = 1_u64 << (layout.bits_stored - 1);
    let value = |raw: u64| {
        let bits = raw >> shift & mask;
        if layout.signed && bits & sign != 0 { bits as i64 - (mask as i64 + 1) } else { bits as i64 }
    };
    let bytes = &samples.bytes;
    match layout.bits_allocated {
        1 => (0..layout.pixels()).map(|pixel| i64::from(bytes[pixel / 8] >> (pixel % 8) & 1)).collect(),
        8 => bytes.iter().take(layout.pixels()).map(|&byte| value(byte.into())).collect(),
        16 => {
            let words = bytes.as_chunks::<2>().0.iter().take(layout.pixels());
            words.map(|&pair| value(wide(dataset, samples, pair).into())).collect()
        }
        _ => {
            bytes.as_chunks::<4>().0.iter().take(layout.pixels()).map(|&four| value(dataset.u32(four).into())).collect()
        }
    }
}

fn wide(dataset: &Dataset<'_>, samples: &Samples, pair: [u8; 2]) -> u16 {
    if samples.little_endian { u16::from_le_bytes(pair) } else { dataset.u16(pair) }
}

/// PS3.3 C.7.6.3.1.5: entries, first value mapped, bits of an entry.
fn palette(dataset: &Dataset<'_>, layout: &Layout, samples: &Samples) -> Result<DynamicImage, FrameProblem> {
    let mut tables: Vec<(i64, Vec<u8>)> = Vec::with_capacity(3);
    for (descriptor, table) in PALETTE_DESCRIPTORS.into_iter().zip(PALETTES) {
        let shape = dataset.shorts(descriptor).ok_or(FrameProblem::UnsupportedPixels)?;
        let [entries, first, bits] = shape[..] else { return Err(FrameProblem::UnsupportedPixels) };
        let entries = if entries == 0 { 65_536 } else { usize::from(entries) };
        let first = if layout.signed { i64::from(first.cast_signed()) } else { i64::from(first) };
        let raw = dataset.bytes(table).ok_or(FrameProblem::UnsupportedPixels)?;
        let values: Vec<u8> = if bits == 8 && raw.len() < 2 * entries {
            raw.iter().copied().take(entries).collect()
        } else {
            let words: Vec<u16> = raw.as_chunks::<2>().0.iter().take(entries).map(|&pair| dataset.u16(pair)).collect();
            // Some writers put 8-bit values into 16-bit entries.
            let narrow = words.iter().all(|&word| word <= 0xFF);
            words.into_iter().map(|word| if narrow { word as u8 } else { (word >> 8) as u8 }).collect()
        };
        if values.is_empty() {
            return Err(FrameProblem::UnsupportedPixels);
        }
        tables.push((first, values));
    }
    let mut rgb = Vec::with_capacity(layout.pixels() * 3);
    for value in stored_values(dataset, layout, samples) {
        for (first, table) in &tables {
            // Values below the first and above the last entry take the nearest.
            let at = usize::try_from(value - first).unwrap_or(0).min(table.len() - 1);
            rgb.push(table[at]);
        }
    }
    RgbImage::from_raw(layout.columns.into(), layout.rows.into(), rgb)
        .map(DynamicImage::ImageRgb8)
        .ok_or(FrameProblem::Truncated)
}

fn colour(dataset: &Dataset<'_>, layout: &Layout, samples: &Samples) -> Result<DynamicImage, FrameProblem> {
    let count = layout.pixels() * 3;
    let narrow: Vec<u8> = if layout.bits_allocated == 8 {
        samples.bytes.iter().copied().take(count).collect()
    } else {
        let shift = layout.bits_stored.saturating_sub(8);
        let words = samples.bytes.as_chunks::<2>().0.iter().take(count);
        words.map(|&pair| (wide(dataset, samples, pair) >> shift & 0xFF) as u8).collect()
    };
    if narrow.len() < count {
        return Err(FrameProblem::Truncated);
    }
    let pixels = layout.pixels();
    let pixel = |at: usize| {
        if samples.interleaved {
            [narrow[3 * at], narrow[3 * at + 1], narrow[3 * at + 2]]
        } else {
            [narrow[at], narrow[pixels + at], narrow[2 * pixels + at]]
        }
    };
    let is_ybr = layout.photometric == "YBR_FULL" && !samples.rgb;
    let rgb = (0..pixels).flat_map(|at| if is_ybr { from_ybr(pixel(at)) } else { pixel(at) }).collect();
    RgbImage::from_raw(layout.columns.into(), layout.rows.into(), rgb)
        .map(DynamicImage::ImageRgb8)
        .ok_or(FrameProblem::Truncated)
}

/// PS3.3 C.7.6.3.1.2, full range.
fn from_ybr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
        .map(|value| value.round().clamp(0.0, 255.0) as u8)
}

fn encode(picture: DynamicImage, window: Option<WindowSource>) -> Result<DicomFrame, FrameProblem> {
    let picture = if picture.width().max(picture.height()) > FRAME_EDGE_MAX {
        picture.thumbnail(FRAME_EDGE_MAX, FRAME_EDGE_MAX)
    } else {
        picture
    };
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| FrameProblem::Undecodable)?;
    Ok(DicomFrame {
        png_base64: STANDARD.encode(png.into_inner()),
        width: picture.width(),
        height: picture.height(),
        window,
    })
}

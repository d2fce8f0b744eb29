//! A frame as the page draws it: stored values for grey pictures, RGB for coloured ones.
//!
//! Brightness is not decided here: the page gets the values, the way to their unit and the windows that the file names, and
//! can then change window and level without asking again (PS3.3 C.7.6.3, C.11.1, C.11.2).

use serde::Serialize;
use ts_rs::TS;

use super::FrameProblem;
use super::codec::{Samples, unpack};
use super::dataset::{Dataset, Tag};
use super::functional::Functional;
use super::pixels::{self, Layout};
use super::reader::Elements;
use crate::limits::DICOM_VALUE_BYTES_MAX;
use crate::source::Source;

const PADDING: Tag = (0x0028, 0x0120);
const WINDOW_CENTER: Tag = (0x0028, 0x1050);
const WINDOW_WIDTH: Tag = (0x0028, 0x1051);
const RESCALE_INTERCEPT: Tag = (0x0028, 0x1052);
const RESCALE_SLOPE: Tag = (0x0028, 0x1053);
const WINDOW_NAME: Tag = (0x0028, 0x1055);
const WINDOW_FUNCTION: Tag = (0x0028, 0x1056);
const MODALITY_LUT: Tag = (0x0028, 0x3000);
const LUT_DESCRIPTOR: Tag = (0x0028, 0x3002);
const LUT_DATA: Tag = (0x0028, 0x3006);
const PALETTE_DESCRIPTORS: [Tag; 3] = [(0x0028, 0x1101), (0x0028, 0x1102), (0x0028, 0x1103)];
const PALETTES: [Tag; 3] = [(0x0028, 0x1201), (0x0028, 0x1202), (0x0028, 0x1203)];
const DOSE_SCALING: Tag = (0x3004, 0x000E);

/// How the pixels of a frame lie in its bytes; numbers are little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PixelFormat {
    /// A byte for each pixel.
    Grey8,
    /// Two bytes, unsigned.
    Grey16,
    /// Two bytes, signed.
    GreySigned16,
    /// A 32-bit floating-point number.
    Grey32,
    /// Red, green and blue, a byte each.
    Rgb,
}

/// How values are spread over a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WindowFunction {
    /// PS3.3 C.11.2.1.2.1.
    #[default]
    Linear,
    /// Without the half steps.
    LinearExact,
    /// An S-shaped curve.
    Sigmoid,
}

/// A range of values that the file proposes to look at.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "DicomWindow")]
pub struct Window {
    /// Its middle.
    pub center: f64,
    /// Its width, at least 1.
    pub width: f64,
    /// What the file calls it.
    pub name: Option<String>,
}

/// A frame, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DicomFrame {
    /// Which one, counted from zero.
    pub number: u32,
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// How the pixels lie.
    pub format: PixelFormat,
    /// Value = stored value × slope + intercept.
    pub slope: f64,
    /// See `slope`.
    pub intercept: f64,
    /// The least value that is no padding.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    /// What the file proposes, its first choice first.
    pub windows: Vec<Window>,
    /// How a window spreads.
    pub function: WindowFunction,
    /// The lowest value is drawn white.
    pub inverted: bool,
    /// Length of `pixels` in bytes; the overlay follows them on its way to the page.
    pub pixel_bytes: u32,
    /// There is an overlay.
    pub has_overlay: bool,
    /// The pixels.
    #[serde(skip)]
    pub pixels: Vec<u8>,
    /// A byte for each pixel: not zero where drawings lie over the picture. Empty without any.
    #[serde(skip)]
    pub overlay: Vec<u8>,
}

pub(super) fn frame(elements: &Elements, source: &mut dyn Source, number: u32) -> Result<DicomFrame, FrameProblem> {
    let dataset = &elements.root;
    let layout = Layout::of(dataset)?;
    let stored = pixels::stored(elements, &layout, source, number)?;
    let samples = unpack(stored, &elements.transfer_syntax, &layout)?;
    let mut frame = match layout.photometric.as_str() {
        "MONOCHROME1" | "MONOCHROME2" if layout.samples == 1 => grey(elements, source, &layout, &samples, number)?,
        "PALETTE COLOR" if layout.samples == 1 => {
            coloured(&layout, number, palette(dataset, source, &layout, &samples)?)
        }
        "RGB" | "YBR_FULL" if layout.samples == 3 => coloured(&layout, number, colour(&layout, &samples)?),
        "YBR_FULL_422" if layout.is_halved() => coloured(&layout, number, colour(&layout, &samples)?),
        // Other subsampled colour exists only inside JPEG, which has already made RGB of it.
        "YBR_FULL_422" | "YBR_RCT" | "YBR_ICT" | "YBR_PARTIAL_420" if samples.rgb => {
            coloured(&layout, number, colour(&layout, &samples)?)
        }
        _ => return Err(FrameProblem::UnsupportedPixels),
    };
    frame.overlay = super::overlay::of_frame(dataset, source, &layout, number);
    frame.has_overlay = !frame.overlay.is_empty();
    frame.pixel_bytes = frame.pixels.len() as u32;
    Ok(frame)
}

fn blank(layout: &Layout, number: u32, format: PixelFormat, pixels: Vec<u8>) -> DicomFrame {
    DicomFrame {
        number,
        columns: layout.columns.into(),
        rows: layout.rows.into(),
        format,
        slope: 1.0,
        intercept: 0.0,
        low: 0.0,
        high: 255.0,
        windows: Vec::new(),
        function: WindowFunction::Linear,
        inverted: false,
        pixel_bytes: 0,
        has_overlay: false,
        pixels,
        overlay: Vec::new(),
    }
}

fn coloured(layout: &Layout, number: u32, rgb: Vec<u8>) -> DicomFrame {
    blank(layout, number, PixelFormat::Rgb, rgb)
}

fn grey(
    elements: &Elements,
    source: &mut dyn Source,
    layout: &Layout,
    samples: &Samples,
    number: u32,
) -> Result<DicomFrame, FrameProblem> {
    let dataset = &elements.root;
    let functional = Functional::of(dataset, number);
    let table = dataset.items(MODALITY_LUT).first().and_then(|item| Table::of(item, source, layout.signed));
    let values = || values(layout, samples).map(|value| table.as_ref().map_or(value, |table| table.at(value)));
    let padding = match &table {
        None => {
            dataset.short(PADDING).map(|raw| if layout.signed { i64::from(raw.cast_signed()) } else { i64::from(raw) })
        }
        Some(_) => None,
    };
    let (mut count, mut range, mut seen) = (0, (i64::MAX, i64::MIN), (i64::MAX, i64::MIN));
    for value in values() {
        count += 1;
        range = (range.0.min(value), range.1.max(value));
        if Some(value) != padding {
            seen = (seen.0.min(value), seen.1.max(value));
        }
    }
    if count < layout.pixels() {
        return Err(FrameProblem::Truncated);
    }
    let (low, high) = if seen.0 <= seen.1 { seen } else { range };
    let (slope, intercept) = if table.is_some() {
        (1.0, 0.0)
    } else {
        let slope = functional.decimal(RESCALE_SLOPE).or_else(|| dataset.decimal(DOSE_SCALING));
        (slope.filter(|slope| *slope != 0.0).unwrap_or(1.0), functional.decimal(RESCALE_INTERCEPT).unwrap_or(0.0))
    };
    let (format, pixels) = if range.0 < i64::from(i16::MIN)
        || range.1 > i64::from(u16::MAX)
        || (range.0 < 0 && range.1 > i64::from(i16::MAX))
    {
        (PixelFormat::Grey32, packed(count, values(), |value| (value as f32).to_le_bytes()))
    } else if range.0 < 0 {
        (PixelFormat::GreySigned16, packed(count, values(), |value| (value as i16).to_le_bytes()))
    } else if range.1 > 0xFF {
        (PixelFormat::Grey16, packed(count, values(), |value| (value as u16).to_le_bytes()))
    } else {
        (PixelFormat::Grey8, packed(count, values(), |value| [value as u8]))
    };
    let ends = [low, high].map(|value| value as f64 * slope + intercept);
    let function = match functional.text(WINDOW_FUNCTION).as_deref() {
        Some("SIGMOID") => WindowFunction::Sigmoid,
        Some("LINEAR_EXACT") => WindowFunction::LinearExact,
        _ => WindowFunction::Linear,
    };
    Ok(DicomFrame {
        slope,
        intercept,
        low: ends[0].min(ends[1]),
        high: ends[0].max(ends[1]),
        windows: windows(&functional),
        function,
        inverted: layout.photometric == "MONOCHROME1",
        ..blank(layout, number, format, pixels)
    })
}

fn packed<const N: usize>(count: usize, values: impl Iterator<Item = i64>, pack: impl Fn(i64) -> [u8; N]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count * N);
    values.for_each(|value| bytes.extend(pack(value)));
    bytes
}

fn windows(functional: &Functional<'_>) -> Vec<Window> {
    let centers = functional.decimals(WINDOW_CENTER);
    let widths = functional.decimals(WINDOW_WIDTH);
    let names = functional.text(WINDOW_NAME).unwrap_or_default();
    let mut names = names.split('\\').map(str::trim);
    let pairs = centers.into_iter().zip(widths).take(16).filter(|(_, width)| *width >= 1.0);
    let mut windows: Vec<Window> = Vec::new();
    for (center, width) in pairs {
        let name = names.next().filter(|name| !name.is_empty()).map(str::to_owned);
        if !windows.iter().any(|known| (known.center, known.width) == (center, width)) {
            windows.push(Window { center, width, name });
        }
    }
    windows
}

/// Stored values of a one-sample frame: the stored bits under the high bit, with their sign. Fewer if bytes are missing.
fn values<'a>(layout: &Layout, samples: &'a Samples) -> Box<dyn Iterator<Item = i64> + 'a> {
    let shift = layout.high_bit + 1 - layout.bits_stored;
    let mask = (1_u64 << layout.bits_stored) - 1;
    let sign = 1_u64 << (layout.bits_stored - 1);
    let signed = layout.signed;
    let value = move |raw: u64| {
        let bits = raw >> shift & mask;
        if signed && bits & sign != 0 { bits as i64 - (mask as i64 + 1) } else { bits as i64 }
    };
    let bytes = &samples.bytes;
    let pixels = layout.pixels();
    match layout.bits_allocated {
        1 => {
            let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| i64::from(byte >> bit & 1)));
            Box::new(bits.take(pixels))
        }
        8 => Box::new(bytes.iter().take(pixels).map(move |&byte| value(byte.into()))),
        16 => {
            let words = bytes.as_chunks::<2>().0.iter().take(pixels);
            Box::new(words.map(move |&pair| value(wide(samples, pair).into())))
        }
        _ => {
            let words = bytes.as_chunks::<4>().0.iter().take(pixels);
            let number = |four| if samples.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
            Box::new(words.map(move |&four| value(number(four).into())))
        }
    }
}

fn wide(samples: &Samples, pair: [u8; 2]) -> u16 {
    if samples.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
}

/// A lookup table: entries from the first mapped value on; values outside take the nearest entry.
struct Table {
    first: i64,
    entries: Vec<u16>,
    bits: u16,
}

impl Table {
    fn of(item: &Dataset, source: &mut dyn Source, signed: bool) -> Option<Self> {
        Self::read(item, source, LUT_DESCRIPTOR, LUT_DATA, signed)
    }

    /// PS3.3 C.7.6.3.1.5, C.11.1: entries, first value mapped, bits of an entry.
    fn read(item: &Dataset, source: &mut dyn Source, shape: Tag, data: Tag, signed: bool) -> Option<Self> {
        let shape = item.shorts(shape)?;
        let [count, first, bits] = shape[..] else { return None };
        let count = if count == 0 { 65_536 } else { usize::from(count) };
        let first = if signed { i64::from(first.cast_signed()) } else { i64::from(first) };
        let raw = item.fetch(source, data, 2 * DICOM_VALUE_BYTES_MAX)?;
        let entries: Vec<u16> = if bits == 8 && raw.len() < 2 * count {
            raw.iter().take(count).map(|&byte| byte.into()).collect()
        } else {
            raw.as_chunks::<2>().0.iter().take(count).map(|&pair| item.u16(pair)).collect()
        };
        (!entries.is_empty()).then_some(Self { first, entries, bits })
    }

    fn at(&self, value: i64) -> i64 {
        let index = usize::try_from(value - self.first).unwrap_or(0).min(self.entries.len() - 1);
        self.entries[index].into()
    }

    /// The entries as bytes. Some writers put 8-bit values into 16-bit entries.
    fn shades(&self) -> Vec<u8> {
        let narrow = self.bits == 8 || self.entries.iter().all(|&entry| entry <= 0xFF);
        self.entries.iter().map(|&entry| if narrow { entry as u8 } else { (entry >> 8) as u8 }).collect()
    }
}

fn palette(
    dataset: &Dataset,
    source: &mut dyn Source,
    layout: &Layout,
    samples: &Samples,
) -> Result<Vec<u8>, FrameProblem> {
    let mut tables = Vec::with_capacity(3);
    for (descriptor, data) in PALETTE_DESCRIPTORS.into_iter().zip(PALETTES) {
        let table =
            Table::read(dataset, source, descriptor, data, layout.signed).ok_or(FrameProblem::UnsupportedPixels)?;
        tables.push((table.first, table.shades()));
    }
    let mut rgb = Vec::with_capacity(layout.pixels() * 3);
    for value in values(layout, samples) {
        for (first, shades) in &tables {
            let at = usize::try_from(value - first).unwrap_or(0).min(shades.len() - 1);
            rgb.push(shades[at]);
        }
    }
    if rgb.len() < layout.pixels() * 3 {
        return Err(FrameProblem::Truncated);
    }
    Ok(rgb)
}

fn colour(layout: &Layout, samples: &Samples) -> Result<Vec<u8>, FrameProblem> {
    let count = layout.pixels() * 3;
    let narrow: Vec<u8> = if layout.bits_allocated == 8 {
        samples.bytes.iter().copied().take(count).collect()
    } else {
        let shift = layout.bits_stored.saturating_sub(8);
        let words = samples.bytes.as_chunks::<2>().0.iter().take(count);
        words.map(|&pair| (wide(samples, pair) >> shift & 0xFF) as u8).collect()
    };
    if narrow.len() < count {
        return Err(FrameProblem::Truncated);
    }
    let pixels = layout.pixels();
    let is_ybr = layout.photometric.starts_with("YBR_FULL") && !samples.rgb;
    let mut rgb = Vec::with_capacity(count);
    for at in 0..pixels {
        let pixel = if samples.interleaved {
            [narrow[3 * at], narrow[3 * at + 1], narrow[3 * at + 2]]
        } else {
            [narrow[at], narrow[pixels + at], narrow[2 * pixels + at]]
        };
        rgb.extend(if is_ybr { from_ybr(pixel) } else { pixel });
    }
    Ok(rgb)
}

/// PS3.3 C.7.6.3.1.2, full range.
fn from_ybr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
        .map(|value| value.round().clamp(0.0, 255.0) as u8)
}

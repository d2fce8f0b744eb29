//! The samples of a frame out of its bytes: native, RLE, JPEG or JPEG 2000.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::FrameProblem;
use super::pixels::{Layout, Stored};
use super::reader::{EXPLICIT_BIG, EXPLICIT_LITTLE, Elements, IMPLICIT_LITTLE, PixelData};
use crate::images::jpeg_size;

const RLE: &str = "1.2.840.10008.1.2.5";
/// JPEG baseline, extended, lossless (two kinds).
const JPEG: &[&str] =
    &["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
/// JPEG 2000, lossless only and any.
const JPEG_2000: &[&str] = &["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];
/// More tiles than any scanner writes would only be there to keep the decoder busy.
const TILES_MAX: u64 = 16_384;

/// Samples of a frame, in the order the layout says after decoding.
pub(super) struct Samples {
    pub(super) bytes: Vec<u8>,
    /// The samples lie pixel by pixel, whatever the file's planar configuration was.
    pub(super) interleaved: bool,
    /// Colours are RGB now.
    pub(super) rgb: bool,
    /// Wide samples are big endian.
    pub(super) big_endian: bool,
}

/// What can be said against all frames without decoding one.
pub(super) fn problem(elements: &Elements, layout: &Layout) -> Option<FrameProblem> {
    let syntax = elements.transfer_syntax.as_str();
    let native = [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG].contains(&syntax);
    let known = syntax == RLE || JPEG.contains(&syntax) || JPEG_2000.contains(&syntax);
    match &elements.pixels {
        PixelData::None => Some(FrameProblem::NoImage),
        PixelData::Native { length, .. } if native => {
            (*length < layout.frame_bits().div_ceil(8)).then_some(FrameProblem::Truncated)
        }
        PixelData::Encapsulated { fragments, .. } if known => fragments.is_empty().then_some(FrameProblem::Truncated),
        _ => Some(FrameProblem::unsupported(syntax)),
    }
}

pub(super) fn unpack(stored: Stored, syntax: &str, layout: &Layout) -> Result<Samples, FrameProblem> {
    let unpacked = |bytes, rgb| Samples { bytes, interleaved: true, rgb, big_endian: false };
    match stored {
        Stored::Native { bytes, big_endian } if layout.is_halved() => {
            let bytes = doubled(&bytes);
            Ok(Samples { bytes, interleaved: true, rgb: false, big_endian })
        }
        Stored::Native { bytes, big_endian } => {
            Ok(Samples { bytes, interleaved: !layout.planar, rgb: false, big_endian })
        }
        Stored::Compressed(data) if syntax == RLE => Ok(unpacked(rle(&data, layout)?, false)),
        Stored::Compressed(data) if JPEG.contains(&syntax) => Ok(unpacked(jpeg(&data, layout)?, layout.samples == 3)),
        Stored::Compressed(data) if JPEG_2000.contains(&syntax) => {
            Ok(unpacked(jpeg_2000(&data, layout)?, layout.samples == 3))
        }
        Stored::Compressed(_) => Err(FrameProblem::unsupported(syntax)),
    }
}

/// YBR_FULL_422 (PS3.3 C.7.6.3.1.2): two brightnesses share one pair of colours.
fn doubled(bytes: &[u8]) -> Vec<u8> {
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[first, second, blue, red]| [first, blue, red, second, blue, red])
        .collect()
}

/// PS3.5 annex G: up to 15 PackBits segments, one for each byte of each sample, most significant first.
fn rle(data: &[u8], layout: &Layout) -> Result<Vec<u8>, FrameProblem> {
    let word =
        |at: usize| data.get(at..at + 4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize);
    let bytes_each = layout.bits_allocated.div_ceil(8) as usize;
    let segments = layout.samples as usize * bytes_each;
    let pixels = layout.pixels();
    if word(0) != Some(segments) || segments > 15 {
        return Err(FrameProblem::Undecodable);
    }
    let mut out = vec![0; pixels * segments];
    for segment in 0..segments {
        let start = word(4 + 4 * segment).ok_or(FrameProblem::Truncated)?;
        let end =
            if segment + 1 < segments { word(8 + 4 * segment).ok_or(FrameProblem::Truncated)? } else { data.len() };
        let packed = data.get(start..end).ok_or(FrameProblem::Truncated)?;
        let (sample, byte) = (segment / bytes_each, bytes_each - 1 - segment % bytes_each);
        let plane = unpack_bits(packed, pixels).ok_or(FrameProblem::Truncated)?;
        for (pixel, value) in plane.into_iter().enumerate() {
            out[pixel * segments + sample * bytes_each + byte] = value;
        }
    }
    Ok(out)
}

fn unpack_bits(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    // At best two bytes become 128.
    let mut out = Vec::with_capacity(length.min(packed.len().saturating_mul(64)));
    let mut at = 0;
    while out.len() < length {
        let control = *packed.get(at)? as usize;
        at += 1;
        match control {
            0..=127 => {
                out.extend_from_slice(packed.get(at..=at + control)?);
                at += control + 1;
            }
            128 => {}
            _ => {
                out.extend(std::iter::repeat_n(*packed.get(at)?, 257 - control));
                at += 1;
            }
        }
    }
    out.truncate(length);
    Some(out)
}

/// Decodes one JPEG whose own header agrees with the file: the decoder allocates by it.
fn jpeg(data: &[u8], layout: &Layout) -> Result<Vec<u8>, FrameProblem> {
    if jpeg_size(data) != Some((u32::from(layout.columns), u32::from(layout.rows))) {
        return Err(FrameProblem::Undecodable);
    }
    if is_twelve_bit(data) {
        return Err(FrameProblem::TwelveBitJpeg);
    }
    // A third-party decoder on hostile bytes: a panic in it is an undecodable picture, not the end of the program.
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let mut decoder = Decoder::new(data);
        decoder.set_max_decoding_buffer_size(layout.pixels() * 4);
        if layout.photometric == "RGB" && layout.samples == 3 {
            decoder.set_color_transform(ColorTransform::RGB);
        }
        let bytes = decoder.decode().ok()?;
        Some((decoder.info()?.pixel_format, bytes))
    }));
    let Ok(Some((format, bytes))) = decoded else { return Err(FrameProblem::Undecodable) };
    let bytes = match (format, layout.samples, layout.bits_allocated) {
        (PixelFormat::L8, 1, 8) | (PixelFormat::RGB24, 3, 8) => bytes,
        (PixelFormat::L8, 1, 16) => bytes.into_iter().flat_map(|byte| [byte, 0]).collect(),
        // The decoder answers in the order of this machine.
        (PixelFormat::L16, 1, 16) => {
            bytes.as_chunks::<2>().0.iter().flat_map(|&pair| u16::from_ne_bytes(pair).to_le_bytes()).collect()
        }
        _ => return Err(FrameProblem::Undecodable),
    };
    if bytes.len() == layout.unpacked_bytes() { Ok(bytes) } else { Err(FrameProblem::Undecodable) }
}

/// The extended sequential process with twelve bits, which the decoder does not know.
fn is_twelve_bit(data: &[u8]) -> bool {
    data.windows(5).any(|window| matches!(window, [0xFF, 0xC1, 0, _, 12]))
}

/// Decodes one JPEG 2000 picture whose own header agrees with the file.
fn jpeg_2000(data: &[u8], layout: &Layout) -> Result<Vec<u8>, FrameProblem> {
    let header = Header2000::of(data).ok_or(FrameProblem::Undecodable)?;
    let agrees = (header.width, header.height) == (layout.columns.into(), layout.rows.into())
        && header.components == layout.samples
        && header.tiles <= TILES_MAX
        && u16::from(header.bits) <= layout.bits_allocated
        && matches!(layout.bits_allocated, 8 | 16);
    if !agrees {
        return Err(FrameProblem::Undecodable);
    }
    let settings = DecodeSettings { resolve_palette_indices: false, strict: false, target_resolution: None };
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let image = Image::new(data, &settings).ok()?;
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).ok()?;
        let planes = decoded.components();
        let complete = planes.len() == usize::from(layout.samples)
            && planes.iter().all(|plane| plane.samples().len() == layout.pixels());
        if !complete {
            return None;
        }
        // The decoder gives signed samples an offset, as if they were unsigned.
        let offset = if header.signed { 1_i64 << (header.bits - 1) } else { 0 };
        let wide = layout.bits_allocated == 16;
        let mut out = Vec::with_capacity(layout.unpacked_bytes());
        for pixel in 0..layout.pixels() {
            for plane in planes {
                let value = (plane.samples()[pixel].round() as i64 - offset).to_le_bytes();
                out.extend_from_slice(if wide { &value[..2] } else { &value[..1] });
            }
        }
        Some(out)
    }));
    decoded.ok().flatten().ok_or(FrameProblem::Undecodable)
}

/// What the SIZ marker of a JPEG 2000 codestream says (ISO/IEC 15444-1 A.5.1).
struct Header2000 {
    width: u32,
    height: u32,
    tiles: u64,
    components: u16,
    bits: u8,
    signed: bool,
}

impl Header2000 {
    fn of(data: &[u8]) -> Option<Self> {
        // The codestream may lie in a JP2 file; its first two markers are always these.
        let at = data.windows(4).position(|window| window == b"\xFF\x4F\xFF\x51")?;
        let siz = data.get(at + 4..at + 42)?;
        let number = |at: usize| u32::from_be_bytes([siz[at], siz[at + 1], siz[at + 2], siz[at + 3]]);
        let (width, height) = (number(4).checked_sub(number(12))?, number(8).checked_sub(number(16))?);
        let (across, down) = (number(20).max(1), number(24).max(1));
        let tiles = u64::from(number(4).div_ceil(across)) * u64::from(number(8).div_ceil(down));
        let components = u16::from_be_bytes([siz[36], siz[37]]);
        let depth = *data.get(at + 42)?;
        Some(Self { width, height, tiles, components, bits: (depth & 0x7F) + 1, signed: depth & 0x80 != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_literals_unpack() {
        assert_eq!(unpack_bits(&[2, 1, 2, 3, 254, 9], 6), Some(vec![1, 2, 3, 9, 9, 9]));
        assert_eq!(unpack_bits(&[128, 0, 7], 1), Some(vec![7]), "128 does nothing");
        assert_eq!(unpack_bits(&[5, 1, 2], 6), None, "a literal run that ends early");
    }
}

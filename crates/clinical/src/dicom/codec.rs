//! The first frame's samples out of the pixel data: native, RLE or JPEG.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::FrameProblem;
use super::frame::Layout;
use super::reader::{Dataset, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Pixels};
use crate::images::jpeg_size;

const RLE: &str = "1.2.840.10008.1.2.5";
/// JPEG baseline, extended, lossless (two kinds).
const JPEG: &[&str] =
    &["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];

/// Samples of the first frame, in the order the layout says after decoding.
pub(super) struct Samples {
    pub(super) bytes: Vec<u8>,
    /// The samples lie pixel by pixel, whatever the file's planar configuration was.
    pub(super) interleaved: bool,
    /// Colours are RGB now.
    pub(super) rgb: bool,
    /// 16-bit samples are little endian, whatever the file is.
    pub(super) little_endian: bool,
}

pub(super) fn first_frame(dataset: &Dataset<'_>, layout: &Layout) -> Result<Samples, FrameProblem> {
    let syntax = dataset.transfer_syntax.as_str();
    let native = [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG].contains(&syntax);
    match &dataset.pixels {
        Pixels::None => Err(FrameProblem::NoImage),
        Pixels::Native(bytes) if native => {
            let needed = layout.frame_bytes();
            let frame = bytes.get(..needed).ok_or(FrameProblem::Truncated)?;
            Ok(Samples {
                bytes: frame.to_vec(),
                interleaved: !layout.planar,
                rgb: false,
                little_endian: syntax != EXPLICIT_BIG,
            })
        }
        Pixels::Encapsulated { offsets, fragments } if syntax == RLE => {
            let data = joined_first_frame(offsets, fragments, layout.frames)?;
            Ok(Samples { bytes: rle(&data, layout)?, interleaved: true, rgb: false, little_endian: true })
        }
        Pixels::Encapsulated { offsets, fragments } if JPEG.contains(&syntax) => {
            let data = joined_first_frame(offsets, fragments, layout.frames)?;
            let bytes = jpeg(&data, layout)?;
            Ok(Samples { bytes, interleaved: true, rgb: layout.samples == 3, little_endian: true })
        }
        _ => Err(FrameProblem::UnsupportedCompression { transfer_syntax: syntax.to_owned() }),
    }
}

/// All fragments of a single frame; else those before the second frame's offset; else the first.
fn joined_first_frame(offsets: &[u8], fragments: &[&[u8]], frames: u32) -> Result<Vec<u8>, FrameProblem> {
    let end = match offsets.as_chunks::<4>().0 {
        _ if frames <= 1 => u64::MAX,
        [_, second, ..] => u64::from(u32::from_le_bytes(*second)),
        _ => 0,
    };
    let mut data = Vec::new();
    let mut position = 0_u64;
    for fragment in fragments {
        if position > 0 && position >= end {
            break;
        }
        data.extend_from_slice(fragment);
        // Each fragment follows an eight-byte item header.
        position += 8 + fragment.len() as u64;
    }
    if data.is_empty() { Err(FrameProblem::Truncated) } else { Ok(data) }
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
    let mut out = Vec::with_capacity(length);
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
    if bytes.len() == layout.frame_bytes() { Ok(bytes) } else { Err(FrameProblem::Undecodable) }
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

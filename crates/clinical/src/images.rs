//! Pictures: their kind and size, from the header alone. Pages decode them, but for TIFF, which none of them can.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::codecs::tiff::TiffDecoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, Limits};
use serde::Serialize;

use crate::limits::IMAGE_PIXELS_MAX;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageView {
    /// `image/png`, `image/jpeg`, `image/gif`, `image/webp`, `image/bmp`, `image/tiff`.
    pub media_type: String,
    /// Width in pixels, if the header says so.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
}

/// Why a picture is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageProblem {
    /// More pixels than [`IMAGE_PIXELS_MAX`].
    #[error("the picture has more than {IMAGE_PIXELS_MAX} pixels")]
    TooManyPixels,
    /// It cannot be decoded.
    #[error("the picture is broken")]
    Broken,
}

/// The first page of a TIFF as a PNG, upright: no page shows a TIFF itself.
///
/// # Errors
/// [`ImageProblem`].
pub fn tiff_as_png(bytes: &[u8]) -> Result<Vec<u8>, ImageProblem> {
    let decoded = catch_unwind(|| {
        let mut decoder = TiffDecoder::new(Cursor::new(bytes)).map_err(|_| ImageProblem::Broken)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > IMAGE_PIXELS_MAX {
            return Err(ImageProblem::TooManyPixels);
        }
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(IMAGE_PIXELS_MAX * 8);
        decoder.set_limits(limits).map_err(|_| ImageProblem::TooManyPixels)?;
        let orientation = decoder.orientation().map_err(|_| ImageProblem::Broken)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| ImageProblem::Broken)?;
        picture.apply_orientation(orientation);
        // Pages show eight bits.
        let picture = if picture.color().has_alpha() {
            DynamicImage::from(picture.into_rgba8())
        } else {
            picture.into_rgb8().into()
        };
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).map_err(|_| ImageProblem::Broken)?;
        Ok(png.into_inner())
    });
    decoded.unwrap_or(Err(ImageProblem::Broken))
}

pub(crate) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => "image/tiff",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
        _ => return None,
    })
}

pub(crate) fn view_image(bytes: &[u8]) -> Option<ImageView> {
    let media_type = media_type(bytes)?;
    let size = match media_type {
        "image/png" => pair(bytes, 16, be32, 4),
        "image/gif" => pair(bytes, 6, |bytes, at| le16(bytes, at).map(u32::from), 2),
        "image/bmp" => pair(bytes, 18, le32, 4).map(|(width, height)| (width, height.min(height.wrapping_neg()))),
        "image/jpeg" => jpeg_size(bytes),
        "image/webp" => webp_size(bytes),
        "image/tiff" => TiffDecoder::new(Cursor::new(bytes)).ok().map(|decoder| decoder.dimensions()),
        _ => None,
    };
    Some(ImageView {
        media_type: media_type.to_owned(),
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
    })
}

/// Width and height from the first start-of-frame marker of a JPEG.
pub(crate) fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? != 0xFF {
            at += 1;
        }
        while *bytes.get(at)? == 0xFF {
            at += 1;
        }
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            // Frames, without the tables that share their numbers (DHT, JPG, DAC).
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                return Some((be16(bytes, at + 5)?.into(), be16(bytes, at + 3)?.into()));
            }
            0xF7 => return Some((be16(bytes, at + 5)?.into(), be16(bytes, at + 3)?.into())),
            0x00 | 0x01 | 0xD0..=0xD8 => {}
            0xD9 | 0xDA => return None,
            _ => at += usize::from(be16(bytes, at)?.max(2)),
        }
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let le24 = |at: usize| Some(u32::from(le16(bytes, at)?) | u32::from(*bytes.get(at + 2)?) << 16);
    match bytes.get(12..16)? {
        b"VP8X" => Some((le24(24)? + 1, le24(27)? + 1)),
        b"VP8L" => {
            let packed = le32(bytes, 21)?;
            Some(((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1))
        }
        b"VP8 " => Some(((le16(bytes, 26)? & 0x3FFF).into(), (le16(bytes, 28)? & 0x3FFF).into())),
        _ => None,
    }
}

fn pair(bytes: &[u8], at: usize, read: fn(&[u8], usize) -> Option<u32>, step: usize) -> Option<(u32, u32)> {
    Some((read(bytes, at)?, read(bytes, at + step)?))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_from_the_headers() {
        let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 2, 0, 0, 0, 1, 0]);
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC0\0\x11\x08\x01\x00\x02\x00\x03";
        let gif = b"GIF89a\x00\x02\x00\x01";
        for (bytes, media_type) in [(&png[..], "image/png"), (jpeg, "image/jpeg"), (gif, "image/gif")] {
            let view = view_image(bytes).expect(media_type);
            assert_eq!((view.media_type.as_str(), view.width, view.height), (media_type, Some(512), Some(256)));
        }
    }

    #[test]
    fn a_torn_header_leaves_the_size_open() {
        assert_eq!(view_image(b"\xFF\xD8\xFF\xC0\0").expect("still a JPEG").width, None);
    }
}

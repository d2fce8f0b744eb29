//! Files inside a FHIR document: `Attachment.data` and `Binary.data`, in the order in which they are written.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::json::{owned, text};
use crate::parts::Part;

/// All objects that carry a file. A recorded curve also has `data`, but no media type.
pub(super) fn files(document: &Value) -> impl Iterator<Item = &Value> {
    let mut waiting = vec![document];
    std::iter::from_fn(move || {
        loop {
            let next = waiting.pop()?;
            match next {
                Value::Array(items) => waiting.extend(items.iter().rev()),
                Value::Object(members) => {
                    waiting.extend(members.values().rev());
                    if text(next, "data").is_some() && text(next, "contentType").is_some() {
                        return Some(next);
                    }
                }
                _ => {}
            }
        }
    })
}

pub(super) fn open(document: &Value, part: u32) -> Option<Part> {
    let file = files(document).nth(part as usize)?;
    Some(Part {
        title: owned(file, "title"),
        media_type: owned(file, "contentType"),
        bytes: decoded(text(file, "data")?)?,
    })
}

/// Base64 as it is found in documents: with line ends, with or without padding.
pub(crate) fn decoded(written: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let letters: Vec<u8> = written.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(letters).ok()
}

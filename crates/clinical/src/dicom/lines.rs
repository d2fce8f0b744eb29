//! Every data element of a file as a line to read.

use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_dictionary_std::StandardDataDictionary;
use serde::Serialize;
use ts_rs::TS;

use super::dataset::{Dataset, Element, Tag, Value};
use crate::limits::DICOM_LINES_MAX;
use crate::recognise::one_line;
use crate::text::decode;

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 400;

/// A data element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DicomLine {
    /// How deep in sequences it lies.
    pub depth: u32,
    /// `(0008,0060)`.
    pub tag: String,
    /// The standard's name, `Patient Name`; empty for private elements.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// All elements in order, at most [`DICOM_LINES_MAX`].
pub(super) fn of(dataset: &Dataset) -> Vec<DicomLine> {
    let mut lines = Vec::new();
    add(dataset, 0, &mut lines);
    lines
}

fn add(dataset: &Dataset, depth: u32, lines: &mut Vec<DicomLine>) {
    for (tag, element) in &dataset.elements {
        if lines.len() >= DICOM_LINES_MAX {
            return;
        }
        let (name, vr) = known(*tag, element);
        let value = match &element.value {
            Value::Items(items) => format!("{} ×", items.len()),
            Value::Far { length, .. } => format!("{length} bytes"),
            Value::Bytes(bytes) => written(dataset, bytes, &vr),
        };
        lines.push(DicomLine { depth, tag: format!("({:04X},{:04X})", tag.0, tag.1), name, value });
        if let Value::Items(items) = &element.value {
            for item in items {
                add(item, depth + 1, lines);
            }
        }
    }
}

/// Name and value representation; the file's own if it says one.
fn known((group, number): Tag, element: &Element) -> (String, String) {
    let entry = StandardDataDictionary.by_tag(dicom_core::Tag(group, number));
    let name = entry.map(|entry| spaced(entry.alias())).unwrap_or_default();
    let vr = match &element.vr {
        b"  " => entry.map(|entry| entry.vr().relaxed().to_string().to_owned()).unwrap_or_default(),
        written => String::from_utf8_lossy(written).into_owned(),
    };
    (name, vr)
}

/// `SOPInstanceUID` as `SOP Instance UID`.
fn spaced(alias: &str) -> String {
    let letters: Vec<char> = alias.chars().collect();
    let mut out = String::with_capacity(alias.len() + 8);
    for (at, &letter) in letters.iter().enumerate() {
        let after_small = at > 0 && (letters[at - 1].is_lowercase() || letters[at - 1].is_ascii_digit());
        let before_small =
            at > 0 && letters[at - 1].is_uppercase() && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_small || before_small) {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

fn written(dataset: &Dataset, bytes: &[u8], vr: &str) -> String {
    let list = |numbers: Vec<String>, all: usize| {
        let more = if all > numbers.len() { " …" } else { "" };
        numbers.join(" \\ ") + more
    };
    const SHOWN: usize = 16;
    let text = match vr {
        "US" => list(words(dataset, bytes).take(SHOWN).map(|n| n.to_string()).collect(), bytes.len() / 2),
        "SS" => list(words(dataset, bytes).take(SHOWN).map(|n| n.cast_signed().to_string()).collect(), bytes.len() / 2),
        "UL" => list(longs(dataset, bytes).take(SHOWN).map(|n| n.to_string()).collect(), bytes.len() / 4),
        "SL" => list(longs(dataset, bytes).take(SHOWN).map(|n| n.cast_signed().to_string()).collect(), bytes.len() / 4),
        "FL" => {
            list(longs(dataset, bytes).take(SHOWN).map(|n| f32::from_bits(n).to_string()).collect(), bytes.len() / 4)
        }
        "FD" => {
            let number = |eight: &[u8; 8]| {
                if dataset.big_endian { f64::from_be_bytes(*eight) } else { f64::from_le_bytes(*eight) }
            };
            list(
                bytes.as_chunks().0.iter().take(SHOWN).map(|eight| number(eight).to_string()).collect(),
                bytes.len() / 8,
            )
        }
        "AT" => {
            let pairs: Vec<u16> = words(dataset, bytes).take(2 * SHOWN).collect();
            let tags = pairs.as_chunks::<2>().0.iter().map(|[group, number]| format!("({group:04X},{number:04X})"));
            list(tags.collect(), bytes.len() / 4)
        }
        "OB" | "OW" | "OF" | "OD" | "OL" | "OV" | "UN" if !is_readable(bytes) => format!("{} bytes", bytes.len()),
        _ => one_line(decode(bytes).0.trim_matches(|c: char| c.is_whitespace() || c == '\0')),
    };
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

fn is_readable(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_end();
    !text.is_empty() && text.len() < 256 && text.iter().all(|byte| (0x20..0x7F).contains(byte) || *byte == 0)
}

fn words<'a>(dataset: &'a Dataset, bytes: &'a [u8]) -> impl Iterator<Item = u16> + 'a {
    bytes.as_chunks().0.iter().map(|pair| dataset.u16(*pair))
}

fn longs<'a>(dataset: &'a Dataset, bytes: &'a [u8]) -> impl Iterator<Item = u32> + 'a {
    bytes.as_chunks().0.iter().map(|four| dataset.u32(*four))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standards_names_are_spaced_to_be_read() {
        for (alias, name) in [
            ("SOPInstanceUID", "SOP Instance UID"),
            ("PatientName", "Patient Name"),
            ("NumberOfFrames", "Number Of Frames"),
        ] {
            assert_eq!(super::spaced(alias), name);
        }
    }
}

//! Text: byte order marks, strict UTF-8, and a labelled fallback.

use std::borrow::Cow;

use serde::Serialize;

use crate::limits::TEXT_BYTES_MAX;

/// How the bytes of a text were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TextEncoding {
    /// Valid UTF-8.
    Utf8,
    /// UTF-16 with a byte order mark.
    Utf16,
    /// Not UTF-8: each byte was read as one Latin-1 character, so unusual letters may be wrong.
    Latin1,
}

/// A text document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextView {
    /// The text, line ends as `\n`.
    pub text: String,
    /// How it was read.
    pub encoding: TextEncoding,
    /// The document is longer than [`TEXT_BYTES_MAX`] and only its beginning is here.
    pub cut: bool,
}

pub(crate) fn view_text(bytes: &[u8]) -> TextView {
    let shown = &bytes[..bytes.len().min(TEXT_BYTES_MAX)];
    let cut = shown.len() < bytes.len();
    let shown = if cut { without_split_character(shown) } else { shown };
    let (text, encoding) = decode(shown);
    TextView { text: text.replace("\r\n", "\n").replace('\r', "\n"), encoding, cut }
}

/// Without the UTF-8 byte order mark that many medical systems write.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Without a character that the end of a prefix cuts in two.
pub(crate) fn without_split_character(prefix: &[u8]) -> &[u8] {
    match std::str::from_utf8(prefix) {
        Err(error) if error.error_len().is_none() => &prefix[..error.valid_up_to()],
        _ => prefix,
    }
}

pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, TextEncoding) {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return (utf16(rest, u16::from_le_bytes).into(), TextEncoding::Utf16);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return (utf16(rest, u16::from_be_bytes).into(), TextEncoding::Utf16);
    }
    let bytes = without_bom(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), TextEncoding::Utf8),
        Err(_) => (latin1(bytes).into(), TextEncoding::Latin1),
    }
}

pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Whether these bytes, possibly the beginning of a longer file, are meant to be read by people.
pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    if bytes.is_empty() {
        return false;
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let (text, _) = decode(bytes);
        return text.chars().skip(1).all(|c| is_text_character(c) && c != char::REPLACEMENT_CHARACTER);
    }
    let bytes = without_split_character(without_bom(bytes));
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().all(is_text_character),
        Err(_) => {
            let high = bytes.iter().filter(|byte| **byte >= 0xA0).count();
            high * 4 < bytes.len() && bytes.iter().all(|&byte| is_text_character(char::from(byte)))
        }
    }
}

fn is_text_character(c: char) -> bool {
    !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\x0C')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin1_is_labelled_and_not_guessed_silently() {
        let view = view_text(b"Befund: Herzger\xE4usche, unauff\xE4llig\r\n");
        assert_eq!(view.text, "Befund: Herzgeräusche, unauffällig\n");
        assert_eq!(view.encoding, TextEncoding::Latin1);
    }

    #[test]
    fn marks_at_the_start_disappear() {
        assert_eq!(view_text("\u{FEFF}Puls 64".as_bytes()).text, "Puls 64");
        let utf16: Vec<u8> = "\u{FEFF}Ä".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(view_text(&utf16).text, "Ä");
    }

    #[test]
    fn a_prefix_that_ends_inside_a_letter_is_still_text() {
        let text = "Prüfung".as_bytes();
        assert!(looks_like_text(&text[..3]), "the ü is cut in two");
        assert!(!looks_like_text(b"\x00\x01\x02binary"), "control bytes are not text");
        assert!(!looks_like_text(b""), "an empty file is a file");
    }

    #[test]
    fn a_very_long_text_says_that_it_was_cut() {
        let long = "ä".repeat(TEXT_BYTES_MAX);
        let view = view_text(long.as_bytes());
        assert!(view.cut);
        assert_eq!(view.encoding, TextEncoding::Utf8, "the cut does not split a letter");
    }
}

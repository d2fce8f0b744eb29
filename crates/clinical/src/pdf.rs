//! PDF: title, date and number of pages, as far as they stand in the clear. Nothing is rendered here.
//!
//! Newer PDFs may keep their catalogue inside compressed streams; then title and count stay unknown, and the file
//! name has to do.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::dates::DocumentDate;
use crate::limits::{PDF_COUNT_BYTES_MAX, PDF_WINDOW_BYTES};
use crate::recognise::{Found, one_line};
use crate::text::latin1;

/// A PDF.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PdfView {
    /// What it calls itself.
    pub title: Option<String>,
    /// When it was made.
    pub date: Option<DocumentDate>,
    /// Pages, if they can be counted without unpacking it.
    pub pages: Option<u32>,
    /// It asks for a password, at least for some uses.
    pub encrypted: bool,
}

/// The header may stand after some other bytes; readers accept up to 1,024.
pub(crate) fn is_pdf(bytes: &[u8]) -> bool {
    find(&bytes[..bytes.len().min(1024 + 5)], b"%PDF-", 0).is_some()
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let view = header(bytes);
    Found { title: view.title, date: view.date, category: None }
}

pub(crate) fn view_pdf(bytes: &[u8]) -> PdfView {
    PdfView { pages: pages(&bytes[..bytes.len().min(PDF_COUNT_BYTES_MAX)]), ..header(bytes) }
}

fn header(bytes: &[u8]) -> PdfView {
    let tail = &bytes[bytes.len().saturating_sub(PDF_WINDOW_BYTES)..];
    let head = &bytes[..bytes.len().min(PDF_WINDOW_BYTES)];
    let windows = [tail, head];
    let encrypted =
        windows.iter().any(|window| trailer(window).is_some_and(|trailer| find(trailer, b"/Encrypt", 0).is_some()));
    let mut view = PdfView { title: None, date: None, pages: None, encrypted };
    if encrypted {
        return view;
    }
    let reference = windows.iter().find_map(|window| info_reference(trailer(window)?));
    if let Some(info) = reference.and_then(|number| windows.iter().find_map(|window| object(window, number))) {
        view.title = string_member(info, b"/Title").map(|title| one_line(&title)).filter(|title| !title.is_empty());
        view.date = string_member(info, b"/CreationDate").and_then(|date| DocumentDate::from_compact(&date));
    }
    view
}

/// The last trailer dictionary, or the dictionary of the last cross-reference stream.
fn trailer(window: &[u8]) -> Option<&[u8]> {
    let at = find_last(window, b"trailer").or_else(|| {
        let stream = find_last(window, b"/XRef")?;
        find_last(&window[..stream], b" obj")
    })?;
    Some(&window[at..window.len().min(at + 4096)])
}

fn info_reference(trailer: &[u8]) -> Option<u64> {
    let at = find(trailer, b"/Info", 0)? + 5;
    let digits: Vec<u8> =
        trailer[at..].trim_ascii_start().iter().copied().take_while(u8::is_ascii_digit).take(10).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// The text of object `number`, at most 16 KiB of it.
fn object(window: &[u8], number: u64) -> Option<&[u8]> {
    let marker = format!("{number} 0 obj");
    let mut from = 0;
    let mut last = None;
    while let Some(at) = find(window, marker.as_bytes(), from) {
        if at == 0 || !window[at - 1].is_ascii_digit() {
            last = Some(at);
        }
        from = at + 1;
    }
    let body = &window[last?..];
    let body = &body[..body.len().min(16 * 1024)];
    Some(&body[..find(body, b"endobj", 0).unwrap_or(body.len())])
}

/// A string member of a dictionary: `(literal)` or `<hex>`, PDFDocEncoding (read as Latin-1), UTF-8 or UTF-16.
fn string_member(dictionary: &[u8], key: &[u8]) -> Option<String> {
    let at = find(dictionary, key, 0)? + key.len();
    let rest = dictionary[at..].trim_ascii_start();
    let raw = match rest.first()? {
        b'(' => literal(&rest[1..]),
        b'<' => hexadecimal(&rest[1..]),
        _ => return None,
    };
    Some(match raw.as_slice() {
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0xEF, 0xBB, 0xBF, ..] => crate::text::decode(&raw).0.into_owned(),
        _ => latin1(&raw),
    })
}

fn literal(rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        at += 1;
        match byte {
            b')' if depth == 0 => break,
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'\\' => {
                let Some(&escaped) = rest.get(at) else { break };
                at += 1;
                match escaped {
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'0'..=b'7' => {
                        let mut value = u16::from(escaped - b'0');
                        for _ in 0..2 {
                            let Some(digit @ b'0'..=b'7') = rest.get(at) else { break };
                            value = value * 8 + u16::from(digit - b'0');
                            at += 1;
                        }
                        // The format says that a high-order overflow is ignored.
                        out.push((value & 0xFF) as u8);
                    }
                    b'\n' | b'\r' => {}
                    other => out.push(other),
                }
                continue;
            }
            _ => {}
        }
        out.push(byte);
    }
    out
}

fn hexadecimal(rest: &[u8]) -> Vec<u8> {
    let digits = rest.iter().take_while(|byte| **byte != b'>').filter_map(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::new();
    let mut high = None;
    for digit in digits {
        let digit = digit.to_le_bytes()[0];
        match high.take() {
            None => high = Some(digit),
            Some(first) => out.push(first << 4 | digit),
        }
    }
    out.extend(high.map(|first| first << 4));
    out
}

/// Counts page objects that stand in the clear; else believes the largest `/Count` of a page tree.
fn pages(bytes: &[u8]) -> Option<u32> {
    let mut page_objects = BTreeSet::new();
    let mut largest_count = None;
    let mut from = 0;
    while let Some(at) = find(bytes, b"/Type", from) {
        from = at + 5;
        let after = &bytes[from..bytes.len().min(from + 16)];
        let Some(name) = after.trim_ascii_start().strip_prefix(b"/Page") else { continue };
        match name.first() {
            Some(b's') => {
                let around = &bytes[at.saturating_sub(512)..bytes.len().min(at + 512)];
                largest_count = largest_count.max(count_member(around));
            }
            Some(byte) if byte.is_ascii_alphabetic() => {}
            // An updated page is written again under its old number, so the numbers are counted.
            _ => {
                page_objects.insert(object_number_before(bytes, at));
            }
        }
    }
    match u32::try_from(page_objects.len()) {
        Ok(0) | Err(_) => largest_count.filter(|count| *count > 0),
        Ok(count) => Some(count),
    }
}

fn count_member(around: &[u8]) -> Option<u32> {
    let at = find(around, b"/Count", 0)? + 6;
    let digits: Vec<u8> =
        around[at..].trim_ascii_start().iter().copied().take_while(u8::is_ascii_digit).take(7).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

fn object_number_before(bytes: &[u8], at: usize) -> Vec<u8> {
    let window = &bytes[at.saturating_sub(2048)..at];
    let Some(marker) = find_last(window, b" obj") else { return at.to_string().into_bytes() };
    let header = &window[..marker];
    let start =
        header.iter().rposition(|byte| !byte.is_ascii_digit() && *byte != b' ').map_or(0, |position| position + 1);
    header[start..].to_vec()
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    haystack.get(from..)?.windows(needle.len()).position(|window| window == needle).map(|at| at + from)
}

fn find_last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &[u8] =
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type /Pages /Count 2>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n13 0 obj<</Title(Wrong)>>endobj\n4 0 obj<</Type /Page>>endobj\n\
        5 0 obj<</Title(Discharge \\(draft\\) \\374ber)/CreationDate(D:20260512093000+02'00')>>endobj\n\
        trailer<</Root 1 0 R/Info 5 0 R>>\n%%EOF";

    #[test]
    fn title_date_and_pages_are_found_in_the_clear() {
        let view = view_pdf(LETTER);
        assert_eq!(view.title.as_deref(), Some("Discharge (draft) über"));
        assert_eq!(view.date.expect("a date").iso, "2026-05-12T09:30:00+02:00");
        assert_eq!(view.pages, Some(2));
    }

    #[test]
    fn utf16_titles_are_read() {
        let hex = b"%PDF-1.4 3 0 obj<</Title<FEFF00C4>>>endobj trailer<</Info 3 0 R>>";
        assert_eq!(view_pdf(hex).title.as_deref(), Some("Ä"));
    }

    #[test]
    fn an_encrypted_title_is_not_shown_as_noise() {
        let locked = [LETTER, b"\ntrailer<</Info 5 0 R/Encrypt 9 0 R>>"].concat();
        let view = view_pdf(&locked);
        assert!(view.encrypted);
        assert_eq!(view.title, None);
    }
}

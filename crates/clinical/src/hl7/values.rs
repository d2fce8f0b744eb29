//! OBX: values, texts and files; OBR, the order they answer.

use super::Reading;
use super::fields::{coded, coded_of, date, person, written_date};
use super::message::Segment;
use crate::fhir::parts::decoded;
use crate::page::{Block, ClinicalItem, ClinicalSection, PartView, ResultItem, SectionKind, facts};
use crate::parts::Part;
use crate::results::{Plain, plain_item};

/// What was ordered, and what is known of it besides its values.
#[derive(Default)]
pub(super) struct Order {
    name: Option<String>,
    at: Option<String>,
    status: Option<String>,
    by: Option<String>,
    sample: Option<String>,
    reason: Option<String>,
    pub(super) note: Option<String>,
    pub(super) answered: bool,
}

impl Order {
    pub(super) fn of(segment: &Segment<'_>) -> Self {
        Self {
            name: coded(segment, 4),
            at: date(segment, 7).or_else(|| date(segment, 22)),
            status: segment.part(25, 1).and_then(|code| status_word(&code)).map(str::to_owned),
            by: person(segment, 16, true),
            sample: segment.words(15),
            reason: coded(segment, 31),
            note: None,
            answered: false,
        }
    }

    /// An order without values stands for itself; so does one with remarks.
    pub(super) fn finish(&mut self, reading: &mut Reading) {
        let order = std::mem::take(self);
        let Some(name) = order.name.filter(|_| !order.answered || order.note.is_some()) else { return };
        let kind = if order.answered { SectionKind::Reports } else { SectionKind::Requests };
        reading.push(
            kind,
            ClinicalItem {
                detail: order.note,
                status: order.status,
                start: order.at,
                facts: facts([("requestedBy", order.by), ("sample", order.sample), ("reason", order.reason)]),
                ..ClinicalItem::named(name)
            },
        );
    }
}

pub(super) fn is_text(segment: &Segment<'_>) -> bool {
    matches!(segment.part(2, 1).as_deref(), Some("TX" | "FT"))
}

/// A line of a document.
pub(super) fn push_text(segment: &Segment<'_>, section: &mut ClinicalSection) {
    let lines: Vec<String> = segment.repetitions(5).map(|one| one.text()).collect();
    let line = lines.join("\n");
    match section.text.last_mut() {
        Some(Block::Preformatted { text }) => {
            text.push('\n');
            text.push_str(&line);
        }
        _ => section.text.push(Block::Preformatted { text: line }),
    }
}

pub(super) fn result(segment: &Segment<'_>, order: &Order) -> ResultItem {
    let system = segment.part(3, 3);
    let (low, high, range_text) = range(segment.words(7));
    let status = segment.part(11, 1).unwrap_or_default();
    let flags = segment.repetitions(8).filter_map(|flag| flag.part(1));
    let mut item = plain_item(&Plain {
        name: coded(segment, 3).unwrap_or_else(|| "Unnamed result".to_owned()),
        loinc: segment.part(3, 1).filter(|_| system.as_deref() == Some("LN")),
        text: value_words(segment).unwrap_or_default(),
        unit: segment.repetitions(6).next().and_then(|unit| unit.part(1).or_else(|| unit.part(2))),
        low,
        high,
        range_text,
        stated: flags.collect(),
    });
    item.missing = match status.as_str() {
        _ if !item.value_text.is_empty() => None,
        "X" => Some("not-performed".to_owned()),
        "I" | "O" | "R" => Some("pending".to_owned()),
        _ => Some("unknown".to_owned()),
    };
    item.status = status_word(&status).map(str::to_owned);
    item.retracted = matches!(status.as_str(), "D" | "W");
    if item.retracted {
        item.series = None;
    }
    item.at = date(segment, 14).or_else(|| order.at.clone());
    item.panel.clone_from(&order.name);
    item
}

/// HL7 table 0085 (and 0123 for orders), as far as it says more than "final".
fn status_word(code: &str) -> Option<&'static str> {
    match code {
        "P" => Some("preliminary"),
        "C" => Some("corrected"),
        "I" | "O" | "S" | "R" => Some("pending"),
        "X" => Some("not-done"),
        "D" | "W" => Some("entered-in-error"),
        "A" => Some("partial"),
        _ => None,
    }
}

/// `3.5-5.1`, `<5.0`, `> 60`, or words.
fn range(written: Option<String>) -> (Option<String>, Option<String>, Option<String>) {
    let Some(written) = written else { return (None, None, None) };
    let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
    let own = |text: &str| Some(text.trim().to_owned());
    if let Some(high) = written.strip_prefix("<=").or_else(|| written.strip_prefix('<')).filter(|end| is_number(end)) {
        return (None, own(high), None);
    }
    if let Some(low) = written.strip_prefix(">=").or_else(|| written.strip_prefix('>')).filter(|end| is_number(end)) {
        return (own(low), None, None);
    }
    // The first minus may belong to the number.
    let dash = written.char_indices().skip(1).find(|(_, c)| matches!(c, '-' | '–')).map(|(at, c)| (at, c.len_utf8()));
    match dash.map(|(at, length)| (&written[..at], &written[at + length..])) {
        Some((low, high)) if is_number(low) && is_number(high) => (own(low), own(high), None),
        _ => (None, None, Some(written)),
    }
}

/// The value by its type (OBX-2).
pub(super) fn value_words(segment: &Segment<'_>) -> Option<String> {
    let each = |words: fn(&super::message::Field<'_>) -> Option<String>| {
        let all: Vec<String> = segment.repetitions(5).filter_map(|one| words(&one)).collect();
        (!all.is_empty()).then(|| all.join("; "))
    };
    match segment.part(2, 1).as_deref() {
        Some("CE" | "CWE" | "CNE" | "CF") => each(coded_of),
        Some("TX" | "FT" | "ST") => each(|one| Some(one.text()).filter(|text| !text.trim().is_empty())),
        Some("DT" | "TS" | "DTM") => each(|one| one.part(1).map(|raw| written_date(&raw).unwrap_or(raw))),
        // Comparator, number, separator, number.
        Some("SN") => each(|one| {
            let parts: Vec<String> = (1..=4).filter_map(|part| one.part(part)).collect();
            (!parts.is_empty()).then(|| parts.concat())
        }),
        Some("XCN" | "XPN") => each(|one| super::fields::person_of(one, true)),
        _ => each(|one| one.words()),
    }
}

/// The file of an `ED` value.
pub(super) fn file(segment: &Segment<'_>) -> Option<Part> {
    if segment.part(2, 1).as_deref() != Some("ED") {
        return None;
    }
    let value = segment.repetitions(5).next()?;
    let data = value.raw_part(5)?;
    let bytes = match value.part(4).as_deref() {
        Some("Base64" | "BASE64" | "base64") => decoded(data)?,
        Some("Hex") => return None,
        _ => data.as_bytes().to_vec(),
    };
    Some(Part { title: coded(segment, 3), media_type: media_type(&value), bytes })
}

fn media_type(value: &super::message::Field<'_>) -> Option<String> {
    let (kind, subtype) = (value.part(2)?.to_lowercase(), value.part(3).unwrap_or_default().to_lowercase());
    let kind = if kind == "im" { "image" } else { &kind };
    Some(if subtype.is_empty() { kind.to_owned() } else { format!("{kind}/{subtype}") })
}

/// A file, or the address of one.
pub(super) fn file_view(segment: &Segment<'_>, parts: &mut u32) -> Option<PartView> {
    match segment.part(2, 1).as_deref() {
        Some("ED") => {
            let part = file(segment).map(|_| {
                *parts += 1;
                *parts - 1
            });
            let value = segment.repetitions(5).next();
            Some(PartView { part, media_type: value.as_ref().and_then(media_type), ..PartView::default() })
        }
        Some("RP") => Some(PartView { address: segment.part(5, 1), ..PartView::default() }),
        _ => None,
    }
}

//! The data types that segments repeat.

use super::message::{Field, Segment};
use crate::dates::DocumentDate;

/// `XPN`, `XCN`: a person's name. In `XCN` the number comes first.
pub(super) fn person(segment: &Segment<'_>, field: usize, numbered: bool) -> Option<String> {
    let names: Vec<String> = segment.repetitions(field).filter_map(|one| person_of(&one, numbered)).collect();
    (!names.is_empty()).then(|| names.join("; "))
}

pub(super) fn person_of(field: &Field<'_>, numbered: bool) -> Option<String> {
    let first = if numbered { 2 } else { 1 };
    let order = [first + 4, first + 1, first + 2, first, first + 3];
    let words: Vec<String> = order.iter().filter_map(|part| field.part(*part)).collect();
    let name = (!words.is_empty()).then(|| words.join(" "));
    if numbered { name.or_else(|| field.part(1)) } else { name }
}

/// `CE`, `CWE`: the words of a code, else the code.
pub(super) fn coded(segment: &Segment<'_>, field: usize) -> Option<String> {
    let all: Vec<String> = segment.repetitions(field).filter_map(|one| coded_of(&one)).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

pub(super) fn coded_of(field: &Field<'_>) -> Option<String> {
    // The original text says it best, if somebody wrote it.
    field.part(9).or_else(|| field.part(2)).or_else(|| field.part(5)).or_else(|| field.part(1))
}

/// `DTM`, `TS`.
pub(super) fn date(segment: &Segment<'_>, field: usize) -> Option<String> {
    written_date(&segment.part(field, 1)?)
}

pub(super) fn written_date(written: &str) -> Option<String> {
    DocumentDate::from_compact(written).map(|date| date.iso)
}

/// `PL`: ward, room, bed, hospital.
pub(super) fn place(segment: &Segment<'_>, field: usize) -> Option<String> {
    let one = segment.repetitions(field).next()?;
    let parts: Vec<String> = [1, 2, 3, 4, 7, 8].iter().filter_map(|part| one.part(*part)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `XAD`: an address on one line.
pub(super) fn address(segment: &Segment<'_>, field: usize) -> Option<String> {
    let one = segment.repetitions(field).next()?;
    let town: Vec<String> = [5, 3].iter().filter_map(|part| one.part(*part)).collect();
    let parts = [one.part(1), one.part(2), Some(town.join(" ")), one.part(4), one.part(6)];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

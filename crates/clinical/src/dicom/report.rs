//! Structured reports (PS3.3 C.17.3) as indented lines: what was asked, and the answer.

use serde::Serialize;
use ts_rs::TS;

use super::dataset::{Dataset, Tag};
use super::person_name;
use crate::dates::DocumentDate;
use crate::limits::REPORT_LINES_MAX;

const CONTENT: Tag = (0x0040, 0xA730);
const VALUE_TYPE: Tag = (0x0040, 0xA040);
const CONCEPT_NAME: Tag = (0x0040, 0xA043);
const CONCEPT: Tag = (0x0040, 0xA168);
const TEXT: Tag = (0x0040, 0xA160);
const DATE_TIME: Tag = (0x0040, 0xA120);
const DATE: Tag = (0x0040, 0xA121);
const TIME: Tag = (0x0040, 0xA122);
const PERSON: Tag = (0x0040, 0xA123);
const UID: Tag = (0x0040, 0xA124);
const MEASURED: Tag = (0x0040, 0xA300);
const NUMBER: Tag = (0x0040, 0xA30A);
const UNITS: Tag = (0x0040, 0x08EA);
const REFERENCED: Tag = (0x0008, 0x1199);
const MEANING: Tag = (0x0008, 0x0104);
const CODE: Tag = (0x0008, 0x0100);

/// A line of a structured report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportLine {
    /// How deep it lies; headings hold what is deeper.
    pub depth: u32,
    /// What is spoken of.
    pub name: String,
    /// What is said of it; none for a heading.
    pub value: Option<String>,
}

/// The report's lines, the title first; none if the file is no report.
pub(super) fn lines(dataset: &Dataset) -> Vec<ReportLine> {
    if dataset.items(CONTENT).is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    add(dataset, 0, &mut lines);
    lines
}

fn add(item: &Dataset, depth: u32, lines: &mut Vec<ReportLine>) {
    if lines.len() >= REPORT_LINES_MAX {
        return;
    }
    let name = meaning(item.items(CONCEPT_NAME)).unwrap_or_default();
    let value = value(item);
    let says_something = !name.is_empty() || value.is_some();
    if says_something {
        lines.push(ReportLine { depth, name, value });
    }
    for child in item.items(CONTENT) {
        add(child, depth + u32::from(says_something), lines);
    }
}

fn value(item: &Dataset) -> Option<String> {
    match item.text(VALUE_TYPE)?.as_str() {
        "TEXT" => item.text(TEXT),
        "CODE" => meaning(item.items(CONCEPT)),
        "NUM" => {
            let measured = item.items(MEASURED).first()?;
            let unit = measured.items(UNITS).first();
            // 1 is the code for "no unit".
            let unit = unit.and_then(|unit| unit.text(CODE).filter(|code| code != "1"));
            Some([measured.text(NUMBER)?, unit.unwrap_or_default()].join(" ").trim().to_owned())
        }
        "DATETIME" => moment(&item.text(DATE_TIME)?),
        "DATE" => moment(&item.text(DATE)?),
        "TIME" => item.text(TIME),
        "PNAME" => Some(person_name(&item.text(PERSON)?)),
        "UIDREF" => item.text(UID),
        "IMAGE" | "COMPOSITE" | "WAVEFORM" => {
            let uid = item.items(REFERENCED).first().and_then(|reference| reference.text((0x0008, 0x1155)));
            uid.map(|uid| format!("→ {uid}"))
        }
        _ => None,
    }
}

fn moment(written: &str) -> Option<String> {
    Some(DocumentDate::from_compact(written).map_or_else(|| written.to_owned(), |date| date.iso.replace('T', " ")))
}

fn meaning(codes: &[Dataset]) -> Option<String> {
    let code = codes.first()?;
    code.text(MEANING).or_else(|| code.text(CODE))
}

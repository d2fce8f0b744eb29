//! HL7 v2 messages: results, admissions, vaccinations, documents, appointments, medicines. What has no reading of its own
//! is listed field by field.

mod fields;
mod message;
mod recognise;
mod segments;
mod values;

pub(crate) use recognise::{is_hl7, summary};

use self::fields::{coded, date, person};
use self::message::{File, Message, Segment};
use crate::fhir::joined;
use crate::limits::HL7_BYTES_MAX;
use crate::page::{ClinicalItem, ClinicalNotice, ClinicalSection, Fact, Page, ResultItem, SectionKind, facts};
use crate::parts::Part;

/// Why a file of HL7 v2 messages cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum Hl7Error {
    /// Larger than [`HL7_BYTES_MAX`].
    #[error("the messages have {bytes} bytes; at most {HL7_BYTES_MAX} are shown")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// No message has a header that can be read.
    #[error("there is no readable message header")]
    NoHeader,
}

pub(crate) fn view_hl7(bytes: &[u8]) -> Result<Page, Hl7Error> {
    if bytes.len() > HL7_BYTES_MAX {
        return Err(Hl7Error::TooLarge { bytes: bytes.len() });
    }
    let (text, is_sure) = message::text_of(bytes);
    let file = message::parse(&text);
    let Some(first) = file.messages.first() else { return Err(Hl7Error::NoHeader) };
    let patient = first.first("PID").map(segments::patient);
    let mut sections = Vec::new();
    let mut parts = 0;
    for (at, message) in file.messages.iter().enumerate() {
        let several = file.messages.len() > 1;
        let heading = several.then(|| format!("{}. {}", at + 1, kind_words(message)));
        sections.extend(read(message, &mut parts).into_sections(heading));
    }
    Ok(Page {
        notices: notices(&file, is_sure, &sections),
        facts: header(first, file.messages.len()),
        patient,
        sections,
    })
}

pub(crate) fn part(bytes: &[u8], number: u32) -> Option<Part> {
    let (text, _) = message::text_of(bytes);
    let file = message::parse(&text);
    let segments = file.messages.iter().flat_map(|message| message.all("OBX"));
    segments.filter_map(values::file).nth(number as usize)
}

fn notices(file: &File<'_>, is_sure: bool, sections: &[ClinicalSection]) -> Vec<ClinicalNotice> {
    let patients = |message: &Message<'_>| message.first("PID").and_then(|pid| pid.part(3, 1));
    let first = file.messages.first().and_then(patients);
    let mixed = file.messages.iter().any(|message| patients(message) != first);
    let retracted = sections.iter().any(|section| section.results.iter().any(|result| result.retracted));
    [
        (file.is_cut, ClinicalNotice::CutShort),
        (file.damaged > 0, ClinicalNotice::DamagedParts),
        (!is_sure, ClinicalNotice::UnsureLetters),
        (mixed, ClinicalNotice::SeveralPatients),
        (retracted, ClinicalNotice::RetractedEntries),
    ]
    .into_iter()
    .filter_map(|(is, notice)| is.then_some(notice))
    .collect()
}

/// `ORU R01`.
fn kind_words(message: &Message<'_>) -> String {
    let (kind, event) = message.kind();
    format!("{kind} {event}").trim().to_owned()
}

fn header(message: &Message<'_>, count: usize) -> Vec<Fact> {
    let header = message.header();
    let (_, event) = message.kind();
    facts([
        ("messageKind", Some(kind_words(message))),
        ("event", segments::event_word(&event).map(str::to_owned)),
        ("date", date(header, 7)),
        ("sender", joined([header.part(4, 1), header.part(3, 1)].into_iter().flatten())),
        ("recipient", joined([header.part(6, 1), header.part(5, 1)].into_iter().flatten())),
        ("messages", (count > 1).then(|| count.to_string())),
    ])
}

/// What one message says, by kind.
#[derive(Default)]
struct Reading {
    sections: Vec<ClinicalSection>,
}

impl Reading {
    fn section(&mut self, kind: SectionKind) -> &mut ClinicalSection {
        let at = self.sections.iter().position(|section| section.kind == kind).unwrap_or_else(|| {
            self.sections.push(ClinicalSection::new(kind));
            self.sections.len() - 1
        });
        &mut self.sections[at]
    }

    fn push(&mut self, kind: SectionKind, item: ClinicalItem) {
        self.section(kind).items.push(item);
    }

    fn into_sections(mut self, heading: Option<String>) -> Vec<ClinicalSection> {
        let rank = |kind: SectionKind| match kind {
            // What the message is about comes before who and where.
            SectionKind::Results | SectionKind::Immunizations | SectionKind::Appointments | SectionKind::Documents => 0,
            SectionKind::Other => 9,
            SectionKind::People | SectionKind::Costs => 8,
            _ => 1,
        };
        self.sections.retain(|section| !section.is_empty());
        self.sections.sort_by_key(|section| rank(section.kind));
        if let (Some(heading), Some(first)) = (heading, self.sections.first_mut()) {
            first.title = Some(heading);
        }
        self.sections
    }
}

/// What the notes after a segment are about.
#[derive(Clone, Copy)]
enum Last {
    Result,
    Order,
    Item(SectionKind),
    Nothing,
}

fn read(message: &Message<'_>, parts: &mut u32) -> Reading {
    let mut reading = Reading::default();
    let mut order = values::Order::default();
    let mut last = Last::Nothing;
    let is_document = message.kind().0 == "MDM";
    for segment in &message.segments[1..] {
        last = match segment.name {
            "OBR" => {
                order.finish(&mut reading);
                order = values::Order::of(segment);
                Last::Order
            }
            "OBX" => obx(segment, &mut reading, &mut order, parts, is_document),
            "NTE" => {
                note(segment, last, &mut reading, &mut order);
                last
            }
            "RXR" | "TQ1" | "RXC" => {
                segments::extend_last(segment, last, &mut reading);
                last
            }
            // Who was involved is said again by the segments they belong to; the rest is housekeeping.
            "PID" | "EVN" | "SFT" | "UAC" | "MSA" | "ORC" | "PRT" | "PD1" | "RGS" => last,
            _ => match segments::item(segment, message) {
                Some((kind, item)) => {
                    reading.push(kind, item);
                    Last::Item(kind)
                }
                None => {
                    reading.push(SectionKind::Other, segments::any(segment));
                    Last::Nothing
                }
            },
        };
    }
    order.finish(&mut reading);
    reading
}

fn obx(
    segment: &Segment<'_>,
    reading: &mut Reading,
    order: &mut values::Order,
    parts: &mut u32,
    is_document: bool,
) -> Last {
    order.answered = true;
    if let Some(view) = values::file_view(segment, parts) {
        let title = coded(segment, 3).unwrap_or_else(|| "File".to_owned());
        reading.push(SectionKind::Documents, ClinicalItem { parts: vec![view], ..ClinicalItem::named(title) });
        return Last::Item(SectionKind::Documents);
    }
    if is_document && values::is_text(segment) {
        values::push_text(segment, reading.section(SectionKind::Documents));
        return Last::Nothing;
    }
    let vaccination = reading.sections.iter_mut().find(|section| section.kind == SectionKind::Immunizations);
    if let Some(item) = vaccination.and_then(|section| section.items.last_mut()) {
        let name = coded(segment, 3).unwrap_or_default();
        if let Some(value) = values::value_words(segment) {
            item.facts.push(Fact { label: name, value });
        }
        return Last::Nothing;
    }
    let results = &mut reading.section(SectionKind::Results).results;
    let next = values::result(segment, order);
    match results.last_mut() {
        // A long text is written line by line, each with the same name.
        Some(before) if values::is_text(segment) && is_same_text(before, &next) => {
            before.value_text = format!("{}\n{}", before.value_text, next.value_text);
        }
        _ => results.push(next),
    }
    Last::Result
}

fn is_same_text(before: &ResultItem, next: &ResultItem) -> bool {
    before.name == next.name && before.panel == next.panel && before.value.is_none() && before.unit.is_none()
}

fn note(segment: &Segment<'_>, last: Last, reading: &mut Reading, order: &mut values::Order) {
    let lines: Vec<String> = segment.repetitions(3).map(|one| one.text()).collect();
    let text = lines.join("\n");
    if text.trim().is_empty() {
        return;
    }
    let add = |to: &mut Option<String>| {
        *to = Some(match to.take() {
            Some(before) => format!("{before}\n{text}"),
            None => text.clone(),
        });
    };
    match last {
        Last::Result => {
            if let Some(result) = reading.section(SectionKind::Results).results.last_mut() {
                add(&mut result.note);
            }
        }
        Last::Order => add(&mut order.note),
        Last::Item(kind) => {
            if let Some(item) = reading.section(kind).items.last_mut() {
                add(&mut item.detail);
            }
        }
        Last::Nothing => {
            reading.push(SectionKind::Text, ClinicalItem { detail: Some(text), ..ClinicalItem::named("Note") })
        }
    }
}

/// The people a message names besides the patient.
fn contact(segment: &Segment<'_>) -> ClinicalItem {
    ClinicalItem {
        facts: facts([
            ("relationship", coded(segment, 3)),
            ("telephone", segment.words(5)),
            ("address", fields::address(segment, 4)),
        ]),
        ..ClinicalItem::named(person(segment, 2, false).unwrap_or_else(|| "Contact".to_owned()))
    }
}

//! Segments that are an entry of their own.

use super::fields::{address, coded, date, person, place, written_date};
use super::message::{Message, Segment};
use super::{Last, Reading, contact};
use crate::fhir::joined;
use crate::page::{ClinicalItem, ClinicalPatient, Dosage, Fact, SectionKind, facts};

pub(super) fn patient(segment: &Segment<'_>) -> ClinicalPatient {
    let numbers = segment.repetitions(3).filter_map(|one| one.part(1));
    ClinicalPatient {
        name: segment.repetitions(5).next().and_then(|name| super::fields::person_of(&name, false)),
        birth_date: date(segment, 7),
        facts: facts([
            ("sex", segment.part(8, 1).map(|code| sex(&code).to_owned())),
            ("numbers", joined(numbers)),
            ("address", address(segment, 11)),
            ("telephone", segment.part(13, 1).or_else(|| segment.part(13, 12))),
            ("language", coded(segment, 15)),
            ("maritalStatus", coded(segment, 16)),
            ("died", date(segment, 29)),
        ]),
    }
}

fn sex(code: &str) -> &str {
    match code {
        "F" => "female",
        "M" => "male",
        "O" | "A" => "other",
        "U" => "unknown",
        other => other,
    }
}

/// What happened, as a key of ours; HL7 table 0003.
pub(super) fn event_word(event: &str) -> Option<&'static str> {
    Some(match event {
        "A01" => "admitted",
        "A02" => "transferred",
        "A03" => "discharged",
        "A04" => "registered",
        "A05" => "preAdmitted",
        "A08" | "A31" => "changed",
        "A11" => "admissionCancelled",
        "A13" => "dischargeCancelled",
        "A28" => "personAdded",
        "A40" => "personsMerged",
        "S12" => "booked",
        "S13" => "rebooked",
        "S14" => "changed",
        "S15" => "cancelled",
        "S26" => "noShow",
        "T02" | "T01" => "documentAdded",
        "T08" => "changed",
        "T10" => "documentReplaced",
        "T11" => "cancelled",
        _ => return None,
    })
}

pub(super) fn item(segment: &Segment<'_>, message: &Message<'_>) -> Option<(SectionKind, ClinicalItem)> {
    Some(match segment.name {
        "PV1" => (SectionKind::Encounters, visit(segment, message)),
        // Read together with PV1.
        "PV2" if message.first("PV1").is_some() => return Some((SectionKind::Encounters, reason(segment)?)),
        "DG1" => (SectionKind::Problems, diagnosis(segment)),
        "AL1" | "IAM" => (SectionKind::Allergies, allergy(segment)),
        "PR1" => (SectionKind::Procedures, procedure(segment)),
        "NK1" => (SectionKind::People, contact(segment)),
        "IN1" => (SectionKind::Costs, insurance(segment)),
        "RXA" => (SectionKind::Immunizations, vaccination(segment)),
        "RXE" | "RXO" | "RXD" => (SectionKind::Medication, medicine(segment)),
        "TXA" => (SectionKind::Documents, document(segment)),
        "SCH" => (SectionKind::Appointments, appointment(segment)),
        "AIS" => (SectionKind::Appointments, resource(segment, coded(segment, 3), 4)),
        "AIL" => (SectionKind::Appointments, resource(segment, place(segment, 3), 6)),
        "AIP" => (SectionKind::Appointments, resource(segment, person(segment, 3, true), 6)),
        "AIG" => (SectionKind::Appointments, resource(segment, coded(segment, 4).or_else(|| coded(segment, 3)), 8)),
        _ => return None,
    })
}

fn visit(segment: &Segment<'_>, message: &Message<'_>) -> ClinicalItem {
    let class = segment.part(2, 1).map(|code| match code.as_str() {
        "I" => "inpatient".to_owned(),
        "O" => "ambulatory".to_owned(),
        "E" => "emergency".to_owned(),
        "P" => "preAdmission".to_owned(),
        "R" => "recurring".to_owned(),
        _ => code,
    });
    ClinicalItem {
        start: date(segment, 44).or_else(|| message.first("EVN").and_then(|event| date(event, 2))),
        end: date(segment, 45),
        status: event_word(&message.kind().1).map(str::to_owned),
        facts: facts([
            ("visitKind", class),
            ("place", place(segment, 3)),
            ("priorPlace", place(segment, 6)),
            ("attending", person(segment, 7, true)),
            ("referredBy", person(segment, 8, true)),
            ("consulting", person(segment, 9, true)),
            ("admittedBy", person(segment, 17, true)),
            ("service", coded(segment, 10)),
            ("visitNumber", segment.part(19, 1)),
        ]),
        ..ClinicalItem::named("Visit")
    }
}

fn reason(segment: &Segment<'_>) -> Option<ClinicalItem> {
    let facts = facts([("reason", coded(segment, 3)), ("expectedDischarge", date(segment, 9))]);
    (!facts.is_empty()).then(|| ClinicalItem { facts, ..ClinicalItem::named("Reason for the visit") })
}

fn diagnosis(segment: &Segment<'_>) -> ClinicalItem {
    let kind = segment.part(6, 1).map(|code| match code.as_str() {
        "A" => "admitting".to_owned(),
        "W" => "provisional".to_owned(),
        "F" => "final".to_owned(),
        _ => code,
    });
    let name = coded(segment, 3).or_else(|| segment.part(4, 1)).unwrap_or_else(|| "Unnamed problem".to_owned());
    ClinicalItem {
        start: date(segment, 5),
        status: kind,
        code: segment.part(3, 1).filter(|code| *code != name),
        facts: facts([("author", person(segment, 16, true))]),
        ..ClinicalItem::named(name)
    }
}

fn allergy(segment: &Segment<'_>) -> ClinicalItem {
    let severity = segment.part(4, 1).map(|code| match code.as_str() {
        "SV" => "severe".to_owned(),
        "MO" => "moderate".to_owned(),
        "MI" => "mild".to_owned(),
        "U" => "unknown".to_owned(),
        _ => code,
    });
    ClinicalItem {
        alert: severity.as_deref() == Some("severe"),
        facts: facts([("reactions", segment.words(5)), ("severity", severity)]),
        start: if segment.name == "AL1" { date(segment, 6) } else { date(segment, 11) },
        ..ClinicalItem::named(coded(segment, 3).unwrap_or_else(|| "Unnamed allergy".to_owned()))
    }
}

fn procedure(segment: &Segment<'_>) -> ClinicalItem {
    ClinicalItem {
        start: date(segment, 5),
        facts: facts([("performer", person(segment, 11, true).or_else(|| person(segment, 8, true)))]),
        code: segment.part(3, 1),
        ..ClinicalItem::named(
            coded(segment, 3).or_else(|| segment.part(4, 1)).unwrap_or_else(|| "Unnamed procedure".to_owned()),
        )
    }
}

fn insurance(segment: &Segment<'_>) -> ClinicalItem {
    ClinicalItem {
        start: date(segment, 12),
        end: date(segment, 13),
        facts: facts([
            ("plan", coded(segment, 2)),
            ("numbers", segment.part(36, 1)),
            ("holder", person(segment, 16, false)),
        ]),
        ..ClinicalItem::named(segment.part(4, 1).unwrap_or_else(|| "Insurance".to_owned()))
    }
}

fn vaccination(segment: &Segment<'_>) -> ClinicalItem {
    let unit = segment.part(7, 1).map(|unit| format!(" {unit}")).unwrap_or_default();
    // 999 stands for "not known".
    let amount =
        segment.part(6, 1).filter(|amount| amount != "999" && amount != "0").map(|amount| format!("{amount}{unit}"));
    let system = segment.part(5, 3);
    let refused = segment.part(20, 1);
    ClinicalItem {
        start: date(segment, 3),
        negated: matches!(refused.as_deref(), Some("RE" | "NA")),
        retracted: segment.part(21, 1).as_deref() == Some("D"),
        code: segment.part(5, 1).filter(|_| system.as_deref() == Some("CVX")).map(|code| format!("CVX {code}")),
        facts: facts([
            ("amount", amount),
            ("lot", segment.part(15, 1)),
            ("expires", date(segment, 16)),
            ("manufacturer", coded(segment, 17)),
            ("reason", coded(segment, 18)),
            ("performer", person(segment, 10, true)),
            ("source", coded(segment, 9)),
        ]),
        ..ClinicalItem::named(coded(segment, 5).unwrap_or_else(|| "Unnamed vaccine".to_owned()))
    }
}

fn medicine(segment: &Segment<'_>) -> ClinicalItem {
    let (name, least, most, unit, words) = match segment.name {
        "RXO" => (1, 2, 3, 4, 7),
        "RXD" => (2, 4, 4, 5, 9),
        _ => (2, 3, 4, 5, 7),
    };
    let (least, most) = (segment.part(least, 1), segment.part(most, 1));
    let amount = match (&least, &most) {
        (Some(least), Some(most)) if least != most => Some(format!("{least}–{most}")),
        _ => least.or(most),
    };
    let unit = coded(segment, unit);
    let dose = amount.map(|amount| unit.map_or_else(|| amount.clone(), |unit| format!("{amount} {unit}")));
    let words = segment.words(words);
    let sentence = joined([dose, words].into_iter().flatten());
    ClinicalItem {
        dosages: sentence.into_iter().map(|text| Dosage { en: text.clone(), de: text }).collect(),
        facts: facts([("form", coded(segment, if segment.name == "RXO" { 5 } else { 6 }))]),
        ..ClinicalItem::named(coded(segment, name).unwrap_or_else(|| "Unnamed medicine".to_owned()))
    }
}

fn document(segment: &Segment<'_>) -> ClinicalItem {
    let state = segment.part(17, 1).and_then(|code| {
        Some(match code.as_str() {
            "DI" => "dictated",
            "DO" | "IP" | "IN" => "preliminary",
            "AU" | "LA" => return None,
            "PA" => "pending",
            _ => return None,
        })
    });
    ClinicalItem {
        start: date(segment, 4).or_else(|| date(segment, 6)),
        status: state.map(str::to_owned),
        facts: facts([
            ("author", person(segment, 9, true)),
            ("attestedBy", person(segment, 10, true).or_else(|| person(segment, 22, true))),
            ("numbers", segment.part(12, 1)),
        ]),
        ..ClinicalItem::named(document_word(segment.part(2, 1)))
    }
}

/// HL7 table 0270, as words that the window has.
fn document_word(code: Option<String>) -> String {
    match code.as_deref() {
        Some("DS") => "Discharge summary",
        Some("CN") => "Consultation",
        Some("HP") => "History and physical examination",
        Some("OP") => "Operative note",
        Some("PN") => "Progress note",
        Some("DI") => "Diagnostic imaging",
        Some("ED") => "Emergency report",
        Some("CD") => "Cardiodiagnostics",
        Some("SP") => "Surgical pathology",
        _ => "Document",
    }
    .to_owned()
}

fn appointment(segment: &Segment<'_>) -> ClinicalItem {
    let timing = |part| segment.part(11, part).and_then(|raw| written_date(&raw));
    let length = segment.part(9, 1).map(|length| match segment.part(10, 1) {
        Some(unit) => format!("{length} {unit}"),
        None => length,
    });
    let state = segment.words(25);
    ClinicalItem {
        start: timing(4),
        end: timing(5),
        negated: state
            .as_deref()
            .is_some_and(|state| ["cancelled", "noshow", "deleted"].contains(&state.to_lowercase().as_str())),
        status: state,
        facts: facts([
            ("reason", coded(segment, 7).or_else(|| coded(segment, 6))),
            ("visitKind", coded(segment, 8)),
            ("duration", length),
            ("with", person(segment, 16, true).or_else(|| person(segment, 12, true))),
            ("place", place(segment, 19).or_else(|| place(segment, 15))),
            ("numbers", segment.part(2, 1).or_else(|| segment.part(1, 1))),
        ]),
        ..ClinicalItem::named("Appointment")
    }
}

/// A service, place, person or thing that an appointment needs.
fn resource(segment: &Segment<'_>, name: Option<String>, start: usize) -> ClinicalItem {
    let status = if segment.name == "AIS" { 10 } else { start + 6 };
    ClinicalItem {
        start: date(segment, start),
        status: segment.words(status).filter(|words| words.chars().all(char::is_alphabetic)),
        facts: facts([(
            "role",
            (segment.name != "AIS").then(|| coded(segment, 4)).flatten().filter(|role| Some(role) != name.as_ref()),
        )]),
        ..ClinicalItem::named(name.unwrap_or_else(|| "Appointment".to_owned()))
    }
}

/// Way and place of a vaccination or medicine; time of an order.
pub(super) fn extend_last(segment: &Segment<'_>, last: Last, reading: &mut Reading) {
    let Last::Item(kind) = last else { return };
    let Some(item) = reading.section(kind).items.last_mut() else { return };
    let more = match segment.name {
        "RXR" => facts([("route", coded(segment, 1)), ("bodySite", coded(segment, 2))]),
        "RXC" => facts([("ingredients", coded(segment, 2))]),
        _ => facts([("from", date(segment, 7)), ("until", date(segment, 8)), ("instruction", segment.words(11))]),
    };
    item.facts.extend(more);
}

/// Any segment: its fields by number.
pub(super) fn any(segment: &Segment<'_>) -> ClinicalItem {
    let fields = (1..=segment.field_count()).filter_map(|number| Some((number, segment.words(number)?)));
    ClinicalItem {
        facts: fields.map(|(number, value)| Fact { label: format!("{}-{number}", segment.name), value }).collect(),
        ..ClinicalItem::named(segment.name)
    }
}

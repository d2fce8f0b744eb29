//! Procedures, encounters, documents, written sections, and whatever has no place of its own.

use std::collections::HashSet;

use serde_json::Value;

use super::index::{Index, Placed};
use super::json::{blocks_of, concept, concept_of, concepts, list, notes, owned, period, status_code, when};
use super::lists::name_or;
use super::patient::Subjects;
use super::views::{Attachment, Concept, DocumentEntry, Encounter, Procedure, Section};
use crate::page::Block;

pub(super) fn procedure<'a>(placed: Placed<'a>, index: &Index<'a>, subjects: &Subjects<'a>) -> Procedure {
    let resource = placed.resource;
    let (start, until) = period(resource.get("performedPeriod"));
    let status = owned(resource, "status");
    Procedure {
        position: placed.at,
        name: name_or(concept_of(resource, "code"), resource, "Unnamed procedure"),
        from: start.or_else(|| when(resource, "performed")),
        until,
        reason: concepts(resource, "reasonCode")
            .or_else(|| index.labels(resource, "reasonReference", placed.container)),
        outcome: concept_of(resource, "outcome").map(|outcome| outcome.text),
        note: notes(resource),
        retracted: status.as_deref() == Some("entered-in-error"),
        status,
        about: subjects.about(placed),
    }
}

pub(super) fn encounter<'a>(placed: Placed<'a>, index: &Index<'a>, subjects: &Subjects<'a>) -> Encounter {
    let resource = placed.resource;
    let class = concept_of(resource, "class").map(|class| match class.text.as_str() {
        "AMB" => "ambulatory".to_owned(),
        "IMP" => "inpatient".to_owned(),
        "EMER" => "emergency".to_owned(),
        "VR" => "virtual".to_owned(),
        "HH" => "home visit".to_owned(),
        _ => class.text,
    });
    let (from, until) = period(resource.get("period"));
    let place =
        resource.get("serviceProvider").and_then(|provider| index.label(provider, placed.container)).or_else(|| {
            list(resource, "location").iter().find_map(|place| index.label(place.get("location")?, placed.container))
        });
    let with =
        list(resource, "participant").iter().filter_map(|one| index.label(one.get("individual")?, placed.container));
    let status = owned(resource, "status");
    Encounter {
        position: placed.at,
        name: concepts(resource, "type").or_else(|| class.clone()).unwrap_or_else(|| "Visit".to_owned()),
        class,
        from,
        until,
        reason: concepts(resource, "reasonCode")
            .or_else(|| index.labels(resource, "reasonReference", placed.container)),
        place,
        with: super::json::joined(with),
        retracted: status.as_deref() == Some("entered-in-error"),
        status,
        about: subjects.about(placed),
    }
}

pub(super) fn document<'a>(placed: Placed<'a>, index: &Index<'a>) -> DocumentEntry {
    let resource = placed.resource;
    let attachments: Vec<Attachment> = list(resource, "content")
        .iter()
        .filter_map(|content| content.get("attachment"))
        .map(|page| attachment(page, index))
        .collect();
    let title = owned(resource, "description")
        .or_else(|| concept_of(resource, "type").map(|kind| kind.text))
        .or_else(|| attachments.iter().find_map(|page| page.title.clone()));
    DocumentEntry {
        position: placed.at,
        title: title.unwrap_or_else(|| "Document".to_owned()),
        date: owned(resource, "date").or_else(|| owned(resource, "created")),
        author: index.labels(resource, "author", placed.container),
        status: status_code(resource, "status"),
        attachments,
    }
}

pub(super) fn attachment(attachment: &Value, index: &Index<'_>) -> Attachment {
    let part = index.part(attachment);
    Attachment {
        title: owned(attachment, "title"),
        media_type: owned(attachment, "contentType"),
        part,
        address: owned(attachment, "url").filter(|_| part.is_none()),
    }
}

/// Sections of a composition, in order. Nesting is bounded by the JSON reader's own depth limit. An entry belongs to the
/// first section that names it, so that many names of one entry do not make a long page.
pub(super) fn sections<'a>(placed: Placed<'a>, index: &Index<'a>) -> Vec<Section> {
    let mut out = Vec::new();
    let text = blocks_of(placed.resource);
    if !text.is_empty() {
        out.push(Section { title: None, loinc: None, text, level: 0, members: Vec::new() });
    }
    push_sections(placed.resource, placed.container, 0, index, &mut HashSet::new(), &mut out);
    out
}

fn push_sections<'a>(
    parent: &'a Value,
    container: &'a Value,
    level: u32,
    index: &Index<'a>,
    taken: &mut HashSet<usize>,
    out: &mut Vec<Section>,
) {
    for section in list(parent, "section") {
        let mut written = blocks_of(section);
        if let (true, Some(reason)) = (written.is_empty(), concept_of(section, "emptyReason")) {
            written.push(Block::paragraph(reason.text));
        }
        let code = concept_of(section, "code");
        let loinc = code.as_ref().and_then(super::json::loinc);
        let title = owned(section, "title").or_else(|| code.map(|code| code.text));
        let entries = list(section, "entry").iter().filter_map(|reference| index.position(reference, container));
        let members: Vec<u32> =
            entries.filter(|at| taken.insert(*at)).filter_map(|at| u32::try_from(at).ok()).collect();
        if title.is_some() || !written.is_empty() || !members.is_empty() {
            out.push(Section { title, loinc, text: written, level, members });
        }
        push_sections(section, container, level + 1, index, taken, out);
    }
}

/// The best name a resource of any type has for itself.
pub(super) fn title_of(resource: &Value) -> Option<String> {
    // A bare code is no name.
    let named = |concept: &Concept| concept.codes.iter().all(|code| code.code.as_deref() != Some(&concept.text));
    let of = |key: &str| list(resource, key).iter().filter_map(concept).find(named).map(|concept| concept.text);
    owned(resource, "title")
        .or_else(|| ["code", "category", "type"].iter().find_map(|key| of(key)))
        .or_else(|| owned(resource, "description"))
        .or_else(|| super::patient::full_name(resource))
        .or_else(|| owned(resource, "name"))
}

pub(super) fn date_of(resource: &Value) -> Option<String> {
    ["date", "created", "authored", "authoredOn", "recorded", "issued", "dateTime", "dateAsserted", "recordedDate"]
        .iter()
        .find_map(|key| owned(resource, key))
        .or_else(|| ["effective", "occurrence", "performed"].iter().find_map(|stem| when(resource, stem)))
        .or_else(|| ["period", "billablePeriod"].iter().find_map(|key| period(resource.get(*key)).0))
}

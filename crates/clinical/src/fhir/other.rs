//! Procedures, encounters, documents, written sections, and whatever has no place of its own.

use serde_json::Value;

use super::index::{Index, Placed};
use super::json::{
    concept, concept_of, concepts, list, narrative_of, notes, owned, period, resource_type, status_code, text, when,
};
use super::lists::name_or;
use super::narrative::plain_text;
use super::patient::Subjects;
use super::views::{Attachment, Concept, DocumentEntry, Encounter, OtherResource, Procedure, Section};

pub(super) fn procedure<'a>(placed: Placed<'a>, index: &Index<'a>, subjects: &Subjects<'a>) -> Procedure {
    let resource = placed.resource;
    let (start, until) = period(resource.get("performedPeriod"));
    let status = owned(resource, "status");
    Procedure {
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
    let attachments: Vec<Attachment> =
        list(resource, "content").iter().filter_map(|content| content.get("attachment")).map(attachment).collect();
    let title = owned(resource, "description")
        .or_else(|| concept_of(resource, "type").map(|kind| kind.text))
        .or_else(|| attachments.iter().find_map(|page| page.title.clone()));
    DocumentEntry {
        title: title.unwrap_or_else(|| "Document".to_owned()),
        date: owned(resource, "date").or_else(|| owned(resource, "created")),
        author: index.labels(resource, "author", placed.container),
        status: status_code(resource, "status"),
        attachments,
    }
}

pub(super) fn attachment(attachment: &Value) -> Attachment {
    Attachment {
        title: owned(attachment, "title"),
        media_type: owned(attachment, "contentType"),
        embedded: text(attachment, "data").is_some(),
    }
}

/// Sections of a composition with text, in order. Nesting is bounded by the JSON reader's own depth limit.
pub(super) fn sections(composition: &Value) -> Vec<Section> {
    let mut out = Vec::new();
    if let Some(text) = narrative_of(composition) {
        out.push(Section { title: None, text, level: 0 });
    }
    push_sections(composition, 0, &mut out);
    out
}

fn push_sections(parent: &Value, level: u32, out: &mut Vec<Section>) {
    for section in list(parent, "section") {
        let narrative = section.get("text").and_then(|narrative| text(narrative, "div")).map(plain_text);
        let written = narrative.or_else(|| section.get("emptyReason").and_then(concept).map(|reason| reason.text));
        let title = owned(section, "title").or_else(|| concept_of(section, "code").map(|code| code.text));
        if title.is_some() || written.is_some() {
            out.push(Section { title, text: written.unwrap_or_default(), level });
        }
        push_sections(section, level + 1, out);
    }
}

pub(super) fn other(resource: &Value) -> OtherResource {
    OtherResource {
        resource_type: resource_type(resource).unwrap_or("Unknown").to_owned(),
        title: title_of(resource),
        date: date_of(resource),
        narrative: narrative_of(resource),
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

fn date_of(resource: &Value) -> Option<String> {
    ["date", "created", "authored", "authoredOn", "recorded", "issued", "dateTime", "dateAsserted", "recordedDate"]
        .iter()
        .find_map(|key| owned(resource, key))
        .or_else(|| ["effective", "occurrence", "performed"].iter().find_map(|stem| when(resource, stem)))
        .or_else(|| ["period", "billablePeriod"].iter().find_map(|key| period(resource.get(*key)).0))
}

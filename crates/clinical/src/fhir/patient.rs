//! The people a document is about.

use serde_json::Value;

use super::index::{Index, Placed};
use super::json::{concept, concept_of, concepts, joined, list, owned, scalar, text};
use super::views::PatientHeader;
use crate::page::{Fact, facts};

pub(super) fn header(patient: &Value) -> PatientHeader {
    let deceased = owned(patient, "deceasedDateTime")
        .or_else(|| (patient.get("deceasedBoolean") == Some(&Value::Bool(true))).then(|| "yes".to_owned()));
    let identifiers = list(patient, "identifier").iter().filter_map(|identifier| {
        let value = identifier.get("value").and_then(scalar)?;
        Some(match identifier.get("type").and_then(concept) {
            Some(kind) => format!("{}: {value}", kind.text),
            None => value,
        })
    });
    PatientHeader {
        name: full_name(patient),
        birth_date: owned(patient, "birthDate"),
        gender: owned(patient, "gender"),
        deceased,
        identifiers: identifiers.collect(),
        facts: details(patient),
    }
}

/// How a person can be reached, and what else helps to take care of them.
pub(super) fn details(person: &Value) -> Vec<Fact> {
    let telecom = list(person, "telecom").iter().filter_map(|one| owned(one, "value"));
    let addresses = list(person, "address").iter().filter_map(address);
    let languages = list(person, "communication").iter().filter_map(|one| concept_of(one, "language").or(concept(one)));
    let contact = |contact: &Value| {
        let relation = concepts(contact, "relationship");
        let name = contact.get("name").and_then(|_| full_name(contact));
        let reached = list(contact, "telecom").iter().filter_map(|one| owned(one, "value"));
        joined([name, relation].into_iter().flatten().chain(reached))
    };
    facts([
        ("telephone", joined(telecom)),
        ("address", joined(addresses)),
        ("language", joined(languages.map(|language| language.text))),
        ("maritalStatus", concept_of(person, "maritalStatus").map(|status| status.text)),
        ("contact", joined(list(person, "contact").iter().filter_map(contact))),
        (
            "generalPractitioner",
            joined(list(person, "generalPractitioner").iter().filter_map(|one| owned(one, "display"))),
        ),
        ("managedBy", person.get("managingOrganization").and_then(|one| owned(one, "display"))),
    ])
}

/// An `Address` on one line.
pub(super) fn address(address: &Value) -> Option<String> {
    if let Some(whole) = owned(address, "text") {
        return Some(whole.replace('\n', ", "));
    }
    let lines = list(address, "line").iter().filter_map(scalar);
    let town = ["postalCode", "city"].iter().filter_map(|key| owned(address, key)).collect::<Vec<_>>().join(" ");
    let rest = ["state", "country"].iter().filter_map(|key| owned(address, key));
    let parts: Vec<String> = lines.chain([town]).chain(rest).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The official name, else the usual one, else the first: its text, or its parts in order.
pub(super) fn full_name(person: &Value) -> Option<String> {
    let names = list(person, "name");
    let of_use = |wanted: &str| names.iter().find(|name| text(name, "use") == Some(wanted));
    let name = of_use("official").or_else(|| of_use("usual")).or(names.first())?;
    if let Some(whole) = name.as_str().map(str::to_owned).or_else(|| owned(name, "text")) {
        return Some(whole);
    }
    let parts = ["prefix", "given", "family", "suffix"];
    let words: Vec<String> = parts.iter().flat_map(|part| list(name, part)).filter_map(scalar).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whom an entry is about.
pub(super) struct Subjects<'a> {
    index: &'a Index<'a>,
    header: Option<&'a Value>,
    header_name: Option<String>,
}

impl<'a> Subjects<'a> {
    pub(super) fn new(index: &'a Index<'a>, header: Option<&'a Value>) -> Self {
        Self { index, header, header_name: header.and_then(full_name) }
    }

    /// The name of the person an entry is about, if that is not the one in the header.
    pub(super) fn about(&self, placed: Placed<'a>) -> Option<String> {
        let reference = placed.resource.get("subject").or_else(|| placed.resource.get("patient"))?;
        match (self.index.resolve(reference, placed.container), self.header) {
            (Some(subject), Some(header)) if std::ptr::eq(subject, header) => None,
            (Some(subject), _) => full_name(subject).or_else(|| self.index.label(reference, placed.container)),
            // Not in this document: perhaps the same person under another address, perhaps not. Name it.
            (None, Some(_)) => {
                let label = self.index.label(reference, placed.container).or_else(|| owned(reference, "reference"));
                label.filter(|name| Some(name) != self.header_name.as_ref())
            }
            (None, None) => None,
        }
    }
}

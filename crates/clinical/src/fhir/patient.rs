//! The people a document is about.

use serde_json::Value;

use super::index::{Index, Placed};
use super::json::{concept, list, owned, scalar, text};
use super::views::PatientHeader;

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
    }
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

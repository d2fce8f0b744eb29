//! Any resource, without knowing its kind: names of members and what they hold.

use serde_json::Value;

use super::super::dosage::{range, ratio};
use super::super::json::{concept, joined, list, owned, period, quantity_text, resource_type, scalar, text};
use super::super::patient::{address, full_name};
use super::super::words;
use super::Of;
use crate::limits::FACTS_MAX;
use crate::page::{ClinicalItem, Fact};

/// Members that say something about the entry itself, or are shown in another way.
const SILENT: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "text",
    "contained",
    "extension",
    "modifierExtension",
    "implicitRules",
    "language",
    "status",
    "subject",
    "patient",
    "note",
    "data",
];

/// Members inside members are named this deep: `item › adjudication › amount`.
const DEPTH_MAX: usize = 3;

pub(super) fn entry(of: &Of<'_, '_>) -> ClinicalItem {
    let kind = words(resource_type(of.resource).unwrap_or("Entry"));
    let mut facts = Vec::new();
    members(of, of.resource, "", 0, &mut facts);
    let item = of.item(&kind);
    let named = item.title != kind;
    facts.retain(|fact| fact.value != item.title && Some(&fact.value) != item.start.as_ref());
    if named {
        facts.insert(0, Fact::new("kindOfEntry", kind));
    }
    ClinicalItem { facts, ..item }
}

fn members(of: &Of<'_, '_>, object: &Value, path: &str, depth: usize, facts: &mut Vec<Fact>) {
    for (key, value) in object.as_object().into_iter().flatten() {
        if facts.len() >= FACTS_MAX || SILENT.contains(&key.as_str()) || key.starts_with('_') {
            continue;
        }
        let label = match path {
            "" => words(&capital(key)),
            path => format!("{path} › {}", words(key)),
        };
        for one in list(object, key) {
            if facts.len() >= FACTS_MAX {
                break;
            }
            match said(of, one) {
                Some(value) => match facts.last_mut().filter(|last| last.label == label) {
                    Some(last) => last.value = format!("{}; {value}", last.value),
                    None => facts.push(Fact { label: label.clone(), value }),
                },
                None if depth < DEPTH_MAX => members(of, value_of(one, value), &label, depth + 1, facts),
                None => {}
            }
        }
    }
}

fn value_of<'v>(one: &'v Value, whole: &'v Value) -> &'v Value {
    if one.is_object() { one } else { whole }
}

fn capital(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The value of one of the shapes that FHIR repeats everywhere.
pub(super) fn said(of: &Of<'_, '_>, value: &Value) -> Option<String> {
    if !value.is_object() {
        return scalar(value);
    }
    if let Some(concept) = concept(value) {
        return Some(concept.text);
    }
    if text(value, "reference").is_some() || text(value, "display").is_some() {
        return of.index.label(value, of.container).or_else(|| owned(value, "reference"));
    }
    if let Some(quantity) = quantity_text(value) {
        return Some(match text(value, "currency") {
            Some(currency) => format!("{quantity} {currency}"),
            None => quantity,
        });
    }
    if value.get("numerator").is_some() {
        return ratio(value);
    }
    if value.get("low").is_some() || value.get("high").is_some() {
        return range(value);
    }
    if value.get("family").is_some() || value.get("given").is_some() {
        let holder = serde_json::json!({ "name": [value] });
        return full_name(&holder);
    }
    if value.get("line").is_some() || value.get("city").is_some() {
        return address(value);
    }
    match period(Some(value)) {
        (Some(from), Some(until)) => return Some(format!("{from} – {until}")),
        (Some(moment), None) | (None, Some(moment)) => return Some(moment),
        (None, None) => {}
    }
    // A `ContactPoint` or an `Identifier` with a value that is not a number.
    joined(["value", "title", "url"].iter().find_map(|key| owned(value, key)).into_iter())
}

//! Small readers over `serde_json::Value` for the shapes that FHIR repeats everywhere.
//!
//! They accept what real documents contain: a single object where R4 wants a list, a string where R4 wants a
//! concept (DSTU2), a number written as a string.

use serde_json::Value;

use super::views::{Code, Concept};
use crate::narrative;
use crate::page::Block;

const LOINC: &[&str] = &["http://loinc.org", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1"];

/// A non-empty string member.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

pub(super) fn owned(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(str::to_owned)
}

/// The items of a list member; one object counts as a list of one.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        Some(Value::Array(items)) => items,
        Some(Value::Null) | None => &[],
        Some(single) => std::slice::from_ref(single),
    }
}

pub(super) fn resource_type(resource: &Value) -> Option<&str> {
    text(resource, "resourceType")
}

/// A scalar as it was written: strings, numbers (with all their digits) and booleans.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        _ => None,
    }
}

/// A `CodeableConcept`, a `Coding`, or a plain string.
pub(super) fn concept(value: &Value) -> Option<Concept> {
    if let Some(text) = value.as_str().map(str::trim).filter(|text| !text.is_empty()) {
        return Some(Concept { text: text.to_owned(), codes: Vec::new() });
    }
    let codings = match value.get("coding") {
        Some(_) => list(value, "coding"),
        None if text(value, "code").is_some() => std::slice::from_ref(value),
        None => &[],
    };
    let codes: Vec<Code> = codings
        .iter()
        .map(|coding| Code {
            system: owned(coding, "system"),
            code: owned(coding, "code"),
            display: owned(coding, "display"),
        })
        .collect();
    let chosen = codings.iter().find(|coding| coding.get("userSelected") == Some(&Value::Bool(true)));
    let label = text(value, "text")
        .or_else(|| chosen.and_then(|coding| text(coding, "display")))
        .or_else(|| codings.iter().find_map(|coding| text(coding, "display")))
        .or_else(|| codings.iter().find_map(|coding| text(coding, "code")))?;
    Some(Concept { text: label.to_owned(), codes })
}

pub(super) fn concept_of(resource: &Value, key: &str) -> Option<Concept> {
    resource.get(key).and_then(concept)
}

/// The texts of a list of concepts, joined.
pub(super) fn concepts(resource: &Value, key: &str) -> Option<String> {
    joined(list(resource, key).iter().filter_map(concept).map(|concept| concept.text))
}

/// The code of a status that is a concept in R4 and a plain code in older documents.
pub(super) fn status_code(resource: &Value, key: &str) -> Option<String> {
    let value = resource.get(key)?;
    if let Some(code) = value.as_str() {
        return Some(code.to_owned());
    }
    list(value, "coding").iter().find_map(|coding| owned(coding, "code")).or_else(|| owned(value, "text"))
}

pub(super) fn loinc(concept: &Concept) -> Option<String> {
    let code = concept.codes.iter().find(|code| code.system.as_deref().is_some_and(|system| LOINC.contains(&system)));
    code.and_then(|code| code.code.clone())
}

pub(super) fn notes(resource: &Value) -> Option<String> {
    joined(list(resource, "note").iter().filter_map(|note| owned(note, "text").or_else(|| scalar(note))))
}

pub(crate) fn joined(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// Start and end of a `Period`.
pub(super) fn period(value: Option<&Value>) -> (Option<String>, Option<String>) {
    match value {
        Some(period) => (owned(period, "start"), owned(period, "end")),
        None => (None, None),
    }
}

/// The first of `<stem>DateTime`, `<stem>Instant`, the start of `<stem>Period`, `<stem>String`, `<stem>Age`.
pub(super) fn when(resource: &Value, stem: &str) -> Option<String> {
    owned(resource, &format!("{stem}DateTime"))
        .or_else(|| owned(resource, &format!("{stem}Instant")))
        .or_else(|| {
            let (start, end) = period(resource.get(format!("{stem}Period")));
            start.or(end)
        })
        .or_else(|| owned(resource, &format!("{stem}String")))
        .or_else(|| resource.get(format!("{stem}Age")).and_then(quantity_text).map(|age| format!("age {age}")))
        .or_else(|| owned(resource, &format!("{stem}Date")))
}

/// `<5.40 mmol/L`: comparator, value as written, unit.
pub(super) fn quantity_text(quantity: &Value) -> Option<String> {
    let value = quantity.get("value").and_then(scalar)?;
    let comparator = text(quantity, "comparator").unwrap_or("");
    match unit(quantity) {
        Some(unit) => Some(format!("{comparator}{value} {unit}")),
        None => Some(format!("{comparator}{value}")),
    }
}

/// The unit for people, else the coded one.
pub(super) fn unit(quantity: &Value) -> Option<String> {
    owned(quantity, "unit").or_else(|| owned(quantity, "code"))
}

/// The narrative of a resource as plain text.
pub(super) fn narrative_of(resource: &Value) -> Option<String> {
    text(resource.get("text")?, "div").map(narrative::plain_text).filter(|text| !text.is_empty())
}

/// The narrative of a resource as its author laid it out.
pub(super) fn blocks_of(resource: &Value) -> Vec<Block> {
    let div = resource.get("text").and_then(|narrative| text(narrative, "div"));
    div.map(narrative::blocks).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn decimals_keep_their_written_form() {
        for written in ["5.40", "0.0010", "100", "-3", "12345678901234567890.123456789"] {
            let parsed: Value =
                serde_json::from_str(&format!("{{\"value\":{written},\"unit\":\"u\"}}")).expect("valid");
            assert_eq!(quantity_text(&parsed), Some(format!("{written} u")));
        }
    }

    #[test]
    fn a_concept_shows_its_text_before_its_codes() {
        let full =
            json!({"coding":[{"code":"a","display":"First"},{"code":"b","display":"Chosen","userSelected":true}]});
        assert_eq!(concept(&full).map(|c| c.text).as_deref(), Some("Chosen"));
        assert_eq!(concept(&json!({"coding":[{"code":"a"}]})).map(|c| c.text).as_deref(), Some("a"));
        assert_eq!(concept(&json!({})), None, "an empty concept says nothing");
    }

    #[test]
    fn older_documents_write_status_as_a_plain_code() {
        assert_eq!(status_code(&json!({"clinicalStatus":"active"}), "clinicalStatus").as_deref(), Some("active"));
        let r4 = json!({"clinicalStatus":{"coding":[{"code":"active"}]}});
        assert_eq!(status_code(&r4, "clinicalStatus").as_deref(), Some("active"));
    }
}

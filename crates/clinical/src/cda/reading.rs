//! The shapes that CDA repeats everywhere.

use std::collections::HashMap;

use crate::dates::DocumentDate;
use crate::xml::Element;

/// Words of the narrative by their ID, to which entries refer.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    pub(super) fn of(text: &Element) -> Self {
        let named = text.descendants().filter_map(|element| {
            let id = element.attribute("ID").or_else(|| element.attribute("id"))?;
            Some((id.to_owned(), element.words()?))
        });
        Self(named.collect())
    }

    /// The words of an element, or those it refers to.
    pub(super) fn words(&self, element: &Element) -> Option<String> {
        element.words().or_else(|| {
            let reference = element.child("reference")?.attribute("value")?;
            self.0.get(reference.trim_start_matches('#')).cloned()
        })
    }

    /// A name for people from a code: its display name, the words it was coded from, a translation, the code.
    pub(super) fn concept(&self, code: &Element) -> Option<String> {
        let original = || code.child("originalText").and_then(|original| self.words(original));
        let translated = || code.all("translation").find_map(|one| one.attribute("displayName"));
        code.attribute("displayName")
            .map(str::to_owned)
            .or_else(original)
            .or_else(|| translated().map(str::to_owned))
            .or_else(|| code.attribute("code").map(str::to_owned))
    }
}

/// `LOINC 718-7`.
pub(super) fn code(element: &Element) -> Option<String> {
    let code = element.attribute("code")?;
    let system = match element.attribute("codeSystem").unwrap_or_default() {
        "2.16.840.1.113883.6.1" => "LOINC",
        "2.16.840.1.113883.6.96" => "SNOMED CT",
        "2.16.840.1.113883.6.88" => "RxNorm",
        "2.16.840.1.113883.12.292" => "CVX",
        "2.16.840.1.113883.6.90" | "2.16.840.1.113883.6.3" => "ICD-10",
        "2.16.840.1.113883.6.103" => "ICD-9",
        "2.16.840.1.113883.6.12" => "CPT",
        // Codes of HL7's own vocabularies mean nothing to people.
        _ => return None,
    };
    Some(format!("{system} {code}"))
}

pub(super) fn loinc(element: &Element) -> Option<String> {
    (element.attribute("codeSystem") == Some("2.16.840.1.113883.6.1"))
        .then(|| element.attribute("code").map(str::to_owned))
        .flatten()
}

pub(super) fn date(element: &Element) -> Option<String> {
    DocumentDate::from_compact(element.attribute("value")?).map(|date| date.iso)
}

/// Begin and end of an `IVL_TS`, or its one moment.
pub(super) fn span(time: &Element) -> (Option<String>, Option<String>) {
    let end = |name: &str| time.child(name).and_then(date);
    (date(time).or_else(|| end("low")).or_else(|| end("center")), end("high"))
}

/// A person's or organisation's name: its words, or its parts in order.
pub(super) fn name(holder: &Element) -> Option<String> {
    let name = holder.all("name").find(|one| one.attribute("use") == Some("L")).or_else(|| holder.child("name"))?;
    let parts = ["prefix", "given", "family", "suffix"];
    let words: Vec<String> = parts.iter().flat_map(|part| name.all(part)).filter_map(Element::words).collect();
    if words.is_empty() { name.words() } else { Some(words.join(" ")) }
}

/// `5 mg`.
pub(super) fn quantity(element: &Element) -> Option<String> {
    let value = element.attribute("value")?;
    Some(match element.attribute("unit").filter(|unit| *unit != "1") {
        Some(unit) => format!("{value} {unit}"),
        None => value.to_owned(),
    })
}

pub(super) fn is_negated(element: &Element) -> bool {
    element.attribute("negationInd") == Some("true")
}

pub(super) fn has_template(element: &Element, root: &str) -> bool {
    element.all("templateId").any(|template| template.attribute("root") == Some(root))
}

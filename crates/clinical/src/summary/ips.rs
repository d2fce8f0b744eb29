//! The summary as an International Patient Summary: a FHIR R4 document (HL7 IPS, release 2).
//!
//! Numbers keep the digits of their documents. A section that has nothing says so, as the guide asks for. Each entry names
//! the document it comes from in `meta.source`.

use serde_json::{Map, Value, json};

use super::{Entry, Source, Summary};
use crate::dates::DocumentDate;
use crate::fhir::{
    Allergy, Concept, Medication, Problem, Procedure, ReferenceRange, ResultRow, ResultValue, Vaccination,
};

/// Whose summary it is, and what makes the document unique.
#[derive(Clone, Debug)]
pub struct IpsIdentity {
    /// Name, as the person is registered.
    pub name: String,
    /// What identifies them in their network, such as `care1…`.
    pub participant_id: String,
    /// When it is made: an ISO 8601 instant.
    pub made: String,
    /// 14 random bytes from which the document's UUIDs are made.
    pub seed: [u8; 14],
    /// Heading of the document in the reader's language.
    pub title: String,
    /// Headings of the sections in the reader's language, in the order of [`SECTIONS`].
    pub headings: [String; SECTIONS],
    /// What an empty section says.
    pub nothing_known: String,
}

/// Problems, medication, allergies, vaccinations, results, vital signs, procedures, past problems.
pub const SECTIONS: usize = 8;

const LOINC: &str = "http://loinc.org";
const ABSENT: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
const TERMINOLOGY: &str = "http://terminology.hl7.org/CodeSystem";

/// Writes the document.
pub fn ips_document(summary: &Summary, identity: &IpsIdentity) -> Value {
    let mut writer = Writer { identity, sources: &summary.sources, next: 0, resources: Vec::new() };
    let (composition, patient) = (writer.uuid(), writer.uuid());
    let subject = json!({ "reference": patient });

    let problems = writer.all(&summary.problems, |one| condition(one, &subject));
    let medication = writer.all(&summary.medication, |one| medication_statement(one, &subject));
    let allergies = writer.all(&summary.allergies, |one| allergy(one, &subject));
    let vaccinations = writer.all(&summary.vaccinations, |one| immunization(one, &subject));
    let results = writer.all(&summary.results, |one| observation(one, "laboratory", &subject));
    let vitals = writer.all(&summary.vitals, |one| observation(one, "vital-signs", &subject));
    let procedures = writer.all(&summary.procedures, |one| procedure(one, &subject));
    let past = writer.all(&summary.past_problems, |one| condition(one, &subject));

    let problems = writer.or_unknown(problems, "no-problem-info", |code| {
        json!({ "resourceType": "Condition", "clinicalStatus": coded("condition-clinical", "active"), "code": code, "subject": subject })
    });
    let medication = writer.or_unknown(medication, "no-medication-info", |code| {
        json!({ "resourceType": "MedicationStatement", "status": "unknown", "medicationCodeableConcept": code, "subject": subject,
            "_effectivePeriod": { "extension": [absent()] } })
    });
    let allergies = writer.or_unknown(allergies, "no-allergy-info", |code| {
        json!({ "resourceType": "AllergyIntolerance", "clinicalStatus": coded("allergyintolerance-clinical", "active"), "code": code,
            "patient": subject })
    });

    let sections = [
        ("11450-4", problems),
        ("10160-0", medication),
        ("48765-2", allergies),
        ("11369-6", vaccinations),
        ("30954-2", results),
        ("8716-3", vitals),
        ("47519-4", procedures),
        ("11348-0", past),
    ];
    // The first three are required; of the others only those that say something.
    let written: Vec<Value> = sections
        .into_iter()
        .zip(&identity.headings)
        .enumerate()
        .filter(|(at, ((_, filled), _))| *at < 3 || !filled.entries.is_empty())
        .map(|(_, ((code, filled), heading))| filled.section(code, heading, &identity.nothing_known))
        .collect();
    let document = json!({
        "resourceType": "Composition",
        "text": narrative(std::slice::from_ref(&identity.title)),
        "status": "final",
        "type": { "coding": [{ "system": LOINC, "code": "60591-5", "display": "Patient summary Document" }] },
        "subject": subject,
        "date": identity.made,
        "author": [subject],
        "title": identity.title,
        "section": written,
    });
    writer.bundle(&composition, document, &patient, summary)
}

struct Writer<'a> {
    identity: &'a IpsIdentity,
    sources: &'a [Source],
    next: u16,
    resources: Vec<(String, Value)>,
}

/// References to a section's entries, and their words for a reader without software.
#[derive(Default)]
struct Filled {
    entries: Vec<Value>,
    lines: Vec<String>,
}

impl Filled {
    fn section(self, code: &str, heading: &str, nothing_known: &str) -> Value {
        let lines = if self.lines.is_empty() { vec![nothing_known.to_owned()] } else { self.lines };
        json!({
            "title": heading,
            "code": { "coding": [{ "system": LOINC, "code": code }] },
            "text": narrative(&lines),
            "entry": self.entries,
        })
    }
}

impl Writer<'_> {
    /// A new `urn:uuid:`, version 4 in form.
    fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        bytes[..14].copy_from_slice(&self.identity.seed);
        bytes[14..].copy_from_slice(&self.next.to_be_bytes());
        self.next += 1;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn put(&mut self, resource: Value) -> Value {
        let uuid = self.uuid();
        let reference = json!({ "reference": uuid });
        self.resources.push((uuid, resource));
        reference
    }

    fn all<T>(&mut self, entries: &[Entry<T>], write: impl Fn(&T) -> (Value, String)) -> Filled {
        let mut filled = Filled::default();
        // A reference is 16 bits; nobody reads a summary of more.
        for entry in entries.iter().take(2_000) {
            let (mut resource, line) = write(&entry.item);
            if let Some(source) = self.sources.get(entry.source) {
                resource["meta"] = json!({ "source": format!("urn:carekey:record:{}", source.id) });
                if resource["resourceType"] == "Observation" {
                    resource["performer"] = json!([{ "display": source.author }]);
                }
            }
            resource["text"] = narrative(std::slice::from_ref(&line));
            filled.entries.push(self.put(resource));
            filled.lines.push(line);
        }
        filled
    }

    /// A required section that has no entry says in code that nothing is known.
    fn or_unknown(&mut self, filled: Filled, code: &str, write: impl Fn(Value) -> Value) -> Filled {
        if !filled.entries.is_empty() {
            return filled;
        }
        let code = json!({ "coding": [{ "system": ABSENT, "code": code }], "text": self.identity.nothing_known });
        Filled { entries: vec![self.put(write(code))], lines: Vec::new() }
    }

    fn bundle(mut self, composition: &str, document: Value, patient: &str, summary: &Summary) -> Value {
        let mut person = json!({
            "resourceType": "Patient",
            "identifier": [{ "system": "urn:carekey:participant", "value": self.identity.participant_id }],
            "name": [{ "text": self.identity.name }],
        });
        let told = summary.patient.as_ref();
        match told.and_then(|told| told.birth_date.as_deref()).and_then(date_only) {
            Some(born) => person["birthDate"] = json!(born),
            None => person["_birthDate"] = json!({ "extension": [absent()] }),
        }
        if let Some(gender @ ("male" | "female" | "other" | "unknown")) = told.and_then(|told| told.gender.as_deref()) {
            person["gender"] = json!(gender);
        }
        let identifier = self.uuid();
        let first = [(composition.to_owned(), document), (patient.to_owned(), person)];
        let entries: Vec<Value> = first
            .into_iter()
            .chain(self.resources)
            .map(|(uuid, resource)| json!({ "fullUrl": uuid, "resource": resource }))
            .collect();
        json!({
            "resourceType": "Bundle",
            "meta": { "profile": ["http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"] },
            "identifier": { "system": "urn:ietf:rfc:3986", "value": identifier },
            "type": "document",
            "timestamp": self.identity.made,
            "entry": entries,
        })
    }
}

fn condition(one: &Problem, subject: &Value) -> (Value, String) {
    let mut resource = json!({
        "resourceType": "Condition",
        "clinicalStatus": coded("condition-clinical", one.clinical_status.as_deref().unwrap_or("active")),
        "code": concept(&one.name),
        "subject": subject,
    });
    if let Some(verification) = &one.verification {
        resource["verificationStatus"] = coded("condition-ver-status", verification);
    }
    if let Some(severity) = &one.severity {
        resource["severity"] = json!({ "text": severity });
    }
    put_when(&mut resource, "onset", one.onset.as_deref());
    put_when(&mut resource, "abatement", one.abatement.as_deref());
    put_note(&mut resource, one.note.as_deref());
    (resource, line([Some(&one.name.text), one.onset.as_ref(), one.abatement.as_ref()]))
}

fn medication_statement(one: &Medication, subject: &Value) -> (Value, String) {
    let status = match (one.do_not_take, one.status.as_deref()) {
        (true, _) => "not-taken",
        (_, Some(known @ ("active" | "completed" | "intended" | "stopped" | "on-hold"))) => known,
        _ => "unknown",
    };
    let mut resource = json!({
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": concept(&one.name),
        "subject": subject,
    });
    let mut period = Map::new();
    for (name, date) in [("start", &one.from), ("end", &one.until)] {
        if let Some(date) = date.as_deref().and_then(date_time) {
            period.insert(name.into(), json!(date));
        }
    }
    match period.is_empty() {
        true => resource["_effectivePeriod"] = json!({ "extension": [absent()] }),
        false => resource["effectivePeriod"] = Value::Object(period),
    }
    if let Some(dosage) = &one.dosage {
        resource["dosage"] = json!([{ "text": dosage }]);
    }
    put_note(&mut resource, one.note.as_deref());
    (resource, line([Some(&one.name.text), one.dosage.as_ref()]))
}

fn allergy(one: &Allergy, subject: &Value) -> (Value, String) {
    let mut resource = json!({
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": coded("allergyintolerance-clinical", one.clinical_status.as_deref().unwrap_or("active")),
        "code": concept(&one.name),
        "patient": subject,
    });
    if let Some(verification) = &one.verification {
        resource["verificationStatus"] = coded("allergyintolerance-verification", verification);
    }
    if let Some(known @ ("low" | "high" | "unable-to-assess")) = one.criticality.as_deref() {
        resource["criticality"] = json!(known);
    }
    put_when(&mut resource, "onset", one.onset.as_deref());
    if !one.reactions.is_empty() {
        let reactions = one.reactions.iter().map(|text| json!({ "manifestation": [{ "text": text }] }));
        resource["reaction"] = reactions.collect();
    }
    put_note(&mut resource, one.note.as_deref());
    (resource, line([Some(&one.name.text), Some(&one.reactions.join(", ")), one.onset.as_ref()]))
}

fn immunization(one: &Vaccination, subject: &Value) -> (Value, String) {
    let mut resource = json!({
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(&one.name),
        "patient": subject,
    });
    match one.date.as_deref() {
        Some(_) => put_when(&mut resource, "occurrence", one.date.as_deref()),
        None => resource["_occurrenceDateTime"] = json!({ "extension": [absent()] }),
    }
    if let Some(lot) = &one.lot {
        resource["lotNumber"] = json!(lot);
    }
    put_note(&mut resource, one.note.as_deref());
    (resource, line([Some(&one.name.text), one.date.as_ref()]))
}

fn procedure(one: &Procedure, subject: &Value) -> (Value, String) {
    let mut resource = json!({
        "resourceType": "Procedure",
        "status": one.status.as_deref().unwrap_or("unknown"),
        "code": concept(&one.name),
        "subject": subject,
    });
    match one.from.as_deref() {
        Some(_) => put_when(&mut resource, "performed", one.from.as_deref()),
        None => resource["_performedDateTime"] = json!({ "extension": [absent()] }),
    }
    put_note(&mut resource, one.note.as_deref());
    (resource, line([Some(&one.name.text), one.from.as_ref(), one.outcome.as_ref()]))
}

fn observation(one: &ResultRow, category: &str, subject: &Value) -> (Value, String) {
    let mut resource = json!({
        "resourceType": "Observation",
        "status": "final",
        "category": [{ "coding": [{ "system": format!("{TERMINOLOGY}/observation-category"), "code": category }] }],
        "code": concept(&one.name),
        "subject": subject,
    });
    match one.date.as_deref().and_then(date_time) {
        Some(date) => resource["effectiveDateTime"] = json!(date),
        None => resource["_effectiveDateTime"] = json!({ "extension": [absent()] }),
    }
    put_value(&mut resource, one.value.as_ref());
    put_ranges(&mut resource, &one.reference_ranges);
    if !one.components.is_empty() {
        let parts = one.components.iter().map(|part| {
            let mut component = json!({ "code": concept(&part.name) });
            put_value(&mut component, part.value.as_ref());
            put_ranges(&mut component, &part.reference_ranges);
            component
        });
        resource["component"] = parts.collect();
    }
    put_note(&mut resource, one.note.as_deref());
    let parts =
        one.components.iter().filter_map(|part| Some(format!("{} {}", part.name.text, words(part.value.as_ref()?))));
    let value = one.value.as_ref().map(words).into_iter().chain(parts).collect::<Vec<_>>().join(", ");
    (resource, line([Some(&one.name.text), Some(&value), one.date.as_ref()]))
}

fn words(value: &ResultValue) -> String {
    format!("{} {}", value.text, value.unit.as_deref().unwrap_or_default()).trim().to_owned()
}

/// A number stays the digits it was; anything else is a text.
fn put_value(resource: &mut Value, value: Option<&ResultValue>) {
    let Some(value) = value else { return };
    let comparator = ["<=", ">=", "<", ">"].into_iter().find(|sign| value.text.starts_with(sign));
    let digits = comparator.map_or(value.text.as_str(), |sign| value.text[sign.len()..].trim());
    let Ok(number) = digits.parse::<serde_json::Number>() else {
        resource["valueString"] = json!(words(value));
        return;
    };
    let mut quantity = json!({ "value": number });
    if let Some(comparator) = comparator {
        quantity["comparator"] = json!(comparator);
    }
    if let Some(unit) = &value.unit {
        quantity["unit"] = json!(unit);
    }
    if let Some(code) = &value.unit_code {
        quantity["system"] = json!("http://unitsofmeasure.org");
        quantity["code"] = json!(code);
    }
    resource["valueQuantity"] = quantity;
}

fn put_ranges(resource: &mut Value, ranges: &[ReferenceRange]) {
    let written: Vec<Value> = ranges
        .iter()
        .filter_map(|range| {
            let mut one = Map::new();
            for (name, bound) in [("low", &range.low), ("high", &range.high)] {
                if let Some(Ok(number)) = bound.as_deref().map(str::parse::<serde_json::Number>) {
                    one.insert(name.into(), json!({ "value": number }));
                }
            }
            if let Some(text) = &range.text {
                one.insert("text".into(), json!(text));
            }
            (!one.is_empty()).then_some(Value::Object(one))
        })
        .collect();
    if !written.is_empty() {
        resource["referenceRange"] = Value::Array(written);
    }
}

/// `onset` becomes `onsetDateTime` for a date and `onsetString` for words.
fn put_when(resource: &mut Value, name: &str, said: Option<&str>) {
    let Some(said) = said else { return };
    match date_time(said) {
        Some(date) => resource[format!("{name}DateTime")] = json!(date),
        None => resource[format!("{name}String")] = json!(said),
    }
}

fn put_note(resource: &mut Value, note: Option<&str>) {
    if let Some(note) = note {
        resource["note"] = json!([{ "text": note }]);
    }
}

fn concept(concept: &Concept) -> Value {
    let coding = |code: &crate::fhir::Code| {
        let parts = [("system", &code.system), ("code", &code.code), ("display", &code.display)];
        let parts = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), json!(part.as_ref()?))));
        Value::Object(parts.collect())
    };
    let codes: Vec<Value> = concept.codes.iter().filter(|code| code.code.is_some()).map(coding).collect();
    match codes.is_empty() {
        true => json!({ "text": concept.text }),
        false => json!({ "coding": codes, "text": concept.text }),
    }
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("{TERMINOLOGY}/{system}"), "code": code }] })
}

fn absent() -> Value {
    json!({ "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown" })
}

/// A date FHIR allows: with a time only if the zone is known.
fn date_time(said: &str) -> Option<String> {
    let date = DocumentDate::from_iso(said)?.iso;
    match date.split_once('T') {
        Some((_, time)) if time.contains(['Z', '+', '-']) => Some(date),
        Some((day, _)) => Some(day.to_owned()),
        None => Some(date),
    }
}

fn date_only(said: &str) -> Option<String> {
    date_time(said).map(|date| date.split('T').next().unwrap_or_default().to_owned())
}

fn line<'a>(parts: impl IntoIterator<Item = Option<&'a String>>) -> String {
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// XHTML with nothing in it but text.
fn narrative(lines: &[String]) -> Value {
    let mut div = String::from(r#"<div xmlns="http://www.w3.org/1999/xhtml">"#);
    for line in lines {
        div.push_str("<p>");
        for c in line.chars() {
            match c {
                '<' => div.push_str("&lt;"),
                '>' => div.push_str("&gt;"),
                '&' => div.push_str("&amp;"),
                c if c.is_control() => div.push(' '),
                c => div.push(c),
            }
        }
        div.push_str("</p>");
    }
    div.push_str("</div>");
    json!({ "status": "generated", "div": div })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Summarizer;
    use crate::summary::tests::{read, source};

    fn identity() -> IpsIdentity {
        IpsIdentity {
            name: "Maria Keller".into(),
            participant_id: "care1maria".into(),
            made: "2026-11-21T10:00:00Z".into(),
            seed: [7; 14],
            title: "Health summary".into(),
            headings: std::array::from_fn(|at| format!("Section {at}")),
            nothing_known: "Nothing is known.".into(),
        }
    }

    const DOCUMENT: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"Patient","birthDate":"1955-05-03","gender":"female","name":[{"text":"M. Keller"}]}},
        {"resource":{"resourceType":"Condition","code":{"text":"Asthma <script>"},"onsetString":"as a child"}},
        {"resource":{"resourceType":"Observation","status":"final","effectiveDateTime":"2026-05-12T08:00:00+02:00",
            "category":[{"coding":[{"code":"laboratory"}]}],
            "code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}],"text":"Potassium"},
            "valueQuantity":{"value":5.60,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},
            "referenceRange":[{"low":{"value":3.50},"high":{"value":5.10}}]}}]}"#;

    fn written() -> Value {
        let mut summary = Summarizer::default();
        summary.add(&read(DOCUMENT), source("0a", 1));
        ips_document(&summary.finish(), &identity())
    }

    #[test]
    fn it_is_read_back_as_it_was() {
        let again = read(&written().to_string());
        assert_eq!(again.problems[0].onset.as_deref(), Some("as a child"));
        let potassium = &again.results[0];
        assert_eq!(potassium.value.as_ref().map(|value| value.text.as_str()), Some("5.60"), "its digits");
        assert_eq!(potassium.reference_ranges[0].low.as_deref(), Some("3.50"));
        assert_eq!(again.patient.and_then(|patient| patient.birth_date).as_deref(), Some("1955-05-03"));
    }

    #[test]
    fn required_sections_are_there_even_if_nothing_is_known() {
        let sections = written()["entry"][0]["resource"]["section"].as_array().cloned().unwrap_or_default();
        let codes: Vec<_> = sections.iter().filter_map(|one| one["code"]["coding"][0]["code"].as_str()).collect();
        assert_eq!(codes, ["11450-4", "10160-0", "48765-2", "30954-2"]);
        assert!(written().to_string().contains("no-allergy-info"));
    }

    #[test]
    fn every_reference_leads_to_an_entry_and_no_id_is_used_twice() {
        let document = written();
        let entries = document["entry"].as_array().cloned().unwrap_or_default();
        let mut urls: Vec<_> = entries.iter().filter_map(|entry| entry["fullUrl"].as_str()).collect();
        for section in document["entry"][0]["resource"]["section"].as_array().into_iter().flatten() {
            for entry in section["entry"].as_array().into_iter().flatten() {
                assert!(urls.contains(&entry["reference"].as_str().unwrap_or_default()), "{entry}");
            }
        }
        urls.sort_unstable();
        let all = urls.len();
        urls.dedup();
        assert_eq!(urls.len(), all);
    }

    #[test]
    fn what_a_document_says_cannot_become_markup() {
        let document = written();
        let condition = &document["entry"][2]["resource"];
        assert_eq!(condition["code"]["text"], "Asthma <script>");
        let shown = condition["text"]["div"].as_str().unwrap_or_default();
        assert!(shown.contains("Asthma &lt;script&gt;"), "{shown}");
    }
}

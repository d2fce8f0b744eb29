//! FHIR R4 bundles about Maria Keller.

use serde_json::{Number, Value, json};

use super::SampleDocument;
use super::dates::Moment;
use super::people::{hospital_name, person};

pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const SNOMED: &str = "http://snomed.info/sct";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
pub(super) const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
pub(super) const ATC: &str = "http://www.whocc.no/atc";
pub(super) const CVX: &str = "http://hl7.org/fhir/sid/cvx";

const PATIENT_URL: &str = "urn:uuid:5f1a7f0e-9d1c-4c57-9a53-2f1e6a8b7c01";

/// A number with exactly these digits.
pub(super) fn decimal(written: &str) -> Value {
    written.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// A value with a fixed count of decimals and its UCUM unit.
pub(super) fn quantity(value: f64, decimals: usize, unit: &str, ucum: &str) -> Value {
    json!({ "value": decimal(&format!("{value:.decimals$}")), "unit": unit, "system": UCUM, "code": ucum })
}

pub(super) fn coded(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }], "text": display })
}

pub(super) fn status(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code }] })
}

pub(super) fn subject() -> Value {
    json!({ "reference": PATIENT_URL, "display": "Maria Keller" })
}

/// What a document is, apart from its content.
pub(super) struct Heading {
    pub(super) title: &'static str,
    pub(super) author: &'static str,
    pub(super) when: Moment,
    pub(super) collection: &'static str,
    pub(super) file_stem: &'static str,
}

/// A document with Maria, its author, and these resources. They get ids and addresses here.
pub(super) fn document(heading: &Heading, resources: Vec<Value>) -> SampleDocument {
    let hospital = person(heading.author).and_then(|author| author.hospital).unwrap_or("south");
    let mut entries = vec![json!({ "fullUrl": PATIENT_URL, "resource": patient(hospital) })];
    for (number, mut resource) in resources.into_iter().enumerate() {
        let kind = resource["resourceType"].as_str().unwrap_or_default().to_owned();
        if resource.get("id").is_none()
            && let Some(members) = resource.as_object_mut()
        {
            members.insert("id".to_owned(), format!("{}-{number}", heading.file_stem).into());
        }
        let id = resource["id"].as_str().unwrap_or_default();
        entries
            .push(json!({ "fullUrl": format!("https://{hospital}.example/fhir/{kind}/{id}"), "resource": resource }));
    }
    let bundle = json!({
        "resourceType": "Bundle",
        "id": format!("{}-{}", heading.file_stem, heading.when.day_compact()),
        "type": "collection",
        "timestamp": heading.when.iso(),
        "entry": entries,
    });
    SampleDocument {
        title: heading.title.to_owned(),
        author: heading.author,
        patient: "maria",
        hospital,
        date_unix_ms: heading.when.unix_ms(),
        collection: heading.collection,
        media_type: "application/fhir+json",
        file_name: format!("{}-{}.json", heading.file_stem, heading.when.day_iso()),
        bytes: format!("{bundle:#}\n").into_bytes(),
    }
}

fn patient(hospital: &str) -> Value {
    let number = if hospital == "north" { "NG-204817" } else { "SC-1188" };
    json!({
        "resourceType": "Patient",
        "id": "maria-keller",
        "identifier": [{
            "type": { "text": format!("Patient number at {}", hospital_name(hospital)) },
            "system": format!("https://{hospital}.example/patients"),
            "value": number,
        }],
        "name": [{ "use": "official", "family": "Keller", "given": ["Maria"] }],
        "gender": "female",
        "birthDate": "1955-03-14",
        "address": [{ "city": "Lindenau", "country": "DE" }],
    })
}

/// A practitioner as a reference with a name.
pub(super) fn practitioner(key: &str) -> Value {
    json!({ "display": person(key).map_or("", |person| person.name) })
}

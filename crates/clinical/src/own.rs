//! What people write down themselves, as small FHIR R4 resources: a note, or a measurement with LOINC and UCUM.
//!
//! Everything says that the patient asserts it (`meta.security` PATAST, `performer` or `author` the patient). Numbers keep
//! the digits that were typed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value, json};

/// Characters of a note.
pub const NOTE_CHARS_MAX: usize = 20_000;

/// Characters of a name or unit that somebody typed.
const WORDS_MAX: usize = 80;

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const ASSERTED: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

/// Something a person writes down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnEntry {
    /// A text.
    Note {
        /// What it is called.
        title: String,
        /// What it says.
        text: String,
    },
    /// A measurement.
    Measurement {
        /// What was measured.
        measure: Measure,
        /// A remark.
        remark: String,
    },
}

/// A measurement; numbers as typed, with a decimal point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// In mm\[Hg\].
    BloodPressure {
        /// The upper value.
        systolic: String,
        /// The lower value.
        diastolic: String,
    },
    /// One of the usual kinds.
    Usual {
        /// Which.
        kind: Usual,
        /// The value.
        value: String,
        /// One of [`Usual::units`].
        unit: String,
    },
    /// Anything else.
    Other {
        /// What was measured.
        name: String,
        /// The value.
        value: String,
        /// Its unit; may be empty.
        unit: String,
    },
}

/// Measurements with one value that many people take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// Heart rate.
    Pulse,
    /// Body weight.
    Weight,
    /// Body temperature.
    Temperature,
    /// Glucose in blood.
    Glucose,
    /// Oxygen saturation by pulse oximetry.
    OxygenSaturation,
}

impl Usual {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pulse, Self::Weight, Self::Temperature, Self::Glucose, Self::OxygenSaturation];

    /// The units it may have, UCUM code and as written; the first is the usual one.
    pub fn units(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Pulse => &[("/min", "/min")],
            Self::Weight => &[("kg", "kg"), ("[lb_av]", "lb")],
            Self::Temperature => &[("Cel", "°C"), ("[degF]", "°F")],
            Self::Glucose => &[("mmol/L", "mmol/L"), ("mg/dL", "mg/dL")],
            Self::OxygenSaturation => &[("%", "%")],
        }
    }

    /// LOINC code and name; glucose has a code for each of its units.
    fn code(self, unit: &str) -> (&'static str, &'static str) {
        match self {
            Self::Pulse => ("8867-4", "Heart rate"),
            Self::Weight => ("29463-7", "Body weight"),
            Self::Temperature => ("8310-5", "Body temperature"),
            Self::Glucose if unit == "mg/dL" => ("2339-0", "Glucose in blood"),
            Self::Glucose => ("15074-8", "Glucose in blood"),
            Self::OxygenSaturation => ("59408-5", "Oxygen saturation"),
        }
    }

    /// Beyond these a value is a slip of the keyboard, in the unit given.
    fn bounds(self, unit: &str) -> (f64, f64) {
        match (self, unit) {
            (Self::Pulse, _) => (10.0, 400.0),
            (Self::Weight, "[lb_av]") => (0.5, 1_500.0),
            (Self::Weight, _) => (0.2, 700.0),
            (Self::Temperature, "[degF]") => (68.0, 115.0),
            (Self::Temperature, _) => (20.0, 46.0),
            (Self::Glucose, "mg/dL") => (5.0, 2_000.0),
            (Self::Glucose, _) => (0.3, 110.0),
            (Self::OxygenSaturation, _) => (10.0, 100.0),
        }
    }
}

/// Why an entry is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnEntryError {
    /// A text or name is missing or too long.
    #[error("a text is missing or too long")]
    Words,
    /// Not a number as people write it.
    #[error("a value is not a number")]
    Number,
    /// No body has such a value.
    #[error("a value is out of all bounds")]
    Bounds,
    /// Not a unit of this measurement.
    #[error("this measurement does not have this unit")]
    Unit,
}

/// Writes an entry about `patient`, dated `at` (ISO 8601).
///
/// # Errors
/// [`OwnEntryError`].
pub fn write_own(entry: &OwnEntry, patient: &str, at: &str) -> Result<Vec<u8>, OwnEntryError> {
    let resource = match entry {
        OwnEntry::Note { title, text } => note(title, text, patient, at)?,
        OwnEntry::Measurement { measure, remark } => measurement(measure, remark, patient, at)?,
    };
    // A tree of JSON values always has a text.
    Ok(serde_json::to_vec_pretty(&resource).unwrap_or_default())
}

/// Reads back what [`write_own`] wrote, with its date; none for anything else.
pub fn read_own(document: &[u8]) -> Option<(OwnEntry, String)> {
    let value: Value = serde_json::from_slice(document).ok()?;
    if value["meta"]["security"][0]["code"] != "PATAST" {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value["resourceType"].as_str()? {
        "DocumentReference" => {
            let data = value["content"][0]["attachment"]["data"].as_str()?;
            let note = String::from_utf8(STANDARD.decode(data).ok()?).ok()?;
            Some((OwnEntry::Note { title: text(&value["description"])?, text: note }, text(&value["date"])?))
        }
        "Observation" => {
            let remark = text(&value["note"][0]["text"]).unwrap_or_default();
            let at = text(&value["effectiveDateTime"])?;
            Some((OwnEntry::Measurement { measure: read_measure(&value)?, remark }, at))
        }
        _ => None,
    }
}

/// What an entry is called in a list: the title of a note, the name and value of a measurement.
pub fn own_title(entry: &OwnEntry) -> String {
    match entry {
        OwnEntry::Note { title, .. } => title.clone(),
        OwnEntry::Measurement { measure: Measure::BloodPressure { systolic, diastolic }, .. } => {
            format!("Blood pressure {systolic}/{diastolic} mmHg")
        }
        OwnEntry::Measurement { measure: Measure::Usual { kind, value, unit }, .. } => {
            let shown = kind.units().iter().find(|(code, _)| code == unit).map_or(unit.as_str(), |(_, shown)| shown);
            format!("{} {value} {shown}", kind.code(unit).1)
        }
        OwnEntry::Measurement { measure: Measure::Other { name, value, unit }, .. } => {
            format!("{name} {value} {unit}").trim_end().to_owned()
        }
    }
}

fn asserted(resource_type: &str) -> Map<String, Value> {
    let mut resource = Map::new();
    resource.insert("resourceType".into(), resource_type.into());
    let security = json!([{ "system": ASSERTED, "code": "PATAST", "display": "patient asserted" }]);
    resource.insert("meta".into(), json!({ "security": security }));
    resource
}

fn person(name: &str) -> Value {
    json!({ "type": "Patient", "display": name })
}

fn note(title: &str, text: &str, patient: &str, at: &str) -> Result<Value, OwnEntryError> {
    words(title, WORDS_MAX)?;
    if text.trim().is_empty() || text.chars().count() > NOTE_CHARS_MAX {
        return Err(OwnEntryError::Words);
    }
    let mut resource = asserted("DocumentReference");
    resource.insert("status".into(), "current".into());
    let coding = json!([{ "system": LOINC, "code": "51855-5", "display": "Patient Note" }]);
    resource.insert("type".into(), json!({ "coding": coding }));
    resource.insert("subject".into(), person(patient));
    resource.insert("date".into(), at.into());
    resource.insert("author".into(), json!([person(patient)]));
    resource.insert("description".into(), title.into());
    let attachment = json!({
        "contentType": "text/plain; charset=utf-8",
        "data": STANDARD.encode(text),
        "title": title,
    });
    resource.insert("content".into(), json!([{ "attachment": attachment }]));
    Ok(resource.into())
}

fn measurement(measure: &Measure, remark: &str, patient: &str, at: &str) -> Result<Value, OwnEntryError> {
    if remark.chars().count() > NOTE_CHARS_MAX {
        return Err(OwnEntryError::Words);
    }
    let mut resource = asserted("Observation");
    resource.insert("status".into(), "final".into());
    if !matches!(measure, Measure::Other { .. } | Measure::Usual { kind: Usual::Glucose, .. }) {
        resource.insert("category".into(), json!([{ "coding": [{ "system": CATEGORY, "code": "vital-signs" }] }]));
    }
    match measure {
        Measure::BloodPressure { systolic, diastolic } => {
            resource.insert("code".into(), concept("85354-9", "Blood pressure"));
            let part = |code: &str, name: &str, value: &str| {
                let value = quantity(number(value, (10.0, 400.0))?, "mmHg", Some("mm[Hg]"));
                Ok::<_, OwnEntryError>(json!({ "code": concept(code, name), "valueQuantity": value }))
            };
            let parts = [part("8480-6", "Systolic", systolic)?, part("8462-4", "Diastolic", diastolic)?];
            resource.insert("component".into(), json!(parts));
        }
        Measure::Usual { kind, value, unit } => {
            let (code, shown) = kind.units().iter().find(|(code, _)| code == unit).ok_or(OwnEntryError::Unit)?;
            let (loinc, name) = kind.code(unit);
            resource.insert("code".into(), concept(loinc, name));
            let value = quantity(number(value, kind.bounds(unit))?, shown, Some(code));
            resource.insert("valueQuantity".into(), value);
        }
        Measure::Other { name, value, unit } => {
            words(name, WORDS_MAX)?;
            if unit.chars().count() > WORDS_MAX {
                return Err(OwnEntryError::Words);
            }
            resource.insert("code".into(), json!({ "text": name }));
            let number = number(value, (-1e12, 1e12))?;
            resource.insert("valueQuantity".into(), quantity(number, unit, None));
        }
    }
    resource.insert("subject".into(), person(patient));
    resource.insert("performer".into(), json!([person(patient)]));
    resource.insert("effectiveDateTime".into(), at.into());
    if !remark.trim().is_empty() {
        resource.insert("note".into(), json!([{ "text": remark }]));
    }
    Ok(resource.into())
}

fn concept(code: &str, name: &str) -> Value {
    json!({ "coding": [{ "system": LOINC, "code": code, "display": name }], "text": name })
}

fn quantity(value: Number, shown: &str, code: Option<&str>) -> Value {
    let mut quantity = Map::new();
    quantity.insert("value".into(), value.into());
    if !shown.is_empty() {
        quantity.insert("unit".into(), shown.into());
    }
    if let Some(code) = code {
        quantity.insert("system".into(), UCUM.into());
        quantity.insert("code".into(), code.into());
    }
    quantity.into()
}

fn words(text: &str, chars_max: usize) -> Result<(), OwnEntryError> {
    let fits = !text.trim().is_empty() && text.chars().count() <= chars_max && !text.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(OwnEntryError::Words) }
}

/// The digits as they were typed: a decimal number without exponent.
fn number(typed: &str, (low, high): (f64, f64)) -> Result<Number, OwnEntryError> {
    let typed = typed.trim();
    let plain = typed.len() <= 16 && typed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let number: Number = typed.parse().ok().filter(|_| plain).ok_or(OwnEntryError::Number)?;
    match number.as_f64() {
        Some(value) if (low..=high).contains(&value) => Ok(number),
        _ => Err(OwnEntryError::Bounds),
    }
}

fn read_measure(observation: &Value) -> Option<Measure> {
    let value_of = |part: &Value| Some(part["valueQuantity"]["value"].as_number()?.to_string());
    let code = observation["code"]["coding"][0]["code"].as_str();
    if code == Some("85354-9") {
        let [systolic, diastolic] = observation["component"].as_array()?.as_slice() else { return None };
        return Some(Measure::BloodPressure { systolic: value_of(systolic)?, diastolic: value_of(diastolic)? });
    }
    let value = value_of(observation)?;
    let unit = observation["valueQuantity"]["code"].as_str();
    let usual = Usual::ALL.into_iter().find(|kind| unit.is_some_and(|unit| code == Some(kind.code(unit).0)));
    if let (Some(kind), Some(unit)) = (usual, unit) {
        return Some(Measure::Usual { kind, value, unit: unit.to_owned() });
    }
    let name = observation["code"]["text"].as_str()?.to_owned();
    let unit = observation["valueQuantity"]["unit"].as_str().unwrap_or_default().to_owned();
    Some(Measure::Other { name, value, unit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DocumentView, Kind, recognise, view};

    const AT: &str = "2026-11-21T08:30:00Z";

    fn pulse(value: &str) -> OwnEntry {
        let measure = Measure::Usual { kind: Usual::Pulse, value: value.into(), unit: "/min".into() };
        OwnEntry::Measurement { measure, remark: String::new() }
    }

    fn examples() -> Vec<OwnEntry> {
        let usual = |kind: Usual| {
            kind.units().iter().map(move |(unit, _)| {
                let measure = Measure::Usual { kind, value: "98.50".into(), unit: (*unit).into() };
                OwnEntry::Measurement { measure, remark: "after breakfast".into() }
            })
        };
        let mut all: Vec<OwnEntry> =
            Usual::ALL.into_iter().filter(|kind| *kind != Usual::Temperature).flat_map(usual).collect();
        all.push(OwnEntry::Measurement {
            measure: Measure::BloodPressure { systolic: "128".into(), diastolic: "82".into() },
            remark: String::new(),
        });
        all.push(OwnEntry::Measurement {
            measure: Measure::Other { name: "Steps".into(), value: "8200".into(), unit: String::new() },
            remark: String::new(),
        });
        all.push(OwnEntry::Note {
            title: "Headache".into(),
            text: "Since Monday.\nLeft side; \"pulsing\" – ü.".into(),
        });
        all
    }

    #[test]
    fn what_was_written_is_read_back_and_is_fhir() {
        for entry in examples() {
            let document = write_own(&entry, "Maria Keller", AT).unwrap();
            assert_eq!(read_own(&document), Some((entry.clone(), AT.to_owned())));
            let found = recognise(Some("entry.json"), &document);
            assert_eq!(found.kind, Kind::FhirResource);
            assert!(matches!(view(&document, found.kind), Ok(DocumentView::Fhir(_))));
        }
    }

    #[test]
    fn a_blood_pressure_is_two_values_with_codes_and_units() {
        let measure = Measure::BloodPressure { systolic: "128".into(), diastolic: "82".into() };
        let document =
            write_own(&OwnEntry::Measurement { measure, remark: String::new() }, "Maria Keller", AT).unwrap();
        let Ok(DocumentView::Fhir(view)) = view(&document, Kind::FhirResource) else { panic!("FHIR") };
        let parts = &view.results[0].components;
        assert_eq!(
            parts.iter().map(|part| part.loinc.as_deref()).collect::<Vec<_>>(),
            [Some("8480-6"), Some("8462-4")]
        );
        let value = parts[0].value.as_ref().unwrap();
        assert_eq!((value.text.as_str(), value.unit_code.as_deref()), ("128", Some("mm[Hg]")));
        assert_eq!(view.results[0].category.as_deref(), Some("vital-signs"));
    }

    #[test]
    fn digits_stay_as_they_were_typed() {
        let document = write_own(&pulse("64.0"), "Maria Keller", AT).unwrap();
        assert!(String::from_utf8(document).unwrap().contains("\"value\": 64.0"));
    }

    #[test]
    fn a_slip_of_the_keyboard_is_named() {
        for (value, fault) in [
            ("6400", OwnEntryError::Bounds),
            ("-64", OwnEntryError::Bounds),
            ("", OwnEntryError::Number),
            ("64,5", OwnEntryError::Number),
            ("1e2", OwnEntryError::Number),
            ("sixty", OwnEntryError::Number),
        ] {
            assert_eq!(write_own(&pulse(value), "Maria Keller", AT), Err(fault), "{value}");
        }
        let nameless = OwnEntry::Note { title: " ".into(), text: "x".into() };
        assert_eq!(write_own(&nameless, "Maria Keller", AT), Err(OwnEntryError::Words));
        let stone = Measure::Usual { kind: Usual::Weight, value: "11".into(), unit: "[stone_av]".into() };
        let entry = OwnEntry::Measurement { measure: stone, remark: String::new() };
        assert_eq!(write_own(&entry, "Maria Keller", AT), Err(OwnEntryError::Unit));
    }

    #[test]
    fn what_others_wrote_is_not_taken_for_ones_own() {
        assert_eq!(read_own(b"{}"), None);
        assert_eq!(read_own(br#"{"resourceType":"Observation","valueQuantity":{"value":5}}"#), None);
        assert_eq!(read_own(&[0xff, 0x00]), None);
    }
}

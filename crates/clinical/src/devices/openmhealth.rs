//! Open mHealth data points: one measurement each, in JSON.

use serde_json::Value;

use crate::limits::XML_BYTES_MAX;
use crate::page::{ClinicalSection, Companion, Fact, Page, ResultItem, SectionKind, facts};
use crate::results::{Plain, finite, plain_item};
use crate::text::without_bom;

/// Measures by the name of their member, the key of their words, and their LOINC code.
const MEASURES: &[(&str, &str, Option<&str>)] = &[
    ("blood_glucose", "glucose", None),
    ("systolic_blood_pressure", "bloodPressure", Some("8480-6")),
    ("diastolic_blood_pressure", "bloodPressure", Some("8462-4")),
    ("body_temperature", "bodyTemperature", Some("8310-5")),
    ("body_weight", "weight", Some("29463-7")),
    ("body_height", "height", Some("8302-2")),
    ("body_mass_index", "bodyMassIndex", Some("39156-5")),
    ("heart_rate", "heartRate", Some("8867-4")),
    ("oxygen_saturation", "oxygenSaturation", Some("59408-5")),
    ("respiratory_rate", "respiratoryRate", Some("9279-1")),
    ("rr_interval", "rrInterval", None),
    ("sleep_duration", "sleepAnalysis", None),
    ("total_sleep_time", "sleepAnalysis", None),
    ("step_count", "stepCount", Some("55423-8")),
    ("kcal_burned", "activeEnergyBurned", None),
    ("minutes_moderate_activity", "activity", None),
    ("geoposition", "place", None),
];

fn parse(bytes: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(without_bom(bytes)).ok().filter(|_| bytes.len() <= XML_BYTES_MAX)?;
    value.is_object().then_some(value)
}

pub(crate) fn is_data_point(bytes: &[u8]) -> bool {
    parse(bytes).is_some_and(|value| {
        let schema = value.get("header").and_then(|header| header.get("schema_id"));
        let is_measure = |body: &Value| MEASURES.iter().any(|(member, ..)| body.get(*member).is_some());
        (schema.is_some() && value.get("body").is_some()) || is_measure(&value)
    })
}

pub(crate) fn view_data_point(bytes: &[u8]) -> Option<Page> {
    let whole = parse(bytes)?;
    let body = whole.get("body").unwrap_or(&whole);
    let header = whole.get("header");
    let text = |of: Option<&Value>, member: &str| of?.get(member)?.as_str().map(str::to_owned);
    let source = header.and_then(|header| header.get("acquisition_provenance"));
    let schema = text(header.and_then(|header| header.get("schema_id")), "name");
    let time = time(body);
    let mut section = ClinicalSection::new(SectionKind::Vitals);
    section.results = results(body, time.as_ref().map(|time| time.0.clone()));
    let mut about =
        vec![Fact::new("documentKind", schema.map_or_else(|| "Measurement".to_owned(), |name| name.replace('-', " ")))];
    about.extend(facts([
        ("date", time.as_ref().map(|time| time.0.clone()).or_else(|| text(header, "creation_date_time"))),
        ("until", time.and_then(|time| time.1)),
        ("source", text(source, "source_name")),
        ("statistic", text(Some(body), "descriptive_statistic")),
        ("position", text(Some(body), "position_during_measurement").or_else(|| text(Some(body), "body_posture"))),
        ("bodySite", text(Some(body), "measurement_location")),
        ("sample", text(Some(body), "specimen_source").or_else(|| text(Some(body), "blood_specimen_type"))),
        ("meal", text(Some(body), "temporal_relationship_to_meal")),
        ("sleepRelation", text(Some(body), "temporal_relationship_to_sleep")),
        ("movement", text(Some(body), "temporal_relationship_to_physical_activity")),
        ("comment", text(Some(body), "user_notes")),
    ]));
    let sections = if section.is_empty() { Vec::new() } else { vec![section] };
    Some(Page { patient: None, facts: about, notices: Vec::new(), sections })
}

/// The moment, or begin and end.
fn time(body: &Value) -> Option<(String, Option<String>)> {
    let frame = body.get("effective_time_frame")?;
    let moment = |of: &Value, member: &str| of.get(member).and_then(Value::as_str).map(str::to_owned);
    if let Some(at) = moment(frame, "date_time") {
        return Some((at, None));
    }
    let interval = frame.get("time_interval")?;
    let start = moment(interval, "start_date_time").or_else(|| moment(interval, "date"));
    Some((start.or_else(|| moment(interval, "end_date_time"))?, moment(interval, "end_date_time")))
}

fn results(body: &Value, at: Option<String>) -> Vec<ResultItem> {
    let mut results: Vec<ResultItem> = Vec::new();
    for (member, key, loinc) in MEASURES {
        let Some(found) = body.get(*member) else { continue };
        let (value, unit) = match found {
            Value::Number(number) => (number.to_string(), None),
            _ => {
                let Some(Value::Number(number)) = found.get("value") else { continue };
                (number.to_string(), found.get("unit").and_then(Value::as_str).map(str::to_owned))
            }
        };
        if let ("diastolic_blood_pressure", Some(above)) =
            (*member, results.last_mut().filter(|last| last.name == *key))
        {
            above.value_text = format!("{}/{value}", above.value_text);
            above.companion =
                finite(&value).map(|value| Companion { name: "diastolic".to_owned(), value, ..Companion::default() });
            continue;
        }
        let item = plain_item(&Plain {
            name: (*key).to_owned(),
            loinc: loinc.map(str::to_owned),
            text: value,
            unit: unit.map(|unit| match unit.as_str() {
                "beats/min" | "breaths/min" => "/min".to_owned(),
                "C" => "°C".to_owned(),
                "F" => "°F".to_owned(),
                _ => unit,
            }),
            ..Plain::default()
        });
        results.push(ResultItem { at: at.clone(), ..item });
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_pressures_is_one_row() {
        let point = br#"{"systolic_blood_pressure":{"value":138,"unit":"mmHg"},"diastolic_blood_pressure":{"value":82,"unit":"mmHg"},
            "effective_time_frame":{"date_time":"2026-05-01T07:25:00Z"},"user_notes":"after coffee"}"#;
        let page = view_data_point(point).expect("a data point");
        let [row] = &page.sections[0].results[..] else { panic!("one row") };
        assert_eq!((row.value_text.as_str(), row.at.as_deref()), ("138/82", Some("2026-05-01T07:25:00Z")));
        assert!(page.facts.contains(&Fact::new("comment", "after coffee")));
    }

    #[test]
    fn other_json_is_no_data_point() {
        assert!(!is_data_point(br#"{"name":"x"}"#));
        assert!(!is_data_point(b"[1,2]"));
    }
}

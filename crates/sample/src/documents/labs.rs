//! Twelve laboratory reports. The values follow the story: sugar and fats improve as the medication is changed, the
//! kidneys slowly get weaker, inflammation and NT-proBNP are high at the admission in November 2023.

use serde_json::{Value, json};

use super::SampleDocument;
use super::chance::Chance;
use super::dates::{Moment, at};
use super::fhir::{Heading, LOINC, coded, document, practitioner, quantity, status, subject};

/// A measured quantity.
struct Test {
    loinc: &'static str,
    name: &'static str,
    unit: &'static str,
    ucum: &'static str,
    decimals: usize,
    low: Option<f64>,
    high: Option<f64>,
    spread: f64,
    /// Expected value `t` years after 2020 began.
    trend: fn(f64) -> f64,
    /// Factor at the admission in November 2023.
    acute: f64,
}

macro_rules! test {
    ($loinc:literal, $name:literal, $unit:literal = $ucum:literal, $decimals:literal, $low:expr, $high:expr, $spread:literal, $acute:literal, $trend:expr) => {
        Test {
            loinc: $loinc,
            name: $name,
            unit: $unit,
            ucum: $ucum,
            decimals: $decimals,
            low: $low,
            high: $high,
            spread: $spread,
            acute: $acute,
            trend: $trend,
        }
    };
}

/// From `from` to `to`, with the turn around `middle` (years after 2020).
fn turn(t: f64, middle: f64, from: f64, to: f64) -> f64 {
    from + (to - from) / (1.0 + (-2.2 * (t - middle)).exp())
}

const CHEMISTRY: &[Test] = &[
    test!("4548-4", "Hemoglobin A1c", "%" = "%", 1, Some(4.0), Some(6.0), 0.12, 1.02, |t| turn(t, 2.2, 8.3, 6.6)),
    test!("14771-0", "Fasting glucose", "mmol/L" = "mmol/L", 1, Some(3.9), Some(5.6), 0.4, 1.25, |t| turn(
        t, 2.2, 9.1, 6.4
    )),
    test!("14647-2", "Total cholesterol", "mmol/L" = "mmol/L", 2, None, Some(5.2), 0.15, 1.0, |t| turn(
        t, 3.0, 6.1, 4.1
    )),
    test!("22748-8", "LDL cholesterol", "mmol/L" = "mmol/L", 2, None, Some(2.6), 0.12, 1.0, |t| turn(
        t, 3.0, 3.95, 1.85
    )),
    test!("14646-4", "HDL cholesterol", "mmol/L" = "mmol/L", 2, Some(1.2), None, 0.06, 1.0, |t| turn(
        t, 3.0, 1.12, 1.36
    )),
    test!("14927-8", "Triglycerides", "mmol/L" = "mmol/L", 2, None, Some(1.7), 0.18, 1.0, |t| turn(t, 3.0, 2.3, 1.5)),
    test!("14682-9", "Creatinine", "µmol/L" = "umol/L", 0, Some(45.0), Some(84.0), 2.0, 1.18, |t| 70.0 + 3.4 * t),
    test!("62238-1", "eGFR (CKD-EPI)", "mL/min/1.73 m²" = "mL/min/{1.73_m2}", 0, Some(60.0), None, 1.5, 0.84, |t| 78.0
        - 3.4 * t),
    test!("2823-3", "Potassium", "mmol/L" = "mmol/L", 1, Some(3.5), Some(5.1), 0.15, 1.13, |t| 4.3 + 0.08 * t),
    test!("2951-2", "Sodium", "mmol/L" = "mmol/L", 0, Some(136.0), Some(145.0), 1.2, 0.99, |_| 140.0),
    test!("1742-6", "ALT", "U/L" = "U/L", 0, None, Some(35.0), 3.0, 1.2, |t| turn(t, 2.0, 33.0, 24.0)),
    test!("1988-5", "C-reactive protein", "mg/L" = "mg/L", 1, None, Some(5.0), 0.7, 12.0, |_| 2.6),
    test!("3016-3", "TSH", "mU/L" = "m[IU]/L", 2, Some(0.4), Some(4.0), 0.25, 1.1, |_| 2.1),
];

const BLOOD_COUNT: &[Test] = &[
    test!("718-7", "Hemoglobin", "g/dL" = "g/dL", 1, Some(12.0), Some(15.5), 0.2, 0.97, |t| 13.4 - 0.22 * t),
    test!("4544-3", "Hematocrit", "%" = "%", 1, Some(36.0), Some(46.0), 0.6, 0.97, |t| 40.2 - 0.6 * t),
    test!("789-8", "Red blood cells", "10⁶/µL" = "10*6/uL", 2, Some(3.9), Some(5.2), 0.08, 0.98, |t| 4.5 - 0.05 * t),
    test!("787-2", "MCV", "fL" = "fL", 0, Some(80.0), Some(98.0), 1.0, 1.0, |_| 89.0),
    test!("6690-2", "White blood cells", "10³/µL" = "10*3/uL", 1, Some(4.0), Some(10.0), 0.6, 1.85, |_| 6.6),
    test!("777-3", "Platelets", "10³/µL" = "10*3/uL", 0, Some(150.0), Some(400.0), 14.0, 1.1, |_| 248.0),
];

/// Measured only from the admission on.
const HEART: &[Test] = &[test!("33762-6", "NT-proBNP", "pg/mL" = "pg/mL", 0, None, Some(300.0), 18.0, 3.6, |t| turn(
    t, 5.0, 420.0, 265.0
))];

const ADMISSION: Moment = at(2023, 11, 14, 11, 40);

const DAYS: [(Moment, &str); 12] = [
    (at(2020, 6, 15, 8, 10), "ngozi"),
    (at(2021, 1, 18, 8, 5), "ngozi"),
    (at(2021, 7, 12, 8, 20), "ngozi"),
    (at(2022, 2, 7, 8, 15), "ngozi"),
    (at(2022, 9, 5, 8, 0), "ngozi"),
    (at(2023, 4, 17, 8, 10), "ngozi"),
    (ADMISSION, "lena"),
    (at(2024, 3, 11, 9, 0), "lena"),
    (at(2024, 10, 14, 8, 45), "lena"),
    (at(2025, 4, 7, 8, 50), "lena"),
    (at(2025, 11, 10, 8, 40), "lena"),
    (at(2026, 5, 11, 8, 30), "lena"),
];

pub(super) fn documents(chance: &mut Chance) -> Vec<SampleDocument> {
    DAYS.iter().map(|(when, author)| report(*when, author, chance)).collect()
}

fn report(when: Moment, author: &'static str, chance: &mut Chance) -> SampleDocument {
    let acute = when == ADMISSION;
    let mut panels = vec![(None, "Clinical chemistry", CHEMISTRY), (Some("58410-2"), "Blood count", BLOOD_COUNT)];
    if when.years_in() >= ADMISSION.years_in() {
        panels.push((None, "Cardiac marker", HEART));
    }
    let mut resources = Vec::new();
    let mut reports = Vec::new();
    for (loinc, name, tests) in panels {
        let mut results = Vec::new();
        for test in tests {
            let id = format!("{}-{}", test.loinc, when.day_compact());
            results.push(json!({ "reference": format!("Observation/{id}") }));
            resources.push(observation(test, &id, when, acute, chance));
        }
        reports.push(json!({
            "resourceType": "DiagnosticReport",
            "status": "final",
            "category": [status("v2-0074", "LAB")],
            "code": loinc.map_or_else(|| json!({ "text": name }), |loinc| coded(LOINC, loinc, name)),
            "subject": subject(),
            "effectiveDateTime": when.iso(),
            "performer": [practitioner(author)],
            "result": results,
        }));
    }
    reports.extend(resources);
    let title = if acute { "Blood results at admission" } else { "Blood results" };
    document(&Heading { title, author, when, collection: "laboratory", file_stem: "blood-results" }, reports)
}

fn observation(test: &Test, id: &str, when: Moment, acute: bool, chance: &mut Chance) -> Value {
    let expected = (test.trend)(when.years_in()) * if acute { test.acute } else { 1.0 };
    let value = chance.around(expected, test.spread).max(0.0);
    let power = 10_f64.powi(i32::try_from(test.decimals).unwrap_or(0));
    let shown = (value * power).round() / power;
    let mut range = json!({});
    if let Some(low) = test.low {
        range["low"] = quantity(low, test.decimals, test.unit, test.ucum);
    }
    if let Some(high) = test.high {
        range["high"] = quantity(high, test.decimals, test.unit, test.ucum);
    }
    let mut observation = json!({
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [status("observation-category", "laboratory")],
        "code": coded(LOINC, test.loinc, test.name),
        "subject": subject(),
        "effectiveDateTime": when.iso(),
        "valueQuantity": quantity(shown, test.decimals, test.unit, test.ucum),
        "referenceRange": [range],
    });
    // North General's laboratory writes its own judgement; at South Clinic the reader compares with the range.
    let judged = if test.low.is_some_and(|low| shown < low) {
        ("L", "Low")
    } else if test.high.is_some_and(|high| shown > high) {
        ("H", "High")
    } else {
        ("N", "Normal")
    };
    if when.years_in() >= ADMISSION.years_in() {
        observation["interpretation"] =
            json!([coded("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", judged.0, judged.1)]);
    }
    observation
}

//! Medication lists, problems, allergies, vaccinations, blood pressure, mood questionnaires and device readings.

use serde_json::{Value, json};

use super::SampleDocument;
use super::chance::Chance;
use super::dates::{Moment, at};
use super::fhir::{ATC, CVX, Heading, LOINC, RXNORM, SNOMED, coded, document, practitioner, quantity, status, subject};

pub(super) fn documents(chance: &mut Chance) -> Vec<SampleDocument> {
    let mut all = medication_lists();
    all.push(summary());
    all.push(vaccinations());
    all.push(blood_pressure(chance));
    all.extend(mood(chance));
    all.push(steps(chance));
    all
}

struct Medicine {
    name: &'static str,
    rxnorm: (&'static str, &'static str),
    atc: &'static str,
    dosage: &'static str,
    reason: &'static str,
    since: &'static str,
}

const fn medicine(
    name: &'static str,
    rxnorm: (&'static str, &'static str),
    atc: &'static str,
    dosage: &'static str,
    reason: &'static str,
    since: &'static str,
) -> Medicine {
    Medicine { name, rxnorm, atc, dosage, reason, since }
}

const METFORMIN: (&str, &str) = ("6809", "metformin");
const ATORVASTATIN: (&str, &str) = ("83367", "atorvastatin");
const RAMIPRIL: (&str, &str) = ("35296", "ramipril");
const APIXABAN: (&str, &str) = ("1364430", "apixaban");
const BISOPROLOL: (&str, &str) = ("19484", "bisoprolol");

fn medication_lists() -> Vec<SampleDocument> {
    let pressure = "High blood pressure";
    let first = [
        medicine(
            "Metformin 500 mg tablet",
            METFORMIN,
            "A10BA02",
            "1 tablet morning and evening, with food",
            "Diabetes",
            "2016-09-01",
        ),
        medicine("Ramipril 5 mg tablet", RAMIPRIL, "C09AA05", "1 tablet in the morning", pressure, "2014-05-20"),
        medicine(
            "Atorvastatin 20 mg tablet",
            ATORVASTATIN,
            "C10AA05",
            "1 tablet in the evening",
            "High cholesterol",
            "2020-06-18",
        ),
    ];
    let discharge = [
        medicine(
            "Metformin 1000 mg tablet",
            METFORMIN,
            "A10BA02",
            "1 tablet morning and evening, with food",
            "Diabetes",
            "2022-02-10",
        ),
        medicine("Ramipril 10 mg tablet", RAMIPRIL, "C09AA05", "1 tablet in the morning", pressure, "2023-11-16"),
        medicine(
            "Atorvastatin 40 mg tablet",
            ATORVASTATIN,
            "C10AA05",
            "1 tablet in the evening",
            "High cholesterol",
            "2023-01-09",
        ),
        medicine(
            "Apixaban 5 mg tablet",
            APIXABAN,
            "B01AF02",
            "1 tablet morning and evening",
            "Atrial fibrillation",
            "2023-11-15",
        ),
        medicine(
            "Bisoprolol 2.5 mg tablet",
            BISOPROLOL,
            "C07AB07",
            "1 tablet in the morning",
            "Atrial fibrillation",
            "2023-11-15",
        ),
    ];
    let current = [
        medicine(
            "Metformin 1000 mg tablet",
            METFORMIN,
            "A10BA02",
            "1 tablet morning and evening, with food",
            "Diabetes",
            "2022-02-10",
        ),
        medicine("Ramipril 5 mg tablet", RAMIPRIL, "C09AA05", "1 tablet in the morning", pressure, "2025-11-12"),
        medicine(
            "Atorvastatin 40 mg tablet",
            ATORVASTATIN,
            "C10AA05",
            "1 tablet in the evening",
            "High cholesterol",
            "2023-01-09",
        ),
        medicine(
            "Apixaban 5 mg tablet",
            APIXABAN,
            "B01AF02",
            "1 tablet morning and evening",
            "Atrial fibrillation",
            "2023-11-15",
        ),
        medicine(
            "Bisoprolol 5 mg tablet",
            BISOPROLOL,
            "C07AB07",
            "1 tablet in the morning",
            "Atrial fibrillation",
            "2026-03-04",
        ),
    ];
    let list = |title, author, when, medicines: &[Medicine]| {
        let heading = Heading { title, author, when, collection: "medication", file_stem: "medication" };
        document(&heading, medicines.iter().map(|medicine| request(medicine, author, when)).collect())
    };
    vec![
        list("Medication list", "ngozi", at(2020, 6, 18, 10, 0), &first),
        list("Medication at discharge", "amir", at(2023, 11, 17, 10, 30), &discharge),
        list("Medication list", "amir", at(2026, 3, 4, 15, 20), &current),
    ]
}

fn request(medicine: &Medicine, author: &str, when: Moment) -> Value {
    json!({
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {
            "coding": [
                { "system": RXNORM, "code": medicine.rxnorm.0, "display": medicine.rxnorm.1 },
                { "system": ATC, "code": medicine.atc, "display": medicine.rxnorm.1 },
            ],
            "text": medicine.name,
        },
        "subject": subject(),
        "authoredOn": when.day_iso(),
        "requester": practitioner(author),
        "reasonCode": [{ "text": medicine.reason }],
        "dosageInstruction": [{ "text": medicine.dosage }],
        "dispenseRequest": { "validityPeriod": { "start": medicine.since } },
    })
}

/// Problems and allergies as the family doctor keeps them.
fn summary() -> SampleDocument {
    let problem = |code: &str, name: &str, onset: &str, clinical: &str| {
        json!({
            "resourceType": "Condition",
            "clinicalStatus": status("condition-clinical", clinical),
            "verificationStatus": status("condition-ver-status", "confirmed"),
            "category": [status("condition-category", "problem-list-item")],
            "code": coded(SNOMED, code, name),
            "subject": subject(),
            "onsetDateTime": onset,
        })
    };
    let mut depression = problem("310495003", "Mild depression", "2022-10", "resolved");
    depression["abatementDateTime"] = "2023-06".into();
    let allergy = |code: &str, name: &str, criticality: &str, reaction: &str, severity: &str, onset: &str| {
        json!({
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": status("allergyintolerance-clinical", "active"),
            "verificationStatus": status("allergyintolerance-verification", "confirmed"),
            "criticality": criticality,
            "code": coded(SNOMED, code, name),
            "patient": subject(),
            "onsetDateTime": onset,
            "reaction": [{ "manifestation": [{ "text": reaction }], "severity": severity }],
        })
    };
    let resources = vec![
        problem("44054006", "Type 2 diabetes", "2016-08", "active"),
        problem("38341003", "High blood pressure", "2014-05", "active"),
        problem("282825002", "Paroxysmal atrial fibrillation", "2023-11-14", "active"),
        problem("13644009", "High cholesterol", "2015", "active"),
        problem("433144002", "Chronic kidney disease, stage 3", "2025-04-07", "active"),
        problem("239873007", "Osteoarthritis of the knee", "2018", "active"),
        depression,
        allergy("91936005", "Penicillin", "high", "Rash and swelling of the face", "severe", "1987"),
        allergy("300916003", "Latex", "low", "Itching", "mild", "2009"),
        json!({
            "resourceType": "Procedure",
            "status": "completed",
            "code": coded(SNOMED, "38102005", "Removal of the gallbladder"),
            "subject": subject(),
            "performedDateTime": "1999-03",
        }),
    ];
    let when = at(2025, 4, 14, 9, 40);
    let heading =
        Heading { title: "Problems and allergies", author: "ngozi", when, collection: "general", file_stem: "summary" };
    document(&heading, resources)
}

fn vaccinations() -> SampleDocument {
    let given = [
        ("208", "COVID-19 mRNA vaccine", "2021-04-12", "EW2246"),
        ("208", "COVID-19 mRNA vaccine", "2021-05-24", "EY7015"),
        ("150", "Influenza, quadrivalent", "2021-10-11", "U7312AA"),
        ("187", "Shingles, recombinant", "2022-03-08", "9L3TB"),
        ("187", "Shingles, recombinant", "2022-06-14", "9L7KX"),
        ("197", "Influenza, high dose", "2022-10-17", "UJ843AB"),
        ("197", "Influenza, high dose", "2023-10-09", "UK112AC"),
        ("216", "Pneumococcal conjugate, 20-valent", "2024-02-05", "GK9981"),
        ("115", "Tetanus, diphtheria, pertussis", "2024-09-23", "T4H20"),
        ("197", "Influenza, high dose", "2025-10-06", "UM550AA"),
    ];
    let resources = given.iter().map(|(cvx, name, day, lot)| {
        json!({
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": coded(CVX, cvx, name),
            "patient": subject(),
            "occurrenceDateTime": day,
            "lotNumber": lot,
            "performer": [{ "actor": practitioner("ngozi") }],
        })
    });
    let when = at(2025, 10, 6, 11, 0);
    let heading =
        Heading { title: "Vaccinations", author: "ngozi", when, collection: "general", file_stem: "vaccinations" };
    document(&heading, resources.collect())
}

/// Visits at the practice: pressure falls after November 2023.
fn blood_pressure(chance: &mut Chance) -> SampleDocument {
    let visits = [
        at(2022, 2, 7, 8, 30),
        at(2022, 9, 5, 8, 20),
        at(2023, 4, 17, 8, 30),
        at(2023, 11, 13, 16, 45),
        at(2024, 1, 22, 9, 0),
        at(2024, 7, 15, 9, 10),
        at(2025, 1, 20, 9, 15),
        at(2025, 7, 21, 9, 0),
        at(2026, 1, 19, 9, 5),
    ];
    let resources = visits.iter().map(|when| {
        let before = when.years_in() < 3.9;
        let systolic = chance.around(if before { 151.0 } else { 132.0 }, 4.0);
        let diastolic = chance.around(if before { 90.0 } else { 79.0 }, 3.0);
        let part = |loinc: &str, name: &str, value: f64, low: f64, high: f64| {
            json!({
                "code": coded(LOINC, loinc, name),
                "valueQuantity": quantity(value, 0, "mmHg", "mm[Hg]"),
                "referenceRange": [{
                    "low": quantity(low, 0, "mmHg", "mm[Hg]"),
                    "high": quantity(high, 0, "mmHg", "mm[Hg]"),
                }],
            })
        };
        json!({
            "resourceType": "Observation",
            "status": "final",
            "category": [status("observation-category", "vital-signs")],
            "code": coded(LOINC, "85354-9", "Blood pressure"),
            "subject": subject(),
            "effectiveDateTime": when.iso(),
            "bodySite": { "text": "Left arm, sitting" },
            "component": [
                part("8480-6", "Systolic", systolic, 100.0, 139.0),
                part("8462-4", "Diastolic", diastolic, 60.0, 89.0),
            ],
        })
    });
    let heading = Heading {
        title: "Blood pressure at the practice",
        author: "ngozi",
        when: at(2026, 1, 19, 9, 20),
        collection: "heart",
        file_stem: "blood-pressure",
    };
    let resources = resources.collect();
    document(&heading, resources)
}

/// PHQ-9 during the hard winter and after it.
fn mood(chance: &mut Chance) -> Vec<SampleDocument> {
    let mut one = |when: Moment, score: f64, title, note: &str| {
        let resource = json!({
            "resourceType": "Observation",
            "status": "final",
            "category": [status("observation-category", "survey")],
            "code": coded(LOINC, "44261-6", "PHQ-9 total score"),
            "subject": subject(),
            "effectiveDateTime": when.iso(),
            "valueQuantity": quantity(chance.around(score, 0.4), 0, "points", "{score}"),
            "referenceRange": [{ "high": quantity(4.0, 0, "points", "{score}"), "text": "0–4 none, 5–9 mild, 10–14 moderate" }],
            "note": [{ "text": note }],
        });
        let heading = Heading { title, author: "ngozi", when, collection: "mentalHealth", file_stem: "mood" };
        document(&heading, vec![resource])
    };
    vec![
        one(
            at(2022, 10, 24, 17, 0),
            9.0,
            "Mood questionnaire",
            "Since her husband's death in August. Sleeps badly. Counselling offered.",
        ),
        one(
            at(2023, 3, 6, 16, 30),
            5.0,
            "Mood questionnaire",
            "Better. Goes to the choir again. Counselling continues monthly.",
        ),
        one(at(2023, 6, 19, 16, 15), 3.0, "Mood questionnaire", "Feels well. Counselling ended by agreement."),
    ]
}

/// Two weeks of steps from a watch, looked at together at the practice.
fn steps(chance: &mut Chance) -> SampleDocument {
    let resources = (1..=14).map(|day| {
        let when = at(2025, 9, day, 21, 0);
        json!({
            "resourceType": "Observation",
            "status": "final",
            "category": [status("observation-category", "activity")],
            "code": coded(LOINC, "41950-7", "Steps in 24 hours"),
            "subject": subject(),
            "effectiveDateTime": when.day_iso(),
            "device": { "display": "Wrist watch" },
            "valueQuantity": quantity(chance.around(5200.0, 900.0), 0, "steps", "{steps}/d"),
        })
    });
    let resources = resources.collect();
    let when = at(2025, 9, 15, 10, 10);
    document(
        &Heading { title: "Steps, two weeks", author: "ngozi", when, collection: "devices", file_stem: "steps" },
        resources,
    )
}

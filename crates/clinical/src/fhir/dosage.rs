//! `Dosage` and `Timing` of FHIR.

use serde_json::Value;

use super::json::{concept, concept_of, list, owned, quantity_text, scalar, text};
use crate::dosage::Instruction;

pub(super) fn instruction(dosage: &Value) -> Instruction {
    let amounts = || list(dosage, "doseAndRate").iter().chain(std::iter::once(dosage));
    let repeat = dosage.get("timing").and_then(|timing| timing.get("repeat"));
    let number = |key: &str| repeat.and_then(|repeat| repeat.get(key)).and_then(scalar);
    let texts = |key: &str| -> Vec<String> {
        repeat.map(|repeat| list(repeat, key).iter().filter_map(scalar).collect()).unwrap_or_default()
    };
    let unit = |key: &str| repeat.and_then(|repeat| owned(repeat, key));
    let schedule = dosage.get("timing").and_then(|timing| timing.get("code")).and_then(|code| {
        let known = list(code, "coding").iter().find_map(|coding| owned(coding, "code"));
        owned(code, "text").or(known).or_else(|| concept(code).map(|code| code.text))
    });
    let needed_for = concept_of(dosage, "asNeededCodeableConcept").or_else(|| concept_of(dosage, "asNeededFor"));
    let also = list(dosage, "additionalInstruction").iter().filter_map(concept).map(|words| words.text);
    let bounds = repeat.and_then(|repeat| repeat.get("boundsDuration"));
    Instruction {
        written: match (owned(dosage, "text"), owned(dosage, "patientInstruction")) {
            (Some(text), Some(patient)) if !text.contains(&patient) => Some(format!("{text}; {patient}")),
            (text, patient) => text.or(patient),
        },
        dose: amounts().find_map(|amount| {
            amount.get("doseQuantity").and_then(quantity_text).or_else(|| amount.get("doseRange").and_then(range))
        }),
        rate: amounts().find_map(|amount| {
            let quantity = amount.get("rateQuantity").and_then(quantity_text);
            quantity
                .or_else(|| amount.get("rateRatio").and_then(ratio))
                .or_else(|| amount.get("rateRange").and_then(range))
        }),
        times: number("frequency").map(|times| (times, number("frequencyMax"))),
        every: number("period").zip(unit("periodUnit")).map(|(every, unit)| (every, number("periodMax"), unit)),
        events: texts("when"),
        days: texts("dayOfWeek"),
        at: texts("timeOfDay"),
        schedule,
        as_needed: dosage.get("asNeededBoolean") == Some(&Value::Bool(true))
            || dosage.get("asNeeded") == Some(&Value::Bool(true)),
        needed_for: needed_for.map(|reason| reason.text),
        route: concept_of(dosage, "route").map(|route| route.text),
        site: concept_of(dosage, "site").map(|site| site.text),
        at_most: list(dosage, "maxDosePerPeriod").iter().find_map(ratio),
        lasting: bounds
            .and_then(|bounds| bounds.get("value").and_then(scalar).zip(text(bounds, "code").map(str::to_owned)))
            .or_else(|| number("duration").zip(unit("durationUnit"))),
        also: also.collect(),
    }
}

pub(super) fn range(range: &Value) -> Option<String> {
    let (low, high) = (range.get("low"), range.get("high"));
    match (low.and_then(quantity_text), high.and_then(quantity_text)) {
        (Some(_), Some(high)) => Some(format!("{}–{high}", low?.get("value").and_then(scalar)?)),
        (low, high) => low.or(high),
    }
}

pub(super) fn ratio(ratio: &Value) -> Option<String> {
    let numerator = ratio.get("numerator").and_then(quantity_text)?;
    Some(format!("{numerator} / {}", ratio.get("denominator").and_then(quantity_text)?))
}

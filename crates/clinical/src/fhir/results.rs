//! Observations and the reports that group them.

use serde_json::Value;

use super::index::{Index, Placed};
use super::json::{
    blocks_of, concept, concept_of, concepts, joined, list, loinc, narrative_of, notes, owned, quantity_text, scalar,
    text, unit, when,
};
use super::other::attachment;
use super::patient::Subjects;
use super::views::{Concept, Flag, FlagSource, ReferenceRange, Report, ResultComponent, ResultRow, ResultValue};
use crate::limits::CURVE_POINTS_MAX;
use crate::page::{Chart, ChartAxis, ChartLine, ChartStyle};
use crate::results::{disagree, finite, flag_of_code};

pub(super) fn result_row<'a>(placed: Placed<'a>, index: &Index<'a>, subjects: &Subjects<'a>) -> ResultRow {
    let observation = placed.resource;
    let part = component(observation);
    let components: Vec<ResultComponent> = list(observation, "component").iter().map(component).collect();
    let specimen = observation.get("specimen").and_then(|reference| index.label(reference, placed.container));
    let details = [
        concept_of(observation, "bodySite").map(|site| site.text),
        concept_of(observation, "method").map(|method| method.text),
        specimen,
    ];
    let curve = curve(observation);
    let silent = part.value.is_none() && curve.is_none() && components.is_empty() && part.missing_reason.is_none();
    let status = owned(observation, "status");
    let members = list(observation, "hasMember")
        .iter()
        .chain(list(observation, "related").iter().filter_map(|related| related.get("target")));
    let members = members.filter_map(|reference| index.position(reference, placed.container));
    ResultRow {
        position: placed.at,
        members: members.filter_map(|at| u32::try_from(at).ok()).filter(|at| *at != placed.at).collect(),
        curve,
        category: list(observation, "category").iter().find_map(category_code),
        components,
        date: when(observation, "effective").or_else(|| owned(observation, "issued")),
        retracted: matches!(status.as_deref(), Some("entered-in-error" | "cancelled")),
        status,
        details: joined(details.into_iter().flatten()),
        note: notes(observation).or_else(|| if silent { narrative_of(observation) } else { None }),
        about: subjects.about(placed),
        name: part.name,
        loinc: part.loinc,
        value: part.value,
        missing_reason: part.missing_reason,
        reference_ranges: part.reference_ranges,
        interpretation: part.interpretation,
        flag: part.flag,
        flag_source: part.flag_source,
        flag_conflict: part.flag_conflict,
    }
}

fn category_code(category: &Value) -> Option<String> {
    list(category, "coding").iter().find_map(|coding| owned(coding, "code")).or_else(|| owned(category, "text"))
}

/// What an observation and each of its components have in common.
fn component(part: &Value) -> ResultComponent {
    let name =
        concept_of(part, "code").unwrap_or_else(|| Concept { text: "Unnamed result".to_owned(), codes: Vec::new() });
    let value = value(part);
    let ranges = list(part, "referenceRange");
    let computed = value.as_ref().and_then(|value| compare(value, part.get("valueQuantity"), ranges));
    let stated = list(part, "interpretation").iter().find_map(stated_flag);
    let conflict = match (stated, computed) {
        (Some(stated), Some(computed)) => disagree(stated, computed),
        _ => false,
    };
    ResultComponent {
        loinc: loinc(&name),
        name,
        missing_reason: concept_of(part, "dataAbsentReason").map(|reason| reason.text),
        reference_ranges: ranges.iter().map(|range| reference_range(range, value.as_ref())).collect(),
        interpretation: concepts(part, "interpretation"),
        flag: stated.or(computed),
        flag_source: stated.map(|_| FlagSource::Document).or(computed.map(|_| FlagSource::Range)),
        flag_conflict: conflict,
        value,
    }
}

/// The `value[x]` of an observation. Its text is what the document says, digit for digit.
fn value(part: &Value) -> Option<ResultValue> {
    let plain = |text: String| ResultValue { text, unit: None, unit_code: None, number: None };
    if let Some(quantity) = part.get("valueQuantity") {
        let written = quantity.get("value").and_then(scalar)?;
        let comparator = text(quantity, "comparator").unwrap_or("");
        return Some(ResultValue {
            number: if comparator.is_empty() { finite(&written) } else { None },
            text: format!("{comparator}{written}"),
            unit: unit(quantity),
            unit_code: owned(quantity, "code"),
        });
    }
    if let Some(found) = part.get("valueCodeableConcept") {
        return concept(found).map(|concept| plain(concept.text));
    }
    if let Some(number) = part.get("valueInteger").and_then(scalar) {
        return Some(ResultValue { number: finite(&number), ..plain(number) });
    }
    if let Some(range) = part.get("valueRange") {
        let low = range.get("low").and_then(quantity_text).unwrap_or_else(|| "…".to_owned());
        let high = range.get("high").and_then(quantity_text).unwrap_or_else(|| "…".to_owned());
        return Some(plain(format!("{low} – {high}")));
    }
    if let Some(ratio) = part.get("valueRatio") {
        let (numerator, denominator) = (ratio.get("numerator"), ratio.get("denominator"));
        return Some(plain(format!(
            "{} : {}",
            numerator.and_then(quantity_text)?,
            denominator.and_then(quantity_text)?
        )));
    }
    if let Some(period) = part.get("valuePeriod") {
        let bound = |key| text(period, key).unwrap_or("…");
        return Some(plain(format!("{} – {}", bound("start"), bound("end"))));
    }
    if part.get("valueSampledData").is_some() {
        return None;
    }
    ["valueString", "valueBoolean", "valueDateTime", "valueTime"]
        .iter()
        .find_map(|key| part.get(*key).and_then(scalar))
        .map(plain)
}

/// A `SampledData` as points; none if it is not one of a single dimension.
fn curve(observation: &Value) -> Option<Chart> {
    let data = observation.get("valueSampledData")?;
    let number = |key: &str| data.get(key).and_then(scalar).and_then(|written| finite(&written));
    let origin = data.get("origin");
    let zero = origin.and_then(|origin| origin.get("value")).and_then(scalar).and_then(|written| finite(&written));
    if number("dimensions").is_some_and(|dimensions| dimensions != 1.0) {
        return None;
    }
    let (zero, factor, period_ms) = (zero.unwrap_or(0.0), number("factor").unwrap_or(1.0), number("period")?);
    // "E", "L" and "U" stand for values that were not measured or are out of the device's range.
    let samples = text(data, "data")?.split_ascii_whitespace().take(CURVE_POINTS_MAX);
    let points = samples.enumerate().filter_map(|(at, sample)| {
        let point = (at as f64 * period_ms / 1000.0, zero + factor * finite(sample)?);
        (point.0.is_finite() && point.1.is_finite()).then_some(point)
    });
    let line = ChartLine { label: "value".to_owned(), points: points.collect() };
    (line.points.len() > 1).then(|| Chart {
        title: "curve".to_owned(),
        unit: origin.and_then(unit),
        axis: ChartAxis::Seconds,
        style: ChartStyle::Line,
        lines: vec![line],
        low: None,
        high: None,
    })
}

fn reference_range(range: &Value, value: Option<&ResultValue>) -> ReferenceRange {
    let same_unit = |bound: &Value| unit(bound).is_none() || value.is_some_and(|value| unit(bound) == value.unit);
    let bound = |key: &str| {
        let bound = range.get(key)?;
        if same_unit(bound) { bound.get("value").and_then(scalar) } else { quantity_text(bound) }
    };
    let number = |key: &str| {
        let bound = range.get(key).filter(|bound| same_unit(bound))?;
        bound.get("value").and_then(scalar).and_then(|written| finite(&written))
    };
    let age = range.get("age").map(|age| {
        let end = |key| age.get(key).and_then(quantity_text).unwrap_or_else(|| "…".to_owned());
        format!("age {} – {}", end("low"), end("high"))
    });
    let kind = concept_of(range, "type").map(|kind| kind.text);
    ReferenceRange {
        low: bound("low"),
        high: bound("high"),
        low_number: number("low"),
        high_number: number("high"),
        text: owned(range, "text"),
        applies_to: joined([kind, concepts(range, "appliesTo"), age].into_iter().flatten()),
    }
}

/// Compares a value with its range, if there is exactly one that applies to everybody and the units agree.
fn compare(value: &ResultValue, quantity: Option<&Value>, ranges: &[Value]) -> Option<Flag> {
    let quantity = quantity?;
    let mut general = ranges.iter().filter(|range| {
        let normal = range
            .get("type")
            .is_none_or(|kind| list(kind, "coding").iter().any(|coding| text(coding, "code") == Some("normal")));
        normal && list(range, "appliesTo").is_empty() && range.get("age").is_none()
    });
    let (Some(range), None) = (general.next(), general.next()) else { return None };
    let written = quantity.get("value").and_then(scalar)?;
    let number = finite(&written)?;
    let comparator = text(quantity, "comparator");
    let bound = |key: &str| {
        let bound = range.get(key)?;
        let agrees = unit(bound).is_none()
            || unit(bound) == value.unit
            || (owned(bound, "code").is_some() && owned(bound, "code") == value.unit_code);
        agrees.then(|| bound.get("value").and_then(scalar).and_then(|text| finite(&text))).flatten()
    };
    let unreadable = |key: &str| range.get(key).is_some() && bound(key).is_none();
    if unreadable("low") || unreadable("high") {
        return None;
    }
    let (low, high) = (bound("low"), bound("high"));
    if low.is_none() && high.is_none() {
        return None;
    }
    match comparator {
        // "<0.5" is low for certain only when all it can be is below the range; it is never known to be normal,
        // unless there is no lower bound to miss.
        Some("<" | "<=") => match (low, high) {
            (Some(low), _) if number < low || (number == low && comparator == Some("<")) => Some(Flag::Low),
            (None, Some(high)) if number <= high => Some(Flag::Normal),
            _ => None,
        },
        Some(">" | ">=") => match (low, high) {
            (_, Some(high)) if number > high || (number == high && comparator == Some(">")) => Some(Flag::High),
            (Some(low), None) if number >= low => Some(Flag::Normal),
            _ => None,
        },
        Some(_) => None,
        None if low.is_some_and(|low| number < low) => Some(Flag::Low),
        None if high.is_some_and(|high| number > high) => Some(Flag::High),
        None => Some(Flag::Normal),
    }
}

fn stated_flag(interpretation: &Value) -> Option<Flag> {
    let codes = list(interpretation, "coding").iter().filter_map(|coding| text(coding, "code"));
    codes.chain(interpretation.as_str()).find_map(flag_of_code)
}

/// A report with its results as positions in `rows`, where `row_of` maps a resource position to a row.
pub(super) fn report<'a>(
    placed: Placed<'a>,
    index: &Index<'a>,
    subjects: &Subjects<'a>,
    row_of: impl Fn(usize) -> Option<u32>,
) -> Report {
    let resource = placed.resource;
    let mut results = Vec::new();
    let mut missing_results = 0;
    for reference in list(resource, "result") {
        match index.position(reference, placed.container).and_then(&row_of) {
            Some(row) => results.push(row),
            None => missing_results += 1,
        }
    }
    let codes = joined(list(resource, "conclusionCode").iter().filter_map(concept).map(|concept| concept.text));
    let conclusion = owned(resource, "conclusion").or(codes);
    let attachments: Vec<_> = list(resource, "presentedForm").iter().map(|form| attachment(form, index)).collect();
    let silent = results.is_empty() && conclusion.is_none();
    let status = owned(resource, "status");
    Report {
        position: placed.at,
        by: index
            .labels(resource, "performer", placed.container)
            .or_else(|| index.labels(resource, "resultsInterpreter", placed.container)),
        name: concept_of(resource, "code").unwrap_or_else(|| Concept { text: "Report".to_owned(), codes: Vec::new() }),
        category: concepts(resource, "category"),
        date: when(resource, "effective").or_else(|| owned(resource, "issued")),
        retracted: matches!(status.as_deref(), Some("entered-in-error" | "cancelled")),
        status,
        results,
        missing_results,
        conclusion,
        attachments,
        narrative: if silent { blocks_of(resource) } else { Vec::new() },
        about: subjects.about(placed),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flag_of(quantity: Value, range: Value) -> Option<Flag> {
        component(&json!({"code":{"text":"x"},"valueQuantity":quantity,"referenceRange":[range]})).flag
    }

    #[test]
    fn a_value_is_compared_with_its_range_when_nobody_judged_it() {
        let range = json!({"low":{"value":3.5,"unit":"mmol/L"},"high":{"value":5.1,"unit":"mmol/L"}});
        for (value, expected) in [(3.4, Flag::Low), (3.5, Flag::Normal), (5.1, Flag::Normal), (5.2, Flag::High)] {
            assert_eq!(flag_of(json!({"value":value,"unit":"mmol/L"}), range.clone()), Some(expected), "{value}");
        }
    }

    #[test]
    fn different_units_are_never_compared() {
        let range = json!({"low":{"value":70,"unit":"mg/dL"}});
        assert_eq!(flag_of(json!({"value":5.4,"unit":"mmol/L"}), range), None, "5.4 mmol/L is not below 70 mg/dL");
    }

    #[test]
    fn a_limit_of_detection_is_flagged_only_when_certain() {
        let crp = json!({"high":{"value":5}});
        assert_eq!(flag_of(json!({"value":0.6,"comparator":"<"}), crp.clone()), Some(Flag::Normal));
        assert_eq!(flag_of(json!({"value":9,"comparator":"<"}), crp.clone()), None, "it may be 1 or 8");
        assert_eq!(flag_of(json!({"value":90,"comparator":">"}), crp), Some(Flag::High));
    }

    #[test]
    fn ranges_for_some_people_only_are_shown_but_not_applied() {
        let range = json!({"low":{"value":12},"appliesTo":[{"text":"women"}]});
        let part = component(&json!({"valueQuantity":{"value":11},"referenceRange":[range]}));
        assert_eq!(part.flag, None);
        assert_eq!(part.reference_ranges[0].applies_to.as_deref(), Some("women"));
    }

    #[test]
    fn the_documents_own_judgement_wins_and_a_disagreement_is_named() {
        let part = component(&json!({
            "valueQuantity":{"value":9.0}, "referenceRange":[{"high":{"value":5}}],
            "interpretation":[{"coding":[{"code":"N","display":"Normal"}]}]
        }));
        assert_eq!((part.flag, part.flag_source), (Some(Flag::Normal), Some(FlagSource::Document)));
        assert!(part.flag_conflict, "9 is above 5 and yet called normal");
    }
}

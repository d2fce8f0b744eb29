//! Values as the page shows them, from whatever format they came.

use crate::fhir::{Flag, ReferenceRange, ResultComponent, ResultRow, ResultValue};
use crate::page::{Companion, ResultFlag, ResultItem, SeriesKey};

const SYSTOLIC: &str = "8480-6";
const DIASTOLIC: &str = "8462-4";

/// An observation as one row, or one for each of its components. The two halves of a blood pressure share a row.
pub(crate) fn result_item(row: &ResultRow, panel: Option<String>) -> Vec<ResultItem> {
    let mut items = Vec::new();
    let status = row.status.clone().filter(|status| status != "final" && status != "unknown");
    if row.value.is_some() || row.curve.is_some() || row.components.is_empty() {
        items.push(ResultItem { name: row.name.text.clone(), curve: row.curve.clone(), ..value(&whole(row)) });
    }
    let mut parts: Vec<&ResultComponent> = row.components.iter().collect();
    if let Some(pressure) = pressure(row, &mut parts) {
        items.push(pressure);
    }
    items.extend(
        parts
            .iter()
            .map(|part| ResultItem { name: format!("{}: {}", row.name.text, part.name.text), ..value(&half(part)) }),
    );
    let note = crate::fhir::joined([row.details.clone(), row.note.clone()].into_iter().flatten());
    for item in &mut items {
        item.panel.clone_from(&panel);
        item.at.clone_from(&row.date);
        item.status.clone_from(&status);
        item.retracted = row.retracted;
        item.about.clone_from(&row.about);
        if row.retracted || row.about.is_some() {
            item.series = None;
        }
    }
    if let Some(first) = items.first_mut() {
        first.note = note;
    }
    items
}

/// What a row and a component have in common.
struct Measured<'a> {
    loinc: &'a Option<String>,
    value: Option<&'a ResultValue>,
    missing: &'a Option<String>,
    ranges: &'a [ReferenceRange],
    interpretation: &'a Option<String>,
    flag: Option<Flag>,
    conflict: bool,
}

fn whole(row: &ResultRow) -> Measured<'_> {
    Measured {
        loinc: &row.loinc,
        value: row.value.as_ref(),
        missing: &row.missing_reason,
        ranges: &row.reference_ranges,
        interpretation: &row.interpretation,
        flag: row.flag,
        conflict: row.flag_conflict,
    }
}

fn half(part: &ResultComponent) -> Measured<'_> {
    Measured {
        loinc: &part.loinc,
        value: part.value.as_ref(),
        missing: &part.missing_reason,
        ranges: &part.reference_ranges,
        interpretation: &part.interpretation,
        flag: part.flag,
        conflict: part.flag_conflict,
    }
}

fn value(of: &Measured<'_>) -> ResultItem {
    // The range for everybody, if there is one; else the first, which then says for whom it is.
    let range = of.ranges.iter().find(|range| range.applies_to.is_none()).or(of.ranges.first());
    let flag = of.flag.map_or(ResultFlag::Unknown, result_flag);
    ResultItem {
        code: of.loinc.as_ref().map(|code| format!("LOINC {code}")),
        value_text: of.value.map(|value| value.text.clone()).unwrap_or_default(),
        value: of.value.and_then(|value| value.number),
        unit: of.value.and_then(|value| value.unit.clone()),
        low_text: range.and_then(|range| range.low.clone()),
        high_text: range.and_then(|range| range.high.clone()),
        low: range.and_then(|range| range.low_number),
        high: range.and_then(|range| range.high_number),
        range_text: range.and_then(|range| range.text.clone()),
        range_for: range.and_then(|range| range.applies_to.clone()),
        // The mark says high, low and normal already.
        interpretation: of
            .interpretation
            .clone()
            .filter(|_| matches!(flag, ResultFlag::Unknown | ResultFlag::Abnormal)),
        flag,
        conflict: of.conflict,
        missing: of.missing.clone(),
        series: series(of.loinc, of.value),
        ..ResultItem::default()
    }
}

/// Takes systolic and diastolic out of the parts and makes one row of them.
fn pressure(row: &ResultRow, parts: &mut Vec<&ResultComponent>) -> Option<ResultItem> {
    let find = |code: &str| parts.iter().position(|part| part.loinc.as_deref() == Some(code));
    let (upper, lower) = (parts[find(SYSTOLIC)?], parts[find(DIASTOLIC)?]);
    let (above, below) = (upper.value.as_ref()?, lower.value.as_ref()?);
    if above.unit != below.unit {
        return None;
    }
    let (upper_item, lower_item) = (value(&half(upper)), value(&half(lower)));
    let ends = |item: &ResultItem| match (&item.low_text, &item.high_text) {
        (None, None) => None,
        (low, high) => Some((low.clone(), high.clone())),
    };
    // Both halves have their range, or none is shown.
    let text = match (ends(&upper_item), ends(&lower_item)) {
        (Some((_, Some(high))), Some((_, Some(low_high)))) => Some(format!("< {high}/{low_high}")),
        _ => None,
    };
    parts.retain(|part| !std::ptr::eq(*part, upper) && !std::ptr::eq(*part, lower));
    Some(ResultItem {
        name: row.name.text.clone(),
        code: row.loinc.as_ref().map(|code| format!("LOINC {code}")),
        value_text: format!("{}/{}", above.text, below.text),
        low_text: None,
        high_text: None,
        range_text: text,
        flag: worse(upper_item.flag, lower_item.flag),
        conflict: upper_item.conflict || lower_item.conflict,
        companion: below.number.map(|number| Companion {
            name: lower.name.text.clone(),
            value: number,
            low: lower_item.low,
            high: lower_item.high,
            history: Vec::new(),
            series: lower_item.series,
        }),
        ..upper_item
    })
}

fn worse(one: ResultFlag, other: ResultFlag) -> ResultFlag {
    let weight = |flag: ResultFlag| match flag {
        ResultFlag::CriticalLow | ResultFlag::CriticalHigh => 4,
        ResultFlag::Low | ResultFlag::High => 3,
        ResultFlag::Abnormal => 2,
        ResultFlag::Normal => 1,
        ResultFlag::Unknown => 0,
    };
    if weight(other) > weight(one) { other } else { one }
}

fn result_flag(flag: Flag) -> ResultFlag {
    match flag {
        Flag::Normal => ResultFlag::Normal,
        Flag::Low => ResultFlag::Low,
        Flag::High => ResultFlag::High,
        Flag::CriticalLow => ResultFlag::CriticalLow,
        Flag::CriticalHigh => ResultFlag::CriticalHigh,
        Flag::Abnormal => ResultFlag::Abnormal,
    }
}

fn series(loinc: &Option<String>, value: Option<&ResultValue>) -> Option<SeriesKey> {
    let value = value?;
    let unit = value.unit_code.clone().or_else(|| value.unit.clone()).unwrap_or_default();
    Some((loinc.clone()?, unit))
}

/// A value of a format that writes it as plain text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plain {
    pub(crate) name: String,
    pub(crate) loinc: Option<String>,
    /// `5.60`, `<0.5`, `Positive`.
    pub(crate) text: String,
    pub(crate) unit: Option<String>,
    pub(crate) low: Option<String>,
    pub(crate) high: Option<String>,
    pub(crate) range_text: Option<String>,
    /// The document's own judgement, as codes of HL7.
    pub(crate) stated: Vec<String>,
}

/// A row with the document's own judgement, else with what its range says.
pub(crate) fn plain_item(of: &Plain) -> ResultItem {
    let number = |text: &Option<String>| text.as_deref().and_then(finite);
    let (value, low, high) = (finite(&of.text), number(&of.low), number(&of.high));
    let computed = value.and_then(|value| match (low, high) {
        (None, None) => None,
        (Some(low), _) if value < low => Some(Flag::Low),
        (_, Some(high)) if value > high => Some(Flag::High),
        _ => Some(Flag::Normal),
    });
    let stated = of.stated.iter().find_map(|code| flag_of_code(code));
    let conflict = stated.zip(computed).is_some_and(|(stated, computed)| disagree(stated, computed));
    ResultItem {
        name: of.name.clone(),
        code: of.loinc.as_ref().map(|code| format!("LOINC {code}")),
        value_text: of.text.clone(),
        value,
        unit: of.unit.clone(),
        low_text: of.low.clone(),
        high_text: of.high.clone(),
        low,
        high,
        range_text: of.range_text.clone(),
        flag: stated.or(computed).map_or(ResultFlag::Unknown, result_flag),
        conflict,
        series: value.and(of.loinc.clone()).map(|loinc| (loinc, of.unit.clone().unwrap_or_default())),
        ..ResultItem::default()
    }
}

/// A number that can be charted.
pub(crate) fn finite(written: &str) -> Option<f64> {
    written.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The codes of HL7's `v3-ObservationInterpretation` that say where a value lies.
pub(crate) fn flag_of_code(code: &str) -> Option<Flag> {
    match code {
        "N" => Some(Flag::Normal),
        "L" | "LU" | "LX" | "<" | "B" => Some(Flag::Low),
        "H" | "HU" | "HX" | ">" => Some(Flag::High),
        "LL" => Some(Flag::CriticalLow),
        "HH" => Some(Flag::CriticalHigh),
        "A" | "AA" => Some(Flag::Abnormal),
        _ => None,
    }
}

pub(crate) fn disagree(stated: Flag, computed: Flag) -> bool {
    use Flag::{Abnormal, CriticalHigh, CriticalLow, High, Low, Normal};
    !matches!(
        (stated, computed),
        (Normal, Normal) | (Low | CriticalLow, Low) | (High | CriticalHigh, High) | (Abnormal, Low | High | Abnormal)
    )
}

//! Values: ranges, flags, and how they went over time.

use std::collections::{BTreeMap, HashMap};

use carekey_clinical::{Flag, ReferenceRange, ResultComponent, ResultRow, ResultValue};

use super::content::moment;
use crate::types::{DocumentMillis, ResultFlag, ResultItem, ResultPoint};

/// Values of the same code and unit over time, of one person's documents.
#[derive(Debug, Default)]
pub(crate) struct Series(HashMap<(String, String), BTreeMap<DocumentMillis, f64>>);

/// Longest history that is shown.
const HISTORY_MAX: usize = 500;

impl Series {
    fn learn(&mut self, loinc: &Option<String>, value: &Option<ResultValue>, at: Option<DocumentMillis>) {
        if let (Some(key), Some(at), Some(number)) = (key(loinc, value), at, value.as_ref().and_then(|v| v.number)) {
            self.0.entry(key).or_default().insert(at, number);
        }
    }

    fn history(&self, loinc: &Option<String>, value: &Option<ResultValue>) -> Vec<ResultPoint> {
        let Some(known) = key(loinc, value).and_then(|key| self.0.get(&key)) else { return Vec::new() };
        let skipped = known.len().saturating_sub(HISTORY_MAX);
        known.iter().skip(skipped).map(|(at, value)| ResultPoint { at: *at, value: *value }).collect()
    }
}

/// Learns all values first, so that each shows the others; what its author withdrew is never charted.
pub(super) fn show<'a>(rows: impl Iterator<Item = &'a ResultRow> + Clone, series: &mut Series) -> Vec<ResultItem> {
    for row in rows.clone().filter(|row| !row.retracted && row.about.is_none()) {
        let at = row.date.as_deref().and_then(moment);
        series.learn(&row.loinc, &row.value, at);
        row.components.iter().for_each(|part| series.learn(&part.loinc, &part.value, at));
    }
    rows.flat_map(|row| items(row, series)).collect()
}

/// How many values lie outside their range.
pub(super) fn out_of_range<'a>(rows: impl Iterator<Item = &'a ResultRow>) -> u32 {
    let is_out = |flag: &Option<Flag>| flag.is_some_and(|flag| flag != Flag::Normal);
    let count = |row: &ResultRow| {
        usize::from(is_out(&row.flag)) + row.components.iter().filter(|part| is_out(&part.flag)).count()
    };
    rows.filter(|row| !row.retracted).map(count).sum::<usize>() as u32
}

fn items(row: &ResultRow, series: &Series) -> Vec<ResultItem> {
    let mut items = Vec::new();
    if row.value.is_some() || row.components.is_empty() {
        items.push(ResultItem {
            note: note([&row.missing_reason, &row.interpretation, &row.details, &row.note], row.flag_conflict),
            ..item(row.name.text.clone(), &row.loinc, &row.value, &row.reference_ranges, row.flag, series)
        });
    }
    items.extend(row.components.iter().map(|part| component(&row.name.text, part, series)));
    for item in &mut items {
        item.at = row.date.clone();
        item.retracted = row.retracted;
        item.about = row.about.clone();
        if row.retracted || row.about.is_some() {
            item.history.clear();
        }
    }
    items
}

fn component(of: &str, part: &ResultComponent, series: &Series) -> ResultItem {
    ResultItem {
        note: note([&part.missing_reason, &part.interpretation, &None, &None], part.flag_conflict),
        ..item(format!("{of}: {}", part.name.text), &part.loinc, &part.value, &part.reference_ranges, part.flag, series)
    }
}

fn item(
    name: String,
    loinc: &Option<String>,
    value: &Option<ResultValue>,
    ranges: &[ReferenceRange],
    flag: Option<Flag>,
    series: &Series,
) -> ResultItem {
    // The range for everybody, if there is one; else the first, which then says for whom it is.
    let range = ranges.iter().find(|range| range.applies_to.is_none()).or(ranges.first());
    let history = series.history(loinc, value);
    let value = value.as_ref();
    ResultItem {
        name,
        code: loinc.as_ref().map(|code| format!("LOINC {code}")),
        value_text: value.map(|value| value.text.clone()).unwrap_or_default(),
        value: value.and_then(|value| value.number),
        unit: value.and_then(|value| value.unit.clone()),
        low_text: range.and_then(|range| range.low.clone()),
        high_text: range.and_then(|range| range.high.clone()),
        low: range.and_then(|range| range.low_number),
        high: range.and_then(|range| range.high_number),
        range_text: range_words(range),
        flag: flag.map_or(ResultFlag::Unknown, result_flag),
        at: None,
        note: None,
        retracted: false,
        about: None,
        history,
    }
}

fn note(parts: [&Option<String>; 4], conflict: bool) -> Option<String> {
    let conflict = conflict.then(|| "the document's own judgement and its range disagree".to_owned());
    let parts: Vec<String> = parts.into_iter().flatten().cloned().chain(conflict).collect();
    if parts.is_empty() { None } else { Some(parts.join("; ")) }
}

fn range_words(range: Option<&ReferenceRange>) -> Option<String> {
    let text = range.and_then(|range| range.text.clone());
    let applies_to = range.and_then(|range| range.applies_to.clone()).map(|whom| format!("for {whom}"));
    let words: Vec<String> = [text, applies_to].into_iter().flatten().collect();
    if words.is_empty() { None } else { Some(words.join("; ")) }
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

fn key(loinc: &Option<String>, value: &Option<ResultValue>) -> Option<(String, String)> {
    let value = value.as_ref()?;
    let unit = value.unit_code.clone().or_else(|| value.unit.clone()).unwrap_or_default();
    Some((loinc.clone()?, unit))
}

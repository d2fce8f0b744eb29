//! Values: ranges, flags, and how they went over time.

use std::collections::{BTreeMap, HashMap};

use carekey_clinical::page::SeriesKey;

use super::content::moment;
use crate::types::{DocumentMillis, Page, ResultPoint};

/// Values of the same code and unit over time, of one person's documents.
#[derive(Debug, Default)]
pub(crate) struct Series(HashMap<SeriesKey, BTreeMap<DocumentMillis, f64>>);

/// Longest history that is shown.
const HISTORY_MAX: usize = 500;

impl Series {
    fn learn(&mut self, key: &Option<SeriesKey>, value: Option<f64>, at: Option<DocumentMillis>) {
        if let (Some(key), Some(at), Some(number)) = (key, at, value) {
            self.0.entry(key.clone()).or_default().insert(at, number);
        }
    }

    fn history(&self, key: &Option<SeriesKey>) -> Vec<ResultPoint> {
        let Some(known) = key.as_ref().and_then(|key| self.0.get(key)) else { return Vec::new() };
        let skipped = known.len().saturating_sub(HISTORY_MAX);
        known.iter().skip(skipped).map(|(at, value)| ResultPoint { at: *at, value: *value }).collect()
    }
}

/// Learns all values of a page first, so that each shows the others. What its author withdrew has no key and is never
/// charted.
pub(super) fn fill(page: &mut Page, series: &mut Series) {
    let results = || page.sections.iter().flat_map(|section| &section.results);
    for result in results() {
        let at = result.at.as_deref().and_then(moment);
        series.learn(&result.series, result.value, at);
        if let Some(companion) = &result.companion {
            series.learn(&companion.series, Some(companion.value), at);
        }
    }
    for result in page.sections.iter_mut().flat_map(|section| &mut section.results) {
        result.history = series.history(&result.series);
        if let Some(companion) = &mut result.companion {
            companion.history = series.history(&companion.series);
        }
    }
}

/// How many values lie outside their range.
pub(super) fn out_of_range(page: &Page) -> Option<u32> {
    let mut results = page.sections.iter().flat_map(|section| &section.results).peekable();
    results.peek()?;
    Some(results.filter(|result| !result.retracted && result.flag.is_out()).count() as u32)
}

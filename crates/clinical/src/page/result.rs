//! Values with their ranges.

use serde::Serialize;
use ts_rs::TS;

use super::Chart;

/// Where a value lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ResultFlag {
    /// Inside the range.
    Normal,
    /// Below the range.
    Low,
    /// Above the range.
    High,
    /// Dangerously low.
    CriticalLow,
    /// Dangerously high.
    CriticalHigh,
    /// Marked abnormal without a direction.
    Abnormal,
    /// No range, no mark.
    #[default]
    Unknown,
}

impl ResultFlag {
    /// Whether it is to be looked at.
    pub fn is_out(self) -> bool {
        !matches!(self, Self::Normal | Self::Unknown)
    }
}

/// One value over time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ResultPoint {
    /// When it was measured, in milliseconds since 1970.
    pub at: i64,
    /// The value, in the unit of the result.
    pub value: f64,
}

/// What makes values comparable: LOINC code and unit.
pub type SeriesKey = (String, String);

/// A laboratory result or vital sign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ResultItem {
    /// Name.
    pub name: String,
    /// The panel or report it belongs to.
    pub panel: Option<String>,
    /// Code and system, such as `LOINC 4548-4`.
    pub code: Option<String>,
    /// Exactly the digits or words of the document; empty if there is no value.
    pub value_text: String,
    /// The value as a number, for the chart.
    pub value: Option<f64>,
    /// Unit as in the document.
    pub unit: Option<String>,
    /// Lower reference limit, its digits as in the document.
    pub low_text: Option<String>,
    /// Upper reference limit, its digits as in the document.
    pub high_text: Option<String>,
    /// Lower reference limit.
    pub low: Option<f64>,
    /// Upper reference limit.
    pub high: Option<f64>,
    /// Range in words, if it is not a pair of numbers.
    pub range_text: Option<String>,
    /// Whom the range is for, if not for everybody.
    pub range_for: Option<String>,
    /// Where the value lies.
    pub flag: ResultFlag,
    /// The document's own judgement and its own range disagree.
    pub conflict: bool,
    /// The document's own judgement, in its words, where it says more than the mark.
    pub interpretation: Option<String>,
    /// Why there is no value.
    pub missing: Option<String>,
    /// `preliminary`, `amended` and the like; none for a final value.
    pub status: Option<String>,
    /// When it was measured: ISO 8601 in the precision of the document.
    pub at: Option<String>,
    /// Remarks of the document.
    pub note: Option<String>,
    /// Withdrawn by its author.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
    /// The other half of a pair: the diastolic beside the systolic pressure.
    pub companion: Option<Companion>,
    /// A recorded curve.
    pub curve: Option<Chart>,
    /// All known values of the same code and unit in readable records, oldest first, this one included.
    pub history: Vec<ResultPoint>,
    /// By which the history is found.
    #[serde(skip)]
    #[ts(skip)]
    pub series: Option<SeriesKey>,
}

/// The other half of a pair of values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Companion {
    /// Name.
    pub name: String,
    /// The value as a number.
    pub value: f64,
    /// Lower reference limit.
    pub low: Option<f64>,
    /// Upper reference limit.
    pub high: Option<f64>,
    /// As for the first half.
    pub history: Vec<ResultPoint>,
    /// As for the first half.
    #[serde(skip)]
    #[ts(skip)]
    pub series: Option<SeriesKey>,
}

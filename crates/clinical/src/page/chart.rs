//! Curves and bars of a page.

use serde::Serialize;
use ts_rs::TS;

/// One chart.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Chart {
    /// What it shows: a key of ours, else the document's own word.
    pub title: String,
    /// Unit of the values.
    pub unit: Option<String>,
    /// What runs from left to right.
    pub axis: ChartAxis,
    /// How the values are drawn.
    pub style: ChartStyle,
    /// The values.
    pub lines: Vec<ChartLine>,
    /// Lower end of what is usual or aimed at.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// What runs from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ChartAxis {
    /// Milliseconds since 1970, as days.
    Day,
    /// Hours since midnight.
    HourOfDay,
    /// Seconds since the beginning.
    Seconds,
}

/// How values are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ChartStyle {
    /// A line through the points.
    Line,
    /// A bar for each point.
    Bars,
}

/// One line of a chart, or one kind of bar.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChartLine {
    /// What it is: a key of ours, else the document's own word.
    pub label: String,
    /// Pairs of place and value, in the order of places. Every number is finite.
    pub points: Vec<(f64, f64)>,
}

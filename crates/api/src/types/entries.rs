//! What people write down themselves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, DocumentMillis};

/// The usual measurements with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum UsualMeasure {
    /// Heart rate, `/min`.
    Pulse,
    /// Body weight, `kg` or `[lb_av]`.
    Weight,
    /// Body temperature, `Cel` or `[degF]`.
    Temperature,
    /// Glucose in blood, `mmol/L` or `mg/dL`.
    Glucose,
    /// Oxygen saturation, `%`.
    OxygenSaturation,
}

/// An entry. Numbers are texts with a decimal point, so that their digits stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum OwnEntryBody {
    /// A text.
    Note {
        /// What it is called.
        title: String,
        /// What it says.
        text: String,
    },
    /// A blood pressure in mmHg.
    BloodPressure {
        /// The upper value.
        systolic: String,
        /// The lower value.
        diastolic: String,
        /// A remark; may be empty.
        remark: String,
    },
    /// One of the usual measurements.
    Usual {
        /// Which.
        measure: UsualMeasure,
        /// The value.
        value: String,
        /// UCUM code, one of those the measurement has.
        unit: String,
        /// A remark; may be empty.
        remark: String,
    },
    /// Any other measurement.
    Other {
        /// What was measured.
        name: String,
        /// The value.
        value: String,
        /// Its unit in words; may be empty.
        unit: String,
        /// A remark; may be empty.
        remark: String,
    },
}

/// An entry with its date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OwnEntryView {
    /// What it says.
    pub body: OwnEntryBody,
    /// When it was written or measured.
    pub at: DocumentMillis,
    /// Whether it can be changed now: it must be confirmed first.
    pub can_change: bool,
}

/// Writes an entry down, or a new version of one; answers with its row.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EntryWriteRequest {
    /// What it says.
    pub body: OwnEntryBody,
    /// When it was written or measured.
    pub at: DocumentMillis,
    /// Where to put it.
    pub collection: Collection,
    /// The entry it replaces.
    #[ts(optional = nullable)]
    pub replaces: Option<String>,
}

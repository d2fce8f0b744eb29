//! Who looked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, Millis, PersonView, Purpose};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum AccessOutcome {
    /// The hospital gave it out.
    Read,
    /// The hospital refused.
    Refused,
}

/// Whether hospital and reader say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum AccessAgreement {
    /// Both reported it.
    Both,
    /// Only one has reported so far; the other may still come.
    Waiting,
    /// Only the hospital reported it, and the reader should have by now, or was refused and has nothing to report.
    OnlyHospital,
    /// Only the reader reported it, and the hospital should have by now.
    OnlyReader,
}

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessRow {
    /// Identifier on this computer.
    pub id: String,
    /// Who.
    pub reader: PersonView,
    /// The record, when it was one.
    pub record_id: Option<String>,
    /// Its title.
    pub record_title: Option<String>,
    /// The collection, when its list was read, or the record's.
    pub collection: Option<Collection>,
    /// When.
    pub at: Millis,
    /// Why, as the reader said.
    pub purpose: Option<Purpose>,
    /// What came of it.
    pub outcome: AccessOutcome,
    /// Why it was refused, in English.
    pub refusal: Option<String>,
    /// Whether both sides agree.
    pub agreement: AccessAgreement,
    /// Needs attention: a refusal, or a read only one side reports.
    pub flagged: bool,
    /// Hospital that was asked.
    pub hospital: String,
    /// Height of the block with the hospital's receipt.
    pub receipt_height: Option<u64>,
    /// The reader's signature on the request (64 bytes) and the hospital's challenge it answers (32 bytes), hex: evidence
    /// that it was them. None unless the signature was checked.
    pub evidence: Option<String>,
}

/// Asks who looked, newest first.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessLogRequest {
    /// Only those that need attention.
    pub flagged_only: bool,
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessLogView {
    /// Newest first, at most 1,000.
    pub rows: Vec<AccessRow>,
    /// How many of all need attention.
    pub flagged: u32,
}

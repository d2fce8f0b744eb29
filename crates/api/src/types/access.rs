//! Who looked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, Language, Millis, PersonView, Purpose};

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
    /// The signature on the request is not the reader's: somebody else may have used their permission.
    pub not_the_reader: bool,
    /// The grant that was used.
    pub grant_id: Option<String>,
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

/// Which accesses are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum AccessWhich {
    /// All.
    #[default]
    All,
    /// Those that need attention.
    Flagged,
    /// What a hospital refused.
    Refused,
    /// Records that were opened: no looks at lists, no refusals.
    Opened,
}

/// Narrows the log down. What is left out does not matter.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessFilter {
    /// Which.
    #[serde(default)]
    #[ts(optional, as = "Option<AccessWhich>")]
    pub which: AccessWhich,
    /// By whom.
    #[ts(optional = nullable)]
    pub person_id: Option<String>,
    /// Of which record.
    #[ts(optional = nullable)]
    pub record_id: Option<String>,
    /// Not before.
    #[ts(optional = nullable)]
    pub from: Option<Millis>,
    /// Before.
    #[ts(optional = nullable)]
    pub to: Option<Millis>,
    /// Part of a name, a title or a hospital.
    #[ts(optional = nullable)]
    pub text: Option<String>,
}

/// Asks who looked, newest first.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessLogRequest {
    /// Which of them.
    #[serde(default)]
    pub filter: AccessFilter,
    /// How many to leave out at the beginning.
    #[ts(optional = nullable)]
    pub offset: Option<u32>,
    /// How many at most; 100 unless told, 1,000 at most.
    #[ts(optional = nullable)]
    pub limit: Option<u32>,
}

/// A record the log speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessedRecord {
    /// Which one.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessLogView {
    /// Newest first.
    pub rows: Vec<AccessRow>,
    /// How many there are with this filter.
    pub total: u32,
    /// How many of all need attention.
    pub flagged: u32,
    /// Everybody in the log, by name.
    pub people: Vec<PersonView>,
    /// Every record in the log, by title.
    pub records: Vec<AccessedRecord>,
}

/// As what the log is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum AccessFormat {
    /// A table, for people.
    Csv,
    /// With the hospitals' receipts and the readers' signatures, for checking.
    Json,
}

/// Saves the log to a file.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AccessExportRequest {
    /// Which of it.
    #[serde(default)]
    pub filter: AccessFilter,
    /// Where to, an absolute path.
    pub path: String,
    /// As what.
    pub format: AccessFormat,
    /// Language of the table's words.
    pub language: Language,
}

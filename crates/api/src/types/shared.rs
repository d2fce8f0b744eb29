//! What others share with this person: a clinician's patients, a family member's relatives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{GrantWhat, Millis, PersonView, Purpose, RecordRow};

/// Whether a share can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ShareState {
    /// Can be read.
    Active,
    /// Has not begun.
    NotYet,
    /// Past its end.
    Expired,
    /// Stopped by the patient.
    Stopped,
}

/// One grant, as its receiver sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ShareView {
    /// Identifier on this computer.
    pub id: String,
    /// What.
    pub what: GrantWhat,
    /// When it came.
    pub received: Millis,
    /// Until when; none for no end.
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// Can it be used.
    pub state: ShareState,
}

/// A person who shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SharerView {
    /// The patient, under the name they chose.
    pub patient: PersonView,
    /// What they share, newest first.
    pub shares: Vec<ShareView>,
    /// Records that can be read, as far as known.
    pub records: u32,
    /// Of these, not opened yet.
    pub unread: u32,
    /// Newest share or record.
    pub latest: Millis,
}

/// Asks who shares with this person, newest first; people whose shares all ended come last.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SharedListRequest {}

/// Who shares with this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SharedListView {
    /// The people.
    pub people: Vec<SharerView>,
}

/// Asks for one person's records that can be read; reads their catalogues at the hospitals.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SharedRecordsRequest {
    /// The patient, `care1…`.
    pub patient_id: String,
}

/// One person's records that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SharedRecordsView {
    /// Whose.
    pub sharer: SharerView,
    /// Newest first.
    pub records: Vec<RecordRow>,
    /// Hospitals that did not answer, so that records may be missing.
    pub unreachable: Vec<String>,
}

//! What clinicians write for patients.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, Millis, PeopleView, PersonView};

/// Asks which patients this clinician can write for: those who share, and those registered at the same hospital.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicRecipientsRequest {}

/// Patients one can write for.
pub type ClinicRecipientsView = PeopleView;

/// Writes a note into a patient's records; answers with the task.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicWriteRequest {
    /// The patient, `care1…`.
    pub patient_id: String,
    /// Title.
    pub title: String,
    /// The note, at most 64 KiB.
    pub text: String,
    /// Suggested collection; the patient can move it.
    pub collection: Collection,
    /// It is advice to the patient, rather than a note about them.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub advice: Option<bool>,
}

/// Attaches a file to a patient's records; answers with the task.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicAttachRequest {
    /// The patient, `care1…`.
    pub patient_id: String,
    /// Absolute path from the open dialog.
    pub path: String,
    /// Title.
    pub title: String,
    /// Suggested collection; the patient can move it.
    pub collection: Collection,
}

/// Asks what this clinician wrote, newest first.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicWrittenRequest {}

/// How far something written is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
#[ts(export)]
pub enum WrittenState {
    /// Kept on this computer, will be sent.
    Saved,
    /// A hospital has it.
    Sent,
    /// In a certified block: the patient has it.
    Confirmed {
        /// Height of the block.
        height: u64,
        /// Its time.
        at: Millis,
    },
}

/// Something written for a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WrittenRow {
    /// Record reference T1, hex.
    pub record_id: String,
    /// Title.
    pub title: String,
    /// For whom.
    pub patient: PersonView,
    /// When it was written.
    pub created: Millis,
    /// How far it is.
    pub state: WrittenState,
}

/// What this clinician wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WrittenView {
    /// Newest first, at most 100.
    pub rows: Vec<WrittenRow>,
}

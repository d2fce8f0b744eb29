//! Files inside records: the letter in a bundle, the PDF in a clinical document.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::RecordContent;

/// Opens a file inside a record.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PartOpenRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// The number that the page gives it, in decimal digits.
    pub part: String,
}

/// A file inside a record.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FilePartView {
    /// What to call it when it is saved.
    pub file_name: String,
    /// What it says.
    pub content: RecordContent,
    /// A picture or PDF of up to 20 MiB: `data:image/png;base64,…`.
    pub src: Option<String>,
}

/// Writes a file inside a record to a file of its own.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PartExportRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// The number that the page gives it, in decimal digits.
    pub part: String,
    /// Absolute path from the save dialog.
    pub path: String,
}

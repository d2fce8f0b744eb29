//! Pictures that the window draws itself, such as a code to photograph.

use serde::Deserialize;
use ts_rs::TS;

/// Writes a picture of the window to a file.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PictureSaveRequest {
    /// Absolute path from the save dialog.
    pub path: String,
    /// The PNG file, in base64.
    pub png: String,
}

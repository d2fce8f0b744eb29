//! What program this is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks what program this is.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AboutAppRequest {}

/// The program and its place on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AboutAppView {
    /// Its version.
    pub version: String,
    /// The kind of system it runs on.
    pub system: String,
    /// Folder in which profiles, vaults and the ledger lie.
    pub data_folder: String,
}

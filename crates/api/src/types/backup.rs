//! Backup files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Custody, Millis, SecretText};

/// Saves everything of this window's profile into one file; answers with the task.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupSaveRequest {
    /// Where to.
    pub path: String,
    /// The present PIN or passphrase; none for a profile that the key store opens.
    #[ts(optional = nullable)]
    pub secret: Option<SecretText>,
    /// What shall open the file.
    pub passphrase: SecretText,
}

/// Opens a backup and looks what is in it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupInspectRequest {
    /// Where it is.
    pub path: String,
    /// What opens it.
    pub passphrase: SecretText,
}

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupView {
    /// When it was made.
    pub created: Millis,
}

/// Brings a profile back from a backup; answers with the task.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupRestoreRequest {
    /// Where it is.
    pub path: String,
    /// What opens it.
    pub passphrase: SecretText,
    /// What shall open the profile on this computer.
    pub custody: Custody,
    /// The PIN or passphrase for that.
    #[ts(optional = nullable)]
    pub new_secret: Option<SecretText>,
    /// A profile of this computer that cannot be opened any more and goes when everything is back.
    #[ts(optional = nullable)]
    pub replaces: Option<String>,
}

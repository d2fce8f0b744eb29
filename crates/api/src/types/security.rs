//! How a profile is locked, and what is done when it cannot be opened.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Custody, ErrorCode, KeyringState, Millis, SecretText};

/// What stands between a locked profile and its person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LockView {
    /// Milliseconds until the next try is allowed; 0 for now.
    pub wait: Millis,
    /// Wrong tries in a row.
    pub wrong_tries: u32,
    /// Tries left before the next wait.
    pub tries_left: u32,
    /// Why the keys could not be fetched the last time, unless it was the PIN or the passphrase.
    pub trouble: Option<ErrorCode>,
    /// Under which login the keys were stored, when it is another one than now.
    pub login: Option<String>,
}

/// Asks how this window's profile is locked.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SecurityGetRequest {}

/// How a profile is locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SecurityView {
    /// What opens it.
    pub custody: Custody,
    /// What the computer's key store says.
    pub keyring: KeyringState,
    /// Locks after so many minutes without anybody at the keys; 0 for never.
    pub auto_lock_minutes: u32,
    /// Locks when the window is hidden.
    pub lock_when_hidden: bool,
    /// When a backup was last saved.
    pub backed_up: Option<Millis>,
    /// What remained in the old place after the keys were moved, in English.
    pub leftover: Option<String>,
}

/// Changes what is given, answers with everything.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SecuritySetRequest {
    /// 0 for never, else up to a day.
    #[ts(optional = nullable)]
    pub auto_lock_minutes: Option<u32>,
    /// Lock when the window is hidden.
    #[ts(optional = nullable)]
    pub lock_when_hidden: Option<bool>,
}

/// Puts the keys elsewhere, or under another PIN or passphrase.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SecurityChangeRequest {
    /// The present PIN or passphrase; none for a profile that the key store opens.
    #[ts(optional = nullable)]
    pub secret: Option<SecretText>,
    /// What shall open it.
    pub custody: Custody,
    /// The new PIN or passphrase.
    #[ts(optional = nullable)]
    pub new_secret: Option<SecretText>,
}

/// Asks for the 24 words again.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SecurityWordsRequest {
    /// The PIN or passphrase; none for a profile that the key store opens.
    #[ts(optional = nullable)]
    pub secret: Option<SecretText>,
}

/// The 24 words of an open profile.
#[derive(Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryWordsView {
    /// In order.
    pub words: Vec<String>,
}

impl std::fmt::Debug for RecoveryWordsView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryWordsView(<redacted>)")
    }
}

/// Somebody is at the keys, or the window was hidden.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileActivityRequest {
    /// The window was minimised or covered.
    pub hidden: bool,
}

/// Gives an own profile another name on this computer; certificates keep theirs.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileRenameRequest {
    /// Which profile.
    pub profile_id: String,
    /// The new name; empty goes back to the certificate's.
    pub name: String,
}

/// Removes an own profile from this computer, with its keys.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileRemoveRequest {
    /// Which profile.
    pub profile_id: String,
}

/// Asks for the list from which the 24 words are taken.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WordListRequest {}

/// The list of BIP-39, in order.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WordListView {
    /// 2048 words.
    pub words: Vec<String>,
}

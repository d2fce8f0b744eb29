//! Profiles, windows and their locks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{HospitalView, LockView, Role, SecretText, SettingsView};

/// Where the wallet's keys are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Custody {
    /// The computer's key store.
    Keyring,
    /// A file sealed with a PIN and a secret in the computer's key store.
    Pin,
    /// A file sealed with a passphrase.
    Passphrase,
}

/// A person who can be opened on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileView {
    /// Stable name of the profile on this computer, such as `maria`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Letters for the round badge.
    pub initials: String,
    /// Role of the certificate.
    pub role: Role,
    /// One more thing to know them by, such as the specialty and hospital; from the certificate.
    pub about: Option<String>,
    /// A made-up person of the sample network.
    pub sample: bool,
    /// Where the keys are.
    pub custody: Custody,
    /// Needs to be unlocked before use.
    pub locked: bool,
    /// Has a certificate of the network.
    pub enrolled: bool,
    /// Already open in a window of this program.
    pub open: bool,
}

/// State of the network as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum NetworkPhase {
    /// The sample network is being started, or the first contact is still being made.
    Starting,
    /// At least one hospital answers.
    Online,
    /// No hospital answers.
    Offline,
    /// Could not be started; `detail` says why.
    Failed,
}

/// The network this program talks to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworkView {
    /// How it is.
    pub phase: NetworkPhase,
    /// Name from the network file.
    pub name: String,
    /// Runs inside this program with made-up people.
    pub sample: bool,
    /// Its hospitals.
    pub hospitals: Vec<HospitalView>,
    /// Why it failed, in English.
    pub detail: Option<String>,
}

/// What this window should show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SessionStage {
    /// No profile yet: the start screen.
    Start,
    /// A wallet was made; its words are not confirmed yet.
    ConfirmWords,
    /// The wallet needs an enrolment code.
    Enrol,
    /// The wallet is locked.
    Locked,
    /// Ready.
    Open,
}

/// This window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SessionView {
    /// What to show.
    pub stage: SessionStage,
    /// Whose window it is, unless it is the start screen.
    pub profile: Option<ProfileView>,
    /// Participant identifier `care1…` once enrolled.
    pub participant_id: Option<String>,
    /// What stands in the way, while it is locked.
    pub lock: Option<LockView>,
    /// The network.
    pub network: NetworkView,
    /// Language and theme.
    pub settings: SettingsView,
}

/// Asks what this window should show.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SessionStateRequest {}

/// Asks for the people of the start screen, sample people first.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfilesListRequest {}

/// The start screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfilesView {
    /// Everyone who can be opened here.
    pub profiles: Vec<ProfileView>,
}

/// Opens a profile: in this window when it shows the start screen, else (or with `newWindow`) in one of its own. A profile
/// that is open already has its window brought forward.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileOpenRequest {
    /// Which profile.
    pub profile_id: String,
    /// Leave this window as it is.
    pub new_window: bool,
}

/// Goes back to the start screen in this window; the profile stays unlocked on this computer as before.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileCloseRequest {}

/// Opens the keys of this window's profile.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileUnlockRequest {
    /// The PIN or passphrase; none asks the key store.
    #[ts(optional = nullable)]
    pub passphrase: Option<SecretText>,
}

/// Forgets the keys of this window's profile until it is unlocked again.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileLockRequest {}

/// Asks how the network is.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworkStateRequest {}

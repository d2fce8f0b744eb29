//! Recovery by people: the patient's splitting, what is kept for others, and calls for help.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Millis, PersonView, SecretText};

/// Asks for everything about recovery by people in this profile.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryRequest {}

/// Recovery by people in this profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryView {
    /// Who holds parts for this person; none if nothing was split, or it was ended.
    pub own: Option<OwnRecoveryView>,
    /// Calls for help with this person's own records, made by nobody known, the newest first.
    pub alarms: Vec<RecoveryAlarmView>,
    /// Parts this person keeps for others.
    pub kept: Vec<KeptPartView>,
    /// Calls for help this person answered, the newest first.
    pub calls: Vec<HelpCallView>,
    /// Splitting asks for the PIN or passphrase.
    pub asks_secret: bool,
}

/// The parts of this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OwnRecoveryView {
    /// So many parts are needed.
    pub threshold: u8,
    /// So many were made.
    pub count: u32,
    /// Days between a holder's yes and the release of their part.
    pub waiting_days: u16,
    /// When.
    pub created: Millis,
    /// Who holds one; after a restore, those who were heard of since.
    pub holders: Vec<RecoveryHolderView>,
}

/// How a holder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RecoveryHolderState {
    /// Was asked, has not answered.
    Asked,
    /// Keeps the part.
    Keeps,
    /// Does not want to.
    GaveBack,
}

/// One holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryHolderView {
    /// Who.
    pub person: PersonView,
    /// How they stand.
    pub state: RecoveryHolderState,
    /// Since when.
    pub since: Millis,
    /// The last word from them.
    pub heard: Option<Millis>,
}

/// What a holder answered to a call for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum HelpAnswer {
    /// Agreed; the waiting period runs.
    Agreed,
    /// Declined.
    Declined,
    /// Stopped by the owner.
    Stopped,
    /// The part has gone out.
    Released,
}

/// Somebody calls for help with this person's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryAlarmView {
    /// Names it.
    pub call_id: String,
    /// When the first word of it came.
    pub at: Millis,
    /// This person stopped it.
    pub stopped: bool,
    /// It can still be stopped.
    pub open: bool,
    /// When the first part goes out unless it is stopped.
    pub release_at: Option<Millis>,
    /// Who was asked, and what they answered.
    pub told: Vec<RecoveryToldView>,
}

/// What one holder told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryToldView {
    /// Their name.
    pub name: String,
    /// What they answered.
    pub answer: HelpAnswer,
}

/// A part this person keeps for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct KeptPartView {
    /// For whom.
    pub patient: PersonView,
    /// So many parts are needed.
    pub threshold: u8,
    /// So many were made.
    pub count: u32,
    /// Days between a yes and the release.
    pub waiting_days: u16,
    /// Since when.
    pub since: Millis,
    /// Not looked at yet.
    pub unread: bool,
}

/// How a call for help stands that this person was told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum HelpCallState {
    /// Agreed to; the waiting period runs.
    Waiting,
    /// Declined.
    Declined,
    /// Stopped by the patient.
    Stopped,
    /// The part is on its way.
    Released,
    /// The new computer has it.
    Arrived,
}

/// A call for help that this person answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpCallView {
    /// Names it.
    pub call_id: String,
    /// Whose records.
    pub patient_id: String,
    /// Their name.
    pub patient: String,
    /// How it stands.
    pub state: HelpCallState,
    /// Since when.
    pub at: Millis,
    /// When the part goes out.
    pub release_at: Option<Millis>,
}

/// Splits this person's recovery anew, in place of what was split before.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoverySplitRequest {
    /// Who gets a part each.
    pub holder_ids: Vec<String>,
    /// How many of them are needed.
    pub threshold: u8,
    /// Days between a holder's yes and the release of their part.
    pub waiting_days: u16,
    /// The PIN or passphrase; none for a profile that the key store opens.
    #[ts(optional = nullable)]
    pub secret: Option<SecretText>,
}

/// Ends recovery by people: every holder is asked to delete their part.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryEndRequest {}

/// Stops a call for help that is not this person's.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryStopRequest {
    /// Which.
    pub call_id: String,
}

/// A call for help that is over need not be shown any more.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryDismissRequest {
    /// Which.
    pub call_id: String,
}

/// This person has seen that somebody entrusted a part to them.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoverySeenRequest {
    /// For whom the part is.
    pub patient_id: String,
}

/// Deletes a part; the patient is told.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecoveryGiveBackRequest {
    /// For whom the part is.
    pub patient_id: String,
}

/// Looks for the call for help with a number that somebody read out.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpFindRequest {
    /// 16 digits; spaces and dashes are ignored.
    pub number: String,
}

/// A call for help that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpFoundView {
    /// The name that was typed on the new computer. Only the voice on the telephone says whether it is true.
    pub name: String,
    /// When it began.
    pub at: Millis,
}

/// Answers a call for help.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpAnswerRequest {
    /// As for [`HelpFindRequest`].
    pub number: String,
    /// Whose part is asked for.
    pub patient_id: String,
    /// Give it.
    pub agree: bool,
}

/// How a call for help of this computer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum HelpStage {
    /// There is none.
    None,
    /// There is one, and its PIN or passphrase is needed to go on.
    Locked,
    /// It is being left at the hospitals.
    Calling,
    /// The number can be used.
    Waiting,
    /// There are enough parts.
    Ready,
}

/// How a holder stands to this computer's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum HelpHolderState {
    /// Agreed; the part comes later.
    Agreed,
    /// Declined.
    Declined,
    /// The owner has stopped it.
    Stopped,
    /// The part is on its way.
    Released,
    /// The part is here.
    Arrived,
    /// What came is not the part that was handed out.
    Wrong,
    /// Holds an older part than the others.
    Other,
}

/// What a holder has answered to this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpHolderView {
    /// Their name.
    pub name: String,
    /// Letters for the round badge.
    pub initials: String,
    /// How they stand.
    pub state: HelpHolderState,
    /// When the part comes.
    pub release_at: Option<Millis>,
}

/// This computer's call for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpView {
    /// How it stands.
    pub stage: HelpStage,
    /// The name that was typed.
    pub name: String,
    /// Four groups of four digits, to be read to the holders; empty while it is locked.
    pub number: String,
    /// When it began.
    pub started: Millis,
    /// Whose records they are, as soon as a holder has answered.
    pub patient: Option<String>,
    /// So many parts are needed, as soon as that is known.
    pub threshold: Option<u8>,
    /// So many parts are here.
    pub arrived: u32,
    /// Everybody who has answered.
    pub holders: Vec<HelpHolderView>,
    /// What opens it.
    pub custody: super::Custody,
}

/// Asks how this computer's call for help stands.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpStateRequest {}

/// Begins a call for help on a new computer.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpStartRequest {
    /// The person's name.
    pub name: String,
    /// Where to keep the keys, now and when everything is back.
    pub custody: super::Custody,
    /// The PIN or passphrase; not needed for the key store.
    #[ts(optional = nullable)]
    pub passphrase: Option<SecretText>,
}

/// Goes on with a call after the program was closed.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpUnlockRequest {
    /// The PIN or passphrase; none asks the key store.
    #[ts(optional = nullable)]
    pub passphrase: Option<SecretText>,
}

/// Puts the parts together and rebuilds the profile; answers with the task.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpFinishRequest {}

/// Gives up this computer's call and forgets what has arrived.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HelpCancelRequest {}

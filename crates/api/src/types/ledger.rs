//! The ledger's state, in words and in figures.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Millis;

/// How this computer stands to the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum LedgerPhase {
    /// Has the newest certified head.
    UpToDate,
    /// Is reading towards it.
    CatchingUp,
    /// No hospital answers.
    Offline,
    /// Hospitals answer, but nothing becomes final though something of this person waits.
    Paused,
    /// Only answers that do not check out; what is shown is the last good state.
    Untrusted,
}

/// How a hospital stands to the ledger this computer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum HospitalStance {
    /// Was not asked yet.
    Unknown,
    /// Shows the same.
    Agrees,
    /// Does not answer.
    Silent,
    /// Shows an older state than others.
    Behind,
    /// Showed something that does not fit and is asked last.
    Untrusted,
}

/// One hospital of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LedgerHospital {
    /// Identifier, hex.
    pub id: String,
    /// Display name.
    pub name: String,
    /// How it stands.
    pub stance: HospitalStance,
    /// Since when it is silent or behind.
    pub since: Option<Millis>,
}

/// What did not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum NoticedKind {
    /// Showed another history than the one this computer follows, signed as well.
    Equivocation,
    /// Signed two histories.
    SignedTwice,
    /// Showed a state that too few hospitals signed.
    ForgedHead,
    /// Showed blocks or proofs that do not hold.
    WrongProof,
    /// Left out changes of the registry.
    HiddenRegistry,
    /// Did not hand out what it announced.
    Withheld,
    /// Stayed behind for long, though it answered.
    Stale,
}

/// Something a hospital did that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NoticedView {
    /// Which hospital.
    pub hospital_id: String,
    /// Its name.
    pub hospital: String,
    /// What.
    pub kind: NoticedKind,
    /// Noticed first.
    pub first_seen: Millis,
    /// Noticed last.
    pub last_seen: Millis,
    /// How often.
    pub count: u32,
    /// There is a proof that others can check.
    pub proof: bool,
    /// It is why the hospital is not relied on now.
    pub now: bool,
}

/// Writes the proof against a hospital to a JSON file that can be checked without CareKey.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EvidenceExportRequest {
    /// Which hospital.
    pub hospital_id: String,
    /// Absolute path from the save dialog.
    pub path: String,
}

/// Asks for the ledger's state.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LedgerStateRequest {}

/// The ledger's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LedgerView {
    /// In a word.
    pub phase: LedgerPhase,
    /// Height of the newest checked head.
    pub height: u64,
    /// Height up to which this wallet has looked for its notes.
    pub scanned_height: u64,
    /// Hash of the head, hex.
    pub head_hash: String,
    /// Time of the head.
    pub at: Millis,
    /// Names of the hospitals that signed it.
    pub signed_by: Vec<String>,
    /// Last time a hospital answered.
    pub last_contact: Option<Millis>,
    /// Changes made here that are not confirmed yet.
    pub pending: u32,
    /// Name of the network.
    pub network_name: String,
    /// Network identifier, hex.
    pub network_id: String,
    /// Its hospitals, but for those that have retired.
    pub hospitals: Vec<LedgerHospital>,
    /// When they were last compared.
    pub compared_at: Option<Millis>,
    /// What did not fit, since this profile was made; the gravest first.
    pub noticed: Vec<NoticedView>,
}

/// Checks again that every own record stands in the ledger that the hospitals agree on.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LedgerVerifyRequest {}

/// Asks what the last such check found.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LedgerVerifiedRequest {}

/// What the last check found; nothing before there was one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VerifiedView {
    /// The last check.
    pub last: Option<Verified>,
}

/// A check of all own records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Verified {
    /// When it ended.
    pub at: Millis,
    /// Height of the newest block it was checked against.
    pub height: u64,
    /// Records whose proof holds.
    pub held: u32,
    /// Titles of those whose proof does not hold.
    pub failed: Vec<String>,
    /// Records nobody could be asked about.
    pub unreachable: u32,
    /// Records on their way, for which there is no proof yet.
    pub waiting: u32,
}

//! The ledger's state, in words and in figures.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{HospitalView, Millis};

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
    /// A hospital gave an answer that does not check out; what is shown is the last good state.
    Untrusted,
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
    /// Its hospitals.
    pub hospitals: Vec<HospitalView>,
}

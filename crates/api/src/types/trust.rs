//! Why a record can be believed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Millis, PersonView};

/// The outcome of all checks of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TrustState {
    /// All checks held.
    Verified,
    /// Not in a certified block yet, or not fetched yet.
    Pending,
    /// A check failed.
    Failed,
}

/// One check, in the order they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TrustCheck {
    /// The block is certified by enough hospitals.
    BlockCertified,
    /// The anchor is in the block.
    AnchorIncluded,
    /// The sealed bytes are those that were anchored.
    ContentUnchanged,
    /// The author's certificate is genuine, in date and not withdrawn.
    AuthorCertificate,
    /// The author signed this content.
    AuthorSignature,
    /// The author signed it for this patient.
    PatientMatches,
}

/// What a check said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum CheckOutcome {
    /// Held.
    Held,
    /// Did not hold.
    Failed,
    /// Not made, because an earlier one failed or its input is missing.
    NotMade,
}

/// A check and its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckView {
    /// Which check.
    pub check: TrustCheck,
    /// What it said.
    pub outcome: CheckOutcome,
    /// Technical detail of a failure.
    pub detail: Option<String>,
}

/// The one line of trust above a record, and what is behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustView {
    /// The outcome.
    pub state: TrustState,
    /// Who signed it.
    pub author: PersonView,
    /// The owner added it themselves.
    pub self_reported: bool,
    /// Time of the block that fixed it.
    pub unchanged_since: Option<Millis>,
    /// Names of the hospitals that signed that block.
    pub confirmed_by: Vec<String>,
    /// All checks, in order.
    pub checks: Vec<CheckView>,
}

/// Asks for everything behind the trust line.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordProofRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
}

/// Writes the proof to a JSON file that can be checked without CareKey.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProofExportRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// Absolute path from the save dialog.
    pub path: String,
}

/// The author's certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CertificateView {
    /// Serial number.
    pub serial: String,
    /// Who it names.
    pub person: PersonView,
    /// Signing key, hex.
    pub identity_key: String,
    /// First moment of validity.
    pub valid_from: Millis,
    /// Last moment of validity.
    pub valid_to: Millis,
}

/// Where the record stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InclusionView {
    /// Transaction, hex.
    pub transaction_id: String,
    /// Height of the block.
    pub height: u64,
    /// Hash of the block, hex.
    pub block_hash: String,
    /// Transaction root of the block, hex.
    pub transaction_root: String,
    /// Time of the block.
    pub at: Millis,
    /// Sibling hashes from the leaf to the root, hex.
    pub path: Vec<String>,
    /// Names of the hospitals that signed the block.
    pub signed_by: Vec<String>,
}

/// The whole proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProofView {
    /// Record reference T1, hex.
    pub record_id: String,
    /// Merkle root over the sealed bytes, hex.
    pub content_root: String,
    /// What the ledger holds of it (eh1), hex.
    pub anchor: String,
    /// The author's certificate; none if the record is self-reported and the own certificate is not fetched.
    pub certificate: Option<CertificateView>,
    /// Where it stands; none while it waits for its block.
    pub inclusion: Option<InclusionView>,
    /// All checks, in order.
    pub checks: Vec<CheckView>,
}

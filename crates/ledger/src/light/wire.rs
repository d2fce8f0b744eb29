//! What hospitals send to light clients.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::InclusionProof;
use carekey_protocol::Transaction;

use crate::block::CompactBlock;
use crate::bounded;
use crate::limits::{BATCH_BLOCKS_MAX, SET_CHANGES_MAX, TRANSACTIONS_PER_BLOCK_MAX};
use crate::proof::{LedgerProof, TransactionProof};
use crate::vote::{CertifiedHeader, QuorumCertificate};

/// A block that changed the validator set, sealed by the set before it, with the registrations that did so.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SetChange {
    /// The block's header.
    pub certified: CertifiedHeader,
    /// Its hospital registrations in order, each proved.
    #[borsh(deserialize_with = "bounded::vec::<TRANSACTIONS_PER_BLOCK_MAX, _, _>")]
    pub registrations: Vec<(Transaction, TransactionProof)>,
}

/// Leads a client from its head to a newer one.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CatchUp {
    /// The newer head. Not the newest if more than [`SET_CHANGES_MAX`] set changes lie between; then ask again.
    pub target: CertifiedHeader,
    /// All set-changing blocks above the client's head up to the target, ascending.
    #[borsh(deserialize_with = "bounded::vec::<SET_CHANGES_MAX, _, _>")]
    pub changes: Vec<SetChange>,
    /// Shows that the client's head is an ancestor of the target.
    pub ancestry: InclusionProof,
}

/// Consecutive compact blocks.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactBatch {
    /// The blocks, ascending.
    #[borsh(deserialize_with = "bounded::vec::<BATCH_BLOCKS_MAX, _, _>")]
    pub blocks: Vec<CompactBlock>,
    /// The set-changing ones among them.
    #[borsh(deserialize_with = "bounded::vec::<SET_CHANGES_MAX, _, _>")]
    pub changes: Vec<SetChange>,
    /// Makes the last one final.
    pub certificate: QuorumCertificate,
}

/// A transaction and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProvenTransaction {
    /// The transaction.
    pub transaction: Transaction,
    /// Its place.
    pub proof: LedgerProof,
}

//! Why a light client did not move.

use carekey_protocol::transaction::TransactionError;
use carekey_protocol::{BlockHeight, DecodeError};

use crate::proof::ProofError;
use crate::validators::ValidatorSetError;
use crate::vote::{CertificateInvalid, Equivocation};

/// What is wrong with an answer. The client has not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LightError {
    /// For another network.
    #[error("answer is for another network")]
    Network,
    /// The hospital's head is older than ours: it lags behind, or hides blocks.
    #[error("hospital's ledger ends at block {theirs}, this one is at {ours}")]
    Stale {
        /// Our head.
        ours: BlockHeight,
        /// Its head.
        theirs: BlockHeight,
    },
    /// Two certified headers of one height: proof that hospitals have signed two histories.
    #[error("hospitals have sealed two different blocks {}", .0.first.header.height)]
    Equivocation(Box<Equivocation>),
    /// A certified header that is not shown to descend from our head: a fork, or a false proof.
    #[error("block {0} is not shown to continue the known chain")]
    NotAnExtension(BlockHeight),
    /// The certificate does not hold.
    #[error("block {height}: {reason}")]
    Certificate {
        /// The header's height.
        height: BlockHeight,
        /// What is wrong.
        reason: CertificateInvalid,
    },
    /// The validator set has changed and the blocks that changed it are not part of the answer.
    #[error("validator set of block {0} is not explained")]
    SetChangesMissing(BlockHeight),
    /// A set-changing block does not lead to the set that its header names, or is out of order.
    #[error("set change in block {0} does not hold")]
    SetChange(BlockHeight),
    /// A registration leads to an unusable set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// A transaction in the answer does not hold.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// A proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A batch without blocks.
    #[error("batch is empty")]
    EmptyBatch,
    /// A compact block does not follow the one before it.
    #[error("compact block {0} does not follow the one before it")]
    Link(BlockHeight),
    /// A compact block's transactions are not those of its header.
    #[error("transactions of compact block {0} are not those of its header")]
    Entries(BlockHeight),
    /// A registry change was skipped.
    #[error("registry change {found} came, expected {expected}")]
    RegistryGap {
        /// The next number.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// Not a registry change.
    #[error("transaction is not a registry change")]
    NotRegistry,
    /// Saved state that does not decode.
    #[error(transparent)]
    State(#[from] DecodeError),
}

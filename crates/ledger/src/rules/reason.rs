//! Why a transaction may not stand in the next block.

use carekey_protocol::TxId;
use carekey_protocol::transaction::{TRANSACTION_BYTES_MAX, TransactionError};

use crate::store::StoreError;
use crate::validators::ValidatorSetError;

/// Why a transaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Wrong whatever the ledger's state.
    #[error(transparent)]
    Invalid(#[from] TransactionError),
    /// Longer than [`TRANSACTION_BYTES_MAX`].
    #[error("transaction of {bytes} bytes exceeds {TRANSACTION_BYTES_MAX}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// It already stands in the chain, or twice in the block.
    #[error("transaction is already recorded")]
    Duplicate,
    /// Its pseudonym was used before.
    #[error("pseudonym was already used")]
    PseudonymUsed,
    /// The registry's numbers are consecutive.
    #[error("registry change has number {found}, expected {expected}")]
    Sequence {
        /// The next number.
        expected: u64,
        /// The number it has.
        found: u64,
    },
    /// The registry change would leave a set of hospitals that cannot seal blocks.
    #[error("registry change leaves an unusable validator set: {0}")]
    Validators(#[from] ValidatorSetError),
    /// The certificate is already revoked.
    #[error("certificate is already revoked")]
    CertificateAlreadyRevoked,
    /// The sigma was already revealed.
    #[error("grant is already revoked")]
    AlreadyRevoked,
    /// There is no such anchor.
    #[error("transaction {0} is not an anchor on this ledger")]
    AnchorUnknown(TxId),
    /// The anchor was erased before.
    #[error("record is already erased")]
    AlreadyErased,
    /// The preimage does not open the anchor's commitment.
    #[error("preimage does not open the anchor's erasure commitment")]
    PreimageWrong,
    /// The proposed block has no room; try the next one.
    #[error("block is full")]
    BlockFull,
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

//! Checking a block against the state it wants to extend.

use carekey_crypto::Digest;
use carekey_protocol::pseudonym::{epoch_accepted, verify_pseudonym};
use carekey_protocol::transaction::{TRANSACTION_BYTES_MAX, TransactionError};
use carekey_protocol::{BlockHeight, Genesis, HospitalId, Transaction, TxId, UnixMillis, encode};
use rayon::prelude::*;

use super::effects::{Effects, Overlay};
use super::reason::Reason;
use super::state::StateView;
use crate::block::{Block, BlockEntry, CompactEntry, PrunedAnchor, transaction_root};
use crate::header::Header;
use crate::limits::{BLOCK_BYTES_MAX, CLOCK_AHEAD_MS_MAX, TRANSACTIONS_PER_BLOCK_MAX};
use crate::store::StoreError;
use crate::validators::ValidatorSet;
use crate::vote::{CertificateInvalid, QuorumCertificate};

/// Why a block may not follow the head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Unknown header version.
    #[error("unknown header version {0}")]
    Version(u8),
    /// For another network.
    #[error("block is for another network")]
    Network,
    /// Not the height after the head's.
    #[error("block has height {found}, expected {expected}")]
    Height {
        /// The height after the head's.
        expected: BlockHeight,
        /// The block's.
        found: BlockHeight,
    },
    /// Its parent is not the head.
    #[error("block does not follow the head of this chain")]
    Previous,
    /// Not later than its parent.
    #[error("block is not later than its parent")]
    TimeNotLater,
    /// Too far in the future.
    #[error("block's time is {0} ms ahead of this clock")]
    TimeAhead(u64),
    /// The proposer may not propose.
    #[error("proposer {0} is not a validator")]
    Proposer(HospitalId),
    /// Its validator set is not the one the chain determines.
    #[error("header names another validator set")]
    Validators,
    /// The set after it is not the one its registry changes determine.
    #[error("header names another next validator set")]
    NextValidators,
    /// The history root is not that of the headers before it.
    #[error("header names another history")]
    HistoryRoot,
    /// The transaction root is not that of its transactions.
    #[error("transactions are not those of the header")]
    TransactionRoot,
    /// More than [`TRANSACTIONS_PER_BLOCK_MAX`].
    #[error("{0} transactions in one block")]
    TooManyTransactions(usize),
    /// More than [`BLOCK_BYTES_MAX`].
    #[error("block of {0} bytes")]
    TooManyBytes(usize),
    /// A body is missing in a block that is not final yet.
    #[error("transaction {index} of a new block has no body")]
    Pruned {
        /// Its position.
        index: usize,
    },
    /// A transaction is refused.
    #[error("transaction {index} is refused: {reason}")]
    Transaction {
        /// Its position.
        index: usize,
        /// Why.
        reason: Reason,
    },
    /// The certificate does not make it final.
    #[error(transparent)]
    Certificate(#[from] CertificateInvalid),
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A block that may follow the head it was verified against, and what it changes. Only `verify_*` makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBlock {
    pub(crate) block: Block,
    pub(crate) compact: Vec<CompactEntry>,
    pub(crate) hash: Digest,
    pub(crate) validators: ValidatorSet,
    pub(crate) effects: Effects,
}

impl VerifiedBlock {
    /// The block.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// Hash of its header.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// The set whose certificate makes it final.
    pub fn validators(&self) -> &ValidatorSet {
        &self.validators
    }
}

/// Checks a new block; `now` is the checking clock. Changes nothing.
///
/// # Errors
/// [`BlockError`]: the first rule it breaks.
pub fn verify_block(
    view: &impl StateView,
    genesis: &Genesis,
    block: Block,
    now: UnixMillis,
) -> Result<VerifiedBlock, BlockError> {
    if let Some(index) = block.transactions.iter().position(|entry| matches!(entry, BlockEntry::Pruned(_))) {
        return Err(BlockError::Pruned { index });
    }
    verify(view, genesis, block, now)
}

/// Checks a block that the network has already made final, as a node does that catches up. Such a block may lack the
/// bodies of erased anchors.
///
/// # Errors
/// [`BlockError`].
pub fn verify_certified_block(
    view: &impl StateView,
    genesis: &Genesis,
    block: Block,
    certificate: &QuorumCertificate,
    now: UnixMillis,
) -> Result<VerifiedBlock, BlockError> {
    check_header(&view.head_header()?, genesis, &block.header, now)?;
    certificate.verify(&block.header, &view.next_validators()?)?;
    verify(view, genesis, block, now)
}

/// Whether a transaction could stand in the next block as things are: what a hospital asks before it takes one in.
///
/// # Errors
/// [`Reason`].
pub fn check_candidate(
    view: &impl StateView,
    genesis: &Genesis,
    transaction: &Transaction,
    now: UnixMillis,
) -> Result<(), Reason> {
    let txid = check_alone(transaction, genesis, now)?;
    Overlay::new(view)?.admit(txid, transaction)
}

fn verify(
    view: &impl StateView,
    genesis: &Genesis,
    block: Block,
    now: UnixMillis,
) -> Result<VerifiedBlock, BlockError> {
    let header = &block.header;
    check_header(&view.head_header()?, genesis, header, now)?;
    let validators = view.next_validators()?;
    if header.validators_hash != validators.hash() {
        return Err(BlockError::Validators);
    }
    if validators.get(header.proposer).is_none() {
        return Err(BlockError::Proposer(header.proposer));
    }
    if header.history_root != view.history()?.root() {
        return Err(BlockError::HistoryRoot);
    }
    let count = block.transactions.len();
    if count > TRANSACTIONS_PER_BLOCK_MAX {
        return Err(BlockError::TooManyTransactions(count));
    }
    let bytes = block.transactions.iter().map(|entry| entry.transaction().map_or(0, |one| encode(one).len())).sum();
    if bytes > BLOCK_BYTES_MAX {
        return Err(BlockError::TooManyBytes(bytes));
    }

    let compact: Vec<_> = block.transactions.par_iter().map(BlockEntry::compact).collect();
    if transaction_root(&compact) != header.transaction_root {
        return Err(BlockError::TransactionRoot);
    }
    let checked: Vec<_> =
        block.transactions.par_iter().map(|entry| check_entry_alone(entry, genesis, header.time)).collect();

    let mut overlay = Overlay::new(view)?;
    for (index, (entry, checked)) in block.transactions.iter().zip(checked).enumerate() {
        let admitted = checked.and_then(|txid| match entry {
            BlockEntry::Full(transaction) => overlay.admit(txid, transaction),
            BlockEntry::Pruned(pruned) => overlay.admit_pruned(pruned),
        });
        admitted.map_err(|reason| match reason {
            Reason::Store(error) => BlockError::Store(error),
            reason => BlockError::Transaction { index, reason },
        })?;
    }
    let effects = overlay.into_effects();
    if header.next_validators_hash != effects.next_validators.hash() {
        return Err(BlockError::NextValidators);
    }
    Ok(VerifiedBlock { hash: header.hash(), compact, validators, effects, block })
}

fn check_header(head: &Header, genesis: &Genesis, header: &Header, now: UnixMillis) -> Result<(), BlockError> {
    if header.version != Header::VERSION {
        return Err(BlockError::Version(header.version));
    }
    if header.network != genesis.network_id() {
        return Err(BlockError::Network);
    }
    if header.height != head.height.next() {
        return Err(BlockError::Height { expected: head.height.next(), found: header.height });
    }
    if header.previous != head.hash() {
        return Err(BlockError::Previous);
    }
    if header.time <= head.time {
        return Err(BlockError::TimeNotLater);
    }
    let ahead = header.time.0.saturating_sub(now.0);
    if ahead > CLOCK_AHEAD_MS_MAX {
        return Err(BlockError::TimeAhead(ahead));
    }
    Ok(())
}

fn check_entry_alone(entry: &BlockEntry, genesis: &Genesis, time: UnixMillis) -> Result<TxId, Reason> {
    match entry {
        BlockEntry::Full(transaction) => check_alone(transaction, genesis, time),
        BlockEntry::Pruned(pruned) => check_pruned_alone(pruned, genesis, time).map(|()| pruned.txid),
    }
}

/// Everything about a transaction that needs no state.
pub(crate) fn check_alone(transaction: &Transaction, genesis: &Genesis, time: UnixMillis) -> Result<TxId, Reason> {
    let bytes = encode(transaction).len();
    if bytes > TRANSACTION_BYTES_MAX {
        return Err(Reason::TooLarge { bytes });
    }
    transaction.verify(genesis.network_id(), &genesis.authority_key, time)?;
    Ok(transaction.id())
}

fn check_pruned_alone(pruned: &PrunedAnchor, genesis: &Genesis, time: UnixMillis) -> Result<(), Reason> {
    if !epoch_accepted(pruned.epoch, time) {
        return Err(TransactionError::PseudonymExpired.into());
    }
    let PrunedAnchor { pseudonym, epoch, certificate, .. } = pruned;
    verify_pseudonym(&genesis.authority_key, genesis.network_id(), pseudonym, *epoch, certificate)
        .map_err(|_| TransactionError::PseudonymForged.into())
}

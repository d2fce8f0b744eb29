//! Checking a block against the state it wants to extend.

use carekey_crypto::{Digest, Mmr};
use carekey_protocol::pseudonym::{epoch_accepted, verify_pseudonym};
use carekey_protocol::transaction::{TRANSACTION_BYTES_MAX, TransactionError};
use carekey_protocol::{BlockHeight, Genesis, HospitalId, NetworkId, Transaction, TxId, UnixMillis};
use rayon::prelude::*;

use super::effects::{Effects, Overlay};
use super::reason::Reason;
use super::state::StateView;
use crate::block::{Block, BlockEntry, CompactEntry, ENTRIES_AT_ONCE, PrunedAnchor, transaction_root};
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
    /// The transactions' bytes; none for pruned ones.
    pub(crate) bodies: Vec<Option<Vec<u8>>>,
    pub(crate) hash: Digest,
    pub(crate) validators: ValidatorSet,
    /// Over the headers before it.
    pub(crate) history: Mmr,
    /// The certificate it was verified with.
    pub(crate) sealed: Option<QuorumCertificate>,
    pub(crate) effects: Effects,
}

/// Says of a transaction whether this process has verified it before. A txid covers every byte, signatures included, so
/// a mempool may answer by txid; what depends on the time is checked again.
pub type Known<'a> = &'a (dyn Fn(&TxId) -> bool + Sync);

/// Knows nothing: everything is checked.
pub(crate) const NOTHING_KNOWN: Known<'static> = &|_| false;

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
    verify_block_knowing(view, genesis, block, now, NOTHING_KNOWN)
}

/// Checks a new block without checking the signatures of transactions that are `known`.
///
/// # Errors
/// [`BlockError`]: the first rule it breaks.
pub fn verify_block_knowing(
    view: &impl StateView,
    genesis: &Genesis,
    block: Block,
    now: UnixMillis,
    known: Known<'_>,
) -> Result<VerifiedBlock, BlockError> {
    if let Some(index) = block.transactions.iter().position(|entry| matches!(entry, BlockEntry::Pruned(_))) {
        return Err(BlockError::Pruned { index });
    }
    view.at_one_head(|view| Ok(verify(view, genesis, block, now, known, None)))?
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
    view.at_one_head(|view| Ok(verify(view, genesis, block, now, NOTHING_KNOWN, Some(certificate))))?
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
    let checked = check_candidates(view, genesis, std::slice::from_ref(transaction), now);
    checked.into_iter().next().unwrap_or(Ok(()))
}

/// [`check_candidate`] for many at once, on all cores. Each is judged for itself: two that exclude each other are both
/// taken.
pub fn check_candidates(
    view: &impl StateView,
    genesis: &Genesis,
    transactions: &[Transaction],
    now: UnixMillis,
) -> Vec<Result<(), Reason>> {
    let network = genesis.network_id();
    let checked: Vec<_> = transactions
        .par_iter()
        .map(|transaction| {
            let (bytes, txid) = transaction.encode_with_id();
            check_alone(transaction, bytes.len(), network, genesis, now).map(|()| txid)
        })
        .collect();
    let admitted = view.at_one_head(|view| {
        let admit = |(transaction, checked): (_, &Result<TxId, Reason>)| {
            checked.clone().and_then(|txid| Overlay::new(view).admit(txid, transaction))
        };
        Ok(transactions.iter().zip(&checked).map(admit).collect())
    });
    admitted.unwrap_or_else(|error| vec![Err(Reason::Store(error)); transactions.len()])
}

fn verify(
    view: &dyn StateView,
    genesis: &Genesis,
    block: Block,
    now: UnixMillis,
    known: Known<'_>,
    certificate: Option<&QuorumCertificate>,
) -> Result<VerifiedBlock, BlockError> {
    check_header(&view.head_header()?, genesis, &block.header, now)?;
    if let Some(certificate) = certificate {
        certificate.verify(&block.header, &view.next_validators()?)?;
    }
    let alone = Alone::check(&block, genesis, known)?;
    alone.follow(view, genesis, block, now, certificate.cloned())
}

/// What can be said about a block without knowing what it follows; most of the work, on all cores.
pub(crate) struct Alone {
    compact: Vec<CompactEntry>,
    bodies: Vec<Option<Vec<u8>>>,
    checked: Vec<Result<(), Reason>>,
}

impl Alone {
    /// Sizes, the transaction root, and every signature but those of `known` transactions.
    pub(crate) fn check(block: &Block, genesis: &Genesis, known: Known<'_>) -> Result<Self, BlockError> {
        let (header, count) = (&block.header, block.transactions.len());
        if count > TRANSACTIONS_PER_BLOCK_MAX {
            return Err(BlockError::TooManyTransactions(count));
        }
        let (compact, bodies): (Vec<_>, Vec<_>) =
            block.transactions.par_iter().with_min_len(ENTRIES_AT_ONCE).map(BlockEntry::read).unzip();
        let bytes = bodies.iter().flatten().map(Vec::len).sum();
        if bytes > BLOCK_BYTES_MAX {
            return Err(BlockError::TooManyBytes(bytes));
        }
        if transaction_root(&compact) != header.transaction_root {
            return Err(BlockError::TransactionRoot);
        }
        let check = |(index, entry): (usize, &BlockEntry)| match entry {
            BlockEntry::Full(transaction) if known(&compact[index].txid) => Ok(transaction.check_epoch(header.time)?),
            BlockEntry::Full(transaction) => {
                let bytes = bodies[index].as_ref().map_or(0, Vec::len);
                check_alone(transaction, bytes, header.network, genesis, header.time)
            }
            BlockEntry::Pruned(pruned) => check_pruned_alone(pruned, header.network, genesis, header.time),
        };
        let checked = block.transactions.par_iter().enumerate().map(check).collect();
        Ok(Self { compact, bodies, checked })
    }

    /// The rest: whether the block, if its certificate is given a sealed one, may follow the head of `view`.
    pub(crate) fn follow(
        self,
        view: &dyn StateView,
        genesis: &Genesis,
        block: Block,
        now: UnixMillis,
        sealed: Option<QuorumCertificate>,
    ) -> Result<VerifiedBlock, BlockError> {
        let Self { compact, bodies, checked } = self;
        let (header, validators, history) = (&block.header, view.next_validators()?, view.history()?);
        check_header(&view.head_header()?, genesis, header, now)?;
        if header.validators_hash != validators.hash() {
            return Err(BlockError::Validators);
        }
        if validators.get(header.proposer).is_none() {
            return Err(BlockError::Proposer(header.proposer));
        }
        if header.history_root != history.root() {
            return Err(BlockError::HistoryRoot);
        }
        let mut overlay = Overlay::new(view);
        for (index, (entry, checked)) in block.transactions.iter().zip(checked).enumerate() {
            let admitted = checked.and_then(|()| match entry {
                BlockEntry::Full(transaction) => overlay.admit(compact[index].txid, transaction),
                BlockEntry::Pruned(pruned) => overlay.admit_pruned(pruned),
            });
            admitted.map_err(|reason| match reason {
                Reason::Store(error) => BlockError::Store(error),
                reason => BlockError::Transaction { index, reason },
            })?;
        }
        let effects = overlay.into_effects();
        if header.next_validators_hash != effects.next_validators.as_ref().unwrap_or(&validators).hash() {
            return Err(BlockError::NextValidators);
        }
        let hash = header.hash();
        Ok(VerifiedBlock { hash, compact, bodies, validators, history, sealed, effects, block })
    }
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

/// Everything about a transaction of that many bytes that needs no state.
pub(crate) fn check_alone(
    transaction: &Transaction,
    bytes: usize,
    network: NetworkId,
    genesis: &Genesis,
    time: UnixMillis,
) -> Result<(), Reason> {
    if bytes > TRANSACTION_BYTES_MAX {
        return Err(Reason::TooLarge { bytes });
    }
    Ok(transaction.verify(network, &genesis.authority_key, time)?)
}

fn check_pruned_alone(
    pruned: &PrunedAnchor,
    network: NetworkId,
    genesis: &Genesis,
    time: UnixMillis,
) -> Result<(), Reason> {
    if !epoch_accepted(pruned.epoch, time) {
        return Err(TransactionError::PseudonymExpired.into());
    }
    let PrunedAnchor { pseudonym, epoch, certificate, .. } = pruned;
    verify_pseudonym(&genesis.authority_key, network, pseudonym, *epoch, certificate)
        .map_err(|_| TransactionError::PseudonymForged.into())
}

//! The ledger in a hospital: those with voting power agree on blocks, everybody checks and keeps them.
//!
//! Data flows one way: transactions come into the [`Mempool`], the [`validator`] agrees with the others on a block, or the
//! [`follower`] downloads one; both end in [`Chain::apply`], and the archive reads what was applied.

mod follower;
mod mempool;
mod proposals;
mod validator;
mod wire;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carekey_consensus::Patience;
use carekey_crypto::SecretKey;
use carekey_ledger::{ApplyError, BlockError, QuorumCertificate, Reader, Store, VerifiedBlock, apply_block};
use carekey_network::PeerId;
use carekey_protocol::{BlockHeight, Genesis, HospitalId, Transaction, encode};
use tokio::sync::{Notify, watch};

pub(crate) use follower::follow;
pub(crate) use mempool::{Added, Mempool};
pub(crate) use validator::Validator;
pub use validator::ValidatorError;
use wire::RELAY_BYTES_MAX;

/// How long the hospitals wait for each other, and for something to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Within a height.
    pub patience: Patience,
    /// A transaction waits this long for company.
    pub batch: Duration,
    /// An idle network makes an empty block after this, so that its silence can be told from its absence.
    pub heartbeat: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { patience: Patience::default(), batch: Duration::from_millis(100), heartbeat: Duration::from_secs(60) }
    }
}

/// Why the chain did not grow.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChainError {
    /// A block that breaks the rules, from a peer or from ourselves.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// A verified block could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] carekey_ledger::StoreError),
    /// A peer did not answer.
    #[error(transparent)]
    Network(#[from] carekey_network::NetworkError),
    /// A peer answered something else.
    #[error("the peer does not have the block it announced")]
    Missing,
    /// A task died.
    #[error("the task was stopped")]
    Stopped,
}

/// The chain as this hospital holds it.
pub(crate) struct Chain {
    pub(crate) genesis: Genesis,
    pub(crate) hospital: HospitalId,
    pub(crate) timing: Timing,
    ledger_key: SecretKey,
    store: Mutex<Store>,
    pub(crate) reader: Reader,
    /// The height of the newest block that was applied.
    pub(crate) stored: watch::Sender<BlockHeight>,
    /// The height of the newest block that was applied and read by the archive.
    pub(crate) head: watch::Sender<BlockHeight>,
    mempool: Mutex<Mempool>,
    /// Transactions in the mempool that the others do not have yet.
    fresh: Mutex<Vec<Transaction>>,
    /// Rings when the mempool got something.
    waiting: Notify,
    /// How far the others were when this hospital began; none as long as it has not asked.
    pub(crate) oriented: watch::Sender<Option<BlockHeight>>,
    /// The highest block that others are known, or say, to have or to work on.
    pub(crate) ahead: watch::Sender<BlockHeight>,
}

impl Chain {
    pub(crate) fn open(
        path: &Path,
        genesis: Genesis,
        hospital: HospitalId,
        ledger_key: SecretKey,
        timing: Timing,
    ) -> Result<Arc<Self>, carekey_ledger::StoreError> {
        let store = Store::open(path, &genesis)?;
        let reader = store.reader().clone();
        let height = reader.head()?.header.height;
        Ok(Arc::new(Self {
            genesis,
            hospital,
            timing,
            ledger_key,
            store: Mutex::new(store),
            reader,
            stored: watch::Sender::new(height),
            head: watch::Sender::new(height),
            mempool: Mutex::default(),
            fresh: Mutex::default(),
            waiting: Notify::new(),
            oriented: watch::Sender::new(None),
            ahead: watch::Sender::new(height),
        }))
    }

    /// The height up to which the store has blocks; [`head`](Self::head) follows once they were read.
    pub(crate) fn stored_height(&self) -> BlockHeight {
        *self.stored.borrow()
    }

    /// Whether this hospital votes on the next block.
    pub(crate) fn votes(&self) -> Result<bool, carekey_ledger::StoreError> {
        let set = self.reader.validators_at(self.stored_height().next())?;
        Ok(set.get(self.hospital).is_some())
    }

    pub(crate) fn pool(&self) -> MutexGuard<'_, Mempool> {
        self.mempool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a transaction that was handed in here, and whose signatures were checked, for a block.
    pub(crate) fn take_in(&self, source: PeerId, transaction: Transaction) -> Added {
        let added = self.pool().add(source, transaction.clone());
        if added == Added::New {
            self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(transaction);
            self.waiting.notify_one();
        }
        added
    }

    /// What the others do not have yet, in messages' worth.
    fn take_fresh(&self) -> Vec<Vec<Transaction>> {
        let fresh = std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner));
        let mut batches: Vec<Vec<Transaction>> = Vec::new();
        let mut bytes = usize::MAX;
        for transaction in fresh {
            let length = encode(&transaction).len();
            bytes = bytes.saturating_add(length);
            match batches.last_mut() {
                Some(batch) if bytes <= RELAY_BYTES_MAX => batch.push(transaction),
                _ => {
                    bytes = length;
                    batches.push(vec![transaction]);
                }
            }
        }
        batches
    }

    /// Appends a block; its transactions wait no longer. Blocks the thread.
    fn apply(&self, verified: VerifiedBlock, certificate: QuorumCertificate) -> Result<(), ApplyError> {
        let height = verified.block().header.height;
        let done: HashSet<_> = verified.block().transactions.iter().map(carekey_ledger::BlockEntry::txid).collect();
        {
            let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            apply_block(&mut store, verified, certificate)?;
            self.stored.send_replace(height);
        }
        self.pool().remove(&done);
        Ok(())
    }

    /// Somebody has, or works on, a block of this height.
    fn others_are_at(&self, height: BlockHeight) {
        self.ahead.send_if_modified(|known| {
            let higher = height > *known;
            *known = height.max(*known);
            higher
        });
    }
}

//! The ledger in a hospital: one that holds the whole quorum makes blocks, the others follow it.

mod follower;
mod mempool;
mod producer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use carekey_crypto::SecretKey;
use carekey_ledger::{ApplyError, BlockError, QuorumCertificate, Reader, Store, VerifiedBlock, apply_block};
use carekey_protocol::{BlockHeight, Genesis, HospitalId};
use tokio::sync::{Notify, watch};

pub(crate) use follower::pull_blocks;
pub(crate) use mempool::{Added, Mempool};
pub(crate) use producer::{BATCH_PAUSE, Made};

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
    ledger_key: SecretKey,
    store: Mutex<Store>,
    pub(crate) reader: Reader,
    /// The height of the newest block that was applied and read.
    pub(crate) head: watch::Sender<BlockHeight>,
    pub(crate) mempool: Mutex<Mempool>,
    /// Rings when the mempool got something.
    pub(crate) waiting: Notify,
}

impl Chain {
    pub(crate) fn open(
        path: &Path,
        genesis: Genesis,
        hospital: HospitalId,
        ledger_key: SecretKey,
    ) -> Result<Arc<Self>, carekey_ledger::StoreError> {
        let store = Store::open(path, &genesis)?;
        let reader = store.reader().clone();
        let height = reader.head()?.header.height;
        Ok(Arc::new(Self {
            genesis,
            hospital,
            ledger_key,
            store: Mutex::new(store),
            reader,
            head: watch::Sender::new(height),
            mempool: Mutex::default(),
            waiting: Notify::new(),
        }))
    }

    /// The height up to which the store has blocks; [`head`](Self::head) follows once they were read.
    pub(crate) fn stored_height(&self) -> Result<BlockHeight, carekey_ledger::StoreError> {
        Ok(self.reader.head()?.header.height)
    }

    /// Whether this hospital's signature alone makes the next block final.
    pub(crate) fn seals_alone(&self) -> Result<bool, carekey_ledger::StoreError> {
        let set = self.reader.validators_at(self.stored_height()?.next())?;
        let power = set.get(self.hospital).map_or(0, |member| u128::from(member.voting_power));
        Ok(power > 0 && set.is_quorum(power))
    }

    fn apply(&self, verified: VerifiedBlock, certificate: QuorumCertificate) -> Result<(), ApplyError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        apply_block(&mut store, verified, certificate)
    }
}

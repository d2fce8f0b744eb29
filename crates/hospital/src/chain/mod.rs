//! The ledger in a hospital: those with voting power agree on blocks, everybody checks and keeps them.
//!
//! Data flows one way: transactions come into the [`Mempool`], the [`validator`] agrees with the others on a block, or the
//! [`follower`] downloads one; both end in [`Chain::apply`], and the archive reads what was applied.

mod follower;
mod mempool;
mod proposals;
mod relay;
mod validator;
mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carekey_consensus::Patience;
use carekey_crypto::SecretKey;
use carekey_ledger::{
    ApplyError, Attach, Block, CertifiedHeader, Equivocation, QuorumCertificate, Reader, RejectReason, Store,
    StoreError, VerifiedBlock, apply_block, attach_many,
};
use carekey_network::{Judgement, PeerId};
use carekey_protocol::{BlockHeight, Genesis, HospitalId, Transaction, UnixMillis, encode};
use tokio::sync::{Notify, watch};

pub(crate) use follower::follow;
pub(crate) use mempool::{Added, Mempool, Used};
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

/// Why nothing could be downloaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChainError {
    /// A block breaks the rules.
    #[error(transparent)]
    Rejected(RejectReason),
    /// More than a third of the voting power signed two histories.
    #[error("two blocks of one height are certified")]
    Forked(Box<Equivocation>),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    ) -> Result<Arc<Self>, StoreError> {
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
    pub(crate) fn votes(&self) -> Result<bool, StoreError> {
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

    /// Appends the decided block; its transactions wait no longer. Blocks the thread.
    fn apply(&self, verified: VerifiedBlock, certificate: QuorumCertificate) -> Result<(), ApplyError> {
        let (height, done) = (verified.block().header.height, Used::by([verified.block()]));
        {
            let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            apply_block(&mut store, verified, certificate)?;
            self.stored.send_replace(height);
        }
        self.pool().settle(&done);
        Ok(())
    }

    /// S1's `Attach_block` for downloaded blocks. Blocks the thread.
    fn attach(&self, blocks: Vec<(Block, QuorumCertificate)>) -> Result<Attach, StoreError> {
        let done = Used::by(blocks.iter().map(|(block, _)| block));
        let attached = {
            let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            // Certified blocks are not measured by this clock: a quorum of others has looked at theirs.
            let attached = attach_many(&mut store, &self.genesis, blocks, UnixMillis::MAX);
            let height = self.reader.head()?.header.height;
            self.stored.send_if_modified(|known| std::mem::replace(known, height) != height);
            attached?
        };
        // Blocks that were refused may name whatever their sender likes.
        if matches!(attached, Attach::Extended(_)) {
            self.pool().settle(&done);
        }
        Ok(attached)
    }

    /// What to think of a head that somebody announces: one that leads on is one to follow.
    pub(crate) fn judge(&self, head: &CertifiedHeader) -> Judgement {
        let stored = self.stored_height();
        if head.header.height <= stored {
            return Judgement::Ignore;
        }
        match self.reader.validators_at(stored.next()) {
            Ok(set) if set.hash() == head.header.validators_hash => match head.verify(&set) {
                Ok(()) => {
                    self.others_are_at(head.header.height);
                    Judgement::Accept
                }
                Err(_) => Judgement::Reject,
            },
            // Signed by a set this hospital does not know yet.
            _ => Judgement::Ignore,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::{Signature, test_rng};
    use carekey_ledger::{BlockEntry, Header};
    use carekey_protocol::genesis::{SUITE, Seal};
    use carekey_protocol::{AuthorityId, Body, HospitalRegistration, Text};

    #[test]
    fn a_made_up_block_takes_nothing_from_those_that_wait() {
        let key = SecretKey::generate(&mut test_rng(1));
        let id = HospitalId([0, 0, 1]);
        let genesis = Genesis {
            suite: SUITE,
            name: Text::truncated("Test"),
            authority: AuthorityId([0, 1]),
            authority_key: key.public(),
            authority_peer_key: key.public(),
            seal: Seal::Quorum,
            hospitals: vec![HospitalRegistration {
                id,
                name: Text::truncated("North"),
                ledger_key: key.public(),
                peer_key: key.public(),
                voting_power: 1,
            }],
            founded: UnixMillis(1),
        };
        let dir = tempfile::tempdir().unwrap();
        let chain =
            Chain::open(&dir.path().join("ledger.db"), genesis.clone(), id, key.clone(), Timing::default()).unwrap();
        let network = genesis.network_id();
        let waiting = Transaction::by_pseudonym(network, Body::Revoke([1; 32]), &key, 0, Signature([0; 64]));
        let source = carekey_network::peer_id_of(&key.public());
        assert_eq!(chain.take_in(source, waiting.clone()), Added::New);

        let header = Header { height: BlockHeight(1), ..Header::genesis(&genesis).unwrap() };
        let certificate = QuorumCertificate::from_votes(&header, 0, Vec::new());
        let made_up = Block { header, transactions: vec![BlockEntry::Full(waiting.clone())] };
        let attached = chain.attach(vec![(made_up, certificate)]).unwrap();
        assert!(matches!(attached, Attach::Rejected(RejectReason::Invalid(_))));
        assert!(chain.pool().knows(&waiting.id()), "whoever serves blocks does not decide what is forgotten");
    }
}

//! A running hospital: the archive and the chain behind a network node, and the tasks that keep both going.

mod desk;
mod enrol;
mod intake;
mod objects;
mod serve;
mod status;
mod tasks;

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carekey_network::addresses::AddressBook;
use carekey_network::{
    HeadAnnouncements, Multiaddr, NetworkError, Node, NodeKey, NodeLimits, PeerAddress, PeerId, peer_id_of,
};
use carekey_protocol::{Genesis, HospitalId, HospitalRegistration, UnixMillis};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::archive::{Archive, HospitalKeys, Place};
use crate::chain::{Chain, Timing, Validator, ValidatorError};
use crate::error::StoreError;
use crate::facts::ChainFacts;
use crate::records::{RecordStore, RecordStoreError};
use desk::Desk;
pub use status::{HospitalStatus, Stored};

/// How long a stopping hospital waits for its tasks.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// What a hospital needs to run.
#[derive(Debug, Clone)]
pub struct HospitalConfig {
    /// Where it keeps everything. One running hospital per directory.
    pub dir: PathBuf,
    /// The network.
    pub genesis: Genesis,
    /// Which of its hospitals this is.
    pub hospital: HospitalId,
    /// Its secrets.
    pub keys: HospitalKeys,
    /// Where it listens.
    pub listen: Vec<Multiaddr>,
    /// Where authority and other hospitals were last found; more is learned while it runs. An entry of this hospital
    /// itself says where others reach it, if that is not where it listens.
    pub peers: Vec<PeerAddress>,
    /// How long it waits for the others.
    pub timing: Timing,
    /// Where its sealed records end up.
    pub records: RecordStore,
    /// The clock.
    pub clock: fn() -> UnixMillis,
}

/// Why a hospital does not start.
#[derive(Debug, thiserror::Error)]
pub enum HospitalError {
    /// The network file or the ledger registers other keys for it.
    #[error("this hospital is registered with other keys")]
    OtherKeys,
    /// Another hospital runs in this directory.
    #[error("another hospital runs in this directory")]
    InUse,
    /// The object store for its records is not as configured.
    #[error(transparent)]
    Records(#[from] RecordStoreError),
    /// Index or records.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain.
    #[error(transparent)]
    Ledger(#[from] carekey_ledger::StoreError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Its part in agreeing on blocks.
    #[error(transparent)]
    Validator(#[from] ValidatorError),
}

/// Everything the handlers and tasks share.
pub(crate) struct Inner {
    pub(crate) archive: Arc<Archive>,
    pub(crate) chain: Arc<Chain>,
    pub(crate) node: Node,
    /// Where hospitals are reached.
    pub(crate) book: Arc<AddressBook>,
    pub(crate) desk: Desk,
    pub(crate) clock: fn() -> UnixMillis,
    /// The number of the newest note in the mailbox.
    pub(crate) newest_note: watch::Sender<u64>,
    /// Rings when receipts or erasures may have to be sent.
    pub(crate) outgoing: Notify,
    /// Rings when pseudonyms run low.
    pub(crate) supply: Notify,
    /// Rings when new pseudonyms have come, for erasures that waited for them.
    pub(crate) supplied: Notify,
    pub(crate) stopping: watch::Sender<bool>,
    /// Heads that others announce; the chain has looked at them when it judged them.
    _announced: HeadAnnouncements,
}

impl Inner {
    pub(crate) fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// The hospitals blocks can be had from, those that vote first.
    pub(crate) fn other_hospitals(&self) -> Vec<PeerId> {
        let mut hospitals = self.chain.reader.hospitals().unwrap_or_default();
        hospitals.retain(|hospital| hospital.id != self.chain.hospital);
        hospitals.sort_by_key(|hospital| std::cmp::Reverse(hospital.voting_power));
        hospitals.iter().map(|hospital| peer_id_of(&hospital.peer_key)).collect()
    }

    /// Tells everybody about the newest block.
    pub(crate) fn announce(&self) {
        match self.chain.reader.head() {
            Ok(head) => self.node.announce_head(&head),
            Err(error) => tracing::error!(%error, "the ledger cannot be read"),
        }
    }

    /// Ends when the hospital is told to stop.
    pub(crate) async fn stopped(&self) {
        // The sender lives in `self`.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }
}

/// The operating system's randomness. It fails only on a machine that cannot boot.
pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// A running hospital. [`stop`](Self::stop) it, or it goes on until the process ends.
pub struct Hospital {
    inner: Arc<Inner>,
    tasks: Mutex<JoinSet<()>>,
    /// Held while it runs.
    lock: Mutex<Option<File>>,
}

impl Hospital {
    /// Starts a hospital on the current Tokio runtime. Returns when it can be reached; joining the network goes on
    /// in the background.
    ///
    /// # Errors
    /// [`HospitalError`].
    pub async fn start(config: HospitalConfig) -> Result<Self, HospitalError> {
        let HospitalConfig { dir, genesis, hospital, keys, listen, peers, timing, records, clock } = config;
        objects::check(&records).await?;
        let peer_key = NodeKey::from_secret_key(&keys.peer);
        let addresses_dir = dir.clone();
        let consensus_dir = dir.join("consensus");
        let opened = tokio::task::spawn_blocking(move || open(dir, genesis, hospital, keys, timing, &records)).await;
        let (archive, chain, lock) = opened.map_err(|error| StoreError::Io(std::io::Error::other(error)))??;
        let node = Node::start(&peer_key, &listen, NodeLimits::hospital()).await?;
        let judged = Arc::clone(&chain);
        let announced = node.follow_heads(chain.genesis.network_id(), move |head| judged.judge(head))?;
        let book = serve::addresses::open(&addresses_dir, &node, hospital, peers).await?;
        let mut tasks = JoinSet::new();
        let (desk, writer) = Desk::new(Arc::clone(&archive));
        let newest_note = watch::Sender::new(archive.newest_note()?);
        let inner = Arc::new(Inner {
            archive,
            chain,
            node,
            book,
            desk,
            clock,
            newest_note,
            outgoing: Notify::new(),
            supply: Notify::new(),
            supplied: Notify::new(),
            stopping: watch::Sender::new(false),
            _announced: announced,
        });
        serve::all(&inner)?;
        let chain = Arc::clone(&inner.chain);
        let validator = Validator::open(&consensus_dir, chain, &inner.node, clock, inner.stopping.subscribe())?;
        tasks.spawn_blocking(move || validator.run());
        tasks.spawn(writer.run(Arc::clone(&inner)));
        tasks.spawn(tasks::follow_chain(Arc::clone(&inner)));
        tasks.spawn(tasks::read_new_blocks(Arc::clone(&inner)));
        tasks.spawn(tasks::send_outgoing(Arc::clone(&inner)));
        tasks.spawn(tasks::retain(Arc::clone(&inner)));
        tasks.spawn(objects::settle(Arc::clone(&inner)));
        tasks.spawn(enrol::keep_supplied(Arc::clone(&inner)));
        tasks.spawn(serve::addresses::introduce(Arc::clone(&inner)));
        tracing::info!(%hospital, height = inner.chain.head.borrow().0, "hospital started");
        Ok(Self { inner, tasks: Mutex::new(tasks), lock: Mutex::new(Some(lock)) })
    }

    /// Where others reach it.
    pub fn address(&self) -> PeerAddress {
        self.inner.node.address()
    }

    /// Learns where the authority or another hospital lives.
    pub async fn remember(&self, peer: PeerAddress) {
        self.inner.node.remember(peer).await;
        self.inner.supply.notify_one();
    }

    /// The archive, for inspection and for tests.
    pub fn archive(&self) -> &Arc<Archive> {
        &self.inner.archive
    }

    /// The chain, for reading.
    pub fn ledger(&self) -> &carekey_ledger::Reader {
        &self.inner.chain.reader
    }

    /// The newest block's height, and a way to wait for the next.
    pub fn head(&self) -> watch::Receiver<carekey_protocol::BlockHeight> {
        self.inner.chain.head.subscribe()
    }

    /// Signs an enrolment offer as this hospital's front desk.
    pub fn sign_offer(&self, offer: &carekey_protocol::enrolment::EnrolmentOffer) -> carekey_crypto::Signature {
        offer.sign(self.inner.archive.place.network, &self.inner.archive.keys.ledger)
    }

    /// What this node has sent and received.
    pub fn traffic(&self) -> carekey_network::Traffic {
        self.inner.node.traffic()
    }

    /// Lets running answers finish, ends the tasks and frees the port. Everything acknowledged is on the disk already.
    pub async fn stop(&self) {
        self.inner.stopping.send_replace(true);
        self.inner.node.shut_down().await;
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let finished = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_GRACE, finished).await.is_err() {
            tracing::warn!("tasks did not end in time");
        }
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        tracing::info!("hospital stopped");
    }
}

impl Drop for Hospital {
    /// A hospital that nobody stopped still ends: its consensus thread would keep the runtime alive.
    fn drop(&mut self) {
        self.inner.stopping.send_replace(true);
    }
}

fn open(
    dir: PathBuf,
    genesis: Genesis,
    hospital: HospitalId,
    keys: HospitalKeys,
    timing: Timing,
    records: &RecordStore,
) -> Result<(Arc<Archive>, Arc<Chain>, File), HospitalError> {
    std::fs::create_dir_all(&dir).map_err(StoreError::from)?;
    let lock = File::create(dir.join("lock")).map_err(StoreError::from)?;
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => HospitalError::InUse,
        TryLockError::Error(error) => StoreError::from(error).into(),
    })?;
    let place = Place { network: genesis.network_id(), authority: genesis.authority_key, hospital };
    let chain = Chain::open(&dir.join("ledger.db"), genesis, hospital, keys.ledger.clone(), timing)?;
    // A hospital that nobody has registered yet follows until the ledger names it.
    let registered = chain.reader.hospitals()?.into_iter().find(|registered| registered.id == hospital);
    let others = |registered: HospitalRegistration| {
        registered.ledger_key != keys.ledger.public() || registered.peer_key != keys.peer.public()
    };
    if registered.is_some_and(others) {
        return Err(HospitalError::OtherKeys);
    }
    let reader = chain.reader.clone();
    let facts = move |index: &Arc<crate::Index>| -> Arc<dyn crate::LedgerFacts> {
        Arc::new(ChainFacts { reader, index: Arc::clone(index) })
    };
    let archive = Arc::new(Archive::open(&dir, place, keys, records, facts)?);
    tasks::read_chain(&archive, &chain)?;
    Ok((archive, chain, lock))
}

#[cfg(test)]
mod tests;

//! Runs the consensus engine: one thread that waits for what happens, and carries out what the engine says, in order.
//!
//! Whatever goes wrong here (a full disk, a damaged log) ends the engine, and a new one begins from the disk after a
//! pause: what was promised to others is in the log, what was not was told to nobody.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use carekey_consensus::{Action, Checked, Decision, Engine, EngineError, Entry, Log, LogError, Message, Timer};
use carekey_crypto::Digest;
use carekey_ledger::limits::TRANSACTIONS_PER_BLOCK_MAX;
use carekey_ledger::{
    ApplyError, Block, BlockError, QuorumCertificate, Reason, StoreError, VerifiedBlock, propose_block_knowing,
    verify_block_knowing,
};
use carekey_network::consensus::Mesh;
use carekey_network::{Bytes, NetworkError, Node, PeerId, peer_id_of};
use carekey_protocol::{BlockHeight, HospitalId, UnixMillis, decode, encode};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::Chain;
use super::proposals::Proposals;
use super::relay::Relay;
use super::wire::{RELAY_MESSAGE_BYTES_MAX, Wire};

/// After a failure the engine begins anew from the disk.
const RECOVERY_PAUSE: Duration = Duration::from_secs(1);

/// A height that only others want begins after this: whoever asks for empty blocks gets one a second, no more.
const UNASKED_PAUSE: Duration = Duration::from_secs(1);

/// A proposer that has nothing waits this long for a transaction.
const EMPTY_PAUSE: Duration = Duration::from_millis(500);

/// A validator without memory of its votes (its disk was lost) lets a height pass before it votes, unless nothing
/// happens for this long: it might contradict itself.
const AMNESIA_PAUSE: Duration = Duration::from_secs(30);

/// Before it votes, a validator that just started asks the others how far they are, for at most this long.
const ORIENTATION_MAX: Duration = Duration::from_secs(3);

/// Messages that do not verify, after which a hospital is not listened to until the height is decided.
const OFFENCES_MAX: u32 = 8;

/// Why a validator cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ValidatorError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The folder of proposals, or the ledger's disk.
    #[error("consensus files: {0}")]
    Io(#[from] std::io::Error),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The chain cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A decided block cannot be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A block of our own breaks the rules.
    #[error("own proposal: {0}")]
    OwnBlock(BlockError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Who votes on the next block, by the key they have on the wire.
type Voters = Arc<RwLock<HashMap<PeerId, HospitalId>>>;

/// One hospital's part in agreeing on blocks.
pub(crate) struct Validator {
    chain: Arc<Chain>,
    me: PeerId,
    clock: fn() -> UnixMillis,
    log: Log,
    proposals: Proposals,
    mesh: Mesh,
    relay: Relay,
    inbox: mpsc::Receiver<(PeerId, Bytes)>,
    stopping: watch::Receiver<bool>,
    stored: watch::Receiver<BlockHeight>,
    voters: Voters,
    engine: Engine,
    /// The height the engine works on; none between heights.
    running: Option<Height>,
    timers: HashMap<Timer, Instant>,
    /// When the last height ended, or this process began.
    idle_since: Instant,
    /// Before this the engine does not begin, see [`RECOVERY_PAUSE`] and [`ORIENTATION_MAX`].
    not_before: Instant,
    /// The height this validator may have voted on in a life it does not remember, see [`AMNESIA_PAUSE`].
    forgotten: Option<(BlockHeight, Instant)>,
    oriented: watch::Receiver<Option<BlockHeight>>,
    /// Others have begun the next height.
    nudged: bool,
    /// Bodies that came before their height began, one of each hospital, so that nobody takes another's place.
    early_bodies: BTreeMap<HospitalId, (u32, Block)>,
}

/// What is known of the height that is being decided.
#[derive(Default)]
struct Height {
    /// Blocks that may follow the chain.
    verified: HashMap<Digest, VerifiedBlock>,
    /// Headers that a verified proposal or a quorum of prevotes names: their bodies may come from anybody.
    named: HashSet<Digest>,
    /// Bodies a hospital has sent, by round: each gets one try.
    tried: HashSet<(HospitalId, u32)>,
    offences: BTreeMap<HospitalId, u32>,
    /// It is our turn in this round, and there was nothing to propose so far.
    empty_handed: Option<(u32, Instant)>,
    /// Begun for the heartbeat's sake: an empty block is what is wanted.
    heartbeat: bool,
}

enum Wake {
    Stop,
    Due,
    Message(PeerId, Bytes),
    Grown,
    Oriented,
    Transactions,
}

impl Validator {
    /// Opens the log and joins the mesh. Call it within the runtime.
    pub(crate) fn open(
        dir: &Path,
        chain: Arc<Chain>,
        node: &Node,
        clock: fn() -> UnixMillis,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, ValidatorError> {
        std::fs::create_dir_all(dir)?;
        let log = Log::open(&dir.join("log"))?;
        let proposals = Proposals::open(dir.join("proposals"))?;
        let voters = Voters::default();
        let admitted = Arc::clone(&voters);
        let admit = move |peer: &PeerId| admitted.read().unwrap_or_else(PoisonError::into_inner).contains_key(peer);
        let (mesh, inbox) = Mesh::start(node, admit)?;
        let engine = engine(&chain);
        let now = Instant::now();
        let stored = chain.stored.subscribe();
        Ok(Self {
            me: node.peer_id(),
            clock,
            log,
            proposals,
            mesh,
            relay: Relay::new(Arc::clone(&chain), clock),
            inbox,
            stopping,
            stored,
            voters,
            engine,
            running: None,
            timers: HashMap::new(),
            idle_since: now,
            not_before: now + ORIENTATION_MAX,
            forgotten: None,
            oriented: chain.oriented.subscribe(),
            nudged: false,
            early_bodies: BTreeMap::new(),
            chain,
        })
    }

    /// Runs until the hospital stops. Blocks the thread.
    pub(crate) fn run(mut self) {
        let runtime = Handle::current();
        if let Err(error) = self.wake_up() {
            self.recover(&error);
        }
        loop {
            let happened = match runtime.block_on(self.wait()) {
                Wake::Stop => break,
                Wake::Due => self.due(),
                Wake::Message(peer, bytes) => self.heard(peer, &bytes),
                Wake::Grown => self.grown(),
                Wake::Oriented => {
                    self.orient();
                    Ok(())
                }
                Wake::Transactions => Ok(()),
            };
            self.hand_on();
            if let Err(error) = happened.and_then(|()| self.begin_if_due()).and_then(|()| self.propose_if_due()) {
                self.recover(&error);
            }
        }
        runtime.block_on(self.mesh.shut_down());
    }

    async fn wait(&mut self) -> Wake {
        let due = self.next_due();
        let sleep = async {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => Wake::Stop,
            () = sleep => Wake::Due,
            _ = self.stored.changed() => Wake::Grown,
            Ok(()) = self.oriented.changed() => Wake::Oriented,
            Some((peer, bytes)) = self.inbox.recv() => Wake::Message(peer, bytes),
            // Last: whatever else happens, what was handed in is looked at afterwards.
            () = self.chain.waiting.notified() => Wake::Transactions,
        }
    }

    fn next_due(&self) -> Option<Instant> {
        match &self.running {
            Some(height) => {
                let empty_handed = height.empty_handed.map(|(_, until)| until);
                self.timers.values().copied().chain(empty_handed).min()
            }
            None => self.begin_at(),
        }
    }

    fn due(&mut self) -> Result<(), ValidatorError> {
        let now = Instant::now();
        let mut over: Vec<_> =
            self.timers.iter().filter(|(_, at)| **at <= now).map(|(timer, at)| (*at, *timer)).collect();
        over.sort_by_key(|(at, _)| *at);
        for (_, timer) in over {
            // An earlier one may have cancelled it.
            if self.timers.remove(&timer).is_some() {
                let actions = self.engine.elapsed(timer)?;
                self.perform(actions)?;
            }
        }
        Ok(())
    }

    /// The height after the stored chain, which is the one to be decided.
    fn next_height(&self) -> BlockHeight {
        self.chain.stored_height().next()
    }

    /// When the next height is to begin; none if this hospital does not vote.
    fn begin_at(&self) -> Option<Instant> {
        let votes = self.voters.read().unwrap_or_else(PoisonError::into_inner).contains_key(&self.me);
        let Chain { timing, .. } = &*self.chain;
        let wanted = if !self.chain.pool().is_empty() {
            timing.batch
        } else if self.nudged {
            UNASKED_PAUSE
        } else {
            timing.heartbeat
        };
        let forgotten = self.forgotten.filter(|(height, _)| self.next_height() <= *height).map(|(_, until)| until);
        votes.then(|| (self.idle_since + wanted).max(self.not_before).max(forgotten.unwrap_or(self.not_before)))
    }

    /// Goes on where an earlier process was interrupted.
    fn wake_up(&mut self) -> Result<(), ValidatorError> {
        self.nudged = !self.log.entries(self.next_height())?.is_empty();
        self.orient();
        self.meet()
    }

    /// The others have told how far they are.
    fn orient(&mut self) {
        let Some(head) = *self.oriented.borrow_and_update() else { return };
        let now = Instant::now();
        self.not_before = now;
        if self.log.is_new() && head > BlockHeight(0) {
            self.forgotten = Some((head.next(), now + AMNESIA_PAUSE));
        }
    }

    /// Hands transactions that were handed in here on to the others.
    fn hand_on(&self) {
        for batch in self.chain.take_fresh() {
            self.mesh.broadcast(encode(&Wire::Transactions(batch)).into());
        }
    }

    fn begin_if_due(&mut self) -> Result<(), ValidatorError> {
        if self.running.is_none() && self.begin_at().is_some_and(|at| at <= Instant::now()) {
            self.begin()?;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), ValidatorError> {
        let height = self.next_height();
        let validators = self.chain.reader.validators_at(height)?;
        let entries = self.log.entries(height)?;
        self.log.begin(height)?;
        let mut known =
            Height { heartbeat: self.idle_since.elapsed() >= self.chain.timing.heartbeat, ..Height::default() };
        for entry in &entries {
            known.named.extend(named_by(entry));
            if let Entry::Body(Checked { header, valid: true, .. }) = entry
                && let Some(block) = self.proposals.load(&header.hash())
            {
                let verified = self.verify(block)?;
                known.verified.extend(verified.ok().map(|verified| (verified.hash(), verified)));
            }
        }
        self.running = Some(known);
        self.nudged = false;
        let actions = self.engine.start(height, &validators, entries)?;
        self.perform(actions)?;
        for (hospital, (round, block)) in std::mem::take(&mut self.early_bodies) {
            if block.header.height == height {
                self.take_body(hospital, round, block)?;
            }
        }
        Ok(())
    }

    /// Learns who votes on the next block.
    fn meet(&mut self) -> Result<(), ValidatorError> {
        let validators = self.chain.reader.validators_at(self.next_height())?;
        let hospitals = self.chain.reader.hospitals()?;
        let voters: HashMap<_, _> = hospitals
            .iter()
            .filter(|hospital| validators.get(hospital.id).is_some())
            .map(|hospital| (peer_id_of(&hospital.peer_key), hospital.id))
            .collect();
        let changed = *self.voters.read().unwrap_or_else(PoisonError::into_inner) != voters;
        if changed {
            // Who does not vote neither speaks nor is spoken to.
            let votes = voters.contains_key(&self.me);
            self.mesh.set_peers(if votes { voters.keys().copied().collect() } else { Vec::new() });
            self.relay.keep(|peer| votes && voters.contains_key(peer));
            if !votes {
                // The others have them; from now on they are passed on at once.
                self.chain.pool().clear();
            }
            *self.voters.write().unwrap_or_else(PoisonError::into_inner) = voters;
            self.mesh.revise();
        }
        Ok(())
    }

    /// The chain has grown, by our decision or by download.
    fn grown(&mut self) -> Result<(), ValidatorError> {
        let next = self.next_height();
        if self.engine.height().is_some_and(|height| height >= next) && self.running.is_some() {
            return Ok(());
        }
        self.running = None;
        self.timers.clear();
        self.idle_since = Instant::now();
        self.proposals.clear()?;
        self.meet()
    }

    fn heard(&mut self, peer: PeerId, bytes: &[u8]) -> Result<(), ValidatorError> {
        let hospital = self.voters.read().unwrap_or_else(PoisonError::into_inner).get(&peer).copied();
        let Some(hospital) = hospital else { return Ok(()) };
        let offences = self.running.as_ref().and_then(|height| height.offences.get(&hospital));
        if offences.is_some_and(|offences| *offences >= OFFENCES_MAX) {
            return Ok(());
        }
        match decode(bytes) {
            Ok(Wire::Engine(message)) => self.heard_message(hospital, message),
            Ok(Wire::Body { round, block }) => self.heard_body(hospital, round, block),
            Ok(Wire::Transactions(transactions)) if bytes.len() <= RELAY_MESSAGE_BYTES_MAX => {
                self.relay.take(peer, transactions);
                Ok(())
            }
            Ok(Wire::Transactions(_)) | Err(_) => {
                self.offended(hospital);
                Ok(())
            }
        }
    }

    fn heard_message(&mut self, hospital: HospitalId, message: Message) -> Result<(), ValidatorError> {
        let (height, next) = (message.height(), self.next_height());
        if height > next {
            self.chain.others_are_at(BlockHeight(height.0.saturating_sub(1)));
        }
        if self.running.is_none() && height == next {
            self.nudged = true;
            if self.engine.height().is_none() {
                // The engine keeps messages only for the height after its own. They will be repeated.
                return self.begin_if_due();
            }
        }
        let actions = self.engine.receive(hospital, message)?;
        self.perform(actions)
    }

    fn heard_body(&mut self, hospital: HospitalId, round: u32, block: Block) -> Result<(), ValidatorError> {
        let (height, next) = (block.header.height, self.next_height());
        if self.running.is_some() && self.engine.height() == Some(height) {
            self.take_body(hospital, round, block)
        } else {
            if height == next || height == next.next() {
                self.early_bodies.insert(hospital, (round, block));
            }
            Ok(())
        }
    }

    /// Checks the body of a proposed header and tells the engine.
    fn take_body(&mut self, hospital: HospitalId, round: u32, block: Block) -> Result<(), ValidatorError> {
        let Some(proposer) = self.engine.proposer(round) else { return Ok(()) };
        let hash = block.header.hash();
        let known = |height: &Height| height.verified.contains_key(&hash);
        let Some(height) = self.running.as_mut().filter(|height| !known(height)) else { return Ok(()) };
        let in_time = round <= self.engine.round().saturating_add(1);
        // In late rounds, who precommits a header also sends its body again.
        let wanted = proposer == hospital || height.named.contains(&hash);
        if !in_time || !wanted || !height.tried.insert((hospital, round)) {
            return Ok(());
        }
        let header = block.header.clone();
        let valid = match self.verify(block)? {
            Ok(verified) => {
                self.proposals.save(&verified.hash(), verified.block())?;
                if let Some(height) = &mut self.running {
                    height.verified.insert(verified.hash(), verified);
                }
                true
            }
            Err(error) if is_other_body(&error) => {
                self.offended(hospital);
                return Ok(());
            }
            Err(error) => {
                tracing::warn!(%hospital, height = header.height.0, %error, "a proposed block breaks the rules");
                false
            }
        };
        let actions = self.engine.checked(Checked { header, round, proposer, valid })?;
        self.perform(actions)
    }

    fn verify(&self, block: Block) -> Result<Result<VerifiedBlock, BlockError>, StoreError> {
        let Chain { reader, genesis, .. } = &*self.chain;
        match verify_block_knowing(reader, genesis, block, (self.clock)(), &|id| self.chain.pool().knows(id)) {
            Err(BlockError::Store(error)) => Err(error),
            judged => Ok(judged),
        }
    }

    fn offended(&mut self, hospital: HospitalId) {
        let Some(height) = &mut self.running else { return };
        let offences = height.offences.entry(hospital).or_default();
        *offences += 1;
        if *offences == OFFENCES_MAX {
            tracing::warn!(%hospital, "messages that do not verify; not listened to until the block is decided");
        }
    }

    fn propose_if_due(&mut self) -> Result<(), ValidatorError> {
        let Some(height) = &mut self.running else { return Ok(()) };
        let enough = |until: Instant| until <= Instant::now() || !self.chain.pool().is_empty();
        match height.empty_handed.take_if(|(_, until)| enough(*until)) {
            Some((round, _)) => self.propose(round),
            None => Ok(()),
        }
    }

    /// Makes a block of what waits, writes it down, and proposes it.
    fn propose(&mut self, round: u32) -> Result<(), ValidatorError> {
        let Chain { reader, genesis, hospital, .. } = &*self.chain;
        let candidates = self.chain.pool().candidates(TRANSACTIONS_PER_BLOCK_MAX);
        let known = |id: &_| self.chain.pool().knows(id);
        let made = propose_block_knowing(reader, genesis, candidates, (self.clock)(), *hospital, &known)?;
        let never = made.dropped.iter().filter(|(_, reason)| !matches!(reason, Reason::BlockFull));
        let never: HashSet<_> = never.map(|(id, _)| *id).collect();
        let header = made.block.header.clone();
        // The block's own time: it may lie after the clock's if that went back.
        let verified = verify_block_knowing(reader, genesis, made.block, header.time, &known);
        self.chain.pool().remove(&never);
        let verified = verified.map_err(ValidatorError::OwnBlock)?;
        self.proposals.save(&verified.hash(), verified.block())?;
        if let Some(height) = &mut self.running {
            height.verified.insert(verified.hash(), verified);
        }
        let actions = self.engine.propose(round, header)?;
        self.perform(actions)
    }

    fn perform(&mut self, actions: Vec<Action>) -> Result<(), ValidatorError> {
        let mut actions = VecDeque::from(actions);
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Log(entry) => {
                    self.log.append(&entry)?;
                    if let Some(height) = &mut self.running {
                        height.named.extend(named_by(&entry));
                    }
                }
                Action::Send(message) => {
                    self.log.sync()?;
                    self.mesh.broadcast(encode(&Wire::Engine(message)).into());
                }
                Action::SendBody { round, header } => {
                    if let Some(block) = self.proposals.load(&header) {
                        self.mesh.broadcast(encode(&Wire::Body { round, block }).into());
                    }
                }
                Action::Wait(timer, wait) => _ = self.timers.insert(timer, Instant::now() + wait),
                Action::Cancel(timer) => _ = self.timers.remove(&timer),
                Action::CancelAll => self.timers.clear(),
                Action::Round { round, proposer } => {
                    if round > 0 {
                        tracing::info!(height = self.next_height().0, round, %proposer, "another round");
                    }
                }
                Action::Build { round } => {
                    if let Some(height) = &mut self.running {
                        let pause = if height.heartbeat { Duration::ZERO } else { EMPTY_PAUSE };
                        height.empty_handed = Some((round, Instant::now() + pause));
                    }
                }
                Action::Decided(decision) => self.decided(decision)?,
                Action::Caught(hospital) => {
                    tracing::error!(%hospital, height = self.next_height().0, "a hospital signed two different things");
                }
                Action::Offence(hospital) => self.offended(hospital),
            }
        }
        Ok(())
    }

    /// Appends the decided block. If its body never came here, it is downloaded like any other.
    fn decided(&mut self, decision: Decision) -> Result<(), ValidatorError> {
        self.log.sync()?;
        let Decision { height, round, header, signatures } = decision;
        let verified = self.running.as_mut().and_then(|known| known.verified.remove(&header));
        let Some(verified) = verified else {
            self.chain.others_are_at(height);
            return Ok(());
        };
        let certificate = QuorumCertificate::from_votes(&verified.block().header, round, signatures);
        let transactions = verified.block().transactions.len();
        match self.chain.apply(verified, certificate) {
            Ok(()) => tracing::debug!(height = height.0, round, transactions, "decided a block"),
            // The download was faster.
            Err(ApplyError::NotNext) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn recover(&mut self, error: &ValidatorError) {
        tracing::error!(%error, "consensus begins anew from the disk");
        self.engine = engine(&self.chain);
        self.running = None;
        self.timers.clear();
        self.early_bodies.clear();
        self.nudged = true;
        self.not_before = Instant::now() + RECOVERY_PAUSE;
    }
}

fn engine(chain: &Chain) -> Engine {
    Engine::new(chain.genesis.network_id(), chain.hospital, chain.ledger_key.clone(), chain.timing.patience)
}

/// The header whose body is wanted, now that its signatures were checked.
fn named_by(entry: &Entry) -> Option<Digest> {
    match entry {
        Entry::Proposal(proposal) => Some(proposal.header.hash()),
        Entry::Polka(header, _) => Some(*header),
        _ => None,
    }
}

/// Whether what was sent is no body of its header, which says nothing about the header.
fn is_other_body(error: &BlockError) -> bool {
    matches!(
        error,
        BlockError::Pruned { .. }
            | BlockError::TransactionRoot
            | BlockError::TooManyTransactions(_)
            | BlockError::TooManyBytes(_)
    )
}

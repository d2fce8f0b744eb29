//! A small world: hospitals with their engine, log and blocks, a network that loses and delays, and a clock that jumps
//! to whatever happens next. Everything follows from a seed, and what must always hold is checked as it happens.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use carekey_crypto::{Digest, SecretKey, tagged_hash};
use carekey_ledger::testkit::test_key;
use carekey_ledger::{Header, QuorumCertificate, Validator, ValidatorSet};
use carekey_protocol::{BlockHeight, HospitalId, NetworkId, UnixMillis};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::{Action, Checked, Decision, Engine, EngineError, Entry, Message, Patience, SignedProposal, Timer};

pub(super) const NETWORK: NetworkId = NetworkId(Digest([7; 32]));

/// Votes that have been sent and may be told again.
const HEARD_MAX: usize = 256;

/// Milliseconds since the world began.
pub(super) type Millis = u64;

pub(super) fn id_of(node: usize) -> HospitalId {
    HospitalId([0, 0, node as u8 + 1])
}

pub(super) fn key_of(node: usize) -> SecretKey {
    test_key(0, "ledger", node as u8 + 1)
}

/// The set in which node i has power `powers[i]`; those without do not vote.
pub(super) fn set_of(powers: &[u64]) -> ValidatorSet {
    let member = |(node, power): (usize, &u64)| Validator {
        hospital: id_of(node),
        ledger_key: key_of(node).public(),
        voting_power: *power,
    };
    ValidatorSet::new(powers.iter().enumerate().filter(|(_, power)| **power > 0).map(member).collect()).unwrap()
}

/// How the network and the machines behave.
#[derive(Clone)]
pub(super) struct Weather {
    /// Of a hundred messages.
    pub(super) lost: u64,
    /// Of a hundred messages.
    pub(super) doubled: u64,
    pub(super) delay: Range<Millis>,
    /// Of a thousand actions; the machine stops before it.
    pub(super) crashes: u64,
}

impl Weather {
    pub(super) fn calm() -> Self {
        Self { lost: 0, doubled: 0, delay: 1..30, crashes: 0 }
    }

    pub(super) fn storm() -> Self {
        Self { lost: 15, doubled: 10, delay: 1..900, crashes: 3 }
    }
}

/// What a crash leaves.
#[derive(Default)]
struct Disk {
    log_height: BlockHeight,
    synced: Vec<Entry>,
    unsynced: Vec<Entry>,
    blocks: HashMap<Digest, Header>,
    chain: Vec<Header>,
}

pub(super) struct Node {
    pub(super) byzantine: bool,
    /// Says that every body is invalid.
    pub(super) refuses: bool,
    /// How long a body takes to be checked.
    pub(super) checking: Millis,
    pub(super) engine: Option<Engine>,
    /// It works on a height.
    running: bool,
    /// Counts restarts, so that nothing reaches a later life.
    life: u32,
    disk: Disk,
    timers: HashMap<Timer, u64>,
    tried: HashSet<(usize, u32)>,
    early_body: Option<(usize, u32, Header)>,
}

impl Node {
    pub(super) fn next(&self) -> BlockHeight {
        BlockHeight(self.disk.chain.len() as u64 + 1)
    }

    fn tip(&self) -> Digest {
        self.disk.chain.last().map_or(Digest::ZERO, Header::hash)
    }
}

enum Event {
    Message {
        from: usize,
        to: usize,
        message: Message,
    },
    Body {
        from: usize,
        to: usize,
        round: u32,
        header: Header,
    },
    Elapsed {
        life: u32,
        node: usize,
        timer: Timer,
        started: u64,
    },
    Build {
        life: u32,
        node: usize,
        height: BlockHeight,
        round: u32,
    },
    Checked {
        life: u32,
        node: usize,
        checked: Checked,
    },
    Begin {
        life: u32,
        node: usize,
    },
    /// Asks somebody whether there are more blocks, and comes again.
    CatchUp {
        node: usize,
    },
    Up {
        node: usize,
    },
}

pub(super) struct World {
    pub(super) rng: ChaCha8Rng,
    pub(super) now: Millis,
    pub(super) weather: Weather,
    pub(super) nodes: Vec<Node>,
    /// Nodes hear those of their own side.
    pub(super) sides: Vec<bool>,
    pub(super) caught: BTreeSet<HospitalId>,
    pub(super) offenders: BTreeSet<HospitalId>,
    pub(super) rounds: BTreeMap<BlockHeight, u32>,
    pub(super) crashes: u32,
    /// What was sent lately, from which certificates can be forged.
    pub(super) heard: VecDeque<Message>,
    seed: u64,
    /// The set of height 1 and so on; the last one stays.
    sets: Vec<ValidatorSet>,
    events: BTreeMap<(Millis, u64), Event>,
    sequence: u64,
    headers_made: u64,
    decided: BTreeMap<BlockHeight, Digest>,
    votes: BTreeMap<(HospitalId, BlockHeight, u32, u8), Option<Digest>>,
    proposals: BTreeMap<(HospitalId, BlockHeight, u32), SignedProposal>,
}

impl World {
    pub(super) fn new(seed: u64, nodes: usize, sets: Vec<ValidatorSet>) -> Self {
        let node = |_| Node {
            byzantine: false,
            refuses: false,
            checking: 5,
            engine: None,
            running: false,
            life: 0,
            disk: Disk::default(),
            timers: HashMap::new(),
            tried: HashSet::new(),
            early_body: None,
        };
        let mut world = Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            now: 0,
            weather: Weather::calm(),
            nodes: (0..nodes).map(node).collect(),
            sides: vec![false; nodes],
            caught: BTreeSet::new(),
            offenders: BTreeSet::new(),
            rounds: BTreeMap::new(),
            crashes: 0,
            heard: VecDeque::new(),
            seed,
            sets,
            events: BTreeMap::new(),
            sequence: 0,
            headers_made: 0,
            decided: BTreeMap::new(),
            votes: BTreeMap::new(),
            proposals: BTreeMap::new(),
        };
        for node in 0..nodes {
            world.later(1, Event::Up { node });
            world.later(1, Event::CatchUp { node });
        }
        world
    }

    /// Equal hospitals that never change.
    pub(super) fn of_equals(seed: u64, nodes: usize) -> Self {
        Self::new(seed, nodes, vec![set_of(&vec![1; nodes])])
    }

    pub(super) fn set_at(&self, height: BlockHeight) -> &ValidatorSet {
        let at = (height.0 as usize).saturating_sub(1).min(self.sets.len() - 1);
        &self.sets[at]
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.rng.next_u64() % end.max(1)
    }

    pub(super) fn chance(&mut self, of: u64, in_total: u64) -> bool {
        self.below(in_total) < of
    }

    /// A header that follows a node's chain, unlike every other.
    pub(super) fn new_header(&mut self, node: usize) -> Header {
        self.headers_made += 1;
        let (height, previous) = (self.nodes[node].next(), self.nodes[node].tip());
        Header {
            version: Header::VERSION,
            network: NETWORK,
            height,
            previous,
            transaction_root: tagged_hash("test-root", &[&self.headers_made.to_le_bytes()]),
            history_root: Digest::ZERO,
            validators_hash: self.set_at(height).hash(),
            next_validators_hash: self.set_at(height.next()).hash(),
            time: UnixMillis(self.now),
            proposer: id_of(node),
        }
    }

    /// Lets everything happen until then.
    pub(super) fn run_until(&mut self, until: Millis) {
        while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            self.happen(event);
        }
        self.now = until;
    }

    /// Lets everything happen until every honest hospital has this block; fails if that takes longer than `patience`.
    pub(super) fn run_to(&mut self, height: u64, patience: Millis) {
        let deadline = self.now + patience;
        while !self.nodes.iter().all(|node| node.byzantine || node.disk.chain.len() as u64 >= height) {
            let state: Vec<_> =
                self.nodes.iter().map(|node| (node.next().0, node.engine.as_ref().map(Engine::round))).collect();
            assert!(self.now < deadline, "seed {}: no block {height} after {patience} ms: {state:?}", self.seed);
            self.run_until(self.now + 50);
        }
    }

    /// The faults end: everybody is up and hears everybody. Byzantine hospitals stay what they are.
    pub(super) fn heal(&mut self) {
        self.weather = Weather::calm();
        self.sides.fill(false);
    }

    pub(super) fn heights(&self) -> impl Iterator<Item = u64> {
        self.nodes.iter().filter(|node| !node.byzantine).map(|node| node.disk.chain.len() as u64)
    }

    fn later(&mut self, wait: Millis, event: Event) {
        self.sequence += 1;
        self.events.insert((self.now + wait, self.sequence), event);
    }

    fn lives(&self, node: usize, life: u32) -> bool {
        self.nodes[node].life == life && self.nodes[node].engine.is_some()
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Message { from, to, message } => {
                self.tell(to, |engine| engine.receive(id_of(from), message));
            }
            Event::Body { from, to, round, header } => self.take_body(from, to, round, header),
            Event::Elapsed { life, node, timer, started } => {
                let one = &mut self.nodes[node];
                if one.life == life && one.timers.get(&timer) == Some(&started) {
                    one.timers.remove(&timer);
                    self.tell(node, |engine| engine.elapsed(timer));
                }
            }
            Event::Build { life, node, height, round } => {
                if self.lives(node, life) && self.nodes[node].running && self.nodes[node].next() == height {
                    let header = self.new_header(node);
                    self.nodes[node].disk.blocks.insert(header.hash(), header.clone());
                    self.tell(node, |engine| engine.propose(round, header));
                }
            }
            Event::Checked { life, node, checked } => {
                if self.lives(node, life) && self.nodes[node].running {
                    if checked.valid {
                        self.nodes[node].disk.blocks.insert(checked.header.hash(), checked.header.clone());
                    }
                    self.tell(node, |engine| engine.checked(checked));
                }
            }
            Event::Begin { life, node } => {
                if self.lives(node, life) && !self.nodes[node].running {
                    self.begin(node);
                }
            }
            Event::CatchUp { node } => {
                self.catch_up(node);
                let wait = 300 + self.below(200);
                self.later(wait, Event::CatchUp { node });
            }
            Event::Up { node } => {
                if self.nodes[node].engine.is_none() {
                    let engine = Engine::new(NETWORK, id_of(node), key_of(node), Patience::default());
                    self.nodes[node].engine = Some(engine);
                    self.begin(node);
                }
            }
        }
    }

    fn begin(&mut self, node: usize) {
        let height = self.nodes[node].next();
        let set = self.set_at(height).clone();
        if set.get(id_of(node)).is_none() {
            return;
        }
        let one = &mut self.nodes[node];
        if one.disk.log_height != height {
            one.disk.log_height = height;
            one.disk.synced.clear();
            one.disk.unsynced.clear();
        }
        one.running = true;
        one.tried.clear();
        let log = one.disk.synced.clone();
        let early = one.early_body.take_if(|(.., header)| header.height <= height);
        self.tell(node, |engine| engine.start(height, &set, log));
        if let Some((from, round, header)) = early {
            self.take_body(from, node, round, header);
        }
    }

    /// Downloads one block from somebody who has it.
    fn catch_up(&mut self, node: usize) {
        let from = self.below(self.nodes.len() as u64) as usize;
        let (there, here) = (&self.nodes[from], &self.nodes[node]);
        let reachable = self.sides[from] == self.sides[node] && there.engine.is_some() && here.engine.is_some();
        let at = here.disk.chain.len();
        if let Some(header) = there.disk.chain.get(at).filter(|_| reachable && !there.byzantine).cloned() {
            self.grow(node, header);
        }
    }

    fn grow(&mut self, node: usize, header: Header) {
        let one = &mut self.nodes[node];
        assert_eq!((header.height, header.previous), (one.next(), one.tip()), "seed {}", self.seed);
        one.disk.chain.push(header);
        one.running = false;
        one.timers.clear();
        let life = one.life;
        self.later(10, Event::Begin { life, node });
    }

    fn take_body(&mut self, from: usize, to: usize, round: u32, header: Header) {
        let one = &mut self.nodes[to];
        let Some(engine) = &one.engine else { return };
        let next = one.disk.chain.len() as u64 + 1;
        if !one.running || header.height.0 != next {
            if header.height.0 == next || header.height.0 == next + 1 {
                one.early_body.get_or_insert((from, round, header));
            }
            return;
        }
        let known = one.disk.blocks.contains_key(&header.hash());
        if known || engine.proposer(round) != Some(id_of(from)) || !one.tried.insert((from, round)) {
            return;
        }
        let follows = header.previous == one.tip() && header.network == NETWORK;
        let valid = follows && !one.refuses;
        let (life, wait) = (one.life, one.checking);
        let checked = Checked { header, round, proposer: id_of(from), valid };
        self.later(wait, Event::Checked { life, node: to, checked });
    }

    fn tell(&mut self, node: usize, what: impl FnOnce(&mut Engine) -> Result<Vec<Action>, EngineError>) {
        let actions = match self.nodes[node].engine.as_mut().map(what) {
            None => return,
            Some(Ok(actions)) => actions,
            // A liar's own engine may notice what its key was used for.
            Some(Err(_)) if self.nodes[node].byzantine => return self.crash(node),
            Some(Err(error)) => panic!("seed {}, hospital {node}: {error}", self.seed),
        };
        for action in actions {
            if self.weather.crashes > 0 && self.chance(self.weather.crashes, 1000) {
                return self.crash(node);
            }
            self.perform(node, action);
        }
    }

    /// The machine stops. Of what was not yet synced any beginning may have reached the disk.
    pub(super) fn crash(&mut self, node: usize) {
        let unsynced = self.nodes[node].disk.unsynced.len() as u64;
        let kept = self.below(unsynced + 1) as usize;
        let wait = 50 + self.below(1500);
        let one = &mut self.nodes[node];
        one.engine = None;
        one.running = false;
        one.life += 1;
        one.timers.clear();
        one.early_body = None;
        let disk = &mut one.disk;
        disk.synced.extend(disk.unsynced.drain(..).take(kept));
        self.crashes += 1;
        self.later(wait, Event::Up { node });
    }

    fn perform(&mut self, node: usize, action: Action) {
        let life = self.nodes[node].life;
        match action {
            Action::Log(entry) => self.nodes[node].disk.unsynced.push(entry),
            Action::Send(message) => {
                let disk = &mut self.nodes[node].disk;
                disk.synced.append(&mut disk.unsynced);
                self.check_promises(node, &message);
                for to in (0..self.nodes.len()).filter(|to| *to != node) {
                    self.send(node, to, message.clone());
                }
            }
            Action::SendBody { round, header } => {
                let header = self.nodes[node].disk.blocks.get(&header).cloned();
                for to in (0..self.nodes.len()).filter(|to| *to != node) {
                    if let Some(header) = &header {
                        self.send_body(node, to, round, header.clone());
                    }
                }
            }
            Action::Wait(timer, wait) => {
                self.sequence += 1;
                let started = self.sequence;
                self.nodes[node].timers.insert(timer, started);
                self.later(wait.as_millis() as u64, Event::Elapsed { life, node, timer, started });
            }
            Action::Cancel(timer) => _ = self.nodes[node].timers.remove(&timer),
            Action::CancelAll => self.nodes[node].timers.clear(),
            Action::Round { .. } => {}
            Action::Build { round } => {
                let height = self.nodes[node].next();
                self.later(20, Event::Build { life, node, height, round });
            }
            Action::Decided(decision) => self.decided(node, decision),
            Action::Caught(hospital) => {
                assert!(self.is_byzantine(hospital), "seed {}: honest {hospital} caught", self.seed);
                self.caught.insert(hospital);
            }
            Action::Offence(hospital) => {
                assert!(self.is_byzantine(hospital), "seed {}: honest {hospital} blamed", self.seed);
                self.offenders.insert(hospital);
            }
        }
    }

    fn is_byzantine(&self, hospital: HospitalId) -> bool {
        self.nodes.iter().enumerate().any(|(at, node)| node.byzantine && id_of(at) == hospital)
    }

    fn decided(&mut self, node: usize, decision: Decision) {
        let Decision { height, round, header, signatures } = decision;
        let seed = self.seed;
        if !self.nodes[node].running {
            // The download was faster.
            let stored = height.0.checked_sub(1).and_then(|at| self.nodes[node].disk.chain.get(at as usize));
            assert_eq!(stored.map(Header::hash), Some(header), "seed {seed}: another block at height {height}");
            return;
        }
        assert_eq!(height, self.nodes[node].next(), "seed {seed}: decides the height it works on");
        let header = self.nodes[node].disk.blocks.get(&header).cloned();
        let header = header.unwrap_or_else(|| panic!("seed {seed}: decided a body that was never checked"));
        let certificate = QuorumCertificate::from_votes(&header, round, signatures);
        let verified = certificate.verify(&header, self.set_at(height));
        assert_eq!(verified, Ok(()), "seed {seed}: what was decided is certified");
        if !self.nodes[node].byzantine {
            let hash = *self.decided.entry(height).or_insert(header.hash());
            assert_eq!(hash, header.hash(), "seed {seed}: two blocks at height {height}");
            self.rounds.entry(height).or_insert(round);
        }
        self.grow(node, header);
    }

    /// Nobody honest ever signs two different things, in however many lives.
    fn check_promises(&mut self, node: usize, message: &Message) {
        if self.nodes[node].byzantine {
            return;
        }
        let seed = self.seed;
        match message {
            Message::Vote(vote) => {
                assert_eq!(vote.voter, id_of(node), "seed {seed}");
                let key = (vote.voter, vote.height, vote.round, vote.kind as u8);
                let first = *self.votes.entry(key).or_insert(vote.header);
                assert_eq!(first, vote.header, "seed {seed}: two votes for {key:?}");
            }
            Message::Proposal(proposal) => {
                let key = (proposal.proposer, proposal.header.height, proposal.round);
                if proposal.proposer == id_of(node) {
                    let first = self.proposals.entry(key).or_insert_with(|| proposal.clone());
                    assert_eq!(first, proposal, "seed {seed}: two proposals for {key:?}");
                }
            }
            _ => {}
        }
    }

    pub(super) fn send(&mut self, from: usize, to: usize, message: Message) {
        if self.heard.len() == HEARD_MAX {
            self.heard.pop_front();
        }
        self.heard.push_back(message.clone());
        for wait in self.journeys(from, to) {
            self.later(wait, Event::Message { from, to, message: message.clone() });
        }
    }

    pub(super) fn send_body(&mut self, from: usize, to: usize, round: u32, header: Header) {
        for wait in self.journeys(from, to) {
            self.later(wait, Event::Body { from, to, round, header: header.clone() });
        }
    }

    /// How long each copy of a message is under way; none if it is lost.
    fn journeys(&mut self, from: usize, to: usize) -> Vec<Millis> {
        let Weather { lost, doubled, delay, .. } = self.weather.clone();
        if self.sides[from] != self.sides[to] || self.chance(lost, 100) {
            return Vec::new();
        }
        let copies = if self.chance(doubled, 100) { 2 } else { 1 };
        (0..copies).map(|_| delay.start + self.below(delay.end - delay.start)).collect()
    }
}

//! Three of four validators send whatever an adversary can sign. The fourth may decide nonsense, but it never stops,
//! never panics, and never contradicts itself, however often it crashes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;

use carekey_crypto::{Digest, SecretKey};
use carekey_ledger::{Header, VoteKind};
use carekey_protocol::{BlockHeight, HospitalId};
use proptest::prelude::*;

use super::byzantine::{certified, signed_proposal, signed_vote};
use super::restart::{engine, four, header, logged};
use super::world::{id_of, key_of};
use crate::{Action, CertifiedVote, Checked, Engine, Entry, Message, SignedProposal, Timer, VoteCertificate};

static KEYS: LazyLock<Vec<SecretKey>> = LazyLock::new(|| (0..4).map(key_of).collect());

#[derive(Debug, Clone)]
struct AnyVote {
    voter: usize,
    kind: VoteKind,
    header: Option<u8>,
    broken: bool,
}

#[derive(Debug, Clone, Copy)]
enum AnyRound {
    /// That far from where the engine is, less one.
    Near(u32),
    Exactly(u32),
}

#[derive(Debug, Clone)]
enum Op {
    Vote(AnyVote, AnyRound),
    /// All three vote the same.
    Quorum(VoteKind, AnyRound, Option<u8>),
    Proposal {
        round: AnyRound,
        pol_round: Option<AnyRound>,
        header: u8,
        body: bool,
    },
    Certificate {
        which: u8,
        round: AnyRound,
        header: u8,
        votes: Vec<AnyVote>,
    },
    Body {
        round: AnyRound,
        header: u8,
        valid: bool,
    },
    Elapse(usize),
    Build,
    Restart {
        lost: usize,
    },
}

fn any_kind() -> impl Strategy<Value = VoteKind> {
    prop_oneof![Just(VoteKind::Prevote), Just(VoteKind::Precommit)]
}

fn any_round() -> impl Strategy<Value = AnyRound> {
    let far = vec![0, 21, u32::MAX / 2, u32::MAX / 2 + 1, u32::MAX - 1, u32::MAX];
    prop_oneof![
        16 => Just(AnyRound::Near(1)),
        4 => (0u32..4).prop_map(AnyRound::Near),
        1 => (4u32..14).prop_map(AnyRound::Near),
        1 => prop::sample::select(far).prop_map(AnyRound::Exactly),
    ]
}

/// Numbers 0 and 1 are headers as they should be; 2 is another network's, 3 another height's, 4 the engine's own.
fn any_header() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(0u8), 3 => Just(1u8), 1 => 2u8..4, 3 => Just(4u8)]
}

fn any_vote() -> impl Strategy<Value = AnyVote> {
    let broken = prop::bool::weighted(0.05);
    (1usize..5, any_kind(), prop::option::of(any_header()), broken).prop_map(|(voter, kind, header, broken)| AnyVote {
        voter,
        kind,
        header,
        broken,
    })
}

fn any_op() -> impl Strategy<Value = Op> {
    let certificate = (0u8..3, any_round(), any_header(), prop::collection::vec(any_vote(), 0..6));
    prop_oneof![
        4 => (any_vote(), any_round()).prop_map(|(vote, round)| Op::Vote(vote, round)),
        8 => (any_kind(), any_round(), prop::option::weighted(0.8, any_header()))
            .prop_map(|(kind, round, header)| Op::Quorum(kind, round, header)),
        6 => (any_round(), prop::option::weighted(0.4, any_round()), any_header(), prop::bool::weighted(0.8))
            .prop_map(|(round, pol_round, header, body)| Op::Proposal { round, pol_round, header, body }),
        3 => certificate.prop_map(|(which, round, header, votes)| Op::Certificate { which, round, header, votes }),
        2 => (any_round(), any_header(), prop::bool::weighted(0.8))
            .prop_map(|(round, header, valid)| Op::Body { round, header, valid }),
        6 => (0usize..4).prop_map(Op::Elapse),
        6 => Just(Op::Build),
        2 => (0usize..4).prop_map(|lost| Op::Restart { lost }),
    ]
}

struct Victim {
    engine: Engine,
    height: BlockHeight,
    synced: Vec<Entry>,
    unsynced: Vec<Entry>,
    timers: VecDeque<Timer>,
    to_build: Option<u32>,
    built: u8,
    over: bool,
    votes: BTreeMap<(BlockHeight, u32, u8), Option<Digest>>,
    proposals: BTreeMap<(BlockHeight, u32), SignedProposal>,
}

impl Victim {
    fn new() -> Self {
        let mut victim = Self {
            engine: engine(),
            height: BlockHeight(1),
            synced: Vec::new(),
            unsynced: Vec::new(),
            timers: VecDeque::new(),
            to_build: None,
            built: 10,
            over: false,
            votes: BTreeMap::new(),
            proposals: BTreeMap::new(),
        };
        victim.start();
        victim
    }

    fn start(&mut self) {
        self.timers.clear();
        self.to_build = None;
        self.over = false;
        let actions = self.engine.start(self.height, &four(), self.synced.clone()).unwrap();
        self.perform(actions);
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Log(entry) => self.unsynced.push(entry),
                Action::Send(message) => {
                    self.synced.append(&mut self.unsynced);
                    self.check(message);
                }
                Action::Wait(timer, _) => {
                    self.timers.retain(|other| *other != timer);
                    self.timers.push_back(timer);
                }
                Action::Cancel(timer) => self.timers.retain(|other| *other != timer),
                Action::CancelAll => self.timers.clear(),
                Action::Build { round } => self.to_build = Some(round),
                Action::Decided(_) => self.over = true,
                Action::Caught(hospital) | Action::Offence(hospital) => {
                    assert_ne!(hospital, id_of(0), "it does not accuse itself");
                }
                Action::Round { .. } | Action::SendBody { .. } => {}
            }
        }
    }

    fn check(&mut self, message: Message) {
        match message {
            Message::Vote(vote) if vote.voter == id_of(0) => {
                let first = *self.votes.entry((vote.height, vote.round, vote.kind as u8)).or_insert(vote.header);
                assert_eq!(first, vote.header, "two votes for round {}", vote.round);
            }
            Message::Proposal(proposal) if proposal.proposer == id_of(0) => {
                let key = (proposal.header.height, proposal.round);
                let first = self.proposals.entry(key).or_insert_with(|| proposal.clone());
                assert_eq!(*first, proposal, "two proposals for round {}", proposal.round);
            }
            _ => {}
        }
    }

    fn header(&self, number: u8) -> Header {
        let mut made = header(self.height, if number == 4 { self.built } else { number });
        match number {
            2 => made.network.0.0[0] ^= 1,
            3 => made.height = self.height.next(),
            _ => {}
        }
        made
    }

    fn round(&self, round: AnyRound) -> u32 {
        match round {
            AnyRound::Near(further) => (self.engine.round() + further).saturating_sub(1),
            AnyRound::Exactly(round) => round,
        }
    }

    /// Who may propose then, if it is no honest hospital.
    fn proposer(&self, round: u32) -> Option<HospitalId> {
        self.engine.proposer(round).filter(|proposer| *proposer != id_of(0))
    }

    fn check_body(&mut self, round: u32, header: u8, valid: bool) {
        if let Some(proposer) = self.proposer(round) {
            let checked = Checked { header: self.header(header), round, proposer, valid };
            let actions = self.engine.checked(checked).unwrap();
            self.perform(actions);
        }
    }

    fn signed(&self, vote: &AnyVote, round: u32) -> crate::SignedVote {
        // Voter 4 does not exist.
        let author = (id_of(vote.voter), KEYS.get(vote.voter).unwrap_or(&KEYS[1]));
        let header = vote.header.map(|number| self.header(number).hash());
        let mut signed = signed_vote(author, vote.kind, self.height, round, header);
        signed.signature.0[33] ^= u8::from(vote.broken);
        signed
    }

    fn hear(&mut self, from: HospitalId, message: Message) {
        let actions = self.engine.receive(from, message).unwrap();
        self.perform(actions);
    }

    fn happen(&mut self, op: Op) {
        match op {
            Op::Vote(vote, round) => {
                let round = self.round(round);
                self.hear(id_of(vote.voter), Message::Vote(self.signed(&vote, round)));
            }
            Op::Quorum(kind, round, header) => {
                let round = self.round(round);
                for voter in 1..4 {
                    let vote = AnyVote { voter, kind, header, broken: false };
                    self.hear(id_of(voter), Message::Vote(self.signed(&vote, round)));
                }
            }
            Op::Proposal { round, pol_round, header, body } => {
                let (round, pol_round) = (self.round(round), pol_round.map(|round| self.round(round)));
                if let Some(proposer) = self.proposer(round) {
                    let author = (proposer, &KEYS[usize::from(proposer.0[2]) - 1]);
                    let proposal = signed_proposal(author, round, pol_round, self.header(header));
                    self.hear(proposer, Message::Proposal(proposal));
                }
                if body {
                    self.check_body(round, header, true);
                }
            }
            Op::Certificate { which, round, header, votes } => {
                let round = self.round(round);
                let votes: Vec<CertifiedVote> = votes.iter().map(|vote| certified(&self.signed(vote, round))).collect();
                let votes = VoteCertificate { height: self.height, round, votes };
                let message = match which {
                    0 => Message::Polka(self.header(header).hash(), votes),
                    1 => Message::SkipRound(votes),
                    _ => Message::NextRound(votes),
                };
                self.hear(id_of(1), message);
            }
            Op::Body { round, header, valid } => self.check_body(self.round(round), header, valid),
            Op::Elapse(at) => {
                let timer = self.timers.len().checked_sub(1).and_then(|last| self.timers.remove(at.min(last)));
                if let Some(timer) = timer {
                    let actions = self.engine.elapsed(timer).unwrap();
                    self.perform(actions);
                }
            }
            Op::Build => {
                if let Some(round) = self.to_build.take() {
                    self.built += 1;
                    let actions = self.engine.propose(round, self.header(self.built)).unwrap();
                    self.perform(actions);
                }
            }
            Op::Restart { lost } => {
                self.unsynced.truncate(self.unsynced.len().saturating_sub(lost));
                self.synced.append(&mut self.unsynced);
                self.engine = engine();
                self.start();
            }
        }
        if self.over {
            self.height = self.height.next();
            self.synced.clear();
            self.unsynced.clear();
            self.start();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_that_can_be_signed_stops_the_engine(ops in prop::collection::vec(any_op(), 1..60)) {
        let mut victim = Victim::new();
        for op in ops {
            victim.happen(op);
        }
    }
}

#[test]
fn actions_of_one_step_are_logged_before_they_are_sent() {
    let mut victim = Victim::new();
    let timer = victim.timers.pop_back().unwrap();
    let actions = victim.engine.elapsed(timer).unwrap();
    let sent = actions.iter().position(|action| matches!(action, Action::Send(_))).unwrap();
    let written: Vec<_> = logged(&actions[..sent]).collect();
    assert!(matches!(written.last(), Some(Entry::Vote(vote)) if vote.voter == id_of(0)), "{written:?}");
}

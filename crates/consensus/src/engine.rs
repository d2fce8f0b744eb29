//! The algorithm as a state machine: something happens, and it says what is to be done.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use carekey_crypto::{Digest, SecretKey, Signature};
use carekey_ledger::{Header, ValidatorSet};
use carekey_protocol::{BlockHeight, HospitalId, NetworkId};
use futures::FutureExt;
use malachite_core::{
    ConsensusMsg, Effect, Error, Input, LivenessMsg, LocallyProposedValue, MisbehaviorEvidence, Params, Resumable,
    Resume, State, process,
};
use malachite_signing::VerifierExt;
use malachite_types::{
    CertificateError, CommitCertificate, LinearTimeouts, NilOrVal, Round, SignedMessage, ThresholdParams, Timeout,
    ValuePayload, VoteExtensionPolicy, VoteType,
};

use crate::context::{Address, CareKey, HeaderHash, Height, Members, Proposal, Vote};
use crate::message::{Checked, Entry, Message};

/// Messages about the next height kept for each hospital while this node is not there yet: a proposal, two votes, and
/// as much again for a second round. Whoever is further behind catches up by downloading.
const EARLY_MESSAGES_MAX: usize = 8;

/// Rounds beyond this are nonsense: at a second each, a height would last for decades. So counting on never overflows.
const ROUND_MAX: u32 = u32::MAX / 2;

/// How long the algorithm waits for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a proposal with its body, in the first round.
    pub propose: Duration,
    /// For more votes once a quorum has voted, but for different things.
    pub vote: Duration,
    /// Each round waits this much longer.
    pub longer: Duration,
    /// A vote that led to nothing is repeated after this.
    pub repeat: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let millis = Duration::from_millis;
        Self { propose: millis(1_500), vote: millis(500), longer: millis(500), repeat: millis(2_000) }
    }
}

/// A wait that ends with [`Engine::elapsed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timer(Timeout);

/// What is to be done, in this order. A [`Message`] leaves the node only when every entry before it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Write this into the log of the present height.
    Log(Entry),
    /// Tell every other validator.
    Send(Message),
    /// Wait.
    Wait(Timer, Duration),
    /// Stop waiting.
    Cancel(Timer),
    /// Stop all waits.
    CancelAll,
    /// A round begins.
    Round {
        /// Its number.
        round: u32,
        /// Whose turn it is.
        proposer: HospitalId,
    },
    /// It is this node's turn: make a block and hand it to [`Engine::propose`].
    Build {
        /// For this round.
        round: u32,
    },
    /// Send the body of this header to every other validator: it is proposed, maybe again.
    SendBody {
        /// The round it is proposed in.
        round: u32,
        /// Hash of the header.
        header: Digest,
    },
    /// A quorum precommitted this header. The height is over.
    Decided(Decision),
    /// A validator signed two different things for one round.
    Caught(HospitalId),
    /// A hospital sent what does not verify, or what no validator sends.
    Offence(HospitalId),
}

/// A decided header and the precommits that make it final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The height.
    pub height: BlockHeight,
    /// The round in which it was decided.
    pub round: u32,
    /// Hash of the header.
    pub header: Digest,
    /// Precommits of more than two thirds of the voting power.
    pub signatures: Vec<(HospitalId, Signature)>,
}

/// The engine cannot go on. What it has promised so far is in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The algorithm refused its input, which only a mistake in this program can cause.
    #[error("the consensus engine stopped: {0}")]
    Stopped(String),
}

/// One validator's part in the algorithm, without clock, disk or socket.
pub struct Engine {
    hands: Hands,
    patience: Patience,
    state: Option<State<CareKey>>,
    /// What hospitals said about the next height.
    early: BTreeMap<HospitalId, Vec<Message>>,
}

impl Engine {
    /// A validator that has not begun.
    pub fn new(network: NetworkId, me: HospitalId, key: SecretKey, patience: Patience) -> Self {
        let hands = Hands {
            context: CareKey { network },
            me: Address(me),
            key,
            patience,
            replaying: false,
            teller: None,
            promises: Promises::default(),
            proposed: BTreeMap::new(),
            caught: BTreeSet::new(),
        };
        Self { hands, patience, state: None, early: BTreeMap::new() }
    }

    /// The height it works on; none before [`start`](Self::start).
    pub fn height(&self) -> Option<BlockHeight> {
        self.state.as_ref().map(|state| state.height().0)
    }

    /// Its round.
    pub fn round(&self) -> u32 {
        self.state.as_ref().and_then(|state| state.round().as_u32()).unwrap_or(0)
    }

    /// Whose turn it is in a round of this height.
    pub fn proposer(&self, round: u32) -> Option<HospitalId> {
        self.state.as_ref().map(|state| state.get_proposer(state.height(), Round::new(round)).0)
    }

    /// Begins a height, with what the log holds of it from before a crash.
    ///
    /// # Errors
    /// [`EngineError`], here and below.
    pub fn start(
        &mut self,
        height: BlockHeight,
        validators: &ValidatorSet,
        log: Vec<Entry>,
    ) -> Result<Vec<Action>, EngineError> {
        let early = std::mem::take(&mut self.early);
        let (height, members) = (Height(height), Members::from(validators));
        let next = self.state.as_ref().is_some_and(|state| state.height().0.next() == height.0);
        let Hands { context, me, .. } = self.hands;
        let fresh = || {
            let params = Params {
                address: me,
                threshold_params: ThresholdParams::default(),
                value_payload: ValuePayload::ProposalAndParts,
                enabled: true,
            };
            // No input is queued inside: this type keeps what comes early.
            State::new(context, height, members.clone(), params, 1, 1)
        };
        if self.state.is_none() {
            self.state = Some(fresh());
        }
        self.hands.promises = Promises::of(self.hands.me, &log);
        self.hands.proposed.clear();
        self.hands.caught.clear();
        let mut actions = Vec::new();
        let begin = Input::StartHeight(height, members, false, None, VoteExtensionPolicy::Disabled);
        let promised = proposed(&log, me.0);
        self.feed(begin, &mut actions)?;
        self.replay(log, &mut actions)?;
        // What was proposed before a crash is proposed, and nothing else in its place.
        for action in &mut actions {
            if let Action::Build { round } = *action
                && let Some(header) = promised.get(&round)
            {
                *action = Action::SendBody { round, header: *header };
            }
        }
        if next {
            for (from, messages) in early {
                for message in messages {
                    self.hear(from, message, &mut actions)?;
                }
            }
        }
        Ok(actions)
    }

    fn replay(&mut self, mut log: Vec<Entry>, actions: &mut Vec<Action>) -> Result<(), EngineError> {
        if log.is_empty() {
            return Ok(());
        }
        // The algorithm takes few headers a round. Own ones that no proposal followed would, after enough crashes,
        // displace the one that was proposed, and its votes could not be repeated.
        log.retain(|entry| !matches!(entry, Entry::Body(body) if self.hands.is_unproposed(body)));
        let inputs: Vec<Input<CareKey>> = log.into_iter().map(Into::into).collect();
        if let Some(state) = &mut self.state {
            state.index_wal_entries(&inputs);
        }
        self.hands.replaying = true;
        let replayed = inputs.into_iter().try_for_each(|input| self.feed(input, actions));
        self.hands.replaying = false;
        if let Some(state) = &mut self.state {
            state.reset_entries_index();
        }
        replayed
    }

    /// Takes a message that hospital `from` sent. One about the next height is kept until that begins.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn receive(&mut self, from: HospitalId, message: Message) -> Result<Vec<Action>, EngineError> {
        if message.author().is_some_and(|author| author != from) || message.round() > ROUND_MAX {
            return Ok(vec![Action::Offence(from)]);
        }
        let Some(height) = self.height() else { return Ok(Vec::new()) };
        if message.height() == height.next() {
            let kept = self.early.entry(from).or_default();
            if kept.len() < EARLY_MESSAGES_MAX && !kept.contains(&message) {
                kept.push(message);
            }
            return Ok(Vec::new());
        }
        let mut actions = Vec::new();
        if message.height() == height {
            self.hear(from, message, &mut actions)?;
        }
        Ok(actions)
    }

    fn hear(&mut self, from: HospitalId, message: Message, actions: &mut Vec<Action>) -> Result<(), EngineError> {
        self.hands.teller = Some(from);
        let heard = self.feed(message.into(), actions);
        self.hands.teller = None;
        heard
    }

    /// A wait is over.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn elapsed(&mut self, Timer(timeout): Timer) -> Result<Vec<Action>, EngineError> {
        let mut actions = Vec::new();
        self.feed(Input::TimeoutElapsed(timeout), &mut actions)?;
        Ok(actions)
    }

    /// Proposes the block that [`Action::Build`] asked for; the block must be on the disk. Late ones are ignored, and
    /// those for a round in which this node already proposed, before a crash.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn propose(&mut self, round: u32, header: Header) -> Result<Vec<Action>, EngineError> {
        let (height, hash, round_of) = (Height(header.height), header.hash(), Round::new(round));
        let mut actions = Vec::new();
        let turn = self.height() == Some(height.0) && self.round() == round;
        if turn && !self.hands.promises.proposals.contains_key(&round_of) {
            self.feed(Input::Propose(LocallyProposedValue::new(height, round_of, header.into())), &mut actions)?;
            if self.hands.promises.proposals.contains_key(&round_of) {
                actions.push(Action::SendBody { round, header: hash });
            }
        }
        Ok(actions)
    }

    /// Tells that the body of a proposed header was checked; if it is valid, the block must be on the disk.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn checked(&mut self, checked: Checked) -> Result<Vec<Action>, EngineError> {
        let mut actions = Vec::new();
        if self.height() == Some(checked.header.height) {
            self.feed(checked.into(), &mut actions)?;
        }
        Ok(actions)
    }

    /// How long it waits for others.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    fn feed(&mut self, input: Input<CareKey>, actions: &mut Vec<Action>) -> Result<(), EngineError> {
        let Self { hands, state: Some(state), .. } = self else { return Ok(()) };
        let outcome: Result<(), Error<CareKey>> = process!(
            input: input, state: state, metrics: &(), with: effect => hands.perform(effect, actions)
        );
        outcome.map_err(|error| EngineError::Stopped(error.to_string()))
    }
}

/// The headers a validator has proposed, by round.
fn proposed(log: &[Entry], me: HospitalId) -> BTreeMap<u32, Digest> {
    let own = |entry: &Entry| match entry {
        Entry::Proposal(proposal) if proposal.proposer == me => Some((proposal.round, proposal.header.hash())),
        _ => None,
    };
    log.iter().filter_map(own).collect()
}

/// What the algorithm cannot do itself.
struct Hands {
    context: CareKey,
    me: Address,
    key: SecretKey,
    patience: Patience,
    replaying: bool,
    /// Who sent the message that is being worked on.
    teller: Option<HospitalId>,
    promises: Promises,
    /// The first proposal of each round. The algorithm compares those it keeps; a liar can see to it that it keeps one.
    proposed: BTreeMap<Round, Proposal>,
    /// Who signed two different things at this height: said once.
    caught: BTreeSet<HospitalId>,
}

/// What this node has signed at this height. The algorithm never contradicts itself if its log is whole; a second look
/// costs nothing, and a contradiction would cost the network its safety.
#[derive(Default)]
struct Promises {
    votes: BTreeMap<(VoteType, Round), NilOrVal<HeaderHash>>,
    proposals: BTreeMap<Round, Proposal>,
}

impl Promises {
    fn of(me: Address, log: &[Entry]) -> Self {
        let mut promises = Self::default();
        for entry in log {
            match entry {
                Entry::Vote(vote) if vote.voter == me.0 => {
                    let vote = SignedMessage::from(vote.clone()).message;
                    promises.votes.entry((vote.kind, vote.round)).or_insert(vote.value);
                }
                Entry::Proposal(proposal) if proposal.proposer == me.0 => {
                    let proposal = SignedMessage::from(proposal.clone()).message;
                    promises.proposals.entry(proposal.round).or_insert(proposal);
                }
                _ => {}
            }
        }
        promises
    }

    fn keep_vote(&mut self, vote: &Vote) -> Result<(), EngineError> {
        let kept = self.votes.entry((vote.kind, vote.round)).or_insert(vote.value);
        if *kept == vote.value { Ok(()) } else { Err(contradiction(vote.height, vote.round)) }
    }

    fn keep_proposal(&mut self, proposal: &Proposal) -> Result<(), EngineError> {
        let kept = self.proposals.entry(proposal.round).or_insert_with(|| proposal.clone());
        if kept == proposal { Ok(()) } else { Err(contradiction(proposal.height, proposal.round)) }
    }
}

fn contradiction(height: Height, round: Round) -> EngineError {
    EngineError::Stopped(format!("it would contradict what it signed for block {height}, round {round}"))
}

impl Hands {
    /// An error ends the algorithm's step; nothing of it is to be done.
    fn perform(&mut self, effect: Effect<CareKey>, actions: &mut Vec<Action>) -> Result<Resume<CareKey>, EngineError> {
        Ok(match effect {
            Effect::CancelAllTimeouts(resume) => {
                actions.push(Action::CancelAll);
                resume.resume_with(())
            }
            Effect::CancelTimeout(timeout, resume) => {
                actions.push(Action::Cancel(Timer(timeout)));
                resume.resume_with(())
            }
            Effect::ScheduleTimeout(timeout, resume) => {
                actions.push(Action::Wait(Timer(timeout), self.timeouts().duration_for(timeout)));
                resume.resume_with(())
            }
            Effect::StartRound(_, round, proposer, _, resume) => {
                actions.push(Action::Round { round: round.as_u32().unwrap_or(0), proposer: proposer.0 });
                resume.resume_with(())
            }
            Effect::PublishConsensusMsg(message, resume) => {
                actions.push(Action::Send(message.into()));
                resume.resume_with(())
            }
            Effect::PublishLivenessMsg(message, resume) => {
                actions.push(Action::Send(message.into()));
                resume.resume_with(())
            }
            Effect::RepublishVote(vote, resume) => {
                actions.push(Action::Send(LivenessMsg::Vote(vote).into()));
                resume.resume_with(())
            }
            Effect::RepublishRoundCertificate(certificate, resume) => {
                actions.push(Action::Send(certificate.into()));
                resume.resume_with(())
            }
            Effect::GetValue(_, round, _, resume) => {
                actions.push(Action::Build { round: round.as_u32().unwrap_or(0) });
                resume.resume_with(())
            }
            Effect::RestreamProposal(_, round, _, _, value, resume) => {
                actions.push(Action::SendBody { round: round.as_u32().unwrap_or(0), header: value.0 });
                resume.resume_with(())
            }
            Effect::Decide(certificate, _, resume) => {
                actions.push(Action::Decided(decision(certificate)));
                resume.resume_with(())
            }
            Effect::Finalize(_, _, evidence, resume) => {
                for hospital in caught(&evidence) {
                    self.catch(hospital, actions);
                }
                resume.resume_with(())
            }
            Effect::SignVote(vote, resume) => {
                self.promises.keep_vote(&vote)?;
                let signature = self.context.sign_vote(&self.key, &vote);
                resume.resume_with(SignedMessage::new(vote, signature))
            }
            Effect::SignProposal(proposal, resume) => {
                self.promises.keep_proposal(&proposal)?;
                let signature = self.context.sign_proposal(&self.key, &proposal);
                resume.resume_with(SignedMessage::new(proposal, signature))
            }
            Effect::VerifySignature(signed, key, resume) => {
                let holds = match &signed.message {
                    ConsensusMsg::Vote(vote) => self.context.vote_holds(vote, &signed.signature, &key),
                    ConsensusMsg::Proposal(proposal) => self.context.proposal_holds(proposal, &signed.signature, &key),
                };
                self.judge(holds, actions);
                if let (true, ConsensusMsg::Proposal(proposal)) = (holds, &signed.message) {
                    self.compare(proposal, actions);
                }
                resume.resume_with(holds)
            }
            Effect::VerifyCommitCertificate(certificate, members, thresholds, resume) => {
                let checked = self.context.verify_commit_certificate(&self.context, &certificate, &members, thresholds);
                resume.resume_with(at_once(checked))
            }
            Effect::VerifyPolkaCertificate(certificate, members, thresholds, resume) => {
                let checked = self.context.verify_polka_certificate(&self.context, &certificate, &members, thresholds);
                let checked: Result<(), CertificateError<CareKey>> = at_once(checked);
                self.judge(checked.is_ok(), actions);
                resume.resume_with(checked)
            }
            Effect::VerifyRoundCertificate(certificate, members, thresholds, resume) => {
                let checked = self.context.verify_round_certificate(&self.context, &certificate, &members, thresholds);
                let checked: Result<(), CertificateError<CareKey>> = at_once(checked);
                self.judge(checked.is_ok(), actions);
                resume.resume_with(checked)
            }
            Effect::VerifyExtendedCommitCertificate(certificate, members, thresholds, policy, resume) => {
                let context = &self.context;
                let checked =
                    context.verify_extended_commit_certificate(context, &certificate, &members, thresholds, policy);
                resume.resume_with(at_once(checked))
            }
            Effect::WalAppend(_, input, resume) => {
                if !self.replaying
                    && let Some(entry) = Entry::of(input)
                {
                    actions.push(Action::Log(entry));
                }
                resume.resume_with(())
            }
            // Votes carry no extensions.
            Effect::ExtendVote(.., resume) => resume.resume_with(None),
            Effect::VerifyVoteExtension(.., resume) => resume.resume_with(Ok(())),
            // Blocks of the past are downloaded and verified outside.
            Effect::CertVerifiedSyncValue(.., resume) | Effect::CertRejectedSyncValue(.., resume) => {
                resume.resume_with(())
            }
        })
    }

    /// Whoever sent it answers for what does not verify. Who is *named* in it may know nothing of it.
    fn judge(&self, holds: bool, actions: &mut Vec<Action>) {
        if !holds {
            actions.extend(self.teller.map(Action::Offence));
        }
    }

    fn compare(&mut self, proposal: &Proposal, actions: &mut Vec<Action>) {
        let first = self.proposed.entry(proposal.round).or_insert_with(|| proposal.clone());
        if first != proposal {
            self.catch(proposal.proposer.0, actions);
        }
    }

    fn catch(&mut self, hospital: HospitalId, actions: &mut Vec<Action>) {
        if self.caught.insert(hospital) {
            actions.push(Action::Caught(hospital));
        }
    }

    /// An own header from before a crash that was never proposed.
    fn is_unproposed(&self, body: &Checked) -> bool {
        let mine = body.proposer == self.me.0;
        mine && !self.promises.proposals.values().any(|proposal| proposal.value.header == body.header)
    }

    fn timeouts(&self) -> LinearTimeouts {
        let Patience { propose, vote, longer, repeat } = self.patience;
        LinearTimeouts {
            propose,
            propose_delta: longer,
            prevote: vote,
            prevote_delta: longer,
            precommit: vote,
            precommit_delta: longer,
            rebroadcast: repeat,
            max_timeout: Duration::from_secs(60),
        }
    }
}

/// The engine's certificate checks are async for signers that are far away; ours never wait.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap_or_else(|| unreachable!("nothing in a signature check waits"))
}

fn decision(certificate: CommitCertificate<CareKey>) -> Decision {
    let signature = |commit: malachite_types::CommitSignature<CareKey>| (commit.address.0, commit.signature);
    Decision {
        height: certificate.height.0,
        round: certificate.round.as_u32().unwrap_or(0),
        header: certificate.value_id.0,
        signatures: certificate.commit_signatures.into_iter().map(signature).collect(),
    }
}

fn caught(evidence: &MisbehaviorEvidence<CareKey>) -> impl Iterator<Item = HospitalId> {
    let proposals = evidence.proposals.iter().map(|(address, _)| address.0);
    let votes = (&evidence.votes).into_iter().map(|(address, _)| address.0);
    proposals.chain(votes)
}

//! One engine by hand: what it does again after a crash, and what it no longer does.

use carekey_crypto::Digest;
use carekey_ledger::{Header, ValidatorSet, VoteKind};
use carekey_protocol::{BlockHeight, HospitalId, UnixMillis};

use super::byzantine::{certified, signed_proposal, signed_vote};
use super::world::{NETWORK, id_of, key_of, set_of};
use crate::{Action, CertifiedVote, Checked, Engine, Entry, Message, Patience, Timer, VoteCertificate};

pub(super) fn header(height: BlockHeight, number: u8) -> Header {
    Header {
        version: Header::VERSION,
        network: NETWORK,
        height,
        previous: Digest::ZERO,
        transaction_root: Digest([number; 32]),
        history_root: Digest::ZERO,
        validators_hash: Digest::ZERO,
        next_validators_hash: Digest::ZERO,
        time: UnixMillis(0),
        proposer: HospitalId::default(),
    }
}

pub(super) fn four() -> ValidatorSet {
    set_of(&[1, 1, 1, 1])
}

pub(super) fn engine() -> Engine {
    Engine::new(NETWORK, id_of(0), key_of(0), Patience::default())
}

/// An engine at the first height at which it proposes (or does not) in round 0.
fn started(proposes: bool) -> (Engine, BlockHeight, Vec<Action>) {
    (1..)
        .map(BlockHeight)
        .find_map(|height| {
            let mut engine = engine();
            let actions = engine.start(height, &four(), Vec::new()).unwrap();
            (proposes == (engine.proposer(0) == Some(id_of(0)))).then_some((engine, height, actions))
        })
        .unwrap()
}

pub(super) fn logged(actions: &[Action]) -> impl Iterator<Item = Entry> {
    actions.iter().filter_map(|action| match action {
        Action::Log(entry) => Some(entry.clone()),
        _ => None,
    })
}

fn sent(actions: &[Action]) -> Vec<&Message> {
    actions.iter().filter_map(|action| if let Action::Send(message) = action { Some(message) } else { None }).collect()
}

fn waits(actions: &[Action]) -> Vec<Timer> {
    let wait = |action: &Action| match action {
        Action::Wait(timer, _) => Some(*timer),
        _ => None,
    };
    actions.iter().filter_map(wait).collect()
}

fn vote(node: usize, kind: VoteKind, height: BlockHeight, round: u32, header: Option<Digest>) -> Message {
    Message::Vote(signed_vote((id_of(node), &key_of(node)), kind, height, round, header))
}

#[test]
fn what_was_proposed_is_not_replaced_however_often_the_machine_stopped_before() {
    let (mut engine, height, _) = started(true);
    let mut log = Vec::new();
    for number in 0..4 {
        // It stops after the body was written down, and before the proposal was.
        let actions = engine.propose(0, header(height, number)).unwrap();
        log.extend(logged(&actions).take(1));
        assert!(matches!(log.last(), Some(Entry::Body(_))));
        engine = self::engine();
        engine.start(height, &four(), log.clone()).unwrap();
    }
    let actions = engine.propose(0, header(height, 9)).unwrap();
    let [vote @ Message::Vote(_), Message::Proposal(_)] = sent(&actions)[..] else { panic!("{actions:?}") };
    let vote = vote.clone();
    log.extend(logged(&actions));

    let mut again = self::engine();
    let actions = again.start(height, &four(), log).unwrap();
    assert_eq!(sent(&actions), [&vote], "the same prevote");
    let actions = again.propose(0, header(height, 10)).unwrap();
    assert_eq!(actions, [], "and no other proposal");
}

#[test]
fn a_block_that_comes_too_late_is_neither_proposed_nor_sent() {
    let (mut engine, height, actions) = started(true);
    let propose = waits(&actions).pop().unwrap();
    let actions = engine.elapsed(propose).unwrap();
    assert!(matches!(sent(&actions)[..], [Message::Vote(vote)] if vote.header.is_none()));
    let actions = engine.propose(0, header(height, 1)).unwrap();
    assert!(!actions.iter().any(|action| matches!(action, Action::Send(_) | Action::SendBody { .. })), "{actions:?}");
}

#[test]
fn who_sends_a_forged_certificate_is_blamed_and_not_who_is_named_in_it() {
    let (mut engine, height, _) = started(false);
    let honest = vote(1, VoteKind::Prevote, height, 0, None);
    engine.receive(id_of(1), honest).unwrap();
    let forged = signed_vote((id_of(1), &key_of(2)), VoteKind::Prevote, height, 0, Some(Digest([1; 32])));
    let votes = VoteCertificate { height, round: 0, votes: vec![certified(&forged)] };
    for message in [Message::SkipRound(votes.clone()), Message::Polka(Digest([1; 32]), votes)] {
        assert_eq!(engine.receive(id_of(2), message).unwrap(), [Action::Offence(id_of(2))]);
    }
}

#[test]
fn a_proposal_may_be_repeated_by_others_and_a_vote_may_not() {
    let (mut engine, height, _) = started(false);
    let proposer = (0..4).find(|node| engine.proposer(0) == Some(id_of(*node))).unwrap();
    let other = (1..4).find(|node| *node != proposer).unwrap();
    let proposal = signed_proposal((id_of(proposer), &key_of(proposer)), 0, None, header(height, 1));
    let actions = engine.receive(id_of(other), Message::Proposal(proposal)).unwrap();
    assert!(matches!(actions[..], [Action::Log(Entry::Proposal(_))]), "{actions:?}");
    let actions = engine.receive(id_of(other), vote(proposer, VoteKind::Prevote, height, 0, None)).unwrap();
    assert_eq!(actions, [Action::Offence(id_of(other))]);
}

#[test]
fn two_proposals_are_noticed_whatever_body_came_before_and_said_once() {
    let (mut engine, height, _) = started(false);
    let proposer = (0..4).find(|node| engine.proposer(0) == Some(id_of(*node))).unwrap();
    let body = Checked { header: header(height, 1), round: 0, proposer: id_of(proposer), valid: true };
    engine.checked(body).unwrap();
    let mut hear = |number| {
        let proposal = signed_proposal((id_of(proposer), &key_of(proposer)), 0, None, header(height, number));
        let actions = engine.receive(id_of(proposer), Message::Proposal(proposal)).unwrap();
        actions.into_iter().filter(|action| matches!(action, Action::Caught(_))).collect::<Vec<_>>()
    };
    assert_eq!(hear(2), []);
    assert_eq!(hear(1), [Action::Caught(id_of(proposer))]);
    assert_eq!(hear(3), []);
}

#[test]
fn counting_rounds_never_overflows_not_even_if_everybody_else_lies() {
    let (mut engine, height, _) = started(false);
    for round in [u32::MAX, u32::MAX - 1, u32::MAX / 2 + 1] {
        let votes = |kind| -> Vec<CertifiedVote> {
            (1..4)
                .map(|node| certified(&signed_vote((id_of(node), &key_of(node)), kind, height, round, None)))
                .collect()
        };
        let precommits = VoteCertificate { height, round, votes: votes(VoteKind::Precommit) };
        let prevotes = VoteCertificate { height, round, votes: votes(VoteKind::Prevote) };
        for message in [Message::SkipRound(prevotes), Message::NextRound(precommits)] {
            assert_eq!(engine.receive(id_of(1), message).unwrap(), [Action::Offence(id_of(1))]);
        }
    }
    assert_eq!(engine.round(), 0);
}

#[test]
fn messages_of_other_heights_change_nothing_and_few_of_the_next_one_are_kept() {
    let (mut engine, height, _) = started(false);
    for other in [0, height.0 + 2, u64::MAX].map(BlockHeight) {
        assert_eq!(engine.receive(id_of(1), vote(1, VoteKind::Prevote, other, 0, None)).unwrap(), []);
    }
    for round in 0..100 {
        let early = vote(1, VoteKind::Prevote, height.next(), round, None);
        assert_eq!(engine.receive(id_of(1), early).unwrap(), []);
    }
    let actions = engine.start(height.next(), &four(), Vec::new()).unwrap();
    assert_eq!(logged(&actions).count(), 8, "of all that came early");

    // Who left the set in between is no longer heard.
    let (mut engine, height, _) = started(false);
    engine.receive(id_of(1), vote(1, VoteKind::Prevote, height.next(), 0, None)).unwrap();
    let actions = engine.start(height.next(), &set_of(&[1, 0, 1, 1]), Vec::new()).unwrap();
    assert_eq!(logged(&actions).count(), 0);
    assert!(!actions.iter().any(|action| matches!(action, Action::Offence(_))));
}

#[test]
fn a_log_that_contradicts_itself_stops_the_engine_before_it_signs() {
    let (mut engine, height, actions) = started(false);
    let propose = waits(&actions).pop().unwrap();
    let log: Vec<_> = logged(&engine.elapsed(propose).unwrap()).collect();
    let [timeout, Entry::Vote(nil)] = &log[..] else { panic!("{log:?}") };
    // The vote is there, but not what led to it; then the opposite happens.
    let mut again = self::engine();
    again.start(height, &four(), vec![Entry::Vote(nil.clone())]).unwrap();
    let proposer = (0..4).find(|node| again.proposer(0) == Some(id_of(*node))).unwrap();
    let block = header(height, 1);
    let proposal = signed_proposal((id_of(proposer), &key_of(proposer)), 0, None, block.clone());
    again.receive(id_of(proposer), Message::Proposal(proposal)).unwrap();
    let body = Checked { header: block, round: 0, proposer: id_of(proposer), valid: true };
    assert!(again.checked(body).is_err(), "it would have voted for the block");

    let mut whole = self::engine();
    let actions = whole.start(height, &four(), vec![timeout.clone(), Entry::Vote(nil.clone())]).unwrap();
    assert_eq!(sent(&actions), [&Message::Vote(nil.clone())], "with the whole log it repeats itself");
}

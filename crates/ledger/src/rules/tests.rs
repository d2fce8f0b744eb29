//! Each rule is broken by a block that differs from a good one in one respect.

use carekey_crypto::{Digest, SecretKey, Signature, test_rng};
use carekey_protocol::pseudonym::EPOCH_MILLIS;
use carekey_protocol::transaction::{RegistryChange, TransactionError};
use carekey_protocol::{BlockHeight, CertificateSerial, HospitalId, NetworkId, Transaction, TxId, UnixMillis};
use tempfile::TempDir;

use super::propose::propose_block_knowing;
use super::verify::{
    BlockError, check_candidate, check_candidates, verify_block, verify_block_knowing, verify_certified_block,
};
use crate::block::{Block, BlockEntry, transaction_root};
use crate::limits::CLOCK_AHEAD_MS_MAX;
use crate::testkit::{FOUNDED, NORTH, SOUTH, TestChain, TestNetwork, test_key};
use crate::{
    ApplyError, Attach, CertificateInvalid, QuorumCertificate, Reason, RejectReason, apply_block, attach, attach_many,
    propose_block, verify_chain,
};

fn chain() -> (TestChain, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(folder.path(), 1);
    chain.mine_anchor(&[1; 32]);
    (chain, folder)
}

fn verdict(chain: &TestChain, block: Block) -> Result<(), BlockError> {
    verify_block(chain.store.reader(), &chain.network.genesis, block, chain.now).map(|_| ())
}

/// Puts transactions into the next block without asking the rules.
fn forced(chain: &TestChain, transactions: Vec<Transaction>) -> Block {
    let mut block = chain.propose(Vec::new());
    block.transactions = transactions.into_iter().map(BlockEntry::Full).collect();
    block.header.transaction_root = transaction_root(&block.compact().entries);
    block
}

/// Why the last of these transactions is refused.
fn refusal(chain: &TestChain, transactions: Vec<Transaction>) -> Reason {
    let last = transactions.len() - 1;
    match verdict(chain, forced(chain, transactions)) {
        Err(BlockError::Transaction { index, reason }) if index == last => reason,
        other => panic!("expected a refusal of transaction {last}, got {other:?}"),
    }
}

#[test]
fn a_block_that_differs_in_one_field_of_its_header_is_refused_for_that_field() {
    let (chain, _folder) = chain();
    let good = chain.propose(Vec::new());
    assert_eq!(verdict(&chain, good.clone()), Ok(()));

    let late = CLOCK_AHEAD_MS_MAX + 1;
    let parent_time = chain.store.reader().head().unwrap().header.time;
    type Case = (&'static str, fn(&mut Block, UnixMillis), BlockError);
    let cases: [Case; 10] = [
        ("version", |block, _| block.header.version = 2, BlockError::Version(2)),
        ("network", |block, _| block.header.network = NetworkId::default(), BlockError::Network),
        (
            "height",
            |block, _| block.header.height = BlockHeight(3),
            BlockError::Height { expected: BlockHeight(2), found: BlockHeight(3) },
        ),
        ("previous", |block, _| block.header.previous = Digest::ZERO, BlockError::Previous),
        ("parent's time", |block, parent| block.header.time = parent, BlockError::TimeNotLater),
        ("proposer", |block, _| block.header.proposer = SOUTH, BlockError::Proposer(SOUTH)),
        ("validators", |block, _| block.header.validators_hash = Digest::ZERO, BlockError::Validators),
        ("next validators", |block, _| block.header.next_validators_hash = Digest::ZERO, BlockError::NextValidators),
        ("history root", |block, _| block.header.history_root = Digest::ZERO, BlockError::HistoryRoot),
        ("transaction root", |block, _| block.header.transaction_root = Digest::ZERO, BlockError::TransactionRoot),
    ];
    for (field, change, expected) in cases {
        let mut block = good.clone();
        change(&mut block, parent_time);
        assert_eq!(verdict(&chain, block), Err(expected), "{field}");
    }
    let mut block = good.clone();
    block.header.time = chain.now.plus(late);
    assert_eq!(verdict(&chain, block), Err(BlockError::TimeAhead(late)));
    let mut block = good;
    block.header.time = chain.now.plus(late - 1);
    assert_eq!(verdict(&chain, block), Ok(()), "a clock may be two minutes ahead");
}

#[test]
fn transactions_added_left_out_or_swapped_do_not_match_the_header() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let [one, two, three] = [1, 2, 3].map(|sigma| chain.network.revoke([sigma; 32], now));
    let good = chain.propose(vec![one, two]);
    let changes: [fn(&mut Vec<BlockEntry>, BlockEntry); 4] = [
        |entries, extra| entries.push(extra),
        |entries, _| entries.truncate(1),
        |entries, _| entries.swap(0, 1),
        |entries, extra| entries[1] = extra,
    ];
    for change in changes {
        let mut block = good.clone();
        change(&mut block.transactions, BlockEntry::Full(three.clone()));
        assert_eq!(verdict(&chain, block), Err(BlockError::TransactionRoot));
    }
}

#[test]
fn a_transaction_is_recorded_once_and_a_pseudonym_used_once() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let revocation = chain.network.revoke([1; 32], now);
    assert_eq!(refusal(&chain, vec![revocation.clone(), revocation.clone()]), Reason::Duplicate);

    let (key, epoch, certificate) = chain.network.pseudonym(now);
    let network = chain.network.id();
    let sign = |sigma| {
        Transaction::by_pseudonym(network, carekey_protocol::Body::Revoke([sigma; 32]), &key, epoch, certificate)
    };
    assert_eq!(refusal(&chain, vec![sign(2), sign(3)]), Reason::PseudonymUsed);

    chain.mine(vec![revocation.clone(), sign(2)]);
    assert_eq!(refusal(&chain, vec![revocation]), Reason::Duplicate, "in an earlier block, too");
    assert_eq!(refusal(&chain, vec![sign(3)]), Reason::PseudonymUsed);
}

#[test]
fn of_a_known_transaction_only_the_epoch_and_the_state_are_checked_again() {
    let (mut chain, _folder) = chain();
    let (network, genesis) = (chain.network.id(), chain.network.genesis.clone());
    let sign = |supply: &mut TestNetwork, time| {
        let (key, epoch, _) = supply.pseudonym(time);
        let uncertified = Signature([0; 64]);
        Transaction::by_pseudonym(network, carekey_protocol::Body::Revoke([9; 32]), &key, epoch, uncertified)
    };
    let now = chain.now;
    let vouched_for = sign(&mut chain.network, now);
    let next_epoch = sign(&mut chain.network, now.plus(EPOCH_MILLIS));
    let used = chain.network.revoke([9; 32], now);
    chain.mine(vec![used]);
    let ids = [vouched_for.id(), next_epoch.id()];
    let known = |txid: &TxId| ids.contains(txid);
    let judge = |transaction: &Transaction| {
        let block = forced(&chain, vec![transaction.clone()]);
        match verify_block_knowing(chain.store.reader(), &genesis, block, chain.now, &known) {
            Err(BlockError::Transaction { reason, .. }) => reason,
            other => panic!("expected a refusal, got {other:?}"),
        }
    };
    assert_eq!(judge(&vouched_for), Reason::AlreadyRevoked, "its forged certificate was not looked at again");
    assert_eq!(judge(&next_epoch), Reason::Invalid(TransactionError::PseudonymExpired));
    let stranger = sign(&mut chain.network.clone(), now);
    assert_eq!(judge(&stranger), Reason::Invalid(TransactionError::PseudonymForged));

    let candidates = vec![vouched_for, next_epoch, stranger];
    let proposal = propose_block_knowing(chain.store.reader(), &genesis, candidates, chain.now, NORTH, &known).unwrap();
    let reasons: Vec<_> = proposal.dropped.into_iter().map(|(_, reason)| reason).collect();
    let (expired, forged) = (TransactionError::PseudonymExpired.into(), TransactionError::PseudonymForged.into());
    assert_eq!(reasons, [Reason::AlreadyRevoked, expired, forged]);
}

#[test]
fn many_candidates_are_judged_as_one_by_one() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let [good, twin, used] = [1, 1, 2].map(|sigma| chain.network.revoke([sigma; 32], now));
    chain.mine(vec![used.clone()]);
    let mut forged = good.clone();
    forged.body = carekey_protocol::Body::Revoke([3; 32]);
    let candidates = [good, twin, used, forged];
    let genesis = &chain.network.genesis;
    let verdicts = check_candidates(chain.store.reader(), genesis, &candidates, chain.now);
    assert_eq!(verdicts, [Ok(()), Ok(()), Err(Reason::Duplicate), Err(TransactionError::Signature.into())]);
    for (candidate, verdict) in candidates.iter().zip(verdicts) {
        assert_eq!(check_candidate(chain.store.reader(), genesis, candidate, chain.now), verdict);
    }
}

/// A chain with anchors, an erasure and two changes of validators, as (block, certificate).
fn sealed_blocks(folder: &std::path::Path) -> (TestChain, Vec<(Block, QuorumCertificate)>) {
    let mut chain = TestChain::new(folder, 1);
    let anchor = chain.mine_anchor(&[1; 32]);
    chain.mine_anchor(&[2; 32]);
    for power in [1, 0] {
        let south = chain.network.registration(2, power);
        let change = chain.network.registry(RegistryChange::Hospital(south));
        let block = chain.propose(vec![change]);
        let signers: &[_] = if power == 1 { &[NORTH] } else { &[NORTH, SOUTH] };
        let certificate = chain.network.certify(&block, signers);
        chain.append(block, certificate);
    }
    let erase = chain.network.erase(anchor, [1; 32], chain.now);
    chain.mine(vec![erase]);
    chain.mine_anchor(&[3; 32]);
    let blocks = chain.store.reader().blocks(BlockHeight(1), usize::MAX).unwrap();
    assert_eq!(blocks.len(), 6);
    (chain, blocks)
}

#[test]
fn many_blocks_lead_where_each_of_them_would() {
    let (folder, another) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (chain, blocks) = sealed_blocks(folder.path());
    let genesis = &chain.network.genesis;
    let mut copy = TestChain::of(TestNetwork::new(1), another.path());

    let first = blocks[..2].to_vec();
    assert_eq!(attach_many(&mut copy.store, genesis, first, chain.now), Ok(Attach::Extended(BlockHeight(2))));
    assert_eq!(attach_many(&mut copy.store, genesis, blocks, chain.now), Ok(Attach::Extended(BlockHeight(6))));
    assert_eq!(copy.store.reader().head(), chain.store.reader().head());
    let report = |chain: &TestChain| verify_chain(chain.store.reader(), genesis, |_, _| ());
    assert_eq!(report(&copy).unwrap(), report(&chain).unwrap());
    assert_eq!(attach_many(&mut copy.store, genesis, Vec::new(), chain.now), Ok(Attach::Extended(BlockHeight(6))));
}

#[test]
fn many_blocks_with_a_wrong_one_among_them_go_as_far_as_they_are_right() {
    let (folder, another) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (chain, blocks) = sealed_blocks(folder.path());
    let genesis = &chain.network.genesis;
    type Change = fn(&mut Vec<(Block, QuorumCertificate)>);
    let cases: [(usize, Change, RejectReason); 4] = [
        (
            2,
            |blocks| blocks[1].1.signatures.clear(),
            RejectReason::Invalid(CertificateInvalid::NoQuorum { signed: 0, total: 1 }.into()),
        ),
        (2, |blocks| blocks[1].0.transactions.clear(), RejectReason::Invalid(BlockError::TransactionRoot)),
        (
            5,
            |blocks| drop(blocks.remove(4)),
            RejectReason::Invalid(BlockError::Height { expected: BlockHeight(5), found: BlockHeight(6) }),
        ),
        (
            4,
            |blocks| blocks[3].1.signatures.truncate(1),
            RejectReason::Invalid(CertificateInvalid::NoQuorum { signed: 1, total: 2 }.into()),
        ),
    ];
    for (wrong, change, reason) in cases {
        let mut copy = TestChain::of(TestNetwork::new(1), another.path());
        copy.store.rollback_to(BlockHeight(0)).unwrap();
        let mut blocks = blocks.clone();
        change(&mut blocks);
        let outcome = attach_many(&mut copy.store, genesis, blocks, chain.now);
        assert_eq!(outcome, Ok(Attach::Rejected(reason)));
        assert_eq!(copy.store.reader().head().unwrap().header.height, BlockHeight(wrong as u64 - 1));
    }
}

#[test]
fn whole_blocks_come_as_many_as_fit() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, blocks) = sealed_blocks(folder.path());
    let reader = chain.store.reader();
    let two = carekey_protocol::encoded_length(&blocks[1]) + carekey_protocol::encoded_length(&blocks[2]);
    assert_eq!(reader.blocks(BlockHeight(2), two).unwrap(), blocks[1..3]);
    assert_eq!(reader.blocks(BlockHeight(2), two - 1).unwrap(), blocks[1..2]);
    assert_eq!(reader.blocks(BlockHeight(2), 0).unwrap(), blocks[1..2], "the first always");
    assert_eq!(reader.blocks(BlockHeight(7), usize::MAX).unwrap(), []);
    assert_eq!(reader.blocks(BlockHeight(u64::MAX), usize::MAX).unwrap(), []);
}

#[test]
fn a_grant_is_revoked_once() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let [first, second, third] = [7, 7, 7].map(|sigma| chain.network.revoke([sigma; 32], now));
    assert_eq!(refusal(&chain, vec![first.clone(), second]), Reason::AlreadyRevoked);
    chain.mine(vec![first]);
    assert_eq!(refusal(&chain, vec![third]), Reason::AlreadyRevoked);
}

#[test]
fn erasing_takes_an_anchor_its_preimage_and_happens_once() {
    let (mut chain, _folder) = chain();
    let anchor = chain.mine_anchor(&[5; 32]);
    let now = chain.now;
    let wrong = chain.network.erase(anchor, [6; 32], now);
    assert_eq!(refusal(&chain, vec![wrong]), Reason::PreimageWrong);
    let nowhere = TxId(Digest([9; 32]));
    let unknown = chain.network.erase(nowhere, [5; 32], now);
    assert_eq!(refusal(&chain, vec![unknown]), Reason::AnchorUnknown(nowhere));
    let [first, second] = [(); 2].map(|()| chain.network.erase(anchor, [5; 32], now));
    assert_eq!(refusal(&chain, vec![first.clone(), second.clone()]), Reason::AlreadyErased);
    chain.mine(vec![first]);
    assert_eq!(refusal(&chain, vec![second]), Reason::AlreadyErased);

    let reader = test_key(0, "reader", 0).public();
    let short_lived = chain.network.anchor(&reader, &[8; 32], chain.now);
    let erase = chain.network.erase(short_lived.id(), [8; 32], chain.now);
    assert_eq!(chain.mine(vec![short_lived, erase]), BlockHeight(4), "an anchor may be erased in its own block");
}

#[test]
fn registry_changes_are_numbered_without_gaps() {
    let (mut chain, _folder) = chain();
    let change = |serial| RegistryChange::RevokeCertificate(CertificateSerial(serial));
    let [one, two, again] = [1, 2, 1].map(|serial| chain.network.registry(change(serial)));
    assert_eq!(refusal(&chain, vec![two.clone()]), Reason::Sequence { expected: 1, found: 2 });
    chain.mine(vec![one.clone(), two]);
    assert_eq!(refusal(&chain, vec![one]), Reason::Duplicate);
    assert_eq!(refusal(&chain, vec![again]), Reason::CertificateAlreadyRevoked);
    let retire = chain.network.registration(1, 0);
    chain.network.registry_sequence = 2;
    let retire = chain.network.registry(RegistryChange::Hospital(retire));
    assert!(matches!(refusal(&chain, vec![retire]), Reason::Validators(_)), "nobody would be left to seal");
}

#[test]
fn signatures_and_epochs_are_checked_at_the_blocks_time() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let mut forged = chain.network.revoke([1; 32], now);
    forged.body = carekey_protocol::Body::Revoke([2; 32]);
    assert_eq!(refusal(&chain, vec![forged]), Reason::Invalid(TransactionError::Signature));
    let future = now.plus(carekey_protocol::pseudonym::EPOCH_MILLIS);
    let early = chain.network.revoke([3; 32], future);
    assert_eq!(refusal(&chain, vec![early]), Reason::Invalid(TransactionError::PseudonymExpired));
    let usurper = SecretKey::generate(&mut test_rng(9));
    let change = RegistryChange::RevokeCertificate(CertificateSerial(1));
    let usurped = Transaction::by_authority(chain.network.id(), 1, change, &usurper);
    assert_eq!(refusal(&chain, vec![usurped]), Reason::Invalid(TransactionError::Signature));
}

#[test]
fn a_proposal_drops_what_would_be_refused_and_keeps_the_rest() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let good = chain.network.revoke([1; 32], now);
    let twin = chain.network.revoke([1; 32], now);
    let mut forged = chain.network.revoke([2; 32], now);
    forged.body = carekey_protocol::Body::Revoke([3; 32]);
    let candidates = vec![good.clone(), twin.clone(), forged.clone()];
    for candidate in &candidates[..2] {
        let alone = check_candidate(chain.store.reader(), &chain.network.genesis, candidate, now);
        assert_eq!(alone, Ok(()), "each alone could stand");
    }
    let proposal = propose_block(chain.store.reader(), &chain.network.genesis, candidates, now, NORTH).unwrap();
    assert_eq!(proposal.block.transactions, [BlockEntry::Full(good)]);
    let invalid = Reason::Invalid(TransactionError::Signature);
    assert_eq!(proposal.dropped, [(twin.id(), Reason::AlreadyRevoked), (forged.id(), invalid)]);
    assert_eq!(verdict(&chain, proposal.block), Ok(()), "what we propose, others accept");
}

#[test]
fn a_new_block_may_not_hide_a_body() {
    let (mut chain, _folder) = chain();
    let anchor = chain.mine_anchor(&[1; 32]);
    let erase = chain.network.erase(anchor, [1; 32], chain.now);
    chain.mine(vec![erase]);
    let pruned = chain.store.reader().block(BlockHeight(2)).unwrap().unwrap();
    assert!(matches!(pruned.transactions[..], [BlockEntry::Pruned(_)]));
    chain.store.rollback_to(BlockHeight(1)).unwrap();
    assert_eq!(verdict(&chain, pruned.clone()), Err(BlockError::Pruned { index: 0 }));

    let certificate = chain.network.certify(&pruned, &[NORTH]);
    let (reader, genesis) = (chain.store.reader(), &chain.network.genesis);
    assert!(verify_certified_block(reader, genesis, pruned.clone(), &certificate, chain.now).is_ok());
    let unsigned = chain.network.certify(&pruned, &[]);
    let refused = verify_certified_block(reader, genesis, pruned, &unsigned, chain.now);
    let reason = CertificateInvalid::NoQuorum { signed: 0, total: 1 };
    assert_eq!(refused, Err(BlockError::Certificate(reason)));
}

#[test]
fn a_block_is_applied_with_a_quorum_only() {
    let folder = tempfile::tempdir().unwrap();
    let hospitals = [1, 2, 3, 4].map(|number| HospitalId([0, 0, number]));
    let mut chain = TestChain::of(TestNetwork::with_powers(3, &[1, 1, 1, 1]), folder.path());
    let block = chain.propose(Vec::new());
    let network = chain.network.clone();
    let mut apply = |certificate| {
        let verified = chain.verify(block.clone());
        apply_block(&mut chain.store, verified, certificate)
    };
    let refused = |reason| Err(ApplyError::Certificate(reason));

    assert_eq!(
        apply(network.certify(&block, &hospitals[..2])),
        refused(CertificateInvalid::NoQuorum { signed: 2, total: 4 })
    );
    let mut twice = network.certify(&block, &hospitals[..2]);
    twice.signatures = [&twice.signatures[..], &twice.signatures[..]].concat();
    assert_eq!(apply(twice), refused(CertificateInvalid::Order), "signing twice does not count twice");
    let mut forged = network.certify(&block, &hospitals[..3]);
    forged.round = 1;
    assert_eq!(apply(forged), refused(CertificateInvalid::Signature(hospitals[0])), "the round is signed, too");
    let stranger = HospitalId([0, 0, 9]);
    assert_eq!(apply(network.certify(&block, &[stranger])), refused(CertificateInvalid::Stranger(stranger)));
    assert_eq!(apply(network.certify(&block, &hospitals[1..])), Ok(()), "three of four are more than two thirds");
}

#[test]
fn attaching_has_three_outcomes() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let [one, two] = [1, 2].map(|sigma| chain.network.revoke([sigma; 32], now));
    let (ours, theirs) = (chain.propose(vec![one]), chain.propose(vec![two]));
    let network = chain.network.clone();
    let mut attach = |block: &Block, signers: &[HospitalId]| {
        attach(&mut chain.store, &network.genesis, block.clone(), network.certify(block, signers), now).unwrap()
    };

    let unsealed = attach(&ours, &[]);
    assert!(matches!(unsealed, Attach::Rejected(RejectReason::Invalid(BlockError::Certificate(_)))));
    assert_eq!(attach(&ours, &[NORTH]), Attach::Extended(BlockHeight(2)));
    assert_eq!(attach(&ours, &[NORTH]), Attach::Rejected(RejectReason::Known));
    let Attach::Forked(evidence) = attach(&theirs, &[NORTH]) else { panic!("a second sealed block is a fork") };
    assert_eq!((&evidence.first.header, &evidence.second.header), (&ours.header, &theirs.header));
    assert_eq!(evidence.verify(&chain.store.reader().validators_at(BlockHeight(2)).unwrap()), Ok(()));
    assert_eq!(chain.store.reader().head().unwrap().header, ours.header, "the chain has not moved");
}

#[test]
fn the_proposers_slow_clock_does_not_stop_the_chain() {
    let (mut chain, _folder) = chain();
    chain.now = FOUNDED;
    let parent = chain.store.reader().head().unwrap().header.time;
    let block = chain.propose(Vec::new());
    assert_eq!(block.header.time, parent.plus(1));
    assert_eq!(verdict(&chain, block), Ok(()));
}

#[test]
fn a_block_verified_against_an_older_head_is_not_applied() {
    let (mut chain, _folder) = chain();
    let block = chain.propose(Vec::new());
    let (verified, certificate) = (chain.verify(block.clone()), chain.network.certify(&block, &[NORTH]));
    chain.mine_anchor(&[2; 32]);
    assert_eq!(apply_block(&mut chain.store, verified, certificate), Err(ApplyError::NotNext));
}

#[test]
fn a_block_above_the_bounds_is_refused() {
    let (mut chain, _folder) = chain();
    let now = chain.now;
    let many = crate::limits::TRANSACTIONS_PER_BLOCK_MAX + 1;
    let one = chain.network.revoke([1; 32], now);
    let block = forced(&chain, vec![one; many]);
    assert_eq!(verdict(&chain, block), Err(BlockError::TooManyTransactions(many)));

    let reader = test_key(0, "reader", 0).public();
    let mut large = chain.network.receipt(&reader, now);
    let carekey_protocol::Body::Receipt(note) = &mut large.body else { panic!("a receipt") };
    note.ciphertext.resize(3000, 0);
    let encoded = carekey_protocol::encode(&large).len();
    let fitting = crate::limits::BLOCK_BYTES_MAX / encoded;
    assert!(fitting < many);
    let block = forced(&chain, vec![large.clone(); fitting + 1]);
    assert_eq!(verdict(&chain, block), Err(BlockError::TooManyBytes((fitting + 1) * encoded)));

    let carekey_protocol::Body::Receipt(note) = &mut large.body else { panic!("a receipt") };
    note.ciphertext.resize(5000, 0);
    let bytes = carekey_protocol::encode(&large).len();
    assert_eq!(refusal(&chain, vec![large]), Reason::TooLarge { bytes });
}

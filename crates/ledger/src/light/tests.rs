//! A wallet follows a chain, with hospitals that help and hospitals that lie.

use carekey_crypto::Digest;
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{BlockHeight, CertificateSerial, decode, encode};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::testkit::{NORTH, SOUTH, TestChain, TestNetwork};
use crate::{CertificateInvalid, CertifiedHeader, ProofError, Vote, seal_alone, sign_vote};

fn chain_of(blocks: u8) -> (TestChain, LightClient, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(folder.path(), 1);
    for number in 0..blocks {
        chain.mine_anchor(&[number; 32]);
    }
    let client = LightClient::new(chain.network.genesis.clone()).unwrap();
    (chain, client, folder)
}

fn catch_up(chain: &TestChain, client: &LightClient) -> CatchUp {
    chain.store.reader().catch_up(client.head().height).unwrap()
}

fn batch(chain: &TestChain, client: &LightClient) -> CompactBatch {
    chain.store.reader().compact_batch(client.scanned().height.next(), 100, 1 << 20).unwrap().unwrap()
}

/// South joins with power 3, then seals alone; North leaves.
fn hand_over(chain: &mut TestChain) {
    let join = chain.network.registration(2, 3);
    let join = chain.network.registry(RegistryChange::Hospital(join));
    chain.mine(vec![join]);
    let leave = chain.network.registration(1, 0);
    let leave = chain.network.registry(RegistryChange::Hospital(leave));
    let block = chain.propose(vec![leave]);
    let certificate = chain.network.certify(&block, &[SOUTH]);
    chain.append(block, certificate);
}

fn mine_by_south(chain: &mut TestChain) {
    let mut block = chain.propose(Vec::new());
    block.header.proposer = SOUTH;
    let certificate = seal_alone(&chain.network.ledger_key(SOUTH), SOUTH, &block.header);
    chain.append(block, certificate);
}

#[test]
fn one_certificate_leads_to_the_newest_head() {
    let (chain, mut client, _folder) = chain_of(20);
    let answer = catch_up(&chain, &client);
    assert!(answer.changes.is_empty());
    assert!(encode(&answer).len() < 700, "{} bytes, whatever the height", encode(&answer).len());
    let advanced = Jump::Advanced { from: BlockHeight(0), to: BlockHeight(20) };
    assert_eq!(client.jump(&answer), Ok(advanced));
    assert_eq!(client.jump(&catch_up(&chain, &client)), Ok(Jump::Unchanged));
}

#[test]
fn a_wallet_follows_a_complete_change_of_hospitals() {
    let (mut chain, mut client, _folder) = chain_of(2);
    hand_over(&mut chain);
    mine_by_south(&mut chain);
    let answer = catch_up(&chain, &client);
    assert_eq!(answer.changes.len(), 2);
    assert!(client.jump(&answer).is_ok());
    assert_eq!(client.validators().members().len(), 1);
    assert!(client.validators().get(SOUTH).is_some());

    let mut walker = LightClient::new(chain.network.genesis.clone()).unwrap();
    walker.scan(&batch(&chain, &walker)).unwrap();
    assert_eq!(walker.head(), client.head(), "walking leads where jumping does");
    assert_eq!(walker.validators(), client.validators());
}

#[test]
fn a_set_change_may_be_the_newest_block() {
    let (mut chain, mut client, _folder) = chain_of(1);
    hand_over(&mut chain);
    client.jump(&catch_up(&chain, &client)).unwrap();
    assert_eq!(client.head().height, BlockHeight(3));
    mine_by_south(&mut chain);
    client.jump(&catch_up(&chain, &client)).unwrap();
    assert_eq!(client.head().height, BlockHeight(4));
}

#[test]
fn a_set_change_that_is_hidden_or_bent_is_noticed() {
    let (mut chain, client, _folder) = chain_of(2);
    hand_over(&mut chain);
    mine_by_south(&mut chain);
    let good = catch_up(&chain, &client);
    let verdict = |change: fn(&mut CatchUp)| {
        let mut answer = good.clone();
        change(&mut answer);
        let mut trial = client.clone();
        let error = trial.jump(&answer).unwrap_err();
        assert_eq!(trial, client, "a refused answer changes nothing");
        error
    };
    assert_eq!(verdict(|answer| answer.changes.clear()), LightError::SetChangesMissing(BlockHeight(5)));
    let first_hidden = verdict(|answer| drop(answer.changes.remove(0)));
    assert!(matches!(first_hidden, LightError::Validators(_) | LightError::SetChangesMissing(_)), "{first_hidden:?}");
    let last_hidden = verdict(|answer| drop(answer.changes.remove(1)));
    assert_eq!(last_hidden, LightError::SetChangesMissing(BlockHeight(5)));
    let emptied = verdict(|answer| answer.changes[0].registrations.clear());
    assert_eq!(emptied, LightError::SetChange(BlockHeight(3)));
    let unsealed = verdict(|answer| answer.changes[0].certified.certificate.signatures.clear());
    assert!(matches!(unsealed, LightError::Certificate { height: BlockHeight(3), .. }));
    let unproved = verdict(|answer| answer.changes[0].registrations[0].1.inclusion.count = 2);
    assert_eq!(unproved, LightError::Proof(ProofError::Path));
}

#[test]
fn an_unsealed_stale_or_unconnected_head_is_refused() {
    let (mut chain, mut client, _folder) = chain_of(5);
    let old = catch_up(&chain, &client);
    client.jump(&old).unwrap();
    chain.mine_anchor(&[9; 32]);
    let good = catch_up(&chain, &client);

    let mut unsealed = good.clone();
    unsealed.target.certificate.signatures.clear();
    let reason = CertificateInvalid::NoQuorum { signed: 0, total: 1 };
    assert_eq!(client.jump(&unsealed), Err(LightError::Certificate { height: BlockHeight(6), reason }));
    let mut unconnected = good.clone();
    unconnected.ancestry.path[0] = Digest::ZERO;
    assert_eq!(client.jump(&unconnected), Err(LightError::NotAnExtension(BlockHeight(6))));
    client.jump(&good).unwrap();
    let stale = LightError::Stale { ours: BlockHeight(6), theirs: BlockHeight(5) };
    assert_eq!(client.jump(&old), Err(stale), "a hospital that hides the newest block is noticed");
}

#[test]
fn two_sealed_heads_are_evidence_against_those_who_signed_both() {
    let (chain, mut client, _folder) = chain_of(3);
    client.jump(&catch_up(&chain, &client)).unwrap();
    let mut header = client.head().clone();
    header.time = header.time.plus(1);
    let certificate = seal_alone(&chain.network.ledger_key(NORTH), NORTH, &header);
    let mut answer = catch_up(&chain, &client);
    answer.target = CertifiedHeader { header: header.clone(), certificate };
    let Err(LightError::Equivocation(evidence)) = client.jump(&answer) else { panic!("equivocation") };
    assert_eq!(evidence.verify(client.validators()), Ok(()));

    let by_south = sign_vote(&chain.network.ledger_key(SOUTH), &Vote::precommit(&header, 0));
    answer.target.certificate.signatures = vec![(NORTH, by_south)];
    let reason = CertificateInvalid::Signature(NORTH);
    assert_eq!(client.jump(&answer), Err(LightError::Certificate { height: BlockHeight(3), reason }));
}

#[test]
fn scanning_notices_a_missing_foreign_or_changed_block() {
    let (chain, client, _folder) = chain_of(6);
    let good = batch(&chain, &client);
    assert_eq!(client.clone().scan(&good), Ok(()));
    let verdict = |change: fn(&mut CompactBatch)| {
        let mut bent = good.clone();
        change(&mut bent);
        let mut trial = client.clone();
        let error = trial.scan(&bent).unwrap_err();
        assert_eq!(trial, client, "a refused batch changes nothing");
        error
    };
    assert_eq!(verdict(|batch| batch.blocks.clear()), LightError::EmptyBatch);
    assert_eq!(verdict(|batch| drop(batch.blocks.remove(0))), LightError::Link(BlockHeight(2)));
    assert_eq!(verdict(|batch| drop(batch.blocks.remove(2))), LightError::Link(BlockHeight(4)));
    assert_eq!(verdict(|batch| batch.blocks[2].entries.clear()), LightError::Entries(BlockHeight(3)));
    let other = verdict(|batch| batch.blocks[2].entries[0].txid.0.0[0] ^= 1);
    assert_eq!(other, LightError::Entries(BlockHeight(3)), "one bit of one transaction");
    assert_eq!(verdict(|batch| batch.blocks[3].header.time.0 += 1), LightError::Link(BlockHeight(5)));
    let cut = verdict(|batch| drop(batch.blocks.pop()));
    let reason = CertificateInvalid::Header;
    assert_eq!(cut, LightError::Certificate { height: BlockHeight(5), reason }, "the last one must be sealed");
}

#[test]
fn batches_are_as_small_as_asked_and_lead_to_the_head() {
    let (chain, mut client, _folder) = chain_of(7);
    client.jump(&catch_up(&chain, &client)).unwrap();
    let reader = chain.store.reader();
    let mut sizes = Vec::new();
    while let Some(batch) = reader.compact_batch(client.scanned().height.next(), 3, 1 << 20).unwrap() {
        client.scan(&batch).unwrap();
        sizes.push(batch.blocks.len());
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(client.scanned(), client.head());
    let tiny = reader.compact_batch(BlockHeight(1), 100, 1).unwrap().unwrap();
    assert_eq!(tiny.blocks.len(), 1, "never nothing, or a client would not get on");
}

#[test]
fn a_scan_that_reaches_another_block_at_the_heads_height_is_a_fork() {
    let (mut chain, mut client, _folder) = chain_of(4);
    let (before, lost) = (client.clone(), chain.store.reader().head().unwrap());
    client.jump(&catch_up(&chain, &client)).unwrap();
    chain.store.rollback_to(BlockHeight(3)).unwrap();
    chain.mine_anchor(&[77; 32]);
    let Err(LightError::Equivocation(evidence)) = client.scan(&batch(&chain, &before)) else { panic!("equivocation") };
    assert_eq!(evidence.first, lost);
    chain.mine_anchor(&[78; 32]);
    let longer = client.scan(&batch(&chain, &before));
    assert_eq!(longer, Err(LightError::NotAnExtension(BlockHeight(5))));
    assert_eq!(client.jump(&catch_up(&chain, &client)), Err(LightError::NotAnExtension(BlockHeight(5))));
}

#[test]
fn a_transaction_is_proved_under_the_head_only_where_it_stands() {
    let (mut chain, mut client, _folder) = chain_of(5);
    let now = chain.now;
    let grants = [1, 2, 3].map(|sigma| chain.network.revoke([sigma; 32], now));
    let txids = grants.clone().map(|grant| grant.id());
    chain.mine(grants.to_vec());
    chain.mine_anchor(&[9; 32]);
    client.jump(&catch_up(&chain, &client)).unwrap();
    let reader = chain.store.reader();
    let head = client.head().height;

    for txid in &txids {
        let proof = reader.ledger_proof(txid, head).unwrap().unwrap();
        assert_eq!(client.verify_transaction(txid, &proof).unwrap().height, BlockHeight(6));
    }
    let proof = reader.ledger_proof(&txids[0], head).unwrap().unwrap();
    assert_eq!(client.verify_transaction(&txids[1], &proof), Err(LightError::Proof(ProofError::Path)));
    let mut detached = proof.clone();
    detached.history = None;
    assert!(client.verify_transaction(&txids[0], &detached).is_err(), "the block must be under the head");
    let mut moved = proof;
    moved.transaction.height = BlockHeight(5);
    assert!(client.verify_transaction(&txids[0], &moved).is_err());
    assert_eq!(reader.ledger_proof(&txids[0], BlockHeight(5)).unwrap(), None, "it did not stand there yet");
}

#[test]
fn the_registry_is_observed_in_order_and_complete() {
    let (mut chain, mut client, _folder) = chain_of(1);
    let revoke = chain.network.registry(RegistryChange::RevokeCertificate(CertificateSerial(4)));
    let mut south = chain.network.registration(2, 0);
    south.name = carekey_protocol::Text::truncated("South Clinic");
    let renamed = chain.network.registry(RegistryChange::Hospital(south));
    chain.mine(vec![revoke, renamed]);
    client.jump(&catch_up(&chain, &client)).unwrap();

    let changes = chain.store.reader().registry_after(client.registry_sequence(), client.head().height).unwrap();
    assert_eq!(changes.len(), 2);
    let gap = LightError::RegistryGap { expected: 1, found: 2 };
    assert_eq!(client.observe_registry(&changes[1]), Err(gap), "a hidden revocation is noticed");
    changes.iter().for_each(|change| client.observe_registry(change).unwrap());
    client.observe_registry(&changes[0]).unwrap();
    assert!(client.is_certificate_revoked(CertificateSerial(4)));
    assert_eq!(client.hospital(SOUTH).unwrap().name.as_str(), "South Clinic");
    assert_eq!(client.registry_sequence(), 2);
}

#[test]
fn a_client_comes_back_from_the_vault_as_it_was() {
    let (mut chain, mut client, _folder) = chain_of(4);
    hand_over(&mut chain);
    client.jump(&catch_up(&chain, &client)).unwrap();
    let saved = client.save();
    let restored = LightClient::restore(chain.network.genesis.clone(), &saved).unwrap();
    assert_eq!(restored, client);
    let other = TestNetwork::new(2).genesis;
    assert_eq!(LightClient::restore(other, &saved), Err(LightError::Network));
    let cut = LightClient::restore(chain.network.genesis.clone(), &saved[..saved.len() - 1]);
    assert!(matches!(cut, Err(LightError::State(_))));
}

#[test]
fn many_set_changes_take_several_answers() {
    let (mut chain, mut client, _folder) = chain_of(0);
    for round in 0..(crate::limits::SET_CHANGES_MAX as u64 + 3) {
        let north = chain.network.registration(1, round + 2);
        let change = chain.network.registry(RegistryChange::Hospital(north));
        chain.mine(vec![change]);
    }
    let mut answers = 0;
    while client.jump(&catch_up(&chain, &client)).unwrap() != Jump::Unchanged {
        answers += 1;
    }
    assert_eq!(answers, 2);
    assert_eq!(client.head(), &chain.store.reader().head().unwrap().header);
    assert_eq!(client.validators().get(NORTH).unwrap().voting_power, chain.network.registry_sequence + 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_break_a_decoder(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _any_outcome = (decode::<CatchUp>(&bytes), decode::<CompactBatch>(&bytes));
        let _any_outcome = (decode::<crate::Block>(&bytes), decode::<crate::LedgerProof>(&bytes));
        let _any_outcome = decode::<crate::QuorumCertificate>(&bytes);
    }

    #[test]
    fn one_flipped_bit_in_an_answer_is_an_error_or_changes_nothing_that_is_trusted(bit in 0usize..8 * 2000) {
        let (mut chain, client, _folder) = chain_of(2);
        hand_over(&mut chain);
        mine_by_south(&mut chain);
        let good = catch_up(&chain, &client);
        let mut bytes = encode(&good);
        let at = bit % (8 * bytes.len());
        bytes[at / 8] ^= 1 << (at % 8);
        if let Ok(bent) = decode::<CatchUp>(&bytes) {
            let mut trial = client.clone();
            prop_assert!(trial.jump(&bent).is_err(), "bit {at} goes unnoticed");
            prop_assert_eq!(trial, client);
        }
    }
}

#[test]
fn what_is_sent_decodes_to_itself_and_to_nothing_longer() {
    fn round_trip<T: borsh::BorshSerialize + borsh::BorshDeserialize + PartialEq + std::fmt::Debug>(value: &T) {
        let mut bytes = encode(value);
        assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value));
        bytes.push(0);
        assert!(decode::<T>(&bytes).is_err(), "a trailing byte");
        bytes.truncate(bytes.len() - 2);
        assert!(decode::<T>(&bytes).is_err(), "a missing byte");
    }
    let (mut chain, client, _folder) = chain_of(3);
    let anchor = chain.mine_anchor(&[9; 32]);
    let erase = chain.network.erase(anchor, [9; 32], chain.now);
    chain.mine(vec![erase]);
    hand_over(&mut chain);
    let reader = chain.store.reader();
    round_trip(&catch_up(&chain, &client));
    round_trip(&batch(&chain, &client));
    round_trip(&reader.ledger_proof(&anchor, BlockHeight(7)).unwrap().unwrap());
    round_trip(&reader.head().unwrap());
    (0..=7).for_each(|height| round_trip(&reader.block(BlockHeight(height)).unwrap().unwrap()));
    reader.registry_after(0, BlockHeight(7)).unwrap().iter().for_each(round_trip);
}

#[test]
fn counts_are_refused_before_anything_is_read() {
    let header = encode(&chain_of(0).1.head().clone());
    let claim = [header, u32::MAX.to_le_bytes().to_vec()].concat();
    let error = decode::<crate::Block>(&claim).unwrap_err();
    assert!(error.reason.contains("at most"), "{error}");
    assert!(decode::<CompactBatch>(&u32::MAX.to_le_bytes()).is_err());
}

//! The file survives what happens to files.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use carekey_protocol::derive::{erasure_commitment, rho};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{BlockHeight, CertificateSerial, Text, TxId, UnixMillis};
use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::rules::attach::{Attach, attach};
use crate::testkit::{NORTH, SOUTH, TestChain, TestNetwork, test_key};
use crate::{BlockEntry, ChainFault, ChainReport, Fault, verify_chain};

mod tamper;

const CRASH_FOLDER: &str = "CAREKEY_TEST_CRASH_FOLDER";

/// A chain with something in every table: anchors, one of them erased, a revocation, registry changes.
fn rich_chain(folder: &Path) -> (TestChain, TxId) {
    let mut chain = TestChain::new(folder, 1);
    let erased = chain.mine_anchor(&[1; 32]);
    chain.mine_anchor(&[2; 32]);
    let revoke = chain.network.revoke([3; 32], chain.now);
    let certificate = chain.network.registry(RegistryChange::RevokeCertificate(CertificateSerial(5)));
    chain.mine(vec![revoke, certificate]);
    let mut south = chain.network.registration(2, 0);
    south.name = Text::truncated("South Clinic");
    let renamed = chain.network.registry(RegistryChange::Hospital(south));
    let erase = chain.network.erase(erased, [1; 32], chain.now);
    chain.mine(vec![renamed, erase]);
    chain.mine_anchor(&[4; 32]);
    (chain, erased)
}

fn check_all(chain: &TestChain) -> Result<ChainReport, ChainFault> {
    verify_chain(chain.store.reader(), &chain.network.genesis, |_, _| ())
}

/// Every row of every table, for comparing whole states.
fn dump(chain: &TestChain) -> Vec<String> {
    chain
        .store
        .reader()
        .read(|db| {
            let tables = ["blocks", "entries", "pseudonyms", "revocations", "anchors", "hospitals"];
            let mut lines = Vec::new();
            for table in tables.into_iter().chain(["certificates", "registry", "history"]) {
                let mut statement = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let cells = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
                    lines.push(format!("{table} {:?}", cells.collect::<Result<Vec<_>, _>>()?));
                }
            }
            Ok(lines)
        })
        .unwrap()
}

#[test]
fn a_long_chain_made_in_a_short_time_is_a_valid_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(folder.path(), 1);
    chain.extend_empty(100, &[NORTH]);
    chain.mine_anchor(&[1; 32]);
    chain.extend_empty(3, &[NORTH]);
    assert_eq!(check_all(&chain).unwrap().head, BlockHeight(104));
}

#[test]
fn the_ledger_answers_what_a_hospital_asks() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, erased) = rich_chain(folder.path());
    let reader = chain.store.reader();
    assert_eq!(reader.revoked(&rho(&[3; 32])).unwrap(), Some(BlockHeight(3)));
    assert_eq!(reader.revoked(&rho(&[4; 32])).unwrap(), None);
    assert_eq!(reader.certificate_revoked(CertificateSerial(5)).unwrap(), Some(BlockHeight(3)));
    assert_eq!(reader.certificate_revoked(CertificateSerial(6)).unwrap(), None);
    assert_eq!(reader.hospital(SOUTH).unwrap().unwrap().name.as_str(), "South Clinic");
    assert_eq!(reader.hospitals().unwrap().len(), 2);
    assert_eq!(reader.location(&erased).unwrap(), Some(Location { height: BlockHeight(1), index: 0 }));
    let erasure = Erasure { anchor: erased, commitment: erasure_commitment(&[1; 32]), height: BlockHeight(4) };
    assert_eq!(reader.erased_after(BlockHeight(0)).unwrap(), [erasure]);
    assert_eq!(reader.erased_after(BlockHeight(4)).unwrap(), []);
    assert_eq!(reader.anchor(&erased).unwrap().unwrap().erased, Some(BlockHeight(4)));
}

#[test]
fn an_erased_anchor_loses_its_body_on_disk_and_the_chain_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(folder.path(), 1);
    let anchor = chain.mine_anchor(&[1; 32]);
    let body = carekey_protocol::encode(&chain.store.reader().transaction(&anchor).unwrap().unwrap().body);
    let trace = &body[body.len() - 64..];
    let on_disk = || {
        let files = fs::read_dir(folder.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
        files.into_iter().any(|file| file.windows(trace.len()).any(|window| window == trace))
    };
    assert!(on_disk(), "the ciphertext is in the file before");

    let erase = chain.network.erase(anchor, [1; 32], chain.now);
    chain.mine(vec![erase]);
    assert!(!on_disk(), "neither in the file nor in its log");
    assert_eq!(chain.store.reader().transaction(&anchor).unwrap(), None);
    let block = chain.store.reader().block(BlockHeight(1)).unwrap().unwrap();
    assert!(matches!(block.transactions[..], [BlockEntry::Pruned(_)]));
    assert!(block.compact().matches_header(), "the leaf stays");
    let report = check_all(&chain).unwrap();
    assert_eq!((report.transactions, report.pruned), (2, 1));
    let proof = chain.store.reader().ledger_proof(&anchor, BlockHeight(2)).unwrap().unwrap();
    let head = chain.store.reader().head().unwrap().header;
    assert!(proof.verify(&head, &anchor).is_ok(), "that it stood there can still be proved");
}

#[test]
fn a_second_hospital_follows_from_the_start_although_bodies_are_gone() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (north, erased) = rich_chain(here.path());
    let mut south = TestChain::new(there.path(), 1);
    for height in 1..=5 {
        let block = north.store.reader().block(BlockHeight(height)).unwrap().unwrap();
        let certificate = north.store.reader().certified_header(BlockHeight(height)).unwrap().unwrap().certificate;
        let outcome = attach(&mut south.store, &south.network.genesis, block, certificate, north.now).unwrap();
        assert_eq!(outcome, Attach::Extended(BlockHeight(height)));
    }
    assert_eq!(dump(&north), dump(&south), "row by row the same state");
    check_all(&south).unwrap();
    let state = south.store.reader().anchor(&erased).unwrap().unwrap();
    assert_eq!(state.erasure, Some(erasure_commitment(&[1; 32])), "known since the erasure opened it");
}

#[test]
fn a_body_withheld_without_an_erasure_is_named() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (north, erased) = rich_chain(here.path());
    let mut south = TestChain::new(there.path(), 1);
    let block = north.store.reader().block(BlockHeight(1)).unwrap().unwrap();
    let certificate = north.store.reader().certified_header(BlockHeight(1)).unwrap().unwrap().certificate;
    attach(&mut south.store, &south.network.genesis, block, certificate, north.now).unwrap();
    let fault = ChainFault { height: BlockHeight(1), what: Fault::BodyMissing(erased) };
    assert_eq!(check_all(&south), Err(fault));
}

#[test]
fn a_write_that_fails_in_its_last_step_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut chain, _) = rich_chain(folder.path());
    let before = dump(&chain);
    let reader = test_key(0, "reader", 0).public();
    let anchor = chain.network.anchor(&reader, &[9; 32], chain.now);
    let block = chain.propose(vec![anchor]);
    let certificate = chain.network.certify(&block, &[NORTH]);
    let fail = "CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT raise(ABORT, 'disk full'); END";
    chain.store.connection.execute_batch(fail).unwrap();
    let verified = chain.verify(block.clone());
    let failed = apply_block(&mut chain.store, verified, certificate.clone());
    assert_eq!(failed, Err(ApplyError::Store(StoreError::Sqlite("disk full".to_owned()))));
    assert_eq!(dump(&chain), before, "header and transactions were written before the failure, and are gone");

    chain.store.connection.execute_batch("DROP TRIGGER full").unwrap();
    chain.append(block, certificate);
    check_all(&chain).unwrap();
}

#[test]
fn a_file_of_another_network_or_a_later_version_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    drop(Store::open(&path, &TestNetwork::new(1).genesis).unwrap());
    let other = Store::open(&path, &TestNetwork::new(2).genesis);
    assert_eq!(other.err(), Some(StoreError::OtherNetwork));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(Store::open(&path, &TestNetwork::new(1).genesis).err(), Some(StoreError::Newer(99)));
    fs::write(&path, b"not a database, but long enough to be mistaken for one by its length alone").unwrap();
    assert!(matches!(Store::open(&path, &TestNetwork::new(1).genesis).err(), Some(StoreError::Sqlite(_))));
}

#[test]
fn readers_in_many_threads_see_whole_blocks_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(folder.path(), 1);
    let reader = chain.store.reader().clone();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let reader = reader.clone();
                scope.spawn(move || {
                    loop {
                        let head = reader.head().unwrap().header;
                        let block = reader.block(head.height).unwrap().unwrap();
                        assert!(block.compact().matches_header());
                        if head.height.0 >= 15 {
                            return;
                        }
                    }
                })
            })
            .collect();
        for number in 0..15 {
            chain.mine_anchor(&[number; 32]);
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

/// Not a test of its own: the process that the next test kills. Prints each height once it is durable.
#[test]
#[allow(clippy::print_stdout, reason = "the child's only way to speak")]
fn child_that_mines_until_killed() {
    let Some(folder) = env::var_os(CRASH_FOLDER) else { return };
    let mut chain = TestChain::new(Path::new(&folder), 1);
    let head = chain.store.reader().head().unwrap().header.height.0;
    // Other pseudonyms than those of the runs before.
    for _ in 0..head * 10 {
        chain.network.pseudonym(UnixMillis(0));
    }
    loop {
        let anchor = chain.mine_anchor(&[7; 32]);
        let erase = chain.network.erase(anchor, [7; 32], chain.now);
        let height = chain.mine(vec![erase]);
        println!("durable {height}");
    }
}

#[test]
fn a_killed_hospital_keeps_every_block_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "store::tests::child_that_mines_until_killed", "--nocapture"])
            .env(CRASH_FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let durable = lines.filter_map(|line| Some(line.split_once("durable ")?.1.parse::<u64>().unwrap()));
        // Read a few, then kill in the middle of whatever it is doing.
        let acknowledged = durable.take(round * 2 + 1).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();

        let chain = TestChain::new(folder.path(), 1);
        let report = check_all(&chain).unwrap();
        assert!(report.head.0 >= acknowledged, "round {round}: {acknowledged} was acknowledged, {} found", report.head);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn going_back_and_forth_again_leads_to_the_same_state(
        steps in prop::collection::vec(0u8..5, 1..12),
        back in 0usize..12,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut chain = TestChain::new(folder.path(), 1);
        let (mut blocks, mut states, mut anchors) = (Vec::new(), vec![dump(&chain)], Vec::new());
        for (number, step) in steps.into_iter().enumerate() {
            let preimage = [number as u8; 32];
            let reader = test_key(0, "reader", 0).public();
            let transaction = match step {
                0 => chain.network.grant(&reader, chain.now),
                1 => chain.network.revoke(preimage, chain.now),
                2 => {
                    let serial = CertificateSerial(number as u64);
                    chain.network.registry(RegistryChange::RevokeCertificate(serial))
                }
                3 => {
                    let north = chain.network.registration(1, number as u64 + 2);
                    chain.network.registry(RegistryChange::Hospital(north))
                }
                _ => {
                    let anchor = chain.network.anchor(&reader, &preimage, chain.now);
                    anchors.push(anchor.id());
                    anchor
                }
            };
            let block = chain.propose(vec![transaction]);
            let certificate = chain.network.certify(&block, &[NORTH]);
            chain.append(block.clone(), certificate.clone());
            blocks.push((block, certificate));
            states.push(dump(&chain));
        }
        let back = back.min(blocks.len());
        let height = blocks.len() - back;
        chain.store.rollback_to(BlockHeight(height as u64)).unwrap();
        prop_assert_eq!(&dump(&chain), &states[height], "as if the blocks above had never been");
        prop_assert!(check_all(&chain).is_ok());
        for (block, certificate) in blocks.drain(height..) {
            chain.append(block, certificate);
        }
        prop_assert_eq!(Some(&dump(&chain)), states.last());
        prop_assert!(check_all(&chain).is_ok());
        prop_assert!(anchors.iter().all(|txid| chain.store.reader().anchor(txid).unwrap().is_some()));
    }
}

#[test]
fn an_erasure_outlives_going_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(folder.path(), 1);
    let anchor = chain.mine_anchor(&[1; 32]);
    let erase = chain.network.erase(anchor, [1; 32], chain.now);
    let block = chain.propose(vec![erase]);
    let certificate = chain.network.certify(&block, &[NORTH]);
    chain.append(block.clone(), certificate.clone());
    let after = dump(&chain);
    chain.store.rollback_to(BlockHeight(1)).unwrap();
    assert_eq!(chain.store.reader().anchor(&anchor).unwrap().unwrap().erased, None);
    assert_eq!(chain.store.reader().transaction(&anchor).unwrap(), None, "what was pruned does not come back");
    chain.append(block, certificate);
    assert_eq!(dump(&chain), after);
    check_all(&chain).unwrap();
}

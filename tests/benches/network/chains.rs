//! Chains of four validators, made once and kept in the build folder.

use std::fs;
use std::path::{Path, PathBuf};

use carekey_crypto::{SecretKey, test_rng};
use carekey_ledger::testkit::{NORTH, TestChain, TestNetwork, announcements};
use carekey_protocol::HospitalId;
use carekey_protocol::transaction::RegistryChange;

use crate::Outcome;

/// Part of every folder's name: another version makes the chains anew.
const VERSION: u32 = 1;

/// The hospitals that vote. Any three of them are a quorum where they weigh the same.
pub(crate) const VALIDATORS: [HospitalId; 4] =
    [NORTH, HospitalId([0, 0, 2]), HospitalId([0, 0, 3]), HospitalId([0, 0, 4])];

/// One note of so many is the scanning wallet's.
pub(crate) const OWN_EVERY: usize = 10_000;

/// Entries of a full block. The limit is 2,048.
pub(crate) const FULL: usize = 2000;

/// Four hospitals of the same weight.
pub(crate) fn equals() -> TestNetwork {
    TestNetwork::with_powers(15, &[1, 1, 1, 1])
}

/// Four hospitals, of which North alone is a quorum, before a fifth joins and after. So one signature makes a block
/// final, and a million of them are made in a minute.
fn led_by_north() -> TestNetwork {
    TestNetwork::with_powers(16, &[20, 1, 1, 1])
}

/// Empty blocks, each sealed by three of four.
pub(crate) fn empty(blocks: u64) -> Outcome<TestChain> {
    made(&format!("empty-{blocks}"), equals(), |chain| {
        chain.extend_empty(blocks, &VALIDATORS[..3]);
    })
}

/// Blocks of [`FULL`] grants, each sealed by three of four.
pub(crate) fn full(blocks: u64) -> Outcome<TestChain> {
    made(&format!("grants-{blocks}"), equals(), |chain| {
        let reader = reader().public();
        for _ in 0..blocks {
            let grants = chain.network.grants(FULL as u64, &reader, chain.now);
            let block = chain.propose(grants);
            let certificate = chain.network.certify(&block, &VALIDATORS[..3]);
            chain.append(block, certificate);
        }
    })
}

/// A chain of that many blocks whose validators changed that often, in equal distances: a fifth joins and leaves.
/// These blocks and the last one are sealed by everybody, as they would be; the others by North alone.
pub(crate) fn long(blocks: u64, changes: u64) -> Outcome<TestChain> {
    made(&format!("long-{blocks}-{changes}"), led_by_north(), |chain| {
        let stretch = blocks / (changes + 1);
        for number in 0..changes {
            chain.extend_empty(stretch - 1, &[NORTH]);
            let fifth = chain.network.registration(5, (number + 1) % 2);
            let change = chain.network.registry(RegistryChange::Hospital(fifth));
            let block = chain.propose(vec![change]);
            let certificate = chain.network.certify(&block, &VALIDATORS);
            chain.append(block, certificate);
        }
        chain.extend_empty(blocks - stretch * changes - 1, &[NORTH]);
        chain.extend_empty(1, &VALIDATORS);
    })
}

/// That many notes in full blocks; one of [`OWN_EVERY`] is for [`reader`].
pub(crate) fn notes(count: usize) -> Outcome<TestChain> {
    made(&format!("notes-{count}"), equals(), |chain| {
        chain.extend_announced(&announcements(count, OWN_EVERY, &reader()), FULL, &VALIDATORS[..3]);
    })
}

/// The wallet that scans.
pub(crate) fn reader() -> SecretKey {
    SecretKey::generate(&mut test_rng(0))
}

/// The build folder: on a disk, unlike many a /tmp.
pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn made(name: &str, network: TestNetwork, make: impl FnOnce(&mut TestChain)) -> Outcome<TestChain> {
    let kept: PathBuf = folder().join("chains").join(format!("{VERSION}-{name}"));
    if !kept.exists() {
        eprintln!("Making the chain {name}, this once …");
        let making = kept.with_extension("making");
        if making.exists() {
            fs::remove_dir_all(&making)?;
        }
        fs::create_dir_all(&making)?;
        make(&mut TestChain::of(network.clone(), &making));
        fs::rename(&making, &kept)?;
    }
    Ok(TestChain::of(network, &kept))
}

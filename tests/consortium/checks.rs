//! What holds after every story.

use std::path::PathBuf;

use carekey_ledger::{Store, verify_chain};
use carekey_protocol::{BlockHeight, Genesis};
use tokio::sync::{Mutex, MutexGuard};

use crate::client::until;
use crate::load::Promises;

/// A connection to each of the others more than before, and the files of one that is just being made.
const FILES_MORE_MAX: usize = 24;

/// What an allocator keeps of memory that was used in between.
const KILOBYTES_MORE_MAX: u64 = 64 * 1024;

/// Stories take turns: two at once would measure each other.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    files: usize,
    resident_kilobytes: u64,
}

impl Usage {
    pub(crate) fn of(pid: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Self {
            files: std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count(),
            resident_kilobytes: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }

    /// As many files, but the memory that a process holds now.
    pub(crate) fn with_memory_of(self, pid: u32) -> Self {
        Self { resident_kilobytes: Self::of(pid).resident_kilobytes, ..self }
    }

    /// Waits until the process holds hardly more than it did.
    pub(crate) async fn comes_back(self, pid: u32) {
        until(&format!("process {pid} to come back to {self:?}"), async || {
            let now = Self::of(pid);
            now.files <= self.files + FILES_MORE_MAX
                && now.resident_kilobytes <= self.resident_kilobytes + KILOBYTES_MORE_MAX
        })
        .await;
    }
}

/// Looks into the ledgers that stopped hospitals left: each holds by itself, they are one, and everything promised is in
/// them. Returns how many blocks the longest has.
pub(crate) fn ledgers_agree(genesis: &Genesis, ledgers: &[PathBuf], promises: &Promises) -> u64 {
    let stores: Vec<Store> = ledgers.iter().map(|ledger| Store::open(ledger, genesis).unwrap()).collect();
    let readers: Vec<_> = stores.iter().map(Store::reader).collect();
    let mut longest = 0;
    for (reader, ledger) in readers.iter().zip(ledgers) {
        let report = verify_chain(reader, genesis, |_, _| {}).unwrap_or_else(|fault| panic!("{ledger:?}: {fault}"));
        longest = report.head.0.max(longest);
    }
    for height in (1..=longest).map(BlockHeight) {
        let mut hashes: Vec<_> =
            readers.iter().filter_map(|reader| reader.header(height).unwrap()).map(|header| header.hash()).collect();
        hashes.dedup();
        assert_eq!(hashes.len(), 1, "a fork at block {height}");
    }
    for (id, height) in &promises.finals {
        for (reader, ledger) in readers.iter().zip(ledgers) {
            let location = reader.location(id).unwrap().unwrap_or_else(|| panic!("{ledger:?} has lost {id}"));
            assert_eq!(location.height, *height, "{ledger:?} has {id} elsewhere");
        }
    }
    assert!(!promises.finals.is_empty(), "nothing was promised: the story tests nothing");
    longest
}

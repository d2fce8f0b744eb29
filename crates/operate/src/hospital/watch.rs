//! What a hospital's monitor shows.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use carekey_hospital::{Hospital, HospitalStatus, Stored};
use carekey_network::NetworkFile;
use serde_json::json;

use crate::config::Config;
use crate::monitor::{Metric, Reading, Seen};

/// Records are counted this often; it takes a look at every one of them.
const COUNT_EVERY: Duration = Duration::from_secs(60);

/// With less room than this on its disk a hospital soon refuses records: 1 GiB.
const DISK_FREE_BYTES_MIN: u64 = 1 << 30;

/// With fewer than this its own receipts will soon wait.
const PSEUDONYMS_MIN: u64 = 16;

/// Looks at a running hospital.
pub(super) struct Watch {
    hospital: Arc<Hospital>,
    name: String,
    network: String,
    dir: PathBuf,
    counted: Mutex<Option<(Instant, Stored)>>,
}

impl Watch {
    pub(super) fn new(config: &Config, network: &NetworkFile, hospital: Arc<Hospital>) -> Self {
        let network = network.network_id().to_string();
        Self { hospital, name: config.name.to_string(), network, dir: config.dir.clone(), counted: Mutex::default() }
    }

    pub(super) fn look(&self) -> Seen {
        let disk = free_bytes(&self.dir);
        match self.hospital.status().and_then(|status| Ok((status, self.stored()?))) {
            Ok((status, stored)) => self.seen(&status, stored, disk),
            Err(error) => {
                tracing::error!(%error, "the hospital cannot read its own state");
                let problems = [error.to_string()];
                let status = json!({"service": "hospital", "name": self.name, "problems": problems});
                Seen { healthy: false, status, metrics: Vec::new() }
            }
        }
    }

    fn stored(&self) -> Result<Stored, carekey_hospital::HospitalError> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        match *counted {
            Some((at, stored)) if at.elapsed() < COUNT_EVERY => Ok(stored),
            _ => {
                let stored = self.hospital.stored()?;
                *counted = Some((Instant::now(), stored));
                Ok(stored)
            }
        }
    }

    fn seen(&self, status: &HospitalStatus, stored: Stored, disk: Option<u64>) -> Seen {
        let head_age_ms = crate::now().0.saturating_sub(status.head_time.0);
        let mut problems = Vec::new();
        if status.registered.is_none() {
            problems.push("the ledger does not register this hospital yet; it follows until it does".to_owned());
        }
        if disk.is_some_and(|free| free < DISK_FREE_BYTES_MIN) {
            problems.push("less than 1 GiB is free on the disk".to_owned());
        }
        // Without an authority to ask there are none, and receipts wait.
        if status.pseudonyms < PSEUDONYMS_MIN {
            problems.push("pseudonyms run low: is the authority reached?".to_owned());
        }
        let json = json!({
            "service": "hospital",
            "name": self.name,
            "hospital": status.hospital.to_string(),
            "network": self.network,
            "problems": problems,
            "registered": status.registered.is_some(),
            "votingPower": status.voting_power,
            "validators": status.validators,
            "height": status.height.0,
            "headTime": status.head_time.0,
            "headAgeMs": head_age_ms,
            "mempool": status.mempool,
            "outgoing": status.outgoing,
            "pseudonyms": status.pseudonyms,
            "records": stored.records,
            "recordsBytes": stored.records_bytes,
            "uploads": stored.uploads,
            "diskFreeBytes": disk,
        });
        Seen {
            // The rest is worth a look, not a restart.
            healthy: disk.is_none_or(|free| free >= DISK_FREE_BYTES_MIN),
            status: json,
            metrics: metrics(status, stored, disk, head_age_ms),
        }
    }
}

/// The table of docs/operating.md.
fn metrics(status: &HospitalStatus, stored: Stored, disk: Option<u64>, head_age_ms: u64) -> Vec<Metric> {
    let level = |name, help, value: f64| Metric { name, help, reading: Reading::Level(value) };
    let count = |name, help, value| Metric { name, help, reading: Reading::Count(value) };
    let registered = f64::from(u8::from(status.registered.is_some()));
    let mut metrics = vec![
        level("height", "Height of the newest block", status.height.0 as f64),
        level("head_age_seconds", "Age of the newest block", head_age_ms as f64 / 1000.0),
        level("registered", "Whether the ledger registers this hospital", registered),
        level("voting_power", "Voting power of this hospital", status.voting_power as f64),
        level("validators", "Hospitals that vote", status.validators as f64),
        level("mempool_transactions", "Transactions that wait for a block", status.mempool as f64),
        level("outgoing_transactions", "Own receipts and erasures that are not final", status.outgoing as f64),
        level("pseudonyms", "Pseudonyms left for own transactions", status.pseudonyms as f64),
        level("records", "Sealed records that are whole", stored.records as f64),
        level("records_bytes", "Bytes of sealed records", stored.records_bytes as f64),
        level("uploads", "Uploads under way", stored.uploads as f64),
        count("sent_bytes", "Bytes sent", status.traffic.sent_bytes),
        count("received_bytes", "Bytes received", status.traffic.received_bytes),
        count("sent_messages", "Messages sent", status.traffic.sent_messages),
        count("received_messages", "Messages received", status.traffic.received_messages),
    ];
    metrics.extend(
        disk.map(|free| level("disk_free_bytes", "Bytes free where the hospital keeps its files", free as f64)),
    );
    metrics
}

#[cfg(unix)]
fn free_bytes(dir: &std::path::Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(dir).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &std::path::Path) -> Option<u64> {
    None
}

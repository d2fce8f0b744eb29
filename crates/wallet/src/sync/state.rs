//! The ledger's state, as the footer and its details show it.

use carekey_ledger::CertifiedHeader;
use carekey_protocol::{BlockHeight, CertificateSerial, HospitalId, UnixMillis};

use super::compare::HospitalState;
use super::watch::HospitalStanding;
use crate::error::WalletError;
use crate::vault::outbox;
use crate::wallet::Wallet;

/// What this wallet knows of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerState {
    /// The newest verified block, with the signatures that make it final.
    pub head: CertifiedHeader,
    /// The last block that was scanned.
    pub scanned: BlockHeight,
    /// Hospitals that showed this ledger the last time they were asked.
    pub confirmed_by: Vec<HospitalId>,
    /// How every registered hospital stands.
    pub hospitals: Vec<HospitalStanding>,
    /// When the hospitals were last compared.
    pub compared: Option<UnixMillis>,
    /// The highest block that was announced under a certificate that holds.
    pub announced: Option<BlockHeight>,
    /// Whether the last contact succeeded.
    pub reachable: bool,
    /// Whether nobody shows a ledger that holds, and somebody shows one that does not.
    pub untrusted: bool,
    /// Whether hospitals answer while nothing becomes final, though something of this person waits.
    pub paused: bool,
}

impl Wallet {
    /// The ledger as this wallet knows it.
    pub async fn ledger_state(&self) -> LedgerState {
        let (head, scanned) = {
            let light = self.0.light.lock().await;
            (light.certified_head().clone(), light.scanned().height)
        };
        let hospitals = self.standings(self.0.remote.registered());
        let reachable = self.is_reachable();
        let (compared, announced, untrusted) = {
            let session = self.0.watch.session();
            (session.compared, session.announced, session.untrusted)
        };
        let agree = hospitals.iter().filter(|standing| standing.state == HospitalState::Agrees);
        LedgerState {
            head,
            scanned,
            confirmed_by: agree.map(|standing| standing.hospital).collect(),
            compared,
            announced,
            reachable,
            untrusted,
            paused: reachable && !untrusted && self.is_paused().unwrap_or(false),
            hospitals,
        }
    }

    /// Whether the registry, so far as this wallet has seen it, revokes a certificate.
    pub async fn is_revoked(&self, serial: CertificateSerial) -> bool {
        self.0.light.lock().await.is_certificate_revoked(serial)
    }

    /// The head stands still while something that was handed in waits for it to move.
    fn is_paused(&self) -> Result<bool, WalletError> {
        let bound = self.0.watch.bounds.paused.as_millis() as u64;
        let moved = self.0.watch.session().head_moved;
        if moved.is_none_or(|moved| self.0.watch.steady_now().0.saturating_sub(moved.0) < bound) {
            return Ok(false);
        }
        let waits = |row: outbox::OutboxRow| {
            row.kind == "submit" && row.attempts > 0 && self.now().0.saturating_sub(row.created.0) >= bound
        };
        Ok(self.read(outbox::list)?.into_iter().any(waits))
    }
}

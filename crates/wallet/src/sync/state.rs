//! The ledger's state, as the footer and its details show it.

use std::sync::PoisonError;

use carekey_ledger::CertifiedHeader;
use carekey_protocol::{BlockHeight, HospitalId};

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
    /// Whether the last contact succeeded.
    pub reachable: bool,
}

impl Wallet {
    /// The ledger as this wallet knows it.
    pub async fn ledger_state(&self) -> LedgerState {
        let light = self.0.light.lock().await;
        LedgerState {
            head: light.certified_head().clone(),
            scanned: light.scanned().height,
            confirmed_by: self.0.confirmed_by.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            reachable: self.is_reachable(),
        }
    }
}

//! A proof about an opened record, for a file that others can check.

use std::fs::File;

use carekey_crypto::record_outline;
use carekey_ledger::light::{ProvenTransaction, SetChange};
use carekey_ledger::limits::PROOF_SET_CHANGES_MAX;
use carekey_ledger::record_proof::{RecordProof, SealedProof};
use carekey_ledger::{CertifiedHeader, LightClient};
use carekey_protocol::{HospitalId, TxId};

use super::{Check, OpenedRecord, Withheld};
use crate::error::WalletError;
use crate::wallet::{Wallet, file_error};

impl Wallet {
    /// Gathers the whole proof about a record: from the network file to the author's signature. `hospital` is asked
    /// first for the ledger's part. It is checked before it is handed out.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] while the record is on its way; [`WalletError::Network`] if no hospital can be asked;
    /// [`WalletError::Withheld`] if what they answer does not hold.
    pub async fn record_proof(&self, hospital: HospitalId, opened: &OpenedRecord) -> Result<RecordProof, WalletError> {
        let at = opened.proof.as_ref().ok_or(WalletError::NotFound { what: "the record's place on the ledger" })?;
        let others = self.hospitals_by_trust().into_iter().filter(|other| *other != hospital);
        let mut first = None;
        for hospital in std::iter::once(hospital).chain(others) {
            match self.proof_by(hospital, &at.txid, opened).await {
                Ok(proof) => return Ok(proof),
                Err(error) => _ = first.get_or_insert(error),
            }
        }
        Err(first.unwrap_or(WalletError::NotFound { what: "a hospital" }))
    }

    async fn proof_by(
        &self,
        hospital: HospitalId,
        txid: &TxId,
        opened: &OpenedRecord,
    ) -> Result<RecordProof, WalletError> {
        let (changes, head) = self.way_to_head(hospital).await?;
        let ProvenTransaction { transaction, proof } =
            self.0.remote.locate(hospital, *txid, head.header.height).await?;
        let outline = tokio::task::block_in_place(|| {
            let mut sealed = File::open(&opened.sealed).map_err(|error| file_error(&opened.sealed, error))?;
            Ok::<_, WalletError>(record_outline(&mut sealed)?)
        })?;
        let sealed = SealedProof::new(&outline, opened.blind.clone(), opened.key.clone(), opened.signature);
        let (genesis, metadata) = (self.0.remote.genesis().clone(), opened.metadata.clone());
        let proof = RecordProof { genesis, changes, head, place: proof, transaction, metadata, sealed };
        proof
            .verify(Some(self.0.remote.network_id()))
            .map_err(|fault| WalletError::Withheld(Withheld::new(Check::Ledger, fault)))?;
        Ok(proof)
    }

    /// Every change of the voting hospitals since the network was founded, and a head they lead to.
    async fn way_to_head(&self, hospital: HospitalId) -> Result<(Vec<SetChange>, CertifiedHeader), WalletError> {
        let wrong = |reason: &dyn std::fmt::Display| WalletError::Withheld(Withheld::new(Check::Ledger, reason));
        let mut light = LightClient::new(self.0.remote.genesis().clone()).map_err(|error| wrong(&error))?;
        let known = self.head_height().await;
        let mut changes = Vec::new();
        while light.head().height < known {
            let from = light.head().height;
            let answer = self.0.remote.catch_up(hospital, from).await?;
            let answer = answer.ok_or(WalletError::NotFound { what: "the ledger at this hospital" })?;
            light.jump(&answer).map_err(|error| wrong(&error))?;
            changes.extend(answer.changes);
            if light.head().height == from || changes.len() > PROOF_SET_CHANGES_MAX {
                return Err(wrong(&"the hospital's ledger ends too early"));
            }
        }
        Ok((changes, light.certified_head().clone()))
    }
}

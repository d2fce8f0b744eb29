//! Brings a sealed record to its hospital and promises its anchor (S2 Alg. 4 steps 3–5).

use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{Body, HospitalId, RecordRef};

use super::{Step, Tracked, Work};
use crate::error::WalletError;
use crate::vault::outbox::{self, OutboxId};
use crate::wallet::Wallet;

impl Wallet {
    pub(super) async fn step_upload(
        &self,
        id: OutboxId,
        hospital: HospitalId,
        ticket: UploadTicket,
        reference: RecordRef,
        anchor: Body,
    ) -> Result<Step, WalletError> {
        let path = self.sealed_path(&ticket.blob);
        self.ensure_pseudonyms().await?;
        self.0.remote.upload(hospital, &ticket, &path, self.progress_of(&reference)).await?;
        crate::failpoint::reach("upload: stored, anchor not promised");
        // The hospital has acknowledged every byte: now the ledger may speak of it.
        self.write(|tx| {
            let transaction = self.sign_transaction(tx, anchor)?;
            super::promise(tx, &Work::Submit { transaction, tracked: Tracked::Written(reference) }, self.now())?;
            outbox::finish(tx, id)?;
            Ok::<_, WalletError>(())
        })?;
        Ok(Step::Finished)
    }
}

//! What a scan found is believed only once its author is known.

use carekey_protocol::record::SignedNotice;
use carekey_protocol::{Pass, RecordRef};

use super::{Found, Step, Work};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::outbox::{self, OutboxId};
use crate::vault::records::{self, RecordRow};
use crate::vault::shared::{self, SharedRow};
use crate::vault::{Progress, meta};
use crate::wallet::Wallet;

impl Wallet {
    /// An announcement counts if its author, certified for this network, signed it for this patient and this record.
    pub(super) async fn step_incoming_record(
        &self,
        id: OutboxId,
        reference: RecordRef,
        signed: SignedNotice,
        found: Found,
    ) -> Result<Step, WalletError> {
        let me = self.certificate()?;
        let author = self.certificate_by_serial(signed.notice.author).await?;
        let network = self.0.remote.network_id();
        if signed.verify(network, &me.body.id, &reference, &author.body.identity).is_err() {
            tracing::warn!("an announcement without a valid author was ignored");
            return self.finish(id);
        }
        crate::failpoint::reach("receive: believed, not kept");
        let anchor = Progress::Recorded { txid: found.txid, height: found.height, time: found.time };
        self.write(|tx| {
            match records::get(tx, &reference)? {
                // The wallet's own upload, or the same announcement again.
                Some(known) if known.blob == signed.notice.blob => records::set_anchor(tx, &reference, anchor)?,
                Some(_) => tracing::warn!("a second announcement under a known reference was ignored"),
                None => {
                    let mut row = RecordRow::announced(reference, anchor, signed.notice, self.now());
                    row.self_reported = author.body.id == me.body.id;
                    records::insert(tx, &row)?;
                }
            }
            records::link_versions(tx, &reference)?;
            if meta::get::<bool>(tx, meta::Key::Restore)?.is_none() {
                super::promise(tx, &Work::Deposit { reference }, self.now())?;
            }
            outbox::finish(tx, id)?;
            Ok::<_, WalletError>(())
        })?;
        self.tell(WalletEvent::Records);
        Ok(Step::Finished)
    }

    /// A pass counts if it is for this reader and the patient it names has signed it (S2 Alg. 5 step 7).
    pub(super) async fn step_incoming_grant(
        &self,
        id: OutboxId,
        pass: Pass,
        found: Found,
    ) -> Result<Step, WalletError> {
        let patient = self.certificate_of(&pass).await?;
        let network = self.0.remote.network_id();
        if let Err(error) = pass.verify(network, &patient.body.identity, &self.0.keys.identity.public()) {
            tracing::warn!(%error, "a pass was ignored");
            return self.finish(id);
        }
        self.write(|tx| {
            if shared::get(tx, &pass.terms.rho)?.is_none() {
                let Found { txid, height, time } = found;
                shared::insert(tx, &SharedRow { pass, txid, height, time, stopped: None, unread: true })?;
            }
            outbox::finish(tx, id)
        })?;
        self.tell(WalletEvent::Shared);
        Ok(Step::Finished)
    }
}

//! Receipts on their way to the ledger: batched for each patient, sealed, signed by a fresh pseudonym, kept until final.

use carekey_crypto::{PublicKey, SecretKey, seal_note};
use carekey_protocol::pseudonym::{
    PseudonymCertificate, PseudonymRequest, epoch_accepted, epoch_at, pseudonym_public, pseudonym_secret,
    verify_pseudonym,
};
use carekey_protocol::receipt::{RECEIPTS_PER_NOTE_MAX, Receipt, ReceiptBatch};
use carekey_protocol::transaction::KIND_RECEIPT;
use carekey_protocol::{Body, ParticipantId, Transaction, UnixMillis, encode};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::archive::Archive;
use crate::error::StoreError;

/// How long a receipt waits for others of the same patient: a reader who opens a list and then a record causes one
/// transaction, and the patient still sees it within a second or two.
pub const RECEIPT_BATCH_MILLIS: u64 = 500;

/// Below this the hospital asks the authority for more pseudonyms.
pub const PSEUDONYMS_LOW: u64 = 64;

/// How sealing went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// All that was due is in a transaction.
    Enough,
    /// No pseudonym was left; the rest waits.
    Exhausted,
}

impl Archive {
    /// Puts every receipt that has waited long enough into a signed transaction of the outbox.
    ///
    /// # Errors
    /// [`StoreError`]; what was sealed before stays sealed.
    pub fn seal_receipts(&self, now: UnixMillis, rng: &mut impl CryptoRng) -> Result<Supply, StoreError> {
        let queued_by = UnixMillis(now.0.saturating_sub(RECEIPT_BATCH_MILLIS));
        loop {
            let owners = self.index.owners_due(queued_by, RECEIPTS_PER_NOTE_MAX)?;
            if owners.is_empty() {
                return Ok(Supply::Enough);
            }
            for owner in owners {
                // r is fresh: nothing links two receipts to one patient.
                let r = SecretKey::generate(rng);
                let sign =
                    |receipts, pseudonym: &PseudonymCertificate| self.sign_receipts(receipts, &owner, &r, pseudonym);
                if !self.index.seal_receipts(&owner, RECEIPTS_PER_NOTE_MAX, now, sign)? {
                    return Ok(Supply::Exhausted);
                }
            }
        }
    }

    /// The transactions to hand to the ledger (again). Those that became final leave; those whose pseudonym is of a
    /// past epoch can never become final and give their receipts back to the queue.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn outstanding(&self, now: UnixMillis) -> Result<Vec<Transaction>, StoreError> {
        let mut outstanding = Vec::new();
        for outgoing in self.index.outbox()? {
            if self.ledger.is_final(&outgoing.id).map_err(StoreError::Ledger)? {
                crate::failpoint::reach("receipts: final, still queued");
                self.index.settle(&outgoing.id)?;
            } else if outgoing.epoch < epoch_at(now) && !epoch_accepted(outgoing.epoch, now) {
                self.index.withdraw(&outgoing.id)?;
            } else {
                outstanding.push(outgoing.transaction);
            }
        }
        Ok(outstanding)
    }

    /// Adds pseudonyms the authority certified. Those it did not sign for this hospital's keys are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_pseudonyms(&self, batch: Vec<PseudonymCertificate>) -> Result<(), StoreError> {
        let (base, expansion) = (self.keys.pseudonym().public(), self.keys.expansion());
        let genuine = |certificate: &PseudonymCertificate| {
            pseudonym_public(&base, &expansion, certificate.index).is_ok_and(|key| {
                let (network, authority) = (self.place.network, &self.place.authority);
                verify_pseudonym(authority, network, &key, certificate.epoch, &certificate.signature).is_ok()
            })
        };
        let batch: Vec<_> = batch.into_iter().filter(genuine).collect();
        self.index.add_pseudonyms(&batch)
    }

    /// Whether more pseudonyms should be asked for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn pseudonyms_low(&self, now: UnixMillis) -> Result<bool, StoreError> {
        Ok(self.index.usable_pseudonyms(now)? < PSEUDONYMS_LOW)
    }

    /// The hospital's own request for its next batch, if it is registered.
    pub(crate) fn pseudonym_request(&self, participant: ParticipantId, now: UnixMillis) -> PseudonymRequest {
        PseudonymRequest::new(self.place.network, participant, now, &self.keys.identity())
    }

    /// How many receipts are not final yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipts_waiting(&self) -> Result<u64, StoreError> {
        self.index.receipts_waiting()
    }

    fn sign_receipts(
        &self,
        receipts: Vec<Receipt>,
        owner: &PublicKey,
        r: &SecretKey,
        pseudonym: &PseudonymCertificate,
    ) -> Result<Transaction, StoreError> {
        let batch = ReceiptBatch::new(self.place.network, self.place.hospital, receipts, &self.keys.ledger);
        let plaintext = Zeroizing::new(encode(&batch));
        let note =
            seal_note(r, owner, KIND_RECEIPT, &plaintext).map_err(|error| StoreError::Damaged(error.to_string()))?;
        self.sign(Body::Receipt(note), pseudonym)
    }

    /// Signs a body with one of the hospital's pseudonyms.
    pub(crate) fn sign(&self, body: Body, pseudonym: &PseudonymCertificate) -> Result<Transaction, StoreError> {
        let key = pseudonym_secret(&self.keys.pseudonym(), &self.keys.expansion(), pseudonym.index)?;
        Ok(Transaction::by_pseudonym(self.place.network, body, &key, pseudonym.epoch, pseudonym.signature))
    }
}

#[cfg(test)]
mod tests;

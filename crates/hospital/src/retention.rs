//! Keeping no longer than agreed (S2 end of §4.5): due records are erased on the ledger first, then here.

use carekey_crypto::Digest;
use carekey_protocol::derive::erasure_commitment;
use carekey_protocol::{Body, Transaction, UnixMillis};

use crate::archive::Archive;
use crate::error::StoreError;
use crate::receipts::Supply;

/// Erasures begun in one round, so that a round stays short.
const ERASURES_PER_ROUND_MAX: u64 = 64;

impl Archive {
    /// Puts an Erase transaction for every record past its last day into the outbox, and clears what expired:
    /// mailbox notes, uploads that were given up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn retain(&self, now: UnixMillis) -> Result<Supply, StoreError> {
        self.index.expire_notes(now)?;
        self.records.forget_idle_uploads(now)?;
        for due in self.index.due_erasures(now, ERASURES_PER_ROUND_MAX)? {
            let Some(anchor) = self.ledger.anchor_with(&due.commitment).map_err(StoreError::Ledger)? else {
                // A record that was never anchored: nothing on the ledger to erase.
                self.erase(&due.commitment)?;
                continue;
            };
            let body = Body::Erase { anchor, preimage: *due.preimage.expose() };
            if !self.index.seal_erasure(&due.commitment, now, |pseudonym| self.sign(body, pseudonym))? {
                return Ok(Supply::Exhausted);
            }
        }
        Ok(Supply::Enough)
    }

    /// What a final transaction means for the archive: an anchor can be erased later, an Erase deletes ciphertext, rows
    /// and entries. Harmless when repeated.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_final(&self, transaction: &Transaction) -> Result<(), StoreError> {
        match &transaction.body {
            Body::Anchor(anchor) => self.index.note_anchor(&anchor.erasure, &transaction.id()),
            Body::Erase { anchor, preimage } => {
                let commitment = erasure_commitment(preimage);
                self.index.note_erased(&commitment, anchor)?;
                self.erase(&commitment)
            }
            _ => Ok(()),
        }
    }

    /// Erases what the ledger erased while this hospital was down.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn catch_up_with_erasures(&self) -> Result<(), StoreError> {
        for commitment in self.index.kept_commitments()? {
            if self.ledger.erased(&commitment).map_err(StoreError::Ledger)? {
                self.erase(&commitment)?;
            }
        }
        Ok(())
    }

    pub(crate) fn erase(&self, commitment: &Digest) -> Result<(), StoreError> {
        // Index first: from here on nobody is served, whatever becomes of the file.
        let blobs = self.index.erase(commitment)?;
        crate::failpoint::reach("erase: index cleared, file not");
        for blob in blobs {
            self.records.delete_files(&blob)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

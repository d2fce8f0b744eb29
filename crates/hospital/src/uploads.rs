//! A certified author hands in a sealed record (S2 Alg. 4 step 3), and the owner fetches it.

use carekey_crypto::Secret32;
use carekey_protocol::certificate::CertificateError;
use carekey_protocol::derive::claim_hash;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{BlobId, UnixMillis};

use crate::archive::Archive;
use crate::error::StoreError;
use crate::records::{Begun, SealedFile, UploadError};

impl Archive {
    /// Checks a ticket, then begins or resumes its upload.
    ///
    /// # Errors
    /// [`UploadError`].
    pub fn begin_upload(&self, ticket: &UploadTicket, now: UnixMillis) -> Result<Begun, UploadError> {
        ticket.verify(self.place.network, &self.place.authority, &self.place.hospital, now)?;
        let serial = ticket.certificate.body.serial;
        if self.ledger.certificate_revoked(serial).map_err(StoreError::Ledger)? {
            return Err(CertificateError::Revoked.into());
        }
        if self.ledger.erased(&ticket.erasure).map_err(StoreError::Ledger)? {
            return Err(UploadError::Erased);
        }
        self.records.begin(ticket, now)
    }

    /// The owner's own read. None if the claim does not open the record, or there is no such record: a stranger cannot
    /// tell these apart.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_as_owner(&self, blob: &BlobId, claim: &Secret32) -> Result<Option<SealedFile>, StoreError> {
        match self.index.blob(blob)? {
            Some(known) if known.claim_hash == claim_hash(claim) => self.records.read(blob),
            _ => Ok(None),
        }
    }
}

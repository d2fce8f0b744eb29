//! What owners ask of the hospital: catalogues, deposits, removals. Each is harmless when repeated.

use carekey_crypto::{Digest, PublicKey, Secret32};
use carekey_protocol::catalogue::{CatalogueOperation, SEALED_ENTRY_BYTES_MAX, SealedEntry, SignedOperation};
use carekey_protocol::certificate::CertificateError;
use carekey_protocol::deposit::{Deposit, OwnerOperation};
use carekey_protocol::derive::{claim_hash, erasure_commitment};
use carekey_protocol::{BlobId, Certificate, ParticipantId, UnixMillis};

use crate::archive::Archive;
use crate::error::StoreError;
use crate::index::{BlobState, CatalogueState, DepositConflict};

/// Entries of one catalogue: a hundred years of four letters a week, and a list is still one answer.
pub const ENTRIES_PER_CATALOGUE_MAX: u64 = carekey_network::deposits::CATALOGUE_ENTRIES_MAX as u64;

/// Why an owner's operation is refused.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The operation is not signed by the key it names, for this hospital.
    #[error("the operation is not signed by the key it names")]
    Forged,
    /// The owner's certificate is not accepted.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The catalogue belongs to another key.
    #[error("the catalogue belongs to somebody else")]
    NotOwner,
    /// Nobody opened this catalogue.
    #[error("there is no such catalogue")]
    UnknownCatalogue,
    /// The catalogue is closed for good.
    #[error("the catalogue was closed")]
    Closed,
    /// There is no such record, or the claim does not open it: a stranger cannot tell these apart.
    #[error("no such record, or not its owner")]
    NotClaimed,
    /// The upload is not finished.
    #[error("the record has not arrived completely")]
    NotReceived,
    /// The record was erased.
    #[error("the record was erased")]
    Erased,
    /// Entry and deposit, or deposit and record, do not belong together.
    #[error("the parts of the deposit do not belong together")]
    Inconsistent,
    /// X is taken by another row.
    #[error("another row stands under this index")]
    Taken,
    /// A bound is reached.
    #[error("too many entries")]
    TooMany,
    /// The hospital's own storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DepositConflict> for OwnerError {
    fn from(conflict: DepositConflict) -> Self {
        match conflict {
            DepositConflict::Taken => Self::Taken,
            DepositConflict::TooManyRows => Self::TooMany,
        }
    }
}

impl Archive {
    /// Does what the owner of a catalogue asks. Entries come back for [`CatalogueOperation::List`] only.
    ///
    /// # Errors
    /// [`OwnerError`]; then nothing has changed.
    pub fn operate(&self, signed: &SignedOperation, now: UnixMillis) -> Result<Option<Vec<SealedEntry>>, OwnerError> {
        signed.verify(&self.place.hospital).map_err(|_| OwnerError::Forged)?;
        let (handle, key) = (&signed.handle, &signed.authorisation);
        match &signed.operation {
            CatalogueOperation::Open { owner } => self.open_catalogue(handle, key, owner, now)?,
            CatalogueOperation::Append { entry, deposit, claim } => {
                self.check_catalogue(handle, key)?;
                self.append(handle, key, entry, deposit, claim)?;
            }
            CatalogueOperation::Remove { x } => {
                self.check_catalogue(handle, key)?;
                self.index.remove_entry(handle, x)?;
            }
            CatalogueOperation::Close => match self.check_catalogue(handle, key) {
                Ok(()) => self.index.close_catalogue(handle)?,
                Err(OwnerError::Closed) => {}
                Err(error) => return Err(error),
            },
            CatalogueOperation::List => {
                self.check_catalogue(handle, key)?;
                return Ok(Some(self.index.list_catalogue(handle)?.map(|(_, entries)| entries).unwrap_or_default()));
            }
        }
        Ok(None)
    }

    /// Does what the owner of a sealed record asks about a grant of this record alone.
    ///
    /// # Errors
    /// [`OwnerError`]; then nothing has changed.
    pub fn deposit(&self, operation: &OwnerOperation, now: UnixMillis) -> Result<(), OwnerError> {
        match operation {
            OwnerOperation::Introduce { certificate } => {
                self.check_owner(certificate, now)?;
                self.index.keep_certificate(certificate)?;
            }
            OwnerOperation::Deposit { deposit, claim } => {
                if deposit.catalogue.is_some() {
                    return Err(OwnerError::Inconsistent);
                }
                self.check_deposit(deposit, claim)?;
                self.index.deposit(deposit)??;
                crate::failpoint::reach("deposit: written");
            }
            OwnerOperation::Remove { x, blob, claim } => {
                self.check_claim(blob, claim)?;
                self.index.remove_row(x, blob)?;
            }
        }
        Ok(())
    }

    /// The certificate an owner left here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn certificate_of(&self, owner: &ParticipantId) -> Result<Option<Certificate>, StoreError> {
        self.index.certificate_of(owner)
    }

    fn open_catalogue(
        &self,
        handle: &Digest,
        key: &PublicKey,
        owner: &Certificate,
        now: UnixMillis,
    ) -> Result<(), OwnerError> {
        self.check_owner(owner, now)?;
        match self.index.open_catalogue(handle, key, owner)? {
            CatalogueState::Open(bound) if bound == *key => Ok(()),
            CatalogueState::Closed(bound) if bound == *key => Err(OwnerError::Closed),
            _ => Err(OwnerError::NotOwner),
        }
    }

    fn check_owner(&self, owner: &Certificate, now: UnixMillis) -> Result<(), OwnerError> {
        owner.verify(self.place.network, &self.place.authority, now)?;
        if self.ledger.certificate_revoked(owner.body.serial).map_err(StoreError::Ledger)? {
            return Err(CertificateError::Revoked.into());
        }
        Ok(())
    }

    fn check_catalogue(&self, handle: &Digest, key: &PublicKey) -> Result<(), OwnerError> {
        match self.index.catalogue_state(handle)? {
            CatalogueState::Unknown => Err(OwnerError::UnknownCatalogue),
            CatalogueState::Open(bound) | CatalogueState::Closed(bound) if bound != *key => Err(OwnerError::NotOwner),
            CatalogueState::Open(_) => Ok(()),
            CatalogueState::Closed(_) => Err(OwnerError::Closed),
        }
    }

    fn append(
        &self,
        handle: &Digest,
        key: &PublicKey,
        entry: &SealedEntry,
        deposit: &Deposit,
        claim: &Secret32,
    ) -> Result<(), OwnerError> {
        let consistent = entry.x == deposit.x && deposit.catalogue == Some(*handle);
        if !consistent || entry.sealed.len() > SEALED_ENTRY_BYTES_MAX {
            return Err(OwnerError::Inconsistent);
        }
        self.check_deposit(deposit, claim)?;
        if self.index.entry_count(handle)? >= ENTRIES_PER_CATALOGUE_MAX && !self.index.has_entry(handle, &entry.x)? {
            return Err(OwnerError::TooMany);
        }
        self.index.append_entry(handle, key, entry, deposit)??;
        crate::failpoint::reach("append: written");
        Ok(())
    }

    fn check_deposit(&self, deposit: &Deposit, claim: &Secret32) -> Result<(), OwnerError> {
        let blob = self.check_claim(&deposit.blob, claim)?;
        if erasure_commitment(deposit.erasure.expose()) != blob.erasure {
            return Err(OwnerError::Inconsistent);
        }
        match blob.state {
            BlobState::Uploading { .. } => Err(OwnerError::NotReceived),
            BlobState::Complete => {
                let erased = self.ledger.erased(&blob.erasure).map_err(StoreError::Ledger)?;
                if erased { Err(OwnerError::Erased) } else { Ok(()) }
            }
            BlobState::Erased => Err(OwnerError::Erased),
        }
    }

    fn check_claim(&self, blob: &BlobId, claim: &Secret32) -> Result<crate::index::Blob, OwnerError> {
        let known = self.index.blob(blob)?;
        known.filter(|blob| blob.claim_hash == claim_hash(claim)).ok_or(OwnerError::NotClaimed)
    }
}

#[cfg(test)]
mod tests;

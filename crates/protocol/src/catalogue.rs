//! A collection's catalogue at a hospital: an append-only list of sealed entries per epoch.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Digest, PublicKey, Secret32, SecretKey, Signature, SignatureInvalid, WrapError, open_small, seal_small,
};

use crate::certificate::Certificate;
use crate::codec::{decode, encode};
use crate::collection::Collection;
use crate::deposit::Deposit;
use crate::id::{CertificateSerial, HospitalId, RecordRef, UnixMillis};
use crate::labels;
use crate::text::Text;

/// What a reader of the collection learns about one record before fetching it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CatalogueItem {
    /// T1.
    pub reference: RecordRef,
    /// The anchor's blind, with which eh1 can be checked.
    pub blind: Secret32,
    /// Title.
    pub title: Text<96>,
    /// IANA media type.
    pub media_type: Text<40>,
    /// Category the author gave.
    pub category: Collection,
    /// The date the document speaks of.
    pub document_time: UnixMillis,
    /// The author's certificate.
    pub author: CertificateSerial,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
}

/// A catalogue entry as the hospital keeps it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SealedEntry {
    /// X of the deposit it describes.
    pub x: Digest,
    /// The record nonce: kt = HKDF(E_{c,e}, "kt" ‖ nonce).
    pub nonce: [u8; 16],
    /// The sealed [`CatalogueItem`].
    pub sealed: Vec<u8>,
}

/// Longest sealed entry a hospital accepts, in bytes.
pub const SEALED_ENTRY_BYTES_MAX: usize = 512;

impl SealedEntry {
    /// Seals an item for the readers of one epoch. `nonce` is fresh for each entry, so its key seals one plaintext.
    pub fn seal(epoch_secret: &Secret32, x: Digest, nonce: [u8; 16], item: &CatalogueItem) -> Self {
        let key = epoch_secret.derive(labels::CATALOGUE_ENTRY, &[&nonce]);
        Self { x, nonce, sealed: seal_small(&key, x.as_ref(), &encode(item)) }
    }

    /// Opens an entry.
    ///
    /// # Errors
    /// [`WrapError`] if it was changed, moved to another X, or belongs to another epoch.
    pub fn open(&self, epoch_secret: &Secret32) -> Result<CatalogueItem, WrapError> {
        let key = epoch_secret.derive(labels::CATALOGUE_ENTRY, &[&self.nonce]);
        decode(&open_small(&key, self.x.as_ref(), &self.sealed)?).map_err(|_| WrapError)
    }
}

/// What an owner asks of a hospital about one catalogue; each is harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum CatalogueOperation {
    /// Opens the catalogue for the owner's authorisation key.
    Open {
        /// Who owns it: readers fetch this certificate to check sig_P.
        owner: Box<Certificate>,
    },
    /// Adds an entry and its deposit.
    Append {
        /// The entry.
        entry: SealedEntry,
        /// The row behind it.
        deposit: Box<Deposit>,
        /// Proves ownership of the sealed record.
        claim: Secret32,
    },
    /// Removes one entry and its row.
    Remove {
        /// X.
        x: Digest,
    },
    /// Deletes the catalogue with all entries and rows: its epoch is over.
    Close,
    /// Lists the entries.
    List,
}

/// An operation with the owner's signature under PK_z.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedOperation {
    /// The catalogue.
    pub handle: Digest,
    /// PK_z: fixed when the catalogue is opened.
    pub authorisation: PublicKey,
    /// What is asked.
    pub operation: CatalogueOperation,
    /// Sign_z(H ‖ handle ‖ operation).
    pub signature: Signature,
}

impl SignedOperation {
    /// Signs an operation for one hospital.
    pub fn new(hospital: &HospitalId, handle: Digest, operation: CatalogueOperation, key: &SecretKey) -> Self {
        let signature = key.sign(labels::CATALOGUE_OPERATION, &[&hospital.0, handle.as_ref(), &encode(&operation)]);
        Self { handle, authorisation: key.public(), operation, signature }
    }

    /// Checks the signature under the key the operation names; whether that key owns the catalogue is the hospital's
    /// to know.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, hospital: &HospitalId) -> Result<(), SignatureInvalid> {
        let parts: [&[u8]; 3] = [&hospital.0, self.handle.as_ref(), &encode(&self.operation)];
        self.authorisation.verify(labels::CATALOGUE_OPERATION, &parts, &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> CatalogueItem {
        CatalogueItem {
            reference: RecordRef([1; 16]),
            blind: Secret32::from_bytes([2; 32]),
            title: Text::truncated(&"Laboratory results ".repeat(6)),
            media_type: Text::truncated("application/fhir+json"),
            category: Collection::Laboratory,
            document_time: UnixMillis(5),
            author: CertificateSerial(6),
            sealed_bytes: 7,
        }
    }

    #[test]
    fn an_entry_opens_in_its_epoch_and_place_only() {
        let (epoch, next) = (Secret32::from_bytes([1; 32]), Secret32::from_bytes([2; 32]));
        let entry = SealedEntry::seal(&epoch, Digest([9; 32]), [3; 16], &item());
        assert!(entry.sealed.len() <= SEALED_ENTRY_BYTES_MAX);
        assert_eq!(entry.open(&epoch), Ok(item()));
        assert_eq!(entry.open(&next), Err(WrapError));
        let moved = SealedEntry { x: Digest([8; 32]), ..entry };
        assert_eq!(moved.open(&epoch), Err(WrapError));
    }
}

//! A certified author hands a sealed record to a hospital (S2 Alg. 4 step 3; S1 `Load_File`).

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, SecretKey, Signature};

use crate::certificate::{Certificate, CertificateError};
use crate::codec::encode;
use crate::id::{BlobId, HospitalId, NetworkId, UnixMillis};
use crate::labels;

/// What the hospital is told before the first byte. The same ticket is shown again to resume.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UploadTicket {
    /// The record's name at the hospital.
    pub blob: BlobId,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    /// Merkle root over the sealed chunks: what the hospital must have received.
    pub content_root: Digest,
    /// H("claim-hash", claim): who opens it, owns the record.
    pub claim_hash: Digest,
    /// The anchor's erasure commitment.
    pub erasure: Digest,
    /// The uploader's certificate.
    pub certificate: Certificate,
    /// Sign_{SK}(network ‖ H ‖ the fields above).
    pub signature: Signature,
}

impl UploadTicket {
    /// Signs a ticket for one hospital.
    pub fn new(network: NetworkId, hospital: &HospitalId, draft: UploadDraft, key: &SecretKey) -> Self {
        let UploadDraft { blob, sealed_bytes, content_root, claim_hash, erasure, certificate } = draft;
        let signed = encode(&(blob, sealed_bytes, content_root, claim_hash, erasure, &certificate));
        let signature = key.sign(labels::UPLOAD, &[&network.0.0, &hospital.0, &signed]);
        Self { blob, sealed_bytes, content_root, claim_hash, erasure, certificate, signature }
    }

    /// Checks the certificate at `now` and the signature. Revocation is the ledger's to know.
    ///
    /// # Errors
    /// The first check that failed; a bad signature counts as a forged certificate.
    pub fn verify(
        &self,
        network: NetworkId,
        authority: &PublicKey,
        hospital: &HospitalId,
        now: UnixMillis,
    ) -> Result<(), CertificateError> {
        self.certificate.verify(network, authority, now)?;
        let signed = encode(&(
            self.blob,
            self.sealed_bytes,
            self.content_root,
            self.claim_hash,
            self.erasure,
            &self.certificate,
        ));
        let identity = &self.certificate.body.identity;
        identity
            .verify(labels::UPLOAD, &[&network.0.0, &hospital.0, &signed], &self.signature)
            .map_err(|_| CertificateError::Forged)
    }
}

/// A ticket before it is signed.
#[derive(Debug, Clone)]
pub struct UploadDraft {
    /// The record's name at the hospital.
    pub blob: BlobId,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    /// Merkle root over the sealed chunks.
    pub content_root: Digest,
    /// See [`crate::derive::claim_hash`].
    pub claim_hash: Digest,
    /// See [`crate::derive::erasure_commitment`].
    pub erasure: Digest,
    /// The uploader's certificate.
    pub certificate: Certificate,
}

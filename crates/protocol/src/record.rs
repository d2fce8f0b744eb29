//! Sealed records and their anchors (S2 Alg. 4 steps 1–5; S1 `Load_File`).

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, Secret32, SecretKey, Signature, SignatureInvalid, tagged_hash};

use crate::certificate::Certificate;
use crate::codec::encode;
use crate::collection::Collection;
use crate::id::{BlobId, CertificateSerial, HospitalId, NetworkId, ParticipantId, RecordRef, TxId, UnixMillis};
use crate::labels;
use crate::text::Text;

/// What opens a sealed record: everything a reader is told about the bytes, under the author's signature.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecordMetadata {
    /// T1: ties the sealed record to its anchor.
    pub reference: RecordRef,
    /// For whom the record was written.
    pub patient: ParticipantId,
    /// The author's certificate at the time of writing.
    pub author: Certificate,
    /// Title shown to people.
    pub title: Text<120>,
    /// IANA media type.
    pub media_type: Text<80>,
    /// Name of the original file; empty if there was none.
    pub file_name: Text<120>,
    /// Where the author would put it.
    pub category: Collection,
    /// The date the document speaks of.
    pub document_time: UnixMillis,
    /// When it was sealed.
    pub written: UnixMillis,
    /// The record this one replaces.
    pub supersedes: Option<TxId>,
}

impl RecordMetadata {
    /// Sign_D over H("record", patient ID ‖ metadata ‖ signed root). The patient is inside the seal: a record cannot
    /// be passed off as another patient's (departure from S2 Alg. 4).
    pub fn sign(&self, signed_root: &Digest, author: &SecretKey) -> Signature {
        author.sign(labels::RECORD, &[&self.signed(signed_root)])
    }

    /// Checks that the author in the metadata wrote the record with this signed root for this patient. Whether the author's certificate
    /// is genuine is a separate check.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, signed_root: &Digest, signature: &Signature) -> Result<(), SignatureInvalid> {
        self.author.body.identity.verify(labels::RECORD, &[&self.signed(signed_root)], signature)
    }

    fn signed(&self, signed_root: &Digest) -> Vec<u8> {
        [self.patient.as_bytes().as_slice(), signed_root.as_ref(), &encode(self)].concat()
    }
}

/// eh1 = H("anchor", blind ‖ content_root ‖ length). Without the blind it is noise (departure from S2 Alg. 4 step 4).
pub fn anchor_hash(blind: &Secret32, content_root: &Digest, sealed_bytes: u64) -> Digest {
    tagged_hash(labels::ANCHOR, &[blind.expose(), content_root.as_ref(), &sealed_bytes.to_le_bytes()])
}

/// What the author tells the patient's wallet inside the anchor's note: all it takes to fetch, check and deposit.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecordNotice {
    /// K_P.
    pub record_key: Secret32,
    /// The anchor's blind.
    pub blind: Secret32,
    /// From which the owner's claim and the erasure preimage are derived.
    pub owner_secret: Secret32,
    /// Merkle root over the sealed chunks.
    pub content_root: Digest,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    /// Where the sealed record lies.
    pub hospital: HospitalId,
    /// Its name there.
    pub blob: BlobId,
    /// The author's certificate.
    pub author: CertificateSerial,
    /// The author's suggestion for a collection.
    pub category: Collection,
    /// The date the document speaks of.
    pub document_time: UnixMillis,
    /// Title, cut to what the note has room for.
    pub title: Text<96>,
    /// IANA media type, cut likewise.
    pub media_type: Text<40>,
}

/// A [`RecordNotice`] with the author's signature for one patient and one record.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedNotice {
    /// The notice.
    pub notice: RecordNotice,
    /// Sign_D(network ‖ patient ‖ T1 ‖ notice).
    pub signature: Signature,
}

impl SignedNotice {
    /// Signs a notice.
    pub fn new(
        network: NetworkId,
        patient: &ParticipantId,
        reference: &RecordRef,
        notice: RecordNotice,
        author: &SecretKey,
    ) -> Self {
        let parts: [&[u8]; 4] = [&network.0.0, patient.as_bytes(), &reference.0, &encode(&notice)];
        Self { signature: author.sign(labels::ANNOUNCEMENT, &parts), notice }
    }

    /// Checks the author's signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(
        &self,
        network: NetworkId,
        patient: &ParticipantId,
        reference: &RecordRef,
        author: &PublicKey,
    ) -> Result<(), SignatureInvalid> {
        let parts: [&[u8]; 4] = [&network.0.0, patient.as_bytes(), &reference.0, &encode(&self.notice)];
        author.verify(labels::ANNOUNCEMENT, &parts, &self.signature)
    }
}

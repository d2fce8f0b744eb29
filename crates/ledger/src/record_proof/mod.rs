//! A proof that fits into a small file: who signed a record, for whom, and since when it stands unchanged on the ledger.
//!
//! It carries everything it takes but the document itself, so it can be checked without a network, a wallet or a
//! hospital, by whoever knows which network they mean:
//!
//! ```text
//! file = "CKPROOF2" ‖ borsh(RecordProof)
//! network file → set changes → certified head → history → block → transaction → eh1
//! eh1 = H("anchor", blind ‖ content root ‖ length) ← content root ← signed root ← author's signature ← certificate
//! ```
//! With the document beside it, sealing it again under the record's key must give the same content root. That key
//! opens the sealed record for whoever also has a copy of it; a proof is for people who may read the document.

#[cfg(test)]
mod tests;

use std::io::Read;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Digest, HEADER_BYTES, MerkleBuilder, RecordHeader, RecordOutline, SealError, Secret32, Signature, reseal_record,
    trailer_leaf,
};
use carekey_protocol::certificate::CertificateError;
use carekey_protocol::record::{RecordMetadata, anchor_hash};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{
    BlockHeight, Body, DecodeError, Genesis, HospitalId, NetworkId, Transaction, UnixMillis, decode, encode,
};

use crate::bounded;
use crate::light::{LightError, SetChange, signers_of};
use crate::limits::{PROOF_BYTES_MAX, PROOF_SET_CHANGES_MAX};
use crate::proof::{LedgerProof, ProofError};
use crate::vote::CertifiedHeader;

const MAGIC: &[u8; 8] = b"CKPROOF2";

/// Longest path of complete subtrees: one for each bit of the number of chunks.
const PEAKS_MAX: usize = 64;

/// Everything behind "unchanged since".
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecordProof {
    /// The network file: its hash names the network.
    pub genesis: Genesis,
    /// The blocks that changed which hospitals vote, from the first to the head.
    #[borsh(deserialize_with = "bounded::vec::<PROOF_SET_CHANGES_MAX, _, _>")]
    pub changes: Vec<SetChange>,
    /// A block that more than two thirds of the voting hospitals signed.
    pub head: CertifiedHeader,
    /// The anchor's place under it.
    pub place: LedgerProof,
    /// The anchor.
    pub transaction: Transaction,
    /// What the author said about the record.
    pub metadata: RecordMetadata,
    /// The sealed record behind the anchor.
    pub sealed: SealedProof,
}

/// What ties the sealed record to its anchor, to its author, and to the document.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SealedProof {
    /// Opens eh1.
    pub blind: Secret32,
    /// Merkle root over all sealed chunks.
    pub content_root: Digest,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    /// Number of sealed chunks but the trailer.
    pub chunks: u64,
    /// Tops of the complete subtrees over them; their root is what the author signed.
    #[borsh(deserialize_with = "bounded::vec::<PEAKS_MAX, _, _>")]
    pub peaks: Vec<Digest>,
    /// The sealed record's first bytes.
    pub header: [u8; HEADER_BYTES],
    /// K_P.
    pub key: Secret32,
    /// Sign_D.
    pub signature: Signature,
}

impl std::fmt::Debug for SealedProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedProof").field("content_root", &self.content_root).finish_non_exhaustive()
    }
}

impl SealedProof {
    /// Of a record whose outline was just read.
    pub fn new(outline: &RecordOutline, blind: Secret32, key: Secret32, signature: Signature) -> Self {
        let mut whole = outline.tree.clone();
        whole.push(outline.trailer);
        Self {
            blind,
            content_root: whole.root(),
            sealed_bytes: outline.sealed_bytes,
            chunks: outline.tree.count(),
            peaks: outline.tree.peaks().to_vec(),
            header: outline.header.to_bytes(),
            key,
            signature,
        }
    }
}

/// The first thing wrong with a proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofFault {
    /// Longer than [`PROOF_BYTES_MAX`].
    #[error("the file has more than {PROOF_BYTES_MAX} bytes, and is not a proof")]
    TooLong,
    /// Does not begin like one.
    #[error("the file is not a CareKey proof, or of another version")]
    Format,
    /// Cut short, or followed by foreign bytes.
    #[error("the file is damaged: {0}")]
    Damaged(#[from] DecodeError),
    /// Made in another network than the one it was checked against.
    #[error("the proof is of network {found}, not of {expected}")]
    Network {
        /// The network file's.
        expected: NetworkId,
        /// The proof's.
        found: NetworkId,
    },
    /// The hospitals' signatures do not hold.
    #[error("the hospitals' signatures do not hold: {0}")]
    Head(#[source] LightError),
    /// The record does not stand where the proof says.
    #[error("the record does not stand in that block: {0}")]
    Place(#[source] ProofError),
    /// Something else than a record stands there.
    #[error("what stands in that block is not this record")]
    Anchor,
    /// eh1 is not what root, length and blind give.
    #[error("the ledger holds the fingerprint of other bytes than these")]
    Content,
    /// The roots do not belong together.
    #[error("the sealed record's parts do not belong together")]
    Parts,
    /// Not issued by the network's authority.
    #[error("the author's certificate was not issued by this network's health authority: {0}")]
    Certificate(#[source] CertificateError),
    /// The author did not sign this record for this patient.
    #[error("the author did not sign this record for this patient")]
    Signature,
    /// The document beside the proof is another one.
    #[error("this is not the document that was signed")]
    Document,
    /// The document cannot be read.
    #[error("the document cannot be read: {0}")]
    Unreadable(#[source] SealError),
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The network.
    pub network: NetworkId,
    /// Its name.
    pub network_name: String,
    /// What the author said, under their signature.
    pub metadata: RecordMetadata,
    /// Time of the block.
    pub unchanged_since: UnixMillis,
    /// Height of the block.
    pub height: BlockHeight,
    /// The hospitals that signed the head above it.
    pub confirmed_by: Vec<(HospitalId, String)>,
    /// How many hospitals could have.
    pub voters: usize,
    /// Time of that head.
    pub confirmed_at: UnixMillis,
    /// Whether the author's certificate was in date when the record was put on the ledger.
    pub certificate_in_date: bool,
}

impl RecordProof {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        [MAGIC.as_slice(), &encode(self)].concat()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ProofFault::TooLong`], [`ProofFault::Format`], [`ProofFault::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofFault> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(ProofFault::TooLong);
        }
        Ok(decode(bytes.strip_prefix(MAGIC.as_slice()).ok_or(ProofFault::Format)?)?)
    }

    /// Makes every check, in the order of the chain from the network file to the author. `network` is the network the
    /// reader means; without it the proof's own is believed to be the one.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn verify(&self, network: Option<NetworkId>) -> Result<Proven, ProofFault> {
        let (genesis, metadata) = (&self.genesis, &self.metadata);
        let found = genesis.network_id();
        if let Some(expected) = network.filter(|expected| *expected != found) {
            return Err(ProofFault::Network { expected, found });
        }
        let signers = signers_of(genesis, &self.changes, &self.head).map_err(ProofFault::Head)?;
        let block = self.place.verify(&self.head.header, &self.transaction.id()).map_err(ProofFault::Place)?;
        self.check_content()?;
        let author = &metadata.author;
        author.verify_issuer(found, &genesis.authority_key).map_err(ProofFault::Certificate)?;
        metadata.verify(&self.signed_root()?, &self.sealed.signature).map_err(|_| ProofFault::Signature)?;
        let signed = self.head.certificate.signatures.iter().map(|(hospital, _)| *hospital);
        Ok(Proven {
            network: found,
            network_name: genesis.name.to_string(),
            metadata: metadata.clone(),
            unchanged_since: block.time,
            height: block.height,
            confirmed_by: signed.map(|hospital| (hospital, self.name_of(hospital))).collect(),
            voters: signers.members().len(),
            confirmed_at: self.head.header.time,
            certificate_in_date: author.verify(found, &genesis.authority_key, block.time).is_ok(),
        })
    }

    /// Checks that the document is the one the proof is about, by sealing it again.
    ///
    /// # Errors
    /// [`ProofFault::Document`], [`ProofFault::Unreadable`].
    pub fn verify_document(&self, document: &mut (impl Read + Send)) -> Result<(), ProofFault> {
        let SealedProof { key, signature, content_root, sealed_bytes, .. } = &self.sealed;
        let sealed =
            reseal_record(key, &self.header()?, &encode(&self.metadata), document, signature).map_err(|error| {
                match error {
                    SealError::Read(_) => ProofFault::Unreadable(error),
                    _ => ProofFault::Document,
                }
            })?;
        let is_same = (sealed.content_root, sealed.sealed_bytes) == (*content_root, *sealed_bytes);
        if is_same { Ok(()) } else { Err(ProofFault::Document) }
    }

    /// From the anchor to the signed root.
    fn check_content(&self) -> Result<(), ProofFault> {
        let Body::Anchor(anchor) = &self.transaction.body else { return Err(ProofFault::Anchor) };
        if anchor.reference != self.metadata.reference {
            return Err(ProofFault::Anchor);
        }
        let SealedProof { blind, content_root, sealed_bytes, .. } = &self.sealed;
        if anchor_hash(blind, content_root, *sealed_bytes) != anchor.anchor_hash {
            return Err(ProofFault::Content);
        }
        let SealedProof { key, signature, chunks, .. } = &self.sealed;
        let trailer = trailer_leaf(key, &self.header()?, *chunks, signature).map_err(|_| ProofFault::Parts)?;
        let mut tree = self.tree()?;
        tree.push(trailer);
        if tree.root() == *content_root { Ok(()) } else { Err(ProofFault::Parts) }
    }

    fn signed_root(&self) -> Result<Digest, ProofFault> {
        Ok(self.tree()?.root())
    }

    fn tree(&self) -> Result<MerkleBuilder, ProofFault> {
        // The trailer's position has 32 bits, so the count cannot run over.
        MerkleBuilder::from_peaks(self.sealed.chunks, self.sealed.peaks.clone()).ok_or(ProofFault::Parts)
    }

    fn header(&self) -> Result<RecordHeader, ProofFault> {
        RecordHeader::parse(&self.sealed.header).map_err(|_| ProofFault::Parts)
    }

    /// As the newest registration in the proof names it.
    fn name_of(&self, hospital: HospitalId) -> String {
        let registered = self.changes.iter().rev().flat_map(|change| change.registrations.iter().rev());
        let changed = registered.filter_map(|(transaction, _)| match &transaction.body {
            Body::Registry { change: RegistryChange::Hospital(registration), .. } => Some(registration),
            _ => None,
        });
        let mut known = changed.chain(&self.genesis.hospitals);
        let found = known.find(|registration| registration.id == hospital);
        found.map_or_else(|| hospital.to_string(), |registration| registration.name.to_string())
    }
}

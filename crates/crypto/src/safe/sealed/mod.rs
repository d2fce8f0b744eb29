//! Sealed records (CHR): a file of any size, its metadata and its author's signature under one fresh key K_P.
//!
//! ```text
//! record  = header (48) ‖ chunk 0 ‖ chunk 1 … chunk n ‖ trailer
//! chunk 0 = the metadata, padded to a whole number of kibibytes;   chunk i = the i-th mebibyte of the file
//! trailer = the author's signature over a statement about the signed root; the only chunk marked as last
//! chunks  = STREAM (BE32) AES-256-GCM under HKDF(K_P, salt = header, "record-chunks")
//! signed root = Merkle root over header ‖ chunk 0, chunk 1 … chunk n;   content root = the same with the trailer
//! ```
//! Memory is about two mebibytes for each core, whatever the size; reading, sealing, hashing and writing overlap.
//! Byte tables: `FORMAT.md`. Why the signature is at the end: `docs/decisions/0001-signature-trailer.md`.

mod error;
mod frames;
mod header;
mod open;
mod pipeline;
mod seal;
mod seek;

pub use error::SealError;
pub use header::{ChunkSize, HEADER_BYTES, MAX_METADATA, RecordHeader};
pub use open::{OpenedRecord, RecordOutline, content_root, open_record, read_metadata, record_outline};
pub use seal::{SealOptions, SealedRecord, reseal_record, seal_record, trailer_leaf};
pub use seek::{RecordLayout, RecordReader, open_chunk};

use super::digest::Digest;

/// What identifies a sealed record and what its author signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedSummary {
    /// Merkle root over all sealed chunks: goes, blinded, into the anchor.
    pub content_root: Digest,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    /// Merkle root over all sealed chunks but the trailer. It binds the header, which commits to K_P, and every sealed
    /// byte, and therefore the plaintext: the author signs this.
    pub signed_root: Digest,
    /// Length of the file in bytes.
    pub plaintext_bytes: u64,
}

/// What a reader knows of a record before opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedRecord {
    /// From the anchor, through its blind.
    pub content_root: Digest,
    /// From the anchor as well.
    pub sealed_bytes: u64,
}

impl From<&SealedSummary> for ExpectedRecord {
    fn from(summary: &SealedSummary) -> Self {
        Self { content_root: summary.content_root, sealed_bytes: summary.sealed_bytes }
    }
}

//! Sealing: one pass over the file, whatever its size.

use std::io::{Read, Write};

use rand_core::CryptoRng;

use super::SealedSummary;
use super::error::SealError;
use super::frames::PlainChunks;
use super::header::{ChunkSize, METADATA_LENGTH_BYTES, RecordHeader};
use super::pipeline;
use crate::hazmat::aead::TAG_BYTES;
use crate::safe::digest::Digest;
use crate::safe::keys::Signature;
use crate::safe::merkle::{MerkleBuilder, merkle_leaf};
use crate::safe::secret::Secret32;

/// How to seal.
#[derive(Debug, Clone, Copy, Default)]
pub struct SealOptions {
    /// Length of the file in bytes as the caller knows it; a source that yields more or less is refused.
    pub announced_bytes: Option<u64>,
    /// Size of the chunks.
    pub chunk: ChunkSize,
}

/// A record that was sealed: its fresh key and what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// K_P. Only now can it be given away; it has sealed nothing else.
    pub key: Secret32,
    /// Roots and lengths.
    pub summary: SealedSummary,
}

/// Seals `metadata` and the bytes of `source` into `sink` under a fresh key (S2 Alg. 4 step 3).
///
/// `sign` is called once, after the last byte was sealed, with the signed root: it returns the author's signature,
/// which becomes the sealed trailer. `sink` is neither flushed nor synced.
///
/// # Errors
/// [`SealError::MetadataTooLong`], [`SealError::TooLong`], [`SealError::SourceChanged`], [`SealError::Read`],
/// [`SealError::Write`]. After an error `sink` holds a part of a record that does not open; discard it.
pub fn seal_record(
    rng: &mut impl CryptoRng,
    metadata: &[u8],
    source: &mut (impl Read + Send),
    sink: &mut impl Write,
    options: SealOptions,
    sign: impl FnOnce(&Digest) -> Signature,
) -> Result<SealedRecord, SealError> {
    let key = Secret32::generate(rng);
    let header = RecordHeader::generate(rng, &key, options.chunk, metadata.len())?;
    let summary = seal_under(&key, &header, metadata, source, sink, options.announced_bytes, sign)?;
    Ok(SealedRecord { key, summary })
}

/// What sealing `metadata` and the bytes of `source` under the key and header of an existing record gives: the same
/// record, if they are the same. Nothing is kept.
///
/// # Errors
/// As [`seal_record`]; [`SealError::WrongKey`], and [`SealError::BadHeader`] for metadata of another length.
pub fn reseal_record(
    key: &Secret32,
    header: &RecordHeader,
    metadata: &[u8],
    source: &mut (impl Read + Send),
    signature: &Signature,
) -> Result<SealedSummary, SealError> {
    if metadata.len() + METADATA_LENGTH_BYTES > header.padded_metadata_bytes() {
        return Err(SealError::BadHeader);
    }
    seal_under(key, header, metadata, source, &mut std::io::sink(), None, |_| *signature)
}

/// The leaf of a record's trailer, the last of its tree, after `count` others.
///
/// # Errors
/// [`SealError::WrongKey`]; [`SealError::TooLong`] if no record has so many.
pub fn trailer_leaf(
    key: &Secret32,
    header: &RecordHeader,
    count: u64,
    signature: &Signature,
) -> Result<Digest, SealError> {
    let position = u32::try_from(count).map_err(|_| SealError::TooLong)?;
    let mut trailer = signature.0.to_vec();
    header.cipher(key)?.seal(position, true, &mut trailer);
    Ok(merkle_leaf(&[&trailer]))
}

fn seal_under(
    key: &Secret32,
    header: &RecordHeader,
    metadata: &[u8],
    source: &mut (impl Read + Send),
    sink: &mut impl Write,
    announced_bytes: Option<u64>,
    sign: impl FnOnce(&Digest) -> Signature,
) -> Result<SealedSummary, SealError> {
    let cipher = header.cipher(key)?;
    let mut tree = MerkleBuilder::default();
    let mut sealed_bytes = 0;
    let mut put = |bytes: &[u8]| {
        sealed_bytes += bytes.len() as u64;
        sink.write_all(bytes).map_err(SealError::Write)
    };

    let mut front = pad_metadata(metadata, header.padded_metadata_bytes());
    cipher.seal(0, false, &mut front);
    put(&header.to_bytes())?;
    put(&front)?;
    tree.push(merkle_leaf(&[&header.to_bytes(), &front]));

    let mut plaintext_bytes = 0;
    let mut chunks = PlainChunks::new(source, header.chunk_size(), announced_bytes);
    pipeline::run(
        |buffer| chunks.next(buffer),
        |index, buffer| {
            // `PlainChunks` stops before the counter ends.
            cipher.seal(index as u32, false, buffer);
            (merkle_leaf(&[buffer]), true)
        },
        |worked| {
            tree.push(worked.leaf);
            plaintext_bytes += (worked.buffer.len() - TAG_BYTES) as u64;
            put(&worked.buffer)
        },
    )?;

    let signed_root = tree.root();
    let mut trailer = sign(&signed_root).0.to_vec();
    cipher.seal(tree.count() as u32, true, &mut trailer);
    put(&trailer)?;
    tree.push(merkle_leaf(&[&trailer]));
    Ok(SealedSummary { content_root: tree.root(), sealed_bytes, signed_root, plaintext_bytes })
}

/// length (u32 little-endian) ‖ metadata ‖ zeros.
fn pad_metadata(metadata: &[u8], padded: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(padded + TAG_BYTES);
    bytes.extend_from_slice(&(metadata.len() as u32).to_le_bytes());
    bytes.extend_from_slice(metadata);
    bytes.resize(padded, 0);
    bytes
}

/// The reverse of [`pad_metadata`]; `None` if the length does not fit or the padding is not zero.
pub(super) fn unpad_metadata(padded: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = padded.split_first_chunk::<METADATA_LENGTH_BYTES>()?;
    let (metadata, padding) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    padding.iter().all(|byte| *byte == 0).then(|| metadata.to_vec())
}

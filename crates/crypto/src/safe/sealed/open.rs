//! Opening a whole record, reading its metadata alone, and identifying one without its key.

use std::io::{Read, Write};

use super::error::SealError;
use super::frames::{SealedChunks, read_front};
use super::header::RecordHeader;
use super::seal::unpad_metadata;
use super::{ExpectedRecord, SealedSummary, pipeline};
use crate::hazmat::stream::ChunkStream;
use crate::safe::digest::Digest;
use crate::safe::keys::Signature;
use crate::safe::merkle::{MerkleBuilder, merkle_leaf};
use crate::safe::secret::Secret32;

/// A record whose every byte was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedRecord {
    /// The sealed metadata.
    pub metadata: Vec<u8>,
    /// The trailer: the author's signature, not yet verified. It speaks about `summary.signed_root`.
    pub author_signature: Signature,
    /// Roots and lengths, computed from what was read.
    pub summary: SealedSummary,
}

/// Opens the record in `source` and writes the file to `sink` (S2 Alg. 5 step 16).
///
/// Chunks reach `sink` as they are opened, before the end has been seen: treat what was written as unread until this
/// returns `Ok` *and* the author's signature holds. Write to a temporary file, rename afterwards.
///
/// With `expected` (from the anchor and the note) a record of another length or content is refused, and a wrong length
/// is named [`SealError::Truncated`] or [`SealError::TrailingData`] with certainty.
///
/// # Errors
/// All of [`SealError`] but those of sealing; the first fault in the order of the bytes.
pub fn open_record(
    key: &Secret32,
    source: &mut (impl Read + Send),
    sink: &mut impl Write,
    expected: Option<&ExpectedRecord>,
) -> Result<OpenedRecord, SealError> {
    let (header, header_bytes, mut front) = read_front(source)?;
    let mut tree = MerkleBuilder::default();
    tree.push(merkle_leaf(&[&header_bytes, &front]));
    let cipher = header.cipher(key)?;
    let metadata = open_metadata(&cipher, &mut front)?;

    let mut plaintext_bytes = 0;
    let mut damaged = None;
    let mut chunks = SealedChunks::new(source, &header, expected.map(|expected| expected.sealed_bytes));
    pipeline::run(
        |buffer| chunks.next(buffer),
        |index, buffer| {
            let leaf = merkle_leaf(&[buffer]);
            (leaf, cipher.open(index as u32, false, buffer).is_some())
        },
        |worked| {
            // Whether a damaged chunk is the last one, and hence perhaps a cut, shows only when another one follows.
            if let Some(index) = damaged {
                return Err(SealError::ChunkDamaged { index });
            }
            tree.push(worked.leaf);
            if !worked.intact {
                damaged = Some(worked.index);
                return Ok(());
            }
            plaintext_bytes += worked.buffer.len() as u64;
            sink.write_all(&worked.buffer).map_err(SealError::Write)
        },
    )?;

    let (mut trailer, count, sealed_bytes) = chunks.finish();
    let signed_root = tree.root();
    tree.push(merkle_leaf(&[&trailer]));
    let opened = cipher.open(count as u32 + 1, true, &mut trailer);
    let author_signature = match (damaged, opened) {
        (None, Some(())) => Signature(trailer.try_into().map_err(|_| SealError::Truncated)?),
        (None, None) => return Err(SealError::ChunkDamaged { index: count + 1 }),
        (Some(index), Some(())) => return Err(SealError::ChunkDamaged { index }),
        // Neither the last chunk nor the trailer: the end is not where it was when the record was sealed. With the
        // length known to be right, it is damage.
        (Some(index), None) if expected.is_some() => return Err(SealError::ChunkDamaged { index }),
        (Some(_), None) => return Err(SealError::Truncated),
    };
    let summary = SealedSummary { content_root: tree.root(), sealed_bytes, signed_root, plaintext_bytes };
    if expected.is_some_and(|expected| expected.content_root != summary.content_root) {
        return Err(SealError::ContentRootMismatch);
    }
    Ok(OpenedRecord { metadata, author_signature, summary })
}

/// Reads the metadata alone: the first few kilobytes of a record. Says nothing about the rest.
///
/// # Errors
/// As [`open_record`], for the header and chunk 0.
pub fn read_metadata(key: &Secret32, source: &mut impl Read) -> Result<(RecordHeader, Vec<u8>), SealError> {
    let (header, _, mut front) = read_front(source)?;
    let metadata = open_metadata(&header.cipher(key)?, &mut front)?;
    Ok((header, metadata))
}

fn open_metadata(cipher: &ChunkStream, front: &mut Vec<u8>) -> Result<Vec<u8>, SealError> {
    cipher.open(0, false, front).and_then(|()| unpad_metadata(front)).ok_or(SealError::ChunkDamaged { index: 0 })
}

/// content_root and length of a sealed record, computed without its key: what a hospital acknowledges.
///
/// # Errors
/// A header that is none, [`SealError::Truncated`], [`SealError::Read`]. Damage shows as another root.
pub fn content_root(source: &mut (impl Read + Send)) -> Result<(Digest, u64), SealError> {
    let RecordOutline { mut tree, trailer, sealed_bytes, .. } = record_outline(source)?;
    tree.push(trailer);
    Ok((tree.root(), sealed_bytes))
}

/// The shape of a sealed record, without its key: enough to show that its roots belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutline {
    /// Its header.
    pub header: RecordHeader,
    /// The tree over its chunks but the trailer; its root is what the author signed.
    pub tree: MerkleBuilder,
    /// The trailer's leaf.
    pub trailer: Digest,
    /// Length in bytes.
    pub sealed_bytes: u64,
}

/// Reads the outline of a sealed record.
///
/// # Errors
/// As [`content_root`].
pub fn record_outline(source: &mut (impl Read + Send)) -> Result<RecordOutline, SealError> {
    let (header, header_bytes, front) = read_front(source)?;
    let mut tree = MerkleBuilder::default();
    tree.push(merkle_leaf(&[&header_bytes, &front]));
    let mut chunks = SealedChunks::new(source, &header, None);
    pipeline::run(
        |buffer| chunks.next(buffer),
        |_, buffer| (merkle_leaf(&[buffer]), true),
        |worked| {
            tree.push(worked.leaf);
            Ok(())
        },
    )?;
    let (trailer, _, sealed_bytes) = chunks.finish();
    Ok(RecordOutline { header, tree, trailer: merkle_leaf(&[&trailer]), sealed_bytes })
}

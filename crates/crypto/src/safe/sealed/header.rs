//! The 48 bytes before the chunks, and the keys that they and K_P determine.

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use super::error::SealError;
use crate::hazmat::aead::TAG_BYTES;
use crate::hazmat::stream::ChunkStream;
use crate::safe::labels;
use crate::safe::note::SUITE_SECP256K1_AES256;
use crate::safe::secret::{Secret32, derive_secret};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 48;
/// Longest metadata, in bytes.
pub const MAX_METADATA: usize = 64 * METADATA_BLOCK - METADATA_LENGTH_BYTES;

pub(super) const METADATA_BLOCK: usize = 1024;
pub(super) const METADATA_LENGTH_BYTES: usize = 4;
pub(super) const SIGNATURE_BYTES: usize = 64;
/// Sealed size of the trailer.
pub(super) const TRAILER_BYTES: usize = SIGNATURE_BYTES + TAG_BYTES;

const MAGIC: [u8; 4] = *b"CKR1";
const VERSION: u8 = 1;
const COMMITMENT_AT: usize = 16;

/// Plaintext bytes of each chunk but the last: a power of two from 1 KiB to 1 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSize(u8);

impl ChunkSize {
    /// 1 MiB: what every record uses.
    pub const MEBIBYTE: Self = Self(20);

    /// 2^`log2` bytes; smaller chunks let a test have many of them. `None` unless 10 ≤ `log2` ≤ 20.
    pub const fn from_log2(log2: u8) -> Option<Self> {
        if log2 >= 10 && log2 <= 20 { Some(Self(log2)) } else { None }
    }

    /// Plaintext bytes of a full chunk.
    pub const fn bytes(self) -> usize {
        1 << self.0
    }

    /// Sealed bytes of a full chunk.
    pub const fn sealed_bytes(self) -> usize {
        self.bytes() + TAG_BYTES
    }
}

impl Default for ChunkSize {
    fn default() -> Self {
        Self::MEBIBYTE
    }
}

/// A record's header; public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHeader {
    chunk: ChunkSize,
    metadata_blocks: u8,
    nonce_prefix: [u8; 7],
    commitment: [u8; 32],
}

impl RecordHeader {
    /// A fresh header for `key` and metadata of `metadata_bytes`.
    pub(super) fn generate(
        rng: &mut impl CryptoRng,
        key: &Secret32,
        chunk: ChunkSize,
        metadata_bytes: usize,
    ) -> Result<Self, SealError> {
        if metadata_bytes > MAX_METADATA {
            return Err(SealError::MetadataTooLong { bytes: metadata_bytes });
        }
        let metadata_blocks = (metadata_bytes + METADATA_LENGTH_BYTES).div_ceil(METADATA_BLOCK) as u8;
        let mut nonce_prefix = [0; 7];
        rng.fill_bytes(&mut nonce_prefix);
        let mut header = Self { chunk, metadata_blocks, nonce_prefix, commitment: [0; 32] };
        header.commitment = *header.derive(key, labels::RECORD_COMMITMENT).expose();
        Ok(header)
    }

    /// The header's bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4] = VERSION;
        bytes[5] = SUITE_SECP256K1_AES256;
        bytes[6] = self.chunk.0;
        bytes[7] = self.metadata_blocks;
        bytes[9..16].copy_from_slice(&self.nonce_prefix);
        bytes[COMMITMENT_AT..].copy_from_slice(&self.commitment);
        bytes
    }

    /// Parses a header.
    ///
    /// # Errors
    /// [`SealError::BadMagic`], [`SealError::UnknownVersion`], [`SealError::UnknownSuite`], [`SealError::BadHeader`].
    pub fn parse(bytes: &[u8; HEADER_BYTES]) -> Result<Self, SealError> {
        if bytes[0..4] != MAGIC {
            return Err(SealError::BadMagic);
        }
        if bytes[4] != VERSION {
            return Err(SealError::UnknownVersion(bytes[4]));
        }
        if bytes[5] != SUITE_SECP256K1_AES256 {
            return Err(SealError::UnknownSuite(bytes[5]));
        }
        let chunk = ChunkSize::from_log2(bytes[6]).ok_or(SealError::BadHeader)?;
        let metadata_blocks = bytes[7];
        if !(1..=64).contains(&metadata_blocks) || bytes[8] != 0 {
            return Err(SealError::BadHeader);
        }
        let (mut nonce_prefix, mut commitment) = ([0; 7], [0; 32]);
        nonce_prefix.copy_from_slice(&bytes[9..16]);
        commitment.copy_from_slice(&bytes[COMMITMENT_AT..]);
        Ok(Self { chunk, metadata_blocks, nonce_prefix, commitment })
    }

    /// Size of the record's chunks.
    pub fn chunk_size(&self) -> ChunkSize {
        self.chunk
    }

    /// Sealed bytes of chunk 0, the padded metadata.
    pub fn sealed_metadata_bytes(&self) -> usize {
        self.padded_metadata_bytes() + TAG_BYTES
    }

    pub(super) fn padded_metadata_bytes(&self) -> usize {
        usize::from(self.metadata_blocks) * METADATA_BLOCK
    }

    /// The cipher of this record's chunks, if `key` is the one that the header commits to.
    pub(super) fn cipher(&self, key: &Secret32) -> Result<ChunkStream, SealError> {
        if !bool::from(self.derive(key, labels::RECORD_COMMITMENT).expose().ct_eq(&self.commitment)) {
            return Err(SealError::WrongKey);
        }
        Ok(ChunkStream::new(&self.derive(key, labels::RECORD_CHUNKS), &self.nonce_prefix))
    }

    /// HKDF of K_P salted with the header up to its commitment, so that no two records share a chunk key.
    fn derive(&self, key: &Secret32, label: &str) -> Secret32 {
        derive_secret(key.expose(), &self.to_bytes()[..COMMITMENT_AT], label, &[])
    }
}

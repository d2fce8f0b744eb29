//! What can be wrong with a sealed record, or go wrong while making one.

use std::io;

/// Why a record was not sealed or not opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The first bytes are not `CKR1`.
    #[error("not a sealed record")]
    BadMagic,
    /// Made by a later version of the format.
    #[error("sealed record of unknown version {0}")]
    UnknownVersion(u8),
    /// Sealed with a cipher suite this version does not know.
    #[error("sealed record of unknown suite {0}")]
    UnknownSuite(u8),
    /// The header's chunk size, metadata size or reserved byte is out of bounds.
    #[error("sealed record with an impossible header")]
    BadHeader,
    /// The key is not this record's, or the header was changed.
    #[error("key does not belong to this record, or its header was changed")]
    WrongKey,
    /// The record ends before its trailer: a download or a disk cut it short.
    #[error("sealed record is cut short")]
    Truncated,
    /// More bytes than the record has.
    #[error("sealed record is followed by foreign bytes")]
    TrailingData,
    /// A chunk's tag is wrong: its bytes were changed, moved, or taken from elsewhere.
    #[error("chunk {index} of the sealed record is damaged")]
    ChunkDamaged {
        /// 0 is the metadata, 1 the first mebibyte of the file, and so on; the last one is the trailer.
        index: u64,
    },
    /// Every chunk opens, yet this is not the record that was anchored.
    #[error("sealed record is not the one that was expected")]
    ContentRootMismatch,
    /// Metadata above [`MAX_METADATA`](super::MAX_METADATA).
    #[error("metadata of {bytes} bytes exceeds 65532")]
    MetadataTooLong {
        /// Its length.
        bytes: usize,
    },
    /// More than 2^32 − 3 chunks of the file.
    #[error("record exceeds the format's number of chunks")]
    TooLong,
    /// The source did not have as many bytes as announced: it was written to while being sealed.
    #[error("source changed while it was sealed: {announced} bytes announced, {read} read")]
    SourceChanged {
        /// Length before sealing, in bytes.
        announced: u64,
        /// Length found, in bytes; counting stops soon after it exceeds the announced length.
        read: u64,
    },
    /// The source could not be read.
    #[error("reading failed: {0}")]
    Read(#[source] io::Error),
    /// The destination could not be written, for example because the disk is full.
    #[error("writing failed: {0}")]
    Write(#[source] io::Error),
}

//! Cutting a stream of bytes into chunks, with the look-ahead that tells where the trailer begins.

use std::io::{ErrorKind, Read};

use super::error::SealError;
use super::header::{ChunkSize, HEADER_BYTES, RecordHeader, TRAILER_BYTES};
use super::pipeline::Buffer;
use crate::hazmat::aead::TAG_BYTES;

/// Position of the last possible chunk before the trailer: STREAM's counter has 32 bits.
const MAX_CHUNKS: u64 = u32::MAX as u64 - 2;

/// Reads until `buffer` is full or the source ends; returns the number of bytes read.
pub(super) fn fill(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, SealError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(SealError::Read(error)),
        }
    }
    Ok(filled)
}

/// Gives `buffer` its length, and room for `capacity` in one allocation, so that no copy is left behind by growing.
fn resize(buffer: &mut Vec<u8>, length: usize, capacity: usize) {
    let missing = capacity.saturating_sub(buffer.len());
    buffer.reserve_exact(missing);
    buffer.resize(length, 0);
}

/// Reads exactly as many bytes, or finds the record truncated.
pub(super) fn fill_exactly(source: &mut impl Read, buffer: &mut [u8]) -> Result<(), SealError> {
    if fill(source, buffer)? == buffer.len() { Ok(()) } else { Err(SealError::Truncated) }
}

/// Reads the header and the sealed metadata.
pub(super) fn read_front(source: &mut impl Read) -> Result<(RecordHeader, [u8; HEADER_BYTES], Vec<u8>), SealError> {
    let mut bytes = [0; HEADER_BYTES];
    fill_exactly(source, &mut bytes)?;
    let header = RecordHeader::parse(&bytes)?;
    let mut metadata = vec![0; header.sealed_metadata_bytes()];
    fill_exactly(source, &mut metadata)?;
    Ok((header, bytes, metadata))
}

/// Chunks of a file that is being sealed.
pub(super) struct PlainChunks<'a, R> {
    source: &'a mut R,
    chunk: ChunkSize,
    announced: Option<u64>,
    chunks: u64,
    read: u64,
}

impl<'a, R: Read> PlainChunks<'a, R> {
    pub(super) fn new(source: &'a mut R, chunk: ChunkSize, announced: Option<u64>) -> Self {
        Self { source, chunk, announced, chunks: 0, read: 0 }
    }

    /// The next chunk, or `None` at the end of the file.
    pub(super) fn next(&mut self, mut buffer: Buffer) -> Result<Option<Buffer>, SealError> {
        resize(&mut buffer, self.chunk.bytes(), self.chunk.sealed_bytes());
        let count = fill(self.source, &mut buffer)?;
        self.read += count as u64;
        if let Some(announced) = self.announced
            && (self.read > announced || (count < buffer.len() && self.read < announced))
        {
            return Err(SealError::SourceChanged { announced, read: self.read });
        }
        if count == 0 {
            return Ok(None);
        }
        self.chunks += 1;
        if self.chunks > MAX_CHUNKS {
            return Err(SealError::TooLong);
        }
        buffer.truncate(count);
        Ok(Some(buffer))
    }
}

/// Chunks of a sealed record, after its metadata.
pub(super) struct SealedChunks<'a, R> {
    source: &'a mut R,
    chunk: ChunkSize,
    /// Length of the whole record, where the caller knows it.
    expected: Option<u64>,
    /// Bytes of the record taken from the source so far.
    read: u64,
    /// Bytes already read that follow the chunk returned last; at the end, the trailer.
    ahead: Vec<u8>,
    chunks: u64,
    ended: bool,
}

impl<'a, R: Read> SealedChunks<'a, R> {
    pub(super) fn new(source: &'a mut R, header: &RecordHeader, expected: Option<u64>) -> Self {
        let read = (HEADER_BYTES + header.sealed_metadata_bytes()) as u64;
        Self { source, chunk: header.chunk_size(), expected, read, ahead: Vec::new(), chunks: 0, ended: false }
    }

    /// The next sealed chunk, or `None` when only the trailer is left.
    pub(super) fn next(&mut self, mut buffer: Buffer) -> Result<Option<Buffer>, SealError> {
        if self.ended {
            return Ok(None);
        }
        let wanted = self.chunk.sealed_bytes() + TRAILER_BYTES;
        resize(&mut buffer, wanted, wanted);
        let kept = self.ahead.len();
        buffer[..kept].copy_from_slice(&self.ahead);
        let count = fill(self.source, &mut buffer[kept..])?;
        self.read += count as u64;
        self.ended = kept + count < wanted;
        self.check_length()?;
        let end = (kept + count).checked_sub(TRAILER_BYTES).ok_or(SealError::Truncated)?;
        self.ahead.clear();
        self.ahead.extend_from_slice(&buffer[end..kept + count]);
        if end == 0 {
            return Ok(None);
        }
        self.chunks += 1;
        if end <= TAG_BYTES {
            return Err(SealError::Truncated);
        }
        if self.chunks > MAX_CHUNKS {
            return Err(SealError::TooLong);
        }
        buffer.truncate(end);
        Ok(Some(buffer))
    }

    fn check_length(&self) -> Result<(), SealError> {
        match self.expected {
            Some(expected) if self.read > expected => Err(SealError::TrailingData),
            Some(expected) if self.ended && self.read < expected => Err(SealError::Truncated),
            _ => Ok(()),
        }
    }

    /// The sealed trailer, the number of chunks before it and the length of the record, once `next` returned `None`.
    pub(super) fn finish(self) -> (Vec<u8>, u64, u64) {
        (self.ahead, self.chunks, self.read)
    }
}

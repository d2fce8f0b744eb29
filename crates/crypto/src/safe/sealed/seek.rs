//! Any chunk alone, and a file that can be read from the middle.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use zeroize::Zeroizing;

use super::error::SealError;
use super::frames::{fill_exactly, read_front};
use super::header::{HEADER_BYTES, RecordHeader, TRAILER_BYTES};
use crate::hazmat::aead::TAG_BYTES;
use crate::hazmat::stream::ChunkStream;
use crate::safe::secret::Secret32;

/// Where the chunks of a record of known length lie. Chunk 0 is the metadata, the last one the trailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLayout {
    full: u64,
    front: u64,
    body: u64,
}

impl RecordLayout {
    /// The layout of a record of `sealed_bytes` in all.
    ///
    /// # Errors
    /// [`SealError::Truncated`] if no record has this length.
    pub fn new(header: &RecordHeader, sealed_bytes: u64) -> Result<Self, SealError> {
        let front = (HEADER_BYTES + header.sealed_metadata_bytes()) as u64;
        let full = header.chunk_size().sealed_bytes() as u64;
        let body = sealed_bytes.checked_sub(front + TRAILER_BYTES as u64).ok_or(SealError::Truncated)?;
        if (1..=TAG_BYTES as u64).contains(&(body % full)) {
            return Err(SealError::Truncated);
        }
        if body.div_ceil(full) > u64::from(u32::MAX) - 2 {
            return Err(SealError::TooLong);
        }
        Ok(Self { full, front, body })
    }

    /// Number of chunks, metadata and trailer included.
    pub fn chunks(&self) -> u64 {
        self.body.div_ceil(self.full) + 2
    }

    /// Bytes of the file.
    pub fn plaintext_bytes(&self) -> u64 {
        self.body - self.body.div_ceil(self.full) * TAG_BYTES as u64
    }

    /// Which bytes of the record are chunk `index`; `None` if it has no such chunk. Chunk 0 is given without the
    /// header.
    pub fn range(&self, index: u64) -> Option<Range<u64>> {
        let end_of_body = self.front + self.body;
        let last = self.chunks() - 1;
        match index {
            0 => Some(HEADER_BYTES as u64..self.front),
            _ if index == last => Some(end_of_body..end_of_body + TRAILER_BYTES as u64),
            _ if index < last => {
                let start = self.front + (index - 1) * self.full;
                Some(start..end_of_body.min(start + self.full))
            }
            _ => None,
        }
    }
}

/// Opens one chunk, given its bytes. `last` is true for the trailer only. Chunk 0 comes back padded.
///
/// # Errors
/// [`SealError::WrongKey`], [`SealError::ChunkDamaged`].
pub fn open_chunk(
    key: &Secret32,
    header: &RecordHeader,
    index: u64,
    last: bool,
    bytes: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let cipher = header.cipher(key)?;
    let mut chunk = Zeroizing::new(bytes.to_vec());
    open_in_place(&cipher, index, last, &mut chunk)?;
    Ok(chunk)
}

fn open_in_place(cipher: &ChunkStream, index: u64, last: bool, chunk: &mut Vec<u8>) -> Result<(), SealError> {
    let position = u32::try_from(index).map_err(|_| SealError::TooLong)?;
    cipher.open(position, last, chunk).ok_or(SealError::ChunkDamaged { index })
}

/// The file inside a sealed record, readable from any place: each chunk is checked when it is read, the end when the
/// reader is made. The content root is not checked; do that once with [`content_root`](super::content_root).
pub struct RecordReader<S> {
    source: S,
    cipher: ChunkStream,
    layout: RecordLayout,
    chunk_bytes: u64,
    offset: u64,
    /// The chunk read last, with its index; 0 while there is none.
    cached: (u64, Zeroizing<Vec<u8>>),
}

impl<S: Read + Seek> RecordReader<S> {
    /// Reads the header and checks the trailer, so that a record cut at a chunk's end is noticed.
    ///
    /// # Errors
    /// As [`open_record`](super::open_record).
    pub fn new(key: &Secret32, mut source: S) -> Result<Self, SealError> {
        source.rewind().map_err(SealError::Read)?;
        let (header, _, _) = read_front(&mut source)?;
        let cipher = header.cipher(key)?;
        let sealed_bytes = source.seek(SeekFrom::End(0)).map_err(SealError::Read)?;
        let layout = RecordLayout::new(&header, sealed_bytes)?;
        let chunk_bytes = header.chunk_size().bytes() as u64;
        let mut reader = Self { source, cipher, layout, chunk_bytes, offset: 0, cached: (0, Zeroizing::default()) };
        reader.load(layout.chunks() - 1)?;
        reader.cached = (0, Zeroizing::default());
        Ok(reader)
    }

    /// Bytes of the file.
    pub fn plaintext_bytes(&self) -> u64 {
        self.layout.plaintext_bytes()
    }

    fn load(&mut self, index: u64) -> Result<(), SealError> {
        let range = self.layout.range(index).ok_or(SealError::Truncated)?;
        self.source.seek(SeekFrom::Start(range.start)).map_err(SealError::Read)?;
        let mut chunk = Zeroizing::new(vec![0; (range.end - range.start) as usize]);
        fill_exactly(&mut self.source, &mut chunk)?;
        open_in_place(&self.cipher, index, index == self.layout.chunks() - 1, &mut chunk)?;
        self.cached = (index, chunk);
        Ok(())
    }
}

impl<S: Read + Seek> Read for RecordReader<S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.offset >= self.plaintext_bytes() || out.is_empty() {
            return Ok(0);
        }
        let index = 1 + self.offset / self.chunk_bytes;
        if self.cached.0 != index {
            self.load(index).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        let rest = &self.cached.1[(self.offset % self.chunk_bytes) as usize..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.offset += count as u64;
        Ok(count)
    }
}

impl<S: Read + Seek> Seek for RecordReader<S> {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        let offset = match target {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(distance) => self.plaintext_bytes().checked_add_signed(distance),
            SeekFrom::Current(distance) => self.offset.checked_add_signed(distance),
        };
        self.offset = offset.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.offset)
    }
}

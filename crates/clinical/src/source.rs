//! Documents that are read where they lie, so that a long one costs no more memory than a short one.

use std::io::{self, Read, Seek, SeekFrom};

/// A document that can be read from any place. Files and byte slices in a [`std::io::Cursor`] are.
pub trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// Reads `length` bytes from `offset`. The caller has bounded the length.
pub(crate) fn read_range(source: &mut dyn Source, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    // Grows with what is there, not with what a length field promised.
    source.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

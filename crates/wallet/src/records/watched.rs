//! A document's bytes on their way into the seal: counted, digested, and stopped when the person says so.

use std::io::{Error, Read, Result};

use carekey_crypto::{Digest, DigestWriter, SealError};

use crate::error::WalletError;

const DOCUMENT: &str = "document";

/// H("document", bytes): by this the wallet knows that it has a document already. It never leaves the vault.
///
/// # Errors
/// The source's.
pub fn document_digest(source: &mut impl Read) -> Result<Digest> {
    let mut writer = DigestWriter::new(DOCUMENT);
    std::io::copy(source, &mut writer)?;
    Ok(writer.finish())
}

#[derive(Debug, thiserror::Error)]
#[error("cancelled")]
struct Cancelled;

/// Tells how many bytes were read; goes on while the answer is true.
pub(super) struct Watched<'w, R> {
    source: R,
    digest: DigestWriter,
    done: u64,
    watch: &'w mut (dyn FnMut(u64) -> bool + Send),
}

impl<'w, R: Read> Watched<'w, R> {
    pub(super) fn new(source: R, watch: &'w mut (dyn FnMut(u64) -> bool + Send)) -> Self {
        Self { source, digest: DigestWriter::new(DOCUMENT), done: 0, watch }
    }

    pub(super) fn digest(self) -> Digest {
        self.digest.finish()
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if !(self.watch)(self.done) {
            return Err(Error::other(Cancelled));
        }
        let read = self.source.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.done += read as u64;
        Ok(read)
    }
}

/// What a failed sealing was: cancelled, or a real failure.
pub(super) fn outcome(error: SealError) -> WalletError {
    match &error {
        SealError::Read(inner) if inner.get_ref().is_some_and(|inner| inner.is::<Cancelled>()) => {
            WalletError::Cancelled
        }
        _ => WalletError::Seal(error),
    }
}

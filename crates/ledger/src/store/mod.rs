//! The chain in an SQLite file: one writer, any number of readers.
//!
//! The state is append-only sets keyed by height, so going back to a height is deleting what is above it. The one
//! exception is an erasure: what it pruned does not come back.

mod bulk;
pub(crate) mod check;
mod error;
mod open;
mod queries;
pub(crate) mod reader;
mod serve;
mod view;
mod write;

#[cfg(test)]
mod tests;

use std::path::Path;

use carekey_protocol::{BlockHeight, Genesis};
use rusqlite::{Connection, TransactionBehavior};

pub use error::StoreError;
pub use open::start_engine;
pub use queries::{Erasure, Location};

use crate::rules::verify::VerifiedBlock;
use crate::vote::{CertificateInvalid, QuorumCertificate};
use reader::Reader;

/// The chain, open for writing.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    reader: Reader,
}

/// Why a verified block was not appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The certificate does not make it final.
    #[error(transparent)]
    Certificate(#[from] CertificateInvalid),
    /// The chain has moved on since the block was verified.
    #[error("block was verified against another head")]
    NotNext,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for ApplyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Opens the chain of this network, or begins it.
    ///
    /// # Errors
    /// [`StoreError::OtherNetwork`] if the file holds another network's chain; others if it cannot be opened.
    pub fn open(path: &Path, genesis: &Genesis) -> Result<Self, StoreError> {
        let connection = open::writer(path, genesis)?;
        Ok(Self { connection, reader: Reader::new(path) })
    }

    /// All questions go to the reader; it may be cloned and used from other threads.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Forgets all blocks above `height`, in one step. Bodies that those blocks erased stay erased.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rollback_to(&mut self, height: BlockHeight) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write::rollback(&transaction, height)?;
        transaction.commit()?;
        Ok(())
    }
}

/// Appends a verified block with the certificate that makes it final: all of it, or nothing.
///
/// # Errors
/// [`ApplyError`].
pub fn apply_block(
    store: &mut Store,
    verified: VerifiedBlock,
    certificate: QuorumCertificate,
) -> Result<(), ApplyError> {
    if verified.sealed.as_ref() != Some(&certificate) {
        certificate.verify(&verified.block.header, &verified.validators)?;
    }
    let transaction = store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if queries::head_height(&transaction)?.next() != verified.block.header.height
        || queries::hash(&transaction, queries::head_height(&transaction)?)? != Some(verified.block.header.previous)
    {
        return Err(ApplyError::NotNext);
    }
    write::block(&transaction, &verified, &certificate)?;
    transaction.commit()?;
    if !verified.effects.erasures.is_empty() {
        open::flush_log(&store.connection);
    }
    Ok(())
}

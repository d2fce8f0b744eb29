//! What can go wrong with the hospital's own disk, as far as it matters to others.

use std::io;

use carekey_protocol::DecodeError;

/// The node's own storage failed. None of it is the requester's fault, none of it is told to them in detail.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space is left, or a quota is used up. Nothing was acknowledged; the same call works once there is space.
    #[error("no space is left on the hospital's disk")]
    DiskFull,
    /// Reading or writing a file failed.
    #[error("the record store failed: {0}")]
    Io(#[source] io::Error),
    /// The object store failed, or is not reached.
    #[error(transparent)]
    Objects(#[from] crate::records::RecordStoreError),
    /// The index database failed.
    #[error("the index failed: {0}")]
    Database(#[source] rusqlite::Error),
    /// The index holds something that is not what it should be.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// The ledger's store could not answer. Access is refused rather than guessed.
    #[error("the ledger's state could not be read: {0}")]
    Ledger(#[source] crate::facts::FactError),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
            Self::DiskFull
        } else {
            Self::Database(error)
        }
    }
}

impl From<DecodeError> for StoreError {
    fn from(error: DecodeError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<carekey_crypto::KeyError> for StoreError {
    fn from(error: carekey_crypto::KeyError) -> Self {
        Self::Damaged(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_whoever_reports_it() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(StoreError::from(full), StoreError::DiskFull));
        let full = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        assert!(matches!(StoreError::from(full), StoreError::DiskFull));
    }
}

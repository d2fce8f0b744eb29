//! The log of one height: what a validator must not forget in a crash. Malachite's write-ahead log with our entries.

use std::fs;
use std::path::Path;

use carekey_protocol::{BlockHeight, decode, encode};
use malachite_wal::Log as File;

use crate::message::Entry;

/// The log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk refuses.
    #[error("consensus log: {0}")]
    Io(#[from] std::io::Error),
    /// An entry is not one of ours. The file is kept: it may hold votes that must not be contradicted.
    #[error("consensus log: entry {0} of block {1} is damaged")]
    Damaged(usize, BlockHeight),
}

/// The log on the disk. It holds entries of one height; a torn last entry, which nobody was told of, is cut off.
pub struct Log {
    file: File,
    unsynced: bool,
    created: bool,
}

impl Log {
    /// Opens or creates the log.
    ///
    /// # Errors
    /// [`LogError::Io`], also if another process has it open.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let created = !fs::exists(path)?;
        let file = File::open(path)?;
        Ok(Self { file, unsynced: false, created })
    }

    /// Whether there was none before: this validator has no memory of what it voted.
    pub fn is_new(&self) -> bool {
        self.created
    }

    /// The entries of a height, if the log is about that one.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn entries(&mut self, height: BlockHeight) -> Result<Vec<Entry>, LogError> {
        if self.file.sequence() != height.0 {
            return Ok(Vec::new());
        }
        let read =
            |(at, bytes): (usize, std::io::Result<Vec<u8>>)| decode(&bytes?).map_err(|_| LogError::Damaged(at, height));
        self.file.iter()?.enumerate().map(read).collect()
    }

    /// Begins the log of a height, unless it is about that one; what it held of another is gone.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn begin(&mut self, height: BlockHeight) -> Result<(), LogError> {
        if self.file.sequence() != height.0 {
            self.file.reset(height.0)?;
        }
        Ok(())
    }

    /// Adds an entry. It is safe after [`sync`](Self::sync).
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn append(&mut self, entry: &Entry) -> Result<(), LogError> {
        self.file.append(encode(entry))?;
        self.unsynced = true;
        Ok(())
    }

    /// Returns when every entry is on the disk.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn sync(&mut self) -> Result<(), LogError> {
        if std::mem::take(&mut self.unsynced) {
            self.file.flush()?;
        }
        Ok(())
    }
}

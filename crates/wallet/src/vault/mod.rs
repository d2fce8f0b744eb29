//! What a wallet remembers, in one encrypted database (SQLCipher, AES-256 with an HMAC on every page).
//!
//! [`Vault::write`] is all or nothing, on disk when it returns, and survives the loss of the process or of power.
//! Tables are modules of plain functions over a transaction, so that one change can touch several:
//!
//! ```
//! # use carekey_wallet::vault::{Vault, VaultError, outbox, settings};
//! # use carekey_crypto::Secret32;
//! # use carekey_protocol::UnixMillis;
//! # let dir = tempfile::tempdir().unwrap();
//! let vault = Vault::create(dir.path(), &Secret32::from_bytes([7; 32]))?;
//! vault.write(|tx| {
//!     settings::put(tx, "theme", "dark")?;
//!     outbox::push(tx, "grant", 0, b"what is needed to go on", UnixMillis(0))
//! })?;
//! # Ok::<(), VaultError>(())
//! ```
//! Calls block for as long as one disk write; async callers use `spawn_blocking` for changes.
//!
//! The file's pages are authenticated, so a changed byte is noticed, at the latest when [`Vault::open`] reads the whole
//! file. Not noticed is a whole older file put in its place.

mod columns;
mod error;
mod lock;
mod migrations;
mod open;
mod tx;

pub mod access_log;
pub mod collections;
pub mod copies;
pub mod deposits;
pub mod endings;
pub mod gists;
pub mod grants;
pub mod messages;
pub mod meta;
pub mod observations;
pub mod outbox;
pub mod people;
pub mod places;
pub mod progress;
pub mod pseudonyms;
pub mod records;
pub mod recovery;
pub mod settings;
pub mod shared;
pub mod sync_state;
pub mod written;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

pub use error::VaultError;
pub use open::exists;
pub use progress::Progress;
pub use tx::{ReadTx, WriteTx};

/// An open vault: the only one of its profile, in this process and all others.
pub struct Vault {
    connection: Mutex<Connection>,
    path: PathBuf,
    _lock: lock::Lock,
}

impl Vault {
    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` on a consistent view.
    ///
    /// # Errors
    /// Those of `read`; [`VaultError::Damaged`] when a page does not verify.
    pub fn read<T, E: From<VaultError>>(&self, read: impl FnOnce(&ReadTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.connection();
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(|error| VaultError::from_sqlite(&self.path, error))?;
        read(&ReadTx::new(tx, &self.path))
    }

    /// Runs `change`; when it succeeds and this returns, all of it is on disk. When it fails or panics, none of it is.
    ///
    /// # Errors
    /// Those of `change`, and of writing it down.
    pub fn write<T, E: From<VaultError>>(&self, change: impl FnOnce(&WriteTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.connection();
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| VaultError::from_sqlite(&self.path, error))?;
        let tx = WriteTx::new(tx, &self.path);
        let value = change(&tx)?;
        tx.commit()?;
        Ok(value)
    }

    /// A panic in a closure has rolled its transaction back; the connection is as good as before.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;

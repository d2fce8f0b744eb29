//! The hospital's index: which sealed records lie here, what opens them for whom, what is still owed to the ledger.
//!
//! One connection behind a lock: every call is one SQL transaction and takes well under a millisecond, but for the
//! wait for the disk at its end.

mod anchors;
mod blobs;
mod catalogues;
mod mailbox;
mod objects;
mod outbox;
mod people;
mod pseudonyms;
mod rows;
mod schema;
mod stored;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use carekey_crypto::{Digest, PublicKey, Secret32};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::StoreError;

pub use blobs::{Blob, BlobState};
pub(crate) use catalogues::CatalogueState;
pub use mailbox::{MAILBOX_NOTES_MAX, MAILBOX_PAGE_NOTES_MAX, MAILBOX_VALID_MILLIS, MailboxFull};
pub(crate) use objects::Shelf;
pub(crate) use outbox::QueuedReceipt;
pub(crate) use rows::DepositConflict;

/// The index database.
#[derive(Debug)]
pub struct Index {
    connection: Mutex<Connection>,
}

impl Index {
    /// Opens the index at `path`, creating or migrating it.
    ///
    /// # Errors
    /// [`StoreError::Database`], also for a wrong key.
    pub fn open(path: &Path, key: &Secret32) -> Result<Self, StoreError> {
        Ok(Self { connection: Mutex::new(schema::open(path, key)?) })
    }

    /// A small fact about the node, by name.
    pub(crate) fn node_fact(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT value FROM node WHERE name = ?")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Remembers a small fact about the node.
    pub(crate) fn set_node_fact(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO node (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.connection().execute(sql, params![name, value])?;
        Ok(())
    }

    /// A panic while the lock was held rolled its SQL transaction back, so the connection is still sound.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` in one SQL transaction: all of it is on the disk afterwards, or none.
    fn transact<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let transaction = connection.transaction().map_err(StoreError::from)?;
        let outcome = change(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(outcome)
    }
}

/// SQLite integers are signed; everything beyond 2^63 milliseconds or bytes is "for ever" or "too much" alike.
fn to_sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Back from [`to_sql`].
fn from_sql(value: i64) -> u64 {
    if value == i64::MAX { u64::MAX } else { value.max(0) as u64 }
}

fn digest_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest)
}

fn public_key(bytes: [u8; 33]) -> Result<PublicKey, StoreError> {
    Ok(PublicKey::from_bytes(bytes)?)
}

#[cfg(test)]
pub(crate) fn scratch_index() -> (tempfile::TempDir, Index) {
    let dir = tempfile::tempdir().expect("a directory");
    let index = Index::open(&dir.path().join("index.db"), &Secret32::from_bytes([1; 32])).expect("opens");
    (dir, index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_opens_with_its_key_only() {
        let (dir, index) = scratch_index();
        index.set_node_fact("a", b"1").expect("kept");
        drop(index);
        let path = dir.path().join("index.db");
        assert!(Index::open(&path, &Secret32::from_bytes([2; 32])).is_err(), "another key");
        let index = Index::open(&path, &Secret32::from_bytes([1; 32])).expect("the right key");
        assert_eq!(index.node_fact("a").expect("read"), Some(b"1".to_vec()));
    }

    #[test]
    fn for_ever_stays_for_ever() {
        assert_eq!(from_sql(to_sql(u64::MAX)), u64::MAX);
        assert_eq!(from_sql(to_sql(7)), 7);
    }
}

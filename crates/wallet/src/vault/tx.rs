//! Transactions, and the few shapes of query the tables are written with.

use std::ops::Deref;
use std::path::Path;

use rusqlite::{Params, Transaction};

use super::columns::Columns;
use super::error::VaultError;

/// A consistent view of the vault.
pub struct ReadTx<'v> {
    tx: Transaction<'v>,
    path: &'v Path,
}

/// A change of the vault: everything or nothing. Reads see what was written before in the same change.
pub struct WriteTx<'v>(ReadTx<'v>);

impl<'v> Deref for WriteTx<'v> {
    type Target = ReadTx<'v>;

    fn deref(&self) -> &ReadTx<'v> {
        &self.0
    }
}

impl<'v> ReadTx<'v> {
    pub(super) fn new(tx: Transaction<'v>, path: &'v Path) -> Self {
        Self { tx, path }
    }

    /// Every row of the answer.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Columns<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, VaultError> {
        let run = || -> rusqlite::Result<Vec<T>> {
            self.tx.prepare_cached(sql)?.query_map(params, |row| read(&Columns(row)))?.collect()
        };
        run().map_err(|error| VaultError::from_sqlite(self.path, error))
    }

    /// The first row of the answer, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Columns<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, VaultError> {
        let run = || -> rusqlite::Result<Option<T>> {
            self.tx.prepare_cached(sql)?.query_map(params, |row| read(&Columns(row)))?.next().transpose()
        };
        run().map_err(|error| VaultError::from_sqlite(self.path, error))
    }

    /// The answer of a query that always has one row, such as a count.
    pub(crate) fn value<T: super::columns::Column>(&self, sql: &str, params: impl Params) -> Result<T, VaultError> {
        self.first(sql, params, |row| row.get(0))?.ok_or_else(|| VaultError::Engine("no answer".into()))
    }
}

impl<'v> WriteTx<'v> {
    pub(super) fn new(tx: Transaction<'v>, path: &'v Path) -> Self {
        Self(ReadTx::new(tx, path))
    }

    /// Runs a change; answers how many rows it touched.
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, VaultError> {
        let run = || self.tx.prepare_cached(sql)?.execute(params);
        run().map_err(|error| VaultError::from_sqlite(self.path, error))
    }

    /// Runs a change that must find its row; `what` names the row in the error.
    pub(crate) fn update(&self, what: &'static str, sql: &str, params: impl Params) -> Result<(), VaultError> {
        match self.execute(sql, params)? {
            0 => Err(VaultError::NotFound { what }),
            _ => Ok(()),
        }
    }

    /// The number SQLite gave to the row inserted last.
    pub(crate) fn last_insert_id(&self) -> i64 {
        self.tx.last_insert_rowid()
    }

    pub(super) fn commit(self) -> Result<(), VaultError> {
        let path = self.0.path;
        self.0.tx.commit().map_err(|error| VaultError::from_sqlite(path, error))
    }
}

//! Catalogues and their entries.

use carekey_crypto::{Digest, PublicKey};
use carekey_protocol::catalogue::SealedEntry;
use carekey_protocol::deposit::Deposit;
use carekey_protocol::{Certificate, decode, encode};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{DepositConflict, put_row};
use super::{Index, digest_at, from_sql, public_key};
use crate::error::StoreError;

/// What became of a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CatalogueState {
    /// Nobody opened it.
    Unknown,
    /// Open, under this key.
    Open(PublicKey),
    /// Closed by the holder of this key.
    Closed(PublicKey),
}

fn state(connection: &Connection, handle: &Digest) -> Result<CatalogueState, StoreError> {
    let sql = "SELECT authorisation, owner IS NOT NULL FROM catalogues WHERE handle = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([handle.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(match found {
        None => CatalogueState::Unknown,
        Some((key, true)) => CatalogueState::Open(public_key(key)?),
        Some((key, false)) => CatalogueState::Closed(public_key(key)?),
    })
}

impl Index {
    pub(crate) fn catalogue_state(&self, handle: &Digest) -> Result<CatalogueState, StoreError> {
        state(&self.connection(), handle)
    }

    /// Binds a handle to its key, first come. Returns the state afterwards: the caller sees whose it is.
    pub(crate) fn open_catalogue(
        &self,
        handle: &Digest,
        authorisation: &PublicKey,
        owner: &Certificate,
    ) -> Result<CatalogueState, StoreError> {
        self.transact(|transaction| {
            let sql = "INSERT INTO catalogues (handle, authorisation, owner, receipts_to) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (handle) DO UPDATE SET owner = ?3, receipts_to = ?4
                       WHERE authorisation = ?2 AND owner IS NOT NULL";
            let receipts_to = owner.body.receiving;
            transaction.prepare_cached(sql)?.execute(params![
                handle.0,
                authorisation.as_bytes(),
                encode(owner),
                receipts_to.as_bytes()
            ])?;
            super::people::put_certificate(transaction, owner)?;
            state(transaction, handle)
        })
    }

    /// Adds an entry and its row. The same entry again changes nothing.
    pub(crate) fn append_entry(
        &self,
        handle: &Digest,
        authorisation: &PublicKey,
        entry: &SealedEntry,
        deposit: &Deposit,
    ) -> Result<Result<(), DepositConflict>, StoreError> {
        self.transact(|transaction| {
            if let Err(conflict) = put_row(transaction, deposit, authorisation)? {
                return Ok(Err(conflict));
            }
            crate::failpoint::reach("append: row written, entry not");
            let sql = "INSERT INTO entries (handle, sequence, x, nonce, sealed)
                       SELECT ?1, coalesce((SELECT max(sequence) FROM entries WHERE handle = ?1), 0) + 1, ?2, ?3, ?4
                       WHERE true ON CONFLICT (x) DO NOTHING";
            transaction.prepare_cached(sql)?.execute(params![handle.0, entry.x.0, entry.nonce, entry.sealed])?;
            Ok(Ok(()))
        })
    }

    /// Removes one entry and its row.
    pub(crate) fn remove_entry(&self, handle: &Digest, x: &Digest) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let parameters = [x.0, handle.0];
            transaction.prepare_cached("DELETE FROM entries WHERE x = ? AND handle = ?")?.execute(parameters)?;
            transaction.prepare_cached("DELETE FROM rows WHERE x = ? AND catalogue = ?")?.execute(parameters)?;
            Ok(())
        })
    }

    /// Deletes a catalogue with entries, rows and tombstones. Its handle and key stay, so that nobody else opens it, and
    /// the receipt key, so that its owner hears of attempts with passes that open nothing any more.
    pub(crate) fn close_catalogue(&self, handle: &Digest) -> Result<(), StoreError> {
        self.transact(|transaction| {
            transaction.prepare_cached("DELETE FROM entries WHERE handle = ?")?.execute([handle.0])?;
            crate::failpoint::reach("close: entries deleted, rows not");
            transaction.prepare_cached("DELETE FROM rows WHERE catalogue = ?")?.execute([handle.0])?;
            transaction.prepare_cached("DELETE FROM tombstones WHERE catalogue = ?")?.execute([handle.0])?;
            let sql = "UPDATE catalogues SET owner = NULL WHERE handle = ?";
            transaction.prepare_cached(sql)?.execute([handle.0])?;
            Ok(())
        })
    }

    /// Number of entries.
    pub(crate) fn entry_count(&self, handle: &Digest) -> Result<u64, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT count(*) FROM entries WHERE handle = ?")?;
        Ok(from_sql(statement.query_row([handle.0], |row| row.get(0))?))
    }

    /// Whether the catalogue already has this entry.
    pub(crate) fn has_entry(&self, handle: &Digest, x: &Digest) -> Result<bool, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT 1 FROM entries WHERE handle = ? AND x = ?")?;
        Ok(statement.exists([handle.0, x.0])?)
    }

    /// The entries of an open catalogue in the order they came, and its owner; none if there is no such catalogue.
    pub(crate) fn list_catalogue(
        &self,
        handle: &Digest,
    ) -> Result<Option<(Certificate, Vec<SealedEntry>)>, StoreError> {
        let connection = self.connection();
        let sql = "SELECT owner FROM catalogues WHERE handle = ? AND owner IS NOT NULL";
        let owner: Option<Vec<u8>> =
            connection.prepare_cached(sql)?.query_row([handle.0], |row| row.get(0)).optional()?;
        let Some(owner) = owner else { return Ok(None) };
        let sql = "SELECT x, nonce, sealed FROM entries WHERE handle = ? ORDER BY sequence";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([handle.0], |row| {
            Ok(SealedEntry { x: digest_at(row, 0)?, nonce: row.get(1)?, sealed: row.get(2)? })
        })?;
        Ok(Some((decode(&owner)?, rows.collect::<Result<_, _>>()?)))
    }
}

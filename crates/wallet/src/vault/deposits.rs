//! Entries the wallet has, or will have, at hospitals: X and what stands behind it.

use std::collections::HashMap;

use carekey_crypto::Digest;
use carekey_protocol::{Collection, HospitalId, RecordRef};
use rusqlite::params;
use rusqlite::types::{FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};

use super::columns::{Col, Column, Columns};
use super::{ReadTx, VaultError, WriteTx};

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepositRow {
    /// X.
    pub x: Digest,
    /// The record it opens.
    pub reference: RecordRef,
    /// The hospital that keeps it.
    pub hospital: HospitalId,
    /// Whom it serves.
    pub place: DepositPlace,
    /// Whether the hospital has it.
    pub state: DepositState,
}

/// Whom an entry serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositPlace {
    /// Readers of a collection's epoch.
    Catalogue {
        /// The collection.
        collection: Collection,
        /// Its epoch.
        epoch: u32,
        /// The record nonce: kt = HKDF(E_{c,e}, "kt" ‖ nonce).
        nonce: [u8; 16],
    },
    /// The reader of grant `n`.
    Grant {
        /// The grant's number.
        n: u64,
    },
}

/// Whether the hospital has an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositState {
    /// To be made.
    Wanted,
    /// Acknowledged by the hospital.
    Made,
    /// To be removed.
    Unwanted,
}

impl Column for DepositState {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer(match self {
            Self::Wanted => 0,
            Self::Made => 1,
            Self::Unwanted => 2,
        }))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            0 => Ok(Self::Wanted),
            1 => Ok(Self::Made),
            2 => Ok(Self::Unwanted),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

const COLUMNS: &str = "x, reference, hospital, collection, epoch, nonce, grant_n, state";

fn read(row: &Columns<'_>) -> rusqlite::Result<DepositRow> {
    let place = match (row.get(3)?, row.get(4)?, row.get(5)?) {
        (Some(collection), Some(epoch), Some(nonce)) => DepositPlace::Catalogue { collection, epoch, nonce },
        _ => DepositPlace::Grant { n: row.get(6)? },
    };
    Ok(DepositRow { x: row.get(0)?, reference: row.get(1)?, hospital: row.get(2)?, place, state: row.get(7)? })
}

/// Adds an entry, or puts another in place of one with the same X.
///
/// # Errors
/// [`VaultError::Conflict`] if the record is unknown.
pub fn put(tx: &WriteTx<'_>, row: &DepositRow) -> Result<(), VaultError> {
    let (collection, epoch, nonce, n) = match row.place {
        DepositPlace::Catalogue { collection, epoch, nonce } => (Some(collection), Some(epoch), Some(nonce), None),
        DepositPlace::Grant { n } => (None, None, None, Some(n)),
    };
    let sql = format!("INSERT OR REPLACE INTO deposits ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    let (x, reference, hospital) = (Col(&row.x), Col(&row.reference), Col(&row.hospital));
    tx.execute(&sql, params![x, reference, hospital, Col(&collection), epoch, Col(&nonce), Col(&n), Col(&row.state)])
        .map(drop)
}

/// The entry at X.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, x: &Digest) -> Result<Option<DepositRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM deposits WHERE x = ?1"), [Col(x)], read)
}

/// The entries of a record.
///
/// # Errors
/// [`VaultError`].
pub fn of_record(tx: &ReadTx<'_>, reference: &RecordRef) -> Result<Vec<DepositRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM deposits WHERE reference = ?1"), [Col(reference)], read)
}

/// The entries of a collection's epoch.
///
/// # Errors
/// [`VaultError`].
pub fn of_epoch(tx: &ReadTx<'_>, collection: Collection, epoch: u32) -> Result<Vec<DepositRow>, VaultError> {
    let sql = format!("SELECT {COLUMNS} FROM deposits WHERE collection = ?1 AND epoch = ?2");
    tx.all(&sql, params![Col(&collection), epoch], read)
}

/// The entries in one state: what is still to be done at hospitals.
///
/// # Errors
/// [`VaultError`].
pub fn in_state(tx: &ReadTx<'_>, state: DepositState) -> Result<Vec<DepositRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM deposits WHERE state = ?1"), [Col(&state)], read)
}

/// Notes whether the hospital has it.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_state(tx: &WriteTx<'_>, x: &Digest, state: DepositState) -> Result<(), VaultError> {
    tx.update("deposit", "UPDATE deposits SET state = ?2 WHERE x = ?1", params![Col(x), Col(&state)])
}

/// Every record by the X of the entries that open it, or once did: what accesses speak of.
///
/// # Errors
/// [`VaultError`].
pub fn references(tx: &ReadTx<'_>) -> Result<HashMap<Digest, RecordRef>, VaultError> {
    let sql = "SELECT x, reference FROM past_deposits UNION SELECT x, reference FROM deposits";
    Ok(tx.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// Takes out an entry the hospital has removed. Which record it opened is still known to [`references`].
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn remove(tx: &WriteTx<'_>, x: &Digest) -> Result<(), VaultError> {
    let sql = "INSERT OR IGNORE INTO past_deposits (x, reference) SELECT x, reference FROM deposits WHERE x = ?1";
    tx.execute(sql, [Col(x)])?;
    tx.update("deposit", "DELETE FROM deposits WHERE x = ?1", [Col(x)])
}

#[cfg(test)]
mod tests {
    use super::super::records;
    use super::super::tests::{record, vault};
    use super::*;

    fn deposit(x: u8, place: DepositPlace) -> DepositRow {
        let reference = record(1).reference;
        DepositRow {
            x: Digest([x; 32]),
            reference,
            hospital: HospitalId([0, 0, 1]),
            place,
            state: DepositState::Wanted,
        }
    }

    #[test]
    fn entries_are_found_by_record_by_epoch_and_by_what_is_to_be_done() {
        let home = vault();
        let place = DepositPlace::Catalogue { collection: Collection::Heart, epoch: 3, nonce: [9; 16] };
        let (standing, single) = (deposit(1, place), deposit(2, DepositPlace::Grant { n: 4 }));
        let orphan = home.vault.write(|tx| put(tx, &standing));
        assert!(matches!(orphan, Err(VaultError::Conflict { .. })), "a deposit belongs to a record");
        home.vault
            .write(|tx| {
                records::insert(tx, &record(1))?;
                put(tx, &standing)?;
                put(tx, &single)?;
                set_state(tx, &single.x, DepositState::Made)
            })
            .unwrap();
        home.vault
            .read(|tx| {
                let made = DepositRow { state: DepositState::Made, ..single };
                assert_eq!(of_record(tx, &record(1).reference)?, [standing, made]);
                assert_eq!(of_epoch(tx, Collection::Heart, 3)?, [standing]);
                assert_eq!(of_epoch(tx, Collection::Heart, 2)?, []);
                assert_eq!(in_state(tx, DepositState::Wanted)?, [standing]);
                assert_eq!(get(tx, &single.x)?, Some(made));
                Ok::<_, VaultError>(())
            })
            .unwrap();
        home.vault.write(|tx| remove(tx, &single.x)).unwrap();
        assert_eq!(home.vault.read(references).unwrap().get(&single.x), Some(&single.reference), "still known");
        home.vault.write(|tx| records::remove(tx, &record(1).reference)).unwrap();
        assert_eq!(home.vault.read(|tx| get(tx, &standing.x)).unwrap(), None);
    }
}

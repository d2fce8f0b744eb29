//! The registrar's tables, encrypted at rest: they map pseudonyms to people.

use std::path::Path;

use carekey_crypto::Secret32;
use rusqlite::{Connection, TransactionBehavior};

const MIGRATIONS: [&str; 2] = [
    "
CREATE TABLE offers (
    code BLOB PRIMARY KEY,
    offer BLOB NOT NULL,
    used_by INTEGER REFERENCES participants(serial)
) STRICT;
CREATE TABLE participants (
    serial INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    certificate BLOB NOT NULL,
    clinician INTEGER NOT NULL,
    pseudonym BLOB NOT NULL,
    expansion BLOB NOT NULL,
    next_index INTEGER NOT NULL DEFAULT 0,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE pseudonyms (
    key BLOB PRIMARY KEY,
    serial INTEGER NOT NULL REFERENCES participants(serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry (
    sequence INTEGER PRIMARY KEY,
    tx BLOB NOT NULL
) STRICT;
",
    // The operator's commands learn from it, in a process of their own, that a change is final.
    "ALTER TABLE registry ADD COLUMN final INTEGER NOT NULL DEFAULT 0;",
];

/// Opens the database, creating or migrating it.
pub(crate) fn open(path: &Path, key: &Secret32) -> rusqlite::Result<Connection> {
    carekey_ledger::store::start_engine()?;
    let mut connection = Connection::open(path)?;
    let hex: String = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
    connection.pragma_update(None, "key", zeroize::Zeroizing::new(format!("x'{hex}'")).as_str())?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (migration, index) in MIGRATIONS.iter().zip(1u32..).skip(version as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", index)?;
        transaction.commit()?;
    }
    Ok(connection)
}

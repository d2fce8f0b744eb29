//! The index's tables, encrypted at rest: they say whose records lie here and who read them.

use std::path::Path;

use carekey_crypto::Secret32;
use rusqlite::Connection;

/// Steps are only ever added. What the first says of closed catalogues is older than what is kept of them now: the
/// receipt key stays too, in the column it always had; only catalogues closed before that have none.
const MIGRATIONS: [&str; 2] = [
    "
-- A sealed record: its ticket, and how much of it has arrived. An erased one stays as a tombstone.
CREATE TABLE blobs (
    blob BLOB PRIMARY KEY,
    claim_hash BLOB NOT NULL,
    erasure BLOB NOT NULL,
    content_root BLOB NOT NULL,
    sealed_bytes INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL DEFAULT 0,
    uploader INTEGER NOT NULL,
    touched INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_by_erasure ON blobs(erasure);
CREATE INDEX blobs_uploading ON blobs(uploader) WHERE state = 0;

-- A closed catalogue keeps its handle and key only, so that nobody opens it again.
CREATE TABLE catalogues (
    handle BLOB PRIMARY KEY,
    authorisation BLOB NOT NULL,
    owner BLOB,
    receipts_to BLOB
) STRICT, WITHOUT ROWID;

-- X, Z, K, PK_z.
CREATE TABLE rows (
    x BLOB PRIMARY KEY,
    z BLOB NOT NULL,
    k BLOB NOT NULL,
    authorisation BLOB NOT NULL,
    blob BLOB NOT NULL REFERENCES blobs(blob),
    receipts_to BLOB NOT NULL,
    retain_until INTEGER NOT NULL,
    preimage BLOB NOT NULL,
    catalogue BLOB REFERENCES catalogues(handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX rows_by_blob ON rows(blob);
CREATE INDEX rows_by_catalogue ON rows(catalogue) WHERE catalogue IS NOT NULL;
CREATE INDEX rows_by_retention ON rows(retain_until);

CREATE TABLE entries (
    handle BLOB NOT NULL REFERENCES catalogues(handle),
    sequence INTEGER NOT NULL,
    x BLOB NOT NULL UNIQUE REFERENCES rows(x),
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (handle, sequence)
) STRICT, WITHOUT ROWID;

-- A digest of the X of an erased row, so that its readers hear `erased` and not `never granted`.
CREATE TABLE tombstones (
    x_digest BLOB PRIMARY KEY,
    authorisation BLOB NOT NULL,
    catalogue BLOB
) STRICT, WITHOUT ROWID;

-- Signed transactions of this hospital that are not final yet.
CREATE TABLE outbox (
    txid BLOB PRIMARY KEY,
    tx BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    erasure BLOB UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receipts_to BLOB NOT NULL,
    receipt BLOB NOT NULL,
    queued INTEGER NOT NULL,
    txid BLOB REFERENCES outbox(txid)
) STRICT;
CREATE INDEX receipts_by_owner ON receipts(receipts_to, id);
CREATE INDEX receipts_by_txid ON receipts(txid);

CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    note BLOB NOT NULL,
    posted INTEGER NOT NULL
) STRICT;
CREATE INDEX mailbox_by_age ON mailbox(posted);

CREATE TABLE pseudonyms (
    number INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    signature BLOB NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Anchors on the ledger by the erasure commitment they carry, as far as the chain was read.
CREATE TABLE anchors (
    commitment BLOB PRIMARY KEY,
    txid BLOB NOT NULL,
    erased INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Certificates their holders left here, for readers who know the identifier.
CREATE TABLE people (
    id BLOB PRIMARY KEY,
    certificate BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Small facts about the node itself.
CREATE TABLE node (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
-- Where a sealed record lies: 0 in the folder, 2 in the object store, 1 perhaps in both; and what the store calls an
-- upload in parts that has not ended.
ALTER TABLE blobs ADD COLUMN shelf INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blobs ADD COLUMN multipart TEXT;
CREATE INDEX blobs_by_shelf ON blobs(state, shelf);
",
];

/// Opens the database, creating or migrating it.
pub(super) fn open(path: &Path, key: &Secret32) -> rusqlite::Result<Connection> {
    carekey_ledger::store::start_engine()?;
    let mut connection = Connection::open(path)?;
    let hex: String = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
    let pragma = zeroize::Zeroizing::new(format!("x'{}'", zeroize::Zeroizing::new(hex).as_str()));
    connection.pragma_update(None, "key", pragma.as_str())?;
    // FULL: what was acknowledged is on the disk, not in its cache.
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    connection.set_prepared_statement_cache_capacity(64);
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (migration, number) in MIGRATIONS.iter().zip(1u32..).skip(version as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(connection)
}

//! Opening and migrating the file.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use carekey_protocol::{Genesis, encode};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::error::StoreError;
use super::write;

/// How long one connection waits for another's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an erasure waits for readers before it leaves the log to be emptied later.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(200);

/// Statements a connection keeps prepared: more than there are.
const STATEMENTS_MAX: usize = 64;

/// The writer's page cache in KiB. Txids and pseudonyms are random, so each lands on another page of its index; the
/// inner pages of a hundred million rows fit.
const WRITER_CACHE_KIB: i64 = 32 * 1024;

/// Version of the schema, kept in `user_version`.
const FORMAT: i64 = 1;

/// Has SQLite start, once for the process, before any file is opened: while its first connection is being made, a second
/// one finds the cipher not yet there and cannot set its key.
///
/// # Errors
/// Those of opening a database in memory.
pub fn start_engine() -> rusqlite::Result<()> {
    static FIRST: Mutex<bool> = Mutex::new(false);
    let mut is_started = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_started {
        Connection::open_in_memory()?;
        *is_started = true;
    }
    Ok(())
}

/// A connection that may write: WAL with a sync at each commit, so that an acknowledged block survives a power cut.
pub(super) fn writer(path: &Path, genesis: &Genesis) -> Result<Connection, StoreError> {
    start_engine()?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // An erased body is overwritten, not just unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    migrate(&mut connection, genesis)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    // Not SQLITE_OPEN_READ_ONLY: a reader of a WAL file may have to create its shared-memory file.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    start_engine()?;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// Moves what was committed out of the write-ahead log, where erased bodies would linger. The block is already safe, so
/// a reader that is in the way only puts this off until the next erasure, or until the file is closed.
pub(super) fn flush_log(connection: &Connection) {
    let flush = || {
        connection.busy_timeout(FLUSH_TIMEOUT)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    };
    let _put_off = flush();
    let _cannot_fail = connection.busy_timeout(BUSY_TIMEOUT);
}

fn migrate(connection: &mut Connection, genesis: &Genesis) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match format {
        0 => {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "user_version", FORMAT)?;
            transaction.execute("INSERT INTO network VALUES (0, ?)", [encode(genesis)])?;
            write::genesis(&transaction, genesis)?;
        }
        FORMAT => {
            let query = transaction.query_row("SELECT file FROM network", [], |row| row.get::<_, Vec<u8>>(0));
            if query.optional()?.as_deref() != Some(encode(genesis).as_slice()) {
                return Err(StoreError::OtherNetwork);
            }
        }
        newer => return Err(StoreError::Newer(newer)),
    }
    transaction.commit()?;
    Ok(())
}

//! Work that goes on after a crash: what was begun, which step is next, what that step needs.
//!
//! A step is done in one change together with [`advance`] (or [`finish`]): repeated after a crash, never skipped.

use carekey_protocol::UnixMillis;
use rusqlite::params;

use super::columns::{Col, Columns};
use super::{ReadTx, VaultError, WriteTx};

/// Names a piece of work in this vault; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboxId(pub u64);

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its name.
    pub id: OutboxId,
    /// What is being done: the name of the module that knows the steps.
    pub kind: String,
    /// The step to do next.
    pub step: u32,
    /// What that step needs, encoded by that module.
    pub payload: Vec<u8>,
    /// When it was begun.
    pub created: UnixMillis,
    /// Not to be tried before.
    pub due: UnixMillis,
    /// How often the current step has failed.
    pub attempts: u32,
    /// Why it failed the last time, in English.
    pub trouble: Option<String>,
}

const COLUMNS: &str = "id, kind, step, payload, created, due, attempts, trouble";

fn read(row: &Columns<'_>) -> rusqlite::Result<OutboxRow> {
    Ok(OutboxRow {
        id: OutboxId(row.get(0)?),
        kind: row.get(1)?,
        step: row.get(2)?,
        payload: row.get(3)?,
        created: row.get(4)?,
        due: row.get(5)?,
        attempts: row.get(6)?,
        trouble: row.get(7)?,
    })
}

/// Begins a piece of work, due at once.
///
/// # Errors
/// [`VaultError`].
pub fn push(tx: &WriteTx<'_>, kind: &str, step: u32, payload: &[u8], now: UnixMillis) -> Result<OutboxId, VaultError> {
    let sql = "INSERT INTO outbox (kind, step, payload, created, due, attempts) VALUES (?1, ?2, ?3, ?4, ?4, 0)";
    tx.execute(sql, params![kind, step, payload, Col(&now)])?;
    Ok(OutboxId(tx.last_insert_id().unsigned_abs()))
}

/// Goes on to the next step, with what it needs; it is due at once.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn advance(tx: &WriteTx<'_>, id: OutboxId, step: u32, payload: &[u8]) -> Result<(), VaultError> {
    let sql = "UPDATE outbox SET step = ?2, payload = ?3, due = created, attempts = 0, trouble = NULL WHERE id = ?1";
    tx.update("work", sql, params![Col(&id.0), step, payload])
}

/// Notes that the step failed and when to try again.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn postpone(tx: &WriteTx<'_>, id: OutboxId, due: UnixMillis, trouble: &str) -> Result<(), VaultError> {
    let sql = "UPDATE outbox SET due = ?2, attempts = attempts + 1, trouble = ?3 WHERE id = ?1";
    tx.update("work", sql, params![Col(&id.0), Col(&due), trouble])
}

/// Ends a piece of work, done or given up.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn finish(tx: &WriteTx<'_>, id: OutboxId) -> Result<(), VaultError> {
    tx.update("work", "DELETE FROM outbox WHERE id = ?1", [Col(&id.0)])
}

/// One piece of work, unless it is done.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, id: OutboxId) -> Result<Option<OutboxRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1"), [Col(&id.0)], read)
}

/// Everything not done yet, the oldest first.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>) -> Result<Vec<OutboxRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM outbox ORDER BY id"), [], read)
}

/// What is due at `now`, the oldest first, at most `limit`.
///
/// # Errors
/// [`VaultError`].
pub fn due(tx: &ReadTx<'_>, now: UnixMillis, limit: u32) -> Result<Vec<OutboxRow>, VaultError> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE due <= ?1 ORDER BY id LIMIT ?2");
    tx.all(&sql, params![Col(&now), limit], read)
}

/// Makes everything due, as after the network came back.
///
/// # Errors
/// [`VaultError`].
pub fn hurry(tx: &WriteTx<'_>) -> Result<(), VaultError> {
    tx.execute("UPDATE outbox SET due = created", []).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::tests::vault;
    use super::*;

    #[test]
    fn work_is_due_in_order_until_it_is_postponed_or_done() {
        let home = vault();
        let write =
            |change: &dyn Fn(&WriteTx<'_>) -> Result<(), VaultError>| home.vault.write(|tx| change(tx)).unwrap();
        let due_at = |now| -> Vec<(u64, u32)> {
            let rows = home.vault.read(|tx| due(tx, UnixMillis(now), 10)).unwrap();
            rows.into_iter().map(|row| (row.id.0, row.step)).collect()
        };
        let (a, b) = home
            .vault
            .write(|tx| {
                Ok::<_, VaultError>((
                    push(tx, "grant", 0, b"a", UnixMillis(5))?,
                    push(tx, "revoke", 0, b"b", UnixMillis(6))?,
                ))
            })
            .unwrap();
        assert_eq!(due_at(5), [(a.0, 0)]);
        write(&|tx| postpone(tx, a, UnixMillis(60), "hospital not reachable"));
        assert_eq!(due_at(6), [(b.0, 0)]);
        let row = home.vault.read(|tx| get(tx, a)).unwrap().unwrap();
        assert_eq!((row.attempts, row.trouble.as_deref()), (1, Some("hospital not reachable")));

        write(&|tx| hurry(tx));
        write(&|tx| advance(tx, a, 1, b"next"));
        assert_eq!(due_at(6), [(a.0, 1), (b.0, 0)]);
        let row = home.vault.read(|tx| get(tx, a)).unwrap().unwrap();
        assert_eq!((row.attempts, row.trouble, row.payload.as_slice()), (0, None, b"next".as_slice()));

        write(&|tx| finish(tx, a));
        assert_eq!(home.vault.read(|tx| get(tx, a)).unwrap(), None);
        assert_eq!(home.vault.read(list).unwrap().len(), 1);
        let c = home.vault.write(|tx| push(tx, "grant", 0, b"", UnixMillis(7))).unwrap();
        write(&|tx| finish(tx, c));
        let d = home.vault.write(|tx| push(tx, "grant", 0, b"", UnixMillis(7))).unwrap();
        assert!(d > c, "names are not given again");
    }
}

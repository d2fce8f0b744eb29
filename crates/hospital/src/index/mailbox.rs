//! Notes that are not for the ledger. The hospital cannot tell for whom they are: everybody gets all and scans.

use carekey_crypto::{Digest, Note, tagged_hash};
use carekey_protocol::{UnixMillis, decode, encode};
use rusqlite::params;

use super::{Index, from_sql, to_sql};
use crate::error::StoreError;

/// Notes a mailbox holds: at 2.2 KB each, some 200 MB.
pub const MAILBOX_NOTES_MAX: u64 = 100_000;

/// How long a note waits: 30 days.
pub const MAILBOX_VALID_MILLIS: u64 = 30 * 24 * 3600 * 1000;

/// Notes in one answer: at most half a megabyte.
pub const MAILBOX_PAGE_NOTES_MAX: u64 = 256;

/// The mailbox has no room; older notes make room as they expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mailbox is full")]
pub struct MailboxFull;

impl Index {
    /// Keeps a note. The same note again changes nothing.
    pub(crate) fn post_note(&self, note: &Note, now: UnixMillis) -> Result<Result<(), MailboxFull>, StoreError> {
        let bytes = encode(note);
        let digest: Digest = tagged_hash("hospital-mailbox", &[&bytes]);
        self.transact(|transaction| {
            let count: i64 = transaction.query_row("SELECT count(*) FROM mailbox", [], |row| row.get(0))?;
            if from_sql(count) >= MAILBOX_NOTES_MAX {
                return Ok(Err(MailboxFull));
            }
            let sql = "INSERT OR IGNORE INTO mailbox (digest, note, posted) VALUES (?, ?, ?)";
            transaction.prepare_cached(sql)?.execute(params![digest.0, bytes, to_sql(now.0)])?;
            Ok(Ok(()))
        })
    }

    /// The number of the newest note; 0 for none.
    pub(crate) fn newest_note(&self) -> Result<u64, StoreError> {
        let sql = "SELECT ifnull(max(id), 0) FROM mailbox";
        Ok(self.connection().prepare_cached(sql)?.query_row([], |row| row.get(0).map(from_sql))?)
    }

    /// Notes numbered above `after`, oldest first, at most [`MAILBOX_PAGE_NOTES_MAX`].
    pub(crate) fn notes_after(&self, after: u64, now: UnixMillis) -> Result<Vec<(u64, Note)>, StoreError> {
        let connection = self.connection();
        let sql = "SELECT id, note FROM mailbox WHERE id > ? AND posted > ? ORDER BY id LIMIT ?";
        let mut statement = connection.prepare_cached(sql)?;
        let oldest = to_sql(now.0.saturating_sub(MAILBOX_VALID_MILLIS));
        let oldest = if now.0 < MAILBOX_VALID_MILLIS { -1 } else { oldest };
        let rows = statement.query_map(params![to_sql(after), oldest, to_sql(MAILBOX_PAGE_NOTES_MAX)], |row| {
            Ok((from_sql(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
        })?;
        rows.map(|row| {
            let (id, bytes) = row?;
            Ok((id, decode(&bytes)?))
        })
        .collect()
    }

    /// Deletes the notes that waited too long.
    pub(crate) fn expire_notes(&self, now: UnixMillis) -> Result<(), StoreError> {
        let Some(oldest) = now.0.checked_sub(MAILBOX_VALID_MILLIS) else { return Ok(()) };
        self.connection().execute("DELETE FROM mailbox WHERE posted <= ?", [to_sql(oldest)])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::scratch_index;
    use carekey_crypto::{NoteKind, SecretKey, seal_note, test_rng};

    #[test]
    fn a_note_waits_for_thirty_days_and_is_numbered_once() {
        let (_dir, index) = scratch_index();
        let mut rng = test_rng(1);
        let recipient = SecretKey::generate(&mut rng);
        let mut note =
            || seal_note(&SecretKey::generate(&mut rng), &recipient.public(), NoteKind(16), b"read").expect("fits");
        let (first, second) = (note(), note());
        let start = UnixMillis(1_000);
        index.post_note(&first, start).expect("stored").expect("room");
        index.post_note(&first, start).expect("stored").expect("room");
        index.post_note(&second, start.plus(5)).expect("stored").expect("room");

        let notes = index.notes_after(0, start.plus(5)).expect("read");
        assert_eq!(index.newest_note().expect("read"), notes[1].0);
        assert_eq!(notes.len(), 2, "the same note twice is one note");
        let after_first = index.notes_after(notes[0].0, start.plus(5)).expect("read");
        assert_eq!(after_first, vec![(notes[1].0, second)]);

        let later = start.plus(MAILBOX_VALID_MILLIS);
        assert_eq!(index.notes_after(0, later).expect("read").len(), 1, "the first one has expired");
        index.expire_notes(later).expect("deleted");
        let count: i64 =
            index.connection().query_row("SELECT count(*) FROM mailbox", [], |row| row.get(0)).expect("count");
        assert_eq!(count, 1);
    }
}

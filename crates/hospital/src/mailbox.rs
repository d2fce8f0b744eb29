//! The mailbox: notes off the ledger, for anybody to scan.

use carekey_crypto::{Note, SUITE_SECP256K1_AES256};
use carekey_protocol::UnixMillis;

use crate::archive::Archive;
use crate::error::StoreError;
use crate::index::MailboxFull;

/// Why a note is not kept.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// Unknown suite or odd length: not a note any wallet would open.
    #[error("this is not a note")]
    Malformed,
    /// No room.
    #[error(transparent)]
    Full(#[from] MailboxFull),
    /// The hospital's own storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Archive {
    /// Keeps a note for [`crate::MAILBOX_VALID_MILLIS`]. The same note again changes nothing.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn post_note(&self, note: &Note, now: UnixMillis) -> Result<(), MailboxError> {
        if note.announcement.suite != SUITE_SECP256K1_AES256 || !note.has_bucket_length() {
            return Err(MailboxError::Malformed);
        }
        Ok(self.index.post_note(note, now)??)
    }

    /// The number of the newest note; 0 for none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest_note(&self) -> Result<u64, StoreError> {
        self.index.newest_note()
    }

    /// Everybody's notes numbered above `after`, oldest first, at most [`crate::MAILBOX_PAGE_NOTES_MAX`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn notes_after(&self, after: u64, now: UnixMillis) -> Result<Vec<(u64, Note)>, StoreError> {
        self.index.notes_after(after, now)
    }
}

//! The hospitals' mailboxes, a page of notes at a time.

use std::time::Duration;

use carekey_crypto::Note;
use carekey_network::mailbox::{Mailbox, MailboxAnswer, MailboxRequest, NewestNote, NewestNoteRequest};
use carekey_protocol::HospitalId;

use super::Remote;
use crate::error::WalletError;

/// So many pages are read one after the other, a few more than the fullest mailbox has; a hospital may invent notes for ever.
pub(crate) const PAGES_MAX: usize = 400;

impl Remote {
    pub(crate) async fn post(&self, hospital: HospitalId, note: Note) -> Result<(), WalletError> {
        match self.ask::<Mailbox>(hospital, MailboxRequest::Post(note)).await? {
            MailboxAnswer::Posted => Ok(()),
            _ => Err(WalletError::HospitalRefused("its mailbox did not take the note".to_owned())),
        }
    }

    /// The number of the newest note at a hospital, as soon as it is above `after`, or after `wait`.
    pub(crate) async fn newest_note(
        &self,
        hospital: HospitalId,
        after: u64,
        wait: Duration,
    ) -> Result<u64, WalletError> {
        self.ask::<NewestNote>(hospital, NewestNoteRequest { after, wait_ms: wait.as_millis() as u64 }).await
    }

    /// The next page of everybody's notes with a number above `after`, `up_to` the highest wanted, and the highest in it.
    /// None if there are none.
    pub(crate) async fn notes(
        &self,
        hospital: HospitalId,
        after: u64,
        up_to: u64,
    ) -> Result<Option<(Vec<Note>, u64)>, WalletError> {
        let MailboxAnswer::Notes(mut page) = self.ask::<Mailbox>(hospital, MailboxRequest::Fetch { after }).await?
        else {
            return Ok(None);
        };
        page.retain(|(number, _)| *number > after && *number <= up_to);
        let last = page.iter().map(|(number, _)| *number).max();
        Ok(last.map(|last| (page.into_iter().map(|(_, note)| note).collect(), last)))
    }
}

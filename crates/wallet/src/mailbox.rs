//! Reading the hospitals' mailboxes: everybody's notes, opened here, so that a hospital does not learn which are whose.

use std::time::{Duration, Instant};

use carekey_crypto::{Announcement, Note, open_note_with, scan_notes};
use carekey_protocol::message::SignedMessage;
use carekey_protocol::receipt::ReadNotice;
use carekey_protocol::recovery::Arrival;
use carekey_protocol::transaction::{KIND_MESSAGE, KIND_READ_NOTICE, KIND_RECOVERY_ARRIVAL};
use carekey_protocol::{HospitalId, decode};

use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::recovery::about_recovery;
use crate::remote::PAGES_MAX;
use crate::vault::access_log::{self, NoticeRow};
use crate::vault::{WriteTx, meta};
use crate::wallet::Wallet;

/// Mailboxes are read at most this often while there is other news, and while notes for everybody keep coming.
const READ_EVERY: Duration = Duration::from_secs(2);

/// A question for the newest note waits this long.
const NEWS_WAIT: Duration = Duration::from_secs(25);

/// So long one mailbox is read; what is left is for the next time. Nobody who answers slowly keeps a wallet from the rest.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// A hospital that did not say whether there are new notes is asked again after this long.
const ASKED_AGAIN: Duration = Duration::from_secs(10);

/// What notes to this person held.
#[derive(Default)]
struct Opened {
    notices: Vec<ReadNotice>,
    messages: Vec<SignedMessage>,
    arrivals: Vec<Arrival>,
}

impl Wallet {
    /// Takes what others left for this person, unless that was done a moment ago.
    pub(crate) async fn keep_mailboxes_read(&self) -> Result<(), WalletError> {
        let last_read = *self.0.mailboxes_read.lock().await;
        if last_read.is_some_and(|last| last.elapsed() < READ_EVERY) { Ok(()) } else { self.read_mailboxes().await }
    }

    /// Takes what others left for this person.
    pub(crate) async fn read_mailboxes(&self) -> Result<(), WalletError> {
        let mut last_read = self.0.mailboxes_read.lock().await;
        for hospital in self.0.remote.hospitals() {
            self.read_mailbox(hospital).await?;
        }
        *last_read = Some(Instant::now());
        Ok(())
    }

    /// Takes what is left in the mailbox of this person's hospital as soon as it is there, until the future is dropped.
    pub(crate) async fn attend_mailbox(&self) {
        let mut known = None;
        loop {
            let pause = match self.wait_for_note(&mut known).await {
                Ok(()) => READ_EVERY,
                Err(error) => {
                    tracing::debug!(%error, "nobody tells about new notes");
                    ASKED_AGAIN
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn wait_for_note(&self, known: &mut Option<u64>) -> Result<(), WalletError> {
        let home = self.certificate()?.body.hospital;
        let read = self.mailbox_cursor(home)?;
        let newest = self.0.remote.newest_note(home, known.unwrap_or(read), NEWS_WAIT).await?;
        if known.replace(newest) == Some(newest) {
            return Ok(());
        }
        let _one_at_a_time = self.0.mailboxes_read.lock().await;
        if newest < read {
            // It counts anew, as after it was restored from a copy; what was taken before is known.
            self.write(|tx| set_cursor(tx, home, 0))?;
        }
        if self.read_mailbox(home).await? {
            self.0.nudge.notify_one();
        }
        Ok(())
    }

    /// Takes what others left for this person at one hospital, if that answers. Answers whether there was anything.
    async fn read_mailbox(&self, hospital: HospitalId) -> Result<bool, WalletError> {
        let over = tokio::time::Instant::now() + READ_PATIENCE;
        let mut any = false;
        for _ in 0..PAGES_MAX {
            let read = self.mailbox_cursor(hospital)?;
            let page = tokio::time::timeout_at(over, self.0.remote.notes(hospital, read, u64::MAX)).await;
            let Ok(Ok(Some((notes, last)))) = page else { break };
            any |= self.take_notes(hospital, &notes, last).await?;
        }
        Ok(any)
    }

    /// What was taken is taken once. Answers whether there was anything.
    async fn take_notes(&self, hospital: HospitalId, notes: &[Note], last: u64) -> Result<bool, WalletError> {
        let opened = tokio::task::block_in_place(|| self.open_notes(notes));
        let believed = self.believed(opened.messages).await;
        let events = self.write(|tx| {
            let mut events = Vec::new();
            for notice in opened.notices {
                if access_log::add_notice(tx, &NoticeRow { notice, received: self.now() })? {
                    events.push(WalletEvent::AccessLog);
                }
            }
            for message in believed {
                match about_recovery(message) {
                    Ok((from, message)) => self.receive_recovery(tx, &from, message, &mut events)?,
                    Err(message) => self.receive(tx, *message, &mut events)?,
                }
            }
            for arrival in &opened.arrivals {
                if self.receive_arrival(tx, arrival)? {
                    events.push(WalletEvent::Recovery);
                }
            }
            set_cursor(tx, hospital, last)?;
            Ok::<_, WalletError>(events)
        })?;
        let any = !events.is_empty();
        events.into_iter().for_each(|event| self.tell(event));
        Ok(any)
    }

    /// How far a hospital's mailbox was read.
    pub(crate) fn mailbox_cursor(&self, hospital: HospitalId) -> Result<u64, WalletError> {
        let cursors: Vec<(HospitalId, u64)> = self.read(|tx| meta::get(tx, meta::Key::Mailbox))?.unwrap_or_default();
        Ok(cursors.iter().find(|(of, _)| *of == hospital).map_or(0, |(_, last)| *last))
    }

    fn open_notes(&self, notes: &[Note]) -> Opened {
        let announcements: Vec<Announcement> = notes.iter().map(|note| note.announcement).collect();
        let mut opened = Opened::default();
        for (position, shared) in scan_notes(&self.0.keys.receiving, &announcements) {
            let note = &notes[position];
            if let Ok(plaintext) = open_note_with(&shared, KIND_READ_NOTICE, note) {
                opened.notices.extend(decode::<ReadNotice>(&plaintext).ok());
            } else if let Ok(plaintext) = open_note_with(&shared, KIND_MESSAGE, note) {
                // One of a kind to come is for a version to come.
                opened.messages.extend(SignedMessage::read(&plaintext).ok());
            } else if let Ok(plaintext) = open_note_with(&shared, KIND_RECOVERY_ARRIVAL, note) {
                opened.arrivals.extend(decode::<Arrival>(&plaintext).ok());
            }
        }
        opened
    }
}

fn set_cursor(tx: &WriteTx<'_>, hospital: HospitalId, read: u64) -> Result<(), WalletError> {
    let mut cursors: Vec<(HospitalId, u64)> = meta::get(tx, meta::Key::Mailbox)?.unwrap_or_default();
    cursors.retain(|(of, _)| *of != hospital);
    cursors.push((hospital, read));
    Ok(meta::put(tx, meta::Key::Mailbox, &cursors)?)
}

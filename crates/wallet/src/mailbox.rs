//! Reading the hospitals' mailboxes: everybody's notes, opened here, so that a hospital does not learn which are whose.

use carekey_crypto::{Announcement, Note, open_note_with, scan_notes};
use carekey_protocol::message::SignedMessage;
use carekey_protocol::receipt::ReadNotice;
use carekey_protocol::recovery::Arrival;
use carekey_protocol::transaction::{KIND_MESSAGE, KIND_READ_NOTICE, KIND_RECOVERY_ARRIVAL};
use carekey_protocol::{HospitalId, decode};

use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::recovery::about_recovery;
use crate::vault::access_log::{self, NoticeRow};
use crate::vault::meta;
use crate::wallet::Wallet;

/// What notes to this person held.
#[derive(Default)]
struct Opened {
    notices: Vec<ReadNotice>,
    messages: Vec<SignedMessage>,
    arrivals: Vec<Arrival>,
}

impl Wallet {
    /// Takes what others left for this person. What was taken is taken once.
    pub(crate) async fn read_mailboxes(&self) -> Result<(), WalletError> {
        for hospital in self.0.remote.hospitals() {
            let mut cursors: Vec<(HospitalId, u64)> =
                self.read(|tx| meta::get(tx, meta::Key::Mailbox))?.unwrap_or_default();
            let known = cursors.iter().position(|(of, _)| *of == hospital);
            let after = known.map_or(0, |index| cursors[index].1);
            let Ok((notes, last)) = self.0.remote.mailbox(hospital, after).await else { continue };
            if last == after {
                continue;
            }
            let opened = tokio::task::block_in_place(|| self.open_notes(&notes));
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
                match known {
                    Some(index) => cursors[index].1 = last,
                    None => cursors.push((hospital, last)),
                }
                meta::put(tx, meta::Key::Mailbox, &cursors)?;
                Ok::<_, WalletError>(events)
            })?;
            events.into_iter().for_each(|event| self.tell(event));
        }
        Ok(())
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

//! Leaves a message in the mailboxes: in that of the recipient's hospital, and in another, should the first be lost.

use std::time::Duration;

use carekey_crypto::Note;
use carekey_protocol::message::MESSAGE_VALID_MILLIS;
use carekey_protocol::{HospitalId, MessageId, ParticipantId, UnixMillis, encode};
use zeroize::Zeroizing;

use super::{Step, Work};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::failpoint::reach;
use crate::vault::messages::{self, Delivery};
use crate::vault::outbox::{self, OutboxId};
use crate::wallet::Wallet;

/// In so many mailboxes a message lies.
const MAILBOXES: usize = 2;

/// A hospital that does not take a message within this is left for the next one.
const POST_PATIENCE: Duration = Duration::from_secs(5);

/// A message on its way.
pub(super) struct Letter {
    pub(super) message: MessageId,
    pub(super) to: ParticipantId,
    pub(super) sent: UnixMillis,
    pub(super) note: Note,
    /// Mailboxes it lies in.
    pub(super) taken: Vec<HospitalId>,
}

impl Wallet {
    pub(super) async fn step_message(&self, id: OutboxId, mut letter: Letter) -> Result<Step, WalletError> {
        if letter.sent.plus(MESSAGE_VALID_MILLIS) < self.now() {
            return self.give_up(id, &letter);
        }
        let home = letter.to.hospital();
        let mut candidates = self.hospitals_by_trust();
        let wanted = MAILBOXES.min(candidates.len());
        if let Some(index) = candidates.iter().position(|hospital| *hospital == home) {
            candidates[..=index].rotate_right(1);
        }
        let mut trouble = None;
        for hospital in candidates.iter().copied() {
            if letter.taken.contains(&hospital) || letter.taken.len() >= wanted && hospital != home {
                continue;
            }
            reach("message: promised, not posted");
            let posted = tokio::time::timeout(POST_PATIENCE, self.0.remote.post(hospital, letter.note.clone())).await;
            match posted {
                Ok(Ok(())) => {
                    reach("message: posted, not noted");
                    letter.taken.push(hospital);
                    self.note_taken(id, &letter)?;
                }
                Ok(Err(error)) => trouble = Some(error),
                Err(_) => trouble = Some(carekey_network::NetworkError::Timeout { during: "leaving a message" }.into()),
            }
        }
        let at_home = letter.taken.contains(&home) || !candidates.contains(&home);
        match trouble {
            Some(error) if !at_home || letter.taken.len() < wanted => Err(error),
            _ if letter.taken.is_empty() => Err(WalletError::NotFound { what: "a hospital to leave the message at" }),
            _ => self.finish(id),
        }
    }

    fn note_taken(&self, id: OutboxId, letter: &Letter) -> Result<(), WalletError> {
        let Letter { message, to, sent, note, taken } = letter;
        let (message, to, sent, note, taken) = (*message, *to, *sent, note.clone(), taken.clone());
        let work = Work::Message { message, to, sent, note, taken };
        self.write(|tx| {
            if messages::get(tx, &message)?.is_some() {
                messages::set_delivery(tx, &message, Delivery::Sent)?;
            }
            outbox::advance(tx, id, 0, &Zeroizing::new(encode(&work)))
        })?;
        self.tell(WalletEvent::Messages);
        Ok(())
    }

    /// Nobody would believe it any more.
    fn give_up(&self, id: OutboxId, letter: &Letter) -> Result<Step, WalletError> {
        self.write(|tx| {
            if letter.taken.is_empty() && messages::get(tx, &letter.message)?.is_some() {
                messages::set_delivery(tx, &letter.message, Delivery::Lost)?;
            }
            outbox::finish(tx, id)
        })?;
        self.tell(WalletEvent::Messages);
        Ok(Step::Finished)
    }
}

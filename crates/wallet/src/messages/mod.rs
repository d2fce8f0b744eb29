//! Messages between people: saying something, believing what arrives, and how much of it is kept.
//!
//! Each family of messages has a file that knows what a thread has come to; here is what all have in common.

mod appointments;
mod requests;

use carekey_crypto::SecretKey;
use carekey_protocol::message::{Message, MessageBody, SignedMessage};
use carekey_protocol::{MessageId, ParticipantId, UnixMillis};
use rand_core::Rng;

pub use self::appointments::{Appointment, AppointmentState, AppointmentWish};
pub use self::requests::{AccessRequest, Allowed, RequestState};
use crate::errands::{Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
pub use crate::vault::messages::{Delivery, MessageRow};
use crate::vault::{VaultError, WriteTx, messages, people};
use crate::wallet::{Wallet, os_rng};

/// Of one person's messages of a day so many are kept.
const PER_DAY_MAX: u64 = 24;

/// Of a stranger's, so many.
const STRANGER_PER_DAY_MAX: u64 = 3;

/// Of all strangers' together, so many.
const STRANGERS_MAX: u64 = 200;

/// What a stranger said and nobody answered is forgotten after this long.
const STRANGER_KEPT_MILLIS: u64 = 60 * DAY_MILLIS;

const DAY_MILLIS: u64 = 24 * 3600 * 1000;

impl Wallet {
    /// Says something to somebody, in the change that makes it so. It is sent when that change is done, also after a crash.
    pub(crate) fn say(
        &self,
        tx: &WriteTx<'_>,
        to: &ParticipantId,
        body: MessageBody,
    ) -> Result<MessageId, WalletError> {
        let recipient = people::by_id(tx, to)?.ok_or(WalletError::NotFound { what: "this person" })?;
        let me = self.certificate()?;
        let now = self.now();
        let mut rng = os_rng();
        let mut id = MessageId::default();
        rng.fill_bytes(&mut id.0);
        let thread = body.about().unwrap_or(id);
        let message = Message { id, to: *to, sent: now, body: body.clone() };
        let signed = SignedMessage::new(self.0.remote.network_id(), message, me, &self.0.keys.identity);
        let note = signed.seal(&SecretKey::generate(&mut rng), &recipient.body.receiving).map_err(WalletError::Note)?;
        let row = MessageRow {
            id,
            thread,
            peer: *to,
            outgoing: true,
            stranger: false,
            sent: now,
            kept: now,
            delivery: Delivery::Saved,
            unread: false,
            body,
        };
        messages::insert(tx, &row)?;
        messages::set_known(tx, to)?;
        promise(tx, &Work::Message { message: id, to: *to, sent: now, note, taken: Vec::new() }, now)?;
        Ok(id)
    }

    /// After a change in which something was said.
    pub(crate) fn said(&self) {
        self.tell(WalletEvent::Messages);
        self.0.nudge.notify_one();
    }

    /// Of messages that arrived, those that were said by whom they name, to this person.
    pub(crate) async fn believed(&self, arrived: Vec<SignedMessage>) -> Vec<SignedMessage> {
        let Ok(me) = self.certificate() else { return Vec::new() };
        let (network, authority) = (self.0.remote.network_id(), &self.0.remote.genesis().authority_key);
        let light = self.0.light.lock().await;
        let holds = |message: &SignedMessage| {
            let outcome = message.verify(network, authority, &me.body.id, self.now());
            if let Err(error) = outcome {
                tracing::warn!(%error, "a message was ignored");
            }
            outcome.is_ok() && !light.is_certificate_revoked(message.from.body.serial)
        };
        arrived.into_iter().filter(holds).collect()
    }

    /// Keeps a message that is believed, unless its sender has said too much.
    pub(crate) fn receive(
        &self,
        tx: &WriteTx<'_>,
        signed: SignedMessage,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        let SignedMessage { from, message, .. } = signed;
        let peer = from.body.id;
        let now = self.now();
        let stranger = !messages::is_known(tx, &peer)?;
        if !has_room(tx, &peer, message.sent, stranger, now)? {
            tracing::warn!("a message was not kept: its sender has sent too many");
            return Ok(());
        }
        people::remember(tx, &from)?;
        let row = MessageRow {
            id: message.id,
            thread: message.body.about().unwrap_or(message.id),
            peer,
            outgoing: false,
            stranger,
            sent: message.sent,
            kept: now,
            delivery: Delivery::Sent,
            unread: true,
            body: message.body,
        };
        if messages::insert(tx, &row)? {
            self.received(tx, &row)?;
            events.extend([WalletEvent::Messages, WalletEvent::MessageArrived(row.id)]);
        }
        Ok(())
    }

    /// What follows from a message in the change that keeps it, for each family.
    fn received(&self, tx: &WriteTx<'_>, row: &MessageRow) -> Result<(), WalletError> {
        match &row.body {
            // Recovery's are taken before they come here.
            MessageBody::Request(_) | MessageBody::Recovery(_) => Ok(()),
            MessageBody::Appointment(_) => self.follow_up(tx, &row.thread),
        }
    }

    /// One message.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn message(&self, id: &MessageId) -> Result<MessageRow, WalletError> {
        self.read(|tx| messages::get(tx, id))?.ok_or(WalletError::NotFound { what: "this message" })
    }

    /// The person has looked at a thread.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn set_thread_read(&self, thread: &MessageId) -> Result<(), WalletError> {
        if self.write(|tx| messages::set_read(tx, thread))? {
            self.tell(WalletEvent::Messages);
        }
        Ok(())
    }
}

/// Whether a message is kept. Counted is the day it says it was sent on: who was away for a month loses nothing.
fn has_room(
    tx: &WriteTx<'_>,
    peer: &ParticipantId,
    sent: UnixMillis,
    stranger: bool,
    now: UnixMillis,
) -> Result<bool, VaultError> {
    let day = UnixMillis(sent.0 - sent.0 % DAY_MILLIS);
    let of_day = messages::count_from(tx, peer, day, day.plus(DAY_MILLIS))?;
    if !stranger {
        return Ok(of_day < PER_DAY_MAX);
    }
    messages::forget_strangers(tx, UnixMillis(now.0.saturating_sub(STRANGER_KEPT_MILLIS)))?;
    Ok(of_day < STRANGER_PER_DAY_MAX && messages::count_of_strangers(tx)? < STRANGERS_MAX)
}

//! What people say to each other off the ledger: signed by the sender, sealed to the recipient, left in the mailboxes
//! of hospitals, which learn neither.
//!
//! A body belongs to a family, and each family has a file of its own. Within a family one message opens a *thread* and
//! the others are about it; what a thread has come to is decided by the set of its messages, not by the order in which
//! they arrived.

pub mod appointment;
pub mod recovery;
pub mod request;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Note, NoteError, PublicKey, SecretKey, Signature, seal_note};
use zeroize::Zeroizing;

pub use self::appointment::AppointmentMessage;
pub use self::recovery::{HolderAnswer, RecoveryMessage};
pub use self::request::RequestMessage;
use crate::certificate::{Certificate, CertificateError};
use crate::codec::{decode, encode};
use crate::id::{MessageId, NetworkId, ParticipantId, UnixMillis};
use crate::labels;
use crate::transaction::KIND_MESSAGE;

/// A message is believed this long after it was sent: as long as mailboxes keep it, and a few days for clocks.
pub const MESSAGE_VALID_MILLIS: u64 = 35 * 24 * 3600 * 1000;

/// A sender's clock may be this far ahead of the recipient's.
pub const MESSAGE_AHEAD_MILLIS: u64 = 24 * 3600 * 1000;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MessageBody {
    /// About being allowed to read.
    Request(RequestMessage),
    /// About an appointment.
    Appointment(AppointmentMessage),
    /// About recovery by people.
    Recovery(RecoveryMessage),
}

/// Which family a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum MessageFamily {
    /// [`RequestMessage`].
    Request = 0,
    /// [`AppointmentMessage`].
    Appointment = 1,
    /// [`RecoveryMessage`].
    Recovery = 2,
}

impl MessageBody {
    /// Which family it belongs to.
    pub fn family(&self) -> MessageFamily {
        match self {
            Self::Request(_) => MessageFamily::Request,
            Self::Appointment(_) => MessageFamily::Appointment,
            Self::Recovery(_) => MessageFamily::Recovery,
        }
    }

    /// The message that opened the thread this one is about; none if it opens one.
    pub fn about(&self) -> Option<MessageId> {
        match self {
            Self::Request(message) => message.about(),
            Self::Appointment(message) => message.about(),
            // Each is about a splitting, not about another message.
            Self::Recovery(_) => None,
        }
    }
}

/// A message before it is signed.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Message {
    /// Names it; a second message with the same name is ignored.
    pub id: MessageId,
    /// For whom.
    pub to: ParticipantId,
    /// When, by the sender's clock.
    pub sent: UnixMillis,
    /// What.
    pub body: MessageBody,
}

/// A message with its sender's word for it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedMessage {
    /// Who says it, with the key to answer to.
    pub from: Certificate,
    /// What is said.
    pub message: Message,
    /// Sign_from(network ‖ sender ‖ message).
    pub signature: Signature,
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The sender's certificate does not hold.
    #[error("sender: {0}")]
    Sender(#[from] CertificateError),
    /// It was said to somebody else, who may have passed it on.
    #[error("message was sent to somebody else")]
    NotForMe,
    /// Not signed by the sender it names.
    #[error("message was not signed by its sender")]
    Forged,
    /// Sent too long ago, or in the future.
    #[error("message was not sent recently")]
    NotRecent,
}

impl SignedMessage {
    /// Signs a message.
    pub fn new(network: NetworkId, message: Message, from: Certificate, identity: &SecretKey) -> Self {
        let signature = identity.sign(labels::MESSAGE, &[&network.0.0, from.body.id.as_bytes(), &encode(&message)]);
        Self { from, message, signature }
    }

    /// What a recipient checks before believing it, at `now`. Whether the certificate was revoked is the ledger's to know.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify(
        &self,
        network: NetworkId,
        authority: &PublicKey,
        recipient: &ParticipantId,
        now: UnixMillis,
    ) -> Result<(), MessageError> {
        self.from.verify(network, authority, now)?;
        let (sender, message) = (&self.from.body, &self.message);
        if message.to != *recipient {
            return Err(MessageError::NotForMe);
        }
        let parts: [&[u8]; 3] = [&network.0.0, sender.id.as_bytes(), &encode(message)];
        sender.identity.verify(labels::MESSAGE, &parts, &self.signature).map_err(|_| MessageError::Forged)?;
        if message.sent.plus(MESSAGE_VALID_MILLIS) < now || message.sent > now.plus(MESSAGE_AHEAD_MILLIS) {
            return Err(MessageError::NotRecent);
        }
        Ok(())
    }

    /// Seals it to the recipient's key, for a mailbox. `r` is fresh.
    ///
    /// # Errors
    /// [`NoteError::TooLong`], which the bounds of the bodies exclude.
    pub fn seal(&self, r: &SecretKey, recipient: &PublicKey) -> Result<Note, NoteError> {
        seal_note(r, recipient, KIND_MESSAGE, &Zeroizing::new(encode(self)))
    }

    /// Reads what a note held.
    ///
    /// # Errors
    /// [`crate::DecodeError`], also for a body of a version to come.
    pub fn read(plaintext: &[u8]) -> Result<Self, crate::DecodeError> {
        decode(plaintext)
    }
}

#[cfg(test)]
mod tests;

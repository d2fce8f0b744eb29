//! Letters: sent at once, again every day for a week, then every week, until they are answered.

use carekey_crypto::SecretKey;
use carekey_protocol::message::{Message, MessageBody, RecoveryMessage, SignedMessage};
use carekey_protocol::recovery::caller_id;
use carekey_protocol::{Certificate, MessageId, ParticipantId, UnixMillis};
use rand_core::Rng;

use super::rows::{self, LetterRow, Recipient};
use crate::errands::{Work, promise};
use crate::error::WalletError;
use crate::vault::{VaultError, WriteTx, people};
use crate::wallet::{Wallet, os_rng};

pub(super) const DAY_MILLIS: u64 = 24 * 3600 * 1000;

/// A letter is sent so often a day apart, then a week apart.
const DAILY: u32 = 7;

/// What goes out without waiting for an answer.
pub(super) const ONCE: UnixMillis = UnixMillis(0);

impl Wallet {
    /// Writes a letter in the change that makes it necessary; it is sent with the next round of work.
    pub(super) fn write_letter(
        &self,
        tx: &WriteTx<'_>,
        slot: String,
        to: Recipient,
        message: RecoveryMessage,
        until: UnixMillis,
    ) -> Result<(), VaultError> {
        rows::put(tx, &LetterRow { slot, to, message, due: self.now(), sent: 0, until })
    }

    /// Sends what is due.
    pub(super) fn send_letters(&self, me: &Certificate) -> Result<(), WalletError> {
        let now = self.now();
        if self.read(|tx| rows::due(tx, now))?.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            for letter in rows::due(tx, now)? {
                self.post_letter(tx, me, &letter)?;
                let next = now.plus(if letter.sent < DAILY { DAY_MILLIS } else { 7 * DAY_MILLIS });
                match next < letter.until {
                    true => rows::put(tx, &LetterRow { due: next, sent: letter.sent + 1, ..letter })?,
                    false => rows::remove(tx, &letter.slot)?,
                }
            }
            Ok(())
        })
    }

    fn post_letter(&self, tx: &WriteTx<'_>, me: &Certificate, letter: &LetterRow) -> Result<(), WalletError> {
        let (to, key) = match letter.to {
            Recipient::Person(id) => match people::by_id(tx, &id)? {
                Some(certificate) => (id, certificate.body.receiving),
                None => return Ok(()),
            },
            Recipient::Caller(caller) => (caller_id(me.body.id.authority(), &caller), caller),
        };
        let mut rng = os_rng();
        let mut id = MessageId::default();
        rng.fill_bytes(&mut id.0);
        let body = MessageBody::Recovery(letter.message.clone());
        let sent = self.now();
        let message = Message { id, to, sent, body };
        let signed = SignedMessage::new(self.0.remote.network_id(), message, me.clone(), &self.0.keys.identity);
        let note = signed.seal(&SecretKey::generate(&mut rng), &key).map_err(WalletError::Note)?;
        promise(tx, &Work::Message { message: id, to, sent, note, taken: Vec::new() }, sent)?;
        Ok(())
    }
}

pub(super) fn to(person: &ParticipantId) -> Recipient {
    Recipient::Person(*person)
}

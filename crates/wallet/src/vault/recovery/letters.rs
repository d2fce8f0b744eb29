//! What is said again until it is answered: hospitals forget what lies in their mailboxes, and may lose it.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::PublicKey;
use carekey_protocol::message::RecoveryMessage;
use carekey_protocol::{ParticipantId, UnixMillis};
use rusqlite::params;

use super::super::columns::{Col, encoded};
use super::super::{ReadTx, VaultError, WriteTx};

/// For whom a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Recipient {
    /// Somebody with a certificate.
    Person(ParticipantId),
    /// A new computer, by its E.
    Caller(PublicKey),
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// What it is about; a newer letter about the same takes its place, an answer removes it.
    pub slot: String,
    /// For whom.
    pub to: Recipient,
    /// What it says.
    pub message: RecoveryMessage,
    /// When it is to be sent next.
    pub due: UnixMillis,
    /// How often it was sent.
    pub sent: u32,
    /// From here on it is not sent again.
    pub until: UnixMillis,
}

/// Writes a letter, in place of an earlier one about the same.
///
/// # Errors
/// [`VaultError`].
pub fn put(tx: &WriteTx<'_>, row: &LetterRow) -> Result<(), VaultError> {
    let sql = "INSERT OR REPLACE INTO recovery_letters (slot, recipient, message, due, sent, until) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let LetterRow { slot, to, message, due, sent, until } = row;
    let values = params![slot, &**encoded(to), &**encoded(message), Col(due), Col(sent), Col(until)];
    tx.execute(sql, values).map(drop)
}

/// What is due, the oldest first.
///
/// # Errors
/// [`VaultError`].
pub fn due(tx: &ReadTx<'_>, now: UnixMillis) -> Result<Vec<LetterRow>, VaultError> {
    let sql =
        "SELECT slot, recipient, message, due, sent, until FROM recovery_letters WHERE due <= ?1 ORDER BY due, slot";
    tx.all(sql, [Col(&now)], |row| {
        Ok(LetterRow {
            slot: row.get(0)?,
            to: row.decode(1)?,
            message: row.decode(2)?,
            due: row.get(3)?,
            sent: row.get(4)?,
            until: row.get(5)?,
        })
    })
}

/// It was answered, or is not true any more.
///
/// # Errors
/// [`VaultError`].
pub fn remove(tx: &WriteTx<'_>, slot: &str) -> Result<(), VaultError> {
    tx.execute("DELETE FROM recovery_letters WHERE slot = ?1", [slot]).map(drop)
}

/// Whether a letter is still being sent.
///
/// # Errors
/// [`VaultError`].
pub fn exists(tx: &ReadTx<'_>, slot: &str) -> Result<bool, VaultError> {
    tx.value("SELECT EXISTS (SELECT 1 FROM recovery_letters WHERE slot = ?1)", [slot])
}

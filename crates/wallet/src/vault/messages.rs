//! Messages this person sent and got. What a thread has come to follows from its messages and is not kept.

use carekey_protocol::message::{MessageBody, MessageFamily};
use carekey_protocol::{MessageId, ParticipantId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, Columns, encoded};
use super::{ReadTx, VaultError, WriteTx};

/// How far a message of one's own is. One that came is [`Delivery::Sent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Delivery {
    /// Kept here, will be sent.
    Saved = 0,
    /// A hospital's mailbox has it.
    Sent = 1,
    /// No hospital took it while it was worth taking.
    Lost = 2,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Its name.
    pub id: MessageId,
    /// The message that opened the thread.
    pub thread: MessageId,
    /// The other person.
    pub peer: ParticipantId,
    /// Said by this person.
    pub outgoing: bool,
    /// Came from somebody this person had nothing to do with.
    pub stranger: bool,
    /// When it was said, by the speaker's clock.
    pub sent: UnixMillis,
    /// When it was put here.
    pub kept: UnixMillis,
    /// How far it is.
    pub delivery: Delivery,
    /// Not looked at yet.
    pub unread: bool,
    /// What was said.
    pub body: MessageBody,
}

const COLUMNS: &str = "id, thread, peer, outgoing, stranger, sent, kept, delivery, unread, body";

fn read(row: &Columns<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        id: row.get(0)?,
        thread: row.get(1)?,
        peer: row.get(2)?,
        outgoing: row.get(3)?,
        stranger: row.get(4)?,
        sent: row.get(5)?,
        kept: row.get(6)?,
        delivery: match row.get::<u8>(7)? {
            0 => Delivery::Saved,
            1 => Delivery::Sent,
            _ => Delivery::Lost,
        },
        unread: row.get(8)?,
        body: row.decode(9)?,
    })
}

/// Keeps a message. Answers whether it is new.
///
/// # Errors
/// [`VaultError`].
pub fn insert(tx: &WriteTx<'_>, row: &MessageRow) -> Result<bool, VaultError> {
    let sql = format!(
        "INSERT INTO messages ({COLUMNS}, family) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
         ON CONFLICT DO NOTHING"
    );
    let values = params![
        Col(&row.id),
        Col(&row.thread),
        Col(&row.peer),
        Col(&row.outgoing),
        Col(&row.stranger),
        Col(&row.sent),
        Col(&row.kept),
        Col(&(row.delivery as u8)),
        Col(&row.unread),
        &**encoded(&row.body),
        Col(&(row.body.family() as u8)),
    ];
    Ok(tx.execute(&sql, values)? == 1)
}

/// One message.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, id: &MessageId) -> Result<Option<MessageRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM messages WHERE id = ?1"), [Col(id)], read)
}

/// The messages of a thread, in the order they were said.
///
/// # Errors
/// [`VaultError`].
pub fn thread(tx: &ReadTx<'_>, thread: &MessageId) -> Result<Vec<MessageRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM messages WHERE thread = ?1 ORDER BY sent, id"), [Col(thread)], read)
}

/// Every message of a family, in the order they were said.
///
/// # Errors
/// [`VaultError`].
pub fn of_family(tx: &ReadTx<'_>, family: MessageFamily) -> Result<Vec<MessageRow>, VaultError> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE family = ?1 ORDER BY sent, id");
    tx.all(&sql, [Col(&(family as u8))], read)
}

/// Notes how far a message is.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_delivery(tx: &WriteTx<'_>, id: &MessageId, delivery: Delivery) -> Result<(), VaultError> {
    tx.update("message", "UPDATE messages SET delivery = ?2 WHERE id = ?1", params![Col(id), Col(&(delivery as u8))])
}

/// Everything in a thread was looked at. Answers whether anything was unread.
///
/// # Errors
/// [`VaultError`].
pub fn set_read(tx: &WriteTx<'_>, thread: &MessageId) -> Result<bool, VaultError> {
    let sql = "UPDATE messages SET unread = 0 WHERE thread = ?1 AND unread = 1";
    Ok(tx.execute(sql, [Col(thread)])? > 0)
}

/// Whoever was answered is no stranger any more.
///
/// # Errors
/// [`VaultError`].
pub fn set_known(tx: &WriteTx<'_>, peer: &ParticipantId) -> Result<(), VaultError> {
    tx.execute("UPDATE messages SET stranger = 0 WHERE peer = ?1 AND stranger = 1", [Col(peer)]).map(drop)
}

/// Whether this person has to do with somebody: a contact, a grant in either direction, or a message to them.
///
/// # Errors
/// [`VaultError`].
pub fn is_known(tx: &ReadTx<'_>, peer: &ParticipantId) -> Result<bool, VaultError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM contacts WHERE participant = ?1) \
        OR EXISTS (SELECT 1 FROM grants WHERE grantee = ?1) \
        OR EXISTS (SELECT 1 FROM shared WHERE patient = ?1) \
        OR EXISTS (SELECT 1 FROM messages WHERE peer = ?1 AND outgoing = 1)";
    tx.value(sql, [Col(peer)])
}

/// How many messages of somebody's are kept that say they were sent within a time.
///
/// # Errors
/// [`VaultError`].
pub fn count_from(
    tx: &ReadTx<'_>,
    peer: &ParticipantId,
    from: UnixMillis,
    until: UnixMillis,
) -> Result<u64, VaultError> {
    let sql = "SELECT count(*) FROM messages WHERE peer = ?1 AND outgoing = 0 AND sent >= ?2 AND sent < ?3";
    tx.value(sql, params![Col(peer), Col(&from), Col(&until)])
}

/// How many messages of strangers are kept.
///
/// # Errors
/// [`VaultError`].
pub fn count_of_strangers(tx: &ReadTx<'_>) -> Result<u64, VaultError> {
    tx.value("SELECT count(*) FROM messages WHERE stranger = 1", [])
}

/// Forgets what strangers said before a time and nobody answered.
///
/// # Errors
/// [`VaultError`].
pub fn forget_strangers(tx: &WriteTx<'_>, before: UnixMillis) -> Result<(), VaultError> {
    tx.execute("DELETE FROM messages WHERE stranger = 1 AND sent < ?1", [Col(&before)]).map(drop)
}

#[cfg(test)]
mod tests {
    use carekey_protocol::message::RequestMessage;

    use super::super::people;
    use super::super::tests::{certificate, participant, vault};
    use super::*;

    fn row(n: u8, peer: u64, sent: u64) -> MessageRow {
        MessageRow {
            id: MessageId([n; 16]),
            thread: MessageId([1; 16]),
            peer: participant(peer).1,
            outgoing: false,
            stranger: true,
            sent: UnixMillis(sent),
            kept: UnixMillis(50),
            delivery: Delivery::Sent,
            unread: true,
            body: MessageBody::Request(RequestMessage::Withdraw { request: MessageId([1; 16]) }),
        }
    }

    #[test]
    fn a_message_is_kept_once_and_a_thread_reads_in_the_order_it_was_said() {
        let home = vault();
        let (second, first) = (row(2, 5, 20), row(3, 5, 10));
        home.vault
            .write(|tx| {
                assert!(insert(tx, &second)?);
                assert!(insert(tx, &first)?);
                assert!(!insert(tx, &MessageRow { unread: false, ..second.clone() })?, "the same name again");
                Ok::<_, VaultError>(())
            })
            .unwrap();
        let thread_of = || home.vault.read(|tx| thread(tx, &MessageId([1; 16]))).unwrap();
        assert_eq!(thread_of(), [first.clone(), second.clone()]);
        assert!(home.vault.write(|tx| set_read(tx, &first.thread)).unwrap());
        assert!(!home.vault.write(|tx| set_read(tx, &first.thread)).unwrap());
        assert!(thread_of().iter().all(|row| !row.unread));
        assert_eq!(home.vault.read(|tx| of_family(tx, MessageFamily::Appointment)).unwrap(), []);
    }

    #[test]
    fn strangers_are_counted_until_they_are_known_or_forgotten() {
        let home = vault();
        let write =
            |change: &dyn Fn(&WriteTx<'_>) -> Result<(), VaultError>| home.vault.write(|tx| change(tx)).unwrap();
        let strangers = || home.vault.read(count_of_strangers).unwrap();
        write(&|tx| (1..=4).try_for_each(|n| insert(tx, &row(n, 5, n.into())).map(drop)));
        write(&|tx| insert(tx, &row(9, 6, 1)).map(drop));
        let (a, b) = (participant(5).1, participant(6).1);
        assert_eq!(home.vault.read(|tx| count_from(tx, &a, UnixMillis(2), UnixMillis(4))).unwrap(), 2);
        assert_eq!(strangers(), 5);
        assert!(!home.vault.read(|tx| is_known(tx, &a)).unwrap());

        write(&|tx| insert(tx, &MessageRow { outgoing: true, stranger: false, ..row(8, 5, 9) }).map(drop));
        write(&|tx| set_known(tx, &a));
        assert!(home.vault.read(|tx| is_known(tx, &a)).unwrap());
        assert_eq!(strangers(), 1);
        write(&|tx| forget_strangers(tx, UnixMillis(2)));
        assert_eq!(strangers(), 0);

        assert!(!home.vault.read(|tx| is_known(tx, &b)).unwrap());
        write(&|tx| people::add_contact(tx, &certificate(1, 6, "Dr", 0), UnixMillis(1)).map(drop));
        assert!(home.vault.read(|tx| is_known(tx, &b)).unwrap());
    }
}

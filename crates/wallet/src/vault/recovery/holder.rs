//! The holder's side: parts kept for others, and calls for help with them.

use carekey_crypto::PublicKey;
use carekey_protocol::recovery::{RecoveryPart, RecoverySetId};
use carekey_protocol::{ParticipantId, UnixMillis};
use rusqlite::params;

use super::super::columns::{Col, Columns, encoded};
use super::super::{ReadTx, VaultError, WriteTx};

/// What is kept for one patient. The row outlives the part, so that an older part is not taken again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// For whom.
    pub patient: ParticipantId,
    /// The newest splitting that was seen.
    pub set: RecoverySetId,
    /// When that was made.
    pub created: UnixMillis,
    /// The part, unless it was deleted or given back.
    pub part: Option<RecoveryPart>,
    /// When it came.
    pub received: UnixMillis,
    /// When the patient was last told that it is kept.
    pub told: UnixMillis,
    /// The person has not looked at it yet.
    pub unread: bool,
}

/// How far a call for help is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum CallState {
    /// Agreed to; the waiting period runs.
    Waiting = 0,
    /// Declined by this person.
    Declined = 1,
    /// Stopped by the patient.
    Stopped = 2,
    /// The part is on its way.
    Released = 3,
    /// The new computer has it.
    Arrived = 4,
}

/// A call for help with one patient's seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// E.
    pub caller: PublicKey,
    /// Whose seed.
    pub patient: ParticipantId,
    /// Which splitting.
    pub set: RecoverySetId,
    /// The name that was given; empty if the patient stopped it before this person was asked.
    pub name: String,
    /// How far.
    pub state: CallState,
    /// When this person answered, or was told to stop.
    pub since: UnixMillis,
    /// From when on, by the ledger's time, the part may go out.
    pub release: UnixMillis,
}

const KEPT: &str = "patient, id, created, part, received, told, unread";

fn read_kept(row: &Columns<'_>) -> rusqlite::Result<KeptRow> {
    let has_part: Option<Vec<u8>> = row.get(3)?;
    Ok(KeptRow {
        patient: row.get(0)?,
        set: row.get(1)?,
        created: row.get(2)?,
        part: has_part.map(|_| row.decode(3)).transpose()?,
        received: row.get(4)?,
        told: row.get(5)?,
        unread: row.get(6)?,
    })
}

/// Keeps a part in place of the one before.
///
/// # Errors
/// [`VaultError`].
pub fn put(tx: &WriteTx<'_>, row: &KeptRow) -> Result<(), VaultError> {
    let sql = format!("INSERT OR REPLACE INTO recovery_kept ({KEPT}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let part = row.part.as_ref().map(encoded);
    let part: Option<&[u8]> = part.as_ref().map(|part| part.as_slice());
    let values = params![
        Col(&row.patient),
        Col(&row.set),
        Col(&row.created),
        part,
        Col(&row.received),
        Col(&row.told),
        Col(&row.unread)
    ];
    tx.execute(&sql, values).map(drop)
}

/// What is kept for a patient, or was.
///
/// # Errors
/// [`VaultError`].
pub fn of_patient(tx: &ReadTx<'_>, patient: &ParticipantId) -> Result<Option<KeptRow>, VaultError> {
    tx.first(&format!("SELECT {KEPT} FROM recovery_kept WHERE patient = ?1"), [Col(patient)], read_kept)
}

/// Everything that is kept, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn kept(tx: &ReadTx<'_>) -> Result<Vec<KeptRow>, VaultError> {
    let sql = format!("SELECT {KEPT} FROM recovery_kept WHERE part IS NOT NULL ORDER BY received DESC, patient");
    tx.all(&sql, [], read_kept)
}

/// For how many patients something is or was kept.
///
/// # Errors
/// [`VaultError`].
pub fn count(tx: &ReadTx<'_>) -> Result<u64, VaultError> {
    tx.value("SELECT count(*) FROM recovery_kept", [])
}

/// The patient was told again that their part is kept.
///
/// # Errors
/// [`VaultError`].
pub fn set_told(tx: &WriteTx<'_>, patient: &ParticipantId, now: UnixMillis) -> Result<(), VaultError> {
    tx.execute("UPDATE recovery_kept SET told = ?2 WHERE patient = ?1", params![Col(patient), Col(&now)]).map(drop)
}

/// The person has looked at it.
///
/// # Errors
/// [`VaultError`].
pub fn set_read(tx: &WriteTx<'_>, patient: &ParticipantId) -> Result<(), VaultError> {
    tx.execute("UPDATE recovery_kept SET unread = 0 WHERE patient = ?1", [Col(patient)]).map(drop)
}

const CALL: &str = "caller, patient, id, name, state, since, release";

fn read_call(row: &Columns<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        caller: row.get(0)?,
        patient: row.get(1)?,
        set: row.get(2)?,
        name: row.get(3)?,
        state: match row.get::<u8>(4)? {
            0 => CallState::Waiting,
            1 => CallState::Declined,
            2 => CallState::Stopped,
            3 => CallState::Released,
            _ => CallState::Arrived,
        },
        since: row.get(5)?,
        release: row.get(6)?,
    })
}

/// Notes how far a call is.
///
/// # Errors
/// [`VaultError`].
pub fn put_call(tx: &WriteTx<'_>, row: &CallRow) -> Result<(), VaultError> {
    let sql = format!("INSERT OR REPLACE INTO recovery_calls ({CALL}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let CallRow { caller, patient, set, name, state, since, release } = row;
    let values =
        params![Col(caller), Col(patient), Col(set), Col(name), Col(&(*state as u8)), Col(since), Col(release)];
    tx.execute(&sql, values).map(drop)
}

/// One call.
///
/// # Errors
/// [`VaultError`].
pub fn call(tx: &ReadTx<'_>, caller: &PublicKey, patient: &ParticipantId) -> Result<Option<CallRow>, VaultError> {
    let sql = format!("SELECT {CALL} FROM recovery_calls WHERE caller = ?1 AND patient = ?2");
    tx.first(&sql, params![Col(caller), Col(patient)], read_call)
}

/// All calls, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn calls(tx: &ReadTx<'_>) -> Result<Vec<CallRow>, VaultError> {
    tx.all(&format!("SELECT {CALL} FROM recovery_calls ORDER BY since DESC, caller"), [], read_call)
}

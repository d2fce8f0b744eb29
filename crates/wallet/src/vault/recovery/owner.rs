//! The patient's side: who holds a part, and who has called for help with this person's seed.

use carekey_crypto::PublicKey;
use carekey_protocol::message::HolderAnswer;
use carekey_protocol::recovery::{RecoverySetId, SignedSet};
use carekey_protocol::{ParticipantId, UnixMillis};
use rusqlite::params;

use super::super::columns::{Col, Columns, encoded};
use super::super::{ReadTx, VaultError, WriteTx};

/// A splitting of this person's seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRow {
    /// What was signed.
    pub signed: SignedSet,
    /// When it was ended or replaced.
    pub ended: Option<UnixMillis>,
}

/// How far a holder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum HolderState {
    /// Was asked, has not answered.
    Asked = 0,
    /// Keeps the part.
    Keeps = 1,
    /// Does not want to keep it.
    GaveBack = 2,
    /// Has deleted it, as asked.
    Forgot = 3,
}

/// One holder of one splitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    /// Which part, from 1.
    pub place: u8,
    /// Who.
    pub holder: ParticipantId,
    /// How far.
    pub state: HolderState,
    /// Since when.
    pub since: UnixMillis,
    /// The last word from them.
    pub heard: Option<UnixMillis>,
}

/// A call for help with this person's seed, as one holder told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    /// E of the computer that calls.
    pub caller: PublicKey,
    /// Who told.
    pub holder: ParticipantId,
    /// The name the caller gave.
    pub name: String,
    /// What the holder has answered.
    pub answer: HolderAnswer,
    /// When the first word of it came.
    pub heard: UnixMillis,
}

/// Adds a splitting.
///
/// # Errors
/// [`VaultError`].
pub fn insert_set(tx: &WriteTx<'_>, row: &SetRow) -> Result<(), VaultError> {
    let sql = "INSERT INTO recovery_sets (id, signed, created, ended) VALUES (?1, ?2, ?3, ?4)";
    let set = &row.signed.set;
    tx.execute(sql, params![Col(&set.id), &**encoded(&row.signed), Col(&set.created), Col(&row.ended)]).map(drop)
}

fn read_set(row: &Columns<'_>) -> rusqlite::Result<SetRow> {
    Ok(SetRow { signed: row.decode(0)?, ended: row.get(1)? })
}

/// One splitting.
///
/// # Errors
/// [`VaultError`].
pub fn set(tx: &ReadTx<'_>, id: &RecoverySetId) -> Result<Option<SetRow>, VaultError> {
    tx.first("SELECT signed, ended FROM recovery_sets WHERE id = ?1", [Col(id)], read_set)
}

/// The splitting that counts, if there is one: the newest, unless it was ended.
///
/// # Errors
/// [`VaultError`].
pub fn current(tx: &ReadTx<'_>) -> Result<Option<SetRow>, VaultError> {
    let newest = tx.first("SELECT signed, ended FROM recovery_sets ORDER BY created DESC, id", [], read_set)?;
    Ok(newest.filter(|row| row.ended.is_none()))
}

/// Ends every splitting older than `before`, and that one too. Answers which were not ended yet.
///
/// # Errors
/// [`VaultError`].
pub fn end_until(tx: &WriteTx<'_>, until: UnixMillis, now: UnixMillis) -> Result<Vec<RecoverySetId>, VaultError> {
    let sql = "SELECT id FROM recovery_sets WHERE created <= ?1 AND ended IS NULL";
    let ended = tx.all(sql, [Col(&until)], |row| row.get(0))?;
    tx.execute(
        "UPDATE recovery_sets SET ended = ?2 WHERE created <= ?1 AND ended IS NULL",
        params![Col(&until), Col(&now)],
    )?;
    Ok(ended)
}

/// Puts a holder in their place of a splitting.
///
/// # Errors
/// [`VaultError`].
pub fn put_holder(tx: &WriteTx<'_>, id: &RecoverySetId, row: &HolderRow) -> Result<(), VaultError> {
    let sql = "INSERT OR REPLACE INTO recovery_holders (id, place, holder, state, since, heard) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let HolderRow { place, holder, state, since, heard } = row;
    tx.execute(sql, params![Col(id), Col(place), Col(holder), Col(&(*state as u8)), Col(since), Col(heard)]).map(drop)
}

/// The holders of a splitting, by place.
///
/// # Errors
/// [`VaultError`].
pub fn holders(tx: &ReadTx<'_>, id: &RecoverySetId) -> Result<Vec<HolderRow>, VaultError> {
    let sql = "SELECT place, holder, state, since, heard FROM recovery_holders WHERE id = ?1 ORDER BY place";
    tx.all(sql, [Col(id)], |row| {
        let state = match row.get::<u8>(2)? {
            0 => HolderState::Asked,
            1 => HolderState::Keeps,
            2 => HolderState::GaveBack,
            _ => HolderState::Forgot,
        };
        Ok(HolderRow { place: row.get(0)?, holder: row.get(1)?, state, since: row.get(3)?, heard: row.get(4)? })
    })
}

/// Notes what a holder told of a call; the first word of it keeps its time.
///
/// # Errors
/// [`VaultError`].
pub fn put_alarm(tx: &WriteTx<'_>, row: &AlarmRow) -> Result<(), VaultError> {
    let sql = "INSERT INTO recovery_alarms (caller, holder, name, answer, heard) VALUES (?1, ?2, ?3, ?4, ?5) \
        ON CONFLICT (caller, holder) DO UPDATE SET answer = excluded.answer";
    let AlarmRow { caller, holder, name, answer, heard } = row;
    tx.execute(sql, params![Col(caller), Col(holder), Col(name), &**encoded(answer), Col(heard)]).map(drop)
}

/// What holders told, the newest call first.
///
/// # Errors
/// [`VaultError`].
pub fn alarms(tx: &ReadTx<'_>) -> Result<Vec<AlarmRow>, VaultError> {
    let sql = "SELECT caller, holder, name, answer, heard FROM recovery_alarms ORDER BY heard DESC, caller, holder";
    tx.all(sql, [], |row| {
        Ok(AlarmRow {
            caller: row.get(0)?,
            holder: row.get(1)?,
            name: row.get(2)?,
            answer: row.decode(3)?,
            heard: row.get(4)?,
        })
    })
}

/// What became of a call in this person's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// This person stopped it.
    Stopped = 0,
    /// It was this person, on another computer.
    Mine = 1,
    /// Seen, and no longer to be shown: it is over.
    Dismissed = 2,
}

/// Decides about a call. What was stopped stays stopped.
///
/// # Errors
/// [`VaultError`].
pub fn put_verdict(tx: &WriteTx<'_>, caller: &PublicKey, verdict: Verdict, now: UnixMillis) -> Result<(), VaultError> {
    let sql = "INSERT INTO recovery_verdicts (caller, verdict, at) VALUES (?1, ?2, ?3) \
        ON CONFLICT (caller) DO UPDATE SET verdict = excluded.verdict";
    tx.execute(sql, params![Col(caller), Col(&(verdict as u8)), Col(&now)]).map(drop)
}

/// What this person decided about a call, if anything.
///
/// # Errors
/// [`VaultError`].
pub fn verdict(tx: &ReadTx<'_>, caller: &PublicKey) -> Result<Option<Verdict>, VaultError> {
    tx.first("SELECT verdict FROM recovery_verdicts WHERE caller = ?1", [Col(caller)], |row| {
        Ok(match row.get::<u8>(0)? {
            0 => Verdict::Stopped,
            1 => Verdict::Mine,
            _ => Verdict::Dismissed,
        })
    })
}

/// When the newest splitting was made, ended or not.
///
/// # Errors
/// [`VaultError`].
pub fn newest_created(tx: &ReadTx<'_>) -> Result<Option<UnixMillis>, VaultError> {
    tx.value("SELECT max(created) FROM recovery_sets", [])
}

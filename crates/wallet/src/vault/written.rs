//! Records this person wrote for others. The content is the patient's; what stays here is that it was written.

use carekey_protocol::{Collection, HospitalId, ParticipantId, RecordRef, TxId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, Columns};
use super::{Progress, ReadTx, VaultError, WriteTx};

/// A record written for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRow {
    /// T1.
    pub reference: RecordRef,
    /// For whom.
    pub patient: ParticipantId,
    /// Their name when it was written.
    pub patient_name: String,
    /// Title.
    pub title: String,
    /// Where the author would put it.
    pub collection: Collection,
    /// Where it lies.
    pub hospital: HospitalId,
    /// When it was written.
    pub created: UnixMillis,
    /// How far its anchor is.
    pub anchor: Progress,
}

const COLUMNS: &str = "reference, patient, patient_name, title, collection, hospital, created, anchor_txid, \
    anchor_height, anchor_time";

fn read(row: &Columns<'_>) -> rusqlite::Result<WrittenRow> {
    Ok(WrittenRow {
        reference: row.get(0)?,
        patient: row.get(1)?,
        patient_name: row.get(2)?,
        title: row.get(3)?,
        collection: row.get(4)?,
        hospital: row.get(5)?,
        created: row.get(6)?,
        anchor: Progress::read(row, 7)?,
    })
}

/// Adds one.
///
/// # Errors
/// [`VaultError::Conflict`] if the reference is known.
pub fn insert(tx: &WriteTx<'_>, row: &WrittenRow) -> Result<(), VaultError> {
    let sql = format!("INSERT INTO written ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    tx.execute(
        &sql,
        params![
            Col(&row.reference),
            Col(&row.patient),
            row.patient_name,
            row.title,
            Col(&row.collection),
            Col(&row.hospital),
            Col(&row.created),
            Col(&row.anchor.txid()),
            Col(&row.anchor.height()),
            Col(&row.anchor.time()),
        ],
    )
    .map(drop)
}

/// All of them, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>) -> Result<Vec<WrittenRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM written ORDER BY created DESC, reference"), [], read)
}

/// The one T1 names.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, reference: &RecordRef) -> Result<Option<WrittenRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM written WHERE reference = ?1"), [Col(reference)], read)
}

/// Forgets one that never came to be.
///
/// # Errors
/// [`VaultError`].
pub fn remove(tx: &WriteTx<'_>, reference: &RecordRef) -> Result<(), VaultError> {
    tx.execute("DELETE FROM written WHERE reference = ?1", [Col(reference)]).map(drop)
}

/// The one a transaction anchors.
///
/// # Errors
/// [`VaultError`].
pub fn by_txid(tx: &ReadTx<'_>, txid: &TxId) -> Result<Option<WrittenRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM written WHERE anchor_txid = ?1"), [Col(txid)], read)
}

/// Notes how far the anchor is.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_anchor(tx: &WriteTx<'_>, reference: &RecordRef, anchor: Progress) -> Result<(), VaultError> {
    let sql = "UPDATE written SET anchor_txid = ?2, anchor_height = ?3, anchor_time = ?4 WHERE reference = ?1";
    let (txid, height, time) = (anchor.txid(), anchor.height(), anchor.time());
    tx.update("written record", sql, params![Col(reference), Col(&txid), Col(&height), Col(&time)])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{participant, recorded, txid, vault};
    use super::*;

    #[test]
    fn what_was_written_is_followed_until_it_is_recorded() {
        let home = vault();
        let row = WrittenRow {
            reference: RecordRef([1; 16]),
            patient: participant(1).1,
            patient_name: "Mia Brandt".into(),
            title: "Discharge letter".into(),
            collection: Collection::General,
            hospital: HospitalId([0, 0, 1]),
            created: UnixMillis(3),
            anchor: Progress::Saved,
        };
        home.vault.write(|tx| insert(tx, &row)).unwrap();
        assert_eq!(home.vault.read(list).unwrap(), std::slice::from_ref(&row));
        home.vault.write(|tx| set_anchor(tx, &row.reference, recorded(4))).unwrap();
        let expected = WrittenRow { anchor: recorded(4), ..row };
        assert_eq!(home.vault.read(|tx| by_txid(tx, &txid(4))).unwrap(), Some(expected));
    }
}

//! What others share with this person: their passes, and what was last seen behind them.

use carekey_crypto::Digest;
use carekey_protocol::catalogue::CatalogueItem;
use carekey_protocol::{BlockHeight, HospitalId, ParticipantId, Pass, RecordRef, TxId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, Columns, encoded};
use super::{ReadTx, VaultError, WriteTx};

/// A pass that was received and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRow {
    /// The pass; `pass.terms.rho` names it.
    pub pass: Pass,
    /// The transaction it came in.
    pub txid: TxId,
    /// Height of its block.
    pub height: BlockHeight,
    /// Time of its block.
    pub time: UnixMillis,
    /// Height of the block that revoked it, as a hospital's refusal told.
    pub stopped: Option<BlockHeight>,
    /// Not looked at yet.
    pub unread: bool,
}

/// A record behind a pass, as the catalogue (or the pass itself) describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedItemRow {
    /// The pass.
    pub rho: Digest,
    /// The hospital that keeps it.
    pub hospital: HospitalId,
    /// X.
    pub x: Digest,
    /// The record nonce; zeros for a pass of one record.
    pub nonce: [u8; 16],
    /// What is known of it.
    pub item: CatalogueItem,
    /// When it was first seen.
    pub added: UnixMillis,
    /// Not opened yet.
    pub unread: bool,
}

const COLUMNS: &str = "pass, txid, height, time, stopped_height, unread";
const ITEM_COLUMNS: &str = "rho, hospital, x, nonce, item, added, unread";

fn read(row: &Columns<'_>) -> rusqlite::Result<SharedRow> {
    Ok(SharedRow {
        pass: row.decode(0)?,
        txid: row.get(1)?,
        height: row.get(2)?,
        time: row.get(3)?,
        stopped: row.get(4)?,
        unread: row.get(5)?,
    })
}

fn read_item(row: &Columns<'_>) -> rusqlite::Result<SharedItemRow> {
    Ok(SharedItemRow {
        rho: row.get(0)?,
        hospital: row.get(1)?,
        x: row.get(2)?,
        nonce: row.get(3)?,
        item: row.decode(4)?,
        added: row.get(5)?,
        unread: row.get(6)?,
    })
}

/// Adds a pass.
///
/// # Errors
/// [`VaultError::Conflict`] if its rho or transaction is known.
pub fn insert(tx: &WriteTx<'_>, row: &SharedRow) -> Result<(), VaultError> {
    let sql = format!("INSERT INTO shared (rho, patient, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    let pass = encoded(&row.pass);
    let (rho, patient, txid) = (Col(&row.pass.terms.rho), Col(&row.pass.patient), Col(&row.txid));
    let (height, time, stopped) = (Col(&row.height), Col(&row.time), Col(&row.stopped));
    tx.execute(&sql, params![rho, patient, &**pass, txid, height, time, stopped, row.unread]).map(drop)
}

/// The pass named by rho.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, rho: &Digest) -> Result<Option<SharedRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM shared WHERE rho = ?1"), [Col(rho)], read)
}

/// All passes, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>) -> Result<Vec<SharedRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM shared ORDER BY height DESC, rho"), [], read)
}

/// One patient's passes, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn of_patient(tx: &ReadTx<'_>, patient: &ParticipantId) -> Result<Vec<SharedRow>, VaultError> {
    let sql = format!("SELECT {COLUMNS} FROM shared WHERE patient = ?1 ORDER BY height DESC, rho");
    tx.all(&sql, [Col(patient)], read)
}

/// Notes that a hospital refused the pass as revoked at `height`.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_stopped(tx: &WriteTx<'_>, rho: &Digest, height: BlockHeight) -> Result<(), VaultError> {
    let sql = "UPDATE shared SET stopped_height = ?2 WHERE rho = ?1";
    tx.update("pass", sql, params![Col(rho), Col(&height)])
}

/// Notes that the person has looked at what a patient shares.
///
/// # Errors
/// [`VaultError`].
pub fn set_seen(tx: &WriteTx<'_>, patient: &ParticipantId) -> Result<(), VaultError> {
    tx.execute("UPDATE shared SET unread = 0 WHERE patient = ?1", [Col(patient)]).map(drop)
}

/// Adds a record behind a pass, or renews what is known of it; when it was first seen and whether it was opened stay.
///
/// # Errors
/// [`VaultError::Conflict`] if the pass is unknown.
pub fn put_item(tx: &WriteTx<'_>, row: &SharedItemRow) -> Result<(), VaultError> {
    let sql = format!(
        "INSERT INTO shared_items (reference, {ITEM_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
         ON CONFLICT (rho, reference) DO UPDATE SET hospital = excluded.hospital, x = excluded.x, \
         nonce = excluded.nonce, item = excluded.item"
    );
    let item = encoded(&row.item);
    let (reference, rho, hospital) = (Col(&row.item.reference), Col(&row.rho), Col(&row.hospital));
    tx.execute(
        &sql,
        params![reference, rho, hospital, Col(&row.x), Col(&row.nonce), &**item, Col(&row.added), row.unread],
    )
    .map(drop)
}

/// The records behind a pass.
///
/// # Errors
/// [`VaultError`].
pub fn items(tx: &ReadTx<'_>, rho: &Digest) -> Result<Vec<SharedItemRow>, VaultError> {
    let sql = format!("SELECT {ITEM_COLUMNS} FROM shared_items WHERE rho = ?1 ORDER BY added DESC, reference");
    tx.all(&sql, [Col(rho)], read_item)
}

/// Every pass of `patient` through which a record was seen.
///
/// # Errors
/// [`VaultError`].
pub fn find_item(
    tx: &ReadTx<'_>,
    patient: &ParticipantId,
    reference: &RecordRef,
) -> Result<Vec<SharedItemRow>, VaultError> {
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM shared_items WHERE reference = ?2 \
         AND rho IN (SELECT rho FROM shared WHERE patient = ?1) ORDER BY added DESC"
    );
    tx.all(&sql, params![Col(patient), Col(reference)], read_item)
}

/// Notes that a shared record was opened, through whichever pass.
///
/// # Errors
/// [`VaultError`].
pub fn set_item_opened(tx: &WriteTx<'_>, patient: &ParticipantId, reference: &RecordRef) -> Result<(), VaultError> {
    let sql = "UPDATE shared_items SET unread = 0 WHERE reference = ?2 \
        AND rho IN (SELECT rho FROM shared WHERE patient = ?1)";
    tx.execute(sql, params![Col(patient), Col(reference)]).map(drop)
}

/// Forgets a record that is no longer behind a pass.
///
/// # Errors
/// [`VaultError`].
pub fn remove_item(tx: &WriteTx<'_>, rho: &Digest, reference: &RecordRef) -> Result<(), VaultError> {
    let sql = "DELETE FROM shared_items WHERE rho = ?1 AND reference = ?2";
    tx.execute(sql, params![Col(rho), Col(reference)]).map(drop)
}

#[cfg(test)]
mod tests {
    use carekey_crypto::Secret32;
    use carekey_protocol::{CertificateSerial, Collection, Text};

    use super::super::tests::{participant, pass, txid, vault};
    use super::*;

    fn shared(rho: u8, patient: u64) -> SharedRow {
        let (pass, height) = (pass(rho, patient), BlockHeight(rho.into()));
        SharedRow { pass, txid: txid(rho), height, time: UnixMillis(1), stopped: None, unread: true }
    }

    fn item(rho: u8, reference: u8, title: &str) -> SharedItemRow {
        let item = CatalogueItem {
            reference: RecordRef([reference; 16]),
            blind: Secret32::from_bytes([1; 32]),
            title: Text::truncated(title),
            media_type: Text::truncated("text/plain"),
            category: Collection::Heart,
            document_time: UnixMillis(4),
            author: CertificateSerial(7),
            sealed_bytes: 100,
        };
        let (hospital, x) = (HospitalId([0, 0, 2]), Digest([reference; 32]));
        SharedItemRow { rho: Digest([rho; 32]), hospital, x, nonce: [3; 16], item, added: UnixMillis(9), unread: true }
    }

    #[test]
    fn passes_are_kept_by_patient_until_they_are_stopped() {
        let home = vault();
        let (mia, noah) = (participant(1).1, participant(2).1);
        let rows = [shared(1, 1), shared(2, 2), shared(3, 1)];
        home.vault.write(|tx| rows.iter().try_for_each(|row| insert(tx, row))).unwrap();
        let twice = home.vault.write(|tx| insert(tx, &shared(1, 1)));
        assert!(matches!(twice, Err(VaultError::Conflict { .. })));
        assert_eq!(home.vault.read(|tx| of_patient(tx, &mia)).unwrap(), [shared(3, 1), shared(1, 1)]);

        let rho = Digest([3; 32]);
        home.vault.write(|tx| set_stopped(tx, &rho, BlockHeight(40))).unwrap();
        home.vault.write(|tx| set_seen(tx, &mia)).unwrap();
        let row = home.vault.read(|tx| get(tx, &rho)).unwrap().unwrap();
        assert_eq!((row.stopped, row.unread), (Some(BlockHeight(40)), false));
        assert!(home.vault.read(|tx| of_patient(tx, &noah)).unwrap()[0].unread);
        assert_eq!(home.vault.read(list).unwrap().len(), 3);
    }

    #[test]
    fn a_record_seen_again_keeps_when_it_was_first_seen_and_that_it_was_opened() {
        let home = vault();
        let mia = participant(1).1;
        let orphan = home.vault.write(|tx| put_item(tx, &item(1, 5, "ECG")));
        assert!(matches!(orphan, Err(VaultError::Conflict { .. })), "an item belongs to a pass");
        home.vault
            .write(|tx| {
                insert(tx, &shared(1, 1))?;
                put_item(tx, &item(1, 5, "ECG"))?;
                put_item(tx, &item(1, 6, "Letter"))?;
                set_item_opened(tx, &mia, &RecordRef([5; 16]))?;
                put_item(tx, &SharedItemRow { added: UnixMillis(99), ..item(1, 5, "ECG, corrected") })?;
                remove_item(tx, &Digest([1; 32]), &RecordRef([6; 16]))
            })
            .unwrap();
        let expected = SharedItemRow { unread: false, ..item(1, 5, "ECG, corrected") };
        assert_eq!(home.vault.read(|tx| items(tx, &expected.rho)).unwrap(), std::slice::from_ref(&expected));
        assert_eq!(home.vault.read(|tx| find_item(tx, &mia, &RecordRef([5; 16]))).unwrap(), [expected]);
        assert_eq!(home.vault.read(|tx| find_item(tx, &participant(2).1, &RecordRef([5; 16]))).unwrap(), []);
    }
}

//! The person's own records: what announced them, where they lie, how far they are.

use carekey_crypto::{Digest, Secret32};
use carekey_protocol::record::RecordNotice;
use carekey_protocol::{BlobId, CertificateSerial, Collection, HospitalId, RecordRef, TxId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, Columns};
use super::{Progress, ReadTx, VaultError, WriteTx};

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// T1.
    pub reference: RecordRef,
    /// How far the anchor is.
    pub anchor: Progress,
    /// How far its erasure is, once begun.
    pub erase: Option<Progress>,
    /// What opens it; none once it is erased.
    pub keys: Option<RecordKeys>,
    /// Merkle root over the sealed chunks.
    pub content_root: Digest,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    /// Where it lies.
    pub hospital: HospitalId,
    /// Its name there.
    pub blob: BlobId,
    /// The author's certificate, see [`people`](super::people).
    pub author: CertificateSerial,
    /// Where the person keeps it; at first, where the author would put it.
    pub collection: Collection,
    /// The date it speaks of.
    pub document_time: UnixMillis,
    /// Title.
    pub title: String,
    /// IANA media type.
    pub media_type: String,
    /// The person added it themselves.
    pub self_reported: bool,
    /// When this wallet learnt of it.
    pub added: UnixMillis,
    /// Not opened yet.
    pub unread: bool,
    /// What was learnt when it was read.
    pub details: Option<RecordDetails>,
    /// H("document", the original bytes), once known.
    pub digest: Option<Digest>,
    /// The anchor of the record that this one replaces, once known.
    pub supersedes: Option<TxId>,
    /// The record by the same author that replaces this one.
    pub superseded_by: Option<RecordRef>,
}

/// What a list, its filters and its search need of a record, and nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// T1.
    pub reference: RecordRef,
    /// The date it speaks of.
    pub document_time: UnixMillis,
    /// Where the person keeps it.
    pub collection: Collection,
    /// IANA media type.
    pub media_type: String,
    /// The author's certificate.
    pub author: CertificateSerial,
    /// The person added it themselves.
    pub self_reported: bool,
    /// Not opened yet.
    pub unread: bool,
    /// Title.
    pub title: String,
    /// Clinical category, once known.
    pub category: Option<String>,
}

/// The secrets of a record. Without them its anchor is noise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKeys {
    /// K_P.
    pub record_key: Secret32,
    /// The anchor's blind.
    pub blind: Secret32,
    /// From which the owner's claim and the erasure preimage are derived.
    pub owner_secret: Secret32,
}

/// What only the content tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDetails {
    /// Length of the original in bytes.
    pub original_bytes: u64,
    /// Clinical category, such as `Laboratory report`.
    pub category: Option<String>,
    /// Results out of their reference range.
    pub out_of_range: Option<u32>,
}

impl RecordRow {
    /// A record as a notice announces it.
    pub fn announced(reference: RecordRef, anchor: Progress, notice: RecordNotice, added: UnixMillis) -> Self {
        Self {
            reference,
            anchor,
            erase: None,
            keys: Some(RecordKeys {
                record_key: notice.record_key,
                blind: notice.blind,
                owner_secret: notice.owner_secret,
            }),
            content_root: notice.content_root,
            sealed_bytes: notice.sealed_bytes,
            hospital: notice.hospital,
            blob: notice.blob,
            author: notice.author,
            collection: notice.category,
            document_time: notice.document_time,
            title: notice.title.to_string(),
            media_type: notice.media_type.to_string(),
            self_reported: false,
            added,
            unread: true,
            details: None,
            digest: None,
            supersedes: None,
            superseded_by: None,
        }
    }
}

const COLUMNS: &str = "reference, anchor_txid, anchor_height, anchor_time, erase_state, erase_txid, erase_height, \
    erase_time, record_key, blind, owner_secret, content_root, sealed_bytes, hospital, blob, author, collection, \
    document_time, title, media_type, self_reported, added, unread, original_bytes, category, out_of_range, \
    document_digest, supersedes, superseded_by";

fn read(row: &Columns<'_>) -> rusqlite::Result<RecordRow> {
    let keys = match (row.get(8)?, row.get(9)?, row.get(10)?) {
        (Some(record_key), Some(blind), Some(owner_secret)) => Some(RecordKeys { record_key, blind, owner_secret }),
        _ => None,
    };
    let details = match row.get(23)? {
        Some(original_bytes) => {
            Some(RecordDetails { original_bytes, category: row.get(24)?, out_of_range: row.get(25)? })
        }
        None => None,
    };
    Ok(RecordRow {
        reference: row.get(0)?,
        anchor: Progress::read(row, 1)?,
        erase: Progress::read_if_begun(row, 4)?,
        keys,
        content_root: row.get(11)?,
        sealed_bytes: row.get(12)?,
        hospital: row.get(13)?,
        blob: row.get(14)?,
        author: row.get(15)?,
        collection: row.get(16)?,
        document_time: row.get(17)?,
        title: row.get(18)?,
        media_type: row.get(19)?,
        self_reported: row.get(20)?,
        added: row.get(21)?,
        unread: row.get(22)?,
        details,
        digest: row.get(26)?,
        supersedes: row.get(27)?,
        superseded_by: row.get(28)?,
    })
}

/// Adds a record.
///
/// # Errors
/// [`VaultError::Conflict`] if its reference or its transaction is known: a reference is announced once.
pub fn insert(tx: &WriteTx<'_>, row: &RecordRow) -> Result<(), VaultError> {
    let sql = format!(
        "INSERT INTO records ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
         ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)"
    );
    let keys = row.keys.as_ref();
    let details = row.details.as_ref();
    tx.execute(
        &sql,
        params![
            Col(&row.reference),
            Col(&row.anchor.txid()),
            Col(&row.anchor.height()),
            Col(&row.anchor.time()),
            row.erase.is_some(),
            Col(&row.erase.and_then(|erase| erase.txid())),
            Col(&row.erase.and_then(|erase| erase.height())),
            Col(&row.erase.and_then(|erase| erase.time())),
            keys.map(|keys| Col(&keys.record_key)),
            keys.map(|keys| Col(&keys.blind)),
            keys.map(|keys| Col(&keys.owner_secret)),
            Col(&row.content_root),
            Col(&row.sealed_bytes),
            Col(&row.hospital),
            Col(&row.blob),
            Col(&row.author),
            Col(&row.collection),
            Col(&row.document_time),
            row.title,
            row.media_type,
            row.self_reported,
            Col(&row.added),
            row.unread,
            details.map(|details| Col(&details.original_bytes)),
            details.and_then(|details| details.category.as_ref()),
            details.and_then(|details| details.out_of_range),
            Col(&row.digest),
            Col(&row.supersedes),
            Col(&row.superseded_by),
        ],
    )
    .map(drop)
}

/// The record T1 names.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, reference: &RecordRef) -> Result<Option<RecordRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM records WHERE reference = ?1"), [Col(reference)], read)
}

/// The record a transaction anchors.
///
/// # Errors
/// [`VaultError`].
pub fn by_txid(tx: &ReadTx<'_>, txid: &TxId) -> Result<Option<RecordRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM records WHERE anchor_txid = ?1"), [Col(txid)], read)
}

/// All records, or one collection's, erased ones included; the newest document first.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>, collection: Option<Collection>) -> Result<Vec<RecordRow>, VaultError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM records WHERE ?1 IS NULL OR collection = ?1 ORDER BY document_time DESC, reference"
    );
    tx.all(&sql, [Col(&collection)], read)
}

/// Notes how far the anchor is.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_anchor(tx: &WriteTx<'_>, reference: &RecordRef, anchor: Progress) -> Result<(), VaultError> {
    let sql = "UPDATE records SET anchor_txid = ?2, anchor_height = ?3, anchor_time = ?4 WHERE reference = ?1";
    let (txid, height, time) = (anchor.txid(), anchor.height(), anchor.time());
    tx.update("record", sql, params![Col(reference), Col(&txid), Col(&height), Col(&time)])
}

/// Notes how far an erasure is. Once recorded, the record's keys are deleted here too: what remains is noise.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_erase(tx: &WriteTx<'_>, reference: &RecordRef, erase: Progress) -> Result<(), VaultError> {
    let sql = "UPDATE records SET erase_state = 1, erase_txid = ?2, erase_height = ?3, erase_time = ?4 \
        WHERE reference = ?1";
    let (txid, height, time) = (erase.txid(), erase.height(), erase.time());
    tx.update("record", sql, params![Col(reference), Col(&txid), Col(&height), Col(&time)])?;
    if height.is_some() {
        let sql = "UPDATE records SET record_key = NULL, blind = NULL, owner_secret = NULL WHERE reference = ?1";
        tx.update("record", sql, [Col(reference)])?;
    }
    Ok(())
}

/// Puts a record into another collection.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_collection(tx: &WriteTx<'_>, reference: &RecordRef, collection: Collection) -> Result<(), VaultError> {
    let sql = "UPDATE records SET collection = ?2 WHERE reference = ?1";
    tx.update("record", sql, params![Col(reference), Col(&collection)])
}

/// Notes what was learnt of a record.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_details(tx: &WriteTx<'_>, reference: &RecordRef, details: &RecordDetails) -> Result<(), VaultError> {
    let sql = "UPDATE records SET original_bytes = ?2, category = ?3, out_of_range = ?4 WHERE reference = ?1";
    let bytes = Col(&details.original_bytes);
    tx.update("record", sql, params![Col(reference), bytes, details.category, details.out_of_range])
}

/// Notes that the person opened it.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_opened(tx: &WriteTx<'_>, reference: &RecordRef) -> Result<(), VaultError> {
    tx.update("record", "UPDATE records SET unread = 0 WHERE reference = ?1", [Col(reference)])
}

/// Notes that the person has seen all there is. Answers how many records were new.
///
/// # Errors
/// [`VaultError`].
pub fn set_all_opened(tx: &WriteTx<'_>) -> Result<usize, VaultError> {
    tx.execute("UPDATE records SET unread = 0 WHERE unread = 1", [])
}

/// What lists show, the newest document first: neither what is erased nor what a newer version replaces.
///
/// # Errors
/// [`VaultError`].
pub fn index(tx: &ReadTx<'_>) -> Result<Vec<IndexRow>, VaultError> {
    let sql = "SELECT reference, document_time, collection, media_type, author, self_reported, unread, title, category \
        FROM records WHERE erase_state = 0 AND superseded_by IS NULL ORDER BY document_time DESC, reference";
    tx.all(sql, [], |row| {
        Ok(IndexRow {
            reference: row.get(0)?,
            document_time: row.get(1)?,
            collection: row.get(2)?,
            media_type: row.get(3)?,
            author: row.get(4)?,
            self_reported: row.get(5)?,
            unread: row.get(6)?,
            title: row.get(7)?,
            category: row.get(8)?,
        })
    })
}

/// The records with these original bytes that were not erased.
///
/// # Errors
/// [`VaultError`].
pub fn by_digest(tx: &ReadTx<'_>, digest: &Digest) -> Result<Vec<RecordRow>, VaultError> {
    let sql = format!("SELECT {COLUMNS} FROM records WHERE document_digest = ?1 AND erase_state = 0");
    tx.all(&sql, [Col(digest)], read)
}

/// The sealed copies that are worth keeping: of every record that can still be opened.
///
/// # Errors
/// [`VaultError`].
pub fn blobs(tx: &ReadTx<'_>) -> Result<Vec<BlobId>, VaultError> {
    tx.all("SELECT blob FROM records WHERE record_key IS NOT NULL", [], |row| row.get(0))
}

/// Notes the digest of the original bytes and which record this one replaces, as its author says.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_document(
    tx: &WriteTx<'_>,
    reference: &RecordRef,
    digest: &Digest,
    supersedes: Option<TxId>,
) -> Result<(), VaultError> {
    let sql = "UPDATE records SET document_digest = ?2, supersedes = ?3 WHERE reference = ?1";
    tx.update("record", sql, params![Col(reference), Col(digest), Col(&supersedes)])
}

/// Finds again which record replaces which, around one of which something new is known. Only an author replaces what
/// they wrote: a record that names somebody else's stands beside it. What is erased replaces nothing.
///
/// # Errors
/// [`VaultError`].
pub fn link_versions(tx: &WriteTx<'_>, reference: &RecordRef) -> Result<(), VaultError> {
    let newer = "SELECT n.reference FROM records n WHERE n.supersedes = records.anchor_txid AND n.erase_state = 0 \
        AND n.reference <> records.reference AND (n.author = records.author OR (n.self_reported AND \
        records.self_reported)) ORDER BY n.added DESC, n.reference LIMIT 1";
    let sql = format!(
        "UPDATE records SET superseded_by = ({newer}) WHERE reference = ?1 \
         OR anchor_txid = (SELECT supersedes FROM records WHERE reference = ?1)"
    );
    tx.execute(&sql, [Col(reference)]).map(drop)
}

/// The older versions of a record, the newest of them first. A chain that comes back to itself ends there.
///
/// # Errors
/// [`VaultError`].
pub fn older_versions(tx: &ReadTx<'_>, reference: &RecordRef) -> Result<Vec<RecordRow>, VaultError> {
    let mut found: Vec<RecordRow> = Vec::new();
    let sql = format!("SELECT {COLUMNS} FROM records WHERE superseded_by = ?1 AND erase_state = 0 ORDER BY added DESC");
    let mut of = vec![*reference];
    while let Some(newer) = of.pop() {
        for row in tx.all(&sql, [Col(&newer)], read)? {
            if row.reference != *reference && found.iter().all(|known| known.reference != row.reference) {
                of.push(row.reference);
                found.push(row);
            }
        }
    }
    Ok(found)
}

/// How many older versions a record has in one step; for lists.
///
/// # Errors
/// [`VaultError`].
pub fn has_older_version(tx: &ReadTx<'_>, reference: &RecordRef) -> Result<bool, VaultError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM records WHERE superseded_by = ?1 AND erase_state = 0)";
    tx.value(sql, [Col(reference)])
}

/// Forgets a record and its deposits, for one that never came to be.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn remove(tx: &WriteTx<'_>, reference: &RecordRef) -> Result<(), VaultError> {
    tx.update("record", "DELETE FROM records WHERE reference = ?1", [Col(reference)])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{record, recorded, txid, vault};
    use super::*;

    #[test]
    fn records_come_newest_first_and_by_collection() {
        let home = vault();
        home.vault.write(|tx| [3, 1, 2].iter().try_for_each(|n| insert(tx, &record(*n)))).unwrap();
        let moved = record(2).reference;
        home.vault.write(|tx| set_collection(tx, &moved, Collection::Medication)).unwrap();
        let titles = |collection| -> Vec<String> {
            let rows = home.vault.read(|tx| list(tx, collection)).unwrap();
            rows.into_iter().map(|row| row.title).collect()
        };
        assert_eq!(titles(None), ["Echocardiogram 3", "Echocardiogram 2", "Echocardiogram 1"]);
        assert_eq!(titles(Some(Collection::Heart)), ["Echocardiogram 3", "Echocardiogram 1"]);
        assert_eq!(titles(Some(Collection::Devices)), [""; 0]);
    }

    #[test]
    fn a_second_announcement_of_the_same_record_is_a_conflict() {
        let home = vault();
        home.vault.write(|tx| insert(tx, &record(1))).unwrap();
        let same_reference = RecordRow { anchor: recorded(2), ..record(1) };
        let same_transaction = RecordRow { anchor: recorded(1), ..record(2) };
        for row in [same_reference, same_transaction] {
            let outcome = home.vault.write(|tx| insert(tx, &row));
            assert!(matches!(outcome, Err(VaultError::Conflict { .. })));
        }
    }

    #[test]
    fn an_upload_of_ones_own_goes_from_saved_to_recorded_to_erased() {
        let home = vault();
        let mine = RecordRow { anchor: Progress::Saved, self_reported: true, unread: false, ..record(1) };
        let reference = mine.reference;
        let now = || home.vault.read(|tx| get(tx, &reference)).unwrap().unwrap();
        home.vault.write(|tx| insert(tx, &mine)).unwrap();
        assert_eq!(now(), mine);

        home.vault.write(|tx| set_anchor(tx, &reference, Progress::Sent { txid: txid(8) })).unwrap();
        assert_eq!(now().anchor, Progress::Sent { txid: txid(8) });
        home.vault.write(|tx| set_anchor(tx, &reference, recorded(8))).unwrap();
        assert_eq!(home.vault.read(|tx| by_txid(tx, &txid(8))).unwrap(), Some(now()));

        home.vault.write(|tx| set_erase(tx, &reference, Progress::Saved)).unwrap();
        assert!(now().keys.is_some() && now().erase == Some(Progress::Saved), "not before it is certain");
        home.vault.write(|tx| set_erase(tx, &reference, recorded(9))).unwrap();
        assert_eq!((now().keys, now().erase), (None, Some(recorded(9))));
    }

    #[test]
    fn opening_teaches_what_the_notice_did_not_say() {
        let home = vault();
        home.vault.write(|tx| insert(tx, &record(1))).unwrap();
        let details =
            RecordDetails { original_bytes: 3_900, category: Some("Laboratory report".into()), out_of_range: Some(2) };
        home.vault.write(|tx| set_details(tx, &record(1).reference, &details)).unwrap();
        assert_eq!(home.vault.write(set_all_opened).unwrap(), 1, "what a reader learns does not make it seen");
        let row = home.vault.read(|tx| get(tx, &record(1).reference)).unwrap().unwrap();
        assert_eq!((row.unread, row.details), (false, Some(details)));
        let unknown = home.vault.write(|tx| set_collection(tx, &record(2).reference, Collection::Heart));
        assert!(matches!(unknown, Err(VaultError::NotFound { what: "record" })));
    }
}

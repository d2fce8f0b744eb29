//! Sealed records: tickets, progress, tombstones.

use carekey_crypto::Digest;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{BlobId, UnixMillis};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Index, digest_at, from_sql, to_sql};
use crate::error::StoreError;

/// How far a sealed record has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobState {
    /// Bytes are still missing; `received` of them are on the disk for good.
    Uploading {
        /// Bytes from which an upload resumes.
        received: u64,
    },
    /// All there, its content root checked.
    Complete,
    /// Deleted for good; the name is never used again.
    Erased,
}

/// A sealed record as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name.
    pub id: BlobId,
    /// Who opens it, owns the record.
    pub claim_hash: Digest,
    /// The anchor's erasure commitment.
    pub erasure: Digest,
    /// What the bytes must hash to.
    pub content_root: Digest,
    /// Length in bytes.
    pub sealed_bytes: u64,
    /// Serial of the uploader's certificate.
    pub uploader: u64,
    /// Progress.
    pub state: BlobState,
}

impl Blob {
    /// Whether the ticket speaks of the very same record.
    pub(crate) fn matches(&self, ticket: &UploadTicket) -> bool {
        self.claim_hash == ticket.claim_hash
            && self.erasure == ticket.erasure
            && self.content_root == ticket.content_root
            && self.sealed_bytes == ticket.sealed_bytes
            && self.uploader == ticket.certificate.body.serial.0
    }
}

const UPLOADING: i64 = 0;
const COMPLETE: i64 = 1;
pub(super) const ERASED: i64 = 2;

const COLUMNS: &str = "blob, claim_hash, erasure, content_root, sealed_bytes, received, state, uploader";

pub(super) fn read_blob(row: &Row<'_>) -> rusqlite::Result<Blob> {
    let received = from_sql(row.get(5)?);
    let state = match row.get::<_, i64>(6)? {
        UPLOADING => BlobState::Uploading { received },
        COMPLETE => BlobState::Complete,
        _ => BlobState::Erased,
    };
    Ok(Blob {
        id: BlobId(row.get(0)?),
        claim_hash: digest_at(row, 1)?,
        erasure: digest_at(row, 2)?,
        content_root: digest_at(row, 3)?,
        sealed_bytes: from_sql(row.get(4)?),
        uploader: from_sql(row.get(7)?),
        state,
    })
}

pub(super) fn find_blob(connection: &Connection, blob: &BlobId) -> Result<Option<Blob>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM blobs WHERE blob = ?"))?;
    Ok(statement.query_row([blob.0], read_blob).optional()?)
}

/// What an uploader has begun and not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OpenUploads {
    pub(crate) count: u64,
    pub(crate) bytes: u64,
}

impl Index {
    /// The sealed record of that name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn blob(&self, blob: &BlobId) -> Result<Option<Blob>, StoreError> {
        find_blob(&self.connection(), blob)
    }

    pub(crate) fn open_uploads(&self, uploader: u64) -> Result<OpenUploads, StoreError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT count(*), total(sealed_bytes) FROM blobs WHERE state = 0 AND uploader = ?")?;
        let uploads = statement.query_row([to_sql(uploader)], |row| {
            Ok(OpenUploads { count: from_sql(row.get(0)?), bytes: row.get::<_, f64>(1)? as u64 })
        })?;
        Ok(uploads)
    }

    /// Takes a ticket's record in. Does nothing if the name is known already.
    pub(crate) fn begin_blob(&self, ticket: &UploadTicket, now: UnixMillis) -> Result<(), StoreError> {
        let sql =
            "INSERT OR IGNORE INTO blobs (blob, claim_hash, erasure, content_root, sealed_bytes, uploader, touched)
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        self.connection().execute(
            sql,
            params![
                ticket.blob.0,
                ticket.claim_hash.0,
                ticket.erasure.0,
                ticket.content_root.0,
                to_sql(ticket.sealed_bytes),
                to_sql(ticket.certificate.body.serial.0),
                to_sql(now.0)
            ],
        )?;
        Ok(())
    }

    /// Notes that the first `received` bytes are on the disk.
    pub(crate) fn note_received(&self, blob: &BlobId, received: u64, now: UnixMillis) -> Result<(), StoreError> {
        let sql = "UPDATE blobs SET received = ?, touched = ? WHERE blob = ? AND state = 0";
        self.connection().execute(sql, params![to_sql(received), to_sql(now.0), blob.0])?;
        Ok(())
    }

    /// Notes that the record is whole and checked. An erased one stays erased.
    pub(crate) fn complete_blob(&self, blob: &BlobId) -> Result<(), StoreError> {
        let sql = "UPDATE blobs SET state = 1, received = sealed_bytes WHERE blob = ? AND state = 0";
        self.connection().execute(sql, [blob.0])?;
        Ok(())
    }

    /// Forgets an upload that never finished.
    pub(crate) fn forget_upload(&self, blob: &BlobId) -> Result<(), StoreError> {
        self.connection().execute("DELETE FROM blobs WHERE blob = ? AND state = 0", [blob.0])?;
        Ok(())
    }

    /// Records that are still arriving, if the last byte came before `touched_before`.
    pub(crate) fn unfinished_blobs(&self, touched_before: UnixMillis) -> Result<Vec<BlobId>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT blob FROM blobs WHERE state = 0 AND touched < ?")?;
        let rows = statement.query_map([to_sql(touched_before.0)], |row| row.get(0).map(BlobId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Names of erased records, whose files must not be there any more.
    pub(crate) fn erased_blobs(&self) -> Result<Vec<BlobId>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT blob FROM blobs WHERE state = 2")?;
        let rows = statement.query_map([], |row| row.get(0).map(BlobId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The erasure commitments of all records that are not erased.
    pub(crate) fn kept_commitments(&self) -> Result<Vec<Digest>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT DISTINCT erasure FROM blobs WHERE state <> 2")?;
        let rows = statement.query_map([], |row| digest_at(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

//! Which sealed records lie in the object store, and which are on their way there or out of it.

use carekey_protocol::BlobId;
use rusqlite::{OptionalExtension, params};

use super::Index;
use crate::error::StoreError;

/// Where a sealed record lies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shelf {
    /// In the folder only.
    Folder = 0,
    /// Perhaps in both, perhaps in one.
    Moving = 1,
    /// In the object store.
    Store = 2,
}

impl Index {
    /// Notes where a record lies.
    pub(crate) fn note_shelf(&self, blob: &BlobId, shelf: Shelf) -> Result<(), StoreError> {
        self.connection().execute("UPDATE blobs SET shelf = ? WHERE blob = ?", params![shelf as i64, blob.0])?;
        Ok(())
    }

    /// Notes the store's name for an upload in parts that has begun and not ended.
    pub(crate) fn note_multipart(&self, blob: &BlobId, multipart: Option<&str>) -> Result<(), StoreError> {
        self.connection().execute("UPDATE blobs SET multipart = ? WHERE blob = ?", params![multipart, blob.0])?;
        Ok(())
    }

    /// The upload in parts that an earlier attempt left behind.
    pub(crate) fn multipart(&self, blob: &BlobId) -> Result<Option<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT multipart FROM blobs WHERE blob = ?")?;
        Ok(statement.query_row([blob.0], |row| row.get(0)).optional()?.flatten())
    }

    /// Checked records that are not safely in the store yet, after `after` in the order of names.
    pub(crate) fn records_to_store(&self, after: Option<&BlobId>, count_max: u64) -> Result<Vec<BlobId>, StoreError> {
        self.page("(state = 0 AND shelf = 1 OR state = 1 AND shelf < 2)", after, count_max)
    }

    /// Erased records of which the store may still hold something, after `after` in the order of names.
    pub(crate) fn objects_to_delete(&self, after: Option<&BlobId>, count_max: u64) -> Result<Vec<BlobId>, StoreError> {
        self.page("state = 2 AND shelf > 0", after, count_max)
    }

    fn page(&self, which: &str, after: Option<&BlobId>, count_max: u64) -> Result<Vec<BlobId>, StoreError> {
        let connection = self.connection();
        let sql = format!("SELECT blob FROM blobs WHERE {which} AND blob > ? ORDER BY blob LIMIT ?");
        let mut statement = connection.prepare_cached(&sql)?;
        let after: &[u8] = after.map_or(&[], |blob| &blob.0);
        let rows = statement.query_map(params![after, count_max as i64], |row| row.get(0).map(BlobId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

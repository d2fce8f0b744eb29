//! X, Z, K, PK_z: one row for each way to a record, and what is left of it after erasure.

use carekey_crypto::{Digest, PublicKey, Secret32, tagged_hash};
use carekey_protocol::deposit::{Deposit, Escrow};
use carekey_protocol::pass::Target;
use carekey_protocol::{BlobId, UnixMillis};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::blobs::ERASED;
use super::{Index, digest_at, from_sql, public_key, to_sql};
use crate::error::StoreError;

/// Rows of one sealed record: a catalogue entry, and one for each grant of this record alone.
pub(crate) const ROWS_PER_BLOB_MAX: u64 = 4096;

/// A row as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRow {
    pub(crate) escrow: Escrow,
    pub(crate) authorisation: PublicKey,
    pub(crate) blob: BlobId,
    pub(crate) receipts_to: PublicKey,
    pub(crate) catalogue: Option<Digest>,
}

/// A record whose last day has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueErasure {
    pub(crate) commitment: Digest,
    pub(crate) preimage: Secret32,
}

/// X is taken by a row that says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DepositConflict {
    Taken,
    TooManyRows,
}

fn find_row(connection: &Connection, x: &Digest) -> Result<Option<StoredRow>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT z, k, authorisation, blob, receipts_to, catalogue FROM rows WHERE x = ?")?;
    let row = statement
        .query_row([x.0], |row| {
            let escrow = Escrow { z: row.get(0)?, k: row.get(1)? };
            let keys: ([u8; 33], [u8; 33]) = (row.get(2)?, row.get(4)?);
            Ok((escrow, keys, BlobId(row.get(3)?), row.get::<_, Option<[u8; 32]>>(5)?.map(Digest)))
        })
        .optional()?;
    row.map(|(escrow, (authorisation, receipts_to), blob, catalogue)| {
        Ok(StoredRow {
            escrow,
            authorisation: public_key(authorisation)?,
            blob,
            receipts_to: public_key(receipts_to)?,
            catalogue,
        })
    })
    .transpose()
}

/// Writes a row. The same deposit again changes nothing; the owner may move its last day and its receipt key.
pub(super) fn put_row(
    connection: &Connection,
    deposit: &Deposit,
    authorisation: &PublicKey,
) -> Result<Result<(), DepositConflict>, StoreError> {
    if let Some(row) = find_row(connection, &deposit.x)? {
        let same = row.blob == deposit.blob
            && row.authorisation == *authorisation
            && row.catalogue == deposit.catalogue
            && row.escrow == deposit.escrow;
        if !same {
            return Ok(Err(DepositConflict::Taken));
        }
    } else {
        let mut statement = connection.prepare_cached("SELECT count(*) FROM rows WHERE blob = ?")?;
        let count: i64 = statement.query_row([deposit.blob.0], |row| row.get(0))?;
        if from_sql(count) >= ROWS_PER_BLOB_MAX {
            return Ok(Err(DepositConflict::TooManyRows));
        }
    }
    let sql = "INSERT INTO rows (x, z, k, authorisation, blob, receipts_to, retain_until, preimage, catalogue)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (x) DO UPDATE SET receipts_to = excluded.receipts_to, retain_until = excluded.retain_until";
    connection.prepare_cached(sql)?.execute(params![
        deposit.x.0,
        deposit.escrow.z,
        deposit.escrow.k,
        authorisation.as_bytes(),
        deposit.blob.0,
        deposit.receipts_to.as_bytes(),
        to_sql(deposit.retain_until.0),
        deposit.erasure.expose(),
        deposit.catalogue.map(|handle| handle.0),
    ])?;
    Ok(Ok(()))
}

fn tombstone(x: &Digest) -> Digest {
    tagged_hash("hospital-tombstone", &[x.as_ref()])
}

impl Index {
    /// The row behind X.
    pub(crate) fn row(&self, x: &Digest) -> Result<Option<StoredRow>, StoreError> {
        find_row(&self.connection(), x)
    }

    /// PK_z of a target: of a live row, of an open catalogue, or of what was erased.
    pub(crate) fn authorisation(&self, target: &Target) -> Result<Option<PublicKey>, StoreError> {
        let connection = self.connection();
        let key = match target {
            Target::Record(x) => {
                let sql = "SELECT authorisation FROM rows WHERE x = ?1 AND catalogue IS NULL
                           UNION ALL SELECT authorisation FROM tombstones WHERE x_digest = ?2 AND catalogue IS NULL";
                let mut statement = connection.prepare_cached(sql)?;
                statement.query_row([x.0, tombstone(x).0], |row| row.get::<_, [u8; 33]>(0)).optional()?
            }
            Target::Catalogue(handle) => {
                let sql = "SELECT authorisation FROM catalogues WHERE handle = ? AND owner IS NOT NULL";
                connection.prepare_cached(sql)?.query_row([handle.0], |row| row.get::<_, [u8; 33]>(0)).optional()?
            }
        };
        key.map(public_key).transpose()
    }

    /// To whom accesses of a target are reported: A_P of the row, or of the catalogue, open or closed.
    pub(crate) fn receipts_to(&self, target: &Target, item: Option<&Digest>) -> Result<Option<PublicKey>, StoreError> {
        let connection = self.connection();
        let of_row = |x: &Digest, handle: Option<&Digest>| {
            let sql = "SELECT receipts_to FROM rows WHERE x = ? AND catalogue IS ?";
            let mut statement = connection.prepare_cached(sql)?;
            let parameters = params![x.0, handle.map(|handle| handle.0)];
            statement.query_row(parameters, |row| row.get::<_, [u8; 33]>(0)).optional()
        };
        let key = match target {
            Target::Record(x) => of_row(x, None)?,
            Target::Catalogue(handle) => {
                let entry = item.map(|x| of_row(x, Some(handle))).transpose()?.flatten();
                let sql = "SELECT receipts_to FROM catalogues WHERE handle = ? AND receipts_to IS NOT NULL";
                let mut statement = connection.prepare_cached(sql)?;
                match entry {
                    Some(key) => Some(key),
                    None => statement.query_row([handle.0], |row| row.get(0)).optional()?,
                }
            }
        };
        key.map(public_key).transpose()
    }

    /// Whether X was erased here.
    pub(crate) fn has_tombstone(&self, x: &Digest) -> Result<bool, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT 1 FROM tombstones WHERE x_digest = ?")?;
        Ok(statement.exists([tombstone(x).0])?)
    }

    /// Writes the row of a grant of one record.
    pub(crate) fn deposit(&self, deposit: &Deposit) -> Result<Result<(), DepositConflict>, StoreError> {
        self.transact(|transaction| put_row(transaction, deposit, &deposit.authorisation))
    }

    /// Deletes the row of a grant of one record, if it belongs to `blob`.
    pub(crate) fn remove_row(&self, x: &Digest, blob: &BlobId) -> Result<(), StoreError> {
        self.connection().execute(
            "DELETE FROM rows WHERE x = ? AND blob = ? AND catalogue IS NULL",
            [x.0.as_slice(), blob.0.as_slice()],
        )?;
        Ok(())
    }

    /// Records all of whose rows are past their last day.
    pub(crate) fn due_erasures(&self, now: UnixMillis, count_max: u64) -> Result<Vec<DueErasure>, StoreError> {
        let connection = self.connection();
        let sql = "SELECT blobs.erasure, min(rows.preimage) FROM rows JOIN blobs USING (blob)
                   WHERE blobs.blob IN (SELECT blob FROM rows WHERE retain_until <= ?1)
                   GROUP BY blobs.erasure HAVING max(rows.retain_until) <= ?1 LIMIT ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let read = |row: &Row<'_>| {
            Ok(DueErasure { commitment: digest_at(row, 0)?, preimage: Secret32::from_bytes(row.get(1)?) })
        };
        // `UnixMillis::MAX` is kept as i64::MAX: never due, as no clock shows it.
        let rows = statement.query_map(params![to_sql(now.0).min(i64::MAX - 1), to_sql(count_max)], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Deletes rows and entries of every record under that commitment and leaves tombstones. Returns the records
    /// whose files must go now. Harmless when repeated.
    pub(crate) fn erase(&self, commitment: &Digest) -> Result<Vec<BlobId>, StoreError> {
        self.transact(|transaction| {
            let blobs: Vec<BlobId> = transaction
                .prepare_cached("SELECT blob FROM blobs WHERE erasure = ?")?
                .query_map([commitment.0], |row| row.get(0).map(BlobId))?
                .collect::<Result<_, _>>()?;
            for blob in &blobs {
                let rows: Vec<(Digest, [u8; 33], Option<[u8; 32]>)> = transaction
                    .prepare_cached("SELECT x, authorisation, catalogue FROM rows WHERE blob = ?")?
                    .query_map([blob.0], |row| Ok((digest_at(row, 0)?, row.get(1)?, row.get(2)?)))?
                    .collect::<Result<_, _>>()?;
                for (x, authorisation, catalogue) in rows {
                    let sql = "INSERT OR IGNORE INTO tombstones (x_digest, authorisation, catalogue) VALUES (?, ?, ?)";
                    transaction.prepare_cached(sql)?.execute(params![tombstone(&x).0, authorisation, catalogue])?;
                    transaction.prepare_cached("DELETE FROM entries WHERE x = ?")?.execute([x.0])?;
                    transaction.prepare_cached("DELETE FROM rows WHERE x = ?")?.execute([x.0])?;
                }
                transaction
                    .prepare_cached("UPDATE blobs SET state = ?, received = 0 WHERE blob = ?")?
                    .execute(params![ERASED, blob.0])?;
            }
            Ok(blobs)
        })
    }
}

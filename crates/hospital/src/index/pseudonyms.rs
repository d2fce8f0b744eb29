//! The hospital's own supply of certified pseudonyms. Each is used once.

use carekey_crypto::Signature;
use carekey_protocol::UnixMillis;
use carekey_protocol::pseudonym::{PseudonymCertificate, epoch_at};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Index, from_sql, to_sql};
use crate::error::StoreError;

/// Takes the next unused pseudonym that a block made now would accept, and marks it used.
pub(super) fn take_pseudonym(
    connection: &Connection,
    now: UnixMillis,
) -> Result<Option<PseudonymCertificate>, StoreError> {
    let epoch = epoch_at(now);
    let sql = "UPDATE pseudonyms SET used = 1 WHERE number =
                   (SELECT number FROM pseudonyms WHERE NOT used AND epoch BETWEEN ? AND ? ORDER BY number LIMIT 1)
               RETURNING number, epoch, signature";
    let mut statement = connection.prepare_cached(sql)?;
    let taken = statement
        .query_row(params![epoch.saturating_sub(1), epoch], |row| {
            Ok(PseudonymCertificate {
                index: from_sql(row.get(0)?),
                epoch: row.get(1)?,
                signature: Signature(row.get(2)?),
            })
        })
        .optional()?;
    Ok(taken)
}

impl Index {
    /// Adds a batch. A number that is known already stays as it is.
    pub(crate) fn add_pseudonyms(&self, batch: &[PseudonymCertificate]) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let sql = "INSERT OR IGNORE INTO pseudonyms (number, epoch, signature) VALUES (?, ?, ?)";
            let mut statement = transaction.prepare_cached(sql)?;
            for certificate in batch {
                statement.execute(params![to_sql(certificate.index), certificate.epoch, certificate.signature.0])?;
            }
            Ok(())
        })
    }

    /// How many pseudonyms a block made now would accept. Those of past epochs are deleted on the way.
    pub(crate) fn usable_pseudonyms(&self, now: UnixMillis) -> Result<u64, StoreError> {
        let epoch = epoch_at(now);
        let connection = self.connection();
        connection.execute("DELETE FROM pseudonyms WHERE epoch < ?", [epoch.saturating_sub(1)])?;
        let mut statement =
            connection.prepare_cached("SELECT count(*) FROM pseudonyms WHERE NOT used AND epoch <= ?")?;
        Ok(from_sql(statement.query_row([epoch], |row| row.get(0))?))
    }
}

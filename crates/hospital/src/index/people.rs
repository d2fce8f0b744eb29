//! Certificates that owners left for their readers.

use carekey_protocol::{Certificate, ParticipantId, decode, encode};
use rusqlite::{Connection, OptionalExtension, params};

use super::Index;
use crate::error::StoreError;

/// Keeps a checked certificate; a newer one of the same person replaces the older.
pub(super) fn put_certificate(connection: &Connection, certificate: &Certificate) -> Result<(), StoreError> {
    let sql = "INSERT INTO people (id, certificate) VALUES (?, ?)
               ON CONFLICT (id) DO UPDATE SET certificate = excluded.certificate";
    connection.prepare_cached(sql)?.execute(params![certificate.body.id.as_bytes(), encode(certificate)])?;
    Ok(())
}

impl Index {
    pub(crate) fn keep_certificate(&self, certificate: &Certificate) -> Result<(), StoreError> {
        put_certificate(&self.connection(), certificate)
    }

    pub(crate) fn certificate_of(&self, id: &ParticipantId) -> Result<Option<Certificate>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT certificate FROM people WHERE id = ?")?;
        let bytes: Option<Vec<u8>> = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        Ok(bytes.map(|bytes| decode(&bytes)).transpose()?)
    }
}

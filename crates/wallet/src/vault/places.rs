//! Where anchors were proved to stand. A certified block stays what it is, so this needs no second proof.

use carekey_crypto::Digest;
use carekey_ledger::Header;
use carekey_protocol::TxId;
use rusqlite::params;

use super::columns::{Col, encoded};
use super::{ReadTx, VaultError, WriteTx};

/// Keeps a place that was proved.
///
/// # Errors
/// [`VaultError`].
pub fn put(tx: &WriteTx<'_>, txid: &TxId, header: &Header, anchor_hash: &Digest) -> Result<(), VaultError> {
    let sql = "INSERT INTO places (txid, header, anchor_hash) VALUES (?1, ?2, ?3) \
        ON CONFLICT (txid) DO UPDATE SET header = excluded.header, anchor_hash = excluded.anchor_hash";
    tx.execute(sql, params![Col(txid), &**encoded(header), Col(anchor_hash)]).map(drop)
}

/// The block and the eh1 of an anchor, if they were proved before.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, txid: &TxId) -> Result<Option<(Header, Digest)>, VaultError> {
    let sql = "SELECT header, anchor_hash FROM places WHERE txid = ?1";
    tx.first(sql, [Col(txid)], |row| Ok((row.decode(0)?, row.get(1)?)))
}

/// Forgets a place, for an anchor that was erased.
///
/// # Errors
/// [`VaultError`].
pub fn remove(tx: &WriteTx<'_>, txid: &TxId) -> Result<(), VaultError> {
    tx.execute("DELETE FROM places WHERE txid = ?1", [Col(txid)]).map(drop)
}

//! What the hospital reads from final blocks: which anchor carries which erasure commitment, and which was opened.

use carekey_crypto::Digest;
use carekey_protocol::{BlockHeight, TxId};
use rusqlite::{OptionalExtension, params};

use super::Index;
use crate::error::StoreError;

/// Where the height up to which the chain was read is kept.
const READ_UP_TO: &str = "chain-read-up-to";

impl Index {
    pub(crate) fn note_anchor(&self, commitment: &Digest, anchor: &TxId) -> Result<(), StoreError> {
        let sql = "INSERT OR IGNORE INTO anchors (commitment, txid) VALUES (?, ?)";
        self.connection().execute(sql, params![commitment.0, anchor.0.0])?;
        Ok(())
    }

    pub(crate) fn note_erased(&self, commitment: &Digest, anchor: &TxId) -> Result<(), StoreError> {
        let sql = "INSERT INTO anchors (commitment, txid, erased) VALUES (?, ?, 1)
                   ON CONFLICT (commitment) DO UPDATE SET erased = 1";
        self.connection().execute(sql, params![commitment.0, anchor.0.0])?;
        Ok(())
    }

    /// The anchor that carries a commitment, and whether it was erased.
    pub(crate) fn anchor_with(&self, commitment: &Digest) -> Result<Option<(TxId, bool)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT txid, erased FROM anchors WHERE commitment = ?")?;
        let read = |row: &rusqlite::Row<'_>| Ok((TxId(Digest(row.get(0)?)), row.get(1)?));
        Ok(statement.query_row([commitment.0], read).optional()?)
    }

    /// The last block that was read.
    pub(crate) fn chain_read_up_to(&self) -> Result<BlockHeight, StoreError> {
        let bytes = self.node_fact(READ_UP_TO)?.unwrap_or_default();
        Ok(BlockHeight(bytes.try_into().map(u64::from_le_bytes).unwrap_or(0)))
    }

    pub(crate) fn set_chain_read_up_to(&self, height: BlockHeight) -> Result<(), StoreError> {
        self.set_node_fact(READ_UP_TO, &height.0.to_le_bytes())
    }
}

//! Receipts that wait for the ledger, and the transactions that carry them there.

use carekey_crypto::{Digest, PublicKey};
use carekey_protocol::pseudonym::PseudonymCertificate;
use carekey_protocol::receipt::Receipt;
use carekey_protocol::{Transaction, TxId, UnixMillis, decode, encode};
use rusqlite::params;

use super::pseudonyms::take_pseudonym;
use super::{Index, from_sql, public_key, to_sql};
use crate::error::StoreError;

/// Receipts of refused attempts that may wait for one owner. Whoever knows a target can cause them; an owner learns
/// as much from sixty-four as from a million.
pub(crate) const REFUSED_RECEIPTS_PER_OWNER_MAX: u64 = 64;

/// A receipt and the A_P it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueuedReceipt {
    pub(crate) receipts_to: PublicKey,
    pub(crate) receipt: Receipt,
}

/// A signed transaction of this hospital that is not final yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) id: TxId,
    pub(crate) transaction: Transaction,
    pub(crate) epoch: u32,
}

impl Index {
    /// Queues receipts, all in one wait for the disk.
    pub(crate) fn queue_receipts(&self, receipts: &[QueuedReceipt]) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let mut waiting = transaction.prepare_cached("SELECT count(*) FROM receipts WHERE receipts_to = ?")?;
            let sql = "INSERT INTO receipts (receipts_to, receipt, queued) VALUES (?, ?, ?)";
            let mut insert = transaction.prepare_cached(sql)?;
            for QueuedReceipt { receipts_to, receipt } in receipts {
                if receipt.refused.is_some() {
                    let count: i64 = waiting.query_row([receipts_to.as_bytes()], |row| row.get(0))?;
                    if from_sql(count) >= REFUSED_RECEIPTS_PER_OWNER_MAX {
                        continue;
                    }
                }
                insert.execute(params![receipts_to.as_bytes(), encode(receipt), to_sql(receipt.time.0)])?;
            }
            Ok(())
        })
    }

    /// Owners with receipts that are in no transaction yet, if the oldest was queued by `queued_by` or there are
    /// `full` of them.
    pub(crate) fn owners_due(&self, queued_by: UnixMillis, full: usize) -> Result<Vec<PublicKey>, StoreError> {
        let connection = self.connection();
        let sql = "SELECT receipts_to FROM receipts WHERE txid IS NULL GROUP BY receipts_to
                   HAVING min(queued) <= ? OR count(*) >= ? ORDER BY min(id)";
        let mut statement = connection.prepare_cached(sql)?;
        let parameters = params![to_sql(queued_by.0), to_sql(full as u64)];
        let rows = statement.query_map(parameters, |row| row.get::<_, [u8; 33]>(0))?;
        rows.map(|row| public_key(row?)).collect()
    }

    /// Takes up to `count_max` of an owner's receipts and a fresh pseudonym, and keeps the transaction `sign` makes of
    /// them until it is final. All of it or nothing: a crash in between leaves the receipts waiting and the pseudonym
    /// unused. `Ok(false)` if no pseudonym is left.
    pub(crate) fn seal_receipts(
        &self,
        owner: &PublicKey,
        count_max: usize,
        now: UnixMillis,
        sign: impl FnOnce(Vec<Receipt>, &PseudonymCertificate) -> Result<Transaction, StoreError>,
    ) -> Result<bool, StoreError> {
        self.transact(|transaction| {
            let sql = "SELECT id, receipt FROM receipts WHERE receipts_to = ? AND txid IS NULL ORDER BY id LIMIT ?";
            let rows: Vec<(i64, Vec<u8>)> = transaction
                .prepare_cached(sql)?
                .query_map(params![owner.as_bytes(), to_sql(count_max as u64)], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            if rows.is_empty() {
                return Ok(true);
            }
            let Some(pseudonym) = take_pseudonym(transaction, now)? else { return Ok(false) };
            let receipts = rows.iter().map(|(_, bytes)| decode(bytes)).collect::<Result<Vec<Receipt>, _>>()?;
            let signed = sign(receipts, &pseudonym)?;
            let id = signed.id();
            let sql = "INSERT INTO outbox (txid, tx, epoch) VALUES (?, ?, ?)";
            transaction.prepare_cached(sql)?.execute(params![id.0.0, encode(&signed), pseudonym.epoch])?;
            let mut statement = transaction.prepare_cached("UPDATE receipts SET txid = ? WHERE id = ?")?;
            for (receipt, _) in rows {
                statement.execute(params![id.0.0, receipt])?;
            }
            crate::failpoint::reach("receipts: sealed, not committed");
            Ok(true)
        })
    }

    /// Keeps an Erase transaction until it is final. `Ok(false)` if no pseudonym is left; nothing happens if the
    /// erasure is under way already.
    pub(crate) fn seal_erasure(
        &self,
        commitment: &Digest,
        now: UnixMillis,
        sign: impl FnOnce(&PseudonymCertificate) -> Result<Transaction, StoreError>,
    ) -> Result<bool, StoreError> {
        self.transact(|transaction| {
            if transaction.prepare_cached("SELECT 1 FROM outbox WHERE erasure = ?")?.exists([commitment.0])? {
                return Ok(true);
            }
            let Some(pseudonym) = take_pseudonym(transaction, now)? else { return Ok(false) };
            let signed = sign(&pseudonym)?;
            let sql = "INSERT INTO outbox (txid, tx, epoch, erasure) VALUES (?, ?, ?, ?)";
            let parameters = params![signed.id().0.0, encode(&signed), pseudonym.epoch, commitment.0];
            transaction.prepare_cached(sql)?.execute(parameters)?;
            Ok(true)
        })
    }

    /// Everything that is not final yet.
    pub(crate) fn outbox(&self) -> Result<Vec<Outgoing>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT txid, tx, epoch FROM outbox")?;
        let rows = statement
            .query_map([], |row| Ok((TxId(Digest(row.get(0)?)), row.get::<_, Vec<u8>>(1)?, row.get::<_, u32>(2)?)))?;
        rows.map(|row| {
            let (id, bytes, epoch) = row?;
            Ok(Outgoing { id, transaction: decode(&bytes)?, epoch })
        })
        .collect()
    }

    /// The transaction is final: it leaves the outbox, and the receipts in it the queue.
    pub(crate) fn settle(&self, id: &TxId) -> Result<(), StoreError> {
        self.transact(|transaction| {
            transaction.prepare_cached("DELETE FROM receipts WHERE txid = ?")?.execute([id.0.0])?;
            transaction.prepare_cached("DELETE FROM outbox WHERE txid = ?")?.execute([id.0.0])?;
            Ok(())
        })
    }

    /// The transaction can never become final: its receipts wait for another one.
    pub(crate) fn withdraw(&self, id: &TxId) -> Result<(), StoreError> {
        self.transact(|transaction| {
            transaction.prepare_cached("UPDATE receipts SET txid = NULL WHERE txid = ?")?.execute([id.0.0])?;
            transaction.prepare_cached("DELETE FROM outbox WHERE txid = ?")?.execute([id.0.0])?;
            Ok(())
        })
    }

    /// Receipts that are not final yet.
    pub(crate) fn receipts_waiting(&self) -> Result<u64, StoreError> {
        let connection = self.connection();
        Ok(from_sql(connection.query_row("SELECT count(*) FROM receipts", [], |row| row.get(0))?))
    }
}

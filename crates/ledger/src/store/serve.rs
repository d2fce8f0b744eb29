//! Answers for light clients.

use carekey_crypto::{InclusionProof, Mmr, merkle_proof};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{BlockHeight, Body, TxId, encoded_length};
use rusqlite::{Connection, params};

use super::error::{StoreError, damaged};
use super::queries::{self, all, height, sql};
use super::reader::Reader;
use crate::block::{BlockEntry, CompactBlock, tree_leaf};
use crate::light::{CatchUp, CompactBatch, ProvenTransaction, SetChange};
use crate::limits::{BATCH_BLOCKS_MAX, BATCH_BYTES_MAX, REGISTRY_PAGE_MAX, SET_CHANGES_MAX};
use crate::proof::{HistoryProof, LedgerProof, TransactionProof};

impl Reader {
    /// Leads a client whose head is `from` to this chain's head, or as far as one answer carries.
    ///
    /// # Errors
    /// [`StoreError`], here and below.
    pub fn catch_up(&self, from: BlockHeight) -> Result<CatchUp, StoreError> {
        self.read(|db| {
            let mut height = queries::head_height(db)?;
            let mut changes = set_changes(db, from, height, SET_CHANGES_MAX + 1)?;
            if changes.len() > SET_CHANGES_MAX {
                changes.truncate(SET_CHANGES_MAX);
                height = changes.last().map_or(height, |change| change.certified.header.height);
            }
            let target = queries::certified_header(db, height)?.ok_or(damaged(height, "block is missing"))?;
            let ancestry = ancestry(db, from, height)?;
            Ok(CatchUp { target, changes, ancestry })
        })
    }

    /// Compact blocks from `from` on: at most `count_max` and `bytes_max`, and never more than the network's bounds;
    /// at least one. `None` if the chain ends before `from`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn compact_batch(
        &self,
        from: BlockHeight,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<Option<CompactBatch>, StoreError> {
        let (count_max, bytes_max) = (count_max.clamp(1, BATCH_BLOCKS_MAX), bytes_max.min(BATCH_BYTES_MAX));
        self.read(|db| {
            let (head, mut at) = (queries::head_height(db)?, from.max(BlockHeight(1)));
            let (mut blocks, mut changes, mut bytes) = (Vec::new(), Vec::new(), 0);
            let mut certificate = None;
            while at <= head && blocks.len() < count_max && changes.len() < SET_CHANGES_MAX {
                let certified = queries::certified_header(db, at)?.ok_or(damaged(at, "block is missing"))?;
                let entries = queries::compact_entries(db, at)?;
                let block = CompactBlock { header: certified.header.clone(), entries };
                bytes += encoded_length(&block);
                if bytes > bytes_max && !blocks.is_empty() {
                    break;
                }
                if block.header.changes_validators() {
                    changes.push(set_change(db, at)?);
                }
                blocks.push(block);
                certificate = Some(certified.certificate);
                at = at.next();
            }
            Ok(certificate.map(|certificate| CompactBatch { blocks, changes, certificate }))
        })
    }

    /// The place of a transaction in its block.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn transaction_proof(&self, txid: &TxId) -> Result<Option<TransactionProof>, StoreError> {
        self.read(|db| transaction_proof(db, txid))
    }

    /// Header `earlier` and its place under the history root of header `head`. `None` unless earlier < head and the
    /// chain has both.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn history_proof(&self, earlier: BlockHeight, head: BlockHeight) -> Result<Option<HistoryProof>, StoreError> {
        self.read(|db| history_proof(db, earlier, head))
    }

    /// The place of a transaction in the chain that ends at block `head`. `None` if it does not stand there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ledger_proof(&self, txid: &TxId, head: BlockHeight) -> Result<Option<LedgerProof>, StoreError> {
        self.read(|db| ledger_proof(db, txid, head))
    }

    /// Registry changes after number `sequence`, ascending, at most [`REGISTRY_PAGE_MAX`], each proved under block
    /// `head`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn registry_after(&self, sequence: u64, head: BlockHeight) -> Result<Vec<ProvenTransaction>, StoreError> {
        let query = "SELECT e.txid FROM registry r JOIN entries e USING (height, position)
                     WHERE r.sequence > ? AND r.height <= ? ORDER BY r.sequence LIMIT ?";
        self.read(|db| {
            let after = i64::try_from(sequence).unwrap_or(i64::MAX);
            let rows = all(db, query, params![after, sql(head), REGISTRY_PAGE_MAX as i64], |row| row.get(0))?;
            let proven = |txid| {
                let txid = TxId(carekey_crypto::Digest(txid));
                let transaction = queries::transaction(db, &txid)?.ok_or(damaged(head, "registry change"))?;
                let proof = ledger_proof(db, &txid, head)?.ok_or(damaged(head, "registry change"))?;
                Ok(ProvenTransaction { transaction, proof })
            };
            rows.into_iter().map(proven).collect()
        })
    }
}

fn set_changes(
    db: &Connection,
    after: BlockHeight,
    until: BlockHeight,
    count_max: usize,
) -> Result<Vec<SetChange>, StoreError> {
    let query = "SELECT height FROM blocks WHERE set_change = 1 AND height > ? AND height <= ? ORDER BY height LIMIT ?";
    let heights = all(db, query, params![sql(after), sql(until), count_max as i64], |row| row.get(0).map(height))?;
    heights.into_iter().map(|at| set_change(db, at)).collect()
}

fn set_change(db: &Connection, at: BlockHeight) -> Result<SetChange, StoreError> {
    let certified = queries::certified_header(db, at)?.ok_or(damaged(at, "block is missing"))?;
    let mut registrations = Vec::new();
    for entry in queries::entries(db, at)? {
        let BlockEntry::Full(transaction) = entry else { continue };
        if matches!(transaction.body, Body::Registry { change: RegistryChange::Hospital(_), .. }) {
            let proof = transaction_proof(db, &transaction.id())?.ok_or(damaged(at, "registry change"))?;
            registrations.push((transaction, proof));
        }
    }
    Ok(SetChange { certified, registrations })
}

/// Proof that header `from` is under the history root of header `to`; without content if it is not.
fn ancestry(db: &Connection, from: BlockHeight, to: BlockHeight) -> Result<InclusionProof, StoreError> {
    if from >= to {
        return Ok(InclusionProof { index: from.0, count: to.0, path: Vec::new() });
    }
    Mmr::prove(to.0, from.0, |level, index| queries::history_node(db, level, index, to))
}

fn transaction_proof(db: &Connection, txid: &TxId) -> Result<Option<TransactionProof>, StoreError> {
    let Some(location) = queries::location(db, txid)? else { return Ok(None) };
    let entries = queries::compact_entries(db, location.height)?;
    let leaves: Vec<_> = entries.iter().map(|entry| tree_leaf(&entry.announcement, &entry.txid)).collect();
    let entry = usize::try_from(location.index).ok().and_then(|index| entries.get(index));
    let (Some(entry), Some(inclusion)) = (entry, merkle_proof(&leaves, location.index)) else {
        return Err(damaged(location.height, "position of a transaction"));
    };
    Ok(Some(TransactionProof { height: location.height, announcement: entry.announcement, inclusion }))
}

fn history_proof(db: &Connection, earlier: BlockHeight, head: BlockHeight) -> Result<Option<HistoryProof>, StoreError> {
    if earlier >= head || head > queries::head_height(db)? {
        return Ok(None);
    }
    let header = queries::header(db, earlier)?.ok_or(damaged(earlier, "block is missing"))?;
    Ok(Some(HistoryProof { header, inclusion: ancestry(db, earlier, head)? }))
}

fn ledger_proof(db: &Connection, txid: &TxId, head: BlockHeight) -> Result<Option<LedgerProof>, StoreError> {
    let Some(transaction) = transaction_proof(db, txid)? else { return Ok(None) };
    let height = transaction.height;
    if height > head || head > queries::head_height(db)? {
        return Ok(None);
    }
    let history = history_proof(db, height, head)?;
    Ok(Some(LedgerProof { transaction, history }))
}

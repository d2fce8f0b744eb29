//! Scanning: which entries of compact blocks concern this person. Done here, so that nobody learns which.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::PoisonError;

use carekey_crypto::{Announcement, Secret32, scan_notes};
use carekey_ledger::CompactBlock;
use carekey_protocol::derive::derive_grant_nonce;
use carekey_protocol::transaction::BodyKind;
use carekey_protocol::{BlockHeight, TxId, decode};

use crate::errands::{Tracked, Work};
use crate::error::WalletError;
use crate::grants::DECISION_GRANTS_MAX;
use crate::vault::grants;
use crate::vault::outbox::{self, OutboxId};
use crate::wallet::Wallet;

/// A restored wallet looks this many grant numbers beyond the last it found (as BIP-44 does for addresses). The grants of
/// one decision may come into blocks in any order, and as many numbers may have been left out after an earlier restore.
pub(crate) const GRANT_GAP: u64 = 2 * DECISION_GRANTS_MAX as u64 + 40;

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Notes to this person: the secret that opens each.
    pub(super) notes: HashMap<TxId, Secret32>,
    /// This person's own grants, by number.
    pub(super) own_grants: HashMap<TxId, u64>,
    /// Transactions this wallet is waiting for.
    pub(super) awaited: HashMap<TxId, (OutboxId, Tracked)>,
    bodies: BTreeSet<BlockHeight>,
}

impl Hits {
    /// Whether nothing in the blocks concerns this person.
    pub(super) fn is_empty(&self) -> bool {
        self.bodies.is_empty() && self.awaited.is_empty()
    }

    /// Blocks whose bodies are needed.
    pub(super) fn heights(&self) -> impl Iterator<Item = BlockHeight> {
        self.bodies.iter().copied()
    }
}

impl Wallet {
    pub(super) fn find(&self, blocks: &[CompactBlock]) -> Result<Hits, WalletError> {
        let mut hits = Hits { awaited: self.awaited()?, ..Hits::default() };
        let entries: Vec<_> = blocks
            .iter()
            .flat_map(|block| block.entries.iter().map(move |entry| (block.header.height, entry)))
            .collect();

        // Revocations, erasures and registry changes carry no note; they are few, and everybody reads all of them.
        let public = |kind| matches!(kind, BodyKind::Revoke | BodyKind::Erase | BodyKind::Registry);
        hits.bodies
            .extend(entries.iter().filter(|(_, entry)| public(entry.announcement.kind)).map(|(height, _)| *height));

        let noted: Vec<(usize, Announcement)> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, (_, entry))| entry.announcement.note.map(|note| (index, note)))
            .collect();
        let announcements: Vec<Announcement> = noted.iter().map(|(_, note)| *note).collect();
        for (position, shared) in scan_notes(&self.0.keys.receiving, &announcements) {
            let (height, entry) = entries[noted[position].0];
            hits.notes.insert(entry.txid, shared);
            hits.bodies.insert(height);
        }

        let own: HashMap<[u8; 33], (BlockHeight, TxId)> = noted
            .iter()
            .filter(|(index, _)| entries[*index].1.announcement.kind == BodyKind::Grant)
            .map(|(index, note)| (note.r, (entries[*index].0, entries[*index].1.txid)))
            .collect();
        if !own.is_empty() {
            self.find_own_grants(&own, &mut hits)?;
        }
        Ok(hits)
    }

    /// Recognises grants of this wallet by R_n.
    fn find_own_grants(
        &self,
        candidates: &HashMap<[u8; 33], (BlockHeight, TxId)>,
        hits: &mut Hits,
    ) -> Result<(), WalletError> {
        let known = self.read(grants::list)?;
        let recorded: HashSet<u64> = known.iter().filter(|row| row.grant.height().is_some()).map(|row| row.n).collect();
        let mut nonces = self.0.grant_nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut end = known.iter().map(|row| row.n + 1).max().unwrap_or(0) + GRANT_GAP;
        let mut n = 0;
        while n < end {
            if !recorded.contains(&n) {
                let r =
                    nonces.entry(n).or_insert_with(|| *derive_grant_nonce(&self.0.keys.root, n).public().as_bytes());
                if let Some((height, txid)) = candidates.get(r) {
                    hits.own_grants.insert(*txid, n);
                    hits.bodies.insert(*height);
                    end = end.max(n + 1 + GRANT_GAP);
                }
            }
            n += 1;
        }
        Ok(())
    }

    fn awaited(&self) -> Result<HashMap<TxId, (OutboxId, Tracked)>, WalletError> {
        let rows = self.read(outbox::list)?;
        let submitted = rows.into_iter().filter_map(|row| match decode(&row.payload) {
            Ok(Work::Submit { transaction, tracked }) => Some((transaction.id(), (row.id, tracked))),
            _ => None,
        });
        Ok(submitted.collect())
    }
}

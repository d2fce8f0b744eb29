//! Keeps what a scan found, in one change with the place the scan has reached.

use std::collections::BTreeSet;

use carekey_crypto::{Note, Secret32, open_note_with};
use carekey_ledger::{Block, CompactBlock};
use carekey_protocol::derive::rho;
use carekey_protocol::grant::open_own_grant;
use carekey_protocol::pass::PassSecret;
use carekey_protocol::receipt::ReceiptBatch;
use carekey_protocol::record::SignedNotice;
use carekey_protocol::transaction::{GrantBody, KIND_ANCHOR, KIND_GRANT, KIND_RECEIPT};
use carekey_protocol::{Body, Pass, Transaction, TxId, decode};

use super::find::Hits;
use crate::errands::submit::set_progress;
use crate::errands::{Found, Tracked, Work, promise};
use crate::events::WalletEvent;
use crate::vault::grants::{self, GrantRow, GrantWhat, ReaderKeys};
use crate::vault::{Progress, VaultError, WriteTx, collections, outbox, records, shared, sync_state};
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn apply(
        &self,
        tx: &WriteTx<'_>,
        compact: &[CompactBlock],
        hits: &Hits,
        blocks: &[Block],
    ) -> Result<Vec<WalletEvent>, VaultError> {
        let mut events = Events::default();
        for block in compact {
            for entry in &block.entries {
                let Some((id, tracked)) = hits.awaited.get(&entry.txid) else { continue };
                let (txid, height, time) = (entry.txid, block.header.height, block.header.time);
                set_progress(tx, *tracked, Progress::Recorded { txid, height, time })?;
                if outbox::get(tx, *id)?.is_some() {
                    outbox::finish(tx, *id)?;
                }
                events.of(*tracked);
            }
            sync_state::set_scanned(tx, block.header.height, &block.header.hash())?;
        }
        for block in blocks {
            let (height, time) = (block.header.height, block.header.time);
            for transaction in block.transactions.iter().filter_map(|entry| entry.transaction()) {
                let found = Found { txid: transaction.id(), height, time };
                self.apply_transaction(tx, transaction, found, hits, &mut events)?;
            }
        }
        // What waited for this block need not wait for its next turn.
        if !events.0.is_empty() {
            outbox::hurry(tx)?;
        }
        Ok(events.into_list())
    }

    fn apply_transaction(
        &self,
        tx: &WriteTx<'_>,
        transaction: &Transaction,
        found: Found,
        hits: &Hits,
        events: &mut Events,
    ) -> Result<(), VaultError> {
        match &transaction.body {
            Body::Anchor(anchor) => {
                let Some(signed) = self.open_found::<SignedNotice>(tx, hits, found.txid, KIND_ANCHOR, &anchor.note)?
                else {
                    return Ok(());
                };
                let reference = anchor.reference;
                promise(tx, &Work::IncomingRecord { reference, signed, found }, self.now())?;
            }
            Body::Grant(body) => {
                if let Some(n) = hits.own_grants.get(&found.txid) {
                    self.keep_own_grant(tx, *n, body, found, events)?;
                }
                if let Some(pass) = self.open_found::<Pass>(tx, hits, found.txid, KIND_GRANT, &body.note)? {
                    promise(tx, &Work::IncomingGrant { pass, found }, self.now())?;
                }
            }
            Body::Receipt(note) => {
                if let Some(batch) = self.open_found::<ReceiptBatch>(tx, hits, found.txid, KIND_RECEIPT, note)?
                    && self.keep_receipts(tx, &batch, found.txid, found.height)?
                {
                    events.0.insert(Kind::AccessLog);
                }
            }
            Body::Revoke(sigma) => self.apply_revocation(tx, sigma, found, events)?,
            Body::Erase { anchor, .. } => {
                if let Some(row) = records::by_txid(tx, anchor)? {
                    let Found { txid, height, time } = found;
                    records::set_erase(tx, &row.reference, Progress::Recorded { txid, height, time })?;
                    events.0.insert(Kind::Records);
                }
            }
            Body::Registry { .. } => {}
        }
        Ok(())
    }

    /// Opens a note the scan found, unless it is a copy of one that was opened before.
    fn open_found<T: borsh::BorshDeserialize>(
        &self,
        tx: &WriteTx<'_>,
        hits: &Hits,
        txid: TxId,
        kind: carekey_crypto::NoteKind,
        note: &Note,
    ) -> Result<Option<T>, VaultError> {
        let Some(shared): Option<&Secret32> = hits.notes.get(&txid) else { return Ok(None) };
        if !sync_state::claim_note(tx, &note.announcement.st, &txid)? {
            return Ok(None);
        }
        let Ok(plaintext) = open_note_with(shared, kind, note) else {
            tracing::warn!("a note to this person does not open and was ignored");
            return Ok(None);
        };
        Ok(decode(&plaintext).inspect_err(|error| tracing::warn!(%error, "a note was ignored")).ok())
    }

    fn apply_revocation(
        &self,
        tx: &WriteTx<'_>,
        sigma: &[u8; 32],
        found: Found,
        events: &mut Events,
    ) -> Result<(), VaultError> {
        let rho = rho(sigma);
        let Found { txid, height, time } = found;
        if let Some(row) = grants::by_rho(tx, &rho)? {
            grants::set_revoke(tx, row.n, Progress::Recorded { txid, height, time })?;
            if let GrantWhat::Collection { collection, epoch } = row.what
                && grants::shuts_out(tx, &row)?
            {
                // For a restored wallet: whoever was shut out knows this epoch's secret.
                collections::advance(tx, collection, epoch + 1)?;
            }
            events.0.insert(Kind::Grants);
        }
        if shared::get(tx, &rho)?.is_some() {
            shared::set_stopped(tx, &rho, height)?;
            events.0.insert(Kind::Shared);
        }
        Ok(())
    }

    /// A grant this wallet made, before it was restored or just now.
    fn keep_own_grant(
        &self,
        tx: &WriteTx<'_>,
        n: u64,
        body: &GrantBody,
        found: Found,
        events: &mut Events,
    ) -> Result<(), VaultError> {
        let Found { txid, height, time } = found;
        let recorded = Progress::Recorded { txid, height, time };
        events.0.insert(Kind::Grants);
        if grants::get(tx, n)?.is_some() {
            return grants::set_grant(tx, n, recorded);
        }
        let own = match open_own_grant(&self.0.keys.root, n, body) {
            Ok(own) => own,
            Err(error) => {
                tracing::warn!(%error, "an own grant was ignored");
                return Ok(());
            }
        };
        let what = match own.pass.secret {
            PassSecret::Record { reference, .. } => GrantWhat::Record { reference },
            PassSecret::Collection { collection, epoch, .. } => {
                collections::advance(tx, collection, epoch)?;
                GrantWhat::Collection { collection, epoch }
            }
        };
        let terms = &own.pass.terms;
        let row = GrantRow {
            n,
            what,
            grantee: own.outgoing.participant,
            grantee_name: own.outgoing.name.to_string(),
            reader: Some(ReaderKeys { identity: terms.grantee, receiving: own.outgoing.recipient }),
            purpose: own.pass.purpose.to_string(),
            note: None,
            scope: terms.scope,
            not_before: terms.not_before,
            not_after: terms.not_after,
            rho: terms.rho,
            created: time,
            continues: None,
            bundle: n - n.min(u64::from(own.outgoing.since)),
            grant: recorded,
            revoke: None,
        };
        grants::insert(tx, &row)
    }
}

/// Which kinds of thing changed, each told once.
#[derive(Default)]
struct Events(BTreeSet<Kind>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Records,
    Written,
    Grants,
    AccessLog,
    Shared,
}

impl Events {
    fn of(&mut self, tracked: Tracked) {
        match tracked {
            Tracked::Written(_) => self.0.extend([Kind::Written, Kind::Records]),
            Tracked::Grant(_) | Tracked::Revoke(_) => _ = self.0.insert(Kind::Grants),
            Tracked::Erase(_) => _ = self.0.insert(Kind::Records),
        }
    }

    fn into_list(self) -> Vec<WalletEvent> {
        let event = |kind| match kind {
            Kind::Records => WalletEvent::Records,
            Kind::Written => WalletEvent::Written,
            Kind::Grants => WalletEvent::Grants,
            Kind::AccessLog => WalletEvent::AccessLog,
            Kind::Shared => WalletEvent::Shared,
        };
        self.0.into_iter().map(event).collect()
    }
}

//! Taking access back: a whole decision, or everything somebody has.

use std::collections::BTreeMap;

use carekey_protocol::deposit::RecordAccess;
use carekey_protocol::derive::{derive_claim, derive_grant_kt, derive_sigma};
use carekey_protocol::{Body, Collection, ParticipantId, RecordRef, UnixMillis};

use super::{GrantRow, GrantWhat, is_carried_on, standing};
use crate::errands::{RECORDED_SOON, Step, Tracked, Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::failpoint;
use crate::vault::outbox::{self, OutboxId};
use crate::vault::{Progress, VaultError, WriteTx, collections, grants, records};
use crate::wallet::Wallet;

impl Wallet {
    /// Stops the decision that grant `n` belongs to. When this returns it is saved and will be sent; hospitals refuse
    /// from the block that has it.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn revoke(&self, n: u64) -> Result<(), WalletError> {
        let now = self.now();
        self.write(|tx| {
            let named = grants::get(tx, n)?.ok_or(WalletError::NotFound { what: "this access" })?;
            Ok::<_, WalletError>(self.stop(tx, grants::of_bundle(tx, named.bundle)?, now)?)
        })?;
        self.tell(WalletEvent::Grants);
        self.0.nudge.notify_one();
        Ok(())
    }

    /// Stops everything somebody can read, at once.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn revoke_all_of(&self, grantee: &ParticipantId) -> Result<(), WalletError> {
        let now = self.now();
        self.write(|tx| {
            let mut rows = grants::list(tx)?;
            rows.retain(|row| row.grantee == *grantee);
            self.stop(tx, rows, now)
        })?;
        self.tell(WalletEvent::Grants);
        self.0.nudge.notify_one();
        Ok(())
    }

    /// Stops those of `rows` that can still be used. Collections move on to another epoch, and whoever stays goes along.
    fn stop(&self, tx: &WriteTx<'_>, rows: Vec<GrantRow>, now: UnixMillis) -> Result<(), VaultError> {
        let mut left: BTreeMap<Collection, u64> = BTreeMap::new();
        for row in rows {
            if row.revoke.is_some() || row.not_after <= now || is_carried_on(tx, &row)? {
                continue;
            }
            self.begin_revocation(tx, &row, now)?;
            if let GrantWhat::Collection { collection, .. } = row.what {
                left.entry(collection).or_insert(row.n);
            }
        }
        for (collection, n) in left {
            let epoch = collections::epoch(tx, collection)?;
            // Who stays is asked before the epoch moves; those who go are no longer in force.
            let staying = standing(tx, GrantWhat::Collection { collection, epoch }, now)?;
            collections::advance(tx, collection, epoch + 1)?;
            for stays in staying {
                self.carry_on(tx, &stays, epoch + 1, now)?;
            }
            promise(tx, &Work::CloseEpoch { collection, epoch, n }, now)?;
        }
        Ok(())
    }

    /// Promises the revocation of one grant, and of the row at a hospital that serves it alone.
    fn begin_revocation(&self, tx: &WriteTx<'_>, row: &GrantRow, now: UnixMillis) -> Result<(), VaultError> {
        grants::set_revoke(tx, row.n, Progress::Saved)?;
        promise(tx, &Work::Revoke { n: row.n }, now)?;
        match row.what {
            GrantWhat::Record { reference } => self.withdraw_row(tx, row.n, &reference, now),
            GrantWhat::Collection { .. } => Ok(()),
        }
    }

    /// The same access again, for the next epoch of the collection.
    fn carry_on(&self, tx: &WriteTx<'_>, stays: &GrantRow, epoch: u32, now: UnixMillis) -> Result<(), VaultError> {
        let GrantWhat::Collection { collection, .. } = stays.what else { return Ok(()) };
        let n = grants::next_number(tx)?;
        let what = GrantWhat::Collection { collection, epoch };
        let renewed = GrantRow {
            n,
            what,
            rho: self.rho(n),
            continues: Some(stays.n),
            grant: Progress::Saved,
            revoke: None,
            ..stays.clone()
        };
        grants::insert(tx, &renewed)?;
        promise(tx, &Work::Grant { n }, now).map(drop)
    }

    fn withdraw_row(&self, tx: &WriteTx<'_>, n: u64, reference: &RecordRef, now: UnixMillis) -> Result<(), VaultError> {
        let Some(record) = records::get(tx, reference)? else { return Ok(()) };
        let Some(keys) = &record.keys else { return Ok(()) };
        let kt = derive_grant_kt(&self.0.keys.root, n);
        let work = Work::Withdraw {
            hospital: record.hospital,
            x: RecordAccess::derive(&kt, &record.hospital, reference).x,
            blob: record.blob,
            claim: derive_claim(&keys.owner_secret),
            n,
        };
        promise(tx, &work, now).map(drop)
    }

    /// Signs a revocation, once there is a pseudonym to sign it with.
    pub(crate) async fn step_revoke(&self, id: OutboxId, n: u64) -> Result<Step, WalletError> {
        failpoint::reach("revoke: promised, not signed");
        self.ensure_pseudonyms().await?;
        let now = self.now();
        self.write(|tx| {
            let sigma = *derive_sigma(&self.0.keys.root, n).expose();
            let transaction = self.sign_transaction(tx, Body::Revoke(sigma))?;
            promise(tx, &Work::Submit { transaction, tracked: Tracked::Revoke(n) }, now)?;
            outbox::finish(tx, id)?;
            Ok::<_, WalletError>(Step::Finished)
        })
    }

    /// Ends a grant that another one replaces, once that is on the ledger. The collection stays in its epoch: nobody is
    /// shut out.
    pub(crate) fn step_retire(&self, id: OutboxId, old: u64, new: u64) -> Result<Step, WalletError> {
        let now = self.now();
        let step = self.write(|tx| {
            let (Some(was), Some(is)) = (grants::get(tx, old)?, grants::get(tx, new)?) else {
                outbox::finish(tx, id)?;
                return Ok(Step::Finished);
            };
            let is_over = was.revoke.is_some() || is.revoke.is_some() || !can_be_read(tx, &is)?;
            if !is_over && is.grant.height().is_none() {
                return Ok(Step::Wait(RECORDED_SOON));
            }
            if !is_over {
                self.begin_revocation(tx, &was, now)?;
            }
            outbox::finish(tx, id)?;
            Ok::<_, VaultError>(Step::Finished)
        })?;
        failpoint::reach("replace: the old one ends");
        Ok(step)
    }
}

/// A grant of a record that was erased is never sent.
fn can_be_read(tx: &WriteTx<'_>, row: &GrantRow) -> Result<bool, VaultError> {
    match row.what {
        GrantWhat::Record { reference } => {
            Ok(records::get(tx, &reference)?.is_some_and(|record| record.keys.is_some() && record.erase.is_none()))
        }
        GrantWhat::Collection { .. } => Ok(true),
    }
}

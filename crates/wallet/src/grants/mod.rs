//! Giving access and taking it back (S2 Alg. 5 steps 1–5; revocation is ours).

pub(crate) mod compose;

use carekey_crypto::Digest;
use carekey_protocol::deposit::RecordAccess;
use carekey_protocol::derive::{derive_claim, derive_grant_kt, derive_sigma, rho};
use carekey_protocol::pass::Scope;
use carekey_protocol::{Body, ParticipantId, RecordRef, UnixMillis};

use crate::errands::{Tracked, Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
pub use crate::vault::grants::{GrantRow, GrantWhat};
use crate::vault::{Progress, ReadTx, VaultError, WriteTx, collections, grants, people, records};
use crate::wallet::Wallet;

pub use crate::vault::Progress as GrantProgress;

/// What a patient decides.
#[derive(Debug, Clone)]
pub struct GrantDraft {
    /// Who may read.
    pub grantee: ParticipantId,
    /// What.
    pub what: GrantTarget,
    /// Until when; `UnixMillis::MAX` for until stopped.
    pub not_after: UnixMillis,
    /// Why: the reader sees it.
    pub purpose: String,
    /// More about why, for the patient alone.
    pub note: Option<String>,
}

/// What can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantTarget {
    /// A collection, records still to come included.
    Collection(carekey_protocol::Collection),
    /// One record.
    Record(RecordRef),
}

impl Wallet {
    /// Decides a grant. When this returns it is saved and will be sent; its number names it.
    ///
    /// # Errors
    /// [`WalletError::AlreadyGranted`] if the same is in force; [`WalletError::NotFound`] for an unknown person or record.
    pub fn grant(&self, draft: GrantDraft) -> Result<u64, WalletError> {
        self.certificate()?;
        let now = self.now();
        let n = self.write(|tx| {
            let grantee = people::by_id(tx, &draft.grantee)?.ok_or(WalletError::NotFound { what: "this person" })?;
            let what = match draft.what {
                GrantTarget::Collection(collection) => {
                    GrantWhat::Collection { collection, epoch: collections::epoch(tx, collection)? }
                }
                GrantTarget::Record(reference) => {
                    records::get(tx, &reference)?.ok_or(WalletError::NotFound { what: "this record" })?;
                    GrantWhat::Record { reference }
                }
            };
            if in_force(tx, what, now)?.iter().any(|row| row.grantee == draft.grantee) {
                return Err(WalletError::AlreadyGranted);
            }
            let n = grants::next_number(tx)?;
            grants::insert(
                tx,
                &GrantRow {
                    n,
                    what,
                    grantee: draft.grantee,
                    grantee_name: grantee.body.name.to_string(),
                    purpose: draft.purpose,
                    note: draft.note,
                    scope: Scope::Read,
                    not_before: UnixMillis(0),
                    not_after: draft.not_after,
                    rho: self.rho(n),
                    created: now,
                    continues: None,
                    grant: Progress::Saved,
                    revoke: None,
                },
            )?;
            promise(tx, &Work::Grant { n }, now)?;
            self.answer_requests(tx, &draft.grantee)?;
            Ok(n)
        })?;
        self.tell(WalletEvent::Grants);
        self.0.nudge.notify_one();
        Ok(n)
    }

    /// Stops grant `n`. When this returns it is saved and will be sent; hospitals refuse from the block that has it.
    ///
    /// # Errors
    /// [`WalletError::NotFound`]; [`WalletError::NoPseudonyms`] if nothing can be signed before the authority is reached.
    pub async fn revoke(&self, n: u64) -> Result<(), WalletError> {
        let row = self.read(|tx| grants::get(tx, n))?.ok_or(WalletError::NotFound { what: "this access" })?;
        if row.revoke.is_some() {
            return Ok(());
        }
        self.ensure_pseudonyms().await?;
        let now = self.now();
        self.write(|tx| {
            let sigma = *derive_sigma(&self.0.keys.root, n).expose();
            let transaction = self.sign_transaction(tx, Body::Revoke(sigma))?;
            grants::set_revoke(tx, n, Progress::Saved)?;
            promise(tx, &Work::Submit { transaction, tracked: Tracked::Revoke(n) }, now)?;
            match row.what {
                GrantWhat::Record { reference } => self.withdraw_row(tx, n, &reference, now)?,
                GrantWhat::Collection { collection, epoch } => {
                    // Who stays is asked before the epoch moves; the one who goes is no longer in force.
                    let staying = in_force(tx, row.what, now)?;
                    let current = collections::epoch(tx, collection)?.max(epoch);
                    collections::advance(tx, collection, current + 1)?;
                    for stays in staying {
                        self.carry_on(tx, &stays, current + 1, now)?;
                    }
                    promise(tx, &Work::CloseEpoch { collection, epoch: current, n }, now)?;
                }
            }
            Ok::<_, WalletError>(())
        })?;
        self.tell(WalletEvent::Grants);
        self.0.nudge.notify_one();
        Ok(())
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

    /// Every grant, the newest first; those that a later epoch carried on are left out.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn grants(&self) -> Result<Vec<GrantRow>, WalletError> {
        self.read(|tx| {
            let mut rows = Vec::new();
            for row in grants::list(tx)? {
                if row.revoke.is_some() || !is_carried_on(tx, &row)? {
                    rows.push(row);
                }
            }
            Ok(rows)
        })
    }

    /// The grant whose pass carries `rho`, as a receipt names it.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn grant_by_rho(&self, rho: &Digest) -> Result<Option<GrantRow>, WalletError> {
        Ok(self.read(|tx| grants::by_rho(tx, rho))?)
    }

    fn rho(&self, n: u64) -> Digest {
        rho(derive_sigma(&self.0.keys.root, n).expose())
    }
}

/// Grants of the same collection or record that a reader can use today.
fn in_force(tx: &ReadTx<'_>, what: GrantWhat, now: UnixMillis) -> Result<Vec<GrantRow>, VaultError> {
    let mut rows = Vec::new();
    for row in grants::in_force(tx, what, now)? {
        if !is_carried_on(tx, &row)? {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A grant of an epoch that is over opens nothing any more; whoever was to stay has another for the present one.
fn is_carried_on(tx: &ReadTx<'_>, row: &GrantRow) -> Result<bool, VaultError> {
    match row.what {
        GrantWhat::Collection { collection, epoch } => Ok(epoch < collections::epoch(tx, collection)?),
        GrantWhat::Record { .. } => Ok(false),
    }
}

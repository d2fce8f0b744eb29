//! Hands a transaction in until a certified block contains it.

use std::time::Duration;

use carekey_protocol::Transaction;

use super::{Step, Tracked, Work};
use crate::error::WalletError;
use crate::failpoint::reach;
use crate::remote::Submitted;
use crate::vault::outbox::{self, OutboxId};
use crate::vault::{Progress, VaultError, WriteTx, grants, records, written};
use crate::wallet::Wallet;

/// A transaction signed anew because its pseudonym was spent is handed in after this long.
const RESIGNED_AFTER: Duration = Duration::from_secs(2);

impl Wallet {
    pub(super) async fn step_submit(
        &self,
        id: OutboxId,
        transaction: Transaction,
        tracked: Tracked,
    ) -> Result<Step, WalletError> {
        reach("submit: promised, not handed in");
        let attempts = self.read(|tx| outbox::get(tx, id))?.map_or(0, |row| row.attempts);
        let mut hospitals = self.hospitals_by_trust();
        let others_first = attempts as usize % hospitals.len().max(1);
        hospitals.rotate_left(others_first);
        let submitted = self.0.remote.submit(&hospitals, &transaction).await?;
        reach("submit: handed in, not noted");
        match submitted {
            Submitted::Received | Submitted::Known => {
                let txid = transaction.id();
                self.write(|tx| match progress(tx, tracked)? {
                    Some(Progress::Recorded { .. }) => Ok(()),
                    _ => set_progress(tx, tracked, Progress::Sent { txid }),
                })?;
                self.changed(tracked);
                Ok(Step::Wait(self.0.watch.bounds.again))
            }
            Submitted::PseudonymSpent => {
                // Somebody (this wallet, before it was restored) has used the pseudonym: sign again with a fresh one.
                let fresh = self.write(|tx| {
                    let transaction = self.sign_transaction(tx, transaction.body)?;
                    outbox::finish(tx, id)?;
                    let again = super::promise(tx, &Work::Submit { transaction, tracked }, self.now())?;
                    // Whoever says this of every pseudonym uses up few of them.
                    let due = self.now().plus(RESIGNED_AFTER.as_millis() as u64);
                    outbox::postpone(tx, again, due, "signed again with another pseudonym")?;
                    Ok::<_, WalletError>(Step::Finished)
                })?;
                Ok(fresh)
            }
            // What the ledger already says need not be said again: a sigma revealed twice, a record erased twice. But
            // the ledger is asked, not the hospital, or one that lies could keep a revocation off the ledger.
            Submitted::Pointless => {
                let said = self.write(|tx| progress(tx, tracked))?;
                if matches!(said, Some(Progress::Recorded { .. })) {
                    self.finish(id)
                } else {
                    Ok(Step::Wait(self.0.watch.bounds.again))
                }
            }
            Submitted::Refused(reason) => Err(WalletError::TransactionRefused(reason)),
        }
    }
}

/// How far the thing a transaction is for has come; none if it is not known (any more).
pub(crate) fn progress(tx: &WriteTx<'_>, tracked: Tracked) -> Result<Option<Progress>, VaultError> {
    Ok(match tracked {
        Tracked::Written(reference) => match records::get(tx, &reference)? {
            Some(row) => Some(row.anchor),
            None => written::get(tx, &reference)?.map(|row| row.anchor),
        },
        Tracked::Grant(n) => grants::get(tx, n)?.map(|row| row.grant),
        Tracked::Revoke(n) => grants::get(tx, n)?.and_then(|row| row.revoke),
        Tracked::Erase(reference) => records::get(tx, &reference)?.and_then(|row| row.erase),
    })
}

/// Notes how far it has come.
pub(crate) fn set_progress(tx: &WriteTx<'_>, tracked: Tracked, progress: Progress) -> Result<(), VaultError> {
    match tracked {
        Tracked::Written(reference) => {
            if records::get(tx, &reference)?.is_some() {
                records::set_anchor(tx, &reference, progress)?;
            }
            if written::get(tx, &reference)?.is_some() {
                written::set_anchor(tx, &reference, progress)?;
            }
            Ok(())
        }
        Tracked::Grant(n) => grants::set_grant(tx, n, progress),
        Tracked::Revoke(n) => grants::set_revoke(tx, n, progress),
        Tracked::Erase(reference) => records::set_erase(tx, &reference, progress),
    }
}

//! Work of several steps that goes on until it is done, also across restarts.
//!
//! An item lies in the vault's outbox from the change that promised it to the change that completed it. Each step may
//! be repeated without harm, so a process may die between any two.

mod catalogue;
mod incoming;
mod message;
pub(crate) mod submit;
mod upload;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, Note, Secret32};
use carekey_protocol::record::SignedNotice;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{
    BlobId, BlockHeight, Collection, HospitalId, MessageId, ParticipantId, Pass, RecordRef, Transaction, TxId,
    UnixMillis,
};
use carekey_protocol::{decode, encode};
use tokio::task::JoinSet;

use crate::error::WalletError;
use crate::vault::outbox::{self, OutboxId};
use crate::vault::{VaultError, WriteTx};
use crate::wallet::Wallet;

/// What a pending transaction is for: whose progress it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Tracked {
    /// The anchor of a record written for somebody, or for oneself.
    Written(RecordRef),
    /// Grant `n`.
    Grant(u64),
    /// The revocation of grant `n`.
    Revoke(u64),
    /// The erasure of a record.
    Erase(RecordRef),
}

/// One item.
#[derive(Debug, Clone, BorshSerialize, BorshDeserialize)]
pub(crate) enum Work {
    /// Bring a sealed record to its hospital, then submit its anchor.
    Upload { hospital: HospitalId, ticket: UploadTicket, reference: RecordRef, anchor: carekey_protocol::Body },
    /// Hand a transaction in until it is in a block.
    Submit { transaction: Transaction, tracked: Tracked },
    /// See that a record lies in its collection's current catalogue.
    Deposit { reference: RecordRef },
    /// Prepare what grant `n` opens, then submit it.
    Grant { n: u64 },
    /// After the revocation of `n`: close the catalogues of an epoch that is over.
    CloseEpoch { collection: Collection, epoch: u32, n: u64 },
    /// After the revocation of `n`: delete the row of a grant of one record.
    Withdraw { hospital: HospitalId, x: Digest, blob: BlobId, claim: Secret32, n: u64 },
    /// A record was announced; believe it once its author is known.
    IncomingRecord { reference: RecordRef, signed: SignedNotice, found: Found },
    /// A pass arrived; believe it once the patient is known.
    IncomingGrant { pass: Pass, found: Found },
    /// Tell a patient what was read.
    ReadNotice { hospital: HospitalId, note: Note },
    /// Leave a message in the mailboxes.
    Message { message: MessageId, to: ParticipantId, sent: UnixMillis, note: Note, taken: Vec<HospitalId> },
    /// Sign the revocation of grant `n` and submit it.
    Revoke { n: u64 },
    /// Once grant `new` is on the ledger, revoke grant `old`, which it replaces.
    Retire { old: u64, new: u64 },
    /// See that the access that comes with an appointment is what was agreed.
    Appointment { appointment: MessageId },
}

/// Where on the ledger something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Found {
    pub(crate) txid: TxId,
    pub(crate) height: BlockHeight,
    pub(crate) time: UnixMillis,
}

/// How a step ended.
pub(crate) enum Step {
    /// The item is done; the step has removed it from the outbox.
    Finished,
    /// To be looked at again after this long, or when the chain grows.
    Wait(Duration),
}

/// What waits for a transaction is looked at again this often, besides when the chain grows.
pub(crate) const RECORDED_SOON: Duration = Duration::from_secs(2);

/// At most this many items are worked on at once, so that a long upload does not hold up a revocation.
const PARALLEL_MAX: usize = 8;

/// After a failure an item rests for this long, twice as long after the next, up to [`RETRY_MS_MAX`].
const RETRY_MS_MIN: u64 = 500;
const RETRY_MS_MAX: u64 = 60_000;

/// Promises an item, in the change that makes it necessary.
pub(crate) fn promise(tx: &WriteTx<'_>, work: &Work, now: UnixMillis) -> Result<OutboxId, VaultError> {
    outbox::push(tx, work.name(), 0, &zeroize::Zeroizing::new(encode(work)), now)
}

/// Which items are being worked on in this process.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<HashSet<u64>>);

impl InFlight {
    fn begin(self: &Arc<Self>, id: OutboxId) -> Option<InFlightGuard> {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.insert(id.0).then(|| InFlightGuard { items: Arc::clone(self), id: id.0 })
    }
}

struct InFlightGuard {
    items: Arc<InFlight>,
    id: u64,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.items.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Wallet {
    /// Works on everything that is due, until nothing is due any more. Answers whether anything was finished.
    pub(crate) async fn work(&self) -> Result<bool, WalletError> {
        let mut running = JoinSet::new();
        let mut progressed = false;
        loop {
            let due = self.read(|tx| outbox::due(tx, self.now(), 64))?;
            for row in due {
                if running.len() >= PARALLEL_MAX {
                    break;
                }
                let Some(guard) = self.0.in_flight.begin(row.id) else { continue };
                let (wallet, work) = (self.clone(), decode::<Work>(&row.payload));
                running.spawn(async move {
                    let finished = match work {
                        Ok(work) => wallet.attempt(row.id, row.attempts, work).await,
                        Err(error) => Err(WalletError::Outbox(error.to_string())),
                    };
                    drop(guard);
                    finished
                });
            }
            match running.join_next().await {
                Some(Ok(finished)) => progressed |= finished?,
                Some(Err(panic)) => return Err(WalletError::Outbox(panic.to_string())),
                None => return Ok(progressed),
            }
        }
    }

    async fn attempt(&self, id: OutboxId, attempts: u32, work: Work) -> Result<bool, WalletError> {
        let name = work.name();
        match self.step(id, work).await {
            Ok(Step::Finished) => return Ok(true),
            Ok(Step::Wait(pause)) => {
                let due = self.now().plus(pause.as_millis() as u64);
                self.postpone(id, due, "waiting for the ledger")?;
            }
            Err(error) => {
                tracing::debug!(work = name, %error, "will be tried again");
                let pause = RETRY_MS_MIN.saturating_mul(1 << attempts.min(10)).min(RETRY_MS_MAX);
                self.postpone(id, self.now().plus(pause), &error.to_string())?;
            }
        }
        Ok(false)
    }

    /// The item may have been finished by a scan that ran meanwhile.
    fn postpone(&self, id: OutboxId, due: UnixMillis, trouble: &str) -> Result<(), WalletError> {
        Ok(self.write(|tx| match outbox::get(tx, id)? {
            Some(_) => outbox::postpone(tx, id, due, trouble),
            None => Ok(()),
        })?)
    }

    async fn step(&self, id: OutboxId, work: Work) -> Result<Step, WalletError> {
        match work {
            Work::Upload { hospital, ticket, reference, anchor } => {
                self.step_upload(id, hospital, ticket, reference, anchor).await
            }
            Work::Submit { transaction, tracked } => self.step_submit(id, transaction, tracked).await,
            Work::Deposit { reference } => self.step_deposit(id, &reference).await,
            Work::Grant { n } => self.step_grant(id, n).await,
            Work::CloseEpoch { collection, epoch, n } => self.step_close_epoch(id, collection, epoch, n).await,
            Work::Withdraw { hospital, x, blob, claim, n } => self.step_withdraw(id, hospital, x, blob, claim, n).await,
            Work::IncomingRecord { reference, signed, found } => {
                self.step_incoming_record(id, reference, signed, found).await
            }
            Work::IncomingGrant { pass, found } => self.step_incoming_grant(id, pass, found).await,
            Work::ReadNotice { hospital, note } => {
                self.0.remote.post(hospital, note).await?;
                self.finish(id)
            }
            Work::Appointment { appointment } => {
                self.settle_offer(&appointment)?;
                self.finish(id)
            }
            Work::Message { message, to, sent, note, taken } => {
                self.step_message(id, message::Letter { message, to, sent, note, taken }).await
            }
            Work::Revoke { n } => self.step_revoke(id, n).await,
            Work::Retire { old, new } => self.step_retire(id, old, new),
        }
    }

    fn finish(&self, id: OutboxId) -> Result<Step, WalletError> {
        self.write(|tx| outbox::finish(tx, id))?;
        Ok(Step::Finished)
    }
}

impl Work {
    fn name(&self) -> &'static str {
        match self {
            Self::Upload { .. } => "upload",
            Self::Submit { .. } => "submit",
            Self::Deposit { .. } => "deposit",
            Self::Grant { .. } => "grant",
            Self::CloseEpoch { .. } => "close-epoch",
            Self::Withdraw { .. } => "withdraw",
            Self::IncomingRecord { .. } => "incoming-record",
            Self::IncomingGrant { .. } => "incoming-grant",
            Self::ReadNotice { .. } => "read-notice",
            Self::Message { .. } => "message",
            Self::Revoke { .. } => "revoke",
            Self::Retire { .. } => "retire",
            Self::Appointment { .. } => "appointment",
        }
    }
}

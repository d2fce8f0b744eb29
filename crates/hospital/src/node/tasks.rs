//! What a hospital does by itself: grows its chain, sends its receipts, keeps no longer than agreed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use carekey_ledger::BlockEntry;
use carekey_network::ledger::SubmitAnswer;
use carekey_protocol::TxId;
use tokio::time::{Instant, sleep};

use super::{HospitalError, Inner, rng};
use crate::archive::Archive;
use crate::chain::{Chain, follow};
use crate::error::StoreError;
use crate::receipts::{RECEIPT_BATCH_MILLIS, Supply};

/// A transaction that is not final after this long is handed in again.
const RESUBMIT_AFTER: Duration = Duration::from_secs(5);

/// How often the outbox is looked at when nothing rings.
const OUTGOING_PAUSE: Duration = Duration::from_millis(RECEIPT_BATCH_MILLIS);

/// How often retention is checked: days matter, not seconds; a patient's own erasure does not wait for it.
const RETENTION_PAUSE: Duration = Duration::from_secs(60);

/// Reads the blocks that the archive has not seen, then announces the head. Blocks the thread.
pub(super) fn read_chain(archive: &Archive, chain: &Chain) -> Result<(), HospitalError> {
    let head = chain.stored_height();
    let mut height = archive.index.chain_read_up_to()?;
    while height < head {
        height = height.next();
        let block = chain.reader.block(height)?;
        for transaction in block.iter().flat_map(|block| &block.transactions).filter_map(BlockEntry::transaction) {
            archive.note_final(transaction)?;
        }
        archive.index.set_chain_read_up_to(height)?;
    }
    chain.head.send_if_modified(|known| std::mem::replace(known, head) != head);
    Ok(())
}

/// Carries out what the chain says as it grows.
pub(super) async fn read_new_blocks(inner: Arc<Inner>) {
    let mut stored = inner.chain.stored.subscribe();
    loop {
        tokio::select! {
            _ = stored.changed() => {}
            () = inner.stopped() => return,
        }
        let working = Arc::clone(&inner);
        match tokio::task::spawn_blocking(move || read_chain(&working.archive, &working.chain)).await {
            // The blocks are final; the archive catches up with the next one, or at the next start.
            Ok(Err(error)) => tracing::error!(%error, "a final block was not carried out completely"),
            Ok(Ok(())) => inner.announce(),
            Err(_) => return,
        }
    }
}

/// Downloads blocks that others have.
pub(super) async fn follow_chain(inner: Arc<Inner>) {
    let known = Arc::clone(&inner);
    tokio::select! {
        () = follow(Arc::clone(&inner.chain), inner.node.clone(), move || known.other_hospitals()) => {}
        () = inner.stopped() => {}
    }
}

/// Seals receipts and erasures and hands them in until they are final.
pub(super) async fn send_outgoing(inner: Arc<Inner>) {
    let mut submitted: HashMap<TxId, Instant> = HashMap::new();
    let mut head = inner.chain.head.subscribe();
    loop {
        tokio::select! {
            () = inner.outgoing.notified() => {}
            _ = head.changed() => {}
            () = sleep(OUTGOING_PAUSE) => {}
            () = inner.stopped() => return,
        }
        let working = Arc::clone(&inner);
        let sealed = tokio::task::spawn_blocking(move || {
            let now = working.now();
            let supply = working.archive.seal_receipts(now, &mut rng())?;
            Ok::<_, StoreError>((supply, working.archive.outstanding(now)?))
        });
        let outstanding = match sealed.await {
            Ok(Ok((supply, outstanding))) => {
                if supply == Supply::Exhausted {
                    inner.supply.notify_one();
                }
                outstanding
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "receipts cannot be sent");
                continue;
            }
            Err(_) => return,
        };
        submitted.retain(|id, _| outstanding.iter().any(|transaction| transaction.id() == *id));
        for transaction in outstanding {
            let id = transaction.id();
            if submitted.get(&id).is_some_and(|at| at.elapsed() < RESUBMIT_AFTER) {
                continue;
            }
            let answer = tokio::select! {
                answer = inner.submit(inner.node.peer_id(), transaction) => answer,
                () = inner.stopped() => return,
            };
            match answer {
                Ok(SubmitAnswer::Received | SubmitAnswer::Known(_) | SubmitAnswer::Busy) => {}
                answer => settle_refused(&inner, id, answer).await,
            }
            submitted.insert(id, Instant::now());
        }
    }
}

/// A transaction of ours that the ledger will never take: its receipts go into another one. An erasure somebody else
/// was faster with needs none.
async fn settle_refused(inner: &Arc<Inner>, id: TxId, answer: Result<SubmitAnswer, carekey_network::Refusal>) {
    let Ok(answer) = answer else { return };
    tracing::warn!(?answer, "a transaction of this hospital was refused");
    if matches!(answer, SubmitAnswer::PseudonymSpent | SubmitAnswer::Pointless) {
        let working = Arc::clone(inner);
        let withdrawn = tokio::task::spawn_blocking(move || working.archive.index.withdraw(&id)).await;
        if let Ok(Err(error)) = withdrawn {
            tracing::error!(%error, "the outbox cannot be written");
        }
    }
}

/// Erases what is due and clears what expired.
pub(super) async fn retain(inner: Arc<Inner>) {
    loop {
        let working = Arc::clone(&inner);
        match tokio::task::spawn_blocking(move || working.archive.retain(working.now())).await {
            Ok(Ok(Supply::Enough)) => inner.outgoing.notify_one(),
            Ok(Ok(Supply::Exhausted)) => inner.supply.notify_one(),
            Ok(Err(error)) => tracing::error!(%error, "retention failed"),
            Err(_) => return,
        }
        tokio::select! {
            () = sleep(RETENTION_PAUSE) => {}
            () = inner.supplied.notified() => {}
            () = inner.stopped() => return,
        }
    }
}

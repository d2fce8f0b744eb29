//! The task that keeps the object store up with the index.

use std::sync::Arc;

use carekey_network::Backoff;
use tokio::time::sleep;

use super::Inner;
use crate::records::{RecordStore, RecordStoreError};

/// What only an operator can put right keeps a hospital from starting. A store that is away does not: the hospital
/// still has its part in the ledger, and records that lie in the folder.
pub(super) async fn check(records: &RecordStore) -> Result<(), RecordStoreError> {
    match records.check().await {
        Err(error) if error.may_pass() => {
            tracing::error!(%error, "started without the record store");
            Ok(())
        }
        checked => checked,
    }
}

/// Puts records into the store and deletes erased ones whenever there are some, and again after a failure.
pub(super) async fn settle(inner: Arc<Inner>) {
    let Some(objects) = inner.archive.records.objects() else { return };
    let mut backoff = Backoff::new(u64::from(inner.chain.hospital.0[2]));
    loop {
        let working = Arc::clone(&inner);
        let pause = match tokio::task::spawn_blocking(move || working.archive.records.settle()).await {
            Ok(Ok(())) => {
                backoff.reset();
                None
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "records wait to be put into the record store or deleted there");
                Some(backoff.pause())
            }
            Err(_) => return,
        };
        let next = async {
            match pause {
                Some(pause) => sleep(pause).await,
                None => objects.work().await,
            }
        };
        tokio::select! {
            () = next => {}
            () = inner.stopped() => return,
        }
    }
}

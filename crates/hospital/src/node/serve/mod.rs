//! What a hospital answers.

pub(super) mod addresses;
mod ledger;
mod owners;
mod records;

use std::sync::Arc;
use std::time::Duration;

use carekey_network::{NetworkError, Refusal};
use tokio::sync::watch;
use tokio::time::timeout;

use super::Inner;

/// Serves every protocol of a hospital.
pub(super) fn all(inner: &Arc<Inner>) -> Result<(), NetworkError> {
    addresses::serve(inner)?;
    ledger::serve(inner)?;
    owners::serve(inner)?;
    records::serve(inner)
}

/// Waits until what is watched is news, for at most `patience`, or until the hospital stops. Without news the answer is
/// what was known.
async fn news<T: Copy>(
    inner: &Inner,
    watched: &watch::Sender<T>,
    patience: Duration,
    is_news: impl Fn(&T) -> bool,
) -> T {
    let mut watching = watched.subscribe();
    let news = async {
        tokio::select! {
            _ = watching.wait_for(is_news) => {}
            () = inner.stopped() => {}
        }
    };
    let _ = timeout(patience, news).await;
    *watched.borrow()
}

/// Runs work that waits for the disk where it holds nobody up. A failure is logged here and told as "unavailable".
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            tracing::error!(%error, "a request failed");
            Err(Refusal::Unavailable)
        }
        Err(_) => Err(Refusal::Unavailable),
    }
}

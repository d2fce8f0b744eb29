//! Where accesses are written down: many at once share one wait for the disk.

use std::sync::Arc;

use carekey_protocol::access::Refusal;
use tokio::sync::{mpsc, oneshot};

use super::Inner;
use crate::access::{Decision, Granted};
use crate::archive::Archive;
use crate::error::StoreError;

/// Accesses written down together.
const BATCH_MAX: usize = 256;

/// Accesses waiting to be written down; further readers wait.
const WAITING_MAX: usize = 4096;

type Outcome = Option<Result<Granted, Refusal>>;
type Job = (Decision, oneshot::Sender<Outcome>);

/// The counter: hand a decision in, get its outcome when the receipt is on the disk.
pub(crate) struct Desk {
    jobs: mpsc::Sender<Job>,
}

/// The clerk behind the counter.
pub(crate) struct Writer {
    jobs: mpsc::Receiver<Job>,
    archive: Arc<Archive>,
}

impl Desk {
    pub(crate) fn new(archive: Arc<Archive>) -> (Self, Writer) {
        let (sender, jobs) = mpsc::channel(WAITING_MAX);
        (Self { jobs: sender }, Writer { jobs, archive })
    }

    /// The outcome, or none if it could not be written down: then nothing may be released.
    pub(crate) async fn write_down(&self, decision: Decision) -> Outcome {
        let (reply, outcome) = oneshot::channel();
        self.jobs.send((decision, reply)).await.ok()?;
        outcome.await.ok().flatten()
    }
}

impl Writer {
    pub(crate) async fn run(mut self, inner: Arc<Inner>) {
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                count = self.jobs.recv_many(&mut batch, BATCH_MAX) => if count == 0 { return },
                () = inner.stopped() => return,
            }
            let (decisions, replies): (Vec<Decision>, Vec<_>) = batch.into_iter().unzip();
            let archive = Arc::clone(&self.archive);
            let written = tokio::task::spawn_blocking(move || archive.write_down(decisions)).await;
            let outcomes = written.unwrap_or_else(|error| Err(StoreError::Io(std::io::Error::other(error))));
            match outcomes {
                Ok(outcomes) => {
                    for (reply, outcome) in replies.into_iter().zip(outcomes) {
                        // A reader who left is not served; the receipt says that they asked.
                        let _ = reply.send(Some(outcome));
                    }
                    inner.outgoing.notify_one();
                }
                Err(error) => {
                    tracing::error!(%error, "accesses could not be written down and were not served");
                    for reply in replies {
                        let _ = reply.send(None);
                    }
                }
            }
        }
    }
}

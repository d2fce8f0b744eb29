//! Transactions that other hospitals hand on. Their signatures are checked beside the thread that votes: a flood at one
//! hospital must not make another late for a vote.

use std::collections::HashMap;
use std::sync::Arc;

use carekey_ledger::check_candidates;
use carekey_network::PeerId;
use carekey_protocol::{Transaction, UnixMillis};
use tokio::sync::mpsc;

use super::{Added, Chain};

/// Messages of one hospital that wait to be checked. Further ones are forgotten: who handed them on has them still, and
/// proposes them when its turn comes.
const WAITING_MAX: usize = 4;

/// The hospitals that hand on, each with a line of its own.
pub(crate) struct Relay {
    chain: Arc<Chain>,
    clock: fn() -> UnixMillis,
    lines: HashMap<PeerId, mpsc::Sender<Vec<Transaction>>>,
}

impl Relay {
    pub(crate) fn new(chain: Arc<Chain>, clock: fn() -> UnixMillis) -> Self {
        Self { chain, clock, lines: HashMap::new() }
    }

    /// Has them checked and kept for a block. Call it within the runtime.
    pub(crate) fn take(&mut self, source: PeerId, transactions: Vec<Transaction>) {
        let line = self.lines.entry(source).or_insert_with(|| {
            let (line, waiting) = mpsc::channel(WAITING_MAX);
            tokio::spawn(check(Arc::clone(&self.chain), self.clock, source, waiting));
            line
        });
        if line.try_send(transactions).is_err() {
            tracing::debug!(%source, "transactions are handed on faster than they can be checked");
        }
    }

    /// Ends the lines of those who do not vote any more.
    pub(crate) fn keep(&mut self, votes: impl Fn(&PeerId) -> bool) {
        self.lines.retain(|peer, _| votes(peer));
    }
}

/// Runs until the line ends.
async fn check(
    chain: Arc<Chain>,
    clock: fn() -> UnixMillis,
    source: PeerId,
    mut waiting: mpsc::Receiver<Vec<Transaction>>,
) {
    while let Some(transactions) = waiting.recv().await {
        let chain = Arc::clone(&chain);
        let checked = tokio::task::spawn_blocking(move || keep_sound(&chain, source, transactions, clock()));
        if checked.await.is_err() {
            return;
        }
    }
}

fn keep_sound(chain: &Chain, source: PeerId, mut transactions: Vec<Transaction>, now: UnixMillis) {
    transactions.retain(|transaction| !chain.pool().knows(&transaction.id()));
    let judged = check_candidates(&chain.reader, &chain.genesis, &transactions, now);
    let mut pool = chain.pool();
    for (transaction, judged) in transactions.into_iter().zip(judged) {
        if judged.is_ok() && pool.add(source, transaction) == Added::Full {
            break;
        }
    }
    drop(pool);
    chain.waiting.notify_one();
}

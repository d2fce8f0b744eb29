//! Heads that wait to be judged.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use carekey_ledger::CertifiedHeader;
use libp2p::PeerId;
use libp2p::gossipsub::MessageId;
use tokio::sync::Notify;

/// Peers whose heads wait: more than have ever something new to say at once.
const WAITING_MAX: usize = 256;

/// One head of a peer each, judged in turns.
#[derive(Default)]
pub(crate) struct Docket {
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    by_peer: HashMap<PeerId, Case>,
    turns: VecDeque<PeerId>,
}

/// A head, and the message it came in.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) id: MessageId,
    pub(super) head: CertifiedHeader,
}

impl Docket {
    /// Enters a head of `peer`. Returns the message that will not be judged because of it, or itself.
    pub(super) fn enter(&self, peer: PeerId, case: Case) -> Option<MessageId> {
        let mut waiting = self.waiting();
        if let Some(present) = waiting.by_peer.get_mut(&peer) {
            return Some(std::mem::replace(present, case).id);
        }
        if waiting.turns.len() >= WAITING_MAX {
            return Some(case.id);
        }
        waiting.turns.push_back(peer);
        waiting.by_peer.insert(peer, case);
        drop(waiting);
        self.news.notify_one();
        None
    }

    /// The next one to be judged.
    pub(super) async fn next(&self) -> (PeerId, Case) {
        loop {
            if let Some(next) = self.waiting().take() {
                return next;
            }
            self.news.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self) -> Option<(PeerId, Case)> {
        self.by_peer.remove_entry(&self.turns.pop_front()?)
    }
}

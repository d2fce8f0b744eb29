#![doc = include_str!("README.md")]

mod inlet;
mod lane;
mod outbox;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use carekey_ledger::limits::{BLOCK_WIRE_BYTES_MAX, VALIDATORS_MAX};
use libp2p::PeerId;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use self::inlet::Inlets;
use self::outbox::Outbox;
use crate::codec::encode_message;
use crate::{NetworkError, Node, StreamLimits};

/// The protocol's name on the wire.
pub(crate) const NAME: &str = "/carekey/consensus/messages/1";

/// One message, bytes: a block's body and what a proposal says about it.
pub const MESSAGE_BYTES_MAX: usize = BLOCK_WIRE_BYTES_MAX + 64 * 1024;

/// Messages up to this size are votes and the like, which consensus repeats.
const SMALL_BYTES_MAX: usize = 64 * 1024;

/// Messages waiting for one peer: hundreds of rounds of votes.
const WAITING_MESSAGES_MAX: usize = 1024;

/// Bytes waiting for one peer: the proposal of this height and of the next. Messages to all are held once.
const WAITING_BYTES_MAX: usize = 2 * MESSAGE_BYTES_MAX;

/// A message that waited longer is of a round that is over.
const WAITING_TIME_MAX: Duration = Duration::from_secs(10);

/// Nobody but validators keeps a stream, and each keeps one; the places above that are for those that replace another
/// and for strangers, who are told no without waiting.
const STREAMS: StreamLimits = StreamLimits {
    streams_max: 2 * VALIDATORS_MAX,
    queued_max: 2 * VALIDATORS_MAX,
    per_peer_max: 3,
    // A stream lasts as long as both sides are up.
    lifetime_max: Duration::MAX,
};

/// Sends to and receives from other validators; what is in the messages is the consensus engine's.
///
/// Dropping it ends all sending and receiving.
pub struct Mesh {
    node: Node,
    shared: Arc<Shared>,
}

struct Shared {
    inlets: Inlets,
    lanes: Mutex<Lanes>,
}

/// The way to each peer.
#[derive(Default)]
struct Lanes {
    by_peer: HashMap<PeerId, (Arc<Outbox>, AbortHandle)>,
    tasks: JoinSet<()>,
}

impl Mesh {
    /// Takes messages on `node` from now on; [`Mesh::set_peers`] begins to send. One mesh a node.
    ///
    /// `admit` says whether a peer may send: a validator of this height or the next. It is asked when a peer opens its
    /// stream and whenever [`Mesh::revise`] is called, must answer from memory, and must not call the mesh.
    ///
    /// Messages wait in the receiver only one at a time: a caller that does not take them holds the senders up.
    ///
    /// # Errors
    /// [`NetworkError::AlreadyServed`].
    pub fn start(
        node: &Node,
        admit: impl Fn(&PeerId) -> bool + Send + Sync + 'static,
    ) -> Result<(Self, mpsc::Receiver<(PeerId, Bytes)>), NetworkError> {
        let (inbox, messages) = mpsc::channel(1);
        let shared = Arc::new(Shared { inlets: Inlets::new(inbox, admit), lanes: Mutex::default() });
        let receiving = Arc::clone(&shared);
        node.serve_unadmitted(NAME, STREAMS, move |channel| inlet::receive(Arc::clone(&receiving), channel))?;
        Ok((Self { node: node.clone(), shared }, messages))
    }

    /// Asks anew who may send, and ends the streams of those who may not: after every change of the validator set.
    pub fn revise(&self) {
        self.shared.inlets.revise();
    }

    /// The peers messages are sent to, this node itself left out. Streams to others are closed, and what waited for
    /// them is dropped. Call it within the runtime.
    pub fn set_peers(&self, peers: Vec<PeerId>) {
        let wanted: HashSet<PeerId> = peers.into_iter().filter(|peer| *peer != self.node.peer_id()).collect();
        let mut lanes = self.shared.lanes();
        let Lanes { by_peer, tasks } = &mut *lanes;
        by_peer.retain(|peer, (_, task)| {
            let stays = wanted.contains(peer);
            if !stays {
                task.abort();
            }
            stays
        });
        while tasks.try_join_next().is_some() {}
        for peer in wanted {
            by_peer.entry(peer).or_insert_with(|| {
                let outbox = Arc::new(Outbox::default());
                let task = tasks.spawn(lane::run(self.node.clone(), peer, Arc::clone(&outbox)));
                (outbox, task)
            });
        }
    }

    /// Queues a message of at most [`MESSAGE_BYTES_MAX`] for all peers. Never blocks; a peer that is slow or away loses
    /// the oldest ones.
    pub fn broadcast(&self, message: Bytes) {
        let Some(frame) = framed(&message) else { return };
        for (outbox, _) in self.shared.lanes().by_peer.values() {
            outbox.put(frame.clone());
        }
    }

    /// As [`Mesh::broadcast`], for one of the peers; nothing happens if it is none of them.
    pub fn send(&self, peer: PeerId, message: Bytes) {
        let Some(frame) = framed(&message) else { return };
        if let Some((outbox, _)) = self.shared.lanes().by_peer.get(&peer) {
            outbox.put(frame);
        }
    }

    /// Peers whose streams are open to this node.
    #[cfg(test)]
    pub(crate) fn streams(&self) -> usize {
        self.shared.inlets.count()
    }

    /// Ends all sending and receiving; the receiver then ends as well.
    pub async fn shut_down(&self) {
        self.shared.inlets.close();
        let mut tasks = std::mem::take(&mut *self.shared.lanes()).tasks;
        tasks.shutdown().await;
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        self.shared.inlets.close();
        drop(std::mem::take(&mut *self.shared.lanes()));
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A peer that opened a stream can be reached: no need to wait for the next attempt.
    fn hurry(&self, peer: &PeerId) {
        if let Some((outbox, _)) = self.lanes().by_peer.get(peer) {
            outbox.hurry();
        }
    }
}

/// The frame all streams share. Consensus makes no larger messages; one that did would be refused by every receiver.
fn framed(message: &[u8]) -> Option<Bytes> {
    encode_message(message, MESSAGE_BYTES_MAX)
        .inspect_err(|error| tracing::error!(%error, "a consensus message is not sent"))
        .ok()
}

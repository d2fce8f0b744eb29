//! The protocols a node serves, and how many streams of each it takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use libp2p::{PeerId, StreamProtocol};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::channel::Channel;
use crate::limits::ADMISSION_WAIT_MAX;
use crate::{NetworkError, Refusal};

/// How many streams of one protocol a node serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    /// Streams served at once. Times the largest message, this is the memory the protocol may take.
    pub streams_max: usize,
    /// Streams that may wait for a turn, each a few hundred bytes; further ones are refused as busy.
    pub queued_max: usize,
    /// Streams of one peer, served or waiting: its fair share.
    pub per_peer_max: usize,
    /// The longest one stream may take from its turn to its end, whatever the peer does.
    pub lifetime_max: Duration,
}

/// A served protocol.
pub(crate) struct Service {
    pub(crate) limits: StreamLimits,
    pub(crate) run: Box<dyn Fn(Channel) -> BoxFuture<'static, ()> + Send + Sync>,
    turns: Arc<Semaphore>,
    present: Mutex<Present>,
}

/// Streams that were admitted and have not ended.
#[derive(Default)]
struct Present {
    total: usize,
    per_peer: HashMap<PeerId, usize>,
}

impl Service {
    pub(crate) fn new(
        limits: StreamLimits,
        run: Box<dyn Fn(Channel) -> BoxFuture<'static, ()> + Send + Sync>,
    ) -> Arc<Self> {
        Arc::new(Self { limits, run, turns: Arc::new(Semaphore::new(limits.streams_max)), present: Mutex::default() })
    }

    /// Takes a stream in, to be served or to wait; the ticket is its place.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub(crate) fn admit(self: &Arc<Self>, peer: PeerId) -> Result<Ticket, Refusal> {
        let mut present = self.present();
        let of_peer = present.per_peer.get(&peer).copied().unwrap_or(0);
        let total_max = self.limits.streams_max + self.limits.queued_max;
        if present.total >= total_max || of_peer >= self.limits.per_peer_max {
            return Err(Refusal::Busy);
        }
        present.total += 1;
        present.per_peer.insert(peer, of_peer + 1);
        drop(present);
        Ok(Ticket { service: self.clone(), peer })
    }

    fn present(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An admitted stream's place; dropping it makes room.
pub(crate) struct Ticket {
    pub(crate) service: Arc<Service>,
    peer: PeerId,
}

impl Ticket {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Refusal::Busy`] after [`ADMISSION_WAIT_MAX`].
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        match timeout(ADMISSION_WAIT_MAX, self.service.turns.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Refusal::Busy),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut present = self.service.present();
        present.total -= 1;
        if let Some(of_peer) = present.per_peer.get_mut(&self.peer) {
            *of_peer -= 1;
            if *of_peer == 0 {
                present.per_peer.remove(&self.peer);
            }
        }
    }
}

/// All served protocols of a node.
pub(crate) struct Registry(RwLock<Services>);

struct Services {
    by_name: HashMap<&'static str, Arc<Service>>,
    offered: Arc<[StreamProtocol]>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self(RwLock::new(Services { by_name: HashMap::new(), offered: Arc::from([]) }))
    }

    /// # Errors
    /// [`NetworkError::AlreadyServed`].
    pub(crate) fn add(&self, protocol: &'static str, service: Arc<Service>) -> Result<(), NetworkError> {
        let mut services = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if services.by_name.contains_key(protocol) {
            return Err(NetworkError::AlreadyServed { protocol });
        }
        services.by_name.insert(protocol, service);
        services.offered = services.by_name.keys().map(|name| StreamProtocol::new(name)).collect();
        Ok(())
    }

    /// Stops taking streams of any protocol.
    pub(crate) fn clear(&self) {
        let mut services = self.0.write().unwrap_or_else(PoisonError::into_inner);
        services.by_name.clear();
        services.offered = Arc::from([]);
    }

    pub(crate) fn find(&self, protocol: &str) -> Option<Arc<Service>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_name.get(protocol).cloned()
    }

    pub(crate) fn protocols(&self) -> Arc<[StreamProtocol]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).offered.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(streams_max: usize, queued_max: usize, per_peer_max: usize) -> Arc<Service> {
        let lifetime_max = Duration::from_secs(1);
        let limits = StreamLimits { streams_max, queued_max, per_peer_max, lifetime_max };
        Service::new(limits, Box::new(|_| Box::pin(async {})))
    }

    #[test]
    fn one_peer_gets_its_share_and_the_others_theirs() {
        let service = service(2, 1, 2);
        let (greedy, other) = (PeerId::random(), PeerId::random());
        let first = service.admit(greedy).expect("first");
        let _second = service.admit(greedy).expect("second");
        assert_eq!(service.admit(greedy).err(), Some(Refusal::Busy), "share used up");
        let _third = service.admit(other).expect("the queue has room for somebody else");
        assert_eq!(service.admit(PeerId::random()).err(), Some(Refusal::Busy), "all places taken");
        drop(first);
        assert!(service.admit(other).is_ok(), "a place became free");
    }

    #[tokio::test]
    async fn waiting_streams_get_their_turn() {
        let service = service(1, 1, 2);
        let (first, second) = (service.admit(PeerId::random()), service.admit(PeerId::random()));
        let (first, second) = (first.expect("served"), second.expect("queued"));
        let running = first.turn().await.expect("free at once");
        let waiting = tokio::spawn(async move { second.turn().await.map(|_| ()) });
        drop(running);
        assert_eq!(waiting.await.expect("no panic"), Ok(()));
    }
}

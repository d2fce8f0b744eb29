//! A node: one swarm behind a handle that is cheap to clone.

mod driver;
mod gate;
mod handler;
mod registry;
mod streams;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, SwarmBuilder, noise, ping, tcp, yamux};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{sleep, timeout};

use self::driver::{Behaviour, Command, Driver};
use self::gate::Gate;
pub use self::registry::StreamLimits;
use self::registry::{Registry, Service};
use self::streams::Streams;
use crate::NetworkError;
use crate::address::{PeerAddress, socket_address};
use crate::backoff::Backoff;
use crate::channel::{Channel, within};
use crate::counters::{Counters, Traffic};
use crate::heads::{self, Heads};
use crate::identity::NodeKey;
use crate::limits::{
    COMMANDS_MAX, CONNECT_TIMEOUT, CONNECTION_IDLE_TIMEOUT, MESSAGE_TIMEOUT, NEGOTIATING_STREAMS_MAX, NodeLimits,
    OPEN_ATTEMPTS_MAX, OPEN_STREAMS_PER_PEER_MAX, OPEN_TIMEOUT, PROBE_INTERVAL, PROBE_TIMEOUT,
    STREAMS_PER_CONNECTION_MAX,
};

/// Binding a socket is immediate; the system names its address within this.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(5);

/// A running node. Clones share it; when the last one is dropped, or [`Node::shut_down`] is called, it ends.
///
/// A handler given to [`Node::serve`] that holds a clone keeps the node alive until it is shut down.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
}

struct Shared {
    peer_id: PeerId,
    commands: mpsc::Sender<Command>,
    registry: Arc<Registry>,
    counters: Arc<Counters>,
    listening: Arc<Mutex<Vec<Multiaddr>>>,
    slots: Mutex<HashMap<PeerId, Arc<Semaphore>>>,
    attempts: AtomicU64,
    head_commands: mpsc::Sender<heads::Command>,
}

impl Node {
    /// Starts a node on the current Tokio runtime and listens on `listen` (empty for a wallet; port 0 lets the
    /// system choose). Returns when the addresses are known.
    ///
    /// # Errors
    /// [`NetworkError::Listen`] if an address is taken or not ours.
    pub async fn start(key: &NodeKey, listen: &[Multiaddr], limits: NodeLimits) -> Result<Self, NetworkError> {
        let registry = Arc::new(Registry::new());
        let (head_commands, heads) = mpsc::channel(heads::COMMANDS_MAX);
        let mut swarm = build_swarm(key, registry.clone(), Heads::new(heads), limits)?;
        let listening = listen_on(&mut swarm, listen).await?;

        let (sender, commands) = mpsc::channel(COMMANDS_MAX);
        let counters = Arc::new(Counters::default());
        let listening = Arc::new(Mutex::new(listening));
        let driver = Driver::new(swarm, commands, registry.clone(), counters.clone(), listening.clone());
        tokio::spawn(driver.run());
        let shared = Shared {
            peer_id: key.peer_id(),
            commands: sender,
            registry,
            counters,
            listening,
            slots: Mutex::default(),
            attempts: AtomicU64::new(0),
            head_commands,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The key others pin.
    pub fn peer_id(&self) -> PeerId {
        self.shared.peer_id
    }

    /// This node's key and the addresses it listens on.
    pub fn address(&self) -> PeerAddress {
        let addresses = self.shared.listening.lock().unwrap_or_else(PoisonError::into_inner).clone();
        PeerAddress { peer_id: self.shared.peer_id, addresses }
    }

    /// Learns, or replaces, where a peer can be dialled.
    pub async fn remember(&self, peer: PeerAddress) {
        // Only a node that was shut down does not take commands, and it needs no addresses.
        let _ = self.shared.commands.send(Command::Remember(peer)).await;
    }

    /// Closes the connections to a peer; the next request dials anew.
    pub async fn disconnect(&self, peer: PeerId) {
        let _ = self.shared.commands.send(Command::Disconnect(peer)).await;
    }

    /// What this node has sent and received so far.
    pub fn traffic(&self) -> Traffic {
        self.shared.counters.read()
    }

    /// Takes no more streams, lets running answers finish (at most
    /// [`SHUTDOWN_GRACE`](crate::limits::SHUTDOWN_GRACE)), closes all connections and frees the port.
    pub async fn shut_down(&self) {
        let (done, finished) = oneshot::channel();
        if self.shared.commands.send(Command::ShutDown(done)).await.is_ok() {
            let _ = finished.await;
        }
    }

    /// Opens a stream for a conversation of its own shape (record transfer); the peer has admitted it.
    ///
    /// # Errors
    /// Those of [`NetworkError`]; transient ones were tried again within [`OPEN_TIMEOUT`].
    pub async fn open_stream(&self, peer: PeerId, protocol: &'static str) -> Result<Channel, NetworkError> {
        let mut attempts = self.attempts();
        loop {
            match self.open_admitted(peer, protocol).await {
                Ok(channel) => return Ok(channel),
                Err(error) => attempts.pause_after(error).await?,
            }
        }
    }

    /// As [`Node::open_stream`], tried once.
    pub(crate) async fn open_admitted(&self, peer: PeerId, protocol: &'static str) -> Result<Channel, NetworkError> {
        let mut channel = self.open_once(peer, protocol).await?;
        within(MESSAGE_TIMEOUT, "waiting to be admitted", channel.receive_verdict()).await?;
        Ok(channel)
    }

    /// Serves a protocol of its own shape: `handler` owns the stream from admission on.
    ///
    /// # Errors
    /// [`NetworkError::AlreadyServed`].
    pub fn serve_streams<F, Fut>(
        &self,
        protocol: &'static str,
        limits: StreamLimits,
        handler: F,
    ) -> Result<(), NetworkError>
    where
        F: Fn(Channel) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let handler = Arc::new(handler);
        self.serve_unadmitted(protocol, limits, move |mut channel| {
            let handler = handler.clone();
            async move {
                if channel.send_verdict(None).await.is_ok() {
                    handler(channel).await;
                }
            }
        })
    }

    /// As [`Node::serve_streams`], where the handler itself sends the verdict.
    pub(crate) fn serve_unadmitted<F, Fut>(
        &self,
        protocol: &'static str,
        limits: StreamLimits,
        handler: F,
    ) -> Result<(), NetworkError>
    where
        F: Fn(Channel) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let run = Box::new(move |channel| -> futures::future::BoxFuture<'static, ()> { Box::pin(handler(channel)) });
        self.shared.registry.add(protocol, Service::new(limits, run))
    }

    pub(crate) fn attempts(&self) -> Attempts {
        Attempts { left: OPEN_ATTEMPTS_MAX - 1, backoff: self.backoff() }
    }

    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(self.scatter())
    }

    /// Opens a stream on which nothing has been said yet.
    pub(crate) async fn open_once(&self, peer: PeerId, protocol: &'static str) -> Result<Channel, NetworkError> {
        let opening = async {
            let slot = self.slots(peer).acquire_owned().await.map_err(|_| NetworkError::ShutDown)?;
            let (reply, stream) = oneshot::channel();
            let open = Command::Open { peer, protocol, reply };
            self.shared.commands.send(open).await.map_err(|_| NetworkError::ShutDown)?;
            let stream = match stream.await {
                Ok(stream) => stream?,
                Err(_) if self.shared.commands.is_closed() => return Err(NetworkError::ShutDown),
                // The connection closed before it got round to the stream.
                Err(_) => return Err(NetworkError::Closed),
            };
            Ok(Channel::new(stream, peer, self.shared.counters.clone(), Some(slot)))
        };
        timeout(OPEN_TIMEOUT, opening).await.unwrap_or(Err(NetworkError::Timeout { during: "connecting" }))
    }

    fn slots(&self, peer: PeerId) -> Arc<Semaphore> {
        let mut slots = self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if !slots.contains_key(&peer) {
            // Peers without an open stream need no entry; this keeps the map as small as what is in use.
            slots.retain(|_, slots| Arc::strong_count(slots) > 1);
        }
        slots.entry(peer).or_insert_with(|| Arc::new(Semaphore::new(OPEN_STREAMS_PER_PEER_MAX))).clone()
    }

    pub(crate) fn head_commands(&self) -> &mpsc::Sender<heads::Command> {
        &self.shared.head_commands
    }

    /// A number that differs between nodes and between calls.
    fn scatter(&self) -> u64 {
        let bytes = self.shared.peer_id.to_bytes();
        let tail = bytes.iter().rev().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        tail ^ self.shared.attempts.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
    }
}

/// The tries of one call.
pub(crate) struct Attempts {
    left: u32,
    backoff: Backoff,
}

impl Attempts {
    /// Waits for the next try, or gives the error back if it is not worth another one. A timeout has already used
    /// the caller's patience up.
    pub(crate) async fn pause_after(&mut self, error: NetworkError) -> Result<(), NetworkError> {
        if self.left == 0 || !error.is_transient() || matches!(error, NetworkError::Timeout { .. }) {
            return Err(error);
        }
        tracing::debug!(%error, "trying again");
        self.left -= 1;
        sleep(self.backoff.pause()).await;
        Ok(())
    }
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Node({})", self.shared.peer_id)
    }
}

fn build_swarm(
    key: &NodeKey,
    registry: Arc<Registry>,
    heads: Heads,
    limits: NodeLimits,
) -> Result<libp2p::Swarm<Behaviour>, NetworkError> {
    let multiplexing = || {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(STREAMS_PER_CONNECTION_MAX);
        config
    };
    let probe = ping::Config::new().with_interval(PROBE_INTERVAL).with_timeout(PROBE_TIMEOUT);
    let behaviour = Behaviour {
        gate: Gate::new(limits),
        streams: Streams::new(registry),
        probe: ping::Behaviour::new(probe),
        heads,
    };
    let builder = SwarmBuilder::with_existing_identity(key.keypair())
        .with_tokio()
        .with_tcp(tcp::Config::new().nodelay(true), noise::Config::new, multiplexing)
        .map_err(|error| NetworkError::local(std::io::Error::other(error)))?
        .with_behaviour(|_| behaviour)
        .unwrap_or_else(|never| match never {});
    let swarm = builder
        .with_swarm_config(|config| {
            config
                .with_idle_connection_timeout(CONNECTION_IDLE_TIMEOUT)
                .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS_MAX)
        })
        .with_connection_timeout(CONNECT_TIMEOUT)
        .build();
    Ok(swarm)
}

async fn listen_on(swarm: &mut libp2p::Swarm<Behaviour>, listen: &[Multiaddr]) -> Result<Vec<Multiaddr>, NetworkError> {
    let failed = |address: &Multiaddr, reason: String| NetworkError::Listen { address: address.to_string(), reason };
    let mut pending = HashMap::new();
    for address in listen {
        check_free(address).map_err(|error| failed(address, error.to_string()))?;
        let id = swarm.listen_on(address.clone()).map_err(|error| failed(address, error.to_string()))?;
        pending.insert(id, address.clone());
    }
    let mut listening = Vec::new();
    let bound = timeout(LISTEN_TIMEOUT, async {
        while !pending.is_empty() {
            match swarm.select_next_some().await {
                SwarmEvent::NewListenAddr { listener_id, address } => {
                    pending.remove(&listener_id);
                    listening.push(address);
                }
                SwarmEvent::ListenerClosed { listener_id, reason: Err(error), .. } => {
                    if let Some(address) = pending.remove(&listener_id) {
                        return Err(failed(&address, error.to_string()));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    });
    bound.await.unwrap_or(Err(NetworkError::Timeout { during: "binding the listening sockets" }))?;
    Ok(listening)
}

/// Refuses an address that somebody listens on. libp2p sets `SO_REUSEPORT`, with which a second node would share the
/// port, and every other connection would meet the wrong key.
fn check_free(address: &Multiaddr) -> std::io::Result<()> {
    match socket_address(address) {
        Some(socket) if socket.port() != 0 => std::net::TcpListener::bind(socket).map(drop),
        _ => Ok(()),
    }
}

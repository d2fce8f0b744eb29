//! The one task that owns the swarm. Everything else sends it commands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{DialError, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, ping};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::gate::Gate;
use super::handler::StreamReply;
use super::registry::{Registry, Ticket};
use super::streams::{Incoming, Streams};
use crate::channel::Channel;
use crate::counters::Counters;
use crate::heads::Heads;
use crate::limits::{KNOWN_PEERS_MAX, REFUSAL_TIMEOUT, REFUSALS_IN_FLIGHT_MAX, SHUTDOWN_GRACE};
use crate::{NetworkError, PeerAddress, Refusal};

/// What handles ask of the swarm task.
pub(crate) enum Command {
    /// Open a stream, dialling if need be.
    Open { peer: PeerId, protocol: &'static str, reply: StreamReply },
    /// Replace what is known about where a peer lives.
    Remember(PeerAddress),
    /// Close all connections to a peer.
    Disconnect(PeerId),
    /// End the task; the reply comes when all is closed.
    ShutDown(oneshot::Sender<()>),
}

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) gate: Gate,
    pub(crate) streams: Streams,
    pub(crate) probe: ping::Behaviour,
    // Last: gossipsub never forgets a connection that another part refuses afterwards.
    pub(crate) heads: Heads,
}

pub(crate) struct Driver {
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) listening: Arc<Mutex<Vec<Multiaddr>>>,
    known: HashMap<PeerId, Vec<Multiaddr>>,
    // Who waits for a dial; bounded by the callers' per-peer semaphores.
    dialling: HashMap<PeerId, Vec<(&'static str, StreamReply)>>,
    // Bounded by the admission of each service, plus the refusals in flight.
    serving: JoinSet<()>,
    refusals: Arc<Semaphore>,
}

impl Driver {
    pub(crate) fn new(
        swarm: Swarm<Behaviour>,
        commands: mpsc::Receiver<Command>,
        registry: Arc<Registry>,
        counters: Arc<Counters>,
        listening: Arc<Mutex<Vec<Multiaddr>>>,
    ) -> Self {
        Self {
            swarm,
            commands,
            registry,
            counters,
            listening,
            known: HashMap::new(),
            dialling: HashMap::new(),
            serving: JoinSet::new(),
            refusals: Arc::new(Semaphore::new(REFUSALS_IN_FLIGHT_MAX)),
        }
    }

    /// Runs until told to shut down, or until every handle is gone.
    pub(crate) async fn run(mut self) {
        let done = loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                Some(_) = self.serving.join_next(), if !self.serving.is_empty() => {}
                command = self.commands.recv() => match command {
                    Some(Command::Open { peer, protocol, reply }) => self.open(peer, protocol, reply),
                    Some(Command::Remember(peer)) => self.remember(peer),
                    Some(Command::Disconnect(peer)) => drop(self.swarm.disconnect_peer_id(peer)),
                    Some(Command::ShutDown(done)) => break Some(done),
                    None => break None,
                },
            }
        };
        self.shut_down().await;
        if let Some(done) = done {
            let _ = done.send(());
        }
    }

    fn open(&mut self, peer: PeerId, protocol: &'static str, reply: StreamReply) {
        if self.swarm.is_connected(&peer) {
            self.swarm.behaviour_mut().streams.open(peer, protocol, reply);
            return;
        }
        if let Some(waiting) = self.dialling.get_mut(&peer) {
            waiting.push((protocol, reply));
            return;
        }
        let Some(addresses) = self.known.get(&peer) else {
            let _ = reply.send(Err(NetworkError::UnknownPeer { peer }));
            return;
        };
        self.dialling.insert(peer, vec![(protocol, reply)]);
        // A port of its own: from the listening port, a quick redial meets the old connection's remains.
        let dial = DialOpts::peer_id(peer)
            .condition(PeerCondition::Always)
            .addresses(addresses.clone())
            .allocate_new_port()
            .build();
        if let Err(error) = self.swarm.dial(dial) {
            self.on_dial_failed(peer, &error);
        }
    }

    fn remember(&mut self, peer: PeerAddress) {
        if self.known.len() < KNOWN_PEERS_MAX || self.known.contains_key(&peer.peer_id) {
            self.known.insert(peer.peer_id, peer.addresses);
        } else {
            tracing::warn!(peer = %peer.peer_id, "too many known peers; address ignored");
        }
    }

    fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Streams(incoming)) => self.on_incoming(incoming),
            SwarmEvent::Behaviour(BehaviourEvent::Probe(ping::Event { connection, result: Err(error), peer })) => {
                // A peer that does not answer probes for another reason than silence has its connection closed by
                // its own error, or does not know the protocol, which is fine.
                if matches!(error, ping::Failure::Timeout) {
                    tracing::debug!(%peer, "connection is dead");
                    self.swarm.close_connection(connection);
                }
            }
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                for (protocol, reply) in self.dialling.remove(&peer_id).unwrap_or_default() {
                    self.swarm.behaviour_mut().streams.open(peer_id, protocol, reply);
                }
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                self.on_dial_failed(peer, &error);
            }
            SwarmEvent::NewListenAddr { address, .. } => self.listening().push(address),
            SwarmEvent::ExpiredListenAddr { address, .. } => self.listening().retain(|known| *known != address),
            SwarmEvent::IncomingConnectionError { error, .. } => {
                tracing::debug!(%error, "an incoming connection failed");
            }
            _ => {}
        }
    }

    fn listening(&self) -> std::sync::MutexGuard<'_, Vec<Multiaddr>> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_dial_failed(&mut self, peer: PeerId, error: &DialError) {
        let error = match error {
            DialError::WrongPeerId { obtained, .. } => {
                NetworkError::WrongPeer { expected: peer.into(), found: (*obtained).into() }
            }
            DialError::Transport(failures) => {
                let reasons: Vec<_> =
                    failures.iter().map(|(address, error)| format!("{address}: {}", root_cause(error))).collect();
                NetworkError::Unreachable { peer, reason: reasons.join("; ") }
            }
            other => NetworkError::Unreachable { peer, reason: other.to_string() },
        };
        for (_, reply) in self.dialling.remove(&peer).unwrap_or_default() {
            let _ = reply.send(Err(error.clone()));
        }
    }

    fn on_incoming(&mut self, incoming: Incoming) {
        let Incoming { peer, protocol, stream } = incoming;
        // The protocol was offered a moment ago; it is missing only while shutting down.
        let Some(service) = self.registry.find(protocol.as_ref()) else { return };
        let mut channel = Channel::new(stream, peer, self.counters.clone(), None);
        match service.admit(peer) {
            Ok(ticket) => {
                self.serving.spawn(serve(ticket, channel));
            }
            Err(refusal) => {
                let Ok(permit) = self.refusals.clone().try_acquire_owned() else { return };
                self.serving.spawn(async move {
                    refuse(&mut channel, refusal).await;
                    drop(permit);
                });
            }
        }
    }

    /// Takes no more streams, lets answers under way finish, then closes every connection.
    async fn shut_down(mut self) {
        self.registry.clear();
        self.commands.close();
        self.dialling.clear();
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        let swarm = &mut self.swarm;
        let serving = &mut self.serving;
        let _ = timeout(SHUTDOWN_GRACE, async {
            while !serving.is_empty() {
                tokio::select! {
                    _ = swarm.select_next_some() => {}
                    _ = serving.join_next() => {}
                }
            }
        })
        .await;
        serving.abort_all();
        for peer in peers {
            let _ = swarm.disconnect_peer_id(peer);
        }
        let _ = timeout(SHUTDOWN_GRACE, async {
            while swarm.connected_peers().next().is_some() {
                swarm.select_next_some().await;
            }
        })
        .await;
    }
}

/// Serves one stream: waits for its turn, then runs the handler within the protocol's lifetime limit.
async fn serve(ticket: Ticket, mut channel: Channel) {
    let turn = match ticket.turn().await {
        Ok(turn) => turn,
        Err(refusal) => return refuse(&mut channel, refusal).await,
    };
    let lifetime_max = ticket.service.limits.lifetime_max;
    if timeout(lifetime_max, (ticket.service.run)(channel)).await.is_err() {
        tracing::debug!("a stream was over its lifetime");
    }
    drop(turn);
}

async fn refuse(channel: &mut Channel, refusal: Refusal) {
    // Dropping the unfinished stream resets it, which also frees an asker that is blocked in a long request.
    let _ = timeout(REFUSAL_TIMEOUT, channel.send_verdict(Some(refusal))).await;
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause: Option<&dyn std::error::Error> = error.source();
    let mut text = error.to_string();
    while let Some(next) = cause {
        text = next.to_string();
        cause = next.source();
    }
    text
}

//! Gossipsub as a part of the swarm: takes part only where heads are followed, and shows liars the door.

use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use carekey_ledger::CertifiedHeader;
use carekey_protocol::{BlockHeight, decode};
use either::Either;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub::{Event, IdentTopic, MessageAcceptance, MessageId, TopicHash};
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::docket::{Case, Docket};
use super::gossip::{self, Followed, Gossip, SCORE_MIN};
use super::{Command, Judgement};

/// Packets of one peer taken at once.
const BURST_MAX: f64 = 64.0;

/// Packets of one peer a second: heartbeats and heads take one or two.
const PACKETS_PER_SECOND: f64 = 16.0;

/// Between two announcements, so that their receivers drop none: of heads that come faster the newest is announced.
const ANNOUNCING_PAUSE: Duration = Duration::from_millis(100);

/// The part of the swarm that announces heads.
pub(crate) struct Heads {
    gossip: Gossip,
    followed: Followed,
    following: Option<Following>,
    commands: mpsc::Receiver<Command>,
    // One entry a peer, and one close an offence that was bad enough.
    peers: HashMap<PeerId, Partner>,
    closing: VecDeque<PeerId>,
    /// Peers that connected while nothing was followed.
    bystanders: HashSet<PeerId>,
    /// The head to be announced next.
    announcing: Option<(BlockHeight, Vec<u8>)>,
    pace: Interval,
}

/// What this node follows.
struct Following {
    topic: TopicHash,
    docket: Arc<Docket>,
    judging: AbortHandle,
    /// The newest head that was passed on or announced.
    passed_on: Option<BlockHeight>,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.judging.abort();
    }
}

/// A peer that takes part.
struct Partner {
    /// Those of its connections that were opened while this node followed.
    connections: HashSet<ConnectionId>,
    allowance: f64,
    counted: Instant,
}

impl Default for Partner {
    fn default() -> Self {
        Self { connections: HashSet::new(), allowance: BURST_MAX, counted: Instant::now() }
    }
}

impl Partner {
    /// Whether another packet may be read.
    fn may_speak(&mut self) -> bool {
        let now = Instant::now();
        let earned = now.duration_since(self.counted).as_secs_f64() * PACKETS_PER_SECOND;
        self.counted = now;
        self.allowance = (self.allowance + earned).min(BURST_MAX);
        let may = self.allowance >= 1.0;
        if may {
            self.allowance -= 1.0;
        }
        may
    }
}

impl Heads {
    pub(crate) fn new(commands: mpsc::Receiver<Command>) -> Self {
        let followed = Followed::default();
        let mut pace = interval(ANNOUNCING_PAUSE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            gossip: gossip::build(followed.clone()),
            followed,
            following: None,
            commands,
            peers: HashMap::new(),
            closing: VecDeque::new(),
            bystanders: HashSet::new(),
            announcing: None,
            pace,
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Follow { topic, docket, judging } => {
                self.unfollow();
                self.follow(Following { topic, docket, judging, passed_on: None });
            }
            Command::Unfollow { docket } => {
                if self.following.as_ref().is_some_and(|following| Arc::ptr_eq(&following.docket, &docket)) {
                    self.unfollow();
                }
            }
            Command::Announce { height, bytes } => {
                if self.announcing.as_ref().is_none_or(|(next, _)| *next < height) {
                    self.announcing = Some((height, bytes));
                }
            }
            #[cfg(test)]
            Command::Shout(bytes) => {
                if let Some(following) = &self.following {
                    let _ = self.gossip.publish(following.topic.clone(), bytes);
                }
            }
            Command::Judged { id, peer, height, judgement } => self.pass_judgement(&id, &peer, height, judgement),
        }
    }

    fn follow(&mut self, following: Following) {
        let topic = IdentTopic::new(following.topic.as_str());
        *self.followed.lock().unwrap_or_else(PoisonError::into_inner) = Some(following.topic.clone());
        self.following = Some(following);
        // They take part when they come back.
        self.closing.extend(self.bystanders.drain());
        // Neither fails: scoring is on, and the filter knows our topics.
        let _ = self.gossip.set_topic_params(topic.clone(), gossip::topic_scoring());
        let _ = self.gossip.subscribe(&topic);
    }

    fn unfollow(&mut self) {
        *self.followed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(following) = self.following.take() {
            self.gossip.unsubscribe(&IdentTopic::new(following.topic.as_str()));
        }
    }

    fn announce(&mut self) {
        let (Some((height, bytes)), Some(following)) = (self.announcing.take(), &mut self.following) else { return };
        if following.passed_on >= Some(height) {
            return;
        }
        following.passed_on = Some(height);
        if let Err(error) = self.gossip.publish(following.topic.clone(), bytes) {
            tracing::debug!(height = height.0, %error, "nobody was told of a head");
        }
    }

    fn pass_judgement(&mut self, id: &MessageId, peer: &PeerId, height: BlockHeight, judgement: Judgement) {
        if judgement == Judgement::Accept
            && let Some(following) = &mut self.following
        {
            following.passed_on = following.passed_on.max(Some(height));
        }
        self.gossip.report_message_validation_result(id, peer, judgement.into());
        self.check_score(peer);
    }

    fn take_in(&mut self, peer: PeerId, id: MessageId, bytes: &[u8]) {
        // Both were checked when the message was decoded.
        let (Some(following), Ok(head)) = (&self.following, decode::<CertifiedHeader>(bytes)) else { return };
        if let Some(unjudged) = following.docket.enter(peer, Case { id, head }) {
            self.gossip.report_message_validation_result(&unjudged, &peer, MessageAcceptance::Ignore);
        }
    }

    fn check_score(&mut self, peer: &PeerId) {
        let lies = self.gossip.peer_score(peer).is_some_and(|score| score < SCORE_MIN);
        if lies && self.peers.contains_key(peer) && !self.closing.contains(peer) {
            tracing::warn!(%peer, "disconnected: it keeps sending false heads");
            self.closing.push_back(*peer);
        }
    }

    fn part(&mut self, peer: PeerId, connection: ConnectionId) {
        self.peers.entry(peer).or_default().connections.insert(connection);
    }

    /// Gossipsub knows only the connections that take part, and must be told their number among those.
    fn taking_part(&self, peer: &PeerId, connection: ConnectionId) -> Option<usize> {
        let partner = self.peers.get(peer)?;
        partner.connections.contains(&connection).then(|| partner.connections.len() - 1)
    }
}

impl NetworkBehaviour for Heads {
    type ConnectionHandler = Either<THandler<Gossip>, dummy::ConnectionHandler>;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.following.is_none() {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.part(peer, connection);
        self.gossip.handle_established_inbound_connection(connection, peer, local, remote).map(Either::Left)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.following.is_none() {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.part(peer, connection);
        self.gossip.handle_established_outbound_connection(connection, peer, address, role, port).map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(established) => {
                if let Some(others) = self.taking_part(&established.peer_id, established.connection_id) {
                    let established = ConnectionEstablished { other_established: others, ..established };
                    self.gossip.on_swarm_event(FromSwarm::ConnectionEstablished(established));
                } else {
                    self.bystanders.insert(established.peer_id);
                }
            }
            FromSwarm::ConnectionClosed(closed) => {
                if closed.remaining_established == 0 {
                    self.bystanders.remove(&closed.peer_id);
                }
                if let Some(others) = self.taking_part(&closed.peer_id, closed.connection_id) {
                    if others == 0 {
                        self.peers.remove(&closed.peer_id);
                    } else if let Some(partner) = self.peers.get_mut(&closed.peer_id) {
                        partner.connections.remove(&closed.connection_id);
                    }
                    let closed = ConnectionClosed { remaining_established: others, ..closed };
                    self.gossip.on_swarm_event(FromSwarm::ConnectionClosed(closed));
                }
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        let event = match event {
            Either::Left(event) => event,
            Either::Right(never) => match never {},
        };
        if self.peers.get_mut(&peer).is_some_and(Partner::may_speak) {
            self.gossip.on_connection_handler_event(peer, connection, event);
            self.check_score(&peer);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        loop {
            if let Some(peer_id) = self.closing.pop_front() {
                return Poll::Ready(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::All });
            }
            if let Poll::Ready(Some(command)) = self.commands.poll_recv(cx) {
                self.obey(command);
                continue;
            }
            if self.announcing.is_some() && self.pace.poll_tick(cx).is_ready() {
                self.announce();
                continue;
            }
            match self.gossip.poll(cx) {
                Poll::Ready(ToSwarm::GenerateEvent(Event::Message { propagation_source, message_id, message })) => {
                    self.take_in(propagation_source, message_id, &message.data);
                }
                // Nobody is dialled because somebody said so.
                Poll::Ready(ToSwarm::GenerateEvent(_) | ToSwarm::Dial { .. }) => {}
                Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler, event }) => {
                    return Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler, event: Either::Left(event) });
                }
                Poll::Ready(other) => tracing::debug!(?other, "gossipsub asks for something it need not"),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

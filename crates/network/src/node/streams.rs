//! The swarm's part of the streams: routes "open" to a connection and incoming streams to the driver.
//!
//! Our own, in place of `libp2p-stream`: that crate drops incoming streams whenever its one-place queue is full (a
//! thousand patients at once lose most of theirs), negotiates one outgoing stream at a time, and reports a wrong
//! peer key as text only.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};

use super::handler::{OpenStream, StreamReply, StreamsHandler};
use super::registry::Registry;

/// A stream that `peer` opened to this node.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) peer: PeerId,
    pub(crate) protocol: StreamProtocol,
    pub(crate) stream: Stream,
}

pub(crate) struct Streams {
    registry: Arc<Registry>,
    // Emptied by the swarm as fast as connections take events; its length is bounded by the callers' semaphores.
    actions: VecDeque<ToSwarm<Incoming, OpenStream>>,
}

impl Streams {
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self { registry, actions: VecDeque::new() }
    }

    /// Opens a stream on any connection to `peer`, which must be connected. If the connection closes meanwhile, the
    /// reply is dropped unanswered.
    pub(crate) fn open(&mut self, peer_id: PeerId, protocol: &'static str, reply: StreamReply) {
        let event = OpenStream { protocol, reply };
        self.actions.push_back(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::Any, event });
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = StreamsHandler;
    type ToSwarm = Incoming;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(StreamsHandler::new(self.registry.clone()))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(StreamsHandler::new(self.registry.clone()))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, peer: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        let incoming = Incoming { peer, protocol: event.protocol, stream: event.stream };
        self.actions.push_back(ToSwarm::GenerateEvent(incoming));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Incoming, THandlerInEvent<Self>>> {
        self.actions.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

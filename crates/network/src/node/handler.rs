//! One connection's part of the streams: agrees on protocols, hands finished streams over.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::swarm::handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use libp2p::swarm::{ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol};
use libp2p::{Stream, StreamProtocol};
use tokio::sync::oneshot;

use super::registry::Registry;
use crate::NetworkError;

/// Agreeing on a protocol takes one round trip.
const NEGOTIATION_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a stream goes once it is open.
pub(crate) type StreamReply = oneshot::Sender<Result<Stream, NetworkError>>;

/// Asks the connection for a new stream.
pub(crate) struct OpenStream {
    pub(crate) protocol: &'static str,
    pub(crate) reply: StreamReply,
}

impl fmt::Debug for OpenStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenStream({})", self.protocol)
    }
}

/// A stream the peer opened.
#[derive(Debug)]
pub(crate) struct NewStream {
    pub(crate) protocol: StreamProtocol,
    pub(crate) stream: Stream,
}

/// Each queue is drained at the next poll; their lengths are bounded by `OPEN_STREAMS_PER_PEER_MAX` and, for
/// incoming streams, by the swarm's event buffer, which stops the connection from accepting more.
pub(crate) struct StreamsHandler {
    registry: Arc<Registry>,
    opening: VecDeque<OpenStream>,
    incoming: VecDeque<NewStream>,
}

impl StreamsHandler {
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self { registry, opening: VecDeque::new(), incoming: VecDeque::new() }
    }
}

impl ConnectionHandler for StreamsHandler {
    type FromBehaviour = OpenStream;
    type ToBehaviour = NewStream;
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = (&'static str, StreamReply);

    fn listen_protocol(&self) -> SubstreamProtocol<Offer> {
        SubstreamProtocol::new(Offer(self.registry.protocols().to_vec()), ()).with_timeout(NEGOTIATION_TIMEOUT)
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Offer, Self::OutboundOpenInfo, Self::ToBehaviour>> {
        if let Some(stream) = self.incoming.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(stream));
        }
        if let Some(OpenStream { protocol, reply }) = self.opening.pop_front() {
            let offer = Offer(vec![StreamProtocol::new(protocol)]);
            let protocol = SubstreamProtocol::new(offer, (protocol, reply)).with_timeout(NEGOTIATION_TIMEOUT);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, open: OpenStream) {
        self.opening.push_back(open);
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Offer, Offer, (), Self::OutboundOpenInfo>) {
        // A dropped receiver means that the caller gave up; the stream is dropped, and thereby closed.
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info: () }) => {
                let (stream, protocol) = protocol;
                self.incoming.push_back(NewStream { protocol, stream });
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info: (_, reply) }) => {
                let _ = reply.send(Ok(protocol.0));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, info: (protocol, reply) }) => {
                let _ = reply.send(Err(match error {
                    StreamUpgradeError::NegotiationFailed => NetworkError::Unsupported { protocol },
                    StreamUpgradeError::Timeout => NetworkError::Timeout { during: "opening a stream" },
                    StreamUpgradeError::Io(_) => NetworkError::Closed,
                    StreamUpgradeError::Apply(never) => match never {},
                }));
            }
            _ => {}
        }
    }
}

/// The protocols one side is ready to speak on a new stream.
pub(crate) struct Offer(Vec<StreamProtocol>);

impl UpgradeInfo for Offer {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for Offer {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

impl OutboundUpgrade<Stream> for Offer {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

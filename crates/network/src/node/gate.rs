//! Which incoming connections are let in: counted in all, per key and per address.
//!
//! Our own, in place of `libp2p-connection-limits`: that one has no limit per address, and keeps an entry for every
//! key it ever saw, while wallets use a fresh key for each session.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::task::{Context, Poll};

use libp2p::core::transport::PortUse;
use libp2p::core::{ConnectedPoint, Endpoint};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished, ListenFailure};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use libp2p::{Multiaddr, PeerId};

use crate::limits::NodeLimits;

/// An incoming connection was not let in.
#[derive(Debug, thiserror::Error)]
#[error("too many connections ({0})")]
pub(crate) struct TooMany(&'static str);

/// What is known of one incoming connection.
#[derive(Debug)]
struct Guest {
    ip: Option<IpAddr>,
    peer: Option<PeerId>,
}

/// Counts incoming connections from the first packet to the last.
pub(crate) struct Gate {
    limits: NodeLimits,
    guests: HashMap<ConnectionId, Guest>,
    handshakes: usize,
    per_ip: HashMap<IpAddr, usize>,
    per_peer: HashMap<PeerId, usize>,
}

impl Gate {
    pub(crate) fn new(limits: NodeLimits) -> Self {
        Self { limits, guests: HashMap::new(), handshakes: 0, per_ip: HashMap::new(), per_peer: HashMap::new() }
    }

    fn knock(&mut self, connection: ConnectionId, remote: &Multiaddr) -> Result<(), TooMany> {
        let ip = limited_ip(remote);
        if self.handshakes >= self.limits.handshakes_max {
            return Err(TooMany("handshakes"));
        }
        if ip.is_some_and(|ip| count(&self.per_ip, &ip) >= self.limits.connections_per_ip_max) {
            return Err(TooMany("from this address"));
        }
        self.handshakes += 1;
        if let Some(ip) = ip {
            *self.per_ip.entry(ip).or_default() += 1;
        }
        self.guests.insert(connection, Guest { ip, peer: None });
        Ok(())
    }

    fn check_peer(&self, peer: &PeerId) -> Result<(), TooMany> {
        if self.guests.len() - self.handshakes >= self.limits.connections_max {
            return Err(TooMany("in all"));
        }
        if count(&self.per_peer, peer) >= self.limits.connections_per_peer_max {
            return Err(TooMany("of this peer"));
        }
        Ok(())
    }

    fn enter(&mut self, connection: ConnectionId, peer: PeerId) {
        if let Some(guest) = self.guests.get_mut(&connection)
            && guest.peer.replace(peer).is_none()
        {
            self.handshakes -= 1;
            *self.per_peer.entry(peer).or_default() += 1;
        }
    }

    fn leave(&mut self, connection: ConnectionId) {
        let Some(guest) = self.guests.remove(&connection) else { return };
        if let Some(ip) = guest.ip {
            release(&mut self.per_ip, &ip);
        }
        match guest.peer {
            Some(peer) => release(&mut self.per_peer, &peer),
            None => self.handshakes -= 1,
        }
    }
}

/// The address to count by; none for loopback, where all processes of one machine live.
fn limited_ip(remote: &Multiaddr) -> Option<IpAddr> {
    let ip = match remote.iter().next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        // One subscriber owns a /64, hence counts as one.
        Protocol::Ip6(ip) => IpAddr::V6((u128::from(ip) & (u128::MAX << 64) | u128::from(ip.is_loopback())).into()),
        _ => return None,
    };
    (!ip.is_loopback()).then_some(ip)
}

fn count<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn release<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = std::convert::Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.knock(connection, remote).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.check_peer(&peer).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                connection_id,
                peer_id,
                endpoint: ConnectedPoint::Listener { .. },
                ..
            }) => self.enter(connection_id, peer_id),
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => self.leave(connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(NodeLimits {
            handshakes_max: 3,
            connections_max: 4,
            connections_per_peer_max: 2,
            connections_per_ip_max: 2,
        })
    }

    fn from(ip: &str) -> Multiaddr {
        ip.parse().expect("an address")
    }

    fn id(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn one_address_cannot_fill_the_node_and_leaving_makes_room() {
        let mut gate = gate();
        let attacker = from("/ip4/203.0.113.9/tcp/1000");
        gate.knock(id(1), &attacker).expect("first");
        gate.knock(id(2), &attacker).expect("second");
        assert!(gate.knock(id(3), &attacker).is_err(), "third of the same address");
        gate.knock(id(4), &from("/ip4/203.0.113.10/tcp/1")).expect("somebody else");
        gate.leave(id(1));
        gate.knock(id(5), &attacker).expect("room again");
    }

    #[test]
    fn a_subscriber_with_a_whole_ipv6_network_counts_once() {
        let mut gate = gate();
        gate.knock(id(1), &from("/ip6/2001:db8::1/tcp/1")).expect("first");
        gate.knock(id(2), &from("/ip6/2001:db8::2/tcp/1")).expect("second");
        assert!(gate.knock(id(3), &from("/ip6/2001:db8::3/tcp/1")).is_err());
    }

    #[test]
    fn a_key_has_few_connections_and_nothing_stays_behind() {
        let mut gate = gate();
        let peer = PeerId::random();
        for n in 0..2 {
            gate.knock(id(n), &from("/ip4/127.0.0.1/tcp/1")).expect("loopback is not counted by address");
            gate.check_peer(&peer).expect("within the limit");
            gate.enter(id(n), peer);
        }
        assert!(gate.check_peer(&peer).is_err(), "third connection of one key");
        assert!(gate.check_peer(&PeerId::random()).is_ok());
        for n in 0..2 {
            gate.leave(id(n));
            gate.leave(id(n));
        }
        assert!(gate.guests.is_empty() && gate.per_ip.is_empty() && gate.per_peer.is_empty());
        assert_eq!(gate.handshakes, 0);
    }
}

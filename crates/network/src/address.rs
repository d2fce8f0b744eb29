//! Where a peer can be reached, and which key must answer there.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

/// Addresses remembered for one peer: a hospital has a few network cards, not dozens.
pub const ADDRESSES_PER_PEER_MAX: usize = 8;

/// A peer's key and its addresses. Text form: multiaddresses that end in `/p2p/<peer id>`, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerAddress {
    /// The key that must answer.
    pub peer_id: PeerId,
    /// Where to dial, without the `/p2p` part; at most [`ADDRESSES_PER_PEER_MAX`].
    pub addresses: Vec<Multiaddr>,
}

/// A text that is no peer address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerAddressError {
    /// One part is no multiaddress.
    #[error("`{0}` is not a network address")]
    NotAnAddress(String),
    /// The key that must answer is missing.
    #[error("`{0}` does not end in /p2p/ and a peer id")]
    NoPeerId(String),
    /// The parts name different keys.
    #[error("the addresses belong to different peers")]
    SeveralPeers,
    /// Too many parts.
    #[error("more than {ADDRESSES_PER_PEER_MAX} addresses")]
    TooMany,
}

impl FromStr for PeerAddress {
    type Err = PeerAddressError;

    fn from_str(text: &str) -> Result<Self, PeerAddressError> {
        let mut found: Option<Self> = None;
        for part in text.split(',').map(str::trim) {
            let mut address: Multiaddr = part.parse().map_err(|_| PeerAddressError::NotAnAddress(part.to_owned()))?;
            let Some(Protocol::P2p(peer_id)) = address.pop() else {
                return Err(PeerAddressError::NoPeerId(part.to_owned()));
            };
            let peer = found.get_or_insert(Self { peer_id, addresses: Vec::new() });
            if peer.peer_id != peer_id {
                return Err(PeerAddressError::SeveralPeers);
            }
            if peer.addresses.len() == ADDRESSES_PER_PEER_MAX {
                return Err(PeerAddressError::TooMany);
            }
            peer.addresses.push(address);
        }
        found.ok_or_else(|| PeerAddressError::NotAnAddress(text.to_owned()))
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, address) in self.addresses.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{address}/p2p/{}", self.peer_id)?;
        }
        Ok(())
    }
}

/// The socket of a `/ip4|ip6/…/tcp/…` address.
pub fn socket_address(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => ip.into(),
        Protocol::Ip6(ip) => ip.into(),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

/// The multiaddress of a TCP socket.
pub fn multiaddress(socket: SocketAddr) -> Multiaddr {
    Multiaddr::from(socket.ip()).with(Protocol::Tcp(socket.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeKey;

    fn peer(seed: u64) -> PeerId {
        NodeKey::generate(&mut carekey_crypto::test_rng(seed)).peer_id()
    }

    #[test]
    fn text_reads_back() {
        let id = peer(1);
        let text = format!("/ip4/127.0.0.1/tcp/4001/p2p/{id},/ip6/::1/tcp/4001/p2p/{id}");
        let address: PeerAddress = text.parse().expect("a valid address");
        assert_eq!(address.addresses.len(), 2);
        assert_eq!(address.to_string(), text);
    }

    #[test]
    fn an_address_without_a_key_is_refused_because_anyone_could_answer_there() {
        let missing = "/ip4/127.0.0.1/tcp/4001".parse::<PeerAddress>();
        assert!(matches!(missing, Err(PeerAddressError::NoPeerId(_))));
        let two = format!("/ip4/127.0.0.1/tcp/1/p2p/{},/ip4/127.0.0.1/tcp/1/p2p/{}", peer(1), peer(2));
        assert_eq!(two.parse::<PeerAddress>(), Err(PeerAddressError::SeveralPeers));
        assert!(matches!(
            "".parse::<PeerAddress>(),
            Err(PeerAddressError::NotAnAddress(_) | PeerAddressError::NoPeerId(_))
        ));
    }
}

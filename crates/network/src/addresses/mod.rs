#![doc = include_str!("README.md")]

mod book;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_protocol::HospitalId;
use libp2p::{Multiaddr, PeerId};

pub use self::book::AddressBook;
use crate::address::{ADDRESSES_PER_PEER_MAX, PeerAddress, socket_address};
use crate::limits::KNOWN_PEERS_MAX;
use crate::{NetworkError, Node, Protocol, Refusal, RequestLimits};

/// One address in text, bytes: an IPv6 socket takes 60.
pub const ADDRESS_BYTES_MAX: usize = 128;

/// All addresses of a hospital in text, each with the key, bytes.
const HOSPITAL_BYTES_MAX: usize = ADDRESSES_PER_PEER_MAX * (ADDRESS_BYTES_MAX + 64);

/// Where hospitals are reached.
pub struct Addresses;

impl Protocol for Addresses {
    const NAME: &'static str = "/carekey/ledger/addresses/1";
    const LIMITS: RequestLimits = RequestLimits {
        response_bytes_max: KNOWN_PEERS_MAX * (HOSPITAL_BYTES_MAX + 16),
        time_max: Duration::from_secs(30),
        concurrent_max: 16,
        per_peer_max: 4,
        ..RequestLimits::SMALL
    };
    type Request = AddressRequest;
    type Response = AddressAnswer;
}

/// The questions.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AddressRequest {
    /// The asker is reached at these multiaddresses, without a `/p2p` part.
    Announce {
        /// At most [`ADDRESSES_PER_PEER_MAX`], of at most [`ADDRESS_BYTES_MAX`].
        addresses: Vec<String>,
    },
    /// Where are hospitals reached?
    Known,
}

/// The answers.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AddressAnswer {
    /// The announcement is remembered.
    Kept,
    /// Hospitals and their [`PeerAddress`]es in text. Hints: the asker's registry says which key must answer.
    Known(Vec<(HospitalId, String)>),
}

impl AddressRequest {
    /// Announces what of `addresses` others can dial.
    pub fn announce(addresses: Vec<Multiaddr>) -> Self {
        Self::Announce { addresses: dialable(addresses).iter().map(Multiaddr::to_string).collect() }
    }
}

/// Answers [`Addresses`] from a book, and lets the node dial who announced itself. `registered` lists the hospitals of
/// the registry; it may block.
///
/// # Errors
/// [`NetworkError::AlreadyServed`].
pub fn serve(
    node: &Node,
    book: Arc<AddressBook>,
    registered: impl Fn() -> Vec<(HospitalId, PeerId)> + Send + Sync + 'static,
) -> Result<(), NetworkError> {
    let (dialling, registered) = (node.clone(), Arc::new(registered));
    node.serve::<Addresses, _, _>(move |peer, request| {
        let (node, book, registered) = (dialling.clone(), book.clone(), registered.clone());
        async move {
            let listed = tokio::task::spawn_blocking(move || registered()).await.map_err(|_| Refusal::Unavailable)?;
            match request {
                AddressRequest::Announce { addresses } => {
                    let addresses = parse(&addresses).ok_or(Refusal::Malformed)?;
                    let found = listed.iter().find(|(_, key)| *key == peer);
                    let (hospital, _) = found.ok_or(Refusal::NotAllowed)?;
                    let address = PeerAddress { peer_id: peer, addresses };
                    node.remember(address.clone()).await;
                    book.keep(*hospital, address).await.map_err(|error| {
                        tracing::error!(%error, "the address book cannot be written");
                        Refusal::Unavailable
                    })?;
                    Ok(AddressAnswer::Kept)
                }
                AddressRequest::Known => {
                    let keys: HashMap<_, _> = listed.into_iter().collect();
                    let mut known = book.known();
                    known.retain(|(hospital, address)| keys.get(hospital) == Some(&address.peer_id));
                    let texts = known.into_iter().map(|(hospital, address)| (hospital, address.to_string()));
                    Ok(AddressAnswer::Known(texts.collect()))
                }
            }
        }
    })
}

/// What others said, as far as it is about the right keys and can be dialled.
pub fn hints(
    said: Vec<(HospitalId, String)>,
    registered: &HashMap<HospitalId, PeerId>,
) -> impl Iterator<Item = PeerAddress> {
    said.into_iter().filter_map(|(hospital, text)| {
        if text.len() > HOSPITAL_BYTES_MAX {
            return None;
        }
        let PeerAddress { peer_id, addresses } = text.parse().ok()?;
        let addresses = dialable(addresses);
        let right = registered.get(&hospital) == Some(&peer_id) && !addresses.is_empty();
        right.then_some(PeerAddress { peer_id, addresses })
    })
}

fn parse(texts: &[String]) -> Option<Vec<Multiaddr>> {
    if texts.len() > ADDRESSES_PER_PEER_MAX || texts.iter().any(|text| text.len() > ADDRESS_BYTES_MAX) {
        return None;
    }
    let addresses = texts.iter().map(|text| text.parse()).collect::<Result<Vec<_>, _>>().ok()?;
    Some(dialable(addresses)).filter(|addresses| !addresses.is_empty())
}

/// The addresses worth remembering.
fn dialable(mut addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    addresses.retain(|address| {
        // A socket and nothing after it.
        let socket = socket_address(address).filter(|_| address.iter().count() == 2);
        socket.is_some_and(|at| at.port() != 0 && !at.ip().is_unspecified() && !at.ip().is_multicast())
    });
    let local = |address: &Multiaddr| socket_address(address).is_some_and(|at| at.ip().is_loopback());
    if !addresses.iter().all(local) {
        addresses.retain(|address| !local(address));
    }
    addresses.truncate(ADDRESSES_PER_PEER_MAX);
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::encode_frame;

    fn kept(texts: &[&str]) -> Vec<String> {
        let addresses = texts.iter().map(|text| text.parse().expect("an address")).collect();
        dialable(addresses).iter().map(Multiaddr::to_string).collect()
    }

    #[test]
    fn only_sockets_somebody_else_can_dial_are_kept() {
        let (home, clinic) = ("/ip4/127.0.0.1/tcp/4101", "/ip4/10.1.2.3/tcp/4101");
        assert_eq!(kept(&[home]), [home], "on one machine");
        assert_eq!(kept(&[home, clinic]), [clinic]);
        let useless = ["/ip4/0.0.0.0/tcp/4101", "/ip4/10.0.0.1/tcp/0", "/ip4/224.0.0.1/tcp/1", "/ip4/10.0.0.1/udp/1"];
        assert!(kept(&useless).is_empty());
        assert!(parse(&["x".to_owned()]).is_none() && parse(&[]).is_none());
        assert!(parse(&vec![clinic.to_owned(); ADDRESSES_PER_PEER_MAX + 1]).is_none());
    }

    #[test]
    fn the_longest_announcement_fits() {
        let addresses = vec!["x".repeat(ADDRESS_BYTES_MAX); ADDRESSES_PER_PEER_MAX];
        let announce = AddressRequest::Announce { addresses };
        encode_frame(&announce, Addresses::LIMITS.request_bytes_max).expect("fits");
    }
}

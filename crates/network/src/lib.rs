//! How the parts of CareKey talk: libp2p over TCP, encrypted (Noise), multiplexed (Yamux), with pinned keys.
//!
//! This crate moves messages and bytes and bounds both. What they mean is `carekey-protocol`'s, and what is true of
//! the ledger `carekey-ledger`'s: nothing received here is believed because of who sent it.
//!
//! - [`Node`] dials only keys it was given; another key behind the address is [`NetworkError::WrongPeer`].
//! - [`Protocol`] is one question and one answer, [`Node::request`] and [`Node::serve`] its two sides.
//! - [`transfer`] moves large objects over a [`Channel`]: resumable, and successful only when the receiver has
//!   acknowledged the digest of what it stored.
//! - [`consensus::Mesh`] carries messages between validators.
//! - [`Node::follow_heads`] and [`Node::announce_head`] spread the news of a block.
//! - [`limits`] names every bound.
//!
//! ```
//! use carekey_network::{Node, NodeKey, NodeLimits, Protocol, RequestLimits};
//!
//! struct Greeting;
//! impl Protocol for Greeting {
//!     const NAME: &'static str = "/carekey/example/greeting/1";
//!     const LIMITS: RequestLimits = RequestLimits::SMALL;
//!     type Request = String;
//!     type Response = String;
//! }
//!
//! # let runtime = tokio::runtime::Runtime::new().unwrap();
//! # runtime.block_on(async {
//! let mut rng = carekey_crypto::test_rng(1);
//! let here = "/ip4/127.0.0.1/tcp/0".parse().unwrap();
//! let hospital = Node::start(&NodeKey::generate(&mut rng), &[here], NodeLimits::hospital()).await?;
//! hospital.serve::<Greeting, _, _>(|_peer, name| async move { Ok(format!("Good morning, {name}")) })?;
//!
//! let wallet = Node::start(&NodeKey::generate(&mut rng), &[], NodeLimits::wallet()).await?;
//! wallet.remember(hospital.address()).await;
//! let answer = wallet.request::<Greeting>(hospital.peer_id(), "Ada".into()).await?;
//! assert_eq!(answer, "Good morning, Ada");
//! # hospital.shut_down().await;
//! # Ok::<(), carekey_network::NetworkError>(())
//! # }).unwrap();
//! ```

mod address;
pub mod addresses;
mod backoff;
mod channel;
pub mod codec;
pub mod consensus;
mod counters;
pub mod deposits;
pub mod enrolment;
mod error;
pub mod heads;
mod identity;
mod invitation;
pub mod ledger;
pub mod limits;
pub mod mailbox;
mod network_file;
mod node;
pub mod records;
mod request;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
pub mod transfer;

#[cfg(test)]
mod stories;

pub use address::{ADDRESSES_PER_PEER_MAX, PeerAddress, PeerAddressError, multiaddress, socket_address};
pub use backoff::Backoff;
pub use bytes::Bytes;
pub use channel::Channel;
pub use counters::Traffic;
pub use error::{NetworkError, Refusal};
pub use heads::{HeadAnnouncements, Judgement};
pub use identity::{NodeKey, peer_id_of};
pub use libp2p::{Multiaddr, PeerId};
pub use limits::NodeLimits;
pub use network_file::{NetworkFile, NetworkFileError};
pub use node::{Node, StreamLimits};
pub use request::{Protocol, RequestLimits};

//! Every bound of the transport, with its reason. Per-protocol bounds stand with the protocols.

use std::time::Duration;

/// TCP connect, Noise and Yamux together: a few round trips on a bad line, and the longest that someone who connects
/// and stays silent keeps a socket.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection without streams closes after this: long enough for a person's next click, short enough that a
/// thousand idle wallets cost a hospital nothing.
pub const CONNECTION_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a connection is probed. A laptop that changed its network would otherwise write into a dead
/// connection for the quarter of an hour that TCP needs to notice.
pub const PROBE_INTERVAL: Duration = Duration::from_secs(15);

/// How long a probe may take before the connection counts as dead.
pub const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Streams one connection may hold in either direction; a peer over it loses the connection (Yamux).
/// Twice the streams we ever open ourselves, since both sides open.
pub const STREAMS_PER_CONNECTION_MAX: usize = 512;

/// Streams this node holds open to one peer; further calls wait. A quarter of the Yamux limit and half of its
/// 256-stream acknowledgement backlog, so that neither is ever met.
pub const OPEN_STREAMS_PER_PEER_MAX: usize = 128;

/// Streams of one connection whose protocol is still being agreed; further ones wait in the socket.
pub const NEGOTIATING_STREAMS_MAX: usize = 128;

/// Commands waiting for the swarm task; further callers wait. One per stream being opened, so a burst of a thousand
/// requests never blocks, and a stuck swarm holds no more than this.
pub const COMMANDS_MAX: usize = 1024;

/// Peers whose addresses are remembered: all hospitals of a country fit.
pub const KNOWN_PEERS_MAX: usize = 4096;

/// Tries to open a stream before the caller hears that the peer cannot be reached: bridges a restart or a burst,
/// and still answers a person within two seconds.
pub const OPEN_ATTEMPTS_MAX: u32 = 4;

/// Opening a stream, all attempts together.
pub const OPEN_TIMEOUT: Duration = Duration::from_secs(15);

/// The pause before the second attempt; it doubles up to [`REDIAL_PAUSE_MAX`].
pub const REDIAL_PAUSE_MIN: Duration = Duration::from_millis(100);

/// The longest pause between attempts of those who keep trying: a hospital that comes back is found within this.
pub const REDIAL_PAUSE_MAX: Duration = Duration::from_secs(10);

/// A message within a stream must be complete after this, whichever side it comes from.
pub const MESSAGE_TIMEOUT: Duration = Duration::from_secs(20);

/// A stream that waits for its turn at an overloaded server is refused after this.
pub const ADMISSION_WAIT_MAX: Duration = Duration::from_secs(10);

/// Refusals being written at once; beyond it streams are dropped without a word, so that refusing stays cheaper
/// than asking.
pub const REFUSALS_IN_FLIGHT_MAX: usize = 64;

/// Writing a refusal.
pub const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Shutting down: running handlers may finish their answer within this.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// What differs between a hospital and a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeLimits {
    /// Incoming connections whose handshake is not finished: each costs a socket and a few kilobytes for at most
    /// [`CONNECT_TIMEOUT`].
    pub handshakes_max: usize,
    /// Established incoming connections.
    pub connections_max: usize,
    /// Established incoming connections of one key: two, since a peer that lost its line comes back before the
    /// old connection is noticed dead, and one to spare.
    pub connections_per_peer_max: usize,
    /// Incoming connections from one address, loopback excepted: a clinic behind one address fits, one attacker
    /// with many keys does not fill the node.
    pub connections_per_ip_max: usize,
}

impl NodeLimits {
    /// A hospital or authority: a few thousand wallets at once (S2 Fig. 2c ends at 1,000 patients).
    pub fn hospital() -> Self {
        Self { handshakes_max: 1024, connections_max: 4096, connections_per_peer_max: 3, connections_per_ip_max: 256 }
    }

    /// A wallet: it dials and is not dialled.
    pub fn wallet() -> Self {
        Self { handshakes_max: 4, connections_max: 8, connections_per_peer_max: 3, connections_per_ip_max: 4 }
    }
}

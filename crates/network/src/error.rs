//! What can go wrong between two peers, as the caller needs to tell it apart.

use std::fmt;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use libp2p::PeerId;

/// Why a request or transfer did not succeed.
///
/// Cloneable, because one failed dial answers everyone who waited for that connection.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NetworkError {
    /// Nobody told this node where the peer lives.
    #[error("no address is known for {peer}")]
    UnknownPeer {
        /// The peer that was wanted.
        peer: PeerId,
    },
    /// No known address of the peer answered.
    #[error("{peer} cannot be reached: {reason}")]
    Unreachable {
        /// The peer that was wanted.
        peer: PeerId,
        /// What each address said.
        reason: String,
    },
    /// Somebody answered, with another key than the registered one. Never retried.
    #[error("expected {expected}, but {found} answered at that address")]
    WrongPeer {
        /// The key the caller pinned.
        expected: Box<PeerId>,
        /// The key that answered.
        found: Box<PeerId>,
    },
    /// The deadline passed, or a transfer made no progress.
    #[error("timed out while {during}")]
    Timeout {
        /// What was under way.
        during: &'static str,
    },
    /// A message or an object is over its cap; refused before it was read or sent.
    #[error("{bytes} bytes where at most {bytes_max} are allowed")]
    TooLarge {
        /// Announced or actual size, bytes.
        bytes: u64,
        /// The cap, bytes.
        bytes_max: u64,
    },
    /// The peer sent bytes that are not the canonical encoding of what was expected.
    #[error("malformed message: {reason}")]
    Malformed {
        /// What the decoder met.
        reason: String,
    },
    /// The peer answered that it will not do this.
    #[error("the peer refused: {0}")]
    Refused(Refusal),
    /// The peer does not speak this protocol.
    #[error("the peer does not speak {protocol}")]
    Unsupported {
        /// Name of the protocol.
        protocol: &'static str,
    },
    /// The connection or stream ended before the answer was complete.
    #[error("the connection was closed")]
    Closed,
    /// Both sides finished a transfer, and hold different bytes.
    #[error("the transferred bytes differ from the sent ones")]
    Corrupted,
    /// This node has been shut down.
    #[error("this node has been shut down")]
    ShutDown,
    /// The node cannot listen on an address.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address that was asked for.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// A protocol is already served by this node.
    #[error("{protocol} is already served")]
    AlreadyServed {
        /// Name of the protocol.
        protocol: &'static str,
    },
    /// The local source or sink of a transfer failed (a vanished file, a full disk).
    #[error("local input or output failed: {0}")]
    Io(Arc<std::io::Error>),
}

impl NetworkError {
    /// Whether the same call may succeed in a moment: the peer was away, busy, slow, or the line broke.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::Closed | Self::Refused(Refusal::Busy))
    }

    pub(crate) fn local(error: std::io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

/// Why the serving side did not do its part. One byte on the wire; 0 stands for "admitted".
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Refusal {
    /// A concurrency limit is reached; nothing was done, ask again later.
    Busy = 1,
    /// The message or object is over the cap.
    TooLarge = 2,
    /// The message does not decode.
    Malformed = 3,
    /// The server failed inside; nothing is promised about the request.
    Unavailable = 4,
    /// The server has no space left for the object.
    Full = 5,
    /// The peer may not use this protocol.
    NotAllowed = 6,
    /// What was asked for is not here.
    NotFound = 7,
    /// The object arrived, and is not the announced one.
    Corrupted = 8,
}

impl Refusal {
    const ALL: [Self; 8] = [
        Self::Busy,
        Self::TooLarge,
        Self::Malformed,
        Self::Unavailable,
        Self::Full,
        Self::NotAllowed,
        Self::NotFound,
        Self::Corrupted,
    ];

    /// Reads the verdict byte that opens every answer.
    ///
    /// # Errors
    /// [`NetworkError::Refused`], or [`NetworkError::Malformed`] for a byte nobody defined.
    pub(crate) fn check_verdict(byte: u8) -> Result<(), NetworkError> {
        if byte == ADMITTED {
            return Ok(());
        }
        Err(Self::ALL
            .into_iter()
            .find(|refusal| *refusal as u8 == byte)
            .map_or_else(|| NetworkError::Malformed { reason: format!("verdict {byte}") }, NetworkError::Refused))
    }
}

/// The verdict byte of an admitted stream.
pub(crate) const ADMITTED: u8 = 0;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "too busy at the moment",
            Self::TooLarge => "too large",
            Self::Malformed => "not understood",
            Self::Unavailable => "an internal failure",
            Self::Full => "no space left",
            Self::NotAllowed => "not allowed",
            Self::NotFound => "not found",
            Self::Corrupted => "not what was announced",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_byte_reads_back_and_unknown_ones_are_malformed() {
        assert!(Refusal::check_verdict(ADMITTED).is_ok());
        for refusal in Refusal::ALL {
            let verdict = Refusal::check_verdict(refusal as u8);
            assert!(matches!(verdict, Err(NetworkError::Refused(found)) if found == refusal), "{refusal:?}");
        }
        assert!(matches!(Refusal::check_verdict(200), Err(NetworkError::Malformed { .. })));
    }
}

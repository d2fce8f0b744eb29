//! One question, one answer: a stream for each.
//!
//! ```text
//! asks    → frame(request)
//! answers ← verdict u8 (0 admitted, otherwise a Refusal) ‖ frame(response)
//! ```
//!
//! A protocol is a type that implements [`Protocol`]; its folder holds the messages and a README with the limits.

mod client;
mod server;

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};

/// A question and its answer, with their bounds.
pub trait Protocol: Send + Sync + 'static {
    /// Name on the wire: `/carekey/<folder>/<verb>/<version>`.
    const NAME: &'static str;
    /// Caps of this protocol.
    const LIMITS: RequestLimits;
    /// A long poll: the handler only waits and looks, so it is dropped when the asker is gone. The handler of any
    /// other protocol runs to its end, within `time_max`.
    const LONG_POLL: bool = false;
    /// What is asked.
    type Request: BorshSerialize + BorshDeserialize + Send + Sync + 'static;
    /// What is answered.
    type Response: BorshSerialize + BorshDeserialize + Send + Sync + 'static;
}

/// The caps of a [`Protocol`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// Encoded request, bytes.
    pub request_bytes_max: usize,
    /// Encoded response, bytes.
    pub response_bytes_max: usize,
    /// From the question to the complete answer, on both sides; a long poll adds its longest wait.
    pub time_max: Duration,
    /// Requests a node answers at once.
    pub concurrent_max: usize,
    /// Requests that may wait for their turn; further ones are refused as busy.
    pub queued_max: usize,
    /// Requests of one peer, answered or waiting.
    pub per_peer_max: usize,
}

impl RequestLimits {
    /// For questions of a few hundred bytes that are answered from memory or an index.
    pub const SMALL: Self = Self {
        request_bytes_max: 4 * 1024,
        response_bytes_max: 64 * 1024,
        time_max: Duration::from_secs(15),
        concurrent_max: 256,
        queued_max: 2048,
        per_peer_max: 32,
    };
}

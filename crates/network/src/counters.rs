//! What a node has exchanged, for benchmarks (S2 Fig. 2b counts bytes a patient's device exchanges).

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A reading of a node's counters. Bytes are what the protocols wrote and read on their streams, with length
/// prefixes and verdict bytes, without the overhead of Yamux, Noise and TCP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// Messages sent.
    pub sent_messages: u64,
    /// Messages received.
    pub received_messages: u64,
}

impl Traffic {
    /// What was added since an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            sent_bytes: self.sent_bytes.saturating_sub(earlier.sent_bytes),
            received_bytes: self.received_bytes.saturating_sub(earlier.received_bytes),
            sent_messages: self.sent_messages.saturating_sub(earlier.sent_messages),
            received_messages: self.received_messages.saturating_sub(earlier.received_messages),
        }
    }
}

/// The running counts, shared by all streams of a node.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    sent_bytes: AtomicU64,
    received_bytes: AtomicU64,
    sent_messages: AtomicU64,
    received_messages: AtomicU64,
}

impl Counters {
    pub(crate) fn add_sent(&self, bytes: usize) {
        self.sent_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn add_received(&self, bytes: usize) {
        self.received_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn add_sent_message(&self) {
        self.sent_messages.fetch_add(1, Relaxed);
    }

    pub(crate) fn add_received_message(&self) {
        self.received_messages.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Traffic {
        Traffic {
            sent_bytes: self.sent_bytes.load(Relaxed),
            received_bytes: self.received_bytes.load(Relaxed),
            sent_messages: self.sent_messages.load(Relaxed),
            received_messages: self.received_messages.load(Relaxed),
        }
    }
}

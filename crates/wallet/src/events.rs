//! What a wallet tells whoever shows it. Events say only *that* something changed; the new state is asked for.

use carekey_protocol::{BlockHeight, MessageId, ParticipantId, RecordRef};

/// Something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletEvent {
    /// A newer certified block is known.
    Head(BlockHeight),
    /// The person's own records.
    Records,
    /// Records written for others.
    Written,
    /// Grants, or how far they are.
    Grants,
    /// Who looked.
    AccessLog,
    /// What others share with this person.
    Shared,
    /// Messages, or how far they are.
    Messages,
    /// Somebody sent this message, and it is worth telling.
    MessageArrived(MessageId),
    /// Recovery by people, in any of its parts.
    Recovery,
    /// Somebody entrusted a part of their recovery to this person.
    RecoveryEntrusted(ParticipantId),
    /// Somebody calls for help with this person's seed, and a holder has agreed.
    RecoveryAlarm,
    /// Whether the network can be reached.
    Reachable(bool),
    /// How the hospitals stand.
    Hospitals,
    /// An upload goes on.
    Upload {
        /// The record.
        reference: RecordRef,
        /// Bytes the hospital has acknowledged or is about to.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
}

//! What hospitals that vote send each other.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_consensus::Message;
use carekey_ledger::limits::TRANSACTIONS_PER_BLOCK_MAX;
use carekey_ledger::{Block, bounded};
use carekey_protocol::Transaction;

/// Transactions of one message together, in bytes.
pub(crate) const RELAY_BYTES_MAX: usize = 256 << 10;

/// Such a message, encoded.
pub(crate) const RELAY_MESSAGE_BYTES_MAX: usize = RELAY_BYTES_MAX + 64;

/// A message between validators.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Wire {
    /// Of the algorithm.
    Engine(Message),
    /// The body of a proposed header.
    Body {
        /// The round it is proposed in.
        round: u32,
        /// The whole block.
        block: Block,
    },
    /// Handed in at the sender, for everybody's next block.
    Transactions(
        /// Their signatures are to be checked.
        #[borsh(deserialize_with = "bounded::vec::<TRANSACTIONS_PER_BLOCK_MAX, _, _>")]
        Vec<Transaction>,
    ),
}

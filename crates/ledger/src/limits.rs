//! Every bound of the ledger, with its reason.

/// Transactions in a block. At 102 bytes each a compact block stays near 200 KB, a moment on a phone's connection.
pub const TRANSACTIONS_PER_BLOCK_MAX: usize = 2048;

/// Encoded transactions of a block together, in bytes: one request's answer, held in memory while it is checked.
pub const BLOCK_BYTES_MAX: usize = 4 << 20;

/// An encoded block on the wire: its transactions, their variant bytes, and the header.
pub const BLOCK_WIRE_BYTES_MAX: usize = BLOCK_BYTES_MAX + TRANSACTIONS_PER_BLOCK_MAX + 1024;

/// Validators of a network. A certificate of all of them is then below 9 KB.
pub const VALIDATORS_MAX: usize = 128;

/// Voting power of a network's validators together: three times it is still a number of 64 bits, in which the consensus
/// engine counts.
pub const VOTING_POWER_MAX: u64 = 1 << 60;

/// How far a block's time may lie ahead of the checking clock, in milliseconds: hospital clocks are kept, not perfect.
pub const CLOCK_AHEAD_MS_MAX: u64 = 2 * 60 * 1000;

/// Compact blocks in one batch.
pub const BATCH_BLOCKS_MAX: usize = 1000;

/// Compact blocks of one batch together, in bytes. A single block may exceed what a caller asked for, never this.
pub const BATCH_BYTES_MAX: usize = 1 << 20;

/// Whole blocks in one answer: an hour of the heartbeat and more, decoded in a moment.
pub const BULK_BLOCKS_MAX: usize = 2048;

/// Whole blocks of one answer together with their certificates, in bytes. The first is there whatever its size.
pub const BULK_BYTES_MAX: usize = BLOCK_WIRE_BYTES_MAX;

/// Set-changing blocks in one answer; a wallet that missed more asks again.
pub const SET_CHANGES_MAX: usize = 32;

/// Registry transactions in one answer.
pub const REGISTRY_PAGE_MAX: usize = 256;

/// Set-changing blocks in a proof file: a network whose voters change every week for five years.
pub const PROOF_SET_CHANGES_MAX: usize = 256;

/// A proof file in bytes. Most have five thousand; each change of the voting hospitals adds one or two.
pub const PROOF_BYTES_MAX: usize = 1 << 20;

//! Following the chain without storing it: what a wallet does.
//!
//! The client keeps two places in the chain. Its *head* jumps: one certificate of a known validator set is enough,
//! whatever the height. Its *scan* walks: every compact block from the last one scanned, linked by hashes, ending in a
//! certified header. Everything else is proved under the head. No clock, no network; what a hospital answers goes in,
//! and either the client moves forward or it says what was wrong and stays where it was.

mod client;
mod cursor;
mod error;
mod wire;

#[cfg(test)]
mod tests;

pub use client::{Jump, LightClient};
pub(crate) use cursor::signers_of;
pub use error::LightError;
pub use wire::{CatchUp, CompactBatch, ProvenTransaction, SetChange};

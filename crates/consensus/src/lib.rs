//! How the hospitals agree on the next block: Tendermint, as the [Malachite](https://github.com/circlefin/malachite) core
//! implements it. This crate is the only one that knows the engine.
//!
//! [`Engine`] is one validator's part as a state machine: it is told what happened (a height begins, a message came, a
//! wait is over, a body was checked) and answers with [`Action`]s, which whoever runs it carries out in order. It has no
//! clock, disk or socket; [`Log`] alone touches a disk. A header is the engine's value, so that the certificate it ends
//! with is the ledger's own; bodies travel beside it. Being sure of every signature *before* a block is the business of
//! `carekey-ledger`, moving messages that of `carekey-network`, running it that of `carekey-hospital`.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod context;
mod engine;
mod log;
mod message;
mod signing;
#[cfg(test)]
mod tests;

pub use engine::{Action, Decision, Engine, EngineError, Patience, Timer};
pub use log::{Log, LogError};
pub use message::{CertifiedVote, Checked, Entry, Message, SignedProposal, SignedVote, VoteCertificate};

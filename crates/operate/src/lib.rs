//! What an operator does: directories with keys and configuration, services that run from them, and what watches them.
//!
//! A directory holds everything of one service. `hospital.toml` or `authority.toml` says how it runs ([`Config`]),
//! `secret` holds the one secret its keys follow from, `network.json` the network, and the rest is the service's own.
//! The rules are `carekey-hospital`'s and `carekey-authority`'s; nothing here decides about a record or a person.

pub mod authority;
mod config;
mod error;
mod files;
pub mod hospital;
mod monitor;
mod network;
mod request;

pub use carekey_network::{Multiaddr, NetworkFile, multiaddress};
pub use config::{Config, LogFormat, Problem, Service};
pub use error::OperateError;
pub use monitor::ask;
pub use request::load as load_request;

use std::time::{SystemTime, UNIX_EPOCH};

use carekey_protocol::UnixMillis;

/// The computer's clock.
pub(crate) fn now() -> UnixMillis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(elapsed.as_millis() as u64)
}

/// The operating system's randomness. It fails only on a machine that cannot boot.
pub(crate) fn rng() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

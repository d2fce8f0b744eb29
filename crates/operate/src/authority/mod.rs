//! The authority's directory, its service, and its operator's desk.

mod desk;
mod init;
mod run;

use std::path::Path;

use carekey_authority::RegistrarKeys;
use carekey_crypto::{Secret32, SecretKey};

pub use desk::Desk;
pub use init::{Founded, found, init};
pub use run::run;

use crate::config::{Config, Service};
use crate::error::OperateError;

/// The authority's libp2p identity.
fn peer_key(secret: &Secret32) -> SecretKey {
    SecretKey::from_secret(&secret.derive("authority-peer", &[]))
}

fn keys(secret: &Secret32) -> RegistrarKeys {
    RegistrarKeys::derive(secret)
}

fn config(dir: &Path) -> Result<Config, OperateError> {
    Config::load(dir, Service::Authority).map_err(OperateError::Config)
}

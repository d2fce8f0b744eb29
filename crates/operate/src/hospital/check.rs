//! Everything that can be wrong before a hospital starts, told at once.

use std::net::SocketAddr;
use std::path::Path;

use carekey_network::PeerAddress;
use carekey_network::peer_id_of;
use carekey_protocol::HospitalId;

use super::{keys, ready};
use crate::error::OperateError;

/// What a sound configuration says.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The name in it.
    pub name: String,
    /// Which hospital of the network it is.
    pub hospital: HospitalId,
    /// The network's name.
    pub network: String,
    /// Where others reach it.
    pub address: PeerAddress,
    /// Where it is watched.
    pub monitor: SocketAddr,
}

/// Reads what `run` would read, and tries the store of the records if that is not the folder.
///
/// # Errors
/// [`OperateError::Config`] with every problem found.
pub async fn check_config(dir: &Path) -> Result<Checked, OperateError> {
    let (config, network, hospital) = ready(dir).map_err(OperateError::Config)?;
    config.records.check().await.map_err(|error| OperateError::said(format!("the store of the records: {error}")))?;
    Ok(Checked {
        hospital,
        network: network.genesis.name.to_string(),
        address: config.address(peer_id_of(&keys(&config).peer.public())),
        monitor: config.monitor,
        name: config.name.to_string(),
    })
}

//! A hospital's directory, and the service that runs from it.

mod backup;
mod check;
mod init;
mod run;
mod watch;

use std::path::Path;

use carekey_hospital::HospitalKeys;
use carekey_network::{NetworkFile, peer_id_of};
use carekey_protocol::HospitalId;

pub use backup::{Backup, back_up};
pub use check::{Checked, check_config};
pub use init::{init, install_network};
pub use run::run;

use crate::config::{Config, Problem, Service};
use crate::error::OperateError;

fn config(dir: &Path) -> Result<Config, OperateError> {
    Config::load(dir, Service::Hospital).map_err(OperateError::Config)
}

fn keys(config: &Config) -> HospitalKeys {
    HospitalKeys::derive(&config.secret)
}

/// Which hospital of the network has these keys: a founding one by its registration, a later one by its address.
fn find_self(config: &Config, network: &NetworkFile) -> Result<HospitalId, Problem> {
    let (ledger, peer) = (keys(config).ledger.public(), keys(config).peer.public());
    let founding = network.genesis.hospitals.iter().find(|hospital| hospital.ledger_key == ledger);
    let later =
        || network.hospitals.iter().find(|(_, address)| address.peer_id == peer_id_of(&peer)).map(|(id, _)| *id);
    founding.map(|hospital| hospital.id).or_else(later).ok_or_else(|| Problem {
        file: config.network.clone(),
        key: String::new(),
        what: "the network does not know this hospital".to_owned(),
        advice: format!(
            "Send {} to the authority's operator; when it was admitted, copy their new network.json here",
            config.dir.join("request.json").display()
        ),
    })
}

/// Configuration, network and identity: all that has to be right before a hospital starts.
fn ready(dir: &Path) -> Result<(Config, NetworkFile, HospitalId), Vec<Problem>> {
    let config = Config::load(dir, Service::Hospital)?;
    let network = config.network_file().map_err(|problem| vec![problem])?;
    let hospital = find_self(&config, &network).map_err(|problem| vec![problem])?;
    Ok((config, network, hospital))
}

//! A hospital's directory: keys, configuration, and the request with which it asks to be admitted.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use carekey_hospital::HospitalKeys;
use carekey_network::{Multiaddr, NetworkFile, peer_id_of};
use carekey_protocol::Text;
use carekey_protocol::admission::AdmissionRequest;

use super::config;
use crate::config::{Service, template};
use crate::error::OperateError;
use crate::{files, request};

/// Makes the directory and returns where the request lies.
///
/// # Errors
/// [`OperateError`], if the directory is one already.
pub fn init(
    dir: &Path,
    name: &str,
    listen: &[Multiaddr],
    announce: &[Multiaddr],
    monitor: SocketAddr,
) -> Result<PathBuf, OperateError> {
    let file = Service::Hospital.file(dir);
    if file.exists() {
        return Err(OperateError::said(format!("{} is there already; edit it instead", file.display())));
    }
    files::make_dir(dir)?;
    let secret = files::make_secret(&dir.join("secret"))?;
    files::write_new(&file, &template(Service::Hospital, name, listen, announce, monitor))?;
    let config = config(dir)?;
    let keys = HospitalKeys::derive(&secret);
    let address = config.address(peer_id_of(&keys.peer.public()));
    let addresses =
        Text::new(address.to_string()).map_err(|_| OperateError::said("announce: these are too many addresses"))?;
    let asked = AdmissionRequest::new(config.name, &keys.ledger, keys.peer.public(), addresses);
    let path = dir.join("request.json");
    request::save(&asked, &path)?;
    Ok(path)
}

/// Puts a network file where the hospital reads it. Returns that place.
///
/// # Errors
/// [`OperateError`], if the file is not sound, or of another network than the one that is there.
pub fn install_network(dir: &Path, file: &Path) -> Result<PathBuf, OperateError> {
    let config = config(dir)?;
    let load = |path: &Path| {
        NetworkFile::load(path).map_err(|source| OperateError::NetworkFile { path: path.to_owned(), source })
    };
    let network = load(file)?;
    if config.network.exists() && load(&config.network)?.network_id() != network.network_id() {
        let file = file.display();
        return Err(OperateError::said(format!("{file} is of another network; a directory belongs to one for ever")));
    }
    network
        .save(&config.network)
        .map_err(|source| OperateError::NetworkFile { path: config.network.clone(), source })?;
    Ok(config.network)
}

//! Founding: the authority's keys first, then, with the first hospitals' requests, the network.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use carekey_crypto::{PublicKey, tagged_hash};
use carekey_network::{Multiaddr, NetworkFile, peer_id_of};
use carekey_protocol::genesis::{HospitalRegistration, SUITE, Seal};
use carekey_protocol::{AuthorityId, Genesis, HospitalId, Text};

use super::{config, keys, peer_key};
use crate::config::{Service, template};
use crate::error::OperateError;
use crate::{files, request};

/// What was founded.
#[derive(Debug, Clone)]
pub struct Founded {
    /// Where the network file lies.
    pub file: PathBuf,
    /// The network.
    pub network: NetworkFile,
}

/// Makes the authority's directory: keys and configuration, no network yet.
///
/// # Errors
/// [`OperateError`], if the directory is one already.
pub fn init(
    dir: &Path,
    name: &str,
    listen: &[Multiaddr],
    announce: &[Multiaddr],
    monitor: SocketAddr,
) -> Result<(), OperateError> {
    let file = Service::Authority.file(dir);
    if file.exists() {
        return Err(OperateError::said(format!("{} is there already; edit it instead", file.display())));
    }
    files::make_dir(dir)?;
    files::make_secret(&dir.join("secret"))?;
    files::write_new(&file, &template(Service::Authority, name, listen, announce, monitor))?;
    config(dir).map(|_| ())
}

/// Founds the network with these hospitals, each with one vote, and writes the file that everybody pins.
///
/// # Errors
/// [`OperateError`], if there is a network already or a request is not sound.
pub fn found(dir: &Path, requests: &[PathBuf]) -> Result<Founded, OperateError> {
    let config = config(dir)?;
    if config.network.exists() {
        let file = config.network.display();
        let advice = "admit further hospitals with `carekey authority add-hospital`";
        return Err(OperateError::said(format!("{file}: the network is founded already; {advice}")));
    }
    let mut registrations: Vec<HospitalRegistration> = Vec::new();
    let mut addresses = std::collections::BTreeMap::new();
    for (file, number) in requests.iter().zip(1u32..) {
        let (request, address) = request::load(file)?;
        let [_, id @ ..] = number.to_be_bytes();
        let id = HospitalId(id);
        if registrations.iter().any(|one| one.ledger_key == request.ledger_key || one.peer_key == request.peer_key) {
            return Err(OperateError::said(format!("{}: this hospital was named before", file.display())));
        }
        registrations.push(HospitalRegistration {
            id,
            name: request.name,
            ledger_key: request.ledger_key,
            peer_key: request.peer_key,
            voting_power: 1,
        });
        addresses.insert(id, address);
    }
    let (authority_key, authority_peer_key) =
        (keys(&config.secret).authority.public(), peer_key(&config.secret).public());
    let genesis = Genesis {
        suite: SUITE,
        name: Text::truncated(config.name.as_str()),
        authority: authority_id(&authority_key),
        authority_key,
        authority_peer_key,
        seal: Seal::Quorum,
        hospitals: registrations,
        founded: crate::now(),
    };
    carekey_ledger::ValidatorSet::from_registrations(&genesis.hospitals)
        .map_err(|error| OperateError::said(format!("no network can be founded like that: {error}")))?;
    let network =
        NetworkFile { genesis, authority: config.address(peer_id_of(&authority_peer_key)), hospitals: addresses };
    network
        .save(&config.network)
        .map_err(|source| OperateError::NetworkFile { path: config.network.clone(), source })?;
    Ok(Founded { file: config.network, network })
}

/// Two bytes of the authority's key: enough to tell the authorities of a country apart.
fn authority_id(key: &PublicKey) -> AuthorityId {
    let digest = tagged_hash("authority-id", &[key.as_bytes()]);
    AuthorityId([digest.0[0], digest.0[1]])
}

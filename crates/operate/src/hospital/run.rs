//! The running hospital.

use std::path::Path;
use std::sync::Arc;

use carekey_hospital::{Hospital, HospitalConfig};
use carekey_network::peer_id_of;

use super::watch::Watch;
use super::{keys, ready};
use crate::error::OperateError;
use crate::monitor::Monitor;
use crate::network::follow_file;

/// Runs the hospital in `dir` until `stopped`; `started` is told where it can be reached.
///
/// # Errors
/// [`OperateError`].
pub async fn run(
    dir: &Path,
    started: impl FnOnce(&str),
    stopped: impl Future<Output = std::io::Result<()>>,
) -> Result<(), OperateError> {
    let (config, network, id) = ready(dir).map_err(OperateError::Config)?;
    let keys = keys(&config);
    let known = [network.authority.clone(), config.address(peer_id_of(&keys.peer.public()))]
        .into_iter()
        .chain(network.hospitals.iter().filter(|(other, _)| **other != id).map(|(_, address)| address.clone()));
    let hospital = Hospital::start(HospitalConfig {
        dir: config.dir.clone(),
        genesis: network.genesis.clone(),
        hospital: id,
        keys,
        listen: config.listen.clone(),
        peers: known.collect(),
        timing: carekey_hospital::Timing::default(),
        records: config.records.clone(),
        clock: crate::now,
    })
    .await?;
    let hospital = Arc::new(hospital);
    let watch = Watch::new(&config, &network, Arc::clone(&hospital));
    let monitor = Monitor::start(config.monitor, move || watch.look()).await;
    let (learning, own) = (Arc::clone(&hospital), hospital.address().peer_id);
    let following = follow_file(config.network.clone(), move |address| {
        let learning = Arc::clone(&learning);
        async move {
            if address.peer_id != own {
                learning.remember(address).await;
            }
        }
    });
    let outcome = match monitor {
        Ok(_monitor) => {
            started(&hospital.address().to_string());
            tokio::select! {
                stopped = stopped => stopped.map_err(|error| OperateError::said(error.to_string())),
                never = following => match never {},
            }
        }
        Err(error) => Err(error),
    };
    hospital.stop().await;
    outcome
}

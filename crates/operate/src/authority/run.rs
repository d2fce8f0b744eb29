//! The running authority.

use std::path::Path;
use std::sync::Arc;

use carekey_authority::{AuthorityConfig, AuthorityService};
use serde_json::json;

use super::{keys, peer_key};
use crate::config::{Config, Service};
use crate::error::OperateError;
use crate::monitor::{Metric, Monitor, Reading, Seen};
use crate::network::follow_file;

/// Runs the authority in `dir` until `stopped`; `ready` is told when it can be reached.
///
/// # Errors
/// [`OperateError`].
pub async fn run(
    dir: &Path,
    ready: impl FnOnce(&str),
    stopped: impl Future<Output = std::io::Result<()>>,
) -> Result<(), OperateError> {
    let config = Config::load(dir, Service::Authority).map_err(OperateError::Config)?;
    let network = config.network_file().map_err(|problem| OperateError::Config(vec![problem]))?;
    let service = AuthorityService::start(AuthorityConfig {
        dir: config.dir.clone(),
        keys: keys(&config.secret),
        peer: peer_key(&config.secret),
        genesis: network.genesis.clone(),
        listen: config.listen.clone(),
        hospitals: network.hospitals.values().cloned().collect(),
        clock: crate::now,
    })
    .await?;
    let service = Arc::new(service);
    let watched = Arc::clone(&service);
    let name = config.name.to_string();
    let network_id = network.network_id().to_string();
    let monitor = Monitor::start(config.monitor, move || look(&watched, &name, &network_id)).await;
    let learning = Arc::clone(&service);
    let following = follow_file(config.network.clone(), move |address| {
        let learning = Arc::clone(&learning);
        async move { learning.remember(address).await }
    });
    let outcome = match monitor {
        Ok(_monitor) => {
            ready(&service.address().to_string());
            tokio::select! {
                stopped = stopped => stopped.map_err(|error| OperateError::said(error.to_string())),
                never = following => match never {},
            }
        }
        Err(error) => Err(error),
    };
    service.stop().await;
    outcome
}

fn look(service: &AuthorityService, name: &str, network: &str) -> Seen {
    let counts = service.registrar().counts();
    let healthy = counts.is_ok();
    let status = match &counts {
        Ok(counts) => json!({
            "service": "authority",
            "name": name,
            "network": network,
            "problems": [],
            "participants": counts.participants,
            "codesOpen": counts.codes_open,
            "changesPending": counts.changes_pending,
        }),
        Err(error) => {
            json!({"service": "authority", "name": name, "network": network, "problems": [error.to_string()]})
        }
    };
    let level = |name, help, value: u64| Metric { name, help, reading: Reading::Level(value as f64) };
    let metrics = counts.map(|counts| {
        vec![
            level("participants", "People, clinicians and hospitals with a valid registration", counts.participants),
            level("codes_open", "Enrolment codes that nobody has used", counts.codes_open),
            level("registry_changes_pending", "Registry changes that are not final", counts.changes_pending),
        ]
    });
    Seen { healthy, status, metrics: metrics.unwrap_or_default() }
}

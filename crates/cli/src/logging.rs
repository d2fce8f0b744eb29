//! What a process says on standard error.

use std::path::Path;

use carekey_operate::{Config, LogFormat, Service};
use tracing_subscriber::EnvFilter;

/// Chooses what is said, as in `carekey_hospital=debug`.
const VARIABLE: &str = "CAREKEY_LOG";

/// What a service says when nobody chooses: its own events, none of the libraries', which name addresses of people.
const SERVICE: &str = "off,carekey=info,carekey_authority=info,carekey_consensus=info,carekey_hospital=info,\
                       carekey_ledger=info,carekey_network=info,carekey_operate=info";

/// For commands: errors, unless the variable says otherwise.
pub(crate) fn for_command() {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::from_env(VARIABLE)).with_writer(std::io::stderr).init();
}

/// For services: as their configuration says. What is wrong with that, the service tells itself.
pub(crate) fn for_service(dir: &Path, service: Service) {
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(SERVICE));
    let said = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match Config::load(dir, service).map(|config| config.log).unwrap_or_default() {
        LogFormat::Text => said.init(),
        LogFormat::Json => said.json().flatten_event(true).init(),
    }
}

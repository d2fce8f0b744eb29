//! What the app is told when it starts.

use std::path::PathBuf;

use carekey_api::AppOptions;

/// Command line and environment of the app.
#[derive(Debug, Clone, Default, clap::Parser)]
#[command(name = "CareKey", version, about = "Your health records, under your key")]
pub struct Options {
    /// Folder for profiles, vaults and the ledger [default: the system's folder for app data]
    #[arg(long, env = "CAREKEY_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Folder of a running sample network to join; without it one starts inside the app
    #[arg(long, env = "CAREKEY_NETWORK", value_name = "DIR")]
    pub network: Option<PathBuf>,

    /// Profile that the first window opens, instead of the list of profiles
    #[arg(long, env = "CAREKEY_PROFILE", value_name = "NAME")]
    pub profile: Option<String>,
}

impl Options {
    pub(crate) fn to_app_options(&self, data_dir: PathBuf) -> AppOptions {
        AppOptions { data_dir, network_dir: self.network.clone(), profile: self.profile.clone() }
    }
}

/// Log lines go to stderr; `RUST_LOG` chooses them, warnings are the default.
pub(crate) fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second log in one process (a test) is refused; the first one serves both.
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init());
}

//! What the app is told when it starts.

use std::{
    hash::{Hash as _, Hasher as _},
    path::PathBuf,
};

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

    /// A `carekey:` link to open: an invitation or a contact card
    #[arg(value_name = "LINK")]
    pub link: Option<String>,
}

impl Options {
    /// Name under which the app is found when it is started again; none is the system's own folder of data. Apps with
    /// other data are other computers to each other.
    pub(crate) fn instance(&self) -> Option<String> {
        let mut hasher = std::hash::DefaultHasher::new();
        std::path::absolute(self.data.as_ref()?).ok()?.hash(&mut hasher);
        Some(format!("org.carekey.desktop.data{:016x}", hasher.finish()))
    }

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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn a_link_is_what_stands_alone_on_the_command_line() {
        let options = Options::try_parse_from(["carekey", "--data", "/somewhere", "carekey:contact?card=a"]).unwrap();
        assert_eq!(options.link.as_deref(), Some("carekey:contact?card=a"));
        assert_eq!(Options::try_parse_from(["carekey"]).unwrap().link, None);
    }

    #[test]
    fn apps_with_other_data_are_not_the_same() {
        let at = |data: &str| Options { data: Some(data.into()), ..Options::default() }.instance();
        assert_eq!(at("/a"), at("/a"));
        assert_ne!(at("/a"), at("/b"));
        assert_eq!(Options::default().instance(), None);
    }
}

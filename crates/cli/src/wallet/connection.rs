//! A session of the border for one wallet folder.

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carekey_api::types::{AppEvent, ErrorView, TaskState};
use carekey_api::{App, AppOptions};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::output;

const SESSION: &str = "command line";

/// Beside the wallet: where its network's file was when the wallet was made.
const NETWORK_NAME_FILE: &str = "network.path";

/// How often it is looked whether everything is done.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A wallet folder, its network, and the passphrase.
pub(crate) struct Connection {
    app: App,
    dir: PathBuf,
    network: PathBuf,
    passphrase: Option<String>,
    patience: Duration,
}

/// What the border answered instead.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) ErrorView);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = serde_json::to_value(self.0.code).unwrap_or_default();
        write!(f, "{}: {}", code.as_str().unwrap_or_default(), self.0.message)?;
        self.0.detail.iter().try_for_each(|detail| write!(f, " ({detail})"))
    }
}

impl Error for Failure {}

impl Connection {
    pub(crate) async fn open(
        dir: PathBuf,
        network: Option<PathBuf>,
        passphrase_file: Option<PathBuf>,
        patience: Duration,
    ) -> Result<Self, Box<dyn Error>> {
        let dir = std::path::absolute(dir)?;
        let network = match network {
            Some(named) => std::path::absolute(named)?,
            None => remembered_network(&dir).ok_or("name the network with --network FILE")?,
        };
        let passphrase = match passphrase_file {
            Some(path) => Some(fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?),
            None => std::env::var("CAREKEY_PASSPHRASE").ok(),
        };
        let passphrase = passphrase.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        let options = AppOptions { data_dir: dir.clone(), network_dir: Some(network.clone()), profile: None };
        let app = App::start(options).await.map_err(Failure)?;
        Ok(Self { app, dir, network, passphrase, patience })
    }

    pub(crate) async fn close(&self) {
        self.app.shutdown().await;
    }

    /// Asks one question.
    pub(crate) async fn call(&self, name: &str, request: Value) -> Result<Value, Failure> {
        self.app.call(SESSION, name, request).await.map_err(Failure)
    }

    /// The passphrase, and which custody it stands for.
    pub(crate) fn custody(&self) -> (&'static str, Option<&str>) {
        let passphrase = self.passphrase.as_deref();
        (if passphrase.is_some() { "passphrase" } else { "keyring" }, passphrase)
    }

    /// Fails if the folder holds a wallet already.
    pub(crate) fn require_empty(&self) -> Result<(), Box<dyn Error>> {
        match self.wallet_dir() {
            Some(dir) => Err(format!("{} holds a wallet already", dir.display()).into()),
            None => Ok(()),
        }
    }

    /// Remembers the network for the next time.
    pub(crate) fn remember_network(&self) -> std::io::Result<()> {
        fs::write(self.dir.join(NETWORK_NAME_FILE), self.network.to_string_lossy().as_bytes())
    }

    /// Opens the wallet.
    pub(crate) async fn unlock(&self) -> Result<Value, Box<dyn Error>> {
        let Some(dir) = self.wallet_dir() else {
            return Err(format!("there is no wallet in {}; make one with create or restore", self.dir.display()).into());
        };
        let profile = self.app.adopt(&dir);
        let mut session = self.call("profile_open", json!({ "profileId": profile, "newWindow": false })).await?;
        if session["stage"] == "locked" {
            if self.passphrase.is_none() && session["profile"]["custody"] == "passphrase" {
                return Err(
                    "this wallet is locked; give its passphrase in CAREKEY_PASSPHRASE or --passphrase-file".into()
                );
            }
            session = self.call("profile_unlock", json!({ "passphrase": self.passphrase })).await?;
        }
        Ok(session)
    }

    /// Opens the wallet and lets it catch up with the ledger.
    pub(crate) async fn ready(&self) -> Result<(), Box<dyn Error>> {
        let session = self.unlock().await?;
        if session["stage"] == "enrol" {
            return Err("this wallet is not registered yet; use enrol".into());
        }
        self.settle().await
    }

    /// Waits until nothing is left to be done or confirmed. Without a hospital, goes on with what is known.
    pub(crate) async fn settle(&self) -> Result<(), Box<dyn Error>> {
        let deadline = Instant::now() + self.patience;
        loop {
            let ledger = self.call("ledger_state", json!({})).await?;
            if ledger["phase"] == "upToDate" && ledger["pending"] == 0 {
                return Ok(());
            }
            let is_offline = self.call("network_state", json!({})).await?["phase"] == "offline";
            if is_offline || Instant::now() >= deadline {
                let pending = &ledger["pending"];
                let why = if is_offline { "no hospital can be reached" } else { "the time to wait is over" };
                output::complain(&format!("carekey: {why}; {pending} changes are kept here and will be sent"));
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Starts a task and waits for its end; answers with the record it made.
    pub(crate) async fn task(&self, name: &str, request: Value) -> Result<Option<String>, Box<dyn Error>> {
        let mut events = self.app.subscribe();
        let started = self.call(name, request).await?;
        loop {
            let task = match events.recv().await {
                Ok((_, AppEvent::Task { task })) if started["taskId"] == task.id.as_str() => task,
                Ok(_) => continue,
                Err(_) => return Err("the end of the work was missed".into()),
            };
            match task.state {
                TaskState::Running => {}
                TaskState::Done { record_id } => return Ok(record_id),
                TaskState::Failed { error } => return Err(Failure(error).into()),
                TaskState::Cancelled => return Err("cancelled".into()),
            }
        }
    }

    /// The folder itself, or the one profile the border made in it.
    fn wallet_dir(&self) -> Option<PathBuf> {
        let is_wallet = |dir: &PathBuf| dir.join("profile.json").is_file();
        if is_wallet(&self.dir) {
            return Some(self.dir.clone());
        }
        let profiles = fs::read_dir(self.dir.join("profiles")).ok()?;
        let mut wallets: Vec<PathBuf> =
            profiles.filter_map(|entry| Some(entry.ok()?.path())).filter(is_wallet).collect();
        wallets.sort();
        wallets.into_iter().next()
    }
}

/// Where the wallet was made; else the network in whose folder the wallet lies.
fn remembered_network(dir: &Path) -> Option<PathBuf> {
    if let Ok(path) = fs::read_to_string(dir.join(NETWORK_NAME_FILE)) {
        return Some(PathBuf::from(path.trim()));
    }
    dir.ancestors().map(|dir| dir.join("network.json")).find(|path| path.is_file())
}

//! The network behind the program: the sample network inside, or one that runs elsewhere; and who answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carekey_network::NetworkFile;
use carekey_protocol::HospitalId;
use carekey_sample::SampleNetwork;
use carekey_wallet::Remote;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::app::{App, lock};
use crate::context::Context;
use crate::types::{
    AppEvent, ErrorCode, ErrorView, HospitalView, NetworkItem, NetworkPhase, NetworkStateRequest, NetworkView,
};
use crate::{errors, files, networks};

/// Hospitals are asked whether they are there this often; after an answer fell out, and while one is away.
const LOOK_EVERY: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Name shown before the network file is read.
const NAME_BEFORE: &str = "CareKey";

/// How the network is, for everybody who waits for it.
pub(crate) struct Network {
    source: Source,
    started: AtomicBool,
    now: watch::Sender<Status>,
    look: Notify,
    worker: Mutex<Option<JoinHandle<()>>>,
    sample: Arc<tokio::sync::Mutex<Option<SampleNetwork>>>,
}

/// Where a network comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Inside this program, with made-up people, in this folder.
    Sample(PathBuf),
    /// Named when the program was started: a network file, or a folder with one.
    Named(PathBuf),
    /// Joined by a person.
    Joined {
        /// The network's identifier.
        id: String,
        /// Where its file was put.
        path: PathBuf,
    },
}

#[derive(Debug, Clone)]
struct Status {
    phase: NetworkPhase,
    sample: bool,
    file: Option<Arc<NetworkFile>>,
    reachable: BTreeMap<HospitalId, bool>,
    last_contact: Option<u64>,
    detail: Option<String>,
}

impl Network {
    pub(crate) fn new(source: Source) -> Self {
        let status = Status {
            phase: NetworkPhase::Starting,
            sample: matches!(source, Source::Sample(_)),
            file: None,
            reachable: BTreeMap::new(),
            last_contact: None,
            detail: None,
        };
        let started = AtomicBool::new(false);
        let now = watch::channel(status).0;
        Self { source, started, now, look: Notify::new(), worker: Mutex::default(), sample: Arc::default() }
    }

    pub(crate) fn is_sample(&self) -> bool {
        matches!(self.source, Source::Sample(_))
    }

    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    /// What a profile's label remembers; none for the network the program was started with.
    pub(crate) fn key(&self) -> Option<String> {
        if let Source::Joined { id, .. } = &self.source { Some(id.clone()) } else { None }
    }

    /// The network file, if it was read.
    ///
    /// # Errors
    /// `wrongNetwork`.
    pub(crate) fn file(&self) -> Result<Arc<NetworkFile>, ErrorView> {
        self.now.borrow().file.clone().ok_or_else(|| errors::plain(ErrorCode::WrongNetwork))
    }

    /// As lists show it. Reads the file of a network that has not been started.
    pub(crate) fn item(&self) -> NetworkItem {
        let read = match &self.source {
            Source::Joined { path, .. } => NetworkFile::load(path).ok().map(Arc::new),
            _ => self.file().ok(),
        };
        let view = self.view();
        let id = self.key().unwrap_or_else(|| networks::HOME.to_owned());
        match read {
            Some(file) => NetworkItem { id, sample: view.sample, ..networks::item(&file, true) },
            None => NetworkItem {
                id,
                name: view.name,
                sample: view.sample,
                hospitals: Vec::new(),
                founded: None,
                joined: true,
            },
        }
    }

    pub(crate) fn view(&self) -> NetworkView {
        let now = self.now.borrow();
        let registered = now.file.iter().flat_map(|file| &file.genesis.hospitals);
        NetworkView {
            phase: now.phase,
            name: now.file.as_ref().map_or_else(|| NAME_BEFORE.to_owned(), |file| file.genesis.name.to_string()),
            sample: now.sample,
            hospitals: registered
                .map(|known| HospitalView {
                    id: known.id.to_string(),
                    name: known.name.to_string(),
                    reachable: now.reachable.get(&known.id).copied().unwrap_or(false),
                })
                .collect(),
            detail: now.detail.clone(),
        }
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.now.borrow().phase == NetworkPhase::Offline
    }

    pub(crate) fn last_contact(&self) -> Option<u64> {
        self.now.borrow().last_contact
    }

    /// Somebody noticed that a hospital came or went.
    pub(crate) fn look_now(&self) {
        self.look.notify_one();
    }
}

pub(crate) async fn state(cx: &Context, _: NetworkStateRequest) -> Result<NetworkView, ErrorView> {
    Ok(cx.network().view())
}

impl App {
    /// Folder of the sample network: the one inside, or the one that was named.
    pub(crate) fn sample_dir(&self) -> PathBuf {
        match &self.options.network_dir {
            None => self.options.data_dir.join("sample"),
            Some(path) if path.is_file() => path.parent().map(PathBuf::from).unwrap_or_default(),
            Some(dir) => dir.clone(),
        }
    }

    /// Once; a network that was started goes on until the program ends.
    pub(crate) fn start_network(&self, network: &Arc<Network>) {
        if network.started.swap(true, Ordering::AcqRel) {
            return;
        }
        let (app, of) = (self.clone(), Arc::clone(network));
        let worker = tokio::spawn(async move {
            match find_network(&of).await {
                Ok(file) => app.watch_network(&of, file).await,
                Err(error) => {
                    tracing::error!("the network did not start: {error}");
                    app.change_network(&of, |now| {
                        now.phase = NetworkPhase::Failed;
                        now.detail = Some(error);
                    });
                }
            }
        });
        *lock(&network.worker) = Some(worker);
    }

    /// The network file, as soon as there is one.
    ///
    /// # Errors
    /// `wrongNetwork` if the file is not valid; `internal` if the sample network does not start.
    pub(crate) async fn network_file_of(&self, network: &Arc<Network>) -> Result<Arc<NetworkFile>, ErrorView> {
        self.start_network(network);
        let mut now = network.now.subscribe();
        let settled = now.wait_for(|now| now.file.is_some() || now.phase == NetworkPhase::Failed).await;
        let settled = settled.map_err(errors::internal)?;
        settled.file.clone().ok_or_else(|| {
            let code = if settled.sample { ErrorCode::Internal } else { ErrorCode::WrongNetwork };
            ErrorView { detail: settled.detail.clone(), ..errors::plain(code) }
        })
    }

    /// Looks who answers, until the program ends. These questions carry nobody's name.
    async fn watch_network(&self, network: &Arc<Network>, file: NetworkFile) {
        let remote = match Remote::connect(&file).await {
            Ok(remote) => remote,
            Err(error) => {
                return self.change_network(network, |now| {
                    now.phase = NetworkPhase::Failed;
                    now.detail = Some(error.to_string());
                });
            }
        };
        self.change_network(network, |now| now.file = Some(Arc::new(file)));
        loop {
            let answers = remote.heads().await;
            let reachable: BTreeMap<_, _> = answers.into_iter().map(|(id, answer)| (id, answer.is_ok())).collect();
            let (any, all) = (reachable.values().any(|up| *up), reachable.values().all(|up| *up));
            self.change_network(network, |now| {
                now.phase = if any { NetworkPhase::Online } else { NetworkPhase::Offline };
                now.last_contact = if any { Some(files::now()) } else { now.last_contact };
                now.reachable = reachable;
            });
            let pause = tokio::time::sleep(if all { LOOK_EVERY } else { LOOK_AGAIN });
            tokio::select! {
                () = pause => {}
                () = network.look.notified() => {}
            }
        }
    }

    /// Changes the status, and tells the windows if they would see a difference.
    fn change_network(&self, network: &Arc<Network>, change: impl FnOnce(&mut Status)) {
        let before = network.view();
        network.now.send_modify(change);
        let view = network.view();
        if view != before {
            if view.phase != before.phase {
                // The sample people are there once their network is.
                self.tell_all(&AppEvent::ProfilesChanged);
            }
            for session in self.sessions.all() {
                if Arc::ptr_eq(&self.network_of(&session), network) {
                    self.tell(&session, AppEvent::Network { network: view.clone() });
                }
            }
        }
    }

    pub(crate) async fn stop_networks(&self) {
        for network in self.networks.all() {
            let worker = lock(&network.worker).take();
            if let Some(worker) = worker {
                worker.abort();
                // Cancelled, as asked.
                let _ = worker.await;
            }
            if let Some(sample) = network.sample.lock().await.take() {
                sample.stop().await;
            }
        }
    }
}

async fn find_network(network: &Network) -> Result<NetworkFile, String> {
    let path = match &network.source {
        Source::Sample(dir) => {
            let sample = SampleNetwork::start(dir).await.map_err(|error| error.to_string())?;
            let file = sample.network_file().clone();
            *network.sample.lock().await = Some(sample);
            return Ok(file);
        }
        Source::Named(place) if place.is_file() => place.clone(),
        Source::Named(place) => place.join("network.json"),
        Source::Joined { path, .. } => path.clone(),
    };
    let read = files::blocking(move || Ok(NetworkFile::load(&path)?)).await;
    read.map_err(|error| error.detail.unwrap_or(error.message))
}

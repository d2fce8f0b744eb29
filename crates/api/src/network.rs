//! The network behind the program: the sample network inside, or one that runs elsewhere; and who answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
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
use crate::types::{AppEvent, ErrorCode, ErrorView, HospitalView, NetworkPhase, NetworkStateRequest, NetworkView};
use crate::{errors, files};

/// Hospitals are asked whether they are there this often; after an answer fell out, and while one is away.
const LOOK_EVERY: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Name shown before the network file is read.
const NAME_BEFORE: &str = "CareKey";

/// How the network is, for everybody who waits for it.
pub(crate) struct Network {
    now: watch::Sender<Status>,
    look: Notify,
    worker: Mutex<Option<JoinHandle<()>>>,
    sample: Arc<tokio::sync::Mutex<Option<SampleNetwork>>>,
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
    pub(crate) fn new(sample: bool) -> Self {
        let status = Status {
            phase: NetworkPhase::Starting,
            sample,
            file: None,
            reachable: BTreeMap::new(),
            last_contact: None,
            detail: None,
        };
        Self { now: watch::channel(status).0, look: Notify::new(), worker: Mutex::default(), sample: Arc::default() }
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
    Ok(cx.app.network.view())
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

    pub(crate) fn start_network(&self) {
        let app = self.clone();
        let worker = tokio::spawn(async move {
            match app.find_network().await {
                Ok(file) => app.watch_network(file).await,
                Err(error) => {
                    tracing::error!("the network did not start: {error}");
                    app.change_network(|now| {
                        now.phase = NetworkPhase::Failed;
                        now.detail = Some(error);
                    });
                }
            }
        });
        *lock(&self.network.worker) = Some(worker);
    }

    /// The network file, as soon as there is one.
    ///
    /// # Errors
    /// `wrongNetwork` if the file is not valid; `internal` if the sample network does not start.
    pub(crate) async fn network_file(&self) -> Result<Arc<NetworkFile>, ErrorView> {
        let mut now = self.network.now.subscribe();
        let settled = now.wait_for(|now| now.file.is_some() || now.phase == NetworkPhase::Failed).await;
        let settled = settled.map_err(errors::internal)?;
        settled.file.clone().ok_or_else(|| {
            let code = if settled.sample { ErrorCode::Internal } else { ErrorCode::WrongNetwork };
            ErrorView { detail: settled.detail.clone(), ..errors::plain(code) }
        })
    }

    async fn find_network(&self) -> Result<NetworkFile, String> {
        let Some(place) = self.options.network_dir.clone() else {
            let sample = SampleNetwork::start(&self.sample_dir()).await.map_err(|error| error.to_string())?;
            let file = sample.network_file().clone();
            *self.network.sample.lock().await = Some(sample);
            return Ok(file);
        };
        let path = if place.is_file() { place } else { place.join("network.json") };
        let read = files::blocking(move || Ok(NetworkFile::load(&path)?)).await;
        read.map_err(|error| error.detail.unwrap_or(error.message))
    }

    /// Looks who answers, until the program ends. These questions carry nobody's name.
    async fn watch_network(&self, file: NetworkFile) {
        let remote = match Remote::connect(&file).await {
            Ok(remote) => remote,
            Err(error) => {
                return self.change_network(|now| {
                    now.phase = NetworkPhase::Failed;
                    now.detail = Some(error.to_string());
                });
            }
        };
        self.change_network(|now| now.file = Some(Arc::new(file)));
        loop {
            let answers = remote.heads().await;
            let reachable: BTreeMap<_, _> = answers.into_iter().map(|(id, answer)| (id, answer.is_ok())).collect();
            let (any, all) = (reachable.values().any(|up| *up), reachable.values().all(|up| *up));
            self.change_network(|now| {
                now.phase = if any { NetworkPhase::Online } else { NetworkPhase::Offline };
                now.last_contact = if any { Some(files::now()) } else { now.last_contact };
                now.reachable = reachable;
            });
            let pause = tokio::time::sleep(if all { LOOK_EVERY } else { LOOK_AGAIN });
            tokio::select! {
                () = pause => {}
                () = self.network.look.notified() => {}
            }
        }
    }

    /// Changes the status, and tells the windows if they would see a difference.
    fn change_network(&self, change: impl FnOnce(&mut Status)) {
        let before = self.network.view();
        self.network.now.send_modify(change);
        let network = self.network.view();
        if network != before {
            if network.phase != before.phase {
                // The sample people are there once their network is.
                self.tell_all(&AppEvent::ProfilesChanged);
            }
            self.tell_all(&AppEvent::Network { network });
        }
    }

    pub(crate) async fn stop_network(&self) {
        let worker = lock(&self.network.worker).take();
        if let Some(worker) = worker {
            worker.abort();
            // Cancelled, as asked.
            let _ = worker.await;
        }
        if let Some(sample) = self.network.sample.lock().await.take() {
            sample.stop().await;
        }
    }
}

//! The running program: what is shared by all windows.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::broadcast;

use crate::context::Context;
use crate::network::{Network, Source};
use crate::networks::Networks;
use crate::profiles::Profiles;
use crate::recovery::help::Helping;
use crate::session::Sessions;
use crate::settings::Settings;
use crate::tasks::Tasks;
use crate::types::{AppEvent, ErrorCode, ErrorView, SettingsView};
use crate::{dispatch, errors, files, viewing};

/// Events a slow window may fall behind before it misses some; it asks again on the next one.
const EVENTS_MAX: usize = 1024;

/// Where the program keeps its things and whom it talks to.
#[derive(Debug, Clone)]
pub struct AppOptions {
    /// Own profiles (in `profiles/<id>`), settings, and the sample network if one runs inside.
    pub data_dir: PathBuf,
    /// Folder with the `network.json` of a network to join, or that file itself; none starts a sample network inside.
    pub network_dir: Option<PathBuf>,
    /// Profile that the first session opens by itself.
    pub profile: Option<String>,
}

/// The running program. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct App {
    pub(crate) options: Arc<AppOptions>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) profiles: Arc<Profiles>,
    pub(crate) networks: Arc<Networks>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) helping: Arc<Helping>,
    events: broadcast::Sender<(String, AppEvent)>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("App").field(&self.options.data_dir).finish()
    }
}

impl App {
    /// Starts. The network comes up in the background; requests that need it wait for it.
    ///
    /// # Errors
    /// The data folder cannot be made or read.
    pub async fn start(options: AppOptions) -> Result<Self, ErrorView> {
        let dir = options.data_dir.clone();
        let source = match &options.network_dir {
            Some(place) => Source::Named(place.clone()),
            None => Source::Sample(dir.join("sample")),
        };
        let (settings, networks) = files::blocking(move || {
            std::fs::create_dir_all(&dir).map_err(|error| errors::unwritable(&dir, &error))?;
            Ok((Settings::load(&dir), Networks::load(Network::new(source), &Self::networks_dir(&dir))))
        })
        .await?;
        let app = Self {
            sessions: Arc::new(Sessions::new(options.profile.clone())),
            profiles: Arc::default(),
            networks: Arc::new(networks),
            tasks: Arc::default(),
            settings: Arc::new(settings),
            helping: Arc::default(),
            events: broadcast::channel(EVENTS_MAX).0,
            options: Arc::new(options),
        };
        // With a network of real hospitals, the one with made-up people waits until somebody wants it.
        app.start_network(&app.networks.first());
        Ok(app)
    }

    /// Answers the request `name` for `session`, which begins with its first request.
    ///
    /// # Errors
    /// What the window is to be told.
    pub async fn call(&self, session: &str, name: &str, request: Value) -> Result<Value, ErrorView> {
        let cx = self.context(session);
        dispatch::answer(&cx, name, request).await.map_err(|error| self.refine(session, error))
    }

    /// As [`call`](Self::call), for what is looked at: pictures, films, signals and pages, as bytes.
    ///
    /// # Errors
    /// What the window is to be told.
    pub async fn bytes(&self, session: &str, name: &str, request: Value) -> Result<Vec<u8>, ErrorView> {
        let cx = self.context(session);
        viewing::bytes(&cx, name, request).await.map_err(|error| self.refine(session, error))
    }

    /// The settings of this computer.
    pub fn settings(&self) -> SettingsView {
        self.settings.now()
    }

    /// What changes, each event with the session it is for.
    pub fn subscribe(&self) -> broadcast::Receiver<(String, AppEvent)> {
        self.events.subscribe()
    }

    /// Adds a wallet in a folder of its own to the profiles; answers with its profile id.
    pub fn adopt(&self, dir: &Path) -> String {
        self.profiles.adopt(dir)
    }

    /// Forgets a session, and with it the keys of its profile unless another session shows it too.
    pub fn close_session(&self, session: &str) {
        let shown = self.sessions.remove(session);
        self.tasks.forget(session);
        if let Some(profile) = shown
            && !self.sessions.shows(&profile)
        {
            let app = self.clone();
            tokio::spawn(async move { app.close_profile(&profile).await });
        }
    }

    /// Closes all profiles, then the network. What was promised is on disk and goes on at the next start.
    pub async fn shutdown(&self) {
        self.tasks.cancel_all();
        self.stop_helping().await;
        self.close_all_profiles().await;
        self.stop_networks().await;
    }

    pub(crate) fn context(&self, session: &str) -> Context {
        self.sessions.begin(session);
        Context { app: self.clone(), session: session.to_owned() }
    }

    /// Tells one session.
    pub(crate) fn tell(&self, session: &str, event: AppEvent) {
        // Nobody listening is not an error.
        let _ = self.events.send((session.to_owned(), event));
    }

    /// Tells all sessions that show `profile`.
    pub(crate) fn tell_profile(&self, profile: &str, event: &AppEvent) {
        for session in self.sessions.showing(profile) {
            self.tell(&session, event.clone());
        }
    }

    /// Tells everybody.
    pub(crate) fn tell_all(&self, event: &AppEvent) {
        for session in self.sessions.all() {
            self.tell(&session, event.clone());
        }
    }

    /// When nobody can be reached, the one hospital that was needed is not the trouble.
    pub(crate) fn refine(&self, session: &str, error: ErrorView) -> ErrorView {
        if error.code == ErrorCode::HospitalUnreachable && self.network_of(session).is_offline() {
            return ErrorView { detail: error.detail, ..errors::plain(ErrorCode::Offline) };
        }
        error
    }
}

/// A lock whose holders never leave it half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The networks of this computer: the one it was started with or carries inside, and those that were joined.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use carekey_network::NetworkFile;

use crate::app::{App, lock};
use crate::context::Context;
use crate::network::{Network, Source};
use crate::session::Shows;
use crate::types::{
    AppEvent, ErrorCode, ErrorView, NetworkInspectRequest, NetworkItem, NetworkJoinRequest, NetworksListRequest,
    NetworksView, SampleStartRequest, SampleStarted,
};
use crate::{errors, files};

/// What requests call the network this program was started with.
pub(crate) const HOME: &str = "home";

/// All networks.
pub(crate) struct Networks {
    /// The one this program was started with, or the one with made-up people inside.
    home: Arc<Network>,
    joined: Mutex<BTreeMap<String, Arc<Network>>>,
}

impl Networks {
    /// Those whose files lie in `dir`; files that are none are passed over.
    pub(crate) fn load(home: Network, dir: &Path) -> Self {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        let files = entries.filter_map(|entry| NetworkFile::load(&entry.path()).ok().map(|file| (entry.path(), file)));
        let joined = files.map(|(path, file)| {
            let id = file.network_id().to_string();
            (id.clone(), Arc::new(Network::new(Source::Joined { id, path })))
        });
        Self { home: Arc::new(home), joined: Mutex::new(joined.collect()) }
    }

    /// Where somebody is who has not chosen: with the hospitals that were joined, if the alternative is made up.
    pub(crate) fn first(&self) -> Arc<Network> {
        let joined = lock(&self.joined).values().next().cloned();
        joined.filter(|_| self.home.is_sample()).unwrap_or_else(|| Arc::clone(&self.home))
    }

    pub(crate) fn home(&self) -> &Arc<Network> {
        &self.home
    }

    /// By the key a label carries; none is home.
    pub(crate) fn by_key(&self, key: Option<&str>) -> Option<Arc<Network>> {
        match key {
            None | Some(HOME) => Some(Arc::clone(&self.home)),
            Some(id) => lock(&self.joined).get(id).cloned(),
        }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Network>> {
        lock(&self.joined).values().cloned().chain([Arc::clone(&self.home)]).collect()
    }
}

pub(crate) async fn list(cx: &Context, _: NetworksListRequest) -> Result<NetworksView, ErrorView> {
    let networks = cx.app.networks.all();
    files::blocking(move || Ok(NetworksView { networks: networks.iter().map(|network| network.item()).collect() }))
        .await
}

pub(crate) async fn inspect(cx: &Context, request: NetworkInspectRequest) -> Result<NetworkItem, ErrorView> {
    let file = read(request.path, request.text).await?;
    let joined = cx.app.networks.by_key(Some(&file.network_id().to_string())).is_some();
    Ok(item(&file, joined))
}

pub(crate) async fn join(cx: &Context, request: NetworkJoinRequest) -> Result<NetworkItem, ErrorView> {
    let file = read(request.path, request.text).await?;
    let network = cx.app.join_network(&file).await?;
    Ok(NetworkItem { id: network.key().unwrap_or_else(|| HOME.to_owned()), ..item(&file, true) })
}

pub(crate) async fn start_sample(cx: &Context, _: SampleStartRequest) -> Result<SampleStarted, ErrorView> {
    let home = cx.app.networks.home();
    if !home.is_sample() {
        return Err(errors::invalid("this program was started with a network of its own"));
    }
    cx.app.start_network(home);
    cx.app.tell_all(&AppEvent::ProfilesChanged);
    Ok(SampleStarted { network: home.view() })
}

async fn read(path: Option<String>, text: Option<String>) -> Result<NetworkFile, ErrorView> {
    match (path, text) {
        (Some(path), None) => {
            let path = files::absolute(&path)?;
            files::blocking(move || Ok(NetworkFile::load(&path)?)).await
        }
        (None, Some(text)) => Ok(NetworkFile::from_invitation(&text)?),
        _ => Err(errors::invalid("either a path or a text")),
    }
}

/// A joined network, as lists show it.
pub(crate) fn item(file: &NetworkFile, joined: bool) -> NetworkItem {
    NetworkItem {
        id: file.network_id().to_string(),
        name: file.genesis.name.to_string(),
        sample: false,
        hospitals: file.genesis.hospitals.iter().map(|hospital| hospital.name.to_string()).collect(),
        founded: Some(file.genesis.founded.0),
        joined,
    }
}

impl App {
    pub(crate) fn networks_dir(data_dir: &Path) -> PathBuf {
        data_dir.join("networks")
    }

    /// The network this session has to do with.
    pub(crate) fn network_of(&self, session: &str) -> Arc<Network> {
        let known = match self.sessions.get(session) {
            Shows::Profile(id) => self.profiles.network(&id),
            Shows::Draft(draft) => Some(Arc::clone(&draft.network)),
            Shows::Start => None,
        };
        known.unwrap_or_else(|| self.networks.first())
    }

    /// The network a request names.
    ///
    /// # Errors
    /// `notFound`.
    pub(crate) fn network_named(&self, key: Option<&str>) -> Result<Arc<Network>, ErrorView> {
        self.networks.by_key(key).ok_or_else(|| errors::plain(ErrorCode::NotFound))
    }

    /// Remembers a network on this computer. The one this program was started with needs no joining.
    pub(crate) async fn join_network(&self, file: &NetworkFile) -> Result<Arc<Network>, ErrorView> {
        let id = file.network_id().to_string();
        let home = self.networks.home();
        if home.file().is_ok_and(|known| known.network_id() == file.network_id()) {
            return Ok(Arc::clone(home));
        }
        if let Some(known) = self.networks.by_key(Some(&id)) {
            return Ok(known);
        }
        let dir = Self::networks_dir(&self.options.data_dir);
        let path = dir.join(format!("{id}.json"));
        let (file, target) = (file.clone(), path.clone());
        files::blocking(move || {
            std::fs::create_dir_all(&dir).map_err(|error| errors::unwritable(&dir, &error))?;
            Ok(file.save(&target)?)
        })
        .await?;
        let network = Arc::new(Network::new(Source::Joined { id: id.clone(), path }));
        lock(&self.networks.joined).insert(id, Arc::clone(&network));
        self.start_network(&network);
        Ok(network)
    }
}

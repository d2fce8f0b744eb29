//! The people of this computer: those of the sample network, and own wallets.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carekey_sample::SamplePerson;
use carekey_wallet::custody::{Custody, CustodyError, Keeper, KeeperKind, KeyringStatus, RootMaterial};
use carekey_wallet::vault::VaultError;
use carekey_wallet::{Remote, Wallet, WalletError};
use secrecy::SecretString;

use crate::app::{App, lock};
use crate::context::Context;
use crate::label::Label;
use crate::network::Network;
use crate::opened::OpenProfile;
use crate::types::{
    AppEvent, ErrorCode, ErrorView, ProfileRemoveRequest, ProfileRenameRequest, ProfileView, ProfilesListRequest,
    ProfilesView, SecretText,
};
use crate::{errors, files, onboarding, security, session, views};

/// A wallet that was just closed may still be held by a request that is being answered; this often its vault is tried
/// again, this long apart.
const REOPEN_ATTEMPTS: u32 = 40;
const REOPEN_PAUSE: Duration = Duration::from_millis(50);

/// Which profiles are open, and folders that were named from outside.
#[derive(Default)]
pub(crate) struct Profiles {
    opened: Mutex<HashMap<String, Arc<OpenProfile>>>,
    adopted: Mutex<BTreeMap<String, PathBuf>>,
    /// One opening or closing of a profile at a time.
    gates: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// Why the keys of a profile could not be had the last time.
    troubles: Mutex<HashMap<String, ErrorCode>>,
    /// The networks of profiles that were looked at.
    networks: Mutex<HashMap<String, Arc<Network>>>,
}

/// A profile as its folder tells, without opening it.
#[derive(Debug, Clone)]
pub(crate) struct ProfileRef {
    pub(crate) id: String,
    pub(crate) dir: PathBuf,
    label: Label,
    keeper: KeeperKind,
    /// The published passphrase of a sample person.
    sample: Option<&'static str>,
}

impl Profiles {
    pub(crate) fn opened(&self, id: &str) -> Option<Arc<OpenProfile>> {
        lock(&self.opened).get(id).cloned()
    }

    /// All that are open.
    pub(crate) fn all_opened(&self) -> Vec<Arc<OpenProfile>> {
        lock(&self.opened).values().cloned().collect()
    }

    pub(crate) fn adopt(&self, dir: &Path) -> String {
        let id = format!("at:{}", dir.display());
        lock(&self.adopted).insert(id.clone(), dir.to_owned());
        id
    }

    pub(crate) fn network(&self, id: &str) -> Option<Arc<Network>> {
        lock(&self.networks).get(id).cloned()
    }

    pub(crate) fn trouble(&self, id: &str) -> Option<ErrorCode> {
        lock(&self.troubles).get(id).copied()
    }

    fn note_trouble(&self, id: &str, trouble: Option<ErrorCode>) {
        match trouble {
            Some(code) => lock(&self.troubles).insert(id.to_owned(), code),
            None => lock(&self.troubles).remove(id),
        };
    }

    pub(crate) fn gate(&self, id: &str) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(lock(&self.gates).entry(id.to_owned()).or_default())
    }
}

pub(crate) async fn list(cx: &Context, _: ProfilesListRequest) -> Result<ProfilesView, ErrorView> {
    let known = cx.app.known_profiles().await?;
    Ok(ProfilesView { profiles: known.iter().map(|profile| cx.app.view_profile(profile)).collect() })
}

pub(crate) async fn rename(cx: &Context, request: ProfileRenameRequest) -> Result<ProfilesView, ErrorView> {
    let profile = cx.app.find_own(&request.profile_id).await?;
    let called = match request.name.trim() {
        "" => None,
        name => Some(onboarding::checked_name(name)?),
    };
    let label = profile.label.clone().called(called.filter(|name| *name != profile.label.name));
    let dir = profile.dir;
    files::blocking(move || label.write(&dir).map_err(|error| errors::unwritable(&dir, &error))).await?;
    cx.app.tell_profile(&request.profile_id, &AppEvent::SessionChanged);
    cx.app.tell_all(&AppEvent::ProfilesChanged);
    list(cx, ProfilesListRequest {}).await
}

pub(crate) async fn remove(cx: &Context, request: ProfileRemoveRequest) -> Result<ProfilesView, ErrorView> {
    let profile = cx.app.find_own(&request.profile_id).await?;
    cx.app.remove_profile(profile).await?;
    list(cx, ProfilesListRequest {}).await
}

impl ProfileRef {
    pub(crate) fn is_sample(&self) -> bool {
        self.sample.is_some()
    }
}

impl App {
    /// A profile that belongs to this computer's people: not made up, not in a folder that somebody named.
    async fn find_own(&self, id: &str) -> Result<ProfileRef, ErrorView> {
        let profile = self.find_profile(id).await?;
        if profile.dir.parent() == Some(&self.own_profiles_dir()) {
            Ok(profile)
        } else {
            Err(errors::invalid("only own profiles can be renamed or removed"))
        }
    }

    /// The profile that a restore gives up, if it is the same person's as far as that is known.
    ///
    /// # Errors
    /// `keysOfAnother`, `notFound`.
    pub(crate) async fn replaced(
        &self,
        id: Option<String>,
        root: &RootMaterial,
    ) -> Result<Option<ProfileRef>, ErrorView> {
        let Some(id) = id else { return Ok(None) };
        let profile = self.find_own(&id).await?;
        match Custody::at(&profile.dir).profile() {
            Ok(known) if !known.fits(root) => Err(errors::plain(ErrorCode::KeysOfAnother)),
            // What is damaged cannot tell; it is what is being replaced.
            _ => Ok(Some(profile)),
        }
    }

    /// The keys first, then what they opened: what is interrupted can be repeated, and leaves nothing that opens.
    pub(crate) async fn remove_profile(&self, profile: ProfileRef) -> Result<(), ErrorView> {
        let id = profile.id.clone();
        self.close_profile(&id).await;
        let gate = self.profiles.gate(&id);
        let _one_at_a_time = gate.lock().await;
        files::blocking(move || {
            match Custody::at(&profile.dir).forget() {
                // A locked key store can be unlocked; one that is gone keeps nothing.
                Err(error @ (CustodyError::KeyringLocked | CustodyError::Disk { .. })) => return Err(error.into()),
                Err(error) => tracing::warn!("the keys of a removed profile: {error}"),
                Ok(()) => {}
            }
            std::fs::remove_dir_all(&profile.dir).map_err(|error| errors::unwritable(&profile.dir, &error))
        })
        .await?;
        self.profiles.note_trouble(&id, None);
        for session in self.sessions.showing(&id) {
            self.sessions.set(&session, session::Shows::Start);
            self.tell(&session, AppEvent::SessionChanged);
        }
        self.tell_all(&AppEvent::ProfilesChanged);
        Ok(())
    }

    /// Where own wallets live.
    pub(crate) fn own_profiles_dir(&self) -> PathBuf {
        self.options.data_dir.join("profiles")
    }

    /// Sample people first, then own wallets by name.
    async fn known_profiles(&self) -> Result<Vec<ProfileRef>, ErrorView> {
        let home = self.networks.home();
        let (sample_dir, runs_here) = (self.sample_dir(), home.is_sample() && home.is_started());
        let (own_dir, adopted) = (self.own_profiles_dir(), lock(&self.profiles.adopted).clone());
        files::blocking(move || {
            let people = carekey_sample::people(&sample_dir);
            // In a network that runs elsewhere there are sample people only if their wallets are.
            let here =
                people.into_iter().filter(|person| runs_here || person.profile_dir.join("profile.json").exists());
            let mut known: Vec<ProfileRef> = here.map(sample).collect();
            let mut own: Vec<ProfileRef> =
                std::fs::read_dir(&own_dir).into_iter().flatten().filter_map(|entry| own(entry.ok()?.path())).collect();
            own.sort_by(|a, b| (&a.label.name, &a.id).cmp(&(&b.label.name, &b.id)));
            known.extend(own);
            known.extend(adopted.into_iter().map(|(id, dir)| elsewhere(id, dir)));
            Ok(known)
        })
        .await
    }

    pub(crate) async fn find_profile(&self, id: &str) -> Result<ProfileRef, ErrorView> {
        let known = self.known_profiles().await?;
        known.into_iter().find(|profile| profile.id == id).ok_or_else(|| errors::plain(ErrorCode::NotFound))
    }

    /// One profile, as the start screen shows it.
    pub(crate) async fn profile_view(&self, id: &str) -> Result<ProfileView, ErrorView> {
        Ok(self.view_profile(&self.find_profile(id).await?))
    }

    fn view_profile(&self, profile: &ProfileRef) -> ProfileView {
        let ProfileRef { id, label, keeper, sample, .. } = profile;
        let is_open = self.profiles.opened(id).is_some();
        ProfileView {
            id: id.clone(),
            name: label.shown().to_owned(),
            initials: views::people::initials(label.shown()),
            role: label.role,
            about: label.about.clone(),
            sample: sample.is_some(),
            custody: security::custody_view(*keeper),
            locked: !is_open && sample.is_none() && *keeper != KeeperKind::Keyring,
            enrolled: label.enrolled,
            open: self.sessions.shows(id),
        }
    }

    /// Opens a profile's wallet, or answers with the one that is open. Without a passphrase only keyrings and published
    /// passphrases are tried.
    ///
    /// # Errors
    /// `locked` if a passphrase is needed; what the keyring, the vault or the network file says.
    pub(crate) async fn open_profile(
        &self,
        id: &str,
        passphrase: Option<SecretText>,
    ) -> Result<Arc<OpenProfile>, ErrorView> {
        let gate = self.profiles.gate(id);
        let _one_at_a_time = gate.lock().await;
        if let Some(open) = self.profiles.opened(id) {
            return Ok(open);
        }
        let network = match self.find_profile(id).await {
            Ok(profile) => self.network_named(profile.label.network.as_deref())?,
            // Perhaps one of the made-up people, who come with their network.
            Err(_) => Arc::clone(self.networks.home()),
        };
        lock(&self.profiles.networks).insert(id.to_owned(), Arc::clone(&network));
        let file = self.network_file_of(&network).await?;
        let profile = self.find_profile(id).await?;
        let opened = unlock(&profile, passphrase, &file).await;
        let code = opened.as_ref().err().map(|error| error.code);
        self.profiles.note_trouble(id, code.filter(|code| session::is_trouble(*code)));
        Ok(self.add_open(id, &profile.dir, opened?, profile.is_sample(), &network))
    }

    /// Makes an open wallet known and sets it to work.
    pub(crate) fn add_open(
        &self,
        id: &str,
        dir: &Path,
        wallet: Wallet,
        is_sample: bool,
        network: &Arc<Network>,
    ) -> Arc<OpenProfile> {
        lock(&self.profiles.networks).insert(id.to_owned(), Arc::clone(network));
        let open = Arc::new(OpenProfile::new(id, dir, wallet, is_sample, network));
        lock(&self.profiles.opened).insert(id.to_owned(), Arc::clone(&open));
        self.set_to_work(&open);
        self.watch_for_idleness(&open);
        open
    }

    /// Forgets a profile's keys.
    pub(crate) async fn close_profile(&self, id: &str) {
        let gate = self.profiles.gate(id);
        let _one_at_a_time = gate.lock().await;
        let removed = lock(&self.profiles.opened).remove(id);
        if let Some(open) = removed {
            open.close().await;
        }
    }

    pub(crate) async fn close_all_profiles(&self) {
        let ids: Vec<String> = lock(&self.profiles.opened).keys().cloned().collect();
        for id in ids {
            self.close_profile(&id).await;
        }
    }
}

async fn unlock(
    profile: &ProfileRef,
    typed: Option<SecretText>,
    network: &carekey_network::NetworkFile,
) -> Result<Wallet, ErrorView> {
    if profile.keeper == KeeperKind::PinFile && typed.is_none() {
        // Before the person types in vain.
        if let KeyringStatus::Missing { why } = files::blocking(|| Ok(Custody::probe())).await? {
            return Err(errors::with_detail(ErrorCode::KeyringMissing, why));
        }
    }
    let keeper = keeper(profile, typed)?;
    let dir = profile.dir.clone();
    let root = files::blocking(move || Ok(Custody::at(dir).unlock(&keeper)?)).await?;
    let remote = Remote::connect(network).await?;
    open_wallet(&profile.dir, &root, remote, network).await
}

async fn open_wallet(
    dir: &Path,
    root: &RootMaterial,
    remote: Remote,
    network: &carekey_network::NetworkFile,
) -> Result<Wallet, ErrorView> {
    let mut remote = Some(remote);
    for attempt in 0.. {
        let (dir, root) = (dir.to_owned(), root.clone());
        let remote = match remote.take() {
            Some(remote) => remote,
            None => Remote::connect(network).await?,
        };
        match files::blocking(move || Ok(Wallet::open(&dir, &root, remote))).await? {
            Err(WalletError::Vault(VaultError::InUse { .. })) if attempt < REOPEN_ATTEMPTS => {
                tokio::time::sleep(REOPEN_PAUSE).await;
            }
            other => return Ok(other?),
        }
    }
    unreachable!()
}

/// What opens a profile: what was typed, the key store, or a made-up person's published passphrase.
///
/// # Errors
/// `locked` if something has to be typed.
pub(crate) fn keeper(profile: &ProfileRef, given: Option<SecretText>) -> Result<Keeper, ErrorView> {
    match (profile.keeper, given) {
        (KeeperKind::Keyring, _) => Ok(Keeper::Keyring),
        (KeeperKind::PinFile, Some(given)) => Ok(Keeper::Pin(SecretString::from(given.into_inner()))),
        (KeeperKind::PinFile, None) => Err(errors::plain(ErrorCode::Locked)),
        (KeeperKind::PassphraseFile, Some(given)) => Ok(Keeper::Passphrase(SecretString::from(given.into_inner()))),
        (KeeperKind::PassphraseFile, None) => match profile.sample {
            Some(published) => Ok(Keeper::Passphrase(SecretString::from(published))),
            None => Err(errors::plain(ErrorCode::Locked)),
        },
    }
}

fn sample(person: SamplePerson) -> ProfileRef {
    let about = views::people::about([person.specialty, person.hospital_name]);
    let (name, role) = (person.name.to_owned(), views::people::role(person.role));
    ProfileRef {
        id: person.key.to_owned(),
        keeper: keeper_in(&person.profile_dir).unwrap_or(KeeperKind::Keyring),
        dir: person.profile_dir,
        label: Label { name, role, about, enrolled: true, called: None, network: None },
        sample: Some(person.passphrase),
    }
}

/// None for a folder whose profile was never completed.
fn own(dir: PathBuf) -> Option<ProfileRef> {
    let label = Label::read(&dir)?;
    Some(ProfileRef { id: files::name_of(&dir), keeper: keeper_in(&dir).ok()?, dir, label, sample: None })
}

fn elsewhere(id: String, dir: PathBuf) -> ProfileRef {
    let label = Label::read(&dir).unwrap_or_else(|| Label::new(&files::name_of(&dir)));
    // What is wrong with the folder is said when it is opened.
    ProfileRef { id, keeper: keeper_in(&dir).unwrap_or(KeeperKind::Keyring), dir, label, sample: None }
}

fn keeper_in(dir: &Path) -> Result<KeeperKind, CustodyError> {
    Ok(Custody::at(dir).profile()?.keeper)
}

//! Making, restoring and registering a wallet.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use carekey_crypto::RecoveryWords;
use carekey_wallet::custody::{Custody, Keeper, KeyringStatus, RootMaterial};
use carekey_wallet::{Remote, Wallet, WalletError};
use rand_core::Rng;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::app::App;
use crate::context::Context;
use crate::label::Label;
use crate::network::Network;
use crate::session::Shows;
use crate::tasks::Task;
use crate::types::{
    self, AppEvent, ErrorCode, ErrorView, ProfileView, SecretText, SessionView, TaskKind, TaskStarted,
    WalletConfirmWordsRequest, WalletCreateRequest, WalletCreated, WalletCustodyRequest, WalletCustodyView,
    WalletEnrolRequest, WalletRestoreRequest,
};
use crate::{errors, files, security, views};

/// How many of the 24 words are asked for again.
const CONFIRM_WORDS: usize = 3;

/// Longest name, in bytes: what a certificate can carry.
const NAME_BYTES_MAX: usize = 64;

/// How often a restore tells how far it is.
const RESTORE_TOLD_EVERY: Duration = Duration::from_millis(200);

/// A wallet whose words are being confirmed. It exists in memory only: closing the window forgets it.
pub(crate) struct Draft {
    id: String,
    name: String,
    keeper: Keeper,
    root: RootMaterial,
    confirm: Vec<u8>,
    pub(crate) network: Arc<Network>,
}

impl Draft {
    pub(crate) fn view(&self) -> ProfileView {
        ProfileView {
            id: self.id.clone(),
            name: self.name.clone(),
            initials: views::people::initials(&self.name),
            role: types::Role::Person,
            about: None,
            sample: false,
            custody: security::custody_view(self.keeper.kind()),
            locked: false,
            enrolled: false,
            open: true,
        }
    }
}

pub(crate) async fn custody(_: &Context, _: WalletCustodyRequest) -> Result<WalletCustodyView, ErrorView> {
    let status = probe().await?;
    let keyring = security::keyring_view(&status);
    let detail = if let KeyringStatus::Missing { why } = status { Some(why) } else { None };
    Ok(WalletCustodyView { keyring, detail })
}

pub(crate) async fn create(cx: &Context, request: WalletCreateRequest) -> Result<WalletCreated, ErrorView> {
    let name = checked_name(&request.name)?;
    let network = cx.app.network_named(request.network.as_deref())?;
    let keeper = checked_keeper(request.custody, request.passphrase).await?;
    let root = RootMaterial::generate(&mut files::rng());
    let words = RecoveryWords::from_entropy(root.entropy.expose());
    let words: Vec<String> = words.words().map(str::to_owned).collect();
    let confirm = places(words.len());
    let id = cx.app.free_id(&name);
    let draft = Draft { id, name, keeper, root, confirm: confirm.clone(), network };
    cx.app.sessions.set(&cx.session, Shows::Draft(Arc::new(draft)));
    Ok(WalletCreated { words, confirm })
}

pub(crate) async fn confirm_words(cx: &Context, request: WalletConfirmWordsRequest) -> Result<SessionView, ErrorView> {
    let Shows::Draft(draft) = cx.app.sessions.get(&cx.session) else {
        return Err(errors::plain(ErrorCode::NoProfile));
    };
    let words = RecoveryWords::from_entropy(draft.root.entropy.expose());
    let words: Vec<&str> = words.words().collect();
    let asked = draft.confirm.iter().map(|place| words[usize::from(*place) - 1]);
    let typed: Vec<_> = request.words.iter().map(|word| Zeroizing::new(word.expose().trim().to_lowercase())).collect();
    if !asked.eq(typed.iter().map(|word| word.as_str())) {
        return Err(errors::plain(ErrorCode::WordsMismatch));
    }
    let network = cx.app.network_file_of(&draft.network).await?;
    let made =
        Made { dir: cx.app.own_profiles_dir().join(&draft.id), keeper: draft.keeper.clone(), root: draft.root.clone() };
    made.store().await?;
    let wallet = match made.open(Remote::connect(&network).await?).await {
        Ok(wallet) => wallet,
        Err(error) => {
            made.forget().await;
            return Err(error);
        }
    };
    made.label(Label::new(&draft.name).at(draft.network.key())).await?;
    cx.app.add_open(&draft.id, &made.dir, wallet, false, &draft.network);
    cx.show(&draft.id);
    cx.view().await
}

pub(crate) async fn restore(cx: &Context, request: WalletRestoreRequest) -> Result<TaskStarted, ErrorView> {
    let name = checked_name(&request.name)?;
    let words = parse_words(&request.words)?;
    let network = cx.app.network_named(request.network.as_deref())?;
    let keeper = checked_keeper(request.custody, request.passphrase).await?;
    let root = RootMaterial::restore(&mut files::rng(), words.entropy());
    let replaced = cx.app.replaced(request.replaces, &root).await?;
    let id = cx.app.free_id(&name);
    let made = Made { dir: cx.app.own_profiles_dir().join(&id), keeper, root };
    let label = name.clone();
    let cx_task = cx.clone();
    Ok(cx.start_task(TaskKind::Restore, &label, None, move |task| async move {
        let outcome = rebuild(&cx_task, &task, &id, &name, &made, &network, |_| Ok(())).await;
        if outcome.is_err() {
            made.forget().await;
        }
        if let (Ok(()), Some(replaced)) = (&outcome, replaced) {
            cx_task.app.remove_profile(replaced).await?;
        }
        outcome.map(|()| None)
    }))
}

/// Makes a profile of known keys and brings back what they stand for. `prepare` is what the empty vault is told first.
pub(crate) async fn rebuild(
    cx: &Context,
    task: &Task,
    id: &str,
    name: &str,
    made: &Made,
    of: &Arc<Network>,
    prepare: impl FnOnce(&Wallet) -> Result<(), WalletError>,
) -> Result<(), ErrorView> {
    let network = cx.app.network_file_of(of).await?;
    task.check()?;
    made.store().await?;
    let wallet = made.open(Remote::connect(&network).await?).await?;
    prepare(&wallet)?;
    let restored = task.unless_cancelled(async {
        tokio::select! {
            restored = wallet.restore() => match restored {
                // Words that were never registered make a wallet that waits for its code.
                Err(WalletError::Authority(carekey_network::enrolment::AuthorityRefusal::NotRegistered)) => Ok(()),
                other => other,
            },
            () = tell_progress(&wallet, task) => Ok(()),
        }
    });
    if let Err(error) = restored.await {
        wallet.remote().disconnect().await;
        return Err(error);
    }
    let label = match wallet.certificate() {
        Ok(certificate) => Label::of(&certificate, &network.genesis),
        Err(_) => Label::new(name),
    };
    made.label(label.at(of.key())).await?;
    cx.app.add_open(id, &made.dir, wallet, false, of);
    cx.show(id);
    cx.app.tell(&cx.session, AppEvent::SessionChanged);
    Ok(())
}

async fn tell_progress(wallet: &Wallet, task: &Task) {
    loop {
        let state = wallet.ledger_state().await;
        let (done, total) = (state.scanned.0, state.head.header.height.0);
        task.progress(done, (total > 0).then_some(total));
        tokio::time::sleep(RESTORE_TOLD_EVERY).await;
    }
}

pub(crate) async fn enrol(cx: &Context, request: WalletEnrolRequest) -> Result<SessionView, ErrorView> {
    let profile = cx.profile()?;
    let code: String = request.code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.is_empty() {
        return Err(errors::plain(ErrorCode::EnrolmentRefused));
    }
    let certificate = profile.wallet.enrol(&code).await?;
    let label = Label::of(&certificate, profile.wallet.remote().genesis());
    let dir = profile.dir.clone();
    files::blocking(move || {
        let before = Label::read(&dir);
        let (called, network) = before.map_or((None, None), |before| (before.called, before.network));
        label.called(called).at(network).write(&dir).map_err(|error| errors::unwritable(&dir, &error))
    })
    .await?;
    cx.app.tell_profile(&profile.id, &AppEvent::SessionChanged);
    cx.app.tell_all(&AppEvent::ProfilesChanged);
    cx.view().await
}

/// A profile that is being made.
pub(crate) struct Made {
    pub(crate) dir: PathBuf,
    pub(crate) keeper: Keeper,
    pub(crate) root: RootMaterial,
}

impl Made {
    /// Puts the secrets where the person chose.
    pub(crate) async fn store(&self) -> Result<(), ErrorView> {
        let (custody, keeper, root) = (Custody::at(&self.dir), self.keeper.clone(), self.root.clone());
        files::blocking(move || Ok(custody.store(&mut files::rng(), &keeper, &root).map(drop)?)).await
    }

    pub(crate) async fn open(&self, remote: Remote) -> Result<Wallet, ErrorView> {
        let (dir, root) = (self.dir.clone(), self.root.clone());
        files::blocking(move || Ok(Wallet::open(&dir, &root, remote)?)).await
    }

    /// From now on the profile is listed.
    pub(crate) async fn label(&self, label: Label) -> Result<(), ErrorView> {
        let dir = self.dir.clone();
        files::blocking(move || label.write(&dir).map_err(|error| errors::unwritable(&dir, &error))).await
    }

    /// Nothing half-done remains.
    pub(crate) async fn forget(&self) {
        let dir = self.dir.clone();
        let forgotten = files::blocking(move || {
            Custody::at(&dir).forget()?;
            std::fs::remove_dir_all(&dir).map_err(|error| errors::unwritable(&dir, &error))
        });
        if let Err(error) = forgotten.await {
            tracing::debug!("a profile that was not completed left something behind: {:?}", error.detail);
        }
    }
}

impl App {
    /// A profile id made from a name that no own profile has.
    pub(crate) fn free_id(&self, name: &str) -> String {
        let letters = name.to_lowercase();
        let words = letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let slug = words.take(4).collect::<Vec<_>>().join("-");
        let slug = if slug.is_empty() { "wallet".to_owned() } else { slug.chars().take(40).collect() };
        let dir = self.own_profiles_dir();
        let sample: Vec<_> = carekey_sample::people(&self.sample_dir()).into_iter().map(|person| person.key).collect();
        let taken = |id: &str| dir.join(id).exists() || sample.contains(&id);
        if !taken(&slug) {
            return slug;
        }
        (2_u32..).map(|n| format!("{slug}-{n}")).find(|id| !taken(id)).unwrap_or(slug)
    }
}

async fn probe() -> Result<KeyringStatus, ErrorView> {
    files::blocking(|| Ok(Custody::probe())).await
}

pub(crate) fn checked_name(name: &str) -> Result<String, ErrorView> {
    let name = name.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(errors::invalid("a name has 1 to 64 bytes"));
    }
    Ok(name.to_owned())
}

/// What cannot be used is refused now, before the person writes down 24 words.
pub(crate) async fn checked_keeper(custody: types::Custody, typed: Option<SecretText>) -> Result<Keeper, ErrorView> {
    let typed = SecretString::from(typed.map(SecretText::into_inner).unwrap_or_default());
    let keeper = match custody {
        types::Custody::Keyring => Keeper::Keyring,
        types::Custody::Pin => Keeper::Pin(typed),
        types::Custody::Passphrase => Keeper::Passphrase(typed),
    };
    keeper.check_new()?;
    if matches!(keeper, Keeper::Keyring | Keeper::Pin(_))
        && let KeyringStatus::Missing { why } = probe().await?
    {
        return Err(errors::with_detail(ErrorCode::KeyringMissing, why));
    }
    Ok(keeper)
}

fn parse_words(typed: &[SecretText]) -> Result<RecoveryWords, ErrorView> {
    let mut phrase = Zeroizing::new(String::with_capacity(typed.len() * 16));
    for word in typed {
        phrase.push_str(word.expose());
        phrase.push(' ');
    }
    RecoveryWords::parse(&phrase).map_err(|error| errors::with_detail(ErrorCode::WordsInvalid, error))
}

/// Which words are asked for, ascending, counted from 1.
fn places(words: usize) -> Vec<u8> {
    let mut all: Vec<u8> = (1..=words as u8).collect();
    let mut rng = files::rng();
    let mut chosen: Vec<u8> = Vec::new();
    while chosen.len() < CONFIRM_WORDS && !all.is_empty() {
        chosen.push(all.swap_remove(rng.next_u32() as usize % all.len()));
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_different_places_are_asked_for_in_order() {
        for _ in 0..100 {
            let places = places(24);
            assert_eq!(places.len(), CONFIRM_WORDS);
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
            assert!(places.iter().all(|place| (1..=24).contains(place)), "{places:?}");
        }
    }

    #[test]
    fn a_slip_in_the_words_is_named_without_repeating_them() {
        let typed: Vec<SecretText> = ["abandon", "abandonn"].map(SecretText::new).into();
        let error = parse_words(&typed).unwrap_err();
        assert_eq!(error.code, ErrorCode::WordsInvalid);
        assert!(!error.detail.unwrap().contains("abandonn"));
    }
}

//! How a profile is locked: what opens it, when it locks by itself, and its words once more.

use std::path::Path;
use std::time::Duration;

use carekey_crypto::{RecoveryWords, words_beginning_with};
use carekey_wallet::custody::{Custody, Keeper, KeeperKind, KeyringStatus, OldCopy};

use crate::app::App;
use crate::context::Context;
use crate::opened::OpenProfile;
use crate::profiles::{ProfileRef, keeper};
use crate::types::{
    self, AppEvent, ErrorCode, ErrorView, KeyringState, LockView, RecoveryWordsView, SecretText, SecurityChangeRequest,
    SecurityGetRequest, SecuritySetRequest, SecurityView, SecurityWordsRequest, WordListRequest, WordListView,
};
use crate::{errors, files, onboarding};

const AUTO_LOCK: &str = "lock.minutes";
const WHEN_HIDDEN: &str = "lock.hidden";
pub(crate) const BACKED_UP: &str = "backup.saved";

/// For a profile that has something to type. One that the key store opens would only ask for a click.
const AUTO_LOCK_MINUTES: u32 = 15;
/// A day.
const AUTO_LOCK_MINUTES_MAX: u32 = 24 * 60;

pub(crate) async fn get(cx: &Context, _: SecurityGetRequest) -> Result<SecurityView, ErrorView> {
    view(cx, None).await
}

pub(crate) async fn set(cx: &Context, request: SecuritySetRequest) -> Result<SecurityView, ErrorView> {
    let profile = cx.profile()?;
    if request.auto_lock_minutes.is_some_and(|minutes| minutes > AUTO_LOCK_MINUTES_MAX) {
        return Err(errors::invalid("a profile locks after a day at most"));
    }
    if let Some(minutes) = request.auto_lock_minutes {
        profile.wallet.choose(AUTO_LOCK, &minutes.to_string())?;
    }
    if let Some(hidden) = request.lock_when_hidden {
        profile.wallet.choose(WHEN_HIDDEN, if hidden { "yes" } else { "no" })?;
    }
    profile.touch();
    view(cx, None).await
}

/// Moves the keys to another keeper, or under another PIN or passphrase.
pub(crate) async fn change(cx: &Context, request: SecurityChangeRequest) -> Result<SecurityView, ErrorView> {
    let id = cx.profile()?.id.clone();
    let profile = cx.app.find_profile(&id).await?;
    refuse_sample(&profile)?;
    let to = onboarding::checked_keeper(request.custody, request.new_secret).await?;
    let from = keeper(&profile, request.secret)?;
    let dir = profile.dir.clone();
    let gate = cx.app.profiles.gate(&id);
    let _one_at_a_time = gate.lock().await;
    let old_copy = files::blocking(move || Ok(Custody::at(dir).move_to(&mut files::rng(), &from, &to)?)).await?;
    cx.app.tell_profile(&id, &AppEvent::SessionChanged);
    cx.app.tell_all(&AppEvent::ProfilesChanged);
    let leftover = match old_copy {
        OldCopy::Removed => None,
        OldCopy::Remains(why) => Some(why.to_string()),
    };
    view(cx, leftover).await
}

/// The words once more, for whoever can open the profile.
pub(crate) async fn words(cx: &Context, request: SecurityWordsRequest) -> Result<RecoveryWordsView, ErrorView> {
    let id = cx.profile()?.id.clone();
    let root = cx.app.unlock_again(&id, request.secret).await?;
    let words = RecoveryWords::from_entropy(root.entropy.expose());
    Ok(RecoveryWordsView { words: words.words().map(str::to_owned).collect() })
}

pub(crate) async fn word_list(_: &Context, _: WordListRequest) -> Result<WordListView, ErrorView> {
    Ok(WordListView { words: words_beginning_with("").into_iter().map(str::to_owned).collect() })
}

/// After how long it locks by itself.
pub(crate) fn auto_lock_after(profile: &OpenProfile) -> Result<Option<Duration>, ErrorView> {
    let minutes = auto_lock_minutes(profile)?;
    Ok((minutes > 0).then(|| Duration::from_secs(60 * u64::from(minutes))))
}

pub(crate) fn locks_when_hidden(profile: &OpenProfile) -> Result<bool, ErrorView> {
    Ok(profile.wallet.choice(WHEN_HIDDEN)?.as_deref() == Some("yes"))
}

fn auto_lock_minutes(profile: &OpenProfile) -> Result<u32, ErrorView> {
    let chosen = profile.wallet.choice(AUTO_LOCK)?.and_then(|minutes| minutes.parse().ok());
    Ok(chosen.unwrap_or_else(|| match keeper_of(&profile.dir) {
        Some(KeeperKind::PinFile) => AUTO_LOCK_MINUTES,
        Some(KeeperKind::PassphraseFile) if !profile.is_sample => AUTO_LOCK_MINUTES,
        _ => 0,
    }))
}

pub(crate) fn keeper_of(dir: &Path) -> Option<KeeperKind> {
    Some(Custody::at(dir).profile().ok()?.keeper)
}

async fn view(cx: &Context, leftover: Option<String>) -> Result<SecurityView, ErrorView> {
    let profile = cx.profile()?;
    let dir = profile.dir.clone();
    let (custody, keyring) =
        files::blocking(move || Ok((Custody::at(dir).profile()?.keeper, Custody::probe()))).await?;
    Ok(SecurityView {
        custody: custody_view(custody),
        keyring: keyring_view(&keyring),
        auto_lock_minutes: auto_lock_minutes(&profile)?,
        lock_when_hidden: locks_when_hidden(&profile)?,
        backed_up: profile.wallet.choice(BACKED_UP)?.and_then(|at| at.parse().ok()),
        leftover,
    })
}

pub(crate) fn custody_view(keeper: KeeperKind) -> types::Custody {
    match keeper {
        KeeperKind::Keyring => types::Custody::Keyring,
        KeeperKind::PinFile => types::Custody::Pin,
        KeeperKind::PassphraseFile => types::Custody::Passphrase,
    }
}

pub(crate) fn keyring_view(status: &KeyringStatus) -> KeyringState {
    match status {
        KeyringStatus::Ready => KeyringState::Ready,
        KeyringStatus::Locked => KeyringState::Locked,
        KeyringStatus::Missing { .. } => KeyringState::Missing,
    }
}

/// The published passphrase of a made-up person stays what it is.
pub(crate) fn refuse_sample(profile: &ProfileRef) -> Result<(), ErrorView> {
    if profile.is_sample() { Err(errors::invalid("a made-up person stays as they are")) } else { Ok(()) }
}

impl App {
    /// The secrets of a profile that is open already, for who can open it.
    pub(crate) async fn unlock_again(
        &self,
        id: &str,
        secret: Option<SecretText>,
    ) -> Result<carekey_wallet::custody::RootMaterial, ErrorView> {
        let profile = self.find_profile(id).await?;
        let keeper: Keeper = keeper(&profile, secret)?;
        let gate = self.profiles.gate(id);
        let _one_at_a_time = gate.lock().await;
        files::blocking(move || Ok(Custody::at(profile.dir).unlock(&keeper)?)).await
    }

    /// What the lock screen shows.
    pub(crate) async fn lock_view(&self, id: &str) -> Result<LockView, ErrorView> {
        let profile = self.find_profile(id).await?;
        let trouble = self.profiles.trouble(id);
        files::blocking(move || {
            let custody = Custody::at(profile.dir);
            let (lockout, wait) = custody.lockout()?;
            let login = match trouble {
                Some(ErrorCode::KeysOfAnother) => custody.profile()?.login,
                _ => None,
            };
            Ok(LockView { wait, wrong_tries: lockout.wrong, tries_left: lockout.tries_left(), trouble, login })
        })
        .await
    }
}

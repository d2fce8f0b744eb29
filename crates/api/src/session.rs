//! Windows: what each shows, and how profiles are opened, closed and locked in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::app::{App, lock};
use crate::context::Context;
use crate::errors;
use crate::onboarding::Draft;
use crate::types::{
    AppEvent, ErrorCode, ErrorView, ProfileCloseRequest, ProfileLockRequest, ProfileOpenRequest, ProfileUnlockRequest,
    SessionStage, SessionStateRequest, SessionView,
};

/// What a session shows.
#[derive(Clone)]
pub(crate) enum Shows {
    /// The start screen.
    Start,
    /// A wallet whose words are not confirmed yet. Nothing of it is on disk.
    Draft(Arc<Draft>),
    /// A profile, locked or open.
    Profile(String),
}

/// All sessions by name.
pub(crate) struct Sessions {
    of: Mutex<HashMap<String, Shows>>,
    /// The profile the first session is to open by itself.
    first: Mutex<Option<String>>,
}

impl Sessions {
    pub(crate) fn new(first: Option<String>) -> Self {
        Self { of: Mutex::default(), first: Mutex::new(first) }
    }

    /// A session begins with its first request.
    pub(crate) fn begin(&self, session: &str) {
        let mut of = lock(&self.of);
        if !of.contains_key(session) {
            of.insert(session.to_owned(), Shows::Start);
        }
    }

    pub(crate) fn get(&self, session: &str) -> Shows {
        lock(&self.of).get(session).cloned().unwrap_or(Shows::Start)
    }

    pub(crate) fn set(&self, session: &str, shows: Shows) {
        lock(&self.of).insert(session.to_owned(), shows);
    }

    /// Answers which profile it showed.
    pub(crate) fn remove(&self, session: &str) -> Option<String> {
        match lock(&self.of).remove(session) {
            Some(Shows::Profile(id)) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn all(&self) -> Vec<String> {
        lock(&self.of).keys().cloned().collect()
    }

    /// The sessions that show a profile.
    pub(crate) fn showing(&self, profile: &str) -> Vec<String> {
        let of = lock(&self.of);
        let shows = |shows: &Shows| matches!(shows, Shows::Profile(id) if id == profile);
        of.iter().filter(|(_, what)| shows(what)).map(|(session, _)| session.clone()).collect()
    }

    pub(crate) fn shows(&self, profile: &str) -> bool {
        !self.showing(profile).is_empty()
    }
}

impl Context {
    /// What this window should show now.
    pub(crate) async fn view(&self) -> Result<SessionView, ErrorView> {
        let mut lock = None;
        let (stage, profile, participant_id) = match self.app.sessions.get(&self.session) {
            Shows::Start => (SessionStage::Start, None, None),
            Shows::Draft(draft) => (SessionStage::ConfirmWords, Some(draft.view()), None),
            Shows::Profile(id) => {
                let profile = self.app.profile_view(&id).await?;
                match self.app.profiles.opened(&id).map(|open| open.wallet.certificate()) {
                    None => {
                        lock = Some(self.app.lock_view(&id).await?);
                        (SessionStage::Locked, Some(profile), None)
                    }
                    Some(Err(_)) => (SessionStage::Enrol, Some(profile), None),
                    Some(Ok(me)) => (SessionStage::Open, Some(profile), Some(me.body.id.to_string())),
                }
            }
        };
        let (network, settings) = (self.network().view(), self.app.settings.now());
        Ok(SessionView { stage, profile, participant_id, lock, network, settings })
    }

    /// Lets this window show a profile that is open, and tells everybody who lists profiles.
    pub(crate) fn show(&self, profile: &str) {
        self.app.sessions.set(&self.session, Shows::Profile(profile.to_owned()));
        self.app.tell_all(&AppEvent::ProfilesChanged);
    }
}

pub(crate) async fn state(cx: &Context, _: SessionStateRequest) -> Result<SessionView, ErrorView> {
    if let Some(profile) = lock(&cx.app.sessions.first).take() {
        let cx = cx.clone();
        // Opening may have to wait for the network; the window is answered meanwhile.
        tokio::spawn(async move {
            if let Err(error) = open_here(&cx, &profile).await {
                tracing::warn!("profile {profile} was not opened: {}", error.detail.unwrap_or(error.message));
            }
            cx.app.tell(&cx.session, AppEvent::SessionChanged);
        });
    }
    cx.view().await
}

/// `newWindow` is the shell's affair: whoever has no windows opens the profile in this session.
pub(crate) async fn open(cx: &Context, request: ProfileOpenRequest) -> Result<SessionView, ErrorView> {
    if request.new_window {
        return Err(errors::invalid("this program has no further windows"));
    }
    open_here(cx, &request.profile_id).await?;
    cx.view().await
}

async fn open_here(cx: &Context, id: &str) -> Result<(), ErrorView> {
    leave(cx, Some(id));
    match cx.app.open_profile(id, None).await {
        Ok(_) => cx.show(id),
        // The person is asked for what is missing, on the lock screen.
        Err(error) if is_about_keys(error.code) => cx.show(id),
        Err(error) => return Err(error),
    }
    Ok(())
}

fn is_about_keys(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Locked | ErrorCode::LockedOut) || is_trouble(code)
}

/// The keys cannot be had, whatever is typed: the lock screen says why and what can be done.
pub(crate) fn is_trouble(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::KeyringLocked
            | ErrorCode::KeyringMissing
            | ErrorCode::KeyringEntryMissing
            | ErrorCode::KeysOfAnother
            | ErrorCode::VaultDamaged
    )
}

pub(crate) async fn close(cx: &Context, _: ProfileCloseRequest) -> Result<SessionView, ErrorView> {
    leave(cx, None);
    cx.app.tell_all(&AppEvent::ProfilesChanged);
    cx.view().await
}

/// Back to the start screen. A profile stays unlocked; a draft is forgotten.
fn leave(cx: &Context, for_profile: Option<&str>) {
    match cx.app.sessions.get(&cx.session) {
        Shows::Profile(id) if for_profile == Some(&id) => {}
        _ => cx.app.sessions.set(&cx.session, Shows::Start),
    }
}

pub(crate) async fn unlock(cx: &Context, request: ProfileUnlockRequest) -> Result<SessionView, ErrorView> {
    let Shows::Profile(id) = cx.app.sessions.get(&cx.session) else {
        return Err(errors::plain(ErrorCode::NoProfile));
    };
    cx.app.open_profile(&id, request.passphrase).await?;
    changed(&cx.app, &id);
    cx.view().await
}

pub(crate) async fn lock_keys(cx: &Context, _: ProfileLockRequest) -> Result<SessionView, ErrorView> {
    let Shows::Profile(id) = cx.app.sessions.get(&cx.session) else {
        return Err(errors::plain(ErrorCode::NoProfile));
    };
    cx.app.lock_profile(&id).await;
    cx.view().await
}

impl App {
    /// Forgets a profile's keys; its windows show the lock. What was under way in them is stopped: it holds keys too.
    pub(crate) async fn lock_profile(&self, id: &str) {
        for session in self.sessions.showing(id) {
            self.tasks.cancel(&session);
        }
        self.close_profile(id).await;
        changed(self, id);
    }
}

fn changed(app: &App, profile: &str) {
    app.tell_profile(profile, &AppEvent::SessionChanged);
    app.tell_all(&AppEvent::ProfilesChanged);
}

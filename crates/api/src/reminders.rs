//! Grants that end soon are spoken of once, and stay on the home page until the person has said what is to be.

use std::sync::Weak;
use std::time::Duration;

use crate::app::App;
use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    AppEvent, Done, ErrorView, GrantsLetEndRequest, NewsKind, NewsView, RemindersGetRequest, RemindersSetRequest,
    RemindersView,
};
use crate::views::people::People;
use crate::{errors, files, grants};
use carekey_protocol::UnixMillis;

/// A week, unless told otherwise.
const DAYS: u32 = 7;

/// Longest time before an end that can be chosen.
const DAYS_MAX: u32 = 90;

/// Under this name the choice is kept in the profile.
const SETTING: &str = "grants.remind-days";

/// Ends come slowly.
const LOOK_EVERY: Duration = Duration::from_secs(15 * 60);

const DAY_MILLIS: u64 = 24 * 3600 * 1000;

pub(crate) async fn get(cx: &Context, _: RemindersGetRequest) -> Result<RemindersView, ErrorView> {
    Ok(RemindersView { days: days(&*cx.member()?)? })
}

pub(crate) async fn set(cx: &Context, request: RemindersSetRequest) -> Result<RemindersView, ErrorView> {
    if request.days > DAYS_MAX {
        return Err(errors::invalid(format_args!("at most {DAYS_MAX} days")));
    }
    let profile = cx.member()?;
    profile.wallet.choose(SETTING, &request.days.to_string())?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    cx.app.remind(&profile, files::now())?;
    Ok(RemindersView { days: request.days })
}

pub(crate) async fn let_end(cx: &Context, request: GrantsLetEndRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    profile.wallet.let_end(grants::decision(&profile, &request.grant_id)?)?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    Ok(Done {})
}

/// The grants that end soon, by identifier, the next one first.
///
/// # Errors
/// The vault's.
pub(crate) fn ending(profile: &OpenProfile, now: u64) -> Result<Vec<String>, ErrorView> {
    let within = u64::from(days(profile)?) * DAY_MILLIS;
    let ending = profile.wallet.ending(UnixMillis(now), within)?;
    Ok(ending.iter().map(|decision| decision.id.to_string()).collect())
}

fn days(profile: &OpenProfile) -> Result<u32, ErrorView> {
    let chosen = profile.wallet.choice(SETTING)?;
    Ok(chosen.and_then(|days| days.parse().ok()).unwrap_or(DAYS))
}

impl App {
    /// Looks for grants that end soon, at the time that is handed in, in every open profile. The program does so by itself.
    ///
    /// # Errors
    /// The vault's.
    pub fn remind_at(&self, now: u64) -> Result<(), ErrorView> {
        self.profiles.all_opened().iter().try_for_each(|profile| self.remind(profile, now))
    }

    pub(crate) fn remind(&self, profile: &OpenProfile, now: u64) -> Result<(), ErrorView> {
        if profile.wallet.certificate().is_err() {
            return Ok(());
        }
        let within = u64::from(days(profile)?) * DAY_MILLIS;
        let new = profile.wallet.endings_to_tell(UnixMillis(now), within)?;
        let people = People::of(profile)?;
        for decision in &new {
            let latest = decision.latest();
            let who = people.view_id(&latest.grantee, &latest.grantee_name);
            let news = NewsView { kind: NewsKind::Expiring, person: Some(who.name), title: None };
            self.tell_profile(&profile.id, &AppEvent::News { news });
        }
        if !new.is_empty() {
            self.tell_profile(&profile.id, &AppEvent::GrantsChanged);
        }
        Ok(())
    }

    /// Looks now and then, until the profile is closed.
    pub(crate) async fn keep_reminding(self, profile: Weak<OpenProfile>) {
        loop {
            let Some(open) = profile.upgrade() else { return };
            if let Err(error) = self.remind(&open, files::now()) {
                tracing::warn!("ends of grants could not be looked for: {}", error.message);
            }
            drop(open);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

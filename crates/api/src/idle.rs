//! Locking by itself: after a time without anybody at the keys, or when the window is hidden.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::app::App;
use crate::context::Context;
use crate::opened::OpenProfile;
use crate::session::Shows;
use crate::types::{Done, ErrorView, ProfileActivityRequest};
use crate::{files, security};

/// How often is looked whether the time is over.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// When somebody was last at the keys, by two clocks: one stands still while the computer sleeps, the other can be set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Activity {
    steady: Instant,
    wall_ms: u64,
}

impl Activity {
    pub(crate) fn now() -> Self {
        Self { steady: Instant::now(), wall_ms: files::now() }
    }

    /// Whether `limit` has passed by either clock.
    fn is_older_than(&self, limit: Duration, now: Self) -> bool {
        let slept = Duration::from_millis(now.wall_ms.saturating_sub(self.wall_ms));
        now.steady.saturating_duration_since(self.steady) >= limit || slept >= limit
    }
}

/// A window tells that it is used, or that it was hidden.
pub(crate) async fn activity(cx: &Context, request: ProfileActivityRequest) -> Result<Done, ErrorView> {
    let Shows::Profile(id) = cx.app.sessions.get(&cx.session) else { return Ok(Done {}) };
    let Some(profile) = cx.app.profiles.opened(&id) else { return Ok(Done {}) };
    if !request.hidden {
        profile.touch();
    } else if security::locks_when_hidden(&profile)? {
        drop(profile);
        cx.app.lock_profile(&id).await;
    }
    Ok(Done {})
}

impl App {
    /// Locks the profile when nobody has been at the keys for the chosen time. Work that the person started and can see
    /// counts as presence until it ends.
    pub(crate) fn watch_for_idleness(&self, profile: &Arc<OpenProfile>) {
        let (app, id, weak) = (self.clone(), profile.id.clone(), Arc::downgrade(profile));
        profile.employ(tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                if app.is_idle(&id, &weak) {
                    break;
                }
            }
            // Not in this task: locking ends it.
            tokio::spawn(async move { app.lock_profile(&id).await });
        }));
    }

    fn is_idle(&self, id: &str, profile: &Weak<OpenProfile>) -> bool {
        let Some(profile) = profile.upgrade() else { return false };
        if self.sessions.showing(id).iter().any(|session| self.tasks.is_busy(session)) {
            profile.touch();
            return false;
        }
        match security::auto_lock_after(&profile) {
            Ok(Some(limit)) => profile.last_activity().is_older_than(limit, Activity::now()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_that_slept_and_a_clock_that_was_set_back_both_lock() {
        let minute = Duration::from_secs(60);
        let start = Activity::now();
        let later = |steady_s: u64, wall_s: i64| Activity {
            steady: start.steady + Duration::from_secs(steady_s),
            wall_ms: start.wall_ms.saturating_add_signed(wall_s * 1000),
        };
        assert!(!start.is_older_than(minute, later(59, 59)));
        assert!(start.is_older_than(minute, later(60, 60)));
        assert!(start.is_older_than(minute, later(1, 3600)), "it slept for an hour");
        assert!(start.is_older_than(minute, later(60, -3600)), "the clock was set back");
        assert!(!start.is_older_than(minute, later(1, -3600)));
    }
}

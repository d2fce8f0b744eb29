//! Notifications of the system, for news that come while the person looks elsewhere.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use tauri::{AppHandle, Manager as _, WebviewWindow};
use tauri_plugin_notification::NotificationExt as _;

use crate::windows::{self, Message};

/// Where a click on each notification leads; the oldest are forgotten.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<BTreeMap<i32, Destination>>);

#[derive(Debug, Clone)]
struct Destination {
    window: String,
    place: String,
}

const KEPT_MAX: usize = 64;

impl Notices {
    fn keep(&self, destination: Destination) -> i32 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = kept.last_key_value().map_or(1, |(last, _)| last.wrapping_add(1).max(1));
        kept.insert(id, destination);
        while kept.len() > KEPT_MAX {
            kept.pop_first();
        }
        id
    }

    fn destination(&self, id: i32) -> Option<Destination> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
}

/// A click on a notification brings its window forward, at the place it is about.
pub(crate) fn listen(app: &AppHandle) -> Result<(), tauri_plugin_notification::Error> {
    let handle = app.clone();
    app.notification().on_action(move |action| {
        let Some(id) = action.notification().map(|notice| notice.id()) else { return };
        let Some(Destination { window, place }) = handle.state::<Notices>().destination(id) else { return };
        if let Some(window) = handle.get_webview_window(&window) {
            windows::bring_forward(&window);
            windows::tell(&window, &Message::Go { place });
        }
    })
}

/// Shows a notification that leads to `place` in `window`, unless the person is looking at that window.
pub(crate) fn show(window: &WebviewWindow, title: String, body: String, place: String) -> bool {
    if windows::is_watched(window) {
        return false;
    }
    let app = window.app_handle();
    let id = app.state::<Notices>().keep(Destination { window: window.label().to_owned(), place });
    let shown = app.notification().builder().id(id).title(title).body(body).show();
    if let Err(error) = &shown {
        tracing::warn!("the system shows no notification: {error}");
    }
    shown.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_leads_to_the_window_and_place_it_was_about() {
        let notices = Notices::default();
        let ids: Vec<i32> = (0..KEPT_MAX + 3)
            .map(|n| notices.keep(Destination { window: "start".into(), place: format!("/records/{n}") }))
            .collect();
        assert_eq!(notices.destination(ids[5]).unwrap().place, "/records/5");
        assert!(notices.destination(ids[0]).is_none(), "the oldest are forgotten");
        assert_eq!(
            ids.iter().collect::<std::collections::BTreeSet<_>>().len(),
            ids.len(),
            "each has a number of its own"
        );
    }
}

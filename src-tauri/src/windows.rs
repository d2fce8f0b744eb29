//! Windows and the pages in them. A window's label is the name of its session.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::Serialize;
use tauri::{
    AppHandle, Emitter as _, EventTarget, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    webview::NewWindowResponse,
};

const TITLE: &str = "CareKey";
/// Logical pixels: what the pages are drawn for, and the least they work in.
const SIZE: (f64, f64) = (1280.0, 800.0);
const SIZE_MIN: (f64, f64) = (900.0, 600.0);

/// Label of the first window.
pub(crate) const START: &str = "start";

/// A label no window has had yet.
pub(crate) fn next_label() -> String {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    format!("person-{}", OPENED.fetch_add(1, Ordering::Relaxed) + 1)
}

/// The channel on which the shell speaks to a page.
const CHANNEL: &str = "desktop";

/// What the shell has to say to a page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Message {
    /// Show this place: the person clicked on a notification about it.
    Go {
        /// A path of the page's router.
        place: String,
    },
    /// A link waits to be taken.
    Link,
}

/// Opens a window whose session is `label`; one that is not `visible` waits behind the icon beside the clock.
pub(crate) fn open(app: &AppHandle, label: &str, visible: bool) -> tauri::Result<WebviewWindow> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SIZE_MIN.0, SIZE_MIN.1)
        .visible(visible)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()
}

/// Brings a window to the person's eyes; one that was just closed needs no help.
pub(crate) fn bring_forward(window: &WebviewWindow) {
    drop(window.show());
    drop(window.unminimize());
    drop(window.set_focus());
}

/// Brings the app to the person's eyes: every window that was put away, the one used last in front.
pub(crate) fn bring_back(app: &AppHandle) {
    for (_, window) in app.webview_windows() {
        if !window.is_visible().unwrap_or(true) {
            drop(window.show());
        }
    }
    if let Some(front) = front(app) {
        bring_forward(&front);
    }
}

/// True while the person has this window before them.
pub(crate) fn is_watched(window: &WebviewWindow) -> bool {
    window.is_focused().unwrap_or(false) && window.is_visible().unwrap_or(false)
}

/// True for a window besides which none is shown.
pub(crate) fn is_last_shown(app: &AppHandle, label: &str) -> bool {
    app.webview_windows().iter().all(|(other, window)| other == label || !window.is_visible().unwrap_or(true))
}

/// Says something to the page in `window`.
pub(crate) fn tell(window: &WebviewWindow, message: &Message) {
    if let Err(error) = window.emit_to(EventTarget::webview_window(window.label()), CHANNEL, message) {
        tracing::warn!("a message did not reach its window: {error}");
    }
}

/// Says something to the page the person most likely looks at.
pub(crate) fn tell_front(app: &AppHandle, message: &Message) {
    if let Some(front) = front(app) {
        tell(&front, message);
    }
}

fn front(app: &AppHandle) -> Option<WebviewWindow> {
    let windows = app.webview_windows();
    let focused = windows.values().find(|window| window.is_focused().unwrap_or(false));
    focused.or_else(|| windows.get(START)).or_else(|| windows.values().next()).cloned()
}

/// Only the pages built into the app are ever shown; a link to elsewhere leads nowhere.
fn is_own_page(url: &Url) -> bool {
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost") || url.as_str() == "about:blank"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_elsewhere_leads_nowhere() {
        for own in ["tauri://localhost/index.html", "http://tauri.localhost/", "about:blank"] {
            assert!(is_own_page(&own.parse().unwrap()), "{own}");
        }
        for foreign in ["https://example.org", "file:///etc/passwd", "data:text/html,x", "http://localhost"] {
            assert!(!is_own_page(&foreign.parse().unwrap()), "{foreign}");
        }
    }
}

//! Windows and the pages in them. A window's label is the name of its session.

use std::sync::atomic::{AtomicU32, Ordering};

use tauri::{AppHandle, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, webview::NewWindowResponse};

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

/// Opens a window whose session is `label`.
pub(crate) fn open(app: &AppHandle, label: &str) -> tauri::Result<WebviewWindow> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SIZE_MIN.0, SIZE_MIN.1)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()
}

/// Brings a window to the person's eyes; one that was just closed needs no help.
pub(crate) fn bring_forward(window: &WebviewWindow) {
    drop(window.unminimize());
    drop(window.set_focus());
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

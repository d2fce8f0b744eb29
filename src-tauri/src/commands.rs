//! The border: the commands through which a page asks the api, one for answers and one for bytes, and the few for what
//! only a desktop has.

use carekey_api::types::ErrorView;
use serde::Serialize;
use serde_json::{Value, json};
use tauri::{AppHandle, Manager as _, State, WebviewWindow, ipc::Response};

use crate::{
    host::{self, Host},
    links::Links,
    notices,
    tray::{Tray, Words},
    windows,
};

/// Answers request `name` for the window that asks. All are `carekey_api`'s; only a profile that wants a
/// window of its own is seen to here.
#[tauri::command]
pub(crate) async fn call(
    app: AppHandle,
    host: State<'_, Host>,
    window: WebviewWindow,
    name: String,
    request: Value,
) -> Result<Value, ErrorView> {
    if name == "profile_open" && request["newWindow"] == true {
        open_in_new_window(&app, &host, request).await?;
        return host.call(window.label(), "session_state", json!({})).await;
    }
    host.call(window.label(), &name, request).await
}

/// Answers with bytes: frames, signals, pictures and pages, which as JSON would be several times as long.
#[tauri::command]
pub(crate) async fn bytes(
    host: State<'_, Host>,
    window: WebviewWindow,
    name: String,
    request: Value,
) -> Result<Response, ErrorView> {
    host.bytes(window.label(), &name, request).await.map(Response::new)
}

/// Opens the profile in a further window, or brings forward the window that shows it already.
async fn open_in_new_window(app: &AppHandle, host: &Host, mut request: Value) -> Result<(), ErrorView> {
    if let Some(window) = window_of(app, host, &request["profileId"]).await {
        windows::bring_forward(&window);
        return Ok(());
    }
    // The session is open before its window is, so that the page's first question finds the person there.
    let label = windows::next_label();
    request["newWindow"] = false.into();
    host.call(&label, "profile_open", request).await?;
    windows::open(app, &label, true).map(drop).map_err(|error| {
        host.close_session(label);
        host::internal("no further window can be opened", &error)
    })
}

async fn window_of(app: &AppHandle, host: &Host, profile_id: &Value) -> Option<WebviewWindow> {
    for (label, window) in app.webview_windows() {
        let session = host.call(&label, "session_state", json!({})).await;
        if session.is_ok_and(|session| &session["profile"]["id"] == profile_id) {
            return Some(window);
        }
    }
    None
}

/// Tells the person of news through the system, unless they look at this window. Answers whether it did.
#[tauri::command]
pub(crate) fn notify(window: WebviewWindow, title: String, body: String, place: String) -> bool {
    notices::show(&window, title, body, place)
}

/// Gives the icon beside the clock its words, and says what is new in this window.
#[tauri::command]
pub(crate) fn tray(window: WebviewWindow, tray: State<'_, Tray>, words: Option<Words>, news: Option<String>) {
    tray.say(window.label(), words, news);
}

/// What this computer's desktop offers.
#[derive(Debug, Serialize)]
pub(crate) struct Desktop {
    /// It has a place for icons beside the clock.
    tray: bool,
}

/// Says what this computer's desktop offers.
#[tauri::command]
pub(crate) fn desktop(tray: State<'_, Tray>) -> Desktop {
    Desktop { tray: tray.is_shown() }
}

/// Hands over the link with which the app was called, once.
#[tauri::command]
pub(crate) fn take_link(links: State<'_, Links>) -> Option<String> {
    links.take()
}

//! The border: the commands a page can call, one for answers and one for bytes.

use carekey_api::types::ErrorView;
use serde_json::{Value, json};
use tauri::{AppHandle, Manager as _, State, WebviewWindow, ipc::Response};

use crate::{
    host::{self, Host},
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
    windows::open(app, &label).map(drop).map_err(|error| {
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

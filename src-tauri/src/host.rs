//! Owns the running [`carekey_api::App`]: starts it behind the first window, hands it requests, carries
//! its events to the window they belong to, and closes it.

use carekey_api::{
    App, AppOptions,
    types::{AppEvent, ErrorCode, ErrorView, SettingsView},
};
use serde_json::Value;
use tauri::{AppHandle, Emitter as _, EventTarget};
use tokio::sync::{broadcast, watch};

/// The channel on which a window hears of changes.
const EVENTS: &str = "carekey";

/// A handle on the api, which may still be starting.
#[derive(Clone)]
pub(crate) struct Host {
    /// `None` while it starts.
    started: watch::Receiver<Option<Result<App, ErrorView>>>,
}

impl Host {
    /// Starts the api in the background; returns at once.
    pub(crate) fn start(app: &AppHandle, options: AppOptions) -> Self {
        let (ready, started) = watch::channel(None);
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let api = App::start(options).await;
            let events = api.as_ref().ok().map(App::subscribe);
            if let Err(error) = &api {
                tracing::error!("CareKey could not start: {}", error.message);
            }
            ready.send_replace(Some(api));
            if let Some(events) = events {
                carry_events(&app, events).await;
            }
        });
        Self { started }
    }

    /// Asks the api on behalf of the window `session`, as soon as it has started.
    pub(crate) async fn call(&self, session: &str, name: &str, request: Value) -> Result<Value, ErrorView> {
        self.app().await?.call(session, name, request).await
    }

    /// As [`call`](Self::call), for what is answered with bytes.
    pub(crate) async fn bytes(&self, session: &str, name: &str, request: Value) -> Result<Vec<u8>, ErrorView> {
        self.app().await?.bytes(session, name, request).await
    }

    /// The settings of this computer; while the api starts, what comes without any.
    pub(crate) fn settings(&self) -> SettingsView {
        match &*self.started.borrow() {
            Some(Ok(app)) => app.settings(),
            _ => SettingsView::default(),
        }
    }

    /// Forgets a window that was closed, and with it the keys its session had opened.
    pub(crate) fn close_session(&self, session: String) {
        let host = self.clone();
        tauri::async_runtime::spawn(async move {
            if let Ok(app) = host.app().await {
                app.close_session(&session);
            }
        });
    }

    /// Writes down and closes everything. An api that still starts is awaited first.
    pub(crate) async fn shutdown(&self) {
        if let Ok(app) = self.app().await {
            app.shutdown().await;
        }
    }

    async fn app(&self) -> Result<App, ErrorView> {
        let mut started = self.started.clone();
        match started.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(api)) => api.clone(),
            _ => Err(internal("the app ended while it was starting", &"no answer")),
        }
    }
}

/// A failure of the shell itself, in the shape the page knows.
pub(crate) fn internal(message: &str, detail: &dyn std::fmt::Display) -> ErrorView {
    ErrorView { code: ErrorCode::Internal, message: message.to_owned(), detail: Some(detail.to_string()) }
}

/// Until the api ends, each event goes to the one window of its session.
async fn carry_events(app: &AppHandle, mut events: broadcast::Receiver<(String, AppEvent)>) {
    loop {
        match events.recv().await {
            Ok((session, event)) => {
                let window = EventTarget::webview_window(session);
                if let Err(error) = app.emit_to(window, EVENTS, event) {
                    tracing::warn!("an event did not reach its window: {error}");
                }
            }
            // The page asks again for what it shows on the next event; it misses no state, only the hurry.
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::warn!("{missed} events were dropped, the windows were too slow");
            }
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

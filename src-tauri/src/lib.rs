//! The desktop shell: windows, the border to the page, a clean start and end.
//!
//! Everything a person does is one request to [`carekey_api`]; this crate only carries requests from a
//! window to it ([`commands`]) and events back ([`host`]). One window is one session with one profile.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod commands;
mod host;
mod options;
mod windows;

use std::time::Duration;

use tauri::{App, Manager as _, RunEvent, WindowEvent};

use crate::host::Host;
pub use crate::options::Options;

/// How long the app may take to write down what it was doing when it is told to end.
const SHUTDOWN_MAX: Duration = Duration::from_secs(10);

/// Opens the app and stays until its last window is closed.
///
/// # Errors
/// When the system offers no web view or no display, or the data folder has no place.
pub fn run(options: Options) -> tauri::Result<()> {
    options::start_log();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![commands::call, commands::bytes])
        .setup(move |app| Ok(start(app, &options)?))
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } => app.state::<Host>().close_session(label),
        RunEvent::Exit => {
            let host = app.state::<Host>().inner().clone();
            tauri::async_runtime::block_on(async {
                if tokio::time::timeout(SHUTDOWN_MAX, host.shutdown()).await.is_err() {
                    tracing::warn!("ended before everything was closed; it is resumed at the next start");
                }
            });
        }
        _ => {}
    });
    Ok(())
}

/// The window opens at once; the host gets ready behind it and requests wait for it.
fn start(app: &mut App, options: &Options) -> tauri::Result<()> {
    let data_dir = match &options.data {
        Some(chosen) => chosen.clone(),
        None => app.path().app_data_dir()?,
    };
    app.manage(Host::start(app.handle(), options.to_app_options(data_dir)));
    windows::open(app.handle(), windows::START)?;
    end_on_signal(app.handle().clone());
    Ok(())
}

/// Ctrl-C and a system that shuts down end the app as closing its windows does.
fn end_on_signal(app: tauri::AppHandle) {
    tauri::async_runtime::spawn(async move {
        asked_to_end().await;
        app.exit(0);
    });
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    drop(tokio::signal::ctrl_c().await);
}

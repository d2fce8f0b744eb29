//! The desktop shell: windows, the border to the page, a clean start and end.
//!
//! Everything a person does is one request to [`carekey_api`]; this crate only carries requests from a
//! window to it ([`commands`]) and events back ([`host`]). One window is one session with one profile.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod commands;
mod host;
mod links;
mod notices;
mod options;
mod tray;
mod windows;

use std::time::Duration;

use carekey_api::saved_settings;
use clap::Parser as _;
use tauri::{App, AppHandle, Manager as _, RunEvent, WindowEvent};

pub use crate::options::Options;
use crate::{host::Host, links::Links, notices::Notices, tray::Tray};

/// How long the app may take to write down what it was doing when it is told to end.
const SHUTDOWN_MAX: Duration = Duration::from_secs(10);

/// Opens the app and stays until its last window is closed. Where the app runs already with the same data, that one
/// comes forward instead, with the link this one was called with.
///
/// # Errors
/// When the system offers no web view or no display, or the data folder has no place.
pub fn run(options: Options) -> tauri::Result<()> {
    options::start_log();
    let one = tauri_plugin_single_instance::Builder::new().callback(|app, arguments, _| {
        links::arrived(app, Options::try_parse_from(arguments).ok().and_then(|options| options.link));
    });
    let one = match options.instance() {
        Some(name) => one.dbus_id(name),
        None => one,
    };
    let app = tauri::Builder::default()
        .plugin(one.build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::bytes,
            commands::notify,
            commands::tray,
            commands::desktop,
            commands::take_link,
        ])
        .setup(move |app| Ok(start(app, &options)?))
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::WindowEvent { label, event: WindowEvent::CloseRequested { api, .. }, .. } => {
            if stays_behind_icon(app, &label)
                && let Some(window) = app.get_webview_window(&label)
                && window.hide().is_ok()
            {
                api.prevent_close();
            }
        }
        RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } => {
            app.state::<Tray>().say(&label, None, None);
            app.state::<Host>().close_session(label);
        }
        RunEvent::WindowEvent { label, event: WindowEvent::Focused(false) | WindowEvent::Resized(_), .. } => {
            tell_if_minimised(app, label);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => links::arrived(app, urls.first().map(ToString::to_string)),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => windows::bring_back(app),
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

/// Whether the window is only put away when the person closes it: they want the app to go on, and see the icon.
fn stays_behind_icon(app: &AppHandle, label: &str) -> bool {
    app.state::<Host>().settings().keep_running && app.state::<Tray>().is_shown() && windows::is_last_shown(app, label)
}

/// A page is not told that its window was minimised; whoever chose it is locked out then.
fn tell_if_minimised(app: &AppHandle, label: String) {
    let minimised = app.get_webview_window(&label).is_some_and(|window| window.is_minimized().unwrap_or(false));
    if minimised {
        let host = app.state::<Host>().inner().clone();
        tauri::async_runtime::spawn(async move {
            if let Err(error) = host.call(&label, "profile_activity", serde_json::json!({ "hidden": true })).await {
                tracing::warn!("a hidden window was not told of: {}", error.message);
            }
        });
    }
}

/// The window opens at once; the host gets ready behind it and requests wait for it.
fn start(app: &mut App, options: &Options) -> tauri::Result<()> {
    let data_dir = match &options.data {
        Some(chosen) => chosen.clone(),
        None => app.path().app_data_dir()?,
    };
    let settings = saved_settings(&data_dir);
    app.manage(Links::default());
    app.manage(Notices::default());
    app.manage(Host::start(app.handle(), options.to_app_options(data_dir)));
    let tray = Tray::start(app.handle());
    let hidden = settings.start_hidden && settings.keep_running && tray.is_shown() && options.link.is_none();
    app.manage(tray);
    if let Some(link) = &options.link {
        app.state::<Links>().put(link.clone());
    }
    if let Err(error) = notices::listen(app.handle()) {
        tracing::warn!("clicks on notifications lead nowhere: {error}");
    }
    windows::open(app.handle(), windows::START, !hidden)?;
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

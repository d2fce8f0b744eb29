//! Language, looks and news: one small file for the computer.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::app::lock;
use crate::context::Context;
use crate::types::{AppEvent, ErrorView, SettingsGetRequest, SettingsSetRequest, SettingsView};
use crate::{errors, files};

/// The settings and where they are kept.
#[derive(Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    now: Mutex<SettingsView>,
}

impl Settings {
    pub(crate) fn load(dir: &Path) -> Self {
        Self { path: dir.join(FILE), now: Mutex::new(saved_settings(dir)) }
    }

    pub(crate) fn now(&self) -> SettingsView {
        *lock(&self.now)
    }
}

const FILE: &str = "settings.json";

/// The settings kept in a data folder. A file that is missing or cannot be read counts as nothing chosen.
pub fn saved_settings(data_dir: &Path) -> SettingsView {
    let read = std::fs::read(data_dir.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.unwrap_or_default()
}

pub(crate) async fn get(cx: &Context, _: SettingsGetRequest) -> Result<SettingsView, ErrorView> {
    Ok(cx.app.settings.now())
}

pub(crate) async fn set(cx: &Context, request: SettingsSetRequest) -> Result<SettingsView, ErrorView> {
    let settings = &cx.app.settings;
    let mut now = settings.now();
    now.language = request.language.unwrap_or(now.language);
    now.theme = request.theme.unwrap_or(now.theme);
    now.notifications = request.notifications.unwrap_or(now.notifications);
    now.hide_names = request.hide_names.unwrap_or(now.hide_names);
    now.keep_running = request.keep_running.unwrap_or(now.keep_running);
    now.start_hidden = request.start_hidden.unwrap_or(now.start_hidden);
    let path = settings.path.clone();
    files::blocking(move || {
        let text = serde_json::to_vec_pretty(&now).map_err(errors::internal)?;
        files::replace(&path, &text).map_err(|error| errors::unwritable(&path, &error))
    })
    .await?;
    *lock(&settings.now) = now;
    cx.app.tell_all(&AppEvent::SessionChanged);
    Ok(now)
}

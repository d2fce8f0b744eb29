//! Language and looks: one small file for the computer.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::app::lock;
use crate::context::Context;
use crate::types::{ErrorView, SettingsGetRequest, SettingsSetRequest, SettingsView};
use crate::{errors, files};

/// The settings and where they are kept.
#[derive(Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    now: Mutex<SettingsView>,
}

impl Settings {
    /// A file that is missing or cannot be read counts as nothing chosen.
    pub(crate) fn load(dir: &Path) -> Self {
        let path = dir.join("settings.json");
        let read = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, now: Mutex::new(read.unwrap_or_default()) }
    }

    pub(crate) fn now(&self) -> SettingsView {
        *lock(&self.now)
    }
}

pub(crate) async fn get(cx: &Context, _: SettingsGetRequest) -> Result<SettingsView, ErrorView> {
    Ok(cx.app.settings.now())
}

pub(crate) async fn set(cx: &Context, request: SettingsSetRequest) -> Result<SettingsView, ErrorView> {
    let settings = &cx.app.settings;
    let mut now = settings.now();
    now.language = request.language.unwrap_or(now.language);
    now.theme = request.theme.unwrap_or(now.theme);
    let path = settings.path.clone();
    files::blocking(move || {
        let text = serde_json::to_vec_pretty(&now).map_err(errors::internal)?;
        files::replace(&path, &text).map_err(|error| errors::unwritable(&path, &error))
    })
    .await?;
    *lock(&settings.now) = now;
    Ok(now)
}

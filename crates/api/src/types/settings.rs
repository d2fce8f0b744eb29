//! Language and looks, news and what happens when the window is closed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Language {
    /// What the computer speaks, English if unknown.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Theme {
    /// What the computer uses.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Kept for the computer, not for the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct SettingsView {
    /// Language of the window.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// News are told through the system while the person looks elsewhere.
    pub notifications: bool,
    /// They leave out names and titles.
    pub hide_names: bool,
    /// Closing the last window leaves the app at work behind its icon beside the clock.
    pub keep_running: bool,
    /// The app starts behind its icon.
    pub start_hidden: bool,
}

impl Default for SettingsView {
    fn default() -> Self {
        Self {
            language: Language::default(),
            theme: Theme::default(),
            notifications: true,
            hide_names: false,
            keep_running: false,
            start_hidden: false,
        }
    }
}

/// Asks for the settings.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettingsGetRequest {}

/// Changes what is given, answers with everything.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettingsSetRequest {
    /// New language.
    #[ts(optional = nullable)]
    pub language: Option<Language>,
    /// New theme.
    #[ts(optional = nullable)]
    pub theme: Option<Theme>,
    /// Whether news are told through the system.
    #[ts(optional = nullable)]
    pub notifications: Option<bool>,
    /// Whether they leave out names.
    #[ts(optional = nullable)]
    pub hide_names: Option<bool>,
    /// Whether the app goes on without a window.
    #[ts(optional = nullable)]
    pub keep_running: Option<bool>,
    /// Whether it starts without one.
    #[ts(optional = nullable)]
    pub start_hidden: Option<bool>,
}

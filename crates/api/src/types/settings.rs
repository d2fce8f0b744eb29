//! Language and looks.

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettingsView {
    /// Language of the window.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
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
}

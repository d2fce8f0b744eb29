//! The border of CareKey: what the desktop app, the command line and the tests may ask, and what they get back.
//!
//! The window speaks to the program only through the requests and views in [`types`]. Secrets never cross this border,
//! with two exceptions that have to: the 24 words, once, when a wallet is made, and the passphrase on its way in.
//!
//! An [`App`] answers requests by name and JSON ([`App::call`]), each for a session: a window, or one run of the command
//! line. A session shows at most one profile; a profile shown by several is one open wallet.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod about;
mod access;
mod app;
mod appointments;
mod backup;
mod calendar;
mod clinic;
mod context;
mod dispatch;
mod documents;
mod entries;
mod errors;
mod files;
mod folders;
mod gist;
mod grants;
mod home;
mod idle;
mod inbox;
mod label;
mod ledger;
mod links;
mod network;
mod networks;
mod news;
mod onboarding;
mod opened;
mod parts;
mod people;
mod pictures;
mod profiles;
mod proof;
mod pump;
mod records;
mod recovery;
mod reminders;
mod requests;
mod sealing;
mod security;
mod session;
mod settings;
mod shared;
mod summary;
mod tasks;
#[cfg(test)]
mod tests;
mod timeline;
pub mod types;
mod viewing;
mod views;

pub use app::{App, AppOptions};
pub use settings::saved_settings;

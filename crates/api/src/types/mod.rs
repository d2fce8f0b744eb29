//! Requests, views, events and errors, as JSON and as TypeScript.
//!
//! Field names are camelCase, times are milliseconds since 1970 (UTC), sizes are bytes, identifiers are opaque strings.
//! The TypeScript twins in `ui/src/bindings` are written by `cargo test -p carekey-api`; [`commands`] holds the one table
//! that says which request gets which answer.
//!
//! Requests are read with `arbitrary_precision` JSON, so a tagged request enum must carry no numbers.

mod about;
mod access;
mod appointments;
mod backup;
mod clinic;
pub mod commands;
mod common;
mod content;
mod entries;
mod error;
mod events;
mod grants;
mod home;
mod inbox;
mod ledger;
mod links;
mod networks;
mod onboarding;
mod parts;
mod people;
mod pictures;
mod profiles;
mod records;
mod recovery;
mod requests;
mod security;
mod settings;
mod shared;
mod summary;
mod tasks;
mod trust;
mod viewing;

pub use about::*;
pub use access::*;
pub use appointments::*;
pub use backup::*;
pub use clinic::*;
pub use commands::{COMMANDS, Call, Commands, Request};
pub use common::*;
pub use content::*;
pub use entries::*;
pub use error::*;
pub use events::*;
pub use grants::*;
pub use home::*;
pub use inbox::*;
pub use ledger::*;
pub use links::*;
pub use networks::*;
pub use onboarding::*;
pub use parts::*;
pub use people::*;
pub use pictures::*;
pub use profiles::*;
pub use records::*;
pub use recovery::*;
pub use requests::*;
pub use security::*;
pub use settings::*;
pub use shared::*;
pub use summary::*;
pub use tasks::*;
pub use trust::*;
pub use viewing::*;

//! What an operator does, with real processes and the commands of the README.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod configuration;
mod founding;
mod packaging;

//! Scenario and desktop tests.

#[cfg(unix)]
pub mod processes;

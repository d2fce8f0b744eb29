//! Stories of what goes wrong: on a disk, in a process, on a line, at a hospital, and in somebody's head.
//!
//! Each plays on real services on loopback ([`world`]). What goes right is told by `carekey_sample::story`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod certificates;
mod decisions;
mod envelopes;
mod files;
mod full_disk;
mod killed;
mod liar;
mod lies;
mod line;
mod moving;
mod network_files;
mod offline;
mod privacy;
mod recovery;
mod words;
mod world;

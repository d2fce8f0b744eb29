//! Failures of a consortium: four hospitals that agree, and what breaks.
//!
//! Each story plays on real sockets. Where the story is about a process or a disk, the hospitals are processes
//! ([`stage`]); where somebody has to stand in the line or to lie, they run in this one ([`town`]). Meanwhile wallets hand
//! in transactions ([`load`]), from fixed seeds. When a story is over it must hold, whatever broke ([`checks`]): nobody has
//! another ledger, nothing is lost that a wallet was told is received or final, a revoked grant opens nothing
//! ([`ward`]), and memory and open files are what they were.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod checks;
mod client;
mod load;
mod stage;
mod town;
mod ward;

mod byzantine;
mod clocks;
mod crowds;
mod deaths;
mod disks;
mod members;
mod partitions;
mod traitor;

//! `cargo xtask`: run the app, check everything, and the few chores between.
//!
//! Each chore first looks at what the computer has and installs only what is missing, so that a second
//! time needs no network.
#![allow(clippy::print_stdout, reason = "talking to the person at the terminal is what this program is for")]

mod app;
#[cfg(target_os = "linux")]
mod appimage;
mod bindings;
mod checks;
mod licences;
mod package;
mod steps;
mod system;
mod ui;
mod workspace;

use std::process::ExitCode;

use crate::steps::Steps;

const USAGE: &str = "\
cargo xtask run [-- APP ARGUMENTS]   build CareKey and open it; without a display, play the tour
cargo xtask tour                     play the tour on a display of its own, make the pictures of docs/tour.md anew
cargo xtask test                     every check: format, lints, all tests, the real app on a desk of its own
cargo xtask bench [-- ARGUMENTS]     the table of figures
cargo xtask bench network            what the hospitals' ledger does and costs
cargo xtask package                  what people install, in target/packages: .deb and AppImage here
cargo xtask package --check          the same, installed, started and taken away again
cargo xtask bindings                 write ui/src/bindings anew from the Rust types";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest: Vec<&str> = arguments.iter().skip(1).map(String::as_str).filter(|word| *word != "--").collect();
    let mut steps = Steps::default();
    let done = match arguments.first().map(String::as_str) {
        Some("run") => app::run(&mut steps, &rest),
        Some("tour") => app::tour(&mut steps),
        Some("test") => checks::run_all(&mut steps),
        Some("bench") => checks::bench(&mut steps, &rest),
        Some("package") if rest.contains(&"--check") => package::check(&mut steps),
        Some("package") => package::build(&mut steps),
        Some("bindings") => steps.must("Bindings", bindings::write),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done.and_then(|()| steps.verdict()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

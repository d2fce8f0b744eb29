//! The figures of the consortium, as Markdown tables: what following the ledger costs, whatever its length.
//!
//! ```text
//! cargo xtask bench network                      everything
//! cargo xtask bench network -- heads scanning    some topics: agreement, catch-up, heads, scanning, download
//! cargo xtask bench network -- --quick           small sizes, to see that it works
//! ```
//!
//! Nothing here fails because something was slow: at the end each aim stands next to what was measured. The chains are
//! made once and kept in the build folder; removing `tmp/chains` there makes them anew. `cargo test` runs this with
//! small sizes, so that it keeps working.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod agreement;
#[path = "../figures/aims.rs"]
mod aims;
mod catch_up;
mod chains;
mod download;
mod heads;
#[path = "../figures/machine.rs"]
mod machine;
mod node;
#[allow(dead_code, reason = "the other figures use the rest of it")]
#[path = "../figures/process.rs"]
mod process;
mod scanning;
#[path = "../figures/table.rs"]
mod table;

use std::process::ExitCode;
use std::time::Duration;

use aims::Aims;
use machine::{load, machine};

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Outcome<T = ()> = Result<T, Fault>;

const TOPICS: [&str; 5] = ["agreement", "catch-up", "heads", "scanning", "download"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        [scanning::CHILD, rest @ ..] => scanning::child(rest),
        _ => run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Outcome {
    // `cargo bench` passes `--bench`; without it, this runs as a test.
    let is_test = !arguments.contains(&"--bench");
    let quick = is_test || arguments.contains(&"--quick");
    let words: Vec<&str> = arguments.iter().filter(|word| !word.starts_with("--")).copied().collect();
    match words.iter().find(|word| !TOPICS.contains(word)) {
        // A test's name: none of ours.
        Some(_) if is_test => return Ok(()),
        Some(word) => return Err(format!("{word}: not one of {}", TOPICS.join(", ")).into()),
        None if is_test && arguments.contains(&"--list") => return Ok(()),
        None => {}
    }
    let wants = |topic| words.is_empty() || words.contains(&topic);

    let mut aims = Aims::default();
    println!("Measured on {}; load {} at the start.", machine(), load());
    if quick {
        println!("Small sizes: they show that it works, and nothing else.");
    }
    let runtime = tokio::runtime::Runtime::new()?;
    if wants("agreement") {
        runtime.block_on(agreement::measure(quick, &mut aims))?;
    }
    if wants("catch-up") {
        runtime.block_on(catch_up::measure(quick))?;
    }
    if wants("heads") {
        runtime.block_on(heads::measure(quick, &mut aims))?;
    }
    if wants("scanning") {
        runtime.block_on(scanning::measure(quick, &mut aims))?;
    }
    if wants("download") {
        runtime.block_on(download::measure(quick))?;
    }
    aims.print();
    println!("\nLoad {} at the end.", load());
    Ok(())
}

/// Processor time of this process so far, in seconds; 0 where there is no `/proc`.
fn own_cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    process::read_stat(&stat).map_or(0.0, |(_, seconds)| seconds)
}

/// That percentile of ascending times.
fn at(times: &[Duration], percent: usize) -> Duration {
    times.get(times.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}

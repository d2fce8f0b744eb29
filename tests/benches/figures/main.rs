//! The figures of CareKey, as Markdown tables: ratios to other programs in the same run, and what things cost.
//!
//! ```text
//! cargo xtask bench                     everything
//! cargo xtask bench -- sealing access   some topics: sealing, scanning, listing, sharing, access
//! cargo xtask bench -- --quick          small sizes, to see that it works
//! ```
//!
//! Nothing here fails because something was slow: at the end each aim stands next to what was measured. `cargo test`
//! runs this with small sizes, so that it keeps working.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod access;
mod aims;
mod listing;
mod machine;
mod people;
mod process;
mod scanning;
mod sealing;
mod sharing;
mod table;
mod transactions;

use std::process::ExitCode;

use aims::Aims;
use machine::{load, machine};

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Outcome<T = ()> = Result<T, Fault>;

const TOPICS: [&str; 5] = ["sealing", "scanning", "listing", "sharing", "access"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        [sealing::CHILD, rest @ ..] => sealing::child(rest),
        _ => Plan::read(&arguments).and_then(|plan| plan.map_or(Ok(()), |plan| run(&plan))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What is to be measured.
struct Plan {
    quick: bool,
    topics: Vec<&'static str>,
}

impl Plan {
    /// None if this is `cargo test`, looking for something else.
    fn read(arguments: &[&str]) -> Outcome<Option<Self>> {
        // `cargo bench` passes `--bench`; without it, this runs as a test.
        let is_test = !arguments.contains(&"--bench");
        let (flags, words): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|word| word.starts_with("--"));
        let topics: Vec<&str> = TOPICS.into_iter().filter(|topic| words.is_empty() || words.contains(topic)).collect();
        let unknown = words.iter().find(|word| !TOPICS.contains(word));
        match unknown {
            _ if is_test && flags.contains(&"--list") => Ok(None),
            _ if is_test && topics.is_empty() => Ok(None),
            Some(word) if !is_test => Err(format!("{word}: not one of {}", TOPICS.join(", ")).into()),
            _ => Ok(Some(Self { quick: is_test || flags.contains(&"--quick"), topics })),
        }
    }

    fn wants(&self, topic: &str) -> bool {
        self.topics.contains(&topic)
    }
}

fn run(plan: &Plan) -> Outcome {
    let mut aims = Aims::default();
    println!("Measured on {}; load {} at the start.", machine(), load());
    if plan.quick {
        println!("Small sizes: they show that it works, and nothing else.");
    }
    if plan.wants("sealing") {
        sealing::measure(plan.quick, &mut aims)?;
    }
    if plan.wants("scanning") {
        scanning::measure(plan.quick, &mut aims)?;
    }
    if plan.wants("listing") {
        listing::measure(plan.quick, &mut aims)?;
    }
    let runtime = tokio::runtime::Runtime::new()?;
    if plan.wants("sharing") {
        runtime.block_on(sharing::measure(plan.quick, &mut aims))?;
    }
    if plan.wants("access") {
        runtime.block_on(access::measure(plan.quick, &mut aims))?;
    }
    aims.print();
    println!("\nLoad {} at the end.", load());
    Ok(())
}

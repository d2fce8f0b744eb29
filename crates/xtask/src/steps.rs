//! Headings, times, and what failed.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// The steps of one chore so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    title: &'static str,
    took: Duration,
    failed: bool,
}

impl Steps {
    /// Takes a step the following ones need: its failure is the end.
    pub(crate) fn must<T>(&mut self, title: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n=== {title}");
        let start = Instant::now();
        let outcome = step();
        let took = start.elapsed();
        println!("--- {title}: {} in {}", if outcome.is_ok() { "done" } else { "failed" }, seconds(took));
        self.done.push(Step { title, took, failed: outcome.is_err() });
        outcome.with_context(|| title.to_owned())
    }

    /// Takes a step whose failure is told at once and again at the end, after the others had their turn.
    pub(crate) fn check(&mut self, title: &'static str, step: impl FnOnce() -> Result<()>) {
        if let Err(error) = self.must(title, step) {
            eprintln!("{error:#}");
        }
    }

    /// The end of the chore: an error if any step failed.
    pub(crate) fn verdict(&self) -> Result<()> {
        if self.done.len() > 1 {
            println!("\n=== Summary");
            for Step { title, took, failed } in &self.done {
                println!("{:>8}  {:6}  {title}", seconds(*took), if *failed { "FAILED" } else { "ok" });
            }
        }
        let failed: Vec<_> = self.done.iter().filter(|step| step.failed).map(|step| step.title).collect();
        if !failed.is_empty() {
            bail!("Failed: {}", failed.join(", "));
        }
        Ok(())
    }
}

/// Runs a program, shows what it prints, and fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = in_words(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("{line}: could not be started"))?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    Ok(())
}

fn in_words(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    if let Some((_, name)) = line.rsplit_once('/') {
        line = name.to_owned();
    }
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

//! `carekey`: the parts of CareKey from a shell.

mod ledger;
mod output;
mod sample;
mod story;
mod wallet;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// CareKey: patients hold the keys to their own health record.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole protocol over real sockets, with files of your own.
    Story(story::Arguments),
    /// Run the sample network until it is stopped.
    Sample(sample::Arguments),
    /// Drive one person's wallet against a running network.
    Wallet(Box<wallet::Arguments>),
    /// Look into a hospital's ledger.
    #[command(subcommand)]
    Ledger(ledger::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("CAREKEY_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let outcome = match Arguments::parse().command {
        Command::Story(arguments) => story::run(arguments).await,
        Command::Sample(arguments) => sample::run(arguments).await,
        Command::Wallet(arguments) => wallet::run(*arguments).await,
        Command::Ledger(command) => ledger::run(command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough.
        Err(error) if is_closed_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("carekey: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

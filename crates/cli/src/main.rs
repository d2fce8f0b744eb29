//! `carekey`: the parts of CareKey from a shell.

mod authority;
mod hospital;
mod ledger;
mod logging;
mod network;
mod output;
mod place;
mod sample;
mod signals;
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
    /// Run the health authority of a network.
    #[command(subcommand)]
    Authority(authority::Command),
    /// Run a hospital of a network.
    #[command(subcommand)]
    Hospital(hospital::Command),
    /// Look into a network file.
    #[command(subcommand)]
    Network(network::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Arguments::parse().command;
    if !matches!(command, Command::Authority(_) | Command::Hospital(_)) {
        logging::for_command();
    }
    let outcome = match command {
        Command::Story(arguments) => story::run(arguments).await,
        Command::Sample(arguments) => sample::run(arguments).await,
        Command::Wallet(arguments) => wallet::run(*arguments).await,
        Command::Ledger(command) => ledger::run(command),
        Command::Authority(command) => authority::run(command).await,
        Command::Hospital(command) => hospital::run(command).await,
        Command::Network(command) => network::run(command),
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

//! `carekey wallet`: one person's wallet from a shell, through the same border as the app.

mod connection;
mod keys;
mod plain;
mod records;
mod sharing;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::output;
use connection::Connection;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder of the wallet; `create` and `restore` make it.
    #[arg(long, value_name = "DIR")]
    profile: PathBuf,
    /// The network's file, or the folder with its `network.json`. Remembered in the profile's folder.
    #[arg(long, env = "CAREKEY_NETWORK", value_name = "FILE")]
    network: Option<PathBuf>,
    /// File with the wallet's passphrase. Without it, and without the variable CAREKEY_PASSPHRASE, the computer's key
    /// store is used.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// How long to wait for hospitals and the ledger, in seconds. What is not done by then goes on next time.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    wait: u64,
    /// Print the answer as one line of JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a wallet and print its 24 words, this once.
    Create(keys::Create),
    /// Bring a wallet back from its 24 words.
    Restore(keys::Restore),
    /// Register with the one-time code from a hospital's front desk.
    Enrol(keys::Enrol),
    /// Whose wallet this is, with the contact card to give to others.
    Whoami,
    /// Follow the ledger and do what waits to be done.
    Sync,
    /// Add a file to the own records, or (as a clinician) to a patient's.
    Import(records::Import),
    /// List the own records.
    Records(records::List),
    /// Open a record, check it, and show what it says.
    Read(records::Which),
    /// Save the original bytes of a record.
    Export(records::Export),
    /// Share a collection or a record.
    Grant(sharing::Grant),
    /// Stop sharing.
    Revoke(sharing::Revoke),
    /// List what is and was shared.
    Grants,
    /// List what others share, with the records of each.
    Shared(sharing::Shared),
    /// Who looked.
    Log(sharing::Log),
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let json = arguments.json;
    let connection = Connection::open(
        arguments.profile,
        arguments.network,
        arguments.passphrase_file,
        Duration::from_secs(arguments.wait),
    )
    .await?;
    let answer = answer(&connection, arguments.command).await;
    connection.close().await;
    let (answer, plain) = answer?;
    let text = if json { answer.to_string() } else { plain(&answer) };
    output::line(text.trim_end())?;
    Ok(())
}

/// How an answer reads without `--json`.
type Plain = fn(&Value) -> String;

async fn answer(connection: &Connection, command: Command) -> Result<(Value, Plain), Box<dyn Error>> {
    Ok(match command {
        Command::Create(create) => (keys::create(connection, create).await?, plain::words),
        Command::Restore(restore) => (keys::restore(connection, restore).await?, plain::person),
        Command::Enrol(enrol) => (keys::enrol(connection, enrol).await?, plain::person),
        Command::Whoami => {
            connection.unlock().await?;
            (connection.call("contact_card", json!({})).await?, plain::card)
        }
        Command::Sync => {
            connection.ready().await?;
            (connection.call("ledger_state", json!({})).await?, plain::ledger)
        }
        Command::Import(import) => (records::import(connection, import).await?, plain::imported),
        Command::Records(list) => (records::list(connection, list).await?, plain::records),
        Command::Read(which) => (records::read(connection, which).await?, plain::record),
        Command::Export(export) => (records::export(connection, export).await?, plain::exported),
        Command::Grant(grant) => (sharing::grant(connection, grant).await?, plain::grant),
        Command::Revoke(revoke) => (sharing::revoke(connection, revoke).await?, plain::grant),
        Command::Grants => {
            connection.ready().await?;
            (connection.call("grants_list", json!({})).await?, plain::grants)
        }
        Command::Shared(shared) => (sharing::shared(connection, shared).await?, plain::shared),
        Command::Log(log) => (sharing::log(connection, log).await?, plain::log),
    })
}

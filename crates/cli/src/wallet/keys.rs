//! Making, restoring and registering a wallet.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::connection::Connection;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The person's name, until the certificate says it.
    #[arg(long)]
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// File with the 24 words; `-` reads them from standard input.
    #[arg(long, value_name = "FILE")]
    words: PathBuf,
    /// The person's name, until the certificate is found again.
    #[arg(long, default_value = "Restored wallet")]
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Enrol {
    /// The one-time code.
    code: String,
}

/// A person at a terminal types some of the words again; a script that keeps the output has them.
pub(crate) async fn create(connection: &Connection, create: Create) -> Result<Value, Box<dyn Error>> {
    connection.require_empty()?;
    let (custody, passphrase) = connection.custody();
    let request = json!({ "name": create.name, "custody": custody, "passphrase": passphrase });
    let made = connection.call("wallet_create", request).await?;
    let words: Vec<&str> = made["words"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let places: Vec<usize> = made["confirm"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|place| place.as_u64().map(|n| n as usize))
        .collect();
    let typed: Vec<String> = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        output::line(&super::plain::words(&json!({ "words": words })))?;
        places.iter().map(|place| ask(*place)).collect::<io::Result<_>>()?
    } else {
        places.iter().filter_map(|place| words.get(place - 1)).map(|word| (*word).to_owned()).collect()
    };
    connection.call("wallet_confirm_words", json!({ "words": typed })).await?;
    connection.remember_network()?;
    Ok(json!({ "words": words }))
}

fn ask(place: usize) -> io::Result<String> {
    output::complain(&format!("Write down the words, then type word {place} again:"));
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

pub(crate) async fn restore(connection: &Connection, restore: Restore) -> Result<Value, Box<dyn Error>> {
    connection.require_empty()?;
    let mut text = String::new();
    if restore.words.as_os_str() == "-" {
        io::stdin().lock().read_to_string(&mut text)?;
    } else {
        text =
            std::fs::read_to_string(&restore.words).map_err(|error| format!("{}: {error}", restore.words.display()))?;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let (custody, passphrase) = connection.custody();
    let request = json!({ "name": restore.name, "words": words, "custody": custody, "passphrase": passphrase });
    connection.task("wallet_restore", request).await?;
    connection.remember_network()?;
    let session = connection.call("session_state", json!({})).await?;
    if session["stage"] == "open" {
        connection.settle().await?;
    }
    Ok(session)
}

pub(crate) async fn enrol(connection: &Connection, enrol: Enrol) -> Result<Value, Box<dyn Error>> {
    connection.unlock().await?;
    let session = connection.call("wallet_enrol", json!({ "code": enrol.code })).await?;
    connection.settle().await?;
    Ok(session)
}

//! `carekey ledger`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use carekey_ledger::{ChainReport, Store, verify_chain};
use carekey_operate::NetworkFile;
use carekey_protocol::{Genesis, decode};
use serde_json::json;

use crate::output;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Check a whole chain and name the first thing wrong.
    Verify {
        /// A hospital's directory, or that of the sample network.
        #[arg(long)]
        dir: PathBuf,
        /// One JSON object a ledger.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Box<dyn Error>> {
    let Command::Verify { dir, json } = command;
    let mut ledgers = Vec::new();
    find(&dir, &mut ledgers)?;
    if ledgers.is_empty() {
        return Err(format!("there is no ledger in {}", dir.display()).into());
    }
    for path in ledgers {
        let genesis = genesis_near(&path)?;
        let store = Store::open(&path, &genesis)?;
        let report = verify_chain(store.reader(), &genesis, |_, _| ())
            .map_err(|fault| format!("{}: {fault}", path.display()))?;
        output::line(&if json { as_json(&path, &report) } else { as_text(&path, &report) })?;
    }
    Ok(())
}

fn as_json(path: &Path, report: &ChainReport) -> String {
    json!({
        "ledger": path.display().to_string(),
        "ok": true,
        "height": report.head.0,
        "hash": report.hash.to_string(),
        "transactions": report.transactions,
        "pruned": report.pruned,
    })
    .to_string()
}

fn as_text(path: &Path, report: &ChainReport) -> String {
    let ChainReport { head, hash, transactions, pruned } = report;
    format!("{}: holds to block {head} ({hash}), {transactions} transactions, {pruned} pruned", path.display())
}

/// Ledgers in `dir` and the directories in it.
fn find(dir: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if path.file_name().is_some_and(|name| name == "ledger.db") {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// The founding document, or the network file that holds it, beside the ledger or above it.
fn genesis_near(ledger: &Path) -> Result<Genesis, Box<dyn Error>> {
    for dir in ledger.ancestors().skip(1) {
        let (genesis, network) = (dir.join("genesis"), dir.join("network.json"));
        if genesis.is_file() {
            return Ok(decode(&fs::read(genesis)?)?);
        }
        if network.is_file() {
            return Ok(NetworkFile::load(&network)?.genesis);
        }
    }
    Err(format!("there is no network.json near {}", ledger.display()).into())
}

//! `carekey ledger`.

use std::error::Error;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use carekey_ledger::limits::PROOF_BYTES_MAX;
use carekey_ledger::record_proof::{Proven, RecordProof};
use carekey_ledger::{ChainReport, Store, verify_chain};
use carekey_operate::NetworkFile;
use carekey_protocol::{Genesis, Role, UnixMillis, decode};
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
    /// Check a proof that was saved from a record, without a network, and say what it proves.
    VerifyProof {
        /// The proof.
        file: PathBuf,
        /// The document it is about: is it the one that was signed?
        #[arg(long, value_name = "FILE")]
        document: Option<PathBuf>,
        /// The network you mean; without it the proof's own network is believed.
        #[arg(long, value_name = "FILE")]
        network: Option<PathBuf>,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Verify { dir, json } => verify(&dir, json),
        Command::VerifyProof { file, document, network } => {
            verify_proof(&file, document.as_deref(), network.as_deref())
        }
    }
}

fn verify(dir: &Path, json: bool) -> Result<(), Box<dyn Error>> {
    let mut ledgers = Vec::new();
    find(dir, &mut ledgers)?;
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

fn verify_proof(file: &Path, document: Option<&Path>, network: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let named = |path: &Path, what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
    let mut bytes = Vec::new();
    // One byte more than a proof may have, so that a longer file shows.
    let opened = fs::File::open(file).map_err(|error| named(file, &error))?;
    opened.take(PROOF_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|error| named(file, &error))?;
    let meant = network
        .map(|path| NetworkFile::load(path).map(|network| network.network_id()).map_err(|error| named(path, &error)))
        .transpose()?;
    let proof = RecordProof::from_bytes(&bytes).map_err(|fault| named(file, &fault))?;
    let proven = proof.verify(meant).map_err(|fault| named(file, &fault))?;
    if let Some(path) = document {
        let mut source = fs::File::open(path).map_err(|error| named(path, &error))?;
        proof.verify_document(&mut source).map_err(|fault| named(path, &fault))?;
    }
    output::line(&said(&proven, document, network))?;
    Ok(())
}

/// What a proof shows, in sentences.
fn said(proven: &Proven, document: Option<&Path>, network: Option<&Path>) -> String {
    let (said, author) = (&proven.metadata, &proven.metadata.author.body);
    let role = match author.role {
        Role::Person => "person",
        Role::Doctor => "doctor",
        Role::Nurse => "nurse",
        Role::Laboratory => "laboratory",
        Role::Hospital => "hospital",
    };
    let names: Vec<&str> = proven.confirmed_by.iter().map(|(_, name)| name.as_str()).collect();
    let mut lines = vec![
        "The proof holds.".to_owned(),
        format!("“{}”, dated {}, for patient {}.", said.title, day(said.document_time), said.patient),
        format!("Written by {} ({role}, certificate {}).", author.name, author.serial.0),
    ];
    if !proven.certificate_in_date {
        lines.push("That certificate was out of date when the record was put on the ledger.".to_owned());
    }
    lines.push(format!(
        "Unchanged since {} (block {}), confirmed on {} by {} of {} hospitals: {}.",
        moment(proven.unchanged_since),
        proven.height,
        moment(proven.confirmed_at),
        names.len(),
        proven.voters,
        names.join(", "),
    ));
    let network_name = &proven.network_name;
    lines.push(match network {
        Some(path) => format!("In the network “{network_name}” of {}.", path.display()),
        None => format!("In a network that calls itself “{network_name}”, {}. Is it the one you mean?", proven.network),
    });
    lines.push(match document {
        Some(path) => format!("{} is the document that was signed.", path.display()),
        None => "Whether a document is the signed one shows with --document.".to_owned(),
    });
    lines.push("It does not say whether the record was erased, or the certificate withdrawn, since then.".to_owned());
    lines.join("\n")
}

fn time_of(time: UnixMillis) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::from_unix_timestamp(i64::try_from(time.0 / 1000).ok()?).ok()
}

fn day(time: UnixMillis) -> String {
    time_of(time).map(|time| time.date().to_string()).unwrap_or_default()
}

fn moment(time: UnixMillis) -> String {
    time_of(time).map_or_else(String::new, |at| format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute()))
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

//! `carekey hospital status`.

use std::error::Error;
use std::path::PathBuf;

use carekey_operate::{Config, OperateError, Service, ask};
use serde_json::Value;

use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The hospital's directory.
    #[arg(long)]
    dir: PathBuf,
    /// Print everything as one line of JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let config = Config::load(&arguments.dir, Service::Hospital).map_err(OperateError::Config)?;
    let (_, body) = ask(config.monitor, "/status").await.map_err(|error| {
        let dir = arguments.dir.display();
        format!(
            "the hospital does not run ({}: {error}); start it with `carekey hospital run --dir {dir}`",
            config.monitor
        )
    })?;
    let status: Value = serde_json::from_str(&body)?;
    if status["service"] != "hospital" || status["name"] != config.name.as_str() {
        return Err(format!("{}: another service is watched there; change [monitor]", config.monitor).into());
    }
    output::line(&if arguments.json { body } else { in_words(&status) })?;
    Ok(())
}

fn in_words(status: &Value) -> String {
    let text = |key: &str| status[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| status[key].as_u64().unwrap_or_default();
    let mut lines = vec![
        format!("{} (hospital {})", text("name"), text("hospital")),
        format!("block {}, {} ago", number("height"), duration(number("headAgeMs"))),
        format!(
            "votes with {} among {} validators; {} transactions wait for a block, {} of its own are not final",
            number("votingPower"),
            number("validators"),
            number("mempool"),
            number("outgoing"),
        ),
        format!(
            "{} sealed records of {}, {} uploads under way; {} free on the disk",
            number("records"),
            size(number("recordsBytes")),
            number("uploads"),
            size(number("diskFreeBytes")),
        ),
    ];
    for problem in status["problems"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        lines.push(format!("problem: {problem}"));
    }
    lines.join("\n")
}

fn duration(millis: u64) -> String {
    match millis / 1000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

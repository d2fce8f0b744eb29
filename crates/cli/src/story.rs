//! `carekey story`.

use std::error::Error;
use std::path::PathBuf;

use carekey_sample::story::{self, Step};
use serde_json::{Map, Value};

use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file to tell the story with; may be given several times. Without any, the story makes its own.
    #[arg(long = "record", value_name = "FILE")]
    records: Vec<PathBuf>,
    /// One JSON object a step.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut printed = Ok(());
    let told = story::run(arguments.records, |step| {
        let text = if arguments.json { json(step) } else { plain(step) };
        printed = output::line(&text);
    });
    told.await?;
    Ok(printed?)
}

fn json(step: &Step) -> String {
    let mut object = Map::new();
    object.insert("step".to_owned(), step.step.into());
    object.insert("ok".to_owned(), step.ok.into());
    object.insert("ms".to_owned(), step.ms.into());
    object.extend(step.measured.clone());
    Value::Object(object).to_string()
}

fn plain(step: &Step) -> String {
    let mark = if step.ok { "ok  " } else { "FAIL" };
    let measured: Vec<String> = step.measured.iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("{mark} {:<17}{:>7} ms  {}", step.step, step.ms, measured.join(", ")).trim_end().to_owned()
}

//! `carekey sample`.

use std::error::Error;
use std::path::PathBuf;

use carekey_sample::SampleNetwork;

use crate::{output, signals};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the network keeps everything; `network.json` and `codes.json` appear there.
    #[arg(long)]
    dir: PathBuf,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let network = SampleNetwork::start(&arguments.dir).await?;
    output::line(&format!("running; network file {}", arguments.dir.join("network.json").display()))?;
    signals::until_stopped().await?;
    network.stop().await;
    Ok(())
}

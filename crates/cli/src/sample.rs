//! `carekey sample`.

use std::error::Error;
use std::path::PathBuf;

use carekey_sample::SampleNetwork;

use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the network keeps everything; `network.json` and `codes.json` appear there.
    #[arg(long)]
    dir: PathBuf,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let network = SampleNetwork::start(&arguments.dir).await?;
    output::line(&format!("running; network file {}", arguments.dir.join("network.json").display()))?;
    until_stopped().await?;
    network.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn until_stopped() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn until_stopped() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

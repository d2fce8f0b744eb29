//! `carekey hospital`.

mod status;

use std::error::Error;
use std::path::PathBuf;

use carekey_operate::{Service, hospital};
use clap::Subcommand;

use crate::place::Place;
use crate::{logging, output, signals};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a hospital's keys, configuration, and the request with which it asks to be admitted.
    Init {
        /// Where the hospital keeps everything.
        #[arg(long)]
        dir: PathBuf,
        /// Name shown to people.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        place: Place,
        /// The network file. May be brought later, with nothing else, or copied to DIR/network.json.
        #[arg(long, value_name = "FILE")]
        network: Option<PathBuf>,
    },
    /// Run the hospital until it is stopped.
    Run {
        /// The hospital's directory.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Find everything that is wrong with the configuration, and say what to do.
    CheckConfig {
        /// The hospital's directory.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Ask the running hospital how it is doing.
    Status(status::Arguments),
    /// Copy everything but the keys to a new directory, while the hospital runs.
    Backup {
        /// The hospital's directory.
        #[arg(long)]
        dir: PathBuf,
        /// The new directory.
        #[arg(long)]
        to: PathBuf,
        /// Copy the secret, too. Whoever has it can be this hospital.
        #[arg(long)]
        with_secret: bool,
    },
}

pub(crate) async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    if let Command::Run { dir } = &command {
        logging::for_service(dir, Service::Hospital);
        let started = |address: &str| {
            // Nobody has to read it.
            let _ = output::line(&format!("running; reached at {address}"));
        };
        return Ok(hospital::run(dir, started, signals::until_stopped()).await?);
    }
    logging::for_command();
    match command {
        Command::Run { .. } => Ok(()),
        Command::Init { dir, name, place, network } => init(dir, name, &place, network),
        Command::CheckConfig { dir } => {
            let checked = hospital::check_config(&dir).await?;
            output::line(&format!("{} is hospital {} of {}", checked.name, checked.hospital, checked.network))?;
            output::line(&format!("reached at {}, watched at http://{}", checked.address, checked.monitor))?;
            Ok(())
        }
        Command::Status(arguments) => status::run(&arguments).await,
        Command::Backup { dir, to, with_secret } => {
            let made = tokio::task::spawn_blocking(move || hospital::back_up(&dir, &to, with_secret)).await??;
            let (records, bytes) = (made.copied.records, made.copied.records_bytes);
            output::line(&format!("{}: ledger, index and {records} records of {bytes} bytes", made.to.display()))?;
            if made.in_store {
                output::line("records in the S3 store were not copied; copy the bucket now, after the index")?;
            }
            if !made.with_secret {
                output::line("the secret is not in it; without its copy nothing of this can be read")?;
            }
            Ok(())
        }
    }
}

fn init(dir: PathBuf, name: Option<String>, place: &Place, network: Option<PathBuf>) -> Result<(), Box<dyn Error>> {
    let file = Service::Hospital.file(&dir);
    if !file.exists() {
        let name = name.ok_or("--name: give the hospital the name people know")?;
        let request = hospital::init(&dir, &name, &place.listen(4101)?, &place.announce, place.monitor(9401))?;
        output::line(&format!(
            "made {}; keep a copy of {} in a safe place",
            file.display(),
            dir.join("secret").display()
        ))?;
        output::line(&format!("send {} to the authority's operator", request.display()))?;
    } else if network.is_none() || name.is_some() || place.is_given() {
        let advice = "edit it, or bring the network with --network FILE and nothing else";
        return Err(format!("{} is there already; {advice}", file.display()).into());
    }
    if let Some(network) = network {
        output::line(&format!("copied to {}", hospital::install_network(&dir, &network)?.display()))?;
    }
    Ok(())
}

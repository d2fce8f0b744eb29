//! `carekey authority`.

mod init;
mod people;

use std::error::Error;
use std::path::PathBuf;

use carekey_operate::Service;
use carekey_operate::authority::{self, Desk};
use clap::Subcommand;

use crate::{logging, output, signals};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the authority's keys and configuration, and found the network with its first hospitals.
    Init(init::Init),
    /// Run the authority until it is stopped.
    Run {
        /// The authority's directory.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Issue a one-time enrolment code.
    Code(people::Code),
    /// Admit a hospital, or change its voting power.
    AddHospital {
        /// The authority's directory.
        #[arg(long)]
        dir: PathBuf,
        /// The request that the hospital's `init` made.
        request: PathBuf,
        /// Its weight in the quorum; 0 for a hospital that follows without voting.
        #[arg(long, default_value_t = 1)]
        power: u64,
    },
    /// Take a hospital's voting power; it goes on serving its records.
    RetireHospital {
        /// The authority's directory.
        #[arg(long)]
        dir: PathBuf,
        /// Its identifier, or the beginning of its name.
        hospital: String,
    },
    /// Revoke a certificate, for good.
    RevokeCertificate(people::Revoke),
    /// Tell whose pseudonym it is, once the ledger says that this was asked.
    Trace(people::Trace),
}

pub(crate) async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    if let Command::Run { dir } = &command {
        logging::for_service(dir, Service::Authority);
        let started = |address: &str| {
            // Nobody has to read it.
            let _ = output::line(&format!("running; reached at {address}"));
        };
        return Ok(authority::run(dir, started, signals::until_stopped()).await?);
    }
    logging::for_command();
    match command {
        Command::Run { .. } => Ok(()),
        Command::Init(arguments) => init::run(arguments),
        Command::Code(arguments) => people::code(&arguments),
        Command::AddHospital { dir, request, power } => {
            let added = Desk::open(&dir)?.add_hospital(&request, power).await?;
            let (name, id) = (&added.name, added.id);
            output::line(&format!("final: {name} is hospital {id} with voting power {power}"))?;
            output::line("give its operator and the others the new network.json")?;
            Ok(())
        }
        Command::RetireHospital { dir, hospital } => {
            let retired = Desk::open(&dir)?.retire_hospital(&hospital).await?;
            output::line(&format!("final: {} ({}) does not vote any more", retired.name, retired.id))?;
            Ok(())
        }
        Command::RevokeCertificate(arguments) => people::revoke(&arguments).await,
        Command::Trace(arguments) => people::trace(&arguments).await,
    }
}

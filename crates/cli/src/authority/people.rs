//! `carekey authority code`, `revoke-certificate` and `trace`.

use std::error::Error;
use std::path::PathBuf;

use carekey_operate::authority::Desk;
use carekey_protocol::{CertificateSerial, Role};
use clap::ValueEnum;

use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Code {
    /// The authority's directory.
    #[arg(long)]
    dir: PathBuf,
    /// The hospital that vouches for them: its identifier, or the beginning of its name.
    #[arg(long)]
    hospital: String,
    /// What they are certified as.
    #[arg(long, value_enum)]
    role: CodeRole,
    /// Their name, with title.
    #[arg(long)]
    name: String,
    /// A clinician's specialty.
    #[arg(long, default_value = "")]
    specialty: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CodeRole {
    /// Patient, relative or carer.
    Person,
    Doctor,
    Nurse,
    Laboratory,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The authority's directory.
    #[arg(long)]
    dir: PathBuf,
    /// The certificate's number.
    serial: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Trace {
    /// The authority's directory.
    #[arg(long)]
    dir: PathBuf,
    /// The pseudonym, as it stands on the ledger: 66 hexadecimal digits.
    pseudonym: String,
    /// The order under which this is done, such as a court's number. Everybody can read it on the ledger.
    #[arg(long)]
    case: String,
}

/// The code alone on standard output, so that a script can read it.
pub(super) fn code(arguments: &Code) -> Result<(), Box<dyn Error>> {
    let role = match arguments.role {
        CodeRole::Person => Role::Person,
        CodeRole::Doctor => Role::Doctor,
        CodeRole::Nurse => Role::Nurse,
        CodeRole::Laboratory => Role::Laboratory,
    };
    let Code { dir, hospital, name, specialty, .. } = arguments;
    let code = Desk::open(dir)?.code(hospital, role, name, specialty)?;
    output::line(&code)?;
    output::complain("serves once, within 30 days; hand it over in person");
    Ok(())
}

pub(super) async fn revoke(arguments: &Revoke) -> Result<(), Box<dyn Error>> {
    Desk::open(&arguments.dir)?.revoke_certificate(CertificateSerial(arguments.serial)).await?;
    output::line(&format!("final: certificate {} is revoked", arguments.serial))?;
    Ok(())
}

pub(super) async fn trace(arguments: &Trace) -> Result<(), Box<dyn Error>> {
    let certificate = Desk::open(&arguments.dir)?.trace(&arguments.pseudonym, &arguments.case).await?;
    let body = &certificate.body;
    output::line(&format!("final: {}, {}, certificate {}", body.name, body.id, body.serial.0))?;
    Ok(())
}

//! `carekey network`.

use std::error::Error;
use std::path::PathBuf;

use carekey_operate::NetworkFile;
use serde_json::json;

use crate::output;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Say what a network file holds, after checking it.
    Show {
        /// The file.
        file: PathBuf,
        /// Print it as one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the invitation to a network: one line that a person pastes into CareKey, or that is shown as a QR picture.
    Invite {
        /// The network file.
        file: PathBuf,
        /// Print it as a link that opens CareKey.
        #[arg(long)]
        link: bool,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Box<dyn Error>> {
    let load = |file: PathBuf| NetworkFile::load(&file).map_err(|error| format!("{}: {error}", file.display()));
    let text = match command {
        Command::Show { file, json: true } => as_json(&load(file)?),
        Command::Show { file, json: false } => as_text(&load(file)?),
        Command::Invite { file, link: false } => load(file)?.invitation(),
        Command::Invite { file, link: true } => format!("carekey:join?invitation={}", load(file)?.invitation()),
    };
    output::line(&text)?;
    Ok(())
}

fn as_text(network: &NetworkFile) -> String {
    let genesis = &network.genesis;
    let founded = time::OffsetDateTime::from_unix_timestamp(genesis.founded.0 as i64 / 1000)
        .map(|time| time.date().to_string())
        .unwrap_or_default();
    let mut lines = vec![
        genesis.name.to_string(),
        format!("network {}", network.network_id()),
        format!("founded {founded}"),
        format!("authority {} at {}", genesis.authority, network.authority),
    ];
    for hospital in &genesis.hospitals {
        let place = network.hospitals.get(&hospital.id).map_or("no address".to_owned(), |at| format!("at {at}"));
        let (id, name, power) = (hospital.id, &hospital.name, hospital.voting_power);
        lines.push(format!("hospital {id} {name}, voting power {power} when founded, {place}"));
    }
    for (id, address) in &network.hospitals {
        if !genesis.hospitals.iter().any(|hospital| hospital.id == *id) {
            lines.push(format!("hospital {id}, admitted later, at {address}"));
        }
    }
    lines.join("\n")
}

fn as_json(network: &NetworkFile) -> String {
    let genesis = &network.genesis;
    let hospitals: Vec<_> = genesis
        .hospitals
        .iter()
        .map(|one| json!({"id": one.id.to_string(), "name": one.name.as_str(), "votingPower": one.voting_power}))
        .collect();
    let addresses: serde_json::Map<_, _> =
        network.hospitals.iter().map(|(id, address)| (id.to_string(), address.to_string().into())).collect();
    json!({
        "name": genesis.name.as_str(),
        "network": network.network_id().to_string(),
        "founded": genesis.founded.0,
        "authority": network.authority.to_string(),
        "foundingHospitals": hospitals,
        "addresses": addresses,
    })
    .to_string()
}

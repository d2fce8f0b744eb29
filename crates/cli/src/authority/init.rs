//! `carekey authority init`.

use std::error::Error;
use std::path::PathBuf;

use carekey_operate::{Service, authority};

use crate::output;
use crate::place::Place;

#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// Where the authority keeps everything.
    #[arg(long)]
    dir: PathBuf,
    /// Name of the network, such as that of the region.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    place: Place,
    /// The request of a founding hospital, once for each. Founds the network.
    #[arg(long = "hospital", value_name = "REQUEST")]
    hospitals: Vec<PathBuf>,
}

pub(super) fn run(arguments: Init) -> Result<(), Box<dyn Error>> {
    let Init { dir, name, place, hospitals } = arguments;
    let file = Service::Authority.file(&dir);
    if !file.exists() {
        let name = name.ok_or("--name: give the network a name")?;
        authority::init(&dir, &name, &place.listen(4100)?, &place.announce, place.monitor(9400))?;
        output::line(&format!(
            "made {}; keep a copy of {} in a safe place",
            file.display(),
            dir.join("secret").display()
        ))?;
    } else if hospitals.is_empty() || name.is_some() || place.is_given() {
        let advice = "edit it, or found the network with --hospital REQUEST and nothing else";
        return Err(format!("{} is there already; {advice}", file.display()).into());
    }
    if hospitals.is_empty() {
        output::line(&format!(
            "found the network with `carekey authority init --dir {} --hospital REQUEST …`, one request a hospital",
            dir.display()
        ))?;
        return Ok(());
    }
    let founded = authority::found(&dir, &hospitals)?;
    let count = founded.network.genesis.hospitals.len();
    let hospitals = if count == 1 { "1 hospital".to_owned() } else { format!("{count} hospitals") };
    output::line(&format!("founded {} with {hospitals}: {}", founded.network.network_id(), founded.file.display()))?;
    output::line("give that file to every hospital and every wallet; it holds no secret")?;
    Ok(())
}

//! The network file of a running service: whoever edits or replaces it need not restart anything.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use carekey_network::{NetworkFile, PeerAddress};
use tokio::time::sleep;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Reads the file again whenever it changes and tells every address in it.
pub(crate) async fn follow_file<F: Future<Output = ()>>(path: PathBuf, tell: impl Fn(PeerAddress) -> F) -> Infallible {
    let mut seen = modified(&path);
    loop {
        sleep(LOOK_EVERY).await;
        let now = modified(&path);
        if now == seen {
            continue;
        }
        seen = now;
        match NetworkFile::load(&path) {
            Ok(network) => {
                tracing::info!(hospitals = network.hospitals.len(), "the network file was read again");
                for address in std::iter::once(network.authority).chain(network.hospitals.into_values()) {
                    tell(address).await;
                }
            }
            Err(error) => tracing::warn!(%error, "the network file was changed and cannot be read"),
        }
    }
}

fn modified(path: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

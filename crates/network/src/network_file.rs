//! The network file: what a participant needs to join. The genesis is pinned by its hash; addresses are hints.

use std::collections::BTreeMap;
use std::path::Path;

use carekey_protocol::{Genesis, HospitalId, NetworkId, decode, encode};
use serde::{Deserialize, Serialize};

use crate::{PeerAddress, peer_id_of};

/// Longest network file that is read: a genesis with its hospitals takes a few kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A network, and where its participants were last found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFile {
    /// What everybody agrees on.
    pub genesis: Genesis,
    /// Where the authority is reached.
    pub authority: PeerAddress,
    /// Where hospitals are reached.
    pub hospitals: BTreeMap<HospitalId, PeerAddress>,
}

/// Why a network file is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NetworkFileError {
    /// It cannot be read or written.
    #[error("network file: {0}")]
    Io(#[from] std::io::Error),
    /// It is not the JSON it should be.
    #[error("network file is not valid: {0}")]
    Json(#[from] serde_json::Error),
    /// A value in it is not what it should be.
    #[error("network file is not valid: {0}")]
    Value(String),
    /// An address names a key that the genesis does not know: somebody else would answer there.
    #[error("network file is not valid: the address of {0} is for another key")]
    WrongKey(String),
}

#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    network: String,
    genesis: String,
    authority: String,
    hospitals: BTreeMap<String, String>,
}

impl NetworkFile {
    /// The network's id.
    pub fn network_id(&self) -> NetworkId {
        self.genesis.network_id()
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`NetworkFileError`].
    pub fn load(path: &Path) -> Result<Self, NetworkFileError> {
        if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
            return Err(NetworkFileError::Value("it is too long".to_owned()));
        }
        std::fs::read_to_string(path)?.parse()
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None that happens: a few texts always serialize.
    pub fn to_json(&self) -> Result<String, NetworkFileError> {
        let written = Written {
            name: self.genesis.name.to_string(),
            network: self.network_id().to_string(),
            genesis: encode(&self.genesis).iter().map(|byte| format!("{byte:02x}")).collect(),
            authority: self.authority.to_string(),
            hospitals: self.hospitals.iter().map(|(id, address)| (id.to_string(), address.to_string())).collect(),
        };
        Ok(serde_json::to_string_pretty(&written)?)
    }

    /// Writes the file, complete or not at all.
    ///
    /// # Errors
    /// [`NetworkFileError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), NetworkFileError> {
        let partial = path.with_extension("part");
        std::fs::write(&partial, self.to_json()?)?;
        Ok(std::fs::rename(partial, path)?)
    }
}

impl std::str::FromStr for NetworkFile {
    type Err = NetworkFileError;

    fn from_str(text: &str) -> Result<Self, NetworkFileError> {
        let value = |reason: &dyn std::fmt::Display| NetworkFileError::Value(reason.to_string());
        let written: Written = serde_json::from_str(text)?;
        let bytes = bytes_from_hex(&written.genesis).ok_or_else(|| value(&"the genesis is not hexadecimal"))?;
        let genesis: Genesis = decode(&bytes).map_err(|error| value(&error))?;
        if genesis.network_id().to_string() != written.network {
            return Err(value(&"the genesis is not that of the network it names"));
        }
        let parsed = written.hospitals.into_iter().map(|(id, address)| {
            let id: HospitalId = id.parse().map_err(|error| value(&error))?;
            Ok((id, address))
        });
        Self::checked(genesis, &written.authority, parsed.collect::<Result<Vec<_>, NetworkFileError>>()?)
    }
}

impl NetworkFile {
    /// Addresses that lead to the keys the genesis names.
    pub(crate) fn checked(
        genesis: Genesis,
        authority: &str,
        addresses: Vec<(HospitalId, String)>,
    ) -> Result<Self, NetworkFileError> {
        let value = |reason: &dyn std::fmt::Display| NetworkFileError::Value(reason.to_string());
        let authority: PeerAddress = authority.parse().map_err(|error| value(&error))?;
        if authority.peer_id != peer_id_of(&genesis.authority_peer_key) {
            return Err(NetworkFileError::WrongKey("the authority".to_owned()));
        }
        let mut hospitals = BTreeMap::new();
        for (id, address) in addresses {
            let address: PeerAddress = address.parse().map_err(|error| value(&error))?;
            // The others were registered later: the ledger's registry says which key must answer there.
            let founding = genesis.hospitals.iter().find(|founding| founding.id == id);
            if let Some(founding) = founding.filter(|founding| address.peer_id != peer_id_of(&founding.peer_key)) {
                return Err(NetworkFileError::WrongKey(founding.name.to_string()));
            }
            hospitals.insert(id, address);
        }
        Ok(Self { genesis, authority, hospitals })
    }
}

fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::NodeKey;
    use carekey_crypto::{SecretKey, test_rng};
    use carekey_protocol::genesis::{HospitalRegistration, SUITE, Seal};
    use carekey_protocol::{AuthorityId, Text, UnixMillis};

    fn address(key: &SecretKey) -> PeerAddress {
        let id = NodeKey::from_secret_key(key).peer_id();
        format!("/ip4/127.0.0.1/tcp/4001/p2p/{id}").parse().expect("an address")
    }

    pub(crate) fn network() -> NetworkFile {
        let mut rng = test_rng(1);
        let (authority, north) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let id = HospitalId([0, 0, 1]);
        let genesis = Genesis {
            suite: SUITE,
            name: Text::truncated("Example"),
            authority: AuthorityId([0, 1]),
            authority_key: authority.public(),
            authority_peer_key: authority.public(),
            seal: Seal::Quorum,
            hospitals: vec![HospitalRegistration {
                id,
                name: Text::truncated("North"),
                ledger_key: north.public(),
                peer_key: north.public(),
                voting_power: 1,
            }],
            founded: UnixMillis(1),
        };
        NetworkFile { genesis, authority: address(&authority), hospitals: [(id, address(&north))].into() }
    }

    #[test]
    fn a_file_reads_back() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("network.json");
        network().save(&path).expect("saved");
        assert_eq!(NetworkFile::load(&path).expect("loaded"), network());
    }

    #[test]
    fn an_address_for_another_key_or_another_genesis_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("network.json");
        let mut wrong = network();
        wrong.authority = address(&SecretKey::generate(&mut test_rng(9)));
        wrong.save(&path).expect("saved");
        assert!(matches!(NetworkFile::load(&path), Err(NetworkFileError::WrongKey(_))));

        network().save(&path).expect("saved");
        let text = std::fs::read_to_string(&path).expect("text");
        let swapped = text.replace(&network().network_id().to_string()[..8], "00000000");
        assert!(matches!(swapped.parse::<NetworkFile>(), Err(NetworkFileError::Value(_))));
        assert!(matches!("{}".parse::<NetworkFile>(), Err(NetworkFileError::Json(_))));
    }
}

//! The authority and the four hospitals, on loopback.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use carekey_authority::{AuthorityConfig, AuthorityService, CODE_VALID_MILLIS, RegistrarKeys};
use carekey_crypto::{Secret32, SecretKey};
use carekey_hospital::{Hospital, HospitalConfig, HospitalKeys, RecordStore, Timing};
use carekey_network::{Multiaddr, NetworkFile};
use carekey_protocol::enrolment::{EnrolmentOffer, code_digest};
use carekey_protocol::genesis::{HospitalRegistration, SUITE, Seal};
use carekey_protocol::{AuthorityId, Genesis, HospitalId, Role, Text, UnixMillis, decode, encode};
use rand_core::{CryptoRng, UnwrapErr};

use crate::error::SampleError;

/// North General.
pub const NORTH: HospitalId = HospitalId([0, 0, 1]);
/// South Clinic.
pub const SOUTH: HospitalId = HospitalId([0, 0, 2]);
/// Eastgate Hospital.
pub const EAST: HospitalId = HospitalId([0, 0, 3]);
/// Westhill Children's Hospital.
pub const WEST: HospitalId = HospitalId([0, 0, 4]);

/// The hospitals, which have one vote each, with their names and folders.
const HOSPITALS: [(HospitalId, &str, &str); 4] = [
    (NORTH, "North General", "north"),
    (SOUTH, "South Clinic", "south"),
    (EAST, "Eastgate Hospital", "east"),
    (WEST, "Westhill Children's Hospital", "west"),
];

/// Characters of enrolment codes: none that look alike.
const CODE_ALPHABET: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/// A running authority and four running hospitals.
pub struct Servers {
    dir: PathBuf,
    secret: Secret32,
    genesis: Genesis,
    authority: AuthorityService,
    hospitals: BTreeMap<HospitalId, Hospital>,
    file: NetworkFile,
}

impl Servers {
    /// Starts the services that live in `dir`; founds the network if there is none.
    ///
    /// # Errors
    /// [`SampleError`].
    pub async fn start(dir: &Path) -> Result<Self, SampleError> {
        fs::create_dir_all(dir)?;
        let secret = secret(dir)?;
        let genesis = genesis(dir, &secret)?;
        // Where they were the last time, so that whoever knows their addresses finds them again.
        let before = NetworkFile::load(&dir.join("network.json")).ok();
        let authority_dir = dir.join("authority");
        fs::create_dir_all(&authority_dir)?;
        let authority = AuthorityService::start(AuthorityConfig {
            dir: authority_dir,
            keys: RegistrarKeys {
                authority: authority_key(&secret),
                database: secret.derive("authority-database", &[]),
            },
            peer: authority_peer(&secret),
            genesis: genesis.clone(),
            listen: vec![loopback(before.as_ref().map_or(0, |file| port_again(&file.authority)))],
            hospitals: Vec::new(),
            clock: now,
        })
        .await?;
        let mut known = vec![authority.address()];
        let mut hospitals: BTreeMap<HospitalId, Hospital> = BTreeMap::new();
        for (id, ..) in HOSPITALS {
            let port = before.as_ref().and_then(|file| file.hospitals.get(&id)).map_or(0, port_again);
            let hospital = Hospital::start(config(dir, &secret, &genesis, id, port, known.clone())).await?;
            let address = hospital.address();
            for other in hospitals.values() {
                other.remember(address.clone()).await;
            }
            authority.remember(address.clone()).await;
            known.push(address);
            hospitals.insert(id, hospital);
        }
        let addresses = hospitals.iter().map(|(id, hospital)| (*id, hospital.address())).collect();
        let file = NetworkFile { genesis: genesis.clone(), authority: authority.address(), hospitals: addresses };
        file.save(&dir.join("network.json"))?;
        Ok(Self { dir: dir.to_owned(), secret, genesis, authority, hospitals, file })
    }

    /// Where the services are reached.
    pub fn network_file(&self) -> &NetworkFile {
        &self.file
    }

    /// The authority.
    pub fn authority(&self) -> &AuthorityService {
        &self.authority
    }

    /// One of the hospitals.
    ///
    /// # Panics
    /// For a hospital that is none of the four.
    pub fn hospital(&self, id: HospitalId) -> &Hospital {
        &self.hospitals[&id]
    }

    /// Where a hospital keeps its files.
    pub fn hospital_dir(&self, id: HospitalId) -> PathBuf {
        hospital_dir(&self.dir, id)
    }

    /// Stops a hospital and starts it again, at the same address.
    ///
    /// # Errors
    /// [`SampleError`]; it stays down then.
    pub async fn restart(&mut self, id: HospitalId) -> Result<(), SampleError> {
        let Some(hospital) = self.hospitals.remove(&id) else { return Ok(()) };
        let address = hospital.address();
        let port = port_of(&address);
        hospital.stop().await;
        let others = self.hospitals.values().map(Hospital::address);
        let known = std::iter::once(self.authority.address()).chain(others).collect();
        let hospital = Hospital::start(config(&self.dir, &self.secret, &self.genesis, id, port, known)).await?;
        self.hospitals.insert(id, hospital);
        Ok(())
    }

    /// The front desk of a hospital: endorses somebody and returns their one-time code.
    ///
    /// # Errors
    /// [`SampleError::Registrar`].
    pub fn endorse(&self, id: HospitalId, role: Role, name: &str, specialty: &str) -> Result<String, SampleError> {
        let code = code();
        let offer = EnrolmentOffer {
            code: code_digest(&code),
            role,
            name: Text::truncated(name),
            specialty: Text::truncated(specialty),
            hospital: id,
            expires: now().plus(CODE_VALID_MILLIS),
        };
        self.authority.registrar().lodge_offer(&offer, &self.hospital(id).sign_offer(&offer))?;
        Ok(code)
    }

    /// Stops everything, in order.
    pub async fn stop(self) {
        for hospital in self.hospitals.values() {
            hospital.stop().await;
        }
        self.authority.stop().await;
    }
}

impl std::fmt::Debug for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Servers").field("dir", &self.dir).finish_non_exhaustive()
    }
}

fn config(
    dir: &Path,
    secret: &Secret32,
    genesis: &Genesis,
    hospital: HospitalId,
    port: u16,
    peers: Vec<carekey_network::PeerAddress>,
) -> HospitalConfig {
    HospitalConfig {
        dir: hospital_dir(dir, hospital),
        genesis: genesis.clone(),
        hospital,
        keys: hospital_keys(secret, hospital),
        listen: vec![loopback(port)],
        peers,
        timing: Timing::default(),
        records: RecordStore::Folder,
        clock: now,
    }
}

fn hospital_dir(dir: &Path, id: HospitalId) -> PathBuf {
    let folder = HOSPITALS.iter().find(|(hospital, ..)| *hospital == id).map_or("unknown", |(.., folder)| *folder);
    dir.join(folder)
}

/// The registered name of a hospital.
pub(crate) fn hospital_name(id: HospitalId) -> &'static str {
    HOSPITALS.iter().find(|(hospital, ..)| *hospital == id).map_or("", |(_, name, _)| *name)
}

fn port_of(address: &carekey_network::PeerAddress) -> u16 {
    address.addresses.first().and_then(carekey_network::socket_address).map_or(0, |socket| socket.port())
}

/// The port of an earlier time, unless somebody else has it now.
fn port_again(address: &carekey_network::PeerAddress) -> u16 {
    let port = port_of(address);
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() { port } else { 0 }
}

fn loopback(port: u16) -> Multiaddr {
    let port = if port == 0 { free_port() } else { port };
    carekey_network::multiaddress((Ipv4Addr::LOCALHOST, port).into())
}

/// A port nobody listens on, so that a restarted service can have the same again.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|probe| probe.local_addr()).map_or(0, |address| address.port())
}

fn authority_key(secret: &Secret32) -> SecretKey {
    SecretKey::from_secret(&secret.derive("authority", &[]))
}

fn authority_peer(secret: &Secret32) -> SecretKey {
    SecretKey::from_secret(&secret.derive("authority-peer", &[]))
}

fn hospital_keys(secret: &Secret32, hospital: HospitalId) -> HospitalKeys {
    HospitalKeys::derive(&secret.derive("hospital", &[&hospital.0]))
}

/// The one secret of the sample network, from which all services' keys follow.
fn secret(dir: &Path) -> Result<Secret32, SampleError> {
    let path = dir.join("secret");
    if let Ok(bytes) = fs::read(&path) {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| SampleError::Damaged("secret".to_owned()))?;
        return Ok(Secret32::from_bytes(bytes));
    }
    let secret = Secret32::generate(&mut os_rng());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(&path)?, secret.expose())?;
    Ok(secret)
}

fn genesis(dir: &Path, secret: &Secret32) -> Result<Genesis, SampleError> {
    let path = dir.join("genesis");
    if let Ok(bytes) = fs::read(&path) {
        return decode(&bytes).map_err(|error| SampleError::Damaged(error.to_string()));
    }
    let registration = |(id, name, _)| {
        let keys = hospital_keys(secret, id);
        HospitalRegistration {
            id,
            name: Text::truncated(name),
            ledger_key: keys.ledger.public(),
            peer_key: keys.peer.public(),
            voting_power: 1,
        }
    };
    let genesis = Genesis {
        suite: SUITE,
        name: Text::truncated("CareKey sample network"),
        authority: AuthorityId([0, 1]),
        authority_key: authority_key(secret).public(),
        authority_peer_key: authority_peer(secret).public(),
        seal: Seal::Quorum,
        hospitals: HOSPITALS.map(registration).into(),
        founded: now(),
    };
    fs::write(&path, encode(&genesis))?;
    Ok(genesis)
}

fn code() -> String {
    let random = Secret32::generate(&mut os_rng());
    let letters =
        random.expose()[..12].iter().map(|byte| char::from(CODE_ALPHABET[usize::from(*byte) % CODE_ALPHABET.len()]));
    let letters: Vec<char> = letters.collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

pub(crate) fn os_rng() -> impl CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

pub(crate) fn now() -> UnixMillis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(elapsed.as_millis() as u64)
}

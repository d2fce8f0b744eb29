//! The sample network with its people: their wallets, and the past they share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carekey_crypto::Cost;
use carekey_network::NetworkFile;
use carekey_protocol::{Certificate, Collection, HospitalId, Role, UnixMillis};
use carekey_wallet::custody::{Custody, Keeper, KeyringStatus, RootMaterial};
use carekey_wallet::grants::{GrantDraft, GrantTarget};
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::{Remote, Wallet};

use crate::documents::{self, PEOPLE, Person, PersonRole, SampleDocument};
use crate::error::SampleError;
use crate::servers::{NORTH, SOUTH, Servers, hospital_name, os_rng};

/// Under which the sample people's keys lie when this computer has no keyring. Published: it protects nothing real.
pub const PASSPHRASE: &str = "sample passphrase";

/// The documents of every sample network are the same.
const SEED: u64 = 2026;

/// How long the sample people may take to share their past.
const PATIENCE: Duration = Duration::from_secs(300);

/// Codes left in `codes.json` for people who join the sample network themselves.
const GUEST_CODES: [(&str, Role); 4] =
    [("guest-1", Role::Person), ("guest-2", Role::Person), ("guest-3", Role::Person), ("guest-doctor", Role::Doctor)];

/// Somebody in the sample network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePerson {
    /// Short key, such as `maria`.
    pub key: &'static str,
    /// Name with title.
    pub name: &'static str,
    /// What they are certified as.
    pub role: Role,
    /// Specialty; empty for persons.
    pub specialty: &'static str,
    /// The hospital that registered them.
    pub hospital_name: &'static str,
    /// Their wallet's directory.
    pub profile_dir: PathBuf,
    /// Opens their keys if they are not in the keyring.
    pub passphrase: &'static str,
}

/// Everybody in the sample network in `dir`, whether it runs or not.
pub fn people(dir: &Path) -> Vec<SamplePerson> {
    PEOPLE.iter().map(|person| sample_person(dir, person)).collect()
}

/// A running sample network whose people exist.
#[derive(Debug)]
pub struct SampleNetwork {
    servers: Servers,
}

impl SampleNetwork {
    /// Starts the network in `dir`. The first time this founds it and lets its people live through their past, which
    /// takes some seconds; a first time that was interrupted is begun again.
    ///
    /// # Errors
    /// [`SampleError`].
    pub async fn start(dir: &Path) -> Result<Self, SampleError> {
        let complete = dir.join("complete");
        if !complete.exists() && dir.exists() {
            for person in people(dir) {
                // What an interrupted first time left in the keyring; there may be nothing.
                let _ = tokio::task::spawn_blocking(move || Custody::at(person.profile_dir).forget()).await;
            }
            fs::remove_dir_all(dir)?;
        }
        let servers = Servers::start(dir).await?;
        if !complete.exists() {
            live_the_past(&servers, dir).await?;
            fs::write(&complete, b"")?;
        }
        Ok(Self { servers })
    }

    /// Where the network's participants are reached.
    pub fn network_file(&self) -> &NetworkFile {
        self.servers.network_file()
    }

    /// The services.
    pub fn servers(&self) -> &Servers {
        &self.servers
    }

    /// Stops everything.
    pub async fn stop(self) {
        self.servers.stop().await;
    }
}

fn sample_person(dir: &Path, person: &Person) -> SamplePerson {
    SamplePerson {
        key: person.key,
        name: person.name,
        role: match person.role {
            PersonRole::Patient | PersonRole::Family => Role::Person,
            PersonRole::Doctor => Role::Doctor,
            PersonRole::Laboratory => Role::Laboratory,
        },
        specialty: person.specialty.unwrap_or_default(),
        hospital_name: hospital_name(hospital_of(person)),
        profile_dir: dir.join("people").join(person.key),
        passphrase: PASSPHRASE,
    }
}

fn hospital_of(person: &Person) -> HospitalId {
    if person.hospital == Some("south") { SOUTH } else { NORTH }
}

async fn live_the_past(servers: &Servers, dir: &Path) -> Result<(), SampleError> {
    let mut wallets = BTreeMap::new();
    let mut cards: BTreeMap<&str, Certificate> = BTreeMap::new();
    for person in &PEOPLE {
        let sample = sample_person(dir, person);
        let wallet = create(&sample, servers.network_file()).await?;
        let code = servers.endorse(hospital_of(person), sample.role, sample.name, sample.specialty)?;
        cards.insert(person.key, wallet.enrol(&code).await?);
        wallets.insert(person.key, wallet);
    }
    write_guest_codes(servers, dir)?;

    // Maria and her son know each other; whoever treats her has her card.
    for key in ["amir", "ngozi", "lena", "jonas"] {
        wallets[key].add_contact(&cards["maria"].to_card())?;
    }
    wallets["maria"].add_contact(&cards["jonas"].to_card())?;

    let documents = tokio::task::spawn_blocking(|| documents::documents(SEED)).await;
    for document in documents.map_err(|error| SampleError::Damaged(error.to_string()))? {
        write(&wallets[document.author], &cards["maria"], document)?;
    }
    for wallet in wallets.values() {
        wallet.settle(PATIENCE).await?;
    }
    wallets["maria"].settle(PATIENCE).await?;
    share(&wallets, &cards).await?;

    for (_, wallet) in wallets {
        wallet.settle(PATIENCE).await?;
        wallet.remote().disconnect().await;
    }
    Ok(())
}

/// Before the app opens, Maria's family doctor and her son can read a part, and the doctor has looked.
async fn share(wallets: &BTreeMap<&str, Wallet>, cards: &BTreeMap<&str, Certificate>) -> Result<(), SampleError> {
    let maria = &wallets["maria"];
    maria.directory().await?;
    let draft = |key: &str, collection, purpose: &str| GrantDraft {
        grantee: cards[key].body.id,
        what: GrantTarget::Collection(collection),
        not_after: UnixMillis::MAX,
        purpose: purpose.to_owned(),
        note: None,
    };
    maria.grant(draft("ngozi", Collection::Laboratory, "Treatment"))?;
    maria.grant(draft("jonas", Collection::Medication, "Family care"))?;
    maria.settle(PATIENCE).await?;

    let ngozi = &wallets["ngozi"];
    ngozi.settle(PATIENCE).await?;
    let patient = cards["maria"].body.id;
    let listing = ngozi.shared_records(&patient, "Treatment").await?;
    if let Some(newest) = listing.records.first() {
        ngozi.open_shared(&patient, &newest.item.reference, "Treatment").await?;
    }
    ngozi.settle(PATIENCE).await?;
    let told =
        maria.follow_until(PATIENCE, |maria| Ok(maria.access_log()?.iter().any(|access| access.recorded.is_some())));
    if told.await? { Ok(()) } else { Err(SampleError::Damaged("no receipt arrived".to_owned())) }
}

async fn create(person: &SamplePerson, network: &NetworkFile) -> Result<Wallet, SampleError> {
    let dir = person.profile_dir.clone();
    let root = tokio::task::spawn_blocking(move || {
        let root = RootMaterial::generate(&mut os_rng());
        let keeper = match Custody::probe() {
            KeyringStatus::Ready => Keeper::Keyring,
            _ => Keeper::Passphrase(PASSPHRASE.into()),
        };
        // The passphrase is published, so making it costly to guess would only cost time.
        Custody::at(dir).with_cost(Cost::TOY).store(&mut os_rng(), &keeper, &root).map(|_| root)
    });
    let root = root.await.map_err(|error| SampleError::Damaged(error.to_string()))??;
    Ok(Wallet::open(&person.profile_dir, &root, Remote::connect(network).await?)?)
}

fn write(author: &Wallet, patient: &Certificate, document: SampleDocument) -> Result<(), SampleError> {
    let draft = RecordDraft {
        patient: patient.clone(),
        title: document.title,
        media_type: document.media_type.to_owned(),
        file_name: document.file_name,
        category: collection(document.collection),
        document_time: UnixMillis(document.date_unix_ms),
        supersedes: None,
    };
    let hospital = if document.hospital == "south" { SOUTH } else { NORTH };
    author.write_record(hospital, &draft, &Source::Bytes(document.bytes))?;
    Ok(())
}

fn collection(name: &str) -> Collection {
    match name {
        "heart" => Collection::Heart,
        "medication" => Collection::Medication,
        "laboratory" => Collection::Laboratory,
        "mentalHealth" => Collection::MentalHealth,
        "devices" => Collection::Devices,
        _ => Collection::General,
    }
}

fn write_guest_codes(servers: &Servers, dir: &Path) -> Result<(), SampleError> {
    let mut codes = serde_json::Map::new();
    for (key, role) in GUEST_CODES {
        let specialty = if role.is_clinician() { "Visiting physician" } else { "" };
        let name = if role.is_clinician() { "Dr Guest" } else { "Guest" };
        codes.insert(key.to_owned(), servers.endorse(NORTH, role, name, specialty)?.into());
    }
    let text = serde_json::to_string_pretty(&codes).map_err(|error| SampleError::Damaged(error.to_string()))?;
    Ok(fs::write(dir.join("codes.json"), text)?)
}

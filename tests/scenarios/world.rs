//! The stage: a running network, people with wallets, and verbs for what they do.
//!
//! Verbs that end in a wait do so by following the ledger until something holds, never by the clock.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carekey_network::NetworkFile;
use carekey_protocol::{
    BlockHeight, Body, Certificate, Collection, HospitalId, RecordRef, Role, Transaction, UnixMillis,
};
use carekey_sample::{NORTH, Servers};
use carekey_wallet::custody::RootMaterial;
use carekey_wallet::grants::{GrantDraft, GrantTarget};
use carekey_wallet::reading::SharedListing;
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::{Bounds, Remote, Wallet, WalletError};
use rand_core::UnwrapErr;
use tempfile::TempDir;

/// Nothing in these stories takes longer, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Longest document that is read into memory here.
const DOCUMENT_BYTES_MAX: u64 = 64 << 20;

/// Why a reader says they read.
pub(crate) const PURPOSE: &str = "Treatment";

/// A running network.
pub(crate) struct World {
    pub(crate) servers: Servers,
    home: TempDir,
}

impl World {
    /// An authority, North General and South Clinic.
    pub(crate) async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let servers = Servers::start(&home.path().join("network")).await.unwrap();
        Self { servers, home }
    }

    /// Where the services keep their files.
    pub(crate) fn services_dir(&self) -> PathBuf {
        self.home.path().join("network")
    }

    /// A free place in the stage's directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn network(&self) -> NetworkFile {
        self.servers.network_file().clone()
    }

    /// Somebody registered at North.
    pub(crate) async fn patient(&self, name: &str) -> Person {
        self.registered(name, Role::Person, "", &self.network()).await
    }

    /// A doctor of North.
    pub(crate) async fn doctor(&self, name: &str) -> Person {
        self.registered(name, Role::Doctor, "Medicine", &self.network()).await
    }

    /// Somebody whose computer knows the network from another file.
    pub(crate) async fn patient_through(&self, name: &str, network: &NetworkFile) -> Person {
        self.registered(name, Role::Person, "", network).await
    }

    async fn registered(&self, name: &str, role: Role, specialty: &str, network: &NetworkFile) -> Person {
        let person = Away::new(self.path(name)).open(network).await.unwrap();
        let code = self.servers.endorse(NORTH, role, name, specialty).unwrap();
        person.enrol(&code).await.unwrap();
        person
    }

    /// Every transaction of North's ledger, in order.
    pub(crate) fn ledger(&self) -> Vec<Transaction> {
        let reader = self.servers.hospital(NORTH).ledger();
        let head = reader.head().unwrap().header.height;
        let blocks = (1..=head.0).map(|height| reader.block(BlockHeight(height)).unwrap().unwrap());
        blocks.flat_map(|block| block.transactions).filter_map(|entry| entry.transaction().cloned()).collect()
    }

    /// How many transactions of each kind the ledger has; receipts come on their own and are not counted.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for transaction in self.ledger() {
            match transaction.body {
                Body::Anchor(_) => counts.anchors += 1,
                Body::Grant(_) => counts.grants += 1,
                Body::Revoke(_) => counts.revocations += 1,
                Body::Erase { .. } => counts.erasures += 1,
                _ => {}
            }
        }
        counts
    }
}

/// Transactions by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) anchors: usize,
    pub(crate) grants: usize,
    pub(crate) revocations: usize,
    pub(crate) erasures: usize,
}

/// A profile nobody has open.
pub(crate) struct Away {
    pub(crate) dir: PathBuf,
    pub(crate) root: RootMaterial,
}

impl Away {
    /// A new person, not registered yet.
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir, root: RootMaterial::generate(&mut UnwrapErr(getrandom::SysRng)) }
    }

    pub(crate) async fn open(self, network: &NetworkFile) -> Result<Person, (Self, WalletError)> {
        self.open_with(network, Bounds::default()).await
    }

    /// Opens the wallet of somebody with another patience.
    pub(crate) async fn open_with(self, network: &NetworkFile, bounds: Bounds) -> Result<Person, (Self, WalletError)> {
        let opened = match Remote::connect(network).await {
            Ok(remote) => Wallet::open_with(&self.dir, &self.root, remote, bounds),
            Err(error) => Err(error),
        };
        match opened {
            Ok(wallet) => Ok(Person { dir: self.dir, root: self.root, wallet }),
            Err(error) => Err((self, error)),
        }
    }
}

impl std::fmt::Debug for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Away").field(&self.dir).finish()
    }
}

/// Somebody at their computer.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) dir: PathBuf,
    pub(crate) root: RootMaterial,
    wallet: Wallet,
}

impl Deref for Person {
    type Target = Wallet;

    fn deref(&self) -> &Wallet {
        &self.wallet
    }
}

impl Person {
    /// Closes the window.
    pub(crate) async fn leave(self) -> Away {
        self.wallet.remote().disconnect().await;
        Away { dir: self.dir, root: self.root }
    }

    pub(crate) fn card(&self) -> Certificate {
        self.certificate().unwrap()
    }

    /// Follows the ledger until nothing is left to do.
    pub(crate) async fn finishes(&self) {
        self.settle(PATIENCE).await.unwrap();
    }

    /// Follows the ledger until something holds.
    pub(crate) async fn until(&self, why: &str, holds: impl Fn(&Wallet) -> bool) {
        assert!(self.follow_until(PATIENCE, |wallet| Ok(holds(wallet))).await.unwrap(), "never came true: {why}");
    }

    /// Writes a text into somebody's record at a hospital; it is promised, not yet sent.
    pub(crate) fn writes(&self, patient: &Certificate, hospital: HospitalId, title: &str, text: &str) -> RecordRef {
        self.try_write(patient, hospital, title, &Source::Bytes(text.into())).unwrap()
    }

    pub(crate) fn try_write(
        &self,
        patient: &Certificate,
        hospital: HospitalId,
        title: &str,
        source: &Source,
    ) -> Result<RecordRef, WalletError> {
        let draft = RecordDraft {
            patient: patient.clone(),
            title: title.to_owned(),
            media_type: "text/plain".to_owned(),
            file_name: String::new(),
            category: Collection::General,
            document_time: UnixMillis(1_700_000_000_000),
            supersedes: None,
        };
        self.write_record(hospital, &draft, source)
    }

    /// Writes something into one's own record and waits until it lies in its collection.
    pub(crate) async fn keeps(&self, hospital: HospitalId, title: &str, text: &str) -> RecordRef {
        let reference = self.writes(&self.card(), hospital, title, text);
        self.finishes().await;
        reference
    }

    /// Decides a grant; it is promised, not yet sent.
    pub(crate) fn grants_to(&self, reader: &Certificate, what: GrantTarget) -> u64 {
        self.add_contact(&reader.to_card()).unwrap();
        let purpose = PURPOSE.to_owned();
        let draft = GrantDraft { grantee: reader.body.id, what, not_after: UnixMillis::MAX, purpose, note: None };
        self.grant(draft).unwrap()
    }

    /// Decides a grant and waits until the ledger has it.
    pub(crate) async fn shares(&self, reader: &Certificate, what: GrantTarget) -> u64 {
        let n = self.grants_to(reader, what);
        self.finishes().await;
        n
    }

    /// Stops a grant and waits until the ledger says so and everything has moved on.
    pub(crate) async fn stops(&self, n: u64) {
        self.revoke(n).unwrap();
        self.finishes().await;
    }

    /// What a patient shares, as the hospitals list it now.
    pub(crate) async fn looks_at(&self, patient: &Certificate) -> SharedListing {
        let id = patient.body.id;
        let arrived = |wallet: &Wallet| wallet.shared().unwrap().iter().any(|row| row.pass.patient == id);
        self.until("the pass arrives", arrived).await;
        self.finishes().await;
        self.shared_records(&id, PURPOSE).await.unwrap()
    }

    /// Opens a record somebody shares and reads all of it.
    pub(crate) async fn reads(&self, patient: &Certificate, reference: RecordRef) -> Result<String, WalletError> {
        let opened = self.open_shared(&patient.body.id, &reference, PURPOSE).await?;
        Ok(String::from_utf8(opened.to_vec(DOCUMENT_BYTES_MAX)?).unwrap())
    }

    /// Opens one of one's own records and reads all of it.
    pub(crate) async fn reads_own(&self, reference: RecordRef) -> Result<String, WalletError> {
        let opened = self.open_record(&reference).await?;
        Ok(String::from_utf8(opened.to_vec(DOCUMENT_BYTES_MAX)?).unwrap())
    }
}

/// All files under a directory.
pub(crate) fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files_under(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

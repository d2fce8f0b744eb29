//! A health network on loopback, and people in it.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carekey_crypto::{SecretKey, test_rng};
use carekey_ledger::BlockEntry;
use carekey_network::ledger::{Chain, ChainAnswer, ChainRequest};
use carekey_network::{Node, NodeKey, NodeLimits, PeerId};
use carekey_protocol::enrolment::EnrolmentRequest;
use carekey_protocol::{BlockHeight, Certificate, Role, Text, Transaction, UnixMillis};
use carekey_sample::{NORTH, SOUTH, Servers};
use carekey_wallet::custody::RootMaterial;
use carekey_wallet::{Remote, Wallet};
use tempfile::TempDir;

use crate::Outcome;

/// How long anything may wait for the network: what needs longer is broken, not slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// An authority and four hospitals that run in this process, on sockets.
pub(crate) struct Town {
    pub(crate) servers: Servers,
    home: TempDir,
}

impl Town {
    pub(crate) async fn start() -> Outcome<Self> {
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        Ok(Self { servers: Servers::start(&home.path().join("network")).await?, home })
    }

    pub(crate) async fn stop(self) {
        self.servers.stop().await;
    }

    /// A new wallet that is not registered yet. `number` makes its keys: nothing here is worth guarding.
    pub(crate) async fn newcomer(&self, number: u64) -> Outcome<Wallet> {
        let dir: PathBuf = self.home.path().join(format!("person-{number}"));
        std::fs::create_dir_all(&dir)?;
        let root = RootMaterial::generate(&mut test_rng(number));
        Ok(Wallet::open(&dir, &root, Remote::connect(self.servers.network_file()).await?)?)
    }

    /// A registered person's wallet.
    pub(crate) async fn person(&self, number: u64, role: Role) -> Outcome<Wallet> {
        let wallet = self.newcomer(number).await?;
        wallet.enrol(&self.code(number, role)?).await?;
        Ok(wallet)
    }

    /// A one-time code from North's front desk.
    pub(crate) fn code(&self, number: u64, role: Role) -> Outcome<String> {
        let (name, specialty) = if role.is_clinician() {
            (format!("Dr Number {number}"), "Cardiology")
        } else {
            ("Maria Keller".into(), "")
        };
        Ok(self.servers.endorse(NORTH, role, &name, specialty)?)
    }

    /// A registered doctor without a wallet.
    pub(crate) async fn doctor(&self, number: u64) -> Outcome<Doctor> {
        let network = self.servers.network_file();
        let mut rng = test_rng(number);
        let mut key = || SecretKey::generate(&mut rng);
        let (identity, receiving, pseudonym, expansion) = (key(), key(), key(), key().to_secret());
        let code = Text::truncated(&self.code(number, Role::Doctor)?);
        let (public, id) = (receiving.public(), network.network_id());
        let request = EnrolmentRequest::new(id, code, &identity, public, pseudonym.public(), expansion);
        let certificate = self.servers.authority().registrar().enrol(&request, now())?;
        let node = Node::start(&NodeKey::generate(&mut test_rng(number)), &[], NodeLimits::wallet()).await?;
        for address in network.hospitals.values() {
            node.remember(address.clone()).await;
        }
        Ok(Doctor { node, identity, certificate })
    }

    pub(crate) fn north(&self) -> PeerId {
        self.servers.network_file().hospitals[&NORTH].peer_id
    }

    /// Waits until South has every block that North has.
    pub(crate) async fn level(&self) -> Outcome {
        let north = *self.servers.hospital(NORTH).head().borrow();
        self.servers.hospital(SOUTH).head().wait_for(|south| *south >= north).await?;
        Ok(())
    }

    /// Every transaction on the ledger, pruned ones left out.
    pub(crate) async fn transactions(&self, node: &Node) -> Outcome<Vec<Transaction>> {
        let head = *self.servers.hospital(NORTH).head().borrow();
        let (mut all, mut height) = (Vec::new(), BlockHeight(0));
        while height < head {
            height = height.next();
            let Some(ChainAnswer::Block(block, _)) =
                node.request::<Chain>(self.north(), ChainRequest::Block { height }).await?
            else {
                return Err(format!("there is no block {}", height.0).into());
            };
            all.extend(block.transactions.iter().filter_map(BlockEntry::transaction).cloned());
        }
        Ok(all)
    }
}

/// A certified reader with a connection of their own.
pub(crate) struct Doctor {
    pub(crate) node: Node,
    pub(crate) identity: SecretKey,
    pub(crate) certificate: Certificate,
}

pub(crate) fn now() -> UnixMillis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(elapsed.as_millis() as u64)
}

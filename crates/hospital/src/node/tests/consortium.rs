//! Four hospitals that agree, over real sockets.

use std::path::Path;
use std::time::Duration;

use carekey_crypto::{Digest, Secret32, SecretKey, test_rng};
use carekey_network::ledger::{Submit, SubmitAnswer};
use carekey_network::{Node, NodeKey, NodeLimits, peer_id_of};
use carekey_protocol::genesis::{SUITE, Seal};
use carekey_protocol::pseudonym::{certify_pseudonym, epoch_at};
use carekey_protocol::{
    AuthorityId, BlockHeight, Body, Genesis, HospitalId, HospitalRegistration, Text, Transaction, UnixMillis,
};

use super::network::{clock, soon};
use crate::{Hospital, HospitalConfig, HospitalKeys, Timing};

struct Consortium {
    dir: tempfile::TempDir,
    genesis: Genesis,
    authority: SecretKey,
    hospitals: Vec<Option<Hospital>>,
    wallet: Node,
}

fn id(number: usize) -> HospitalId {
    HospitalId([0, 0, number as u8 + 1])
}

fn keys(number: usize) -> HospitalKeys {
    HospitalKeys::derive(&Secret32::from_bytes([number as u8 + 1; 32]))
}

impl Consortium {
    async fn of(count: usize) -> Self {
        let authority = SecretKey::generate(&mut test_rng(1));
        let registration = |number| HospitalRegistration {
            id: id(number),
            name: Text::truncated("A hospital"),
            ledger_key: keys(number).ledger.public(),
            peer_key: keys(number).peer.public(),
            voting_power: 1,
        };
        let genesis = Genesis {
            suite: SUITE,
            name: Text::truncated("Test"),
            authority: AuthorityId([0, 1]),
            authority_key: authority.public(),
            authority_peer_key: SecretKey::generate(&mut test_rng(2)).public(),
            seal: Seal::Quorum,
            hospitals: (0..count).map(registration).collect(),
            founded: UnixMillis(1),
        };
        let dir = tempfile::tempdir().expect("a directory");
        let wallet =
            Node::start(&NodeKey::generate(&mut test_rng(3)), &[], NodeLimits::wallet()).await.expect("starts");
        let mut consortium = Self { dir, genesis, authority, hospitals: (0..count).map(|_| None).collect(), wallet };
        for number in 0..count {
            consortium.start(number).await;
        }
        consortium
    }

    async fn start(&mut self, number: usize) {
        let peers = self.hospitals.iter().flatten().map(Hospital::address).collect();
        let hospital = Hospital::start(HospitalConfig {
            dir: self.home(number),
            genesis: self.genesis.clone(),
            hospital: id(number),
            keys: keys(number),
            listen: vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")],
            peers,
            timing: Timing { batch: Duration::from_millis(10), ..Timing::default() },
            records: crate::RecordStore::Folder,
            clock,
        })
        .await
        .expect("the hospital starts");
        for other in self.hospitals.iter().flatten() {
            other.remember(hospital.address()).await;
        }
        self.wallet.remember(hospital.address()).await;
        self.hospitals[number] = Some(hospital);
    }

    fn home(&self, number: usize) -> std::path::PathBuf {
        self.dir.path().join(number.to_string())
    }

    fn hospital(&self, number: usize) -> &Hospital {
        self.hospitals[number].as_ref().expect("it runs")
    }

    async fn stop(&mut self, number: usize) {
        if let Some(hospital) = self.hospitals[number].take() {
            soon(hospital.stop()).await;
        }
    }

    /// Somebody's transaction; every number has a pseudonym of its own.
    fn transaction(&self, number: u64) -> Transaction {
        let pseudonym = SecretKey::generate(&mut test_rng(1_000 + number));
        let network = self.genesis.network_id();
        let epoch = epoch_at(clock());
        let certificate = certify_pseudonym(&self.authority, network, &pseudonym.public(), epoch);
        let mut sigma = [0; 32];
        sigma[..8].copy_from_slice(&number.to_be_bytes());
        Transaction::by_pseudonym(network, Body::Revoke(sigma), &pseudonym, epoch, certificate)
    }

    async fn submit(&self, number: usize, transaction: &Transaction) -> SubmitAnswer {
        let peer = peer_id_of(&keys(number).peer.public());
        soon(self.wallet.request::<Submit>(peer, transaction.clone())).await.expect("answered")
    }

    /// Waits until the transaction is final at a hospital.
    async fn is_final_at(&self, number: usize, transaction: &Transaction) -> BlockHeight {
        let hospital = self.hospital(number);
        let mut head = hospital.head();
        loop {
            if let Some(location) = hospital.ledger().location(&transaction.id()).expect("readable") {
                return location.height;
            }
            soon(head.changed()).await.expect("it runs");
        }
    }

    /// All hospitals that run hold the same header at a height.
    fn header_at(&self, height: BlockHeight) -> Digest {
        let hashes: Vec<_> = self
            .hospitals
            .iter()
            .flatten()
            .filter_map(|hospital| hospital.ledger().certified_header(height).expect("readable"))
            .map(|certified| certified.header.hash())
            .collect();
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "a fork at {height}");
        hashes[0]
    }
}

fn wipe(dir: &Path) {
    std::fs::remove_dir_all(dir).expect("wiped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_hospital_receives_becomes_final_at_all() {
    let consortium = Consortium::of(4).await;
    for number in 0..8 {
        let transaction = consortium.transaction(number);
        assert_eq!(consortium.submit(number as usize % 4, &transaction).await, SubmitAnswer::Received);
        for hospital in 0..4 {
            consortium.is_final_at(hospital, &transaction).await;
        }
    }
    let head = *consortium.hospital(0).head().borrow();
    (1..=head.0).for_each(|height| _ = consortium.header_at(BlockHeight(height)));
    let certified = consortium.hospital(1).ledger().certified_header(head).expect("readable").expect("there");
    assert!(certified.certificate.signatures.len() >= 3, "more than two thirds signed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_of_four_go_on_and_the_fourth_catches_up_also_with_an_empty_disk() {
    let mut consortium = Consortium::of(4).await;
    let before = consortium.transaction(1);
    consortium.submit(0, &before).await;
    consortium.is_final_at(3, &before).await;
    consortium.stop(3).await;
    let meanwhile = consortium.transaction(2);
    consortium.submit(1, &meanwhile).await;
    consortium.is_final_at(0, &meanwhile).await;
    consortium.start(3).await;
    consortium.is_final_at(3, &meanwhile).await;

    consortium.stop(3).await;
    wipe(&consortium.home(3));
    consortium.start(3).await;
    consortium.is_final_at(3, &before).await;
    consortium.is_final_at(3, &meanwhile).await;
    let last = consortium.transaction(3);
    consortium.submit(3, &last).await;
    for hospital in 0..4 {
        let height = consortium.is_final_at(hospital, &last).await;
        consortium.header_at(height);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_four_wait_and_go_on_when_a_third_is_back() {
    let mut consortium = Consortium::of(4).await;
    let before = consortium.transaction(1);
    consortium.submit(0, &before).await;
    for hospital in 0..4 {
        consortium.is_final_at(hospital, &before).await;
    }
    consortium.stop(2).await;
    consortium.stop(3).await;
    let waiting = consortium.transaction(2);
    assert_eq!(consortium.submit(0, &waiting).await, SubmitAnswer::Received);
    consortium.start(2).await;
    let height = consortium.is_final_at(0, &waiting).await;
    consortium.is_final_at(2, &waiting).await;
    consortium.start(3).await;
    consortium.is_final_at(3, &waiting).await;
    consortium.header_at(height);
}

//! Four hospitals in this process, each on a port of its own; somebody may stand between them or in the place of one.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use carekey_consensus::Patience;
use carekey_crypto::{Secret32, SecretKey, test_rng};
use carekey_hospital::{Hospital, HospitalConfig, HospitalKeys, RecordStore, Timing};
use carekey_network::testkit::FaultProxy;
use carekey_network::{PeerAddress, multiaddress, peer_id_of};
use carekey_protocol::genesis::{SUITE, Seal};
use carekey_protocol::{AuthorityId, Genesis, HospitalId, HospitalRegistration, Text, UnixMillis};
use carekey_tests::processes::free_socket;
use tokio::sync::MutexGuard;

use crate::checks::{Usage, ledgers_agree, turn};
use crate::client::{Client, clock, soon};
use crate::load::{Load, Promises};
use crate::ward::Ward;

pub(crate) struct Town {
    dir: tempfile::TempDir,
    pub(crate) genesis: Genesis,
    sockets: Vec<SocketAddr>,
    /// What each takes for the time.
    pub(crate) clocks: Vec<fn() -> UnixMillis>,
    pub(crate) hospitals: Vec<Option<Hospital>>,
    /// The way from one hospital to another, where it does not lead straight there.
    ways: HashMap<(usize, usize), FaultProxy>,
    indirect: bool,
    pub(crate) client: Client,
    before: Usage,
    _turn: MutexGuard<'static, ()>,
}

pub(crate) fn keys(number: usize) -> HospitalKeys {
    HospitalKeys::derive(&Secret32::from_bytes([number as u8 + 1; 32]))
}

fn registration(number: usize) -> HospitalRegistration {
    HospitalRegistration {
        id: HospitalId([0, 0, number as u8 + 1]),
        name: Text::truncated("A hospital"),
        ledger_key: keys(number).ledger.public(),
        peer_key: keys(number).peer.public(),
        voting_power: 1,
    }
}

impl Town {
    /// Four votes. None runs yet.
    pub(crate) async fn found() -> Self {
        let turn = turn().await;
        let before = Usage::of(std::process::id());
        let authority = SecretKey::generate(&mut test_rng(1));
        let genesis = Genesis {
            suite: SUITE,
            name: Text::truncated("Test"),
            authority: AuthorityId([0, 1]),
            authority_key: authority.public(),
            authority_peer_key: SecretKey::generate(&mut test_rng(2)).public(),
            seal: Seal::Quorum,
            hospitals: (0..4).map(registration).collect(),
            founded: UnixMillis(1),
        };
        let sockets: Vec<_> = (0..4).map(|_| free_socket()).collect();
        let addresses = (0..4).map(|number| at(number, sockets[number])).collect();
        Self {
            dir: tempfile::tempdir().unwrap(),
            client: Client::new(&genesis, authority, addresses).await,
            genesis,
            sockets,
            clocks: vec![clock; 4],
            hospitals: (0..4).map(|_| None).collect(),
            ways: HashMap::new(),
            indirect: false,
            before,
            _turn: turn,
        }
    }

    /// All four run.
    pub(crate) async fn start() -> Self {
        let mut town = Self::found().await;
        town.start_all(&[0, 1, 2, 3]).await;
        town
    }

    /// All four run, and somebody can stand between any two of them.
    pub(crate) async fn start_apart() -> Self {
        let mut town = Self::found().await;
        town.indirect = true;
        for pair in pairs() {
            town.build(pair).await;
        }
        town.start_all(&[0, 1, 2, 3]).await;
        town
    }

    pub(crate) async fn start_all(&mut self, numbers: &[usize]) {
        for number in numbers {
            self.start_one(*number).await;
        }
    }

    pub(crate) async fn start_one(&mut self, number: usize) {
        let millis = Duration::from_millis;
        let patience = Patience { propose: millis(600), vote: millis(200), longer: millis(200), repeat: millis(500) };
        let config = HospitalConfig {
            dir: self.home(number),
            genesis: self.genesis.clone(),
            hospital: self.genesis.hospitals[number].id,
            keys: keys(number),
            listen: vec![multiaddress(self.sockets[number])],
            peers: (0..4).map(|other| self.way(number, other)).collect(),
            records: RecordStore::Folder,
            timing: Timing { patience, batch: millis(20), ..Timing::default() },
            clock: self.clocks[number],
        };
        self.hospitals[number] = Some(soon("a hospital to start", Hospital::start(config)).await.unwrap());
    }

    pub(crate) async fn stop_one(&mut self, number: usize) {
        soon("a hospital to stop", self.hospitals[number].take().unwrap().stop()).await;
    }

    pub(crate) fn hospital(&self, number: usize) -> &Hospital {
        self.hospitals[number].as_ref().unwrap()
    }

    fn home(&self, number: usize) -> PathBuf {
        self.dir.path().join(number.to_string())
    }

    pub(crate) fn address(&self, number: usize) -> PeerAddress {
        at(number, self.sockets[number])
    }

    fn way(&self, from: usize, to: usize) -> PeerAddress {
        match self.ways.get(&(from, to)) {
            Some(way) => way.address(),
            // Where nobody listens: who is told this address has to come another way.
            None if self.indirect => at(to, SocketAddr::from(([127, 0, 0, 1], 9))),
            None => self.address(to),
        }
    }

    async fn build(&mut self, (from, to): (usize, usize)) {
        self.ways.insert((from, to), FaultProxy::start(&self.address(to), Vec::new()).await.unwrap());
    }

    /// Cuts every line between those who are in `side` and those who are not.
    pub(crate) fn part(&mut self, side: &[usize]) {
        self.ways.retain(|(from, to), _| side.contains(from) == side.contains(to));
    }

    /// Everybody reaches everybody again.
    pub(crate) async fn heal(&mut self) {
        for pair in pairs() {
            if !self.ways.contains_key(&pair) {
                self.build(pair).await;
            }
            self.hospital(pair.0).remember(self.way(pair.0, pair.1)).await;
        }
    }

    /// From now on this process should not need more memory.
    pub(crate) fn is_warm(&mut self) {
        self.before = self.before.with_memory_of(std::process::id());
    }

    /// All is well again: checks that it is.
    pub(crate) async fn ends(mut self, load: Load, running: &[usize], ward: &Ward) {
        let promises = load.stop(&self.client, running).await;
        self.forget_nothing(running, &promises, ward).await;
    }

    /// As [`ends`](Self::ends), with what the story itself was promised.
    pub(crate) async fn forget_nothing(&mut self, running: &[usize], promises: &Promises, ward: &Ward) {
        ward.holds(&self.client, running).await;
        self.client.node.shut_down().await;
        for number in running {
            self.stop_one(*number).await;
        }
        self.ways.clear();
        self.before.comes_back(std::process::id()).await;
        let ledgers: Vec<_> = running.iter().map(|number| self.home(*number).join("ledger.db")).collect();
        ledgers_agree(&self.genesis, &ledgers, promises);
    }
}

fn at(number: usize, socket: SocketAddr) -> PeerAddress {
    PeerAddress { peer_id: peer_id_of(&keys(number).peer.public()), addresses: vec![multiaddress(socket)] }
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..4).flat_map(|from| (0..4).map(move |to| (from, to))).filter(|(from, to)| from != to)
}

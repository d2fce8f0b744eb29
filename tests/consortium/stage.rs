//! Four hospitals and an authority, each a process.

use std::path::PathBuf;

use carekey_authority::RegistrarKeys;
use carekey_crypto::Secret32;
use carekey_network::{NetworkFile, PeerAddress, multiaddress};
use carekey_protocol::{Genesis, HospitalRegistration};
use carekey_tests::processes::{Region, Service};
use tokio::sync::MutexGuard;

use crate::checks::{Usage, ledgers_agree, turn};
use crate::client::Client;
use crate::disks::SmallDisk;
use crate::load::{Load, Promises};
use crate::ward::Ward;

pub(crate) const ALL: [usize; 4] = [0, 1, 2, 3];

/// Transactions that are final before anything is measured.
const WARM: usize = 40;

pub(crate) struct Stage {
    /// A disk under a hospital: taken away before the folder it lies in is removed.
    pub(crate) disk: Option<SmallDisk>,
    pub(crate) region: Region,
    pub(crate) client: Client,
    pub(crate) ward: Ward,
    pub(crate) genesis: Genesis,
    /// What each hospital held when all was well.
    before: Vec<Usage>,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    /// A region where all is well, and wallets are at work.
    pub(crate) async fn start(seed: u64) -> (Self, Load) {
        Self::prepare(seed, |_| ()).await
    }

    /// As [`start`](Self::start); `prepare` sees the region before anything runs.
    pub(crate) async fn prepare<T>(seed: u64, prepare: impl FnOnce(&Region) -> T) -> (Self, Load) {
        let turn = turn().await;
        let mut region = Region::found(&["North", "East", "South", "West"]);
        prepare(&region);
        region.authority.start();
        region.hospitals.iter_mut().for_each(|hospital| hospital.spawn([]));
        for hospital in &region.hospitals {
            hospital.until("a hospital to run", |status| status["registered"] == true);
        }
        let genesis = NetworkFile::load(&region.network_file()).unwrap().genesis;
        let addresses = genesis.hospitals.iter().zip(&region.hospitals).map(|(known, at)| address(known, at)).collect();
        let client = Client::new(&genesis, authority_key(&region), addresses).await;
        let ward = Ward::open(&client, &ALL).await;
        let mut load = Load::start(&client, seed);
        load.goes_on(WARM).await;
        let before = region.hospitals.iter().map(|hospital| Usage::of(hospital.pid().unwrap())).collect();
        (Self { disk: None, region, client, ward, genesis, before, _turn: turn }, load)
    }

    pub(crate) fn hospital(&mut self, number: usize) -> &mut Service {
        &mut self.region.hospitals[number]
    }

    /// All is well again: checks that it is. `whole` are the hospitals that have their records still.
    pub(crate) async fn ends(mut self, load: Load, running: &[usize], whole: &[usize]) {
        let promises = load.stop(&self.client, running).await;
        self.ward.holds(&self.client, whole).await;
        for hospital in running {
            let pid = self.region.hospitals[*hospital].pid().unwrap();
            match self.before.get(*hospital) {
                Some(before) => before.comes_back(pid).await,
                // It joined later.
                None => self.before[0].comes_back(pid).await,
            }
        }
        self.client.node.shut_down().await;
        running.iter().for_each(|hospital| assert!(self.region.hospitals[*hospital].stop().success()));
        self.agree(running, &promises);
    }

    fn agree(&self, hospitals: &[usize], promises: &Promises) {
        let ledgers: Vec<PathBuf> =
            hospitals.iter().map(|hospital| self.region.hospitals[*hospital].path("ledger.db")).collect();
        ledgers_agree(&self.genesis, &ledgers, promises);
    }
}

pub(crate) fn address(registered: &HospitalRegistration, service: &Service) -> PeerAddress {
    let peer_id = carekey_network::peer_id_of(&registered.peer_key);
    PeerAddress { peer_id, addresses: vec![multiaddress(service.listen)] }
}

/// From the secret in the authority's directory.
fn authority_key(region: &Region) -> carekey_crypto::SecretKey {
    let text = std::fs::read_to_string(region.authority.path("secret")).unwrap();
    let digits = text.trim().as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let secret: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    RegistrarKeys::derive(&Secret32::from_bytes(secret.try_into().unwrap())).authority
}

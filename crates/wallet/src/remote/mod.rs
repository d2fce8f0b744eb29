//! Everything a wallet asks of others, as plain calls: the one place that knows peers, protocols and streams.

mod authority;
mod ledger;
mod mailbox;
mod records;

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use carekey_ledger::CertifiedHeader;
use carekey_network::addresses::{AddressAnswer, AddressRequest, Addresses, hints};
use carekey_network::{
    ADDRESSES_PER_PEER_MAX, HeadAnnouncements, Judgement, Multiaddr, NetworkError, NetworkFile, Node, NodeKey,
    NodeLimits, PeerAddress, PeerId, Protocol, Traffic, peer_id_of,
};
use carekey_protocol::{Genesis, HospitalId, HospitalRegistration, NetworkId};

pub(crate) use self::ledger::Submitted;
pub(crate) use self::mailbox::PAGES_MAX;
pub(crate) use self::records::Granted;
pub use self::records::Sent;
use crate::error::WalletError;
use crate::vault::observations::ObservationKind;
use crate::wallet::os_rng;

/// A connection to the network. The identity it dials with is fresh and says nothing about the person.
pub struct Remote {
    node: Node,
    genesis: Genesis,
    network: NetworkId,
    authority: PeerId,
    hospitals: RwLock<BTreeMap<HospitalId, Contact>>,
}

/// A hospital as the registry has it, and whether anybody knows where it is.
#[derive(Debug, Clone)]
struct Contact {
    peer: PeerId,
    name: String,
    /// Had a vote once and has none now: it still hands out what lies there, and takes nothing new.
    retired: bool,
    /// From the network file: these stay, whatever anybody tells.
    given: Vec<Multiaddr>,
    /// Told by other hospitals.
    hinted: Vec<Multiaddr>,
}

/// Of addresses others tell so many are tried, and as many of the network file's.
const HINTS_MAX: usize = ADDRESSES_PER_PEER_MAX / 2;

impl Contact {
    fn address(&self) -> PeerAddress {
        let given = self.given.iter().take(HINTS_MAX);
        PeerAddress { peer_id: self.peer, addresses: given.chain(&self.hinted).cloned().collect() }
    }

    fn is_found(&self) -> bool {
        !self.given.is_empty() || !self.hinted.is_empty()
    }
}

impl Remote {
    /// Starts a node that knows the network's participants. Nothing is dialled yet.
    ///
    /// # Errors
    /// [`WalletError::Network`] if the node cannot start.
    pub async fn connect(network: &NetworkFile) -> Result<Self, WalletError> {
        let node = Node::start(&NodeKey::generate(&mut os_rng()), &[], NodeLimits::wallet()).await?;
        let remote = Self {
            node,
            network: network.network_id(),
            authority: network.authority.peer_id,
            hospitals: RwLock::default(),
            genesis: network.genesis.clone(),
        };
        remote.follow_registry(&network.genesis.hospitals, &[]);
        remote.readdress(network).await;
        Ok(remote)
    }

    /// Takes newer addresses of the same participants.
    pub async fn readdress(&self, network: &NetworkFile) {
        self.node.remember(network.authority.clone()).await;
        for (hospital, address) in &network.hospitals {
            self.set_address(*hospital, address.peer_id, |contact| contact.given.clone_from(&address.addresses));
            self.dial_at(*hospital).await;
        }
    }

    /// Takes an address somebody told; it is dialled from the next question on. Whose key must answer there, the
    /// registry says.
    pub(crate) fn hint(&self, hospital: HospitalId, address: PeerAddress) {
        self.set_address(hospital, address.peer_id, |contact| {
            contact.hinted = address.addresses;
            contact.hinted.truncate(HINTS_MAX);
        });
    }

    fn set_address(&self, hospital: HospitalId, peer: PeerId, set: impl FnOnce(&mut Contact)) {
        let mut hospitals = self.hospitals.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(contact) = hospitals.get_mut(&hospital).filter(|contact| contact.peer == peer) {
            set(contact);
        }
    }

    async fn dial_at(&self, hospital: HospitalId) {
        let address = {
            let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
            hospitals.get(&hospital).map(Contact::address)
        };
        if let Some(address) = address {
            self.node.remember(address).await;
        }
    }

    /// Dials hints from earlier sessions, too.
    pub(crate) async fn dial_at_hints(&self) {
        for hospital in self.select(|contact| !contact.hinted.is_empty()) {
            self.dial_at(hospital).await;
        }
    }

    /// Asks one hospital where `missing` are. Whether anything new was learnt.
    pub(crate) async fn find(&self, asked: HospitalId, missing: &[HospitalId]) -> Result<bool, WalletError> {
        let AddressAnswer::Known(said) = self.ask::<Addresses>(asked, AddressRequest::Known).await? else {
            return Err(self.answered_otherwise(asked));
        };
        let before = self.addresses();
        let keys: HashMap<HospitalId, PeerId> = {
            let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
            missing.iter().filter_map(|id| hospitals.get(id).map(|contact| (*id, contact.peer))).collect()
        };
        for address in hints(said, &keys) {
            let Some((hospital, _)) = keys.iter().find(|(_, peer)| **peer == address.peer_id) else { continue };
            self.hint(*hospital, address);
            self.dial_at(*hospital).await;
        }
        Ok(self.addresses() != before)
    }

    /// What was learnt of where hospitals are, as text.
    pub(crate) fn addresses(&self) -> Vec<(HospitalId, String)> {
        let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
        let hinted = hospitals.iter().filter(|(_, contact)| !contact.hinted.is_empty());
        let text = |contact: &Contact| PeerAddress { peer_id: contact.peer, addresses: contact.hinted.clone() };
        hinted.map(|(id, contact)| (*id, text(contact).to_string())).collect()
    }

    /// Takes who is registered now. `voted` are the hospitals that ever had a vote.
    pub(crate) fn follow_registry(&self, registered: &[HospitalRegistration], voted: &[HospitalId]) {
        let mut hospitals = self.hospitals.write().unwrap_or_else(PoisonError::into_inner);
        for registration in registered {
            let peer = peer_id_of(&registration.peer_key);
            let retired = registration.voting_power == 0 && voted.contains(&registration.id);
            let (given, hinted) = match hospitals.remove(&registration.id).filter(|old| old.peer == peer) {
                Some(old) => (old.given, old.hinted),
                None => Default::default(),
            };
            let contact = Contact { peer, name: registration.name.to_string(), retired, given, hinted };
            hospitals.insert(registration.id, contact);
        }
    }

    /// Joins the announcements of new heads.
    pub(crate) fn follow_heads(
        &self,
        judge: impl Fn(&CertifiedHeader) -> Judgement + Send + Sync + 'static,
    ) -> Result<HeadAnnouncements, NetworkError> {
        self.node.follow_heads(self.network, judge)
    }

    /// Closes all connections.
    pub async fn disconnect(&self) {
        self.node.shut_down().await;
    }

    /// The network's founding document.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The network's id.
    pub fn network_id(&self) -> NetworkId {
        self.network
    }

    /// The hospitals whose addresses are known: records may lie at any of them, also at one that has retired.
    pub fn hospitals(&self) -> Vec<HospitalId> {
        self.select(Contact::is_found)
    }

    /// Those among them that take part in the ledger.
    pub(crate) fn active_hospitals(&self) -> Vec<HospitalId> {
        self.select(|contact| contact.is_found() && !contact.retired)
    }

    fn select(&self, which: impl Fn(&Contact) -> bool) -> Vec<HospitalId> {
        let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
        hospitals.iter().filter(|(_, contact)| which(contact)).map(|(id, _)| *id).collect()
    }

    /// Every registered hospital that has not retired, with its name.
    pub(crate) fn registered(&self) -> Vec<(HospitalId, String)> {
        let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
        let active = hospitals.iter().filter(|(_, contact)| !contact.retired);
        active.map(|(id, contact)| (*id, contact.name.clone())).collect()
    }

    /// A hospital's registered name.
    pub fn hospital_name(&self, hospital: HospitalId) -> Option<String> {
        let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
        hospitals.get(&hospital).map(|contact| contact.name.clone())
    }

    /// Bytes and messages exchanged so far.
    pub fn traffic(&self) -> Traffic {
        self.node.traffic()
    }

    fn peer(&self, hospital: HospitalId) -> Result<PeerId, WalletError> {
        let hospitals = self.hospitals.read().unwrap_or_else(PoisonError::into_inner);
        let contact = hospitals.get(&hospital).filter(|contact| contact.is_found());
        contact.map(|contact| contact.peer).ok_or(WalletError::NotFound { what: "this hospital's address" })
    }

    async fn ask<P: Protocol>(&self, hospital: HospitalId, request: P::Request) -> Result<P::Response, WalletError> {
        Ok(self.node.request::<P>(self.peer(hospital)?, request).await?)
    }

    pub(crate) fn forged(&self, hospital: HospitalId, kind: ObservationKind, reason: impl ToString) -> WalletError {
        let name = self.hospital_name(hospital).unwrap_or_else(|| hospital.to_string());
        WalletError::LedgerForged { hospital: name, kind, reason: reason.to_string() }
    }

    fn answered_otherwise(&self, hospital: HospitalId) -> WalletError {
        self.forged(hospital, ObservationKind::WrongProof, "another question was answered")
    }
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("network", &self.network).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_ledger::testkit::{NORTH, SOUTH, TestNetwork};

    fn at(port: u16) -> Multiaddr {
        format!("/ip4/127.0.0.1/tcp/{port}").parse().unwrap()
    }

    #[tokio::test]
    async fn a_retired_hospital_is_asked_for_records_and_hints_never_replace_what_was_given() {
        let network = TestNetwork::with_powers(1, &[1, 1]);
        let peers: Vec<PeerId> = network.genesis.hospitals.iter().map(|one| peer_id_of(&one.peer_key)).collect();
        let address = |hospital: usize, port| PeerAddress { peer_id: peers[hospital], addresses: vec![at(port)] };
        let file = NetworkFile {
            genesis: network.genesis.clone(),
            authority: PeerAddress { peer_id: peer_id_of(&network.genesis.authority_peer_key), addresses: vec![at(1)] },
            hospitals: [(NORTH, address(0, 2)), (SOUTH, address(1, 3))].into(),
        };
        let remote = Remote::connect(&file).await.unwrap();
        let leaving = network.registration(2, 0);
        remote.follow_registry(std::slice::from_ref(&leaving), &[]);
        assert_eq!(remote.active_hospitals(), [NORTH, SOUTH], "who never had a vote only follows");
        remote.follow_registry(&[leaving], &[NORTH, SOUTH]);
        assert_eq!((remote.active_hospitals(), remote.hospitals()), (vec![NORTH], vec![NORTH, SOUTH]));

        remote.hint(NORTH, address(1, 4));
        assert!(remote.addresses().is_empty(), "somebody else's key");
        let many = (10..30).map(at).collect();
        remote.hint(NORTH, PeerAddress { peer_id: peers[0], addresses: many });
        let dialled = remote.hospitals.read().unwrap()[&NORTH].address().addresses;
        assert_eq!((dialled.len(), &dialled[0]), (1 + HINTS_MAX, &at(2)));

        let joining = network.registration(3, 1);
        remote.follow_registry(std::slice::from_ref(&joining), &[NORTH, SOUTH]);
        assert_eq!(remote.hospitals().len(), 2, "nobody knows yet where it is");
        remote.hint(joining.id, PeerAddress { peer_id: peer_id_of(&joining.peer_key), addresses: vec![at(5)] });
        assert_eq!(remote.active_hospitals(), [NORTH, joining.id]);
        remote.disconnect().await;
    }
}

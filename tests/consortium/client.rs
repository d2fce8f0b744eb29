//! A wallet's line to the hospitals, with the authority's key to certify whatever a story needs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carekey_crypto::{SecretKey, Signature, test_rng};
use carekey_network::ledger::{Head, HeadRequest, Submit, SubmitAnswer};
use carekey_network::{NetworkError, Node, NodeKey, NodeLimits, PeerAddress, PeerId};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::pseudonym::{certify_pseudonym, epoch_at};
use carekey_protocol::{
    AuthorityId, BlockHeight, Body, Certificate, CertificateSerial, Genesis, HospitalId, NetworkId, ParticipantId,
    Role, Text, Transaction, UnixMillis,
};

/// Nothing in these stories takes longer, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A head is waited for this long before the hospital is asked for the transaction itself.
const NEWS_MS: u64 = 1_000;

pub(crate) fn clock() -> UnixMillis {
    UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64)
}

/// Waits for something that has to happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let happened = tokio::time::timeout(PATIENCE, future).await;
    happened.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// Looks until something is so. For what tells nobody when it changes: processes, files, memory.
pub(crate) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    soon(what, async {
        while !holds().await {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    })
    .await;
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) node: Node,
    pub(crate) network: NetworkId,
    pub(crate) authority: SecretKey,
    authority_id: AuthorityId,
    /// In the order of the genesis.
    pub(crate) hospitals: Vec<(HospitalId, PeerId)>,
}

impl Client {
    pub(crate) async fn new(genesis: &Genesis, authority: SecretKey, addresses: Vec<PeerAddress>) -> Self {
        assert_eq!(authority.public(), genesis.authority_key);
        let key = |hospital: &carekey_protocol::HospitalRegistration| {
            (hospital.id, carekey_network::peer_id_of(&hospital.peer_key))
        };
        let client = Self {
            node: Self::another_node(3, &addresses).await,
            network: genesis.network_id(),
            authority,
            authority_id: genesis.authority,
            hospitals: genesis.hospitals.iter().map(key).collect(),
        };
        assert_eq!(client.hospitals.len(), addresses.len());
        client
    }

    /// A computer of its own that knows where the hospitals are.
    pub(crate) async fn another_node(seed: u64, addresses: &[PeerAddress]) -> Node {
        let key = NodeKey::generate(&mut test_rng(seed));
        let node = Node::start(&key, &[], NodeLimits { connections_max: 64, ..NodeLimits::wallet() }).await.unwrap();
        for address in addresses {
            node.remember(address.clone()).await;
        }
        node
    }

    pub(crate) fn peer(&self, hospital: usize) -> PeerId {
        self.hospitals[hospital].1
    }

    /// Somebody's pseudonym, and the authority's signature under it.
    pub(crate) fn pseudonym(&self, seed: u64) -> (SecretKey, u32, Signature) {
        let key = SecretKey::generate(&mut test_rng(seed));
        let epoch = epoch_at(clock());
        let certificate = certify_pseudonym(&self.authority, self.network, &key.public(), epoch);
        (key, epoch, certificate)
    }

    pub(crate) fn sign(&self, seed: u64, body: Body) -> Transaction {
        let (key, epoch, certificate) = self.pseudonym(seed);
        Transaction::by_pseudonym(self.network, body, &key, epoch, certificate)
    }

    /// A transaction that says nothing to anybody; every number is another one, by another pseudonym.
    pub(crate) fn transaction(&self, number: u64) -> Transaction {
        let mut sigma = [7; 32];
        sigma[..8].copy_from_slice(&number.to_be_bytes());
        self.sign(number, Body::Revoke(sigma))
    }

    /// Registers somebody, without asking the authority's service.
    pub(crate) fn certificate(
        &self,
        serial: u64,
        role: Role,
        identity: &SecretKey,
        receiving: &SecretKey,
    ) -> Certificate {
        let hospital = self.hospitals[0].0;
        let body = CertificateBody {
            // Far from those that the service gives out.
            serial: CertificateSerial(1 << 32 | serial),
            network: self.network,
            id: ParticipantId::new(self.authority_id, hospital, &identity.public()),
            identity: identity.public(),
            receiving: receiving.public(),
            role,
            name: Text::truncated("Somebody"),
            specialty: Text::default(),
            hospital,
            valid_from: UnixMillis(0),
            valid_until: UnixMillis::MAX,
        };
        Certificate::issue(body, &self.authority)
    }

    pub(crate) async fn submit(
        &self,
        hospital: usize,
        transaction: &Transaction,
    ) -> Result<SubmitAnswer, NetworkError> {
        self.node.request::<Submit>(self.peer(hospital), transaction.clone()).await
    }

    /// The newest block above `after`, waiting a moment for it.
    pub(crate) async fn head(&self, hospital: usize, after: BlockHeight) -> Result<BlockHeight, NetworkError> {
        let question = HeadRequest { after, wait_ms: NEWS_MS };
        Ok(self.node.request::<Head>(self.peer(hospital), question).await?.header.height)
    }

    /// Hands a transaction in, again with every block as wallets do, until it is final there.
    pub(crate) async fn is_final_at(&self, hospital: usize, transaction: &Transaction) -> BlockHeight {
        let finality = async {
            let mut seen = BlockHeight(0);
            loop {
                match self.submit(hospital, transaction).await {
                    Ok(SubmitAnswer::Known(height)) => return height,
                    Ok(SubmitAnswer::Received | SubmitAnswer::Busy) | Err(_) => {}
                    Ok(answer) => panic!("hospital {hospital} does not take what should be taken: {answer:?}"),
                }
                seen = self.head(hospital, seen).await.unwrap_or(seen);
            }
        };
        soon(&format!("a transaction to be final at hospital {hospital}"), finality).await
    }

    /// Waits until a hospital has this block.
    pub(crate) async fn reaches(&self, hospital: usize, height: BlockHeight) {
        let mut at = BlockHeight(0);
        let reached = async {
            while at < height {
                at = self.head(hospital, at).await.unwrap_or(at);
            }
        };
        soon(&format!("hospital {hospital} to reach block {height}"), reached).await;
    }

    /// Whether a hospital, asked for news a few times, has none.
    pub(crate) async fn stands_still(&self, hospital: usize) -> bool {
        let before = self.head(hospital, BlockHeight(u64::MAX)).await.unwrap();
        for _ in 0..3 {
            if self.head(hospital, before).await.unwrap() > before {
                return false;
            }
        }
        true
    }
}

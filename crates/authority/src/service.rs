//! The authority on the network: answers participants, and brings its registry changes to the ledger.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carekey_crypto::{PublicKey, SecretKey};
use carekey_ledger::{LightClient, LightError, ValidatorSetError};
use carekey_network::addresses::{self, AddressBook};
use carekey_network::enrolment::{AuthorityAnswer, AuthorityRefusal, AuthorityRequest, DIRECTORY_PAGE, Enrolment};
use carekey_network::ledger::{Chain, ChainAnswer, ChainRequest, Head, HeadRequest, Submit, SubmitAnswer};
use carekey_network::{
    Backoff, Multiaddr, NetworkError, Node, NodeKey, NodeLimits, PeerAddress, PeerId, Refusal, peer_id_of,
};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{
    Body, Certificate, CertificateSerial, Genesis, HospitalId, HospitalRegistration, Text, Transaction, UnixMillis,
};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::registrar::{AuthorityError, Registrar, RegistrarKeys};

/// How long a hospital may take to name a newer block before the change is handed in again.
const BLOCK_PATIENCE_MS: u64 = 2_000;

/// How often the outbox looks for changes when nothing rings.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a stopping authority waits for its task.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// What the authority needs to run.
#[derive(Debug, Clone)]
pub struct AuthorityConfig {
    /// Where it keeps its registry.
    pub dir: PathBuf,
    /// Its secrets.
    pub keys: RegistrarKeys,
    /// Its libp2p identity, which the genesis names.
    pub peer: SecretKey,
    /// The network it founded.
    pub genesis: Genesis,
    /// Where it listens.
    pub listen: Vec<Multiaddr>,
    /// Where hospitals were last found; more can be learned while it runs.
    pub hospitals: Vec<PeerAddress>,
    /// The clock.
    pub clock: fn() -> UnixMillis,
}

/// Why the service does not start, or a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The genesis names another key for the authority.
    #[error("the network file names another key for the authority")]
    WrongKey,
    /// The genesis has no hospitals that could seal blocks.
    #[error(transparent)]
    Genesis(#[from] ValidatorSetError),
    /// The registrar refuses, or its database failed.
    #[error(transparent)]
    Registrar(#[from] AuthorityError),
    /// The network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A hospital's answer does not prove what it claims.
    #[error(transparent)]
    Proof(#[from] LightError),
    /// A hospital answered something else.
    #[error("a hospital gave an answer that does not belong to the question")]
    Unexpected,
    /// The service was stopped.
    #[error("the authority was stopped")]
    Stopped,
}

struct Inner {
    registrar: Registrar,
    node: Node,
    clock: fn() -> UnixMillis,
    /// Rings when there is a new registry change.
    changed: Notify,
    /// Number of the last change that is final.
    confirmed: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
}

/// A running authority. [`stop`](Self::stop) it, or it goes on until the process ends.
pub struct AuthorityService {
    inner: Arc<Inner>,
    outbox: Mutex<Option<JoinHandle<()>>>,
}

impl AuthorityService {
    /// Starts the authority on the current Tokio runtime. Changes that were not final when it last stopped are handed
    /// in again.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn start(config: AuthorityConfig) -> Result<Self, ServiceError> {
        let AuthorityConfig { dir, keys, peer, genesis, listen, hospitals, clock } = config;
        if genesis.authority_key != keys.authority.public() || genesis.authority_peer_key != peer.public() {
            return Err(ServiceError::WrongKey);
        }
        let light = LightClient::new(genesis.clone())?;
        std::fs::create_dir_all(&dir).map_err(|error| NetworkError::Io(Arc::new(error)))?;
        let registrar = Registrar::open(&dir, keys, genesis)?;
        let confirmed = registrar.last_final()?;
        let book = AddressBook::open(dir.join("addresses")).map_err(|error| NetworkError::Io(Arc::new(error)))?;
        let node = Node::start(&NodeKey::from_secret_key(&peer), &listen, NodeLimits::hospital()).await?;
        for hospital in book.with(hospitals) {
            node.remember(hospital).await;
        }
        let inner = Arc::new(Inner {
            registrar,
            node,
            clock,
            changed: Notify::new(),
            confirmed: watch::Sender::new(confirmed),
            stopping: watch::Sender::new(false),
        });
        let shared = Arc::clone(&inner);
        inner.node.serve::<Enrolment, _, _>(move |_, request| answer(Arc::clone(&shared), request))?;
        let shared = Arc::clone(&inner);
        addresses::serve(&inner.node, Arc::new(book), move || shared.reachable())?;
        let outbox = tokio::spawn(Outbox { inner: Arc::clone(&inner), light, preferred: None }.run());
        tracing::info!("authority started");
        Ok(Self { inner, outbox: Mutex::new(Some(outbox)) })
    }

    /// Where others reach it.
    pub fn address(&self) -> PeerAddress {
        self.inner.node.address()
    }

    /// Learns where a hospital lives.
    pub async fn remember(&self, hospital: PeerAddress) {
        self.inner.node.remember(hospital).await;
        self.inner.changed.notify_one();
    }

    /// The registrar behind it.
    pub fn registrar(&self) -> &Registrar {
        &self.inner.registrar
    }

    /// Revokes a certificate and returns when the ledger says so. Harmless when repeated.
    ///
    /// # Errors
    /// [`ServiceError`]. When the caller gives up waiting, the change goes on.
    pub async fn revoke_certificate(&self, serial: CertificateSerial) -> Result<(), ServiceError> {
        let change = self.inner.registrar.revoke_certificate(serial)?;
        self.until_final(&change).await.map(|_| ())
    }

    /// Registers a hospital, or changes its keys or voting power, and returns when the ledger says so.
    ///
    /// # Errors
    /// [`ServiceError`]. When the caller gives up waiting, the change goes on.
    pub async fn register_hospital(&self, registration: HospitalRegistration) -> Result<(), ServiceError> {
        let change = self.inner.registrar.change_registry(RegistryChange::Hospital(registration))?;
        self.until_final(&change).await.map(|_| ())
    }

    /// Whose pseudonym it is, on the order named by `case`. The name is told only when the notice is final on the
    /// ledger: tracing leaves a trace.
    ///
    /// # Errors
    /// [`AuthorityError::NotRegistered`] if the pseudonym was not issued here; others of [`ServiceError`].
    pub async fn trace(&self, pseudonym: &PublicKey, case: Text<80>) -> Result<Certificate, ServiceError> {
        let notice = self.inner.registrar.begin_trace(pseudonym, case, (self.inner.clock)())?;
        let change = self.until_final(&notice).await?;
        Ok(self.inner.registrar.traced(change)?)
    }

    async fn until_final<'a>(&self, transaction: &'a Transaction) -> Result<&'a RegistryChange, ServiceError> {
        let Body::Registry { sequence, change } = &transaction.body else { return Err(ServiceError::Unexpected) };
        self.inner.changed.notify_one();
        let mut confirmed = self.inner.confirmed.subscribe();
        let mut stopping = self.inner.stopping.subscribe();
        tokio::select! {
            reached = confirmed.wait_for(|confirmed| confirmed >= sequence) => {
                reached.map(|_| change).map_err(|_| ServiceError::Stopped)
            }
            _ = stopping.wait_for(|stopping| *stopping) => Err(ServiceError::Stopped),
        }
    }

    /// Lets running answers finish and frees the port.
    pub async fn stop(&self) {
        self.inner.stopping.send_replace(true);
        self.inner.node.shut_down().await;
        let outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(outbox) = outbox
            && tokio::time::timeout(STOP_GRACE, outbox).await.is_err()
        {
            tracing::warn!("the outbox did not end in time");
        }
        tracing::info!("authority stopped");
    }
}

impl Inner {
    /// The hospitals that may announce where they are reached.
    fn reachable(&self) -> Vec<(HospitalId, PeerId)> {
        let hospitals = self.registrar.hospitals().unwrap_or_default();
        hospitals.iter().map(|hospital| (hospital.id, peer_id_of(&hospital.peer_key))).collect()
    }
}

async fn answer(
    inner: Arc<Inner>,
    request: AuthorityRequest,
) -> Result<Result<AuthorityAnswer, AuthorityRefusal>, Refusal> {
    let answered = tokio::task::spawn_blocking(move || {
        let (registrar, now) = (&inner.registrar, (inner.clock)());
        match request {
            AuthorityRequest::Enrol(request) => {
                registrar.enrol(&request, now).map(|issued| AuthorityAnswer::Certificate(Box::new(issued)))
            }
            AuthorityRequest::Recover(request) => {
                registrar.recover(&request, now).map(|issued| AuthorityAnswer::Certificate(Box::new(issued)))
            }
            AuthorityRequest::Pseudonyms(request) => {
                registrar.issue_pseudonyms(&request, now).map(AuthorityAnswer::Pseudonyms)
            }
            AuthorityRequest::Directory { after } => page(registrar, after).map(AuthorityAnswer::Directory),
            AuthorityRequest::LodgeOffer { offer, signature } => {
                registrar.lodge_offer(&offer, &signature).map(|()| AuthorityAnswer::Lodged)
            }
        }
    });
    let answered = answered.await.map_err(|_| Refusal::Unavailable)?;
    Ok(answered.map_err(|error| refusal_of(&error)))
}

/// Clinicians with serials above `after`, in order.
fn page(registrar: &Registrar, after: CertificateSerial) -> Result<Vec<Certificate>, AuthorityError> {
    let mut directory = registrar.directory()?;
    directory.retain(|certificate| certificate.body.serial > after);
    directory.sort_by_key(|certificate| certificate.body.serial);
    directory.truncate(DIRECTORY_PAGE);
    Ok(directory)
}

fn refusal_of(error: &AuthorityError) -> AuthorityRefusal {
    match error {
        AuthorityError::CodeUnknown => AuthorityRefusal::CodeUnknown,
        AuthorityError::CodeUsed => AuthorityRefusal::CodeUsed,
        AuthorityError::CodeExpired => AuthorityRefusal::CodeExpired,
        AuthorityError::OfferForged => AuthorityRefusal::OfferForged,
        AuthorityError::RequestForged | AuthorityError::Key(_) => AuthorityRefusal::RequestForged,
        AuthorityError::ClockSkew => AuthorityRefusal::ClockSkew,
        AuthorityError::NotRegistered => AuthorityRefusal::NotRegistered,
        AuthorityError::Revoked => AuthorityRefusal::Revoked,
        AuthorityError::AlreadyRegistered => AuthorityRefusal::AlreadyRegistered,
        // The first three are told to the operator only.
        AuthorityError::HospitalUnknown
        | AuthorityError::Registration(_)
        | AuthorityError::PeerKeyTaken
        | AuthorityError::Database(_)
        | AuthorityError::Damaged(_) => {
            tracing::error!(%error, "the registry failed");
            AuthorityRefusal::Unavailable
        }
    }
}

/// Hands registry changes in, one after the other, and believes that one is final when the chain proves it.
struct Outbox {
    inner: Arc<Inner>,
    light: LightClient,
    /// Who brought the last change to its end.
    preferred: Option<PeerId>,
}

impl Outbox {
    async fn run(mut self) {
        let mut stopping = self.inner.stopping.subscribe();
        let stopped = async move {
            // The sender outlives this task.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        tokio::select! {
            () = stopped => {}
            () = self.deliver() => {}
        }
    }

    async fn deliver(&mut self) {
        let mut backoff = Backoff::new(1);
        loop {
            let confirmed = *self.inner.confirmed.borrow();
            let next = match self.inner.registrar.registry_after(confirmed) {
                Ok(pending) => pending.into_iter().next(),
                Err(error) => {
                    tracing::error!(%error, "the registry cannot be read");
                    sleep(backoff.pause()).await;
                    continue;
                }
            };
            let Some(change) = next else {
                // The operator's commands write changes from a process of their own, which cannot ring.
                let _ = timeout(LOOK_EVERY, self.inner.changed.notified()).await;
                continue;
            };
            match self.deliver_one(&change).await {
                Ok(true) => match self.inner.registrar.set_final(confirmed + 1) {
                    Ok(()) => {
                        backoff.reset();
                        self.inner.confirmed.send_replace(confirmed + 1);
                    }
                    Err(error) => {
                        tracing::error!(%error, "the registry cannot be written");
                        sleep(backoff.pause()).await;
                    }
                },
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "a registry change waits for a hospital");
                    sleep(backoff.pause()).await;
                }
            }
        }
    }

    /// Whether the change is final now. A hospital that is down, or cut off from the others, is passed over.
    async fn deliver_one(&mut self, change: &Transaction) -> Result<bool, ServiceError> {
        let mut outcome = Err(ServiceError::Stopped);
        for peer in self.hospitals()? {
            match self.deliver_to(peer, change).await {
                Ok(true) => {
                    self.preferred = Some(peer);
                    return Ok(true);
                }
                Ok(false) => outcome = Ok(false),
                Err(error) => {
                    tracing::debug!(%error, "a hospital does not take a registry change");
                    if outcome.is_err() {
                        outcome = Err(error);
                    }
                }
            }
        }
        outcome
    }

    async fn deliver_to(&mut self, peer: PeerId, change: &Transaction) -> Result<bool, ServiceError> {
        let node = self.inner.node.clone();
        let answer = node.request::<Submit>(peer, change.clone()).await?;
        if let SubmitAnswer::Refused(reason) = &answer {
            tracing::error!(reason, "the ledger refuses a registry change");
        }
        if !matches!(answer, SubmitAnswer::Known(_)) {
            let wait = HeadRequest { after: self.light.head().height, wait_ms: BLOCK_PATIENCE_MS };
            node.request::<Head>(peer, wait).await?;
        }
        let trusted = self.light.head().height;
        let caught_up = node.request::<Chain>(peer, ChainRequest::CatchUp { trusted }).await?;
        let Some(ChainAnswer::CatchUp(caught_up)) = caught_up else { return Err(ServiceError::Unexpected) };
        self.light.jump(&caught_up)?;
        let question = ChainRequest::Locate { txid: change.id(), under: self.light.head().height };
        match node.request::<Chain>(peer, question).await? {
            Some(ChainAnswer::Located(located)) => {
                self.light.verify_transaction(&change.id(), &located.proof)?;
                Ok(true)
            }
            None => Ok(false),
            Some(_) => Err(ServiceError::Unexpected),
        }
    }

    /// Whom to ask, in this order: who answered last, then those that vote.
    fn hospitals(&self) -> Result<Vec<PeerId>, AuthorityError> {
        let mut hospitals = self.inner.registrar.hospitals()?;
        hospitals.sort_by_key(|hospital| std::cmp::Reverse(hospital.voting_power));
        let mut peers: Vec<PeerId> = hospitals.iter().map(|hospital| peer_id_of(&hospital.peer_key)).collect();
        peers.sort_by_key(|peer| self.preferred != Some(*peer));
        Ok(peers)
    }
}

//! Everything a wallet asks of others, as plain calls: the one place that knows peers, protocols and streams.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use carekey_crypto::{Note, Secret32, SecretKey, content_root};
use carekey_ledger::light::ProvenTransaction;
use carekey_ledger::{Block, CatchUp, CertifiedHeader, CompactBatch};
use carekey_network::addresses::{AddressAnswer, AddressRequest, Addresses, hints};
use carekey_network::deposits::{DepositAnswer, DepositRefusal, DepositRequest, Deposits};
use carekey_network::enrolment::{AuthorityAnswer, AuthorityRefusal, AuthorityRequest, DIRECTORY_PAGE, Enrolment};
use carekey_network::ledger::{
    CertificateOf, Chain, ChainAnswer, ChainRequest, Head, HeadRequest, Submit, SubmitAnswer,
};
use carekey_network::mailbox::{Mailbox, MailboxAnswer, MailboxRequest, NewestNote, NewestNoteRequest};
use carekey_network::records::{
    self, AccessAnswer, AccessChallenge, OwnAnswer, OwnRequest, UploadAnswer, UploadOutcome, UploadRequest,
};
use carekey_network::transfer::{self, Incoming};
use carekey_network::{
    ADDRESSES_PER_PEER_MAX, Channel, HeadAnnouncements, Judgement, Multiaddr, NetworkError, NetworkFile, Node, NodeKey,
    NodeLimits, PeerAddress, PeerId, Protocol, Traffic, peer_id_of,
};
use carekey_protocol::access::{AccessBody, AccessRequest, Challenge};
use carekey_protocol::catalogue::{SealedEntry, SignedOperation};
use carekey_protocol::deposit::{Escrow, OwnerOperation};
use carekey_protocol::enrolment::{EnrolmentRequest, RecoveryRequest};
use carekey_protocol::pseudonym::{PseudonymCertificate, PseudonymRequest};
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{
    BlobId, BlockHeight, Certificate, CertificateSerial, Genesis, HospitalId, HospitalRegistration, NetworkId,
    ParticipantId, Transaction, TxId,
};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;

use crate::error::WalletError;
use crate::vault::observations::ObservationKind;
use crate::wallet::{file_error, os_rng};

/// A hospital that does not say within this what its newest block is does not hold up the others' answers.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);

/// A hospital that does not take a transaction within this is left for the next one.
const SUBMIT_PATIENCE: Duration = Duration::from_secs(5);

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

/// How far a transfer is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Transferred.
    pub done: u64,
    /// In all.
    pub total: u64,
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Submitted {
    Received,
    Known,
    PseudonymSpent,
    Pointless,
    Refused(String),
}

/// What a hospital handed out.
#[derive(Debug)]
pub(crate) enum Granted {
    Record(Delivered),
    Catalogue(Vec<SealedEntry>),
}

/// A sealed record, received whole.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) escrow: Escrow,
    pub(crate) path: std::path::PathBuf,
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

    /// The newest certified header, from each active hospital that answers.
    pub async fn heads(&self) -> Vec<(HospitalId, Result<CertifiedHeader, NetworkError>)> {
        let ask = |id: HospitalId| async move {
            let request = HeadRequest { after: BlockHeight(0), wait_ms: 0 };
            let answer = match self.peer(id) {
                Ok(peer) => tokio::time::timeout(HEAD_PATIENCE, self.node.request::<Head>(peer, request)).await,
                Err(_) => return (id, Err(NetworkError::Timeout { during: "looking for its address" })),
            };
            (id, answer.unwrap_or(Err(NetworkError::Timeout { during: "asking for the newest block" })))
        };
        futures::future::join_all(self.active_hospitals().into_iter().map(ask)).await
    }

    /// Returns when the first of `hospitals` that answers has a block above `after`, or after `wait`.
    pub(crate) async fn wait_for_head(&self, hospitals: &[HospitalId], after: BlockHeight, wait: Duration) {
        let over = tokio::time::Instant::now() + wait;
        let request = HeadRequest { after, wait_ms: wait.as_millis() as u64 };
        for hospital in hospitals {
            let asked = self.ask::<Head>(*hospital, request);
            match tokio::time::timeout(wait + HEAD_PATIENCE, asked).await {
                Ok(Ok(head)) if head.header.height > after => return,
                // It has nothing new: not even if it answers at once is it asked again before the time.
                Ok(Ok(_)) => break,
                _ => {}
            }
        }
        tokio::time::sleep_until(over).await;
    }

    async fn chain(&self, hospital: HospitalId, request: ChainRequest) -> Result<ChainAnswer, WalletError> {
        let answer = self.ask::<Chain>(hospital, request).await?;
        answer.ok_or(WalletError::NotFound { what: "this part of the ledger" })
    }

    pub(crate) async fn catch_up(
        &self,
        hospital: HospitalId,
        trusted: BlockHeight,
    ) -> Result<Option<CatchUp>, WalletError> {
        match self.ask::<Chain>(hospital, ChainRequest::CatchUp { trusted }).await? {
            Some(ChainAnswer::CatchUp(answer)) => Ok(Some(*answer)),
            None => Ok(None),
            Some(_) => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) async fn compact(
        &self,
        hospital: HospitalId,
        from: BlockHeight,
        to: BlockHeight,
    ) -> Result<CompactBatch, WalletError> {
        match self.chain(hospital, ChainRequest::Compact { from, to }).await? {
            ChainAnswer::Compact(batch) => Ok(*batch),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) async fn block(&self, hospital: HospitalId, height: BlockHeight) -> Result<Block, WalletError> {
        match self.chain(hospital, ChainRequest::Block { height }).await? {
            ChainAnswer::Block(block, _) => Ok(*block),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) async fn registry(
        &self,
        hospital: HospitalId,
        after: u64,
        under: BlockHeight,
    ) -> Result<Vec<ProvenTransaction>, WalletError> {
        match self.chain(hospital, ChainRequest::Registry { after, under }).await? {
            ChainAnswer::Registry(changes) => Ok(changes),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    /// A transaction with its proof under `under`, from the hospital that serves the record it anchors.
    pub(crate) async fn locate(
        &self,
        hospital: HospitalId,
        txid: TxId,
        under: BlockHeight,
    ) -> Result<ProvenTransaction, WalletError> {
        match self.ask::<Chain>(hospital, ChainRequest::Locate { txid, under }).await? {
            Some(ChainAnswer::Located(located)) => Ok(*located),
            None => Err(WalletError::NotFound { what: "the record's place on the ledger" }),
            Some(_) => Err(self.answered_otherwise(hospital)),
        }
    }

    /// The header of a block with its certificate.
    pub(crate) async fn certified(
        &self,
        hospital: HospitalId,
        height: BlockHeight,
    ) -> Result<CertifiedHeader, WalletError> {
        match self.chain(hospital, ChainRequest::Block { height }).await? {
            ChainAnswer::Block(block, certificate) => Ok(CertifiedHeader { header: block.header, certificate }),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) fn forged(&self, hospital: HospitalId, kind: ObservationKind, reason: impl ToString) -> WalletError {
        let name = self.hospital_name(hospital).unwrap_or_else(|| hospital.to_string());
        WalletError::LedgerForged { hospital: name, kind, reason: reason.to_string() }
    }

    fn answered_otherwise(&self, hospital: HospitalId) -> WalletError {
        self.forged(hospital, ObservationKind::WrongProof, "another question was answered")
    }

    /// Hands a transaction to each of `hospitals` in turn until one takes it. The no of one is not the end, since it
    /// may lie or lag; the first no is the answer if all say no.
    pub(crate) async fn submit(
        &self,
        hospitals: &[HospitalId],
        transaction: &Transaction,
    ) -> Result<Submitted, WalletError> {
        let (mut no, mut trouble) = (None, None);
        for hospital in hospitals {
            let asked = self.ask::<Submit>(*hospital, transaction.clone());
            let answer = match tokio::time::timeout(SUBMIT_PATIENCE, asked).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => {
                    trouble = Some(error);
                    continue;
                }
                Err(_) => {
                    trouble = Some(NetworkError::Timeout { during: "handing something in" }.into());
                    continue;
                }
            };
            let refused = match answer {
                SubmitAnswer::Received => return Ok(Submitted::Received),
                SubmitAnswer::Known(_) => return Ok(Submitted::Known),
                SubmitAnswer::PseudonymSpent => Submitted::PseudonymSpent,
                SubmitAnswer::Pointless => Submitted::Pointless,
                SubmitAnswer::Refused(reason) => Submitted::Refused(reason),
                SubmitAnswer::Busy => {
                    trouble = Some(WalletError::Network(NetworkError::Refused(carekey_network::Refusal::Busy)));
                    continue;
                }
            };
            no = no.or(Some(refused));
        }
        let nobody = || trouble.unwrap_or(WalletError::NetworkFile("it names no hospital".to_owned()));
        no.ok_or_else(nobody)
    }

    async fn authority(&self, request: AuthorityRequest) -> Result<AuthorityAnswer, WalletError> {
        self.node.request::<Enrolment>(self.authority, request).await?.map_err(WalletError::Authority)
    }

    pub(crate) async fn enrol(&self, request: EnrolmentRequest) -> Result<Certificate, WalletError> {
        certificate(self.authority(AuthorityRequest::Enrol(Box::new(request))).await?)
    }

    pub(crate) async fn recover(&self, request: RecoveryRequest) -> Result<Certificate, WalletError> {
        certificate(self.authority(AuthorityRequest::Recover(request)).await?)
    }

    pub(crate) async fn pseudonyms(&self, request: PseudonymRequest) -> Result<Vec<PseudonymCertificate>, WalletError> {
        match self.authority(AuthorityRequest::Pseudonyms(request)).await? {
            AuthorityAnswer::Pseudonyms(batch) => Ok(batch),
            _ => Err(WalletError::Authority(AuthorityRefusal::Unavailable)),
        }
    }

    pub(crate) async fn directory(&self) -> Result<Vec<Certificate>, WalletError> {
        let mut all: Vec<Certificate> = Vec::new();
        loop {
            let after = all.last().map_or(CertificateSerial(0), |last| last.body.serial);
            let AuthorityAnswer::Directory(page) = self.authority(AuthorityRequest::Directory { after }).await? else {
                return Err(WalletError::Authority(AuthorityRefusal::Unavailable));
            };
            let is_last = page.len() < DIRECTORY_PAGE;
            // Serials must rise, or a hostile answer could keep us asking for ever.
            let rising = page.windows(2).all(|pair| pair[0].body.serial < pair[1].body.serial);
            if !rising || page.first().is_some_and(|first| first.body.serial <= after) {
                return Err(WalletError::Authority(AuthorityRefusal::Unavailable));
            }
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    pub(crate) async fn certificate_of(
        &self,
        hospital: HospitalId,
        participant: ParticipantId,
    ) -> Result<Option<Certificate>, WalletError> {
        self.ask::<CertificateOf>(hospital, participant).await
    }

    /// Performs an operation on a catalogue. The entries, for a list; none if there is no such catalogue.
    pub(crate) async fn catalogue(
        &self,
        hospital: HospitalId,
        operation: SignedOperation,
    ) -> Result<Option<Vec<SealedEntry>>, WalletError> {
        match self.ask::<Deposits>(hospital, DepositRequest::Catalogue(Box::new(operation))).await? {
            Ok(DepositAnswer::Entries(entries)) => Ok(Some(entries)),
            Ok(DepositAnswer::Done) | Err(DepositRefusal::UnknownCatalogue) => Ok(None),
            Err(refusal) => Err(WalletError::HospitalRefused(refusal.to_string())),
        }
    }

    pub(crate) async fn own(&self, hospital: HospitalId, operation: OwnerOperation) -> Result<(), WalletError> {
        match self.ask::<Deposits>(hospital, DepositRequest::Owner(operation)).await? {
            Ok(_) => Ok(()),
            Err(refusal) => Err(WalletError::HospitalRefused(refusal.to_string())),
        }
    }

    /// Uploads a sealed file; goes on where an earlier attempt stopped. Returns when the hospital holds it durably.
    pub(crate) async fn upload(
        &self,
        hospital: HospitalId,
        ticket: &UploadTicket,
        path: &Path,
        progress: impl Fn(Sent) + Send,
    ) -> Result<(), WalletError> {
        let refused = |refusal: records::UploadRefusal| WalletError::HospitalRefused(refusal.to_string());
        let mut channel = self.node.open_stream(self.peer(hospital)?, records::UPLOAD).await?;
        channel.send(&UploadRequest { ticket: ticket.clone() }, records::MESSAGE_BYTES_MAX).await?;
        match channel.receive::<UploadAnswer>(records::MESSAGE_BYTES_MAX).await? {
            UploadAnswer::Complete => return Ok(()),
            UploadAnswer::Refused(refusal) => return Err(refused(refusal)),
            UploadAnswer::Send => {}
        }
        let mut file = tokio::fs::File::open(path).await.map_err(|error| file_error(path, error))?;
        let total = ticket.sealed_bytes;
        let root = &ticket.content_root;
        match transfer::send(&mut channel, &mut file, total, root, |done| progress(Sent { done, total })).await {
            // After a refusal the hospital says why.
            Err(NetworkError::Refused(_)) => match channel.receive(records::MESSAGE_BYTES_MAX).await? {
                UploadOutcome(Err(refusal)) => Err(refused(refusal)),
                UploadOutcome(Ok(())) => Ok(()),
            },
            other => Ok(other?),
        }
    }

    /// Fetches one's own sealed record into `path`.
    pub(crate) async fn fetch_own(
        &self,
        hospital: HospitalId,
        blob: BlobId,
        claim: Secret32,
        sealed_bytes: u64,
        path: &Path,
    ) -> Result<(), WalletError> {
        let mut channel = self.node.open_stream(self.peer(hospital)?, records::OWN).await?;
        channel.send(&OwnRequest { blob, claim }, records::MESSAGE_BYTES_MAX).await?;
        match channel.receive::<OwnAnswer>(records::MESSAGE_BYTES_MAX).await?.0 {
            Some(_) => receive_file(&mut channel, sealed_bytes, path).await,
            None => Err(WalletError::NotFound { what: "this record at its hospital" }),
        }
    }

    /// S2 Alg. 5 steps 9 to 13. A record is received into `path`.
    pub(crate) async fn access(
        &self,
        hospital: HospitalId,
        body: AccessBody,
        reader: &SecretKey,
        path: &Path,
    ) -> Result<(Granted, Challenge), WalletError> {
        let mut channel = self.node.open_stream(self.peer(hospital)?, records::ACCESS).await?;
        let AccessChallenge(challenge) = channel.receive(records::MESSAGE_BYTES_MAX).await?;
        let request = AccessRequest::new(body, &challenge, &hospital, reader);
        channel.send(&request, records::MESSAGE_BYTES_MAX).await?;
        match channel.receive::<AccessAnswer>(records::ANSWER_BYTES_MAX).await? {
            AccessAnswer::Refused(refusal) => Err(WalletError::Refused(refusal)),
            AccessAnswer::Unavailable => Err(WalletError::HospitalRefused("it cannot answer at the moment".to_owned())),
            AccessAnswer::Catalogue(entries) => Ok((Granted::Catalogue(entries), challenge)),
            AccessAnswer::Record { escrow, sealed_bytes } => {
                receive_file(&mut channel, sealed_bytes.min(records::RECORD_BYTES_MAX), path).await?;
                Ok((Granted::Record(Delivered { escrow, path: path.to_owned() }), challenge))
            }
        }
    }

    pub(crate) async fn post(&self, hospital: HospitalId, note: Note) -> Result<(), WalletError> {
        match self.ask::<Mailbox>(hospital, MailboxRequest::Post(note)).await? {
            MailboxAnswer::Posted => Ok(()),
            _ => Err(WalletError::HospitalRefused("its mailbox did not take the note".to_owned())),
        }
    }

    /// The number of the newest note at a hospital, as soon as it is above `after`, or after `wait`.
    pub(crate) async fn newest_note(
        &self,
        hospital: HospitalId,
        after: u64,
        wait: Duration,
    ) -> Result<u64, WalletError> {
        self.ask::<NewestNote>(hospital, NewestNoteRequest { after, wait_ms: wait.as_millis() as u64 }).await
    }

    /// One page of everybody's notes after a number.
    pub(crate) async fn mailbox_page(&self, hospital: HospitalId, after: u64) -> Result<Vec<Note>, WalletError> {
        match self.ask::<Mailbox>(hospital, MailboxRequest::Fetch { after }).await? {
            MailboxAnswer::Notes(page) => Ok(page.into_iter().map(|(_, note)| note).collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// Everybody's notes after a number, and the highest number seen.
    pub(crate) async fn mailbox(&self, hospital: HospitalId, after: u64) -> Result<(Vec<Note>, u64), WalletError> {
        let (mut all, mut last) = (Vec::new(), after);
        loop {
            let answer = self.ask::<Mailbox>(hospital, MailboxRequest::Fetch { after: last }).await?;
            let MailboxAnswer::Notes(page) = answer else { return Ok((all, last)) };
            let Some(highest) = page.iter().map(|(number, _)| *number).max().filter(|highest| *highest > last) else {
                return Ok((all, last));
            };
            last = highest;
            all.extend(page.into_iter().map(|(_, note)| note));
        }
    }
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("network", &self.network).finish_non_exhaustive()
    }
}

fn certificate(answer: AuthorityAnswer) -> Result<Certificate, WalletError> {
    match answer {
        AuthorityAnswer::Certificate(certificate) => Ok(*certificate),
        _ => Err(WalletError::Authority(AuthorityRefusal::Unavailable)),
    }
}

/// Receives a file, complete or not at all; what an earlier attempt left is gone on from. Whether it is the right one is
/// for the checks against the ledger to say.
async fn receive_file(channel: &mut Channel, length: u64, path: &Path) -> Result<(), WalletError> {
    let partial = path.with_extension("part");
    let failed = |error| file_error(&partial, error);
    let mut file = OpenOptions::new().create(true).append(true).open(&partial).await.map_err(failed)?;
    let mut held = file.metadata().await.map_err(failed)?.len();
    if held > length {
        file.set_len(0).await.map_err(failed)?;
        held = 0;
    }
    let mut incoming = Incoming::begin(channel, held, length).await?;
    let arrived = loop {
        match incoming.next().await {
            Ok(Some(part)) => file.write_all(&part).await.map_err(failed)?,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    file.sync_all().await.map_err(failed)?;
    arrived?;
    tokio::fs::rename(&partial, path).await.map_err(failed)?;
    let stored = path.to_owned();
    let root = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(&stored).map_err(|error| file_error(&stored, error))?;
        Ok::<_, WalletError>(content_root(&mut file)?.0)
    });
    if let Ok(Ok(root)) = root.await {
        // Courtesy: the hospital has lost nothing if this does not arrive.
        let _ = transfer::acknowledge(channel, root).await;
    }
    Ok(())
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

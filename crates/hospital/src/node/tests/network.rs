//! The network the stories are told on.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carekey_authority::{AuthorityConfig, AuthorityService, RegistrarKeys};
use carekey_crypto::{Digest, Note, SealOptions, Secret32, SecretKey, open_note, seal_record, test_rng};
use carekey_network::deposits::{DepositAnswer, DepositRefusal, DepositRequest, Deposits};
use carekey_network::ledger::{Submit, SubmitAnswer};
use carekey_network::records::*;
use carekey_network::transfer::{self, Incoming};
use carekey_network::{NetworkError, Node, NodeKey, NodeLimits, PeerId};
use carekey_protocol::access::{AccessBody, AccessRequest, Refusal};
use carekey_protocol::deposit::{Deposit, Escrow, OwnerOperation, RecordAccess};
use carekey_protocol::derive::{claim_hash, derive_claim, derive_erasure, erasure_commitment, rho};
use carekey_protocol::enrolment::{EnrolmentOffer, EnrolmentRequest, code_digest};
use carekey_protocol::genesis::{SUITE, Seal};
use carekey_protocol::pass::{PassTerms, Scope, Target};
use carekey_protocol::pseudonym::{PseudonymCertificate, PseudonymRequest, pseudonym_secret};
use carekey_protocol::receipt::{Receipt, ReceiptBatch};
use carekey_protocol::transaction::{AnchorBody, KIND_ANCHOR, KIND_RECEIPT};
use carekey_protocol::upload::{UploadDraft, UploadTicket};
use carekey_protocol::{
    AuthorityId, BlobId, BlockHeight, Body, Certificate, Genesis, HospitalId, HospitalRegistration, RecordRef, Role,
    Text, Transaction, TxId, UnixMillis, decode,
};

use crate::{Hospital, HospitalConfig, HospitalKeys, RecordStore, Timing};

pub(super) const NORTH: HospitalId = HospitalId([0, 0, 1]);
pub(super) const SOUTH: HospitalId = HospitalId([0, 0, 2]);

/// Nothing in these stories takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn clock() -> UnixMillis {
    UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as u64)
}

pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("happens soon")
}

pub(super) struct Network {
    dir: tempfile::TempDir,
    /// Where North's records end up; South keeps its own in the folder.
    records: RecordStore,
    pub(super) genesis: Genesis,
    authority_keys: (RegistrarKeys, SecretKey),
    pub(super) authority: AuthorityService,
    pub(super) north: Hospital,
    pub(super) south: Hospital,
    /// A wallet's node.
    pub(super) wallet: Node,
}

pub(super) fn keys_of(hospital: HospitalId) -> HospitalKeys {
    HospitalKeys::derive(&Secret32::from_bytes([hospital.0[2]; 32]))
}

impl Network {
    pub(super) async fn start() -> Self {
        Self::start_with(RecordStore::Folder).await
    }

    pub(super) async fn start_with(records: RecordStore) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut rng = test_rng(1);
        let authority_key = SecretKey::generate(&mut rng);
        let authority_peer = SecretKey::generate(&mut rng);
        let registration = |id: HospitalId, name: &str, voting_power| HospitalRegistration {
            id,
            name: Text::truncated(name),
            ledger_key: keys_of(id).ledger.public(),
            peer_key: keys_of(id).peer.public(),
            voting_power,
        };
        let genesis = Genesis {
            suite: SUITE,
            name: Text::truncated("Test"),
            authority: AuthorityId([0, 1]),
            authority_key: authority_key.public(),
            authority_peer_key: authority_peer.public(),
            seal: Seal::Quorum,
            hospitals: vec![registration(NORTH, "North", 1), registration(SOUTH, "South", 0)],
            founded: UnixMillis(1),
        };
        let database = Secret32::from_bytes([9; 32]);
        let authority_keys = (RegistrarKeys { authority: authority_key, database }, authority_peer);
        let authority = start_authority(dir.path(), &genesis, &authority_keys).await;
        let north = start_hospital(dir.path(), &genesis, NORTH, records.clone()).await;
        let south = start_hospital(dir.path(), &genesis, SOUTH, RecordStore::Folder).await;
        let wallet = Node::start(&NodeKey::generate(&mut rng), &[], NodeLimits::wallet()).await.expect("starts");
        let network = Self { dir, records, genesis, authority_keys, authority, north, south, wallet };
        network.acquaint().await;
        network
    }

    /// Everybody learns where everybody lives.
    async fn acquaint(&self) {
        let (authority, north, south) = (self.authority.address(), self.north.address(), self.south.address());
        self.authority.remember(north.clone()).await;
        self.authority.remember(south.clone()).await;
        for hospital in [&self.north, &self.south] {
            hospital.remember(authority.clone()).await;
            hospital.remember(north.clone()).await;
            hospital.remember(south.clone()).await;
        }
        for peer in [authority, north, south] {
            self.wallet.remember(peer).await;
        }
    }

    pub(super) async fn restart_north(&mut self) {
        self.north.stop().await;
        self.north = start_hospital(self.dir.path(), &self.genesis, NORTH, self.records.clone()).await;
        self.acquaint().await;
    }

    pub(super) async fn restart_south(&mut self) {
        self.south.stop().await;
        self.south = start_hospital(self.dir.path(), &self.genesis, SOUTH, RecordStore::Folder).await;
        self.acquaint().await;
    }

    pub(super) async fn restart_authority(&mut self) {
        self.authority.stop().await;
        self.authority = start_authority(self.dir.path(), &self.genesis, &self.authority_keys).await;
        self.acquaint().await;
    }

    /// Where hospital North keeps a sealed record.
    pub(super) fn file_of(&self, blob: &BlobId) -> std::path::PathBuf {
        self.north.archive().records.path(blob)
    }

    /// Enrols somebody endorsed by North.
    pub(super) fn enrol(&self, number: u64, role: Role) -> Person {
        let mut rng = test_rng(1000 + number);
        let network = self.genesis.network_id();
        let (identity, receiving, base) =
            (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let expansion = Secret32::generate(&mut rng);
        let code = format!("CODE{number}");
        let offer = EnrolmentOffer {
            code: code_digest(&code),
            role,
            name: Text::truncated("Somebody"),
            specialty: Text::default(),
            hospital: NORTH,
            expires: UnixMillis::MAX,
        };
        let registrar = self.authority.registrar();
        registrar.lodge_offer(&offer, &self.north.sign_offer(&offer)).expect("lodged");
        let request = EnrolmentRequest::new(
            network,
            Text::truncated(&code),
            &identity,
            receiving.public(),
            base.public(),
            expansion.clone(),
        );
        let certificate = registrar.enrol(&request, clock()).expect("enrolled");
        let request = PseudonymRequest::new(network, certificate.body.id, clock(), &identity);
        let pseudonyms = registrar.issue_pseudonyms(&request, clock()).expect("issued");
        Person { network, identity, receiving, base, expansion, certificate, pseudonyms }
    }

    /// Hands a transaction in at a hospital and waits until North has it in a block.
    pub(super) async fn record(&self, at: HospitalId, transaction: Transaction) -> BlockHeight {
        let answer = self.submit(at, transaction.clone()).await;
        assert!(matches!(answer, SubmitAnswer::Received | SubmitAnswer::Known(_)), "{answer:?}");
        let mut head = self.north.head();
        soon(async {
            loop {
                if let Some(location) = self.north.ledger().location(&transaction.id()).expect("readable") {
                    return location.height;
                }
                head.changed().await.expect("North runs");
            }
        })
        .await
    }

    pub(super) async fn submit(&self, at: HospitalId, transaction: Transaction) -> SubmitAnswer {
        soon(self.wallet.request::<Submit>(self.peer(at), transaction)).await.expect("answered")
    }

    pub(super) fn peer(&self, hospital: HospitalId) -> PeerId {
        if hospital == NORTH { self.north.address().peer_id } else { self.south.address().peer_id }
    }

    pub(super) async fn own(&self, operation: OwnerOperation) -> Result<DepositAnswer, DepositRefusal> {
        let request = DepositRequest::Owner(operation);
        soon(self.wallet.request::<Deposits>(self.peer(NORTH), request)).await.expect("answered")
    }

    pub(super) async fn upload(&self, sealed: &Sealed) -> Result<(), NetworkError> {
        let mut channel = self.wallet.open_stream(self.peer(NORTH), UPLOAD).await?;
        channel.send(&UploadRequest { ticket: sealed.ticket.clone() }, MESSAGE_BYTES_MAX).await?;
        match channel.receive::<UploadAnswer>(MESSAGE_BYTES_MAX).await? {
            UploadAnswer::Complete => Ok(()),
            UploadAnswer::Refused(refusal) => panic!("refused: {refusal}"),
            UploadAnswer::Send => {
                let mut source = std::io::Cursor::new(&sealed.bytes);
                let (length, root) = (sealed.bytes.len() as u64, &sealed.ticket.content_root);
                transfer::send(&mut channel, &mut source, length, root, |_| {}).await
            }
        }
    }

    /// Asks North for a record. The bytes are not checked.
    pub(super) async fn access(&self, body: AccessBody, reader: &Person) -> Result<(Escrow, Vec<u8>), Refusal> {
        let asked = self.ask(body, reader, None);
        soon(asked).await.expect("answered")
    }

    /// Asks North, with the request of an earlier stream if there is one.
    pub(super) async fn ask(
        &self,
        body: AccessBody,
        reader: &Person,
        captured: Option<AccessRequest>,
    ) -> Result<Result<(Escrow, Vec<u8>), Refusal>, NetworkError> {
        let mut channel = self.wallet.open_stream(self.peer(NORTH), ACCESS).await?;
        let AccessChallenge(challenge) = channel.receive(MESSAGE_BYTES_MAX).await?;
        let request = captured.unwrap_or_else(|| AccessRequest::new(body, &challenge, &NORTH, &reader.identity));
        channel.send(&request, MESSAGE_BYTES_MAX).await?;
        match channel.receive::<AccessAnswer>(ANSWER_BYTES_MAX).await? {
            AccessAnswer::Record { escrow, sealed_bytes } => {
                let mut bytes = Vec::new();
                let mut incoming = Incoming::begin(&mut channel, 0, sealed_bytes).await?;
                while let Some(part) = incoming.next().await? {
                    bytes.extend(part);
                }
                let root = carekey_crypto::content_root(&mut bytes.as_slice()).map_or(Digest::ZERO, |(root, _)| root);
                transfer::acknowledge(&mut channel, root).await?;
                Ok(Ok((escrow, bytes)))
            }
            AccessAnswer::Refused(refusal) => Ok(Err(refusal)),
            answer => panic!("{answer:?}"),
        }
    }

    /// The receipts on North's ledger for that person.
    pub(super) fn receipts_for(&self, person: &Person) -> Vec<Receipt> {
        let reader = self.north.ledger();
        let head = reader.head().expect("readable").header.height;
        let mut receipts = Vec::new();
        for height in 1..=head.0 {
            let block = reader.block(BlockHeight(height)).expect("readable").expect("there");
            for transaction in block.transactions.iter().filter_map(carekey_ledger::BlockEntry::transaction) {
                let Body::Receipt(note) = &transaction.body else { continue };
                let Some(plaintext) = open_note(&person.receiving, KIND_RECEIPT, note).expect("sound") else {
                    continue;
                };
                let batch: ReceiptBatch = decode(&plaintext).expect("a batch");
                let key = keys_of(batch.hospital).ledger.public();
                batch.verify(self.genesis.network_id(), &key).expect("signed by the hospital");
                receipts.extend(batch.receipts);
            }
        }
        receipts
    }

    pub(super) async fn receipts_until(&self, person: &Person, count: usize) -> Vec<Receipt> {
        let mut head = self.north.head();
        soon(async {
            loop {
                let receipts = self.receipts_for(person);
                if receipts.len() >= count {
                    return receipts;
                }
                head.changed().await.expect("North runs");
            }
        })
        .await
    }

    /// What North was started with.
    pub(super) fn config_of_north(&self) -> HospitalConfig {
        HospitalConfig { records: self.records.clone(), ..config(self.dir.path(), &self.genesis, NORTH) }
    }

    pub(super) async fn stop(self) {
        self.wallet.shut_down().await;
        self.north.stop().await;
        self.south.stop().await;
        self.authority.stop().await;
    }
}

async fn start_authority(dir: &Path, genesis: &Genesis, keys: &(RegistrarKeys, SecretKey)) -> AuthorityService {
    let config = AuthorityConfig {
        dir: dir.join("authority"),
        keys: keys.0.clone(),
        peer: keys.1.clone(),
        genesis: genesis.clone(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")],
        hospitals: Vec::new(),
        clock,
    };
    AuthorityService::start(config).await.expect("the authority starts")
}

async fn start_hospital(dir: &Path, genesis: &Genesis, hospital: HospitalId, records: RecordStore) -> Hospital {
    Hospital::start(HospitalConfig { records, ..config(dir, genesis, hospital) }).await.expect("the hospital starts")
}

pub(super) fn config(dir: &Path, genesis: &Genesis, hospital: HospitalId) -> HospitalConfig {
    HospitalConfig {
        dir: dir.join(hospital.to_string()),
        genesis: genesis.clone(),
        hospital,
        keys: keys_of(hospital),
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")],
        peers: Vec::new(),
        timing: Timing::default(),
        records: RecordStore::Folder,
        clock,
    }
}

/// A registered participant with a supply of pseudonyms.
pub(super) struct Person {
    network: carekey_protocol::NetworkId,
    pub(super) identity: SecretKey,
    pub(super) receiving: SecretKey,
    base: SecretKey,
    expansion: Secret32,
    pub(super) certificate: Certificate,
    pseudonyms: Vec<PseudonymCertificate>,
}

impl Person {
    /// A transaction under the pseudonym of that number.
    pub(super) fn sign(&self, pseudonym: usize, body: Body) -> Transaction {
        let PseudonymCertificate { index, epoch, signature } = self.pseudonyms[pseudonym];
        let key = pseudonym_secret(&self.base, &self.expansion, index).expect("a key");
        Transaction::by_pseudonym(self.network, body, &key, epoch, signature)
    }
}

/// A sealed record, its anchor, and a grant of it alone.
pub(super) struct Sealed {
    pub(super) bytes: Vec<u8>,
    pub(super) ticket: UploadTicket,
    pub(super) anchor: Body,
    pub(super) erasure: Secret32,
    pub(super) claim: Secret32,
    key: Secret32,
    authorisation: SecretKey,
    x: Digest,
}

/// The patient reveals it to end the grant.
pub(super) const SIGMA: [u8; 32] = [8; 32];

impl Sealed {
    pub(super) fn new(network: &Network, number: u8, length: usize, author: &Person, patient: &Person) -> Self {
        let mut rng = test_rng(u64::from(number) + 50);
        let (mut bytes, plaintext) = (Vec::new(), vec![number; length]);
        let sign = |root: &Digest| author.identity.sign("test", &[root.as_ref()]);
        let sealed = seal_record(&mut rng, b"", &mut plaintext.as_slice(), &mut bytes, SealOptions::default(), sign)
            .expect("sealed");
        let owner_secret = Secret32::generate(&mut rng);
        let (claim, erasure) = (derive_claim(&owner_secret), derive_erasure(&owner_secret));
        let draft = UploadDraft {
            blob: BlobId([number; 16]),
            sealed_bytes: bytes.len() as u64,
            content_root: sealed.summary.content_root,
            claim_hash: claim_hash(&claim),
            erasure: erasure_commitment(erasure.expose()),
            certificate: author.certificate.clone(),
        };
        let ticket = UploadTicket::new(network.genesis.network_id(), &NORTH, draft, &author.identity);
        let note: Note = carekey_crypto::seal_note(
            &SecretKey::generate(&mut rng),
            &patient.receiving.public(),
            KIND_ANCHOR,
            b"a record",
        )
        .expect("fits");
        let reference = RecordRef([number; 16]);
        let anchor =
            Body::Anchor(AnchorBody { reference, anchor_hash: Digest([number; 32]), erasure: ticket.erasure, note });
        let access = RecordAccess::derive(&Secret32::from_bytes([number; 32]), &NORTH, &reference);
        let authorisation = SecretKey::generate(&mut rng);
        Self { bytes, ticket, anchor, erasure, claim, key: sealed.key, authorisation, x: access.x }
    }

    pub(super) fn deposit(&self, patient: &Person, retain_until: UnixMillis) -> OwnerOperation {
        let reference = RecordRef(self.ticket.blob.0);
        let kt = Secret32::from_bytes([reference.0[0]; 32]);
        let deposit = Deposit {
            x: self.x,
            escrow: RecordAccess::derive(&kt, &NORTH, &reference).lock(&TxId::default(), &self.key),
            authorisation: self.authorisation.public(),
            blob: self.ticket.blob,
            receipts_to: patient.receiving.public(),
            retain_until,
            erasure: self.erasure.clone(),
            catalogue: None,
        };
        OwnerOperation::Deposit { deposit: Box::new(deposit), claim: self.claim.clone() }
    }

    /// What a reader with a pass shows.
    pub(super) fn body(&self, reader: &Person) -> AccessBody {
        let terms = PassTerms {
            target: Target::Record(self.x),
            grantee: reader.identity.public(),
            scope: Scope::Read,
            not_before: UnixMillis(0),
            not_after: UnixMillis::MAX,
            rho: rho(&SIGMA),
        };
        AccessBody {
            authorised: terms.sign(&self.authorisation),
            terms,
            item: None,
            purpose: Text::truncated("Follow-up"),
            certificate: reader.certificate.clone(),
        }
    }
}

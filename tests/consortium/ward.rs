//! A patient with a record at each hospital, granted to a doctor several times; all of the grants but one have ended.

use std::sync::atomic::{AtomicUsize, Ordering};

use carekey_crypto::{Digest, SealOptions, Secret32, SecretKey, content_root, seal_record, test_rng};
use carekey_network::NetworkError;
use carekey_network::deposits::{DepositAnswer, DepositRefusal, DepositRequest, Deposits};
use carekey_network::records::*;
use carekey_network::transfer::{self, Incoming};
use carekey_protocol::access::{AccessBody, AccessRequest, Refusal};
use carekey_protocol::deposit::{Deposit, OwnerOperation, RecordAccess};
use carekey_protocol::derive::{claim_hash, derive_claim, derive_erasure, erasure_commitment, rho};
use carekey_protocol::pass::{PassTerms, Scope, Target};
use carekey_protocol::upload::{UploadDraft, UploadTicket};
use carekey_protocol::{BlobId, Body, Certificate, RecordRef, Role, Text, TxId, UnixMillis};

use crate::client::{Client, soon};

/// Ends all grants but the first.
const SIGMA: [u8; 32] = [8; 32];

/// Would end the first; nobody reveals it.
const SECRET_SIGMA: [u8; 32] = [9; 32];

/// The grant that is good.
const GOOD: usize = 0;

/// Grants of each record. A hospital forgets an ended one when it refuses it, so that each serves one check.
const GRANTS: usize = 6;

const RECORD_BYTES: usize = 50_000;

pub(crate) struct Ward {
    doctor: SecretKey,
    certificate: Certificate,
    /// One a hospital.
    records: Vec<Record>,
    /// The ended grant that the last check used.
    used: AtomicUsize,
}

struct Record {
    bytes: Vec<u8>,
    grants: Vec<Grant>,
}

struct Grant {
    authorisation: SecretKey,
    x: Digest,
}

impl Ward {
    /// Brings a record to each hospital, grants it, and ends the grants but one.
    pub(crate) async fn open(client: &Client, hospitals: &[usize]) -> Self {
        let mut rng = test_rng(70);
        let (doctor, receiving) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let certificate = client.certificate(1, Role::Doctor, &doctor, &receiving);
        let mut ward = Self { doctor, certificate, records: Vec::new(), used: AtomicUsize::new(GOOD) };
        for hospital in hospitals {
            let record = ward.deposit(client, *hospital).await;
            ward.records.push(record);
            let read = ward.read(client, *hospital, GRANTS - 1, &SIGMA).await;
            assert!(read.is_ok(), "a grant is good until it ends: {:?}", read.err());
        }
        let end = client.sign(71, Body::Revoke(SIGMA));
        client.submit(hospitals[0], &end).await.unwrap();
        for hospital in hospitals {
            client.is_final_at(*hospital, &end).await;
        }
        ward.holds(client, hospitals).await;
        ward
    }

    /// What has ended opens nothing, the good grant everything.
    pub(crate) async fn holds(&self, client: &Client, hospitals: &[usize]) {
        let ended = self.used.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(ended < GRANTS, "more grants are needed");
        for hospital in hospitals {
            let refused = self.read(client, *hospital, ended, &SIGMA).await.err();
            assert_eq!(refused, Some(Refusal::Revoked), "hospital {hospital} serves an access that was revoked");
            let read = self.read(client, *hospital, GOOD, &SECRET_SIGMA).await;
            assert_eq!(read.as_ref(), Ok(&self.records[*hospital].bytes), "hospital {hospital} lost a record");
        }
    }

    /// At a hospital that has lost everything nobody has access, whatever was granted.
    pub(crate) async fn is_gone(&self, client: &Client, hospital: usize) {
        assert!(self.read(client, hospital, GOOD, &SECRET_SIGMA).await.is_err());
        assert!(self.read(client, hospital, GRANTS - 1, &SIGMA).await.is_err());
    }

    async fn deposit(&self, client: &Client, hospital: usize) -> Record {
        let (id, peer) = client.hospitals[hospital];
        let number = hospital as u8 + 1;
        let mut rng = test_rng(80 + u64::from(number));
        let sign = |root: &Digest| self.doctor.sign("test", &[root.as_ref()]);
        let (mut bytes, plaintext) = (Vec::new(), vec![number; RECORD_BYTES]);
        let sealed =
            seal_record(&mut rng, b"", &mut plaintext.as_slice(), &mut bytes, SealOptions::default(), sign).unwrap();
        let owner = Secret32::generate(&mut rng);
        let (claim, erasure) = (derive_claim(&owner), derive_erasure(&owner));
        let draft = UploadDraft {
            blob: BlobId([number; 16]),
            sealed_bytes: bytes.len() as u64,
            content_root: sealed.summary.content_root,
            claim_hash: claim_hash(&claim),
            erasure: erasure_commitment(erasure.expose()),
            certificate: self.certificate.clone(),
        };
        let ticket = UploadTicket::new(client.network, &id, draft, &self.doctor);
        let blob = ticket.blob;
        soon("an upload", upload(client, hospital, ticket, &bytes)).await.unwrap();

        let mut grants = Vec::new();
        for grant in 0..GRANTS {
            let reference = RecordRef([number; 16]);
            let access = RecordAccess::derive(&Secret32::from_bytes([number << 4 | grant as u8; 32]), &id, &reference);
            let authorisation = SecretKey::generate(&mut rng);
            let deposit = Deposit {
                x: access.x,
                escrow: access.lock(&TxId::default(), &sealed.key),
                authorisation: authorisation.public(),
                blob,
                receipts_to: SecretKey::generate(&mut rng).public(),
                retain_until: UnixMillis::MAX,
                erasure: erasure.clone(),
                catalogue: None,
            };
            let operation = OwnerOperation::Deposit { deposit: Box::new(deposit), claim: claim.clone() };
            let asked = client.node.request::<Deposits>(peer, DepositRequest::Owner(operation));
            let deposited: Result<DepositAnswer, DepositRefusal> = soon("a deposit", asked).await.unwrap();
            deposited.unwrap();
            grants.push(Grant { authorisation, x: access.x });
        }
        Record { bytes, grants }
    }

    async fn read(&self, client: &Client, hospital: usize, grant: usize, sigma: &[u8; 32]) -> Result<Vec<u8>, Refusal> {
        let Grant { authorisation, x } = &self.records[hospital].grants[grant];
        let terms = PassTerms {
            target: Target::Record(*x),
            grantee: self.doctor.public(),
            scope: Scope::Read,
            not_before: UnixMillis(0),
            not_after: UnixMillis::MAX,
            rho: rho(sigma),
        };
        let body = AccessBody {
            authorised: terms.sign(authorisation),
            terms,
            item: None,
            purpose: Text::truncated("Follow-up"),
            certificate: self.certificate.clone(),
        };
        soon("an answer to a reader", self.ask(client, hospital, body)).await.unwrap()
    }

    async fn ask(
        &self,
        client: &Client,
        hospital: usize,
        body: AccessBody,
    ) -> Result<Result<Vec<u8>, Refusal>, NetworkError> {
        let (id, peer) = client.hospitals[hospital];
        let mut channel = client.node.open_stream(peer, ACCESS).await?;
        let AccessChallenge(challenge) = channel.receive(MESSAGE_BYTES_MAX).await?;
        let request = AccessRequest::new(body, &challenge, &id, &self.doctor);
        channel.send(&request, MESSAGE_BYTES_MAX).await?;
        match channel.receive::<AccessAnswer>(ANSWER_BYTES_MAX).await? {
            AccessAnswer::Record { sealed_bytes, .. } => {
                let mut bytes = Vec::new();
                let mut incoming = Incoming::begin(&mut channel, 0, sealed_bytes).await?;
                while let Some(part) = incoming.next().await? {
                    bytes.extend(part);
                }
                let (root, _) = content_root(&mut bytes.as_slice()).unwrap();
                transfer::acknowledge(&mut channel, root).await?;
                Ok(Ok(bytes))
            }
            AccessAnswer::Refused(refusal) => Ok(Err(refusal)),
            answer => panic!("{answer:?}"),
        }
    }
}

async fn upload(client: &Client, hospital: usize, ticket: UploadTicket, bytes: &[u8]) -> Result<(), NetworkError> {
    let mut channel = client.node.open_stream(client.peer(hospital), UPLOAD).await?;
    let (length, root) = (ticket.sealed_bytes, ticket.content_root);
    channel.send(&UploadRequest { ticket }, MESSAGE_BYTES_MAX).await?;
    match channel.receive::<UploadAnswer>(MESSAGE_BYTES_MAX).await? {
        UploadAnswer::Complete => Ok(()),
        UploadAnswer::Refused(refusal) => panic!("refused: {refusal}"),
        UploadAnswer::Send => {
            transfer::send(&mut channel, &mut std::io::Cursor::new(bytes), length, &root, |_| {}).await
        }
    }
}

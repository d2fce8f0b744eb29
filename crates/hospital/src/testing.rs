//! A small hospital for the tests: one authority, one patient, one doctor, a ledger that is a few sets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use carekey_crypto::{Digest, PublicKey, SealOptions, Secret32, SecretKey, seal_record, test_rng};
use carekey_protocol::access::{AccessBody, AccessRequest};
use carekey_protocol::catalogue::{CatalogueItem, CatalogueOperation, SealedEntry, SignedOperation};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::deposit::{Deposit, RecordAccess};
use carekey_protocol::derive::{
    claim_hash, derive_catalogue_handle, derive_claim, derive_erasure, derive_kt, erasure_commitment, rho,
};
use carekey_protocol::pass::{PassTerms, Scope, Target};
use carekey_protocol::pseudonym::{PseudonymCertificate, certify_pseudonym, epoch_at, pseudonym_public};
use carekey_protocol::upload::{UploadDraft, UploadTicket};
use carekey_protocol::{
    AuthorityId, BlobId, Certificate, CertificateSerial, Collection, HospitalId, NetworkId, ParticipantId, RecordRef,
    Role, Text, TxId, UnixMillis,
};

use crate::archive::{Archive, HospitalKeys, Place};
use crate::facts::{FactError, LedgerFacts};
use crate::records::{Begun, RecordStore};

pub(crate) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
pub(crate) const HOSPITAL: HospitalId = HospitalId([0, 0, 1]);
pub(crate) const NETWORK: NetworkId = NetworkId(Digest([7; 32]));

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) revoked: Mutex<BTreeSet<Digest>>,
    pub(crate) certificates: Mutex<BTreeSet<CertificateSerial>>,
    pub(crate) erased: Mutex<BTreeSet<Digest>>,
    pub(crate) anchors: Mutex<BTreeMap<Digest, TxId>>,
    pub(crate) last: Mutex<BTreeSet<TxId>>,
    pub(crate) broken: Mutex<bool>,
}

impl Ledger {
    fn ask<T>(&self, answer: T) -> Result<T, FactError> {
        if *self.broken.lock().unwrap() { Err("the disk is gone".into()) } else { Ok(answer) }
    }
}

impl LedgerFacts for Ledger {
    fn revoked(&self, rho: &Digest) -> Result<bool, FactError> {
        self.ask(self.revoked.lock().unwrap().contains(rho))
    }
    fn certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, FactError> {
        self.ask(self.certificates.lock().unwrap().contains(&serial))
    }
    fn erased(&self, commitment: &Digest) -> Result<bool, FactError> {
        self.ask(self.erased.lock().unwrap().contains(commitment))
    }
    fn anchor_with(&self, commitment: &Digest) -> Result<Option<TxId>, FactError> {
        self.ask(self.anchors.lock().unwrap().get(commitment).copied())
    }
    fn is_final(&self, transaction: &TxId) -> Result<bool, FactError> {
        self.ask(self.last.lock().unwrap().contains(transaction))
    }
}

/// A sealed record and everything its owner knows.
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ticket: UploadTicket,
    pub(crate) key: Secret32,
    pub(crate) owner_secret: Secret32,
    pub(crate) reference: RecordRef,
}

impl Sealed {
    pub(crate) fn claim(&self) -> Secret32 {
        derive_claim(&self.owner_secret)
    }
}

pub(crate) struct Scene {
    pub(crate) authority: SecretKey,
    pub(crate) keys: HospitalKeys,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) patient: SecretKey,
    /// a_P.
    pub(crate) patient_receiving: SecretKey,
    pub(crate) doctor: SecretKey,
    /// E_{c,e} and the collection's authorisation key.
    pub(crate) epoch_secret: Secret32,
    pub(crate) authorisation: SecretKey,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let mut rng = test_rng(1);
        let mut key = || SecretKey::generate(&mut rng);
        Self {
            authority: key(),
            patient: key(),
            patient_receiving: key(),
            doctor: key(),
            authorisation: key(),
            keys: HospitalKeys::derive(&Secret32::from_bytes([3; 32])),
            ledger: Arc::default(),
            epoch_secret: Secret32::from_bytes([4; 32]),
        }
    }

    pub(crate) fn archive(&self, dir: &Path) -> Archive {
        self.archive_with(dir, &RecordStore::Folder)
    }

    pub(crate) fn archive_with(&self, dir: &Path, store: &RecordStore) -> Archive {
        let place = Place { network: NETWORK, authority: self.authority.public(), hospital: HOSPITAL };
        let ledger = |_: &Arc<crate::Index>| Arc::clone(&self.ledger) as Arc<dyn LedgerFacts>;
        let archive = Archive::open(dir, place, self.keys.clone(), store, ledger).expect("the archive opens");
        let (base, expansion) = (self.keys.pseudonym().public(), self.keys.expansion());
        let batch = (0..200).map(|index| {
            let (key, epoch) = (pseudonym_public(&base, &expansion, index).unwrap(), epoch_at(NOW));
            let signature = certify_pseudonym(&self.authority, NETWORK, &key, epoch);
            PseudonymCertificate { index, epoch, signature }
        });
        archive.add_pseudonyms(batch.collect()).expect("kept");
        archive
    }

    pub(crate) fn certificate(&self, serial: u64, identity: &PublicKey, role: Role) -> Certificate {
        let body = CertificateBody {
            serial: CertificateSerial(serial),
            network: NETWORK,
            id: ParticipantId::new(AuthorityId([0, 1]), HOSPITAL, identity),
            identity: *identity,
            receiving: self.patient_receiving.public(),
            role,
            name: Text::truncated("Someone"),
            specialty: Text::default(),
            hospital: HOSPITAL,
            valid_from: UnixMillis(0),
            valid_until: UnixMillis::MAX,
        };
        Certificate::issue(body, &self.authority)
    }

    pub(crate) fn doctor_certificate(&self) -> Certificate {
        self.certificate(2, &self.doctor.public(), Role::Doctor)
    }

    /// A record of `length` bytes, sealed by the doctor for this hospital.
    pub(crate) fn seal(&self, number: u8, length: usize) -> Sealed {
        let mut rng = test_rng(u64::from(number) + 100);
        let mut bytes = Vec::new();
        let plaintext = vec![number; length];
        let sign = |root: &Digest| self.doctor.sign("test", &[root.as_ref()]);
        let sealed =
            seal_record(&mut rng, b"meta", &mut plaintext.as_slice(), &mut bytes, SealOptions::default(), sign)
                .expect("seals");
        let owner_secret = Secret32::from_bytes([number; 32]);
        let draft = UploadDraft {
            blob: BlobId([number; 16]),
            sealed_bytes: bytes.len() as u64,
            content_root: sealed.summary.content_root,
            claim_hash: claim_hash(&derive_claim(&owner_secret)),
            erasure: erasure_commitment(derive_erasure(&owner_secret).expose()),
            certificate: self.doctor_certificate(),
        };
        let ticket = UploadTicket::new(NETWORK, &HOSPITAL, draft, &self.doctor);
        Sealed { bytes, ticket, key: sealed.key, owner_secret, reference: RecordRef([number; 16]) }
    }

    pub(crate) fn upload(&self, archive: &Archive, sealed: &Sealed) {
        match archive.begin_upload(&sealed.ticket, NOW).expect("the ticket is accepted") {
            Begun::Complete => {}
            Begun::Receiving(mut upload) => {
                let rest = &sealed.bytes[upload.offset() as usize..];
                upload.append(rest, NOW).expect("written");
                upload.finish(NOW).expect("whole");
            }
        }
    }

    pub(crate) fn handle(&self) -> Digest {
        derive_catalogue_handle(&self.epoch_secret)
    }

    pub(crate) fn operation(&self, operation: CatalogueOperation) -> SignedOperation {
        SignedOperation::new(&HOSPITAL, self.handle(), operation, &self.authorisation)
    }

    pub(crate) fn open(&self) -> SignedOperation {
        let owner = Box::new(self.certificate(1, &self.patient.public(), Role::Person));
        self.operation(CatalogueOperation::Open { owner })
    }

    pub(crate) fn deposit(&self, sealed: &Sealed, kt: &Secret32, catalogue: Option<Digest>) -> Deposit {
        let access = RecordAccess::derive(kt, &HOSPITAL, &sealed.reference);
        Deposit {
            x: access.x,
            escrow: access.lock(&TxId(Digest([9; 32])), &sealed.key),
            authorisation: self.authorisation.public(),
            blob: sealed.ticket.blob,
            receipts_to: self.patient_receiving.public(),
            retain_until: UnixMillis::MAX,
            erasure: derive_erasure(&sealed.owner_secret),
            catalogue,
        }
    }

    pub(crate) fn append(&self, sealed: &Sealed) -> SignedOperation {
        let nonce = [sealed.ticket.blob.0[0]; 16];
        let deposit = self.deposit(sealed, &derive_kt(&self.epoch_secret, &nonce), Some(self.handle()));
        let item = CatalogueItem {
            reference: sealed.reference,
            blind: Secret32::from_bytes([5; 32]),
            title: Text::truncated("Letter"),
            media_type: Text::truncated("text/plain"),
            category: Collection::Heart,
            document_time: NOW,
            author: CertificateSerial(2),
            sealed_bytes: sealed.bytes.len() as u64,
        };
        let entry = SealedEntry::seal(&self.epoch_secret, deposit.x, nonce, &item);
        self.operation(CatalogueOperation::Append { entry, deposit: Box::new(deposit), claim: sealed.claim() })
    }

    pub(crate) fn terms(&self, target: Target) -> PassTerms {
        PassTerms {
            target,
            grantee: self.doctor.public(),
            scope: Scope::Read,
            not_before: UnixMillis(0),
            not_after: UnixMillis::MAX,
            rho: rho(&[8; 32]),
        }
    }

    pub(crate) fn body(&self, target: Target, item: Option<Digest>) -> AccessBody {
        let terms = self.terms(target);
        AccessBody {
            authorised: terms.sign(&self.authorisation),
            terms,
            item,
            purpose: Text::truncated("Follow-up"),
            certificate: self.doctor_certificate(),
        }
    }

    pub(crate) fn ask(
        &self,
        archive: &Archive,
        body: AccessBody,
    ) -> Result<crate::Granted, carekey_protocol::access::Refusal> {
        let challenge = archive.challenge(NOW, &mut test_rng(77));
        let request = AccessRequest::new(body, &challenge, &HOSPITAL, &self.doctor);
        archive.access(&request, &challenge, NOW).expect("the hospital's disk works")
    }
}

/// X of an appended record.
pub(crate) fn x_of(operation: &SignedOperation) -> Digest {
    match &operation.operation {
        CatalogueOperation::Append { entry, .. } => entry.x,
        _ => Digest::ZERO,
    }
}

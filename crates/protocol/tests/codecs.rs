//! Every message that is hashed, signed or sent: whatever bytes arrive, decoding ends, and what it accepts is the one
//! canonical encoding of what it returns.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fmt::Debug;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, NoteKind, Secret32, SecretKey, seal_note, test_rng};
use carekey_protocol::access::{AccessBody, AccessRequest, Challenge, Refusal};
use carekey_protocol::catalogue::{CatalogueItem, CatalogueOperation, SealedEntry, SignedOperation};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::deposit::{Deposit, Escrow, OwnerOperation, RecordAccess};
use carekey_protocol::enrolment::{EnrolmentOffer, EnrolmentRequest, RecoveryRequest, code_digest};
use carekey_protocol::genesis::{SUITE, Seal};
use carekey_protocol::grant::{Outgoing, seal_grant};
use carekey_protocol::message::appointment::{AppointmentMessage, Meeting, Slot, Window};
use carekey_protocol::message::request::{RequestMessage, Wish};
use carekey_protocol::message::{Message, MessageBody, SignedMessage};
use carekey_protocol::pass::{PassDraft, PassSecret, PassTerms, Scope, Target};
use carekey_protocol::pseudonym::{PseudonymCertificate, PseudonymRequest};
use carekey_protocol::receipt::{ReadNotice, Receipt, ReceiptBatch};
use carekey_protocol::record::{RecordMetadata, RecordNotice, SignedNotice};
use carekey_protocol::transaction::{AnchorBody, KIND_ANCHOR, PublicAnnouncement, RegistryChange};
use carekey_protocol::upload::{UploadDraft, UploadTicket};
use carekey_protocol::{
    AuthorityId, BlobId, Body, Certificate, CertificateSerial, Collection, Collections, Genesis, HospitalId,
    HospitalRegistration, MessageId, NetworkId, ParticipantId, Pass, RecordRef, Role, Text, Transaction, TxId,
    UnixMillis, decode, encode,
};
use proptest::prelude::*;

const NETWORK: NetworkId = NetworkId(Digest([7; 32]));
const NORTH: HospitalId = HospitalId([0, 0, 1]);
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// One check, for each type in turn.
trait Check {
    fn check<T: BorshSerialize + BorshDeserialize + PartialEq + Debug>(&mut self, name: &'static str, sample: &T);
}

/// What decodes is canonical; the decoder neither panics nor takes more than it was given.
fn decodes_canonically_or_not<T: BorshSerialize + BorshDeserialize>(name: &str, bytes: &[u8]) {
    if let Ok(value) = decode::<T>(bytes) {
        assert_eq!(encode(&value), bytes, "{name}: a second encoding of the same value was accepted");
    }
}

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut test_rng(seed))
}

fn certificate() -> Certificate {
    let body = CertificateBody {
        serial: CertificateSerial(4),
        network: NETWORK,
        id: ParticipantId::new(AuthorityId([0, 1]), NORTH, &key(2).public()),
        identity: key(2).public(),
        receiving: key(3).public(),
        role: Role::Doctor,
        name: Text::truncated("Dr Lena Öztürk"),
        specialty: Text::truncated("Cardiology"),
        hospital: NORTH,
        valid_from: UnixMillis(1),
        valid_until: UnixMillis::MAX,
    };
    Certificate::issue(body, &key(1))
}

fn registration() -> HospitalRegistration {
    HospitalRegistration {
        id: NORTH,
        name: Text::truncated("North General"),
        ledger_key: key(5).public(),
        peer_key: key(6).public(),
        voting_power: 1,
    }
}

fn terms(target: Target) -> PassTerms {
    PassTerms {
        target,
        grantee: key(2).public(),
        scope: Scope::Read,
        not_before: UnixMillis(0),
        not_after: UnixMillis::MAX,
        rho: Digest([8; 32]),
    }
}

fn pass(secret: PassSecret) -> Pass {
    let draft = PassDraft {
        patient: certificate().body.id,
        patient_name: Text::truncated("Maria"),
        purpose: Text::truncated("Treatment"),
        terms: terms(secret.target()),
        secret,
    };
    Pass::new(NETWORK, draft, &key(7), &key(8))
}

fn deposit() -> Deposit {
    let access = RecordAccess::derive(&Secret32::from_bytes([1; 32]), &NORTH, &RecordRef([2; 16]));
    Deposit {
        x: access.x,
        escrow: access.lock(&TxId(Digest([9; 32])), &Secret32::from_bytes([3; 32])),
        authorisation: key(7).public(),
        blob: BlobId([4; 16]),
        receipts_to: key(3).public(),
        retain_until: UnixMillis::MAX,
        erasure: Secret32::from_bytes([5; 32]),
        catalogue: Some(Digest([6; 32])),
    }
}

fn check_people(check: &mut impl Check) {
    check.check("Certificate", &certificate());
    let offer = EnrolmentOffer {
        code: code_digest("ABCD-EFGH"),
        role: Role::Person,
        name: Text::truncated("Maria"),
        specialty: Text::default(),
        hospital: NORTH,
        expires: NOW,
    };
    check.check("EnrolmentOffer", &offer);
    let expansion = Secret32::from_bytes([2; 32]);
    let code = Text::truncated("ABCD-EFGH");
    let enrolment = EnrolmentRequest::new(NETWORK, code, &key(2), key(3).public(), key(4).public(), expansion);
    check.check("EnrolmentRequest", &enrolment);
    check.check("RecoveryRequest", &RecoveryRequest::new(NETWORK, NOW, &key(2)));
    check.check("PseudonymRequest", &PseudonymRequest::new(NETWORK, certificate().body.id, NOW, &key(2)));
    let signature = key(1).sign("test", &[b"pseudonym"]);
    check.check("PseudonymCertificate", &PseudonymCertificate { index: 3, epoch: 80, signature });
    check.check("HospitalRegistration", &registration());
    let genesis = Genesis {
        suite: SUITE,
        name: Text::truncated("Example"),
        authority: AuthorityId([0, 1]),
        authority_key: key(1).public(),
        authority_peer_key: key(9).public(),
        seal: Seal::Quorum,
        hospitals: vec![registration(), registration()],
        founded: NOW,
    };
    check.check("Genesis", &genesis);
}

fn check_records(check: &mut impl Check) {
    let metadata = RecordMetadata {
        reference: RecordRef([2; 16]),
        patient: certificate().body.id,
        author: certificate(),
        title: Text::truncated("Laboratory"),
        media_type: Text::truncated("application/fhir+json"),
        file_name: Text::truncated("labs.json"),
        category: Collection::Laboratory,
        document_time: NOW,
        written: NOW,
        supersedes: Some(TxId(Digest([1; 32]))),
    };
    check.check("RecordMetadata", &metadata);
    let notice = RecordNotice {
        record_key: Secret32::from_bytes([1; 32]),
        blind: Secret32::from_bytes([2; 32]),
        owner_secret: Secret32::from_bytes([3; 32]),
        content_root: Digest([4; 32]),
        sealed_bytes: 12_345,
        hospital: NORTH,
        blob: BlobId([5; 16]),
        author: CertificateSerial(4),
        category: Collection::Heart,
        document_time: NOW,
        title: Text::truncated("ECG"),
        media_type: Text::truncated("image/png"),
    };
    check.check("RecordNotice", &notice);
    let signed = SignedNotice::new(NETWORK, &certificate().body.id, &RecordRef([2; 16]), notice, &key(2));
    check.check("SignedNotice", &signed);
    let draft = UploadDraft {
        blob: BlobId([5; 16]),
        sealed_bytes: 12_345,
        content_root: Digest([4; 32]),
        claim_hash: Digest([6; 32]),
        erasure: Digest([7; 32]),
        certificate: certificate(),
    };
    check.check("UploadTicket", &UploadTicket::new(NETWORK, &NORTH, draft, &key(2)));
    check.check("Deposit", &deposit());
    check.check("Escrow", &Escrow { z: [1; 32], k: [2; 48] });
    let claim = || Secret32::from_bytes([4; 32]);
    let owner = [
        OwnerOperation::Introduce { certificate: Box::new(certificate()) },
        OwnerOperation::Deposit { deposit: Box::new(deposit()), claim: claim() },
        OwnerOperation::Remove { x: Digest([1; 32]), blob: BlobId([5; 16]), claim: claim() },
    ];
    owner.iter().for_each(|operation| check.check("OwnerOperation", operation));
    let item = CatalogueItem {
        reference: RecordRef([2; 16]),
        blind: Secret32::from_bytes([2; 32]),
        title: Text::truncated("ECG"),
        media_type: Text::truncated("image/png"),
        category: Collection::Heart,
        document_time: NOW,
        author: CertificateSerial(4),
        sealed_bytes: 12_345,
    };
    check.check("CatalogueItem", &item);
    let entry = SealedEntry::seal(&Secret32::from_bytes([1; 32]), Digest([1; 32]), [2; 16], &item);
    check.check("SealedEntry", &entry);
    let operations = [
        CatalogueOperation::Open { owner: Box::new(certificate()) },
        CatalogueOperation::Append { entry, deposit: Box::new(deposit()), claim: claim() },
        CatalogueOperation::Remove { x: Digest([1; 32]) },
        CatalogueOperation::Close,
        CatalogueOperation::List,
    ];
    for operation in operations {
        check.check("CatalogueOperation", &operation);
        check.check("SignedOperation", &SignedOperation::new(&NORTH, Digest([3; 32]), operation, &key(7)));
    }
}

fn check_access(check: &mut impl Check) {
    let secrets = [
        PassSecret::Record {
            kt: Secret32::from_bytes([1; 32]),
            hospital: NORTH,
            reference: RecordRef([2; 16]),
            blind: Secret32::from_bytes([3; 32]),
            title: Text::truncated("ECG strip, lead II"),
            category: Collection::Heart,
            document_time: NOW,
        },
        PassSecret::Collection {
            epoch_secret: Secret32::from_bytes([1; 32]),
            collection: Collection::Medication,
            epoch: 3,
        },
    ];
    for secret in secrets {
        check.check("PassSecret", &secret);
        check.check("PassTerms", &terms(secret.target()));
        check.check("Pass", &pass(secret));
    }
    let body = AccessBody {
        terms: terms(Target::Catalogue(Digest([1; 32]))),
        authorised: key(7).sign("test", &[b"terms"]),
        item: Some(Digest([2; 32])),
        purpose: Text::truncated("Treatment"),
        certificate: certificate(),
    };
    let challenge = Challenge([5; 32]);
    let request = AccessRequest::new(body, &challenge, &NORTH, &key(2));
    check.check("Challenge", &challenge);
    check.check("AccessRequest", &request);
    let receipts = vec![
        Receipt::new(&request, challenge, NOW, None),
        Receipt::new(&request, challenge, NOW, Some(Refusal::Revoked)),
    ];
    receipts.iter().for_each(|receipt| check.check("Receipt", receipt));
    check.check("ReceiptBatch", &ReceiptBatch::new(NETWORK, NORTH, receipts, &key(5)));
    let reader = certificate().body.id;
    check.check("ReadNotice", &ReadNotice { hospital: NORTH, challenge, reader, item: None, time: NOW });
}

fn check_transactions(check: &mut impl Check) {
    let note = seal_note(&key(11), &key(3).public(), KIND_ANCHOR, b"announced").unwrap();
    let root = Secret32::from_bytes([1; 32]);
    let reader = Outgoing {
        recipient: key(3).public(),
        participant: certificate().body.id,
        name: Text::truncated("Lena"),
        since: 3,
    };
    check.check("Outgoing", &reader);
    let secret = PassSecret::Collection {
        epoch_secret: Secret32::from_bytes([1; 32]),
        collection: Collection::General,
        epoch: 0,
    };
    let anchor = AnchorBody {
        reference: RecordRef([2; 16]),
        anchor_hash: Digest([3; 32]),
        erasure: Digest([4; 32]),
        note: note.clone(),
    };
    let bodies = [
        Body::Anchor(anchor),
        Body::Grant(seal_grant(&root, 0, &reader, &pass(secret)).unwrap()),
        Body::Revoke([9; 32]),
        Body::Receipt(seal_note(&key(12), &key(3).public(), NoteKind(3), b"receipts").unwrap()),
        Body::Erase { anchor: TxId(Digest([1; 32])), preimage: [2; 32] },
    ];
    for body in bodies {
        let certified = key(1).sign("test", &[b"pseudonym"]);
        let transaction = Transaction::by_pseudonym(NETWORK, body, &key(13), 80, certified);
        check.check("PublicAnnouncement", &transaction.announcement());
        check.check("Transaction", &transaction);
    }
    let changes = [RegistryChange::Hospital(registration()), RegistryChange::RevokeCertificate(CertificateSerial(4))];
    for change in changes {
        check.check("Transaction", &Transaction::by_authority(NETWORK, 1, change, &key(1)));
    }
}

fn check_messages(check: &mut impl Check) {
    let about = MessageId([9; 16]);
    let wish = Wish {
        collections: Collections::new([Collection::Heart]).unwrap(),
        until: NOW,
        purpose: Text::truncated("Treatment"),
        words: Text::truncated("Before the operation"),
    };
    let slot = || Slot { at: NOW, minutes: 20, place: Text::truncated("Room 4") };
    let words = || Text::truncated("Bring your glasses");
    let bodies = [
        MessageBody::Request(RequestMessage::Ask { wish, appointment: Some(about) }),
        MessageBody::Request(RequestMessage::Withdraw { request: about }),
        MessageBody::Request(RequestMessage::Granted {
            request: about,
            collections: Some(Collections::ALL),
            records: 3,
            until: NOW,
        }),
        MessageBody::Request(RequestMessage::Declined { request: about, words: words() }),
        MessageBody::Appointment(AppointmentMessage::Wish {
            window: Window { from: NOW, until: NOW.plus(1000) },
            meeting: Meeting::Phone,
            reason: Text::truncated("Palpitations"),
            words: words(),
            offer: Some(Collections::ALL),
        }),
        MessageBody::Appointment(AppointmentMessage::Confirm { appointment: about, slot: slot(), words: words() }),
        MessageBody::Appointment(AppointmentMessage::Propose { appointment: about, slot: slot(), words: words() }),
        MessageBody::Appointment(AppointmentMessage::Accept { appointment: about, at: NOW }),
        MessageBody::Appointment(AppointmentMessage::Decline { appointment: about, words: words() }),
        MessageBody::Appointment(AppointmentMessage::CallOff { appointment: about, words: words() }),
    ];
    for body in bodies {
        let message = Message { id: MessageId([1; 16]), to: certificate().body.id, sent: NOW, body };
        check.check("SignedMessage", &SignedMessage::new(NETWORK, message, certificate(), &key(2)));
    }
}

fn check_all(check: &mut impl Check) {
    check_people(check);
    check_records(check);
    check_access(check);
    check_transactions(check);
    check_messages(check);
}

/// Each sample reads back, and nothing shorter or longer does.
struct Exact;

impl Check for Exact {
    fn check<T: BorshSerialize + BorshDeserialize + PartialEq + Debug>(&mut self, name: &'static str, sample: &T) {
        let bytes = encode(sample);
        assert_eq!(decode::<T>(&bytes).as_ref(), Ok(sample), "{name} reads back");
        for cut in 0..bytes.len() {
            assert!(decode::<T>(&bytes[..cut]).is_err(), "{name}: cut at {cut} of {}", bytes.len());
        }
        for more in [0, 1, 255] {
            assert!(decode::<T>(&[bytes.as_slice(), &[more]].concat()).is_err(), "{name}: a byte too many");
        }
    }
}

/// Each byte of each sample changed, and each place made the announcement of four gigabytes.
struct Changed;

impl Check for Changed {
    fn check<T: BorshSerialize + BorshDeserialize + PartialEq + Debug>(&mut self, name: &'static str, sample: &T) {
        let bytes = encode(sample);
        for index in 0..bytes.len() {
            for bit in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[index] ^= bit;
                decodes_canonically_or_not::<T>(name, &changed);
                assert_ne!(decode::<T>(&changed).as_ref(), Ok(sample), "{name}: byte {index} is not read");
            }
            let mut huge = bytes.clone();
            huge.iter_mut().skip(index).take(4).for_each(|byte| *byte = 0xff);
            decodes_canonically_or_not::<T>(name, &huge);
        }
    }
}

/// The same bytes into every type.
struct Arbitrary<'a>(&'a [u8]);

impl Check for Arbitrary<'_> {
    fn check<T: BorshSerialize + BorshDeserialize + PartialEq + Debug>(&mut self, name: &'static str, _: &T) {
        decodes_canonically_or_not::<T>(name, self.0);
    }
}

/// A sample with a part of it overwritten, cut out or doubled.
struct Spliced<'a> {
    at: prop::sample::Index,
    length: usize,
    with: &'a [u8],
}

impl Check for Spliced<'_> {
    fn check<T: BorshSerialize + BorshDeserialize + PartialEq + Debug>(&mut self, name: &'static str, sample: &T) {
        let mut bytes = encode(sample);
        let from = self.at.index(bytes.len());
        let to = bytes.len().min(from + self.length);
        bytes.splice(from..to, self.with.iter().copied());
        decodes_canonically_or_not::<T>(name, &bytes);
    }
}

#[test]
fn every_message_reads_back_and_nothing_shorter_or_longer_does() {
    check_all(&mut Exact);
}

#[test]
fn every_byte_of_every_message_is_read_and_announces_no_more_than_there_is() {
    check_all(&mut Changed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_bytes_break_a_decoder(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        check_all(&mut Arbitrary(&bytes));
    }

    #[test]
    fn spliced_messages_are_refused_or_canonical(
        at in any::<prop::sample::Index>(),
        length in 0usize..80,
        with in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        check_all(&mut Spliced { at, length, with: &with });
    }

    #[test]
    fn identifiers_and_cards_are_read_or_refused(text in "\\PC{0,120}") {
        let _ = text.parse::<ParticipantId>();
        let _ = text.parse::<RecordRef>();
        let _ = text.parse::<HospitalId>();
        let _ = Certificate::from_card(&text);
    }

    #[test]
    fn a_card_with_one_slip_is_refused(at in any::<prop::sample::Index>(), with in "[a-z0-9]") {
        let card = certificate().to_card();
        let at = at.index(card.len());
        let slip = format!("{}{with}{}", &card[..at], &card[at + 1..]);
        match Certificate::from_card(&slip) {
            Ok(read) => prop_assert!(slip == card && read == certificate(), "a slip at {} was not noticed", at),
            Err(_) => prop_assert_ne!(slip, card),
        }
    }
}

#[test]
fn an_announcement_has_no_room_for_anything_else() {
    let public = PublicAnnouncement { kind: carekey_protocol::transaction::BodyKind::Revoke, note: None };
    Exact.check("PublicAnnouncement", &public);
}

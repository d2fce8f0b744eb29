//! The envelopes in which messages travel: whatever bytes arrive, decoding ends, and what it accepts is canonical. The
//! messages inside are tested beside `carekey-protocol`; samples come from a ledger that runs.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, NoteKind, Secret32, SecretKey, seal_note, test_rng};
use carekey_ledger::CertifiedHeader;
use carekey_network::deposits::{DepositAnswer, DepositRefusal, DepositRequest};
use carekey_network::enrolment::{AuthorityAnswer, AuthorityRefusal, AuthorityRequest};
use carekey_network::ledger::{Chain, ChainAnswer, ChainRequest, HeadRequest, SubmitAnswer};
use carekey_network::mailbox::{MailboxAnswer, MailboxRequest, NewestNoteRequest};
use carekey_network::records::{
    AccessAnswer, AccessChallenge, OwnAnswer, OwnRequest, UploadAnswer, UploadOutcome, UploadRefusal, UploadRequest,
};
use carekey_network::{Node, NodeKey, NodeLimits, Protocol};
use carekey_protocol::access::{AccessRequest, Challenge, Refusal};
use carekey_protocol::catalogue::{CatalogueOperation, SealedEntry, SignedOperation};
use carekey_protocol::deposit::{Escrow, OwnerOperation};
use carekey_protocol::enrolment::RecoveryRequest;
use carekey_protocol::pseudonym::PseudonymCertificate;
use carekey_protocol::upload::{UploadDraft, UploadTicket};
use carekey_protocol::{
    BlobId, BlockHeight, Certificate, CertificateSerial, NetworkId, ParticipantId, UnixMillis, decode, encode,
};
use carekey_sample::NORTH;
use proptest::prelude::*;

use crate::world::World;

fn canonical_or_refused<T: BorshSerialize + BorshDeserialize>(bytes: &[u8]) {
    if let Ok(value) = decode::<T>(bytes) {
        assert_eq!(encode(&value), bytes, "a second encoding of the same value was accepted");
    }
}

/// Reads back; cut, lengthened, changed or announcing gigabytes it is refused or canonical, and within the time of a
/// test.
fn holds<T: BorshSerialize + BorshDeserialize + PartialEq + std::fmt::Debug>(sample: &T) {
    let bytes = encode(sample);
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(sample));
    assert!(decode::<T>(&[bytes.as_slice(), &[0]].concat()).is_err(), "a byte too many");
    // Long answers are lists of alike parts: each byte of their beginning, then some of the rest.
    let step = |index: &usize| *index < 400 || index.is_multiple_of(97);
    for index in (0..bytes.len()).filter(step) {
        assert!(decode::<T>(&bytes[..index]).is_err(), "cut at {index}");
        for bit in [0x01, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[index] ^= bit;
            canonical_or_refused::<T>(&changed);
        }
        let mut huge = bytes.clone();
        huge.iter_mut().skip(index).take(4).for_each(|byte| *byte = 0xff);
        canonical_or_refused::<T>(&huge);
    }
}

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut test_rng(seed))
}

fn every_envelope(bytes: &[u8]) {
    canonical_or_refused::<HeadRequest>(bytes);
    canonical_or_refused::<CertifiedHeader>(bytes);
    canonical_or_refused::<ChainRequest>(bytes);
    canonical_or_refused::<<Chain as Protocol>::Response>(bytes);
    canonical_or_refused::<SubmitAnswer>(bytes);
    canonical_or_refused::<Option<Certificate>>(bytes);
    canonical_or_refused::<AuthorityRequest>(bytes);
    canonical_or_refused::<Result<AuthorityAnswer, AuthorityRefusal>>(bytes);
    canonical_or_refused::<DepositRequest>(bytes);
    canonical_or_refused::<Result<DepositAnswer, DepositRefusal>>(bytes);
    canonical_or_refused::<MailboxRequest>(bytes);
    canonical_or_refused::<MailboxAnswer>(bytes);
    canonical_or_refused::<UploadRequest>(bytes);
    canonical_or_refused::<UploadAnswer>(bytes);
    canonical_or_refused::<UploadOutcome>(bytes);
    canonical_or_refused::<AccessChallenge>(bytes);
    canonical_or_refused::<AccessRequest>(bytes);
    canonical_or_refused::<AccessAnswer>(bytes);
    canonical_or_refused::<OwnRequest>(bytes);
    canonical_or_refused::<OwnAnswer>(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_break_an_envelope(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        every_envelope(&bytes);
    }

    /// Small first bytes choose a variant, so that the rest is read at all.
    #[test]
    fn nor_do_bytes_behind_a_true_beginning(
        first in prop::collection::vec(0u8..6, 1..4),
        rest in prop::collection::vec(any::<u8>(), 0..900),
    ) {
        every_envelope(&[first, rest].concat());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_of_a_running_ledger_read_back_and_nothing_near_them_breaks() {
    let world = World::start().await;
    let mia = world.patient("mia").await;
    for text in ["one", "two", "three"] {
        mia.keeps(NORTH, "Note", text).await;
    }
    world.servers.authority().revoke_certificate(CertificateSerial(1)).await.unwrap();
    let node = Node::start(&NodeKey::generate(&mut test_rng(5)), &[], NodeLimits::wallet()).await.unwrap();
    let north = world.network().hospitals[&NORTH].clone();
    let peer = north.peer_id;
    node.remember(north).await;
    let txid = world.ledger()[0].id();
    let under = world.servers.hospital(NORTH).ledger().head().unwrap().header.height;
    let questions = [
        ChainRequest::CatchUp { trusted: BlockHeight(1) },
        ChainRequest::Compact { from: BlockHeight(1), to: under },
        ChainRequest::Block { height: under },
        ChainRequest::Locate { txid, under },
        ChainRequest::Registry { after: 0, under },
    ];
    for question in questions {
        holds(&question);
        let answer = node.request::<Chain>(peer, question).await.unwrap();
        assert!(answer.is_some(), "{question:?}");
        assert!(!matches!(&answer, Some(ChainAnswer::Registry(changes)) if changes.is_empty()));
        holds(&answer);
    }
    holds(&world.servers.hospital(NORTH).ledger().head().unwrap());
    holds(&HeadRequest { after: under, wait_ms: 30_000 });
    let certificate = mia.card();
    holds(&Some(certificate.clone()));
    holds::<ParticipantId>(&certificate.body.id);
    let network = mia.remote().network_id();
    envelopes_of_people(network, &certificate);
    envelopes_of_records(network, &certificate);
}

fn envelopes_of_people(network: NetworkId, certificate: &Certificate) {
    holds(&AuthorityRequest::Recover(RecoveryRequest::new(network, UnixMillis(1), &key(1))));
    holds(&AuthorityRequest::Directory { after: CertificateSerial(3) });
    type Answer = Result<AuthorityAnswer, AuthorityRefusal>;
    holds::<Answer>(&Ok(AuthorityAnswer::Directory(vec![certificate.clone(); 3])));
    holds::<Answer>(&Ok(AuthorityAnswer::Certificate(Box::new(certificate.clone()))));
    let signature = key(1).sign("test", &[b"pseudonym"]);
    let batch = vec![PseudonymCertificate { index: 1, epoch: 80, signature }; 5];
    holds::<Answer>(&Ok(AuthorityAnswer::Pseudonyms(batch)));
    holds::<Answer>(&Err(AuthorityRefusal::CodeUsed));
    let note = seal_note(&key(2), &key(3).public(), NoteKind(16), b"a notice").unwrap();
    holds(&MailboxRequest::Post(note.clone()));
    holds(&MailboxRequest::Fetch { after: 7 });
    holds(&NewestNoteRequest { after: 7, wait_ms: 25_000 });
    holds(&MailboxAnswer::Notes(vec![(1, note.clone()), (2, note)]));
    holds(&SubmitAnswer::Refused("for a reason".to_owned()));
}

fn envelopes_of_records(network: NetworkId, certificate: &Certificate) {
    let draft = UploadDraft {
        blob: BlobId([5; 16]),
        sealed_bytes: 12_345,
        content_root: Digest([4; 32]),
        claim_hash: Digest([6; 32]),
        erasure: Digest([7; 32]),
        certificate: certificate.clone(),
    };
    holds(&UploadRequest { ticket: UploadTicket::new(network, &NORTH, draft, &key(1)) });
    holds(&UploadAnswer::Refused(UploadRefusal::Full));
    holds(&UploadOutcome(Err(UploadRefusal::ContentMismatch)));
    holds(&AccessChallenge(Challenge([1; 32])));
    holds(&AccessAnswer::Refused(Refusal::Revoked));
    holds(&AccessAnswer::Record { escrow: Escrow { z: [1; 32], k: [2; 48] }, sealed_bytes: 12_345 });
    let entry = SealedEntry { x: Digest([1; 32]), nonce: [2; 16], sealed: vec![3; 200] };
    holds(&AccessAnswer::Catalogue(vec![entry.clone(), entry.clone()]));
    holds(&OwnRequest { blob: BlobId([5; 16]), claim: Secret32::from_bytes([1; 32]) });
    holds(&OwnAnswer(Some(12_345)));
    let list = SignedOperation::new(&NORTH, Digest([1; 32]), CatalogueOperation::List, &key(1));
    holds(&DepositRequest::Catalogue(Box::new(list)));
    let introduce = OwnerOperation::Introduce { certificate: Box::new(certificate.clone()) };
    holds(&DepositRequest::Owner(introduce));
    type Answer = Result<DepositAnswer, DepositRefusal>;
    holds::<Answer>(&Ok(DepositAnswer::Entries(vec![entry])));
    holds::<Answer>(&Err(DepositRefusal::WrongClaim));
}

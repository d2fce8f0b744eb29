//! The largest honest message of each protocol fits its cap.

use borsh::BorshSerialize;
use carekey_crypto::{Digest, NoteKind, SecretKey, Signature, seal_note, test_rng};
use carekey_protocol::catalogue::{SEALED_ENTRY_BYTES_MAX, SealedEntry};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::pseudonym::{BATCH, PseudonymCertificate};
use carekey_protocol::{
    AuthorityId, Certificate, CertificateSerial, HospitalId, NetworkId, ParticipantId, Role, Text, UnixMillis,
};

use crate::codec::encode_frame;
use crate::deposits::{CATALOGUE_ENTRIES_MAX, DepositAnswer, DepositRefusal, Deposits};
use crate::enrolment::{AuthorityAnswer, AuthorityRefusal, DIRECTORY_PAGE, Enrolment};
use crate::mailbox::{Mailbox, MailboxAnswer, PAGE_NOTES_MAX};
use crate::records::{ANSWER_BYTES_MAX, AccessAnswer};
use crate::{Protocol, RequestLimits};

/// The longest payload of the largest bucket, whatever its padding takes.
const NOTE_PLAINTEXT_BYTES: usize = 2000;

fn certificate() -> Certificate {
    let key = SecretKey::generate(&mut test_rng(1));
    let body = CertificateBody {
        serial: CertificateSerial(u64::MAX),
        network: NetworkId(Digest::ZERO),
        id: ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 1]), &key.public()),
        identity: key.public(),
        receiving: key.public(),
        role: Role::Doctor,
        name: Text::truncated(&"n".repeat(64)),
        specialty: Text::truncated(&"s".repeat(48)),
        hospital: HospitalId([0, 0, 1]),
        valid_from: UnixMillis(0),
        valid_until: UnixMillis::MAX,
    };
    Certificate::issue(body, &key)
}

fn full_catalogue() -> Vec<SealedEntry> {
    let entry = SealedEntry { x: Digest::ZERO, nonce: [0; 16], sealed: vec![0; SEALED_ENTRY_BYTES_MAX] };
    vec![entry; CATALOGUE_ENTRIES_MAX]
}

fn fits(limits: RequestLimits, response: &impl BorshSerialize) {
    encode_frame(response, limits.response_bytes_max).expect("the largest honest answer fits");
}

#[test]
fn a_full_catalogue_fits() {
    let entries = full_catalogue();
    encode_frame(&AccessAnswer::Catalogue(entries.clone()), ANSWER_BYTES_MAX).expect("a reader's list fits");
    fits(Deposits::LIMITS, &Ok::<_, DepositRefusal>(DepositAnswer::Entries(entries)));
}

#[test]
fn a_page_of_the_mailbox_fits() {
    let mut rng = test_rng(2);
    let (r, reader) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
    let note = seal_note(&r, &reader.public(), NoteKind(16), &[0; NOTE_PLAINTEXT_BYTES]).expect("fits its bucket");
    fits(Mailbox::LIMITS, &MailboxAnswer::Notes(vec![(u64::MAX, note); PAGE_NOTES_MAX]));
}

#[test]
fn the_authoritys_longest_answers_fit() {
    let directory = AuthorityAnswer::Directory(vec![certificate(); DIRECTORY_PAGE]);
    fits(Enrolment::LIMITS, &Ok::<_, AuthorityRefusal>(directory));
    let pseudonym = PseudonymCertificate { index: 0, epoch: 0, signature: Signature([1; 64]) };
    let batch = AuthorityAnswer::Pseudonyms(vec![pseudonym; BATCH as usize]);
    fits(Enrolment::LIMITS, &Ok::<_, AuthorityRefusal>(batch));
}

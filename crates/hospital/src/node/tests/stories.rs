//! What must hold in a running network.

use std::io::{Seek, SeekFrom, Write};

use carekey_crypto::test_rng;
use carekey_network::ledger::{CertificateOf, Head, HeadRequest, SubmitAnswer};
use carekey_network::mailbox::{Mailbox, MailboxAnswer, MailboxRequest, NewestNote, NewestNoteRequest};
use carekey_network::records::{OWN, OwnAnswer, OwnRequest};
use carekey_protocol::access::{AccessRequest, Challenge, Refusal};
use carekey_protocol::deposit::OwnerOperation;
use carekey_protocol::transaction::Author;
use carekey_protocol::{BlockHeight, Body, Role, Text, UnixMillis};

use super::network::{NORTH, Network, SIGMA, SOUTH, Sealed, clock, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_uploaded_granted_read_receipted_and_revoked() {
    let mut network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 3_000_000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    soon(network.upload(&sealed)).await.expect("again is harmless");
    network.record(SOUTH, doctor.sign(0, sealed.anchor.clone())).await;
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");

    let refused = network.access(Sealed::new(&network, 2, 1, &doctor, &patient).body(&doctor), &doctor).await;
    assert_eq!(refused.err(), Some(Refusal::NotGranted));
    let (_, bytes) = network.access(sealed.body(&doctor), &doctor).await.expect("granted");
    assert_eq!(bytes, sealed.bytes);

    let receipts = network.receipts_until(&patient, 1).await;
    assert_eq!(receipts[0].reader, doctor.certificate.body.id);
    receipts[0].verify_theta(&NORTH, &doctor.certificate).expect("evidence the reader cannot deny");

    network.record(SOUTH, patient.sign(0, Body::Revoke(SIGMA))).await;
    assert_eq!(network.access(sealed.body(&doctor), &doctor).await.err(), Some(Refusal::Revoked));
    assert_eq!(network.receipts_until(&patient, 2).await[1].refused, Some(Refusal::Revoked));
    network.restart_north().await;
    let refused = network.access(sealed.body(&doctor), &doctor).await;
    assert_eq!(refused.err(), Some(Refusal::Revoked), "revocation outlives a restart");
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_captured_request_and_a_flipped_byte_are_noticed() {
    let network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 1000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");

    let captured = AccessRequest::new(sealed.body(&doctor), &Challenge([1; 32]), &NORTH, &doctor.identity);
    let outcome = soon(network.ask(sealed.body(&doctor), &doctor, Some(captured))).await.expect("answered");
    assert_eq!(outcome.err(), Some(Refusal::NotFresh));

    let path = network.file_of(&sealed.ticket.blob);
    let mut file = std::fs::OpenOptions::new().write(true).open(path).expect("the file");
    file.seek(SeekFrom::Start(500)).expect("there");
    file.write_all(&[0xff]).expect("flipped");
    let (_, bytes) = network.access(sealed.body(&doctor), &doctor).await.expect("sent");
    let found = carekey_crypto::content_root(&mut bytes.as_slice()).expect("still a record").0;
    assert_ne!(found, sealed.ticket.content_root, "what the reader will name");
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_erased_everywhere() {
    let mut network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 1000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    let anchor = doctor.sign(0, sealed.anchor.clone());
    network.record(NORTH, anchor.clone()).await;
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");
    let erase = Body::Erase { anchor: anchor.id(), preimage: *sealed.erasure.expose() };
    network.record(NORTH, patient.sign(0, erase.clone())).await;
    assert!(!network.file_of(&sealed.ticket.blob).exists(), "the ciphertext is gone when the block is announced");
    assert_eq!(network.access(sealed.body(&doctor), &doctor).await.err(), Some(Refusal::Erased));
    assert_eq!(network.submit(SOUTH, patient.sign(1, erase)).await, SubmitAnswer::Pointless);
    network.restart_north().await;
    assert_eq!(network.access(sealed.body(&doctor), &doctor).await.err(), Some(Refusal::Erased));
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_whose_time_is_over_is_erased_by_the_hospital_itself() {
    let mut network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 1000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    network.record(NORTH, doctor.sign(0, sealed.anchor.clone())).await;
    network.own(sealed.deposit(&patient, clock())).await.expect("deposited");
    // The job runs at the start, and every minute.
    network.restart_north().await;
    let mut head = network.north.head();
    soon(head.wait_for(|height| *height >= BlockHeight(2))).await.expect("the erasure is final");
    assert!(!network.file_of(&sealed.ticket.blob).exists());
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_follower_has_the_same_chain_also_after_both_were_away() {
    let mut network = Network::start().await;
    let person = network.enrol(1, Role::Person);
    for number in 0..3u8 {
        network.record(SOUTH, person.sign(usize::from(number), Body::Revoke([number; 32]))).await;
    }
    network.restart_south().await;
    network.restart_north().await;
    let last = network.record(SOUTH, person.sign(3, Body::Revoke([3; 32]))).await;
    let mut head = network.south.head();
    soon(head.wait_for(|height| *height >= last)).await.expect("South runs");
    let hash = |hospital: &crate::Hospital| hospital.ledger().header(last).expect("readable").expect("there").hash();
    assert_eq!(hash(&network.north), hash(&network.south));

    let again = network.submit(NORTH, person.sign(3, Body::Revoke([3; 32]))).await;
    assert!(matches!(again, SubmitAnswer::Known(height) if height == last), "handing in again is harmless: {again:?}");
    assert_eq!(network.submit(SOUTH, person.sign(3, Body::Revoke([9; 32]))).await, SubmitAnswer::PseudonymSpent);
    assert_eq!(network.submit(SOUTH, person.sign(4, Body::Revoke([3; 32]))).await, SubmitAnswer::Pointless);
    let mut forged = person.sign(5, Body::Revoke([5; 32]));
    forged.body = Body::Revoke([6; 32]);
    assert!(matches!(network.submit(SOUTH, forged).await, SubmitAnswer::Refused(_)));
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_the_head_hears_of_the_next_block() {
    let network = Network::start().await;
    let person = network.enrol(1, Role::Person);
    let waiting =
        network.wallet.request::<Head>(network.peer(SOUTH), HeadRequest { after: BlockHeight(0), wait_ms: 30_000 });
    let (certified, height) = tokio::join!(waiting, network.record(NORTH, person.sign(0, Body::Revoke([1; 32]))));
    assert_eq!(certified.expect("answered").header.height, height);
    let now = HeadRequest { after: BlockHeight(1_000_000), wait_ms: 1 };
    let head = soon(network.wallet.request::<Head>(network.peer(NORTH), now)).await.expect("answered");
    assert!(head.header.height >= height, "without news the present head is the answer");
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_revokes_and_traces_and_the_ledger_says_so() {
    let mut network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 1000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    let anchor = doctor.sign(0, sealed.anchor.clone());
    network.record(NORTH, anchor.clone()).await;
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");

    let Author::Pseudonym { key, .. } = anchor.author else { panic!("by a pseudonym") };
    let before = network.north.ledger().head().expect("readable").header.height;
    let traced = soon(network.authority.trace(&key, Text::truncated("Order 7"))).await.expect("traced");
    assert_eq!(traced.body.id, doctor.certificate.body.id);
    assert!(network.north.ledger().head().expect("readable").header.height > before, "tracing leaves a trace");

    let serial = doctor.certificate.body.serial;
    soon(network.authority.revoke_certificate(serial)).await.expect("revoked");
    soon(network.authority.revoke_certificate(serial)).await.expect("again is harmless");
    let refused = network.access(sealed.body(&doctor), &doctor).await;
    assert_eq!(refused.err(), Some(Refusal::CertificateRevoked));

    network.restart_authority().await;
    let serial = patient.certificate.body.serial;
    soon(network.authority.revoke_certificate(serial)).await.expect("goes on where it stopped");
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_leave_their_certificate_and_fetch_their_own_records() {
    let network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 1000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    let certificate = Box::new(patient.certificate.clone());
    network.own(OwnerOperation::Introduce { certificate }).await.expect("introduced");
    let asked = network.wallet.request::<CertificateOf>(network.peer(NORTH), patient.certificate.body.id);
    assert_eq!(soon(asked).await.expect("answered"), Some(patient.certificate.clone()));

    let own = async |claim| {
        let mut channel = network.wallet.open_stream(network.peer(NORTH), OWN).await.expect("open");
        channel.send(&OwnRequest { blob: sealed.ticket.blob, claim }, 4096).await.expect("sent");
        channel.receive::<OwnAnswer>(4096).await.expect("answered").0
    };
    assert_eq!(soon(own(sealed.claim.clone())).await, Some(sealed.bytes.len() as u64));
    assert_eq!(soon(own(carekey_crypto::Secret32::from_bytes([0; 32]))).await, None);
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_in_the_mailbox_waits_for_whoever_can_open_it() {
    let mut network = Network::start().await;
    let patient = network.enrol(1, Role::Person);
    let key = carekey_crypto::SecretKey::generate(&mut test_rng(3));
    let kind = carekey_protocol::transaction::KIND_READ_NOTICE;
    let note = carekey_crypto::seal_note(&key, &patient.receiving.public(), kind, b"read").expect("fits");
    let ask = async |network: &Network, request| {
        soon(network.wallet.request::<Mailbox>(network.peer(NORTH), request)).await.expect("answered")
    };
    let newest =
        |wait_ms| network.wallet.request::<NewestNote>(network.peer(NORTH), NewestNoteRequest { after: 0, wait_ms });
    assert_eq!(soon(newest(1)).await.expect("answered"), 0, "without news there is an answer all the same");
    let post = MailboxRequest::Post(note.clone());
    let (number, posted) = tokio::join!(soon(newest(30_000)), ask(&network, post));
    assert_eq!((number.expect("answered"), posted), (1, MailboxAnswer::Posted), "who waits hears of it");
    let mut odd = note.clone();
    odd.ciphertext.pop();
    assert_eq!(ask(&network, MailboxRequest::Post(odd)).await, MailboxAnswer::Refused);
    network.restart_north().await;
    let notes = ask(&network, MailboxRequest::Fetch { after: 0 }).await;
    assert_eq!(notes, MailboxAnswer::Notes(vec![(1, note)]));
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_hospital_in_the_same_directory_or_with_other_keys_does_not_start() {
    let network = Network::start().await;
    let twin = crate::Hospital::start(network.config_of_north()).await;
    assert!(matches!(twin, Err(crate::HospitalError::InUse)));
    let elsewhere = tempfile::tempdir().expect("a directory");
    let mut usurper = network.config_of_north();
    usurper.dir = elsewhere.path().to_owned();
    usurper.keys = crate::HospitalKeys::derive(&carekey_crypto::Secret32::from_bytes([99; 32]));
    let usurper = crate::Hospital::start(usurper).await;
    assert!(matches!(usurper, Err(crate::HospitalError::OtherKeys)));
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_readers_at_once_are_all_served_and_all_written_down() {
    const READERS: usize = 40;
    let network = Network::start().await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, 1000, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");
    for _ in 0..READERS / 10 {
        let ask = || network.access(sealed.body(&doctor), &doctor);
        let (a, b, c, d, e) = tokio::join!(ask(), ask(), ask(), ask(), ask());
        let (f, g, h, i, j) = tokio::join!(ask(), ask(), ask(), ask(), ask());
        for read in [a, b, c, d, e, f, g, h, i, j] {
            assert_eq!(read.expect("granted").1, sealed.bytes);
        }
    }
    assert_eq!(network.receipts_until(&patient, READERS).await.len(), READERS, "each once");
    network.stop().await;
}

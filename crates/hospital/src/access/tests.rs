//! What a reader gets, and what the patient is told of it.

use std::io::Read;

use carekey_crypto::test_rng;
use carekey_protocol::catalogue::CatalogueOperation;
use carekey_protocol::deposit::OwnerOperation;
use carekey_protocol::derive::{derive_kt, rho};

use super::*;
use crate::testing::{HOSPITAL, NOW, Scene, Sealed, x_of};
use carekey_crypto::Secret32;

/// A catalogue with one record in it, and its X.
fn collection(scene: &Scene, archive: &Archive) -> (Sealed, Digest) {
    let sealed = scene.seal(1, 5000);
    scene.upload(archive, &sealed);
    archive.operate(&scene.open(), NOW).unwrap();
    let append = scene.append(&sealed);
    archive.operate(&append, NOW).unwrap();
    (sealed, x_of(&append))
}

fn single(scene: &Scene, archive: &Archive) -> (Sealed, Digest) {
    let sealed = scene.seal(2, 5000);
    scene.upload(archive, &sealed);
    let deposit = scene.deposit(&sealed, &Secret32::from_bytes([6; 32]), None);
    let x = deposit.x;
    let operation = OwnerOperation::Deposit { deposit: Box::new(deposit), claim: sealed.claim() };
    archive.deposit(&operation, NOW).unwrap();
    (sealed, x)
}

fn refused(outcome: Result<Granted, Refusal>) -> Refusal {
    outcome.expect_err("refused")
}

#[test]
fn a_reader_lists_a_collection_and_fetches_a_record() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (sealed, x) = collection(&scene, &archive);
    let target = Target::Catalogue(scene.handle());

    let Ok(Granted::Catalogue { owner, entries }) = scene.ask(&archive, scene.body(target, None)) else {
        panic!("the list is granted")
    };
    assert_eq!(owner.body.identity, scene.patient.public());
    let item = entries[0].open(&scene.epoch_secret).unwrap();
    assert_eq!(item.reference, sealed.reference);

    let Ok(Granted::Record { escrow, record }) = scene.ask(&archive, scene.body(target, Some(x))) else {
        panic!("the record is granted")
    };
    let (mut bytes, crate::SealedBytes::File(mut file)) = (Vec::new(), record.bytes) else { panic!("in the folder") };
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, sealed.bytes);
    let kt = derive_kt(&scene.epoch_secret, &entries[0].nonce);
    let access = carekey_protocol::deposit::RecordAccess::derive(&kt, &HOSPITAL, &sealed.reference);
    assert_eq!(access.unlock(&escrow).unwrap().1, sealed.key);
    assert_eq!(archive.receipts_waiting().unwrap(), 2, "both accesses are written down");
}

#[test]
fn a_captured_request_is_refused_the_second_time() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (_, x) = single(&scene, &archive);
    let challenge = archive.challenge(NOW, &mut test_rng(5));
    let request = AccessRequest::new(scene.body(Target::Record(x), None), &challenge, &HOSPITAL, &scene.doctor);
    assert!(archive.access(&request, &challenge, NOW).unwrap().is_ok());
    assert_eq!(refused(archive.access(&request, &challenge, NOW).unwrap()), Refusal::NotFresh);
    let other = archive.challenge(NOW, &mut test_rng(6));
    assert_eq!(refused(archive.access(&request, &other, NOW).unwrap()), Refusal::NotFresh);
    assert_eq!(archive.receipts_waiting().unwrap(), 3, "the attempts are written down too");
}

#[test]
fn what_was_not_granted_is_refused_without_a_trace() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (_, x) = collection(&scene, &archive);
    let unknown = scene.body(Target::Record(Digest([1; 32])), None);
    assert_eq!(refused(scene.ask(&archive, unknown)), Refusal::NotGranted);
    let around = scene.body(Target::Record(x), None);
    assert_eq!(refused(scene.ask(&archive, around)), Refusal::NotGranted, "an entry is reached by its catalogue only");
    assert_eq!(archive.receipts_waiting().unwrap(), 0, "nobody to tell");
    let foreign = scene.body(Target::Catalogue(scene.handle()), Some(Digest([1; 32])));
    assert_eq!(refused(scene.ask(&archive, foreign)), Refusal::NotGranted);
    assert_eq!(archive.receipts_waiting().unwrap(), 1, "the owner of the catalogue hears of it");
}

#[test]
fn the_owner_of_a_closed_collection_hears_who_still_tries() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let target = Target::Catalogue(scene.handle());
    let x = {
        let archive = scene.archive(dir.path());
        let (_, x) = collection(&scene, &archive);
        scene.ledger.revoked.lock().unwrap().insert(rho(&[8; 32]));
        archive.operate(&scene.operation(CatalogueOperation::Close), NOW).unwrap();
        x
    };
    let archive = scene.archive(dir.path());
    assert_eq!(refused(scene.ask(&archive, scene.body(target, None))), Refusal::Revoked);
    assert_eq!(refused(scene.ask(&archive, scene.body(target, Some(x)))), Refusal::Revoked);
    assert_eq!(archive.receipts_waiting().unwrap(), 2, "the list and the record, each told");
    let owners = archive.index.owners_due(NOW, 1).unwrap();
    assert_eq!(owners, [scene.patient_receiving.public()], "to the owner, and nobody else");

    for _ in 0..64 {
        assert_eq!(refused(scene.ask(&archive, scene.body(target, None))), Refusal::Revoked);
    }
    assert_eq!(archive.receipts_waiting().unwrap(), 64, "and no flood of it");
}

#[test]
fn an_item_of_another_catalogue_is_refused() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    collection(&scene, &archive);
    let (_, x) = single(&scene, &archive);
    let outcome = scene.ask(&archive, scene.body(Target::Catalogue(scene.handle()), Some(x)));
    assert_eq!(refused(outcome), Refusal::NotGranted, "a pass for a collection opens nothing else");
}

#[test]
fn a_revoked_grant_of_one_record_takes_its_row_along() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let (sealed, x) = {
        let archive = scene.archive(dir.path());
        let (sealed, x) = single(&scene, &archive);
        assert!(scene.ask(&archive, scene.body(Target::Record(x), None)).is_ok());
        scene.ledger.revoked.lock().unwrap().insert(rho(&[8; 32]));
        assert_eq!(refused(scene.ask(&archive, scene.body(Target::Record(x), None))), Refusal::Revoked);
        assert!(archive.index.row(&x).unwrap().is_none(), "Z and K are gone");
        assert_eq!(archive.receipts_waiting().unwrap(), 2, "the refusal is written down");
        (sealed, x)
    };
    let archive = scene.archive(dir.path());
    let outcome = scene.ask(&archive, scene.body(Target::Record(x), None));
    assert_eq!(refused(outcome), Refusal::Revoked, "revocation outlives a restart");
    let record = archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).unwrap();
    assert!(record.is_some(), "the owner keeps the record");
}

#[test]
fn a_stranger_cannot_delete_a_row_by_naming_a_revoked_grant() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (_, x) = single(&scene, &archive);
    let elsewhere = rho(&[99; 32]);
    scene.ledger.revoked.lock().unwrap().insert(elsewhere);
    let mut body = scene.body(Target::Record(x), None);
    body.terms.rho = elsewhere;
    assert_eq!(refused(scene.ask(&archive, body)), Refusal::PassForged);
    assert!(archive.index.row(&x).unwrap().is_some());
}

#[test]
fn nothing_is_released_when_the_ledger_cannot_be_asked() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (_, x) = single(&scene, &archive);
    *scene.ledger.broken.lock().unwrap() = true;
    let challenge = archive.challenge(NOW, &mut test_rng(5));
    let request = AccessRequest::new(scene.body(Target::Record(x), None), &challenge, &HOSPITAL, &scene.doctor);
    assert!(matches!(archive.access(&request, &challenge, NOW), Err(StoreError::Ledger(_))));
    assert!(archive.index.row(&x).unwrap().is_some(), "and nothing is deleted");
}

#[test]
fn refused_attempts_do_not_fill_the_queue() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (_, x) = single(&scene, &archive);
    let challenge = carekey_protocol::access::Challenge([0; 32]);
    let request = AccessRequest::new(scene.body(Target::Record(x), None), &challenge, &HOSPITAL, &scene.doctor);
    let attempts: Vec<_> = (0..200).map(|_| archive.decide(&request, &challenge, NOW).unwrap()).collect();
    assert!(archive.write_down(attempts).unwrap().iter().all(Result::is_err));
    assert_eq!(archive.receipts_waiting().unwrap(), 64);
    assert!(scene.ask(&archive, scene.body(Target::Record(x), None)).is_ok());
    assert_eq!(archive.receipts_waiting().unwrap(), 65, "an access that was served is always written down");
}

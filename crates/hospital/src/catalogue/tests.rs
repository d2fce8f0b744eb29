//! Owners' operations: repeated, forged, killed half-way.

use super::*;
use crate::failpoint;
use crate::testing::{HOSPITAL, NOW, Scene, Sealed, x_of};
use carekey_crypto::SecretKey;
use carekey_crypto::test_rng;
use carekey_protocol::Role;

fn stage(dir: &std::path::Path) -> (Scene, Archive, Sealed) {
    let scene = Scene::new();
    let archive = scene.archive(dir);
    let sealed = scene.seal(1, 100);
    scene.upload(&archive, &sealed);
    archive.operate(&scene.open(), NOW).unwrap();
    (scene, archive, sealed)
}

fn list(scene: &Scene, archive: &Archive) -> Vec<SealedEntry> {
    archive.operate(&scene.operation(CatalogueOperation::List), NOW).unwrap().expect("a list")
}

#[test]
fn every_operation_is_harmless_when_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let (scene, archive, sealed) = stage(dir.path());
    let append = scene.append(&sealed);
    for _ in 0..2 {
        archive.operate(&scene.open(), NOW).unwrap();
        archive.operate(&append, NOW).unwrap();
        assert_eq!(list(&scene, &archive).len(), 1);
    }
    let second = scene.seal(2, 100);
    scene.upload(&archive, &second);
    archive.operate(&scene.append(&second), NOW).unwrap();
    for _ in 0..2 {
        archive.operate(&scene.operation(CatalogueOperation::Remove { x: x_of(&append) }), NOW).unwrap();
        assert_eq!(list(&scene, &archive).len(), 1);
    }
    for _ in 0..2 {
        archive.operate(&scene.operation(CatalogueOperation::Close), NOW).unwrap();
    }
    assert!(matches!(archive.operate(&scene.operation(CatalogueOperation::List), NOW), Err(OwnerError::Closed)));
    assert!(matches!(archive.operate(&scene.open(), NOW), Err(OwnerError::Closed)), "an epoch does not come back");
}

#[test]
fn the_first_key_owns_the_catalogue_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let (scene, archive, sealed) = stage(dir.path());
    let usurper = SecretKey::generate(&mut test_rng(50));
    let owner = Box::new(scene.certificate(1, &scene.patient.public(), Role::Person));
    let sign = |operation| SignedOperation::new(&HOSPITAL, scene.handle(), operation, &usurper);
    let attempt = |operation| archive.operate(&sign(operation), NOW);
    assert!(matches!(attempt(CatalogueOperation::Open { owner: owner.clone() }), Err(OwnerError::NotOwner)));
    assert!(matches!(attempt(CatalogueOperation::List), Err(OwnerError::NotOwner)));
    assert!(matches!(attempt(CatalogueOperation::Close), Err(OwnerError::NotOwner)));
    let mut forged = sign(CatalogueOperation::Close);
    forged.authorisation = scene.authorisation.public();
    assert!(matches!(archive.operate(&forged, NOW), Err(OwnerError::Forged)));
    let elsewhere = SignedOperation::new(
        &carekey_protocol::HospitalId([9; 3]),
        scene.handle(),
        CatalogueOperation::Close,
        &scene.authorisation,
    );
    assert!(matches!(archive.operate(&elsewhere, NOW), Err(OwnerError::Forged)), "signed for another hospital");
    archive.operate(&scene.append(&sealed), NOW).unwrap();
    archive.operate(&scene.operation(CatalogueOperation::Close), NOW).unwrap();
    let reopened = attempt(CatalogueOperation::Open { owner });
    assert!(matches!(reopened, Err(OwnerError::NotOwner)), "a former reader knows the handle and still cannot");
}

#[test]
fn only_the_owner_of_a_record_deposits_it() {
    let dir = tempfile::tempdir().unwrap();
    let (scene, archive, sealed) = stage(dir.path());
    let kt = Secret32::from_bytes([6; 32]);
    let deposit = Box::new(scene.deposit(&sealed, &kt, None));
    let stranger = OwnerOperation::Deposit { deposit: deposit.clone(), claim: Secret32::from_bytes([0; 32]) };
    assert!(matches!(archive.deposit(&stranger, NOW), Err(OwnerError::NotClaimed)));
    let mut lie = deposit.clone();
    lie.erasure = Secret32::from_bytes([0; 32]);
    let lie = OwnerOperation::Deposit { deposit: lie, claim: sealed.claim() };
    assert!(matches!(archive.deposit(&lie, NOW), Err(OwnerError::Inconsistent)), "it could never be erased");
    let genuine = OwnerOperation::Deposit { deposit: deposit.clone(), claim: sealed.claim() };
    archive.deposit(&genuine, NOW).unwrap();
    archive.deposit(&genuine, NOW).unwrap();

    // Another record's owner cannot put a row over this one.
    let other = scene.seal(2, 100);
    scene.upload(&archive, &other);
    let mut over = scene.deposit(&other, &kt, None);
    over.x = deposit.x;
    let over = OwnerOperation::Deposit { deposit: Box::new(over), claim: other.claim() };
    assert!(matches!(archive.deposit(&over, NOW), Err(OwnerError::Taken)));
    let remove = OwnerOperation::Remove { x: deposit.x, blob: other.ticket.blob, claim: other.claim() };
    archive.deposit(&remove, NOW).unwrap();
    assert!(archive.index.row(&deposit.x).unwrap().is_some(), "nor take it away");
    let remove = OwnerOperation::Remove { x: deposit.x, blob: sealed.ticket.blob, claim: sealed.claim() };
    archive.deposit(&remove, NOW).unwrap();
    assert!(archive.index.row(&deposit.x).unwrap().is_none());
}

#[test]
fn a_record_that_has_not_arrived_cannot_be_deposited() {
    let dir = tempfile::tempdir().unwrap();
    let (scene, archive, _) = stage(dir.path());
    let late = scene.seal(3, 100);
    archive.begin_upload(&late.ticket, NOW).unwrap();
    assert!(matches!(archive.operate(&scene.append(&late), NOW), Err(OwnerError::NotReceived)));
}

#[test]
fn readers_find_the_certificate_an_owner_left() {
    let dir = tempfile::tempdir().unwrap();
    let (scene, archive, _) = stage(dir.path());
    let certificate = scene.certificate(9, &SecretKey::generate(&mut test_rng(51)).public(), Role::Person);
    let introduce = OwnerOperation::Introduce { certificate: Box::new(certificate.clone()) };
    archive.deposit(&introduce, NOW).unwrap();
    assert_eq!(archive.certificate_of(&certificate.body.id).unwrap(), Some(certificate.clone()));
    let mut forged = certificate;
    forged.body.name = carekey_protocol::Text::truncated("Somebody else");
    let forged = OwnerOperation::Introduce { certificate: Box::new(forged) };
    assert!(matches!(archive.deposit(&forged, NOW), Err(OwnerError::Certificate(CertificateError::Forged))));
}

#[test]
fn a_process_that_dies_half_way_leaves_nothing_half_written() {
    for (step, entries_left) in
        [("append: row written, entry not", 0), ("append: written", 1), ("close: entries deleted, rows not", 1)]
    {
        let dir = tempfile::tempdir().unwrap();
        assert!(failpoint::run_until("catalogue::tests::child_appends_and_closes", step, dir.path()), "died at {step}");
        let scene = Scene::new();
        let archive = scene.archive(dir.path());
        let append = scene.append(&scene.seal(1, 100));
        assert_eq!(list(&scene, &archive).len(), entries_left, "{step}");
        let row = archive.index.row(&x_of(&append)).unwrap();
        assert_eq!(row.is_some(), entries_left == 1, "{step}: row and entry come and go together");
        archive.operate(&append, NOW).unwrap();
        assert_eq!(list(&scene, &archive).len(), 1, "{step}: and the owner just asks again");
    }
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn child_appends_and_closes() {
    let Some(dir) = failpoint::child_dir() else { return };
    let (scene, archive, sealed) = stage(&dir);
    archive.operate(&scene.append(&sealed), NOW).unwrap();
    archive.operate(&scene.operation(CatalogueOperation::Close), NOW).unwrap();
}

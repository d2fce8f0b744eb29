//! Records go when their time has come, and stay gone.

use carekey_crypto::Secret32;
use carekey_protocol::access::Refusal;
use carekey_protocol::deposit::OwnerOperation;
use carekey_protocol::derive::derive_erasure;
use carekey_protocol::pass::Target;
use carekey_protocol::{TxId, UnixMillis};

use super::*;
use crate::failpoint;
use crate::testing::{NOW, Scene, Sealed, x_of};

const ANCHOR: TxId = TxId(Digest([42; 32]));

fn granted_until(scene: &Scene, archive: &Archive, retain_until: UnixMillis) -> (Sealed, Digest) {
    let sealed = scene.seal(1, 100);
    scene.upload(archive, &sealed);
    let mut deposit = scene.deposit(&sealed, &Secret32::from_bytes([6; 32]), None);
    deposit.retain_until = retain_until;
    let x = deposit.x;
    let operation = OwnerOperation::Deposit { deposit: Box::new(deposit), claim: sealed.claim() };
    archive.deposit(&operation, NOW).unwrap();
    scene.ledger.anchors.lock().unwrap().insert(sealed.ticket.erasure, ANCHOR);
    (sealed, x)
}

#[test]
fn a_due_record_is_erased_on_the_ledger_and_then_here() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let due = NOW.plus(1000);
    let (sealed, x) = granted_until(&scene, &archive, due);
    archive.retain(NOW).unwrap();
    assert_eq!(archive.outstanding(NOW).unwrap(), vec![], "not yet");

    archive.retain(due).unwrap();
    archive.retain(due).unwrap();
    let erasures = archive.outstanding(due).unwrap();
    assert_eq!(erasures.len(), 1, "asked once, however often the job runs");
    let preimage = *derive_erasure(&sealed.owner_secret).expose();
    assert_eq!(erasures[0].body, Body::Erase { anchor: ANCHOR, preimage });
    assert!(scene.ask(&archive, scene.body(Target::Record(x), None)).is_ok(), "readable until it is final");

    scene.ledger.erased.lock().unwrap().insert(sealed.ticket.erasure);
    scene.ledger.last.lock().unwrap().insert(erasures[0].id());
    let refusal = scene.ask(&archive, scene.body(Target::Record(x), None)).err();
    assert_eq!(refusal, Some(Refusal::Erased), "the ledger's word counts before the files are gone");
    archive.note_final(&erasures[0]).unwrap();
    archive.note_final(&erasures[0]).unwrap();
    assert_eq!(archive.outstanding(due).unwrap(), vec![]);
    assert!(!archive.records.path(&sealed.ticket.blob).exists());
    assert!(archive.index.row(&x).unwrap().is_none(), "X, Z and K are gone");
    let refusal = scene.ask(&archive, scene.body(Target::Record(x), None)).err();
    assert_eq!(refusal, Some(Refusal::Erased), "and a reader hears why");
}

#[test]
fn a_record_stays_as_long_as_anybody_keeps_it() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (sealed, _) = granted_until(&scene, &archive, NOW);
    archive.operate(&scene.open(), NOW).unwrap();
    archive.operate(&scene.append(&sealed), NOW).unwrap();
    archive.retain(NOW.plus(1000)).unwrap();
    assert_eq!(archive.outstanding(NOW).unwrap(), vec![], "the collection keeps it for ever");
    archive.retain(UnixMillis::MAX).unwrap();
    assert_eq!(archive.index.outbox().unwrap().len(), 0, "for ever is for ever");
}

#[test]
fn an_erasure_that_happened_while_the_hospital_was_down_is_made_good() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let sealed = {
        let archive = scene.archive(dir.path());
        archive.operate(&scene.open(), NOW).unwrap();
        let sealed = scene.seal(1, 100);
        scene.upload(&archive, &sealed);
        archive.operate(&scene.append(&sealed), NOW).unwrap();
        sealed
    };
    scene.ledger.erased.lock().unwrap().insert(sealed.ticket.erasure);
    let archive = scene.archive(dir.path());
    assert!(!archive.records.path(&sealed.ticket.blob).exists());
    let x = x_of(&scene.append(&sealed));
    let refusal = scene.ask(&archive, scene.body(Target::Catalogue(scene.handle()), Some(x))).err();
    assert_eq!(refusal, Some(Refusal::Erased));
    let Ok(crate::Granted::Catalogue { entries, .. }) =
        scene.ask(&archive, scene.body(Target::Catalogue(scene.handle()), None))
    else {
        panic!("the catalogue itself is still there")
    };
    assert_eq!(entries, vec![]);
}

#[test]
fn a_process_that_dies_between_index_and_file_still_deletes_the_file() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let step = "erase: index cleared, file not";
    assert!(failpoint::run_until("retention::tests::child_erases", step, dir.path()), "the child died");
    let sealed = scene.seal(1, 100);
    let archive = scene.archive(dir.path());
    assert!(!archive.records.path(&sealed.ticket.blob).exists());
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn child_erases() {
    let Some(dir) = failpoint::child_dir() else { return };
    let scene = Scene::new();
    let archive = scene.archive(&dir);
    let (sealed, _) = granted_until(&scene, &archive, NOW);
    assert!(archive.records.path(&sealed.ticket.blob).exists());
    archive.erase(&sealed.ticket.erasure).unwrap();
}

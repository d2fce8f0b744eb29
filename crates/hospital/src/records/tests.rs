//! Uploads: resumed, cut, killed, refused.

use std::io::Read;

use carekey_protocol::certificate::CertificateError;
use carekey_protocol::upload::UploadTicket;
use proptest::prelude::*;

use super::*;
use crate::archive::Archive;
use crate::failpoint;
use crate::testing::{NOW, Scene, Sealed};

/// Several chunks of a mebibyte.
const LENGTH: usize = 3 << 20;

fn receiving(archive: &Archive, ticket: &UploadTicket) -> Upload {
    match archive.begin_upload(ticket, NOW).expect("accepted") {
        Begun::Receiving(upload) => upload,
        Begun::Complete => panic!("there is something to send"),
    }
}

fn stored(archive: &Archive, sealed: &Sealed) -> Option<Vec<u8>> {
    let found = archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).expect("readable");
    found.map(|found| {
        let (mut bytes, SealedBytes::File(mut file)) = (Vec::new(), found.bytes) else { panic!("in the folder") };
        file.read_to_end(&mut bytes).expect("readable");
        bytes
    })
}

#[test]
fn a_broken_upload_goes_on_where_it_stopped_also_after_a_restart() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let sealed = scene.seal(1, LENGTH);
    let half = sealed.bytes.len() / 2;
    {
        let archive = scene.archive(dir.path());
        let mut upload = receiving(&archive, &sealed.ticket);
        assert_eq!(upload.offset(), 0);
        upload.append(&sealed.bytes[..half], NOW).unwrap();
        assert_eq!(upload.suspend(NOW).unwrap(), half as u64);
        assert_eq!(stored(&archive, &sealed), None, "half a record is no record");
    }
    let archive = scene.archive(dir.path());
    let mut upload = receiving(&archive, &sealed.ticket);
    assert_eq!(upload.offset(), half as u64);
    upload.append(&sealed.bytes[half..], NOW).unwrap();
    upload.finish(NOW).unwrap();
    assert_eq!(stored(&archive, &sealed), Some(sealed.bytes.clone()));
    assert!(matches!(archive.begin_upload(&sealed.ticket, NOW), Ok(Begun::Complete)), "sending it again is harmless");
    assert!(archive.read_as_owner(&sealed.ticket.blob, &Secret32::from_bytes([0; 32])).unwrap().is_none());
}

use carekey_crypto::Secret32;

#[test]
fn whatever_step_the_process_dies_at_the_upload_can_be_finished() {
    for step in [
        "upload: begun",
        "upload: synced, index not told",
        "upload: checked, not renamed",
        "upload: renamed, index not told",
        "upload: complete",
    ] {
        let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
        assert!(failpoint::run_until("records::tests::child_uploads", step, dir.path()), "the child died at {step}");
        let archive = scene.archive(dir.path());
        let sealed = scene.seal(1, LENGTH);
        let found = stored(&archive, &sealed);
        let renamed = step == "upload: renamed, index not told" || step == "upload: complete";
        assert_eq!(found.is_some(), renamed, "{step}: a checked record is kept, anything less is not shown");
        scene.upload(&archive, &sealed);
        assert_eq!(stored(&archive, &sealed), Some(sealed.bytes), "{step}");
    }
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn child_uploads() {
    let Some(dir) = failpoint::child_dir() else { return };
    let scene = Scene::new();
    scene.upload(&scene.archive(&dir), &scene.seal(1, LENGTH));
}

#[test]
fn bytes_that_are_not_the_announced_ones_are_thrown_away() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let (archive, sealed) = (scene.archive(dir.path()), scene.seal(1, 1000));
    let mut damaged = sealed.bytes.clone();
    damaged[500] ^= 1;
    let mut upload = receiving(&archive, &sealed.ticket);
    upload.append(&damaged, NOW).unwrap();
    assert!(matches!(upload.finish(NOW), Err(UploadError::ContentMismatch)));
    assert_eq!(receiving(&archive, &sealed.ticket).offset(), 0, "starts afresh");
    scene.upload(&archive, &sealed);
    assert!(stored(&archive, &sealed).is_some());
}

#[test]
fn neither_more_nor_less_than_announced_becomes_a_record() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let (archive, sealed) = (scene.archive(dir.path()), scene.seal(1, 1000));
    let mut upload = receiving(&archive, &sealed.ticket);
    upload.append(&sealed.bytes[..100], NOW).unwrap();
    assert!(matches!(upload.finish(NOW), Err(UploadError::Incomplete { received: 100, .. })));
    let mut upload = receiving(&archive, &sealed.ticket);
    assert_eq!(upload.offset(), 100);
    upload.append(&sealed.bytes[100..], NOW).unwrap();
    assert!(matches!(upload.append(b"more", NOW), Err(UploadError::Overlong)));
    upload.finish(NOW).unwrap();
}

#[test]
fn a_new_connection_takes_over_from_a_dead_one() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let (archive, sealed) = (scene.archive(dir.path()), scene.seal(1, 1000));
    let mut dead = receiving(&archive, &sealed.ticket);
    dead.append(&sealed.bytes[..100], NOW).unwrap();
    let mut alive = receiving(&archive, &sealed.ticket);
    assert_eq!(alive.offset(), 100, "what the first connection brought is kept");
    assert!(matches!(dead.append(b"late", NOW), Err(UploadError::Superseded)));
    alive.append(&sealed.bytes[100..], NOW).unwrap();
    alive.finish(NOW).unwrap();
}

#[test]
fn a_name_belongs_to_the_first_ticket_and_an_erased_one_to_nobody() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let (first, mut other) = (scene.seal(1, 1000), scene.seal(2, 1000).ticket);
    scene.upload(&archive, &first);
    other.blob = first.ticket.blob;
    assert!(matches!(archive.records.begin(&other, NOW), Err(UploadError::NameTaken)));
    let mut forged = first.ticket.clone();
    forged.sealed_bytes += 1;
    let refused = archive.begin_upload(&forged, NOW);
    assert!(matches!(refused, Err(UploadError::Certificate(CertificateError::Forged))), "tickets are signed");
    scene.ledger.erased.lock().unwrap().insert(first.ticket.erasure);
    archive.catch_up_with_erasures().unwrap();
    assert!(matches!(archive.begin_upload(&first.ticket, NOW), Err(UploadError::Erased)));
    assert!(!archive.records.path(&first.ticket.blob).exists());
}

#[test]
fn a_revoked_certificate_uploads_nothing() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let (archive, sealed) = (scene.archive(dir.path()), scene.seal(1, 10));
    scene.ledger.certificates.lock().unwrap().insert(sealed.ticket.certificate.body.serial);
    let refused = archive.begin_upload(&sealed.ticket, NOW);
    assert!(matches!(refused, Err(UploadError::Certificate(CertificateError::Revoked))));
}

#[test]
fn nobody_begins_without_end() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let archive = scene.archive(dir.path());
    let template = scene.seal(1, 10).ticket;
    let begin = |number: u64, bytes: u64| {
        let mut blob = BlobId::default();
        blob.0[..8].copy_from_slice(&number.to_le_bytes());
        archive.records.begin(&UploadTicket { blob, sealed_bytes: bytes, ..template.clone() }, NOW)
    };
    assert!(matches!(begin(0, SEALED_BYTES_MAX + 1), Err(UploadError::TooLong { .. })));
    for number in 0..UPLOADS_PER_UPLOADER_MAX {
        assert!(begin(number, 1000).is_ok());
    }
    assert!(matches!(begin(1000, 1000), Err(UploadError::TooMany)));
    assert!(begin(3, 1000).is_ok(), "what was begun can go on");
    archive.records.forget_idle_uploads(NOW.plus(UPLOAD_IDLE_MILLIS_MAX + 1)).unwrap();
    assert!(begin(1000, 1000).is_ok(), "a week without a byte makes room");
}

#[test]
fn a_record_that_vanished_from_the_disk_is_named() {
    let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
    let (archive, sealed) = (scene.archive(dir.path()), scene.seal(1, 10));
    scene.upload(&archive, &sealed);
    fs::write(archive.records.path(&sealed.ticket.blob), b"short").unwrap();
    assert!(matches!(archive.records.read(&sealed.ticket.blob), Err(StoreError::Damaged(_))));
    fs::remove_file(archive.records.path(&sealed.ticket.blob)).unwrap();
    assert!(matches!(archive.records.read(&sealed.ticket.blob), Err(StoreError::Damaged(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_way_of_cutting_an_upload_gives_the_same_record(cuts in prop::collection::vec((0usize..5000, any::<bool>()), 0..8)) {
        let (scene, dir) = (Scene::new(), tempfile::tempdir().unwrap());
        let sealed = scene.seal(1, 4000);
        let mut archive = scene.archive(dir.path());
        for (bytes, restart) in cuts {
            let Begun::Receiving(mut upload) = archive.begin_upload(&sealed.ticket, NOW).unwrap() else { break };
            let rest = &sealed.bytes[upload.offset() as usize..];
            upload.append(&rest[..bytes.min(rest.len())], NOW).unwrap();
            if restart {
                drop(upload);
                drop(archive);
                archive = scene.archive(dir.path());
            }
        }
        scene.upload(&archive, &sealed);
        prop_assert_eq!(stored(&archive, &sealed), Some(sealed.bytes));
    }
}

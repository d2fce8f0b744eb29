//! Records in an object store: put, read, moved, erased, interrupted.

use carekey_crypto::Secret32;
use carekey_protocol::derive::derive_claim;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{decode, encode};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::runtime::Runtime;

use super::*;
use crate::archive::Archive;
use crate::failpoint;
use crate::records::{Begun, RecordStore, SealedBytes, UploadError};
use crate::s3_server::{S3Server, known_store};
use crate::testing::{NOW, Scene, Sealed};

/// Two parts, the last of them short.
const LENGTH: usize = 9 << 20;

/// A hospital's place with a server beside it.
struct Stage {
    scene: Scene,
    dir: tempfile::TempDir,
    server: S3Server,
    runtime: Runtime,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = S3Server::start(&dir.path().join("s3"));
        std::fs::write(dir.path().join("port"), server.port().to_string()).unwrap();
        Self { scene: Scene::new(), dir, server, runtime: Runtime::new().unwrap() }
    }

    fn archive(&self) -> Archive {
        let _on = self.runtime.enter();
        self.scene.archive_with(self.dir.path(), &self.server.store())
    }

    /// Everything in the hospital's own folder of records.
    fn spool(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.dir.path().join("records")).unwrap().map(|entry| entry.unwrap().path());
        folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect()
    }

    fn read(&self, archive: &Archive, sealed: &Sealed) -> Option<Vec<u8>> {
        let found = archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).unwrap()?;
        assert_eq!(found.sealed_bytes, sealed.bytes.len() as u64);
        let SealedBytes::Object(mut object) = found.bytes else { panic!("in the store") };
        let mut bytes = Vec::new();
        self.runtime.block_on(object.read_to_end(&mut bytes)).unwrap();
        Some(bytes)
    }

    /// The record lies in the store, whole, and nothing else lies anywhere.
    fn has_only(&self, archive: &Archive, sealed: &Sealed, when: &str) {
        assert_eq!(self.server.contents(), [object_of(sealed)], "{when}");
        assert_eq!(self.spool(), [] as [PathBuf; 0], "{when}");
        assert!(self.read(archive, sealed).as_ref() == Some(&sealed.bytes), "{when}: other bytes");
    }
}

fn object_of(sealed: &Sealed) -> String {
    let blob = sealed.ticket.blob.to_string();
    format!("records/north/{}/{blob}", &blob[..2])
}

#[test]
fn a_record_lies_in_the_store_under_its_name_and_nowhere_else() {
    let stage = Stage::new();
    let archive = stage.archive();
    for (number, length) in [(1, 1000), (2, LENGTH)] {
        let sealed = stage.scene.seal(number, length);
        stage.scene.upload(&archive, &sealed);
        stage.has_only(&archive, &sealed, "acknowledged");
        assert!(matches!(archive.begin_upload(&sealed.ticket, NOW), Ok(Begun::Complete)), "again is harmless");
        archive.erase(&sealed.ticket.erasure).unwrap();
        assert!(archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).unwrap().is_none(), "not served any more");
        archive.records.settle().unwrap();
        assert_eq!(stage.server.contents(), [""; 0], "the ciphertext is gone");
        assert!(matches!(archive.begin_upload(&sealed.ticket, NOW), Err(UploadError::Erased)));
    }
}

#[test]
fn a_reader_goes_on_from_any_byte() {
    let stage = Stage::new();
    let archive = stage.archive();
    let sealed = stage.scene.seal(1, 3 << 20);
    stage.scene.upload(&archive, &sealed);
    let found = archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).unwrap().unwrap();
    let SealedBytes::Object(mut object) = found.bytes else { panic!("in the store") };
    stage.runtime.block_on(async {
        for offset in [0, 1, (1 << 20) - 1, 1 << 20, sealed.bytes.len() - 1, sealed.bytes.len()] {
            let mut rest = Vec::new();
            object.seek(io::SeekFrom::Start(offset as u64)).await.unwrap();
            object.read_to_end(&mut rest).await.unwrap();
            assert!(rest == sealed.bytes[offset..], "from byte {offset}");
        }
    });
}

#[test]
fn whatever_step_the_process_dies_at_the_next_one_finishes_it() {
    for step in [
        "upload: synced, index not told",
        "upload: checked, not renamed",
        "upload: renamed, index not told",
        "object: one part put",
        "object: put, index not told",
        "object: complete, file not removed",
        "object: file removed, index not told",
    ] {
        let stage = Stage::new();
        let test = "records::objects::tests::child_uploads";
        assert!(failpoint::run_until(test, step, stage.dir.path()), "the child died at {step}");
        let archive = stage.archive();
        let sealed = stage.scene.seal(1, LENGTH);
        archive.records.settle().unwrap();
        stage.scene.upload(&archive, &sealed);
        stage.has_only(&archive, &sealed, step);
        assert!(archive.index.records_to_store(None, 1).unwrap().is_empty(), "{step}: and it is over");
    }
}

#[test]
fn an_erasure_the_process_died_in_is_finished() {
    for step in ["erase: index cleared, file not", "object: deleted, index not told"] {
        let stage = Stage::new();
        let test = "records::objects::tests::child_erases";
        assert!(failpoint::run_until(test, step, stage.dir.path()), "the child died at {step}");
        let archive = stage.archive();
        archive.records.settle().unwrap();
        assert_eq!(stage.server.contents(), [""; 0], "{step}");
        assert!(archive.index.objects_to_delete(None, 1).unwrap().is_empty(), "{step}: and it is over");
    }
}

#[test]
fn a_store_that_dies_in_the_middle_gets_the_record_when_it_is_back() {
    let mut stage = Stage::new();
    let archive = stage.archive();
    let sealed = stage.scene.seal(1, LENGTH);
    stage.server.restart(Some(2));
    let Ok(Begun::Receiving(mut upload)) = archive.begin_upload(&sealed.ticket, NOW) else { panic!("begun") };
    upload.append(&sealed.bytes, NOW).unwrap();
    let failed = upload.finish(NOW).unwrap_err();
    let UploadError::Store(StoreError::Objects(away @ RecordStoreError::Unreachable { .. })) = failed else {
        panic!("{failed:?}")
    };
    assert!(away.may_pass(), "{away}");
    assert!(archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).unwrap().is_none(), "not acknowledged");
    assert!(matches!(archive.begin_upload(&sealed.ticket, NOW), Err(UploadError::Storing)), "nothing is sent again");
    let week = NOW.plus(crate::records::UPLOAD_IDLE_MILLIS_MAX + 1);
    archive.records.forget_idle_uploads(week).unwrap();
    assert!(archive.records.settle().is_err());

    stage.server.restart(None);
    archive.records.settle().unwrap();
    assert!(matches!(archive.begin_upload(&sealed.ticket, NOW), Ok(Begun::Complete)));
    stage.has_only(&archive, &sealed, "back");
}

#[test]
fn an_erasure_while_the_record_is_put_wins() {
    let mut stage = Stage::new();
    let archive = stage.archive();
    let sealed = stage.scene.seal(1, LENGTH);
    stage.server.restart(Some(2));
    let Ok(Begun::Receiving(mut upload)) = archive.begin_upload(&sealed.ticket, NOW) else { panic!("begun") };
    upload.append(&sealed.bytes, NOW).unwrap();
    upload.finish(NOW).unwrap_err();
    archive.erase(&sealed.ticket.erasure).unwrap();
    stage.server.restart(None);
    archive.records.settle().unwrap();
    assert_eq!((stage.server.contents(), stage.spool()), (vec![], vec![]), "neither object nor parts nor file");
}

#[test]
fn records_of_a_folder_move_when_a_store_is_configured() {
    let stage = Stage::new();
    let sealed = stage.scene.seal(1, LENGTH);
    let small = stage.scene.seal(2, 10);
    {
        let archive = stage.scene.archive(stage.dir.path());
        stage.scene.upload(&archive, &sealed);
        stage.scene.upload(&archive, &small);
        assert_eq!(stage.spool().len(), 2);
    }
    let archive = stage.archive();
    let before = archive.read_as_owner(&sealed.ticket.blob, &sealed.claim()).unwrap().unwrap();
    assert!(matches!(before.bytes, SealedBytes::File(_)), "readable before it has moved");
    archive.erase(&small.ticket.erasure).unwrap();
    archive.records.settle().unwrap();
    stage.has_only(&archive, &sealed, "moved");
}

#[test]
fn a_missing_object_is_named() {
    let stage = Stage::new();
    let archive = stage.archive();
    let sealed = stage.scene.seal(1, 1000);
    stage.scene.upload(&archive, &sealed);
    let object = stage.dir.path().join("s3").join(object_of(&sealed));
    fs::write(&object, b"short").unwrap();
    let short = archive.records.read(&sealed.ticket.blob).unwrap_err();
    assert!(matches!(short, StoreError::Objects(RecordStoreError::OtherLength)), "{short:?}");
    fs::remove_file(object).unwrap();
    let missing = archive.records.read(&sealed.ticket.blob).unwrap_err();
    assert!(matches!(missing, StoreError::Damaged(_)), "{missing:?}");
}

#[test]
fn an_operator_is_told_what_is_wrong() {
    let mut stage = Stage::new();
    let told = |store: RecordStore| stage.runtime.block_on(store.check()).err().map(|error| error.to_string());
    assert_eq!(told(stage.server.store()), None);
    assert_eq!(stage.server.contents(), [""; 0], "the check leaves nothing behind");
    assert_eq!(
        told(stage.server.store_with("wrong", "s3://records/north")).unwrap(),
        "the record store refuses these credentials for the bucket records (SignatureDoesNotMatch)"
    );
    assert_eq!(
        told(stage.server.store_with("not a secret", "s3://recods")).unwrap(),
        "the record store has no bucket recods: create it, or correct the address"
    );
    let address = format!("http://127.0.0.1:{}", stage.server.port());
    let store = stage.server.store();
    stage.server.kill();
    let told = stage.runtime.block_on(store.check()).unwrap_err().to_string();
    let expected = format!("the record store at {address} cannot be reached: ");
    assert!(told.starts_with(&expected) && told.len() > expected.len(), "{told}");
}

/// Measured as the peak of a process that stores and reads one record.
#[cfg(target_os = "linux")]
#[test]
fn a_record_of_any_size_takes_the_same_memory() {
    let peak = |length: usize| {
        let stage = Stage::new();
        {
            let sealed = stage.scene.seal(1, length);
            fs::write(stage.dir.path().join("sealed"), &sealed.bytes).unwrap();
            fs::write(stage.dir.path().join("ticket"), encode(&sealed.ticket)).unwrap();
        }
        let test = "records::objects::tests::child_measures";
        assert!(!failpoint::run_until(test, "never", stage.dir.path()), "the child lived");
        assert_eq!(stage.server.contents().len(), 1, "and stored the record");
        fs::read_to_string(stage.dir.path().join("peak")).unwrap().parse::<u64>().unwrap()
    };
    let (small, large) = (peak(16 << 20), peak(96 << 20));
    assert!(large < small + (16 << 20), "{small} bytes for 16 MiB, {large} for 96 MiB");
}

/// The archive of a child process.
fn child_archive() -> Option<(Scene, Archive, Runtime, PathBuf)> {
    let dir = failpoint::child_dir()?;
    let runtime = Runtime::new().unwrap();
    let port = fs::read_to_string(dir.join("port")).unwrap().parse().unwrap();
    let scene = Scene::new();
    let on = runtime.enter();
    let archive = scene.archive_with(&dir, &known_store(&dir.join("s3"), port));
    drop(on);
    Some((scene, archive, runtime, dir))
}

#[test]
#[ignore = "run by a test above in a process of its own"]
fn child_uploads() {
    let Some((scene, archive, _runtime, _)) = child_archive() else { return };
    scene.upload(&archive, &scene.seal(1, LENGTH));
}

#[test]
#[ignore = "run by a test above in a process of its own"]
fn child_erases() {
    let Some((scene, archive, _runtime, _)) = child_archive() else { return };
    let sealed = scene.seal(1, LENGTH);
    scene.upload(&archive, &sealed);
    archive.erase(&sealed.ticket.erasure).unwrap();
    archive.records.settle().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by a test above in a process of its own"]
fn child_measures() {
    let Some((_, archive, runtime, dir)) = child_archive() else { return };
    let ticket: UploadTicket = decode(&fs::read(dir.join("ticket")).unwrap()).unwrap();
    let Ok(Begun::Receiving(mut upload)) = archive.begin_upload(&ticket, NOW) else { panic!("begun") };
    let mut sealed = File::open(dir.join("sealed")).unwrap();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let bytes = sealed.read(&mut buffer).unwrap();
        if bytes == 0 {
            break;
        }
        upload.append(&buffer[..bytes], NOW).unwrap();
    }
    upload.finish(NOW).unwrap();
    let claim = derive_claim(&Secret32::from_bytes([1; 32]));
    let found = archive.read_as_owner(&ticket.blob, &claim).unwrap().unwrap();
    let SealedBytes::Object(mut object) = found.bytes else { panic!("in the store") };
    let copied = runtime.block_on(tokio::io::copy(&mut object, &mut tokio::io::sink())).unwrap();
    assert_eq!(copied, ticket.sealed_bytes);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    fs::write(dir.join("peak"), (kibibytes * 1024).to_string()).unwrap();
}

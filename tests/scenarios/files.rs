//! A document that vanishes or changes while it is being sealed.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use carekey_crypto::SealError;
use carekey_sample::NORTH;
use carekey_wallet::WalletError;
use carekey_wallet::records::Source;

use crate::world::{Person, World};

/// Large enough that a change on the first sight of the sealed file comes long before the end.
const DOCUMENT_BYTES: u64 = 256 << 20;

/// Does something to the document as soon as the first sealed bytes are on the disk. Answers whether it came to it.
fn meanwhile(profile: &Path, act: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<bool> {
    let sealed = profile.join("sealed");
    std::thread::spawn(move || {
        let begun = |entry: fs::DirEntry| {
            let is_partial = entry.file_name().to_string_lossy().starts_with("sealing-");
            is_partial && entry.metadata().is_ok_and(|metadata| metadata.len() > 0)
        };
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !fs::read_dir(&sealed).unwrap().flatten().any(begun) {
            if std::time::Instant::now() > patience {
                return false;
            }
            std::thread::yield_now();
        }
        act();
        true
    })
}

fn large_document(path: &Path) {
    File::create(path).unwrap().set_len(DOCUMENT_BYTES).unwrap();
}

fn nothing_is_left_of_it(mia: &Person) {
    assert_eq!(fs::read_dir(mia.dir.join("sealed")).unwrap().count(), 0, "no half-sealed file stays on the disk");
    assert_eq!(mia.pending().unwrap(), 0, "nothing was promised");
    assert!(mia.written().unwrap().is_empty(), "nothing is listed as written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_is_named() {
    let world = World::start().await;
    let mia = world.patient("mia").await;
    let gone = world.path("gone.pdf");
    let error = mia.try_write(&mia.card(), NORTH, "Letter", &Source::File(gone.clone())).unwrap_err();
    assert!(
        matches!(&error, WalletError::File { path, source }
            if *path == gone.display().to_string() && source.kind() == std::io::ErrorKind::NotFound),
        "{error:?}"
    );
    nothing_is_left_of_it(&mia);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_or_shrinks_while_it_is_sealed_is_not_sealed() {
    let world = World::start().await;
    let mia = world.patient("mia").await;
    let path = world.path("scan.raw");
    type Change = fn(&Path);
    let grow: Change = |path| File::options().append(true).open(path).unwrap().write_all(b"one more").unwrap();
    let shrink: Change = |path| File::options().write(true).open(path).unwrap().set_len(DOCUMENT_BYTES - 1).unwrap();
    for (name, change) in [("grows", grow), ("shrinks", shrink)] {
        large_document(&path);
        let target = path.clone();
        let changed = meanwhile(&mia.dir, move || change(&target));
        let sealed =
            tokio::task::block_in_place(|| mia.try_write(&mia.card(), NORTH, "Scan", &Source::File(path.clone())));
        assert!(changed.join().unwrap(), "{name}: the test was too late to change the file");
        match sealed {
            Err(WalletError::Seal(SealError::SourceChanged { announced, read })) => {
                assert_eq!(announced, DOCUMENT_BYTES, "{name}");
                assert_ne!(read, announced, "{name}");
            }
            other => panic!("a record of a file that {name} would be of no version of it: {other:?}"),
        }
        nothing_is_left_of_it(&mia);
    }
    fs::write(&path, "at rest").unwrap();
    let note = mia.try_write(&mia.card(), NORTH, "Scan", &Source::File(path)).unwrap();
    mia.finishes().await;
    assert_eq!(mia.reads_own(note).await.unwrap(), "at rest", "the same file, once nobody writes to it");
}

/// An open file stays readable on Unix when its name is gone: the record is the file as it was.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_deleted_while_it_is_sealed_is_sealed_whole() {
    let world = World::start().await;
    let mia = world.patient("mia").await;
    let path = world.path("scan.raw");
    large_document(&path);
    let target = path.clone();
    let deleted = meanwhile(&mia.dir, move || fs::remove_file(target).unwrap());
    let sealed = tokio::task::block_in_place(|| mia.try_write(&mia.card(), NORTH, "Scan", &Source::File(path.clone())));
    assert!(deleted.join().unwrap() && !path.exists(), "the test was too late to delete the file");
    sealed.expect("sealed whole");
    assert_eq!(mia.written().unwrap().len(), 1);
}

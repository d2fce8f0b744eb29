//! A disk without room: the writer's, and the hospital's.
//!
//! Root mounts a small tmpfs, which is full like any disk. Others play the same story in a child process whose files
//! may not grow beyond a limit (`ulimit -f`): the system refuses the writer there, too. What the limit cannot show is a
//! hospital without room, since writer and hospital share it; that part of the story needs root.

use std::path::{Path, PathBuf};
use std::process::Command;

use carekey_crypto::SealError;
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::WalletError;
use carekey_wallet::records::Source;
use carekey_wallet::vault::VaultError;

use crate::world::{Away, Person, World, files_under};

/// Set in the child whose files may not grow beyond [`FILE_BYTES_MAX`].
const LIMITED: &str = "CAREKEY_TEST_FILE_LIMIT";
const FILE_BYTES_MAX: usize = 4 << 20;

/// More than either kind of full disk takes, and something both take.
const TOO_LARGE: usize = 12 << 20;
const SMALL: usize = 100_000;

/// A tmpfs of [`FILE_BYTES_MAX`]; gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(dir: &Path) -> Option<Self> {
        std::fs::create_dir_all(dir).unwrap();
        mount(&["-t", "tmpfs", "-o", &format!("size={FILE_BYTES_MAX}"), "tmpfs"], dir).then(|| Self(dir.to_owned()))
    }

    /// A larger disk is put in.
    fn grow(&self) {
        assert!(mount(&["-o", "remount,size=64m"], &self.0));
    }
}

fn mount(arguments: &[&str], dir: &Path) -> bool {
    Command::new("mount").args(arguments).arg(dir).output().is_ok_and(|output| output.status.success())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: services may still have files open.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

/// A disk for the story, or none in a child with limited files. Without either the story moves to such a child.
fn disk_or_limit(test: &str, dir: &Path) -> Option<Option<SmallDisk>> {
    if std::env::var_os(LIMITED).is_some() {
        return Some(None);
    }
    if let Some(disk) = SmallDisk::mount(dir) {
        return Some(Some(disk));
    }
    let limit = FILE_BYTES_MAX / 512;
    let script = format!("trap '' XFSZ; ulimit -f {limit} && exec \"$0\" --exact {test} --nocapture");
    let child = Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(LIMITED, "yes")
        .status()
        .expect("a shell");
    assert!(child.success(), "{test} failed where files may not grow");
    None
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::FileTooLarge)
}

fn document(bytes: usize) -> Source {
    Source::Bytes(vec![b'x'; bytes])
}

fn sealed_files(person: &Person) -> usize {
    files_under(&person.dir.join("sealed")).len()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_does_not_fit_on_the_writers_disk_is_not_written() {
    let world = World::start().await;
    let profile = world.path("mia");
    let test = "full_disk::a_document_that_does_not_fit_on_the_writers_disk_is_not_written";
    let Some(disk) = tokio::task::block_in_place(|| disk_or_limit(test, &profile)) else { return };
    let mia = world.patient("mia").await;

    match mia.try_write(&mia.card(), NORTH, "Scan", &document(TOO_LARGE)) {
        Err(WalletError::Seal(SealError::Write(error))) => assert!(is_full(&error), "{error:?}"),
        other => panic!("the person is told that there is no room: {other:?}"),
    }
    assert_eq!(sealed_files(&mia), 0, "no half-sealed file takes the last of the room");
    assert!(mia.written().unwrap().is_empty() && mia.pending().unwrap() == 0, "nothing was promised");
    let small = mia.try_write(&mia.card(), NORTH, "Letter", &document(SMALL)).expect("what fits is written");
    mia.finishes().await;
    assert_eq!(mia.reads_own(small).await.unwrap().len(), SMALL);

    if let Some(disk) = disk {
        // The very last bytes are taken by something else.
        let filler = profile.join("filler");
        let mut room = FILE_BYTES_MAX;
        while room > 0 {
            let mut file = std::fs::File::options().create(true).append(true).open(&filler).unwrap();
            if std::io::Write::write_all(&mut file, &vec![0; room]).is_err() {
                room /= 2;
            }
        }
        let sealed = sealed_files(&mia);
        let mut refused = None;
        for attempt in 0..200 {
            // Pages of the vault's log that are there already can be written again; sooner or later it has to grow.
            match mia.try_write(&mia.card(), NORTH, &format!("Note {attempt}"), &document(0)) {
                Ok(_) => {}
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let full = match &refused {
            Some(WalletError::Seal(SealError::Write(error))) => is_full(error),
            Some(WalletError::File { source, .. }) => is_full(source),
            Some(WalletError::Vault(VaultError::DiskFull { .. })) => true,
            _ => false,
        };
        assert!(full, "every way of having no room is told as that: {refused:?}");
        assert_eq!(sealed_files(&mia), sealed + mia.pending().unwrap(), "a sealed file stays only if it was promised");
        std::fs::remove_file(&filler).unwrap();
        disk.grow();
        mia.finishes().await;
        assert_eq!(mia.records(None).unwrap().len(), mia.written().unwrap().len(), "all that was promised is kept");
        let large = mia.try_write(&mia.card(), NORTH, "Scan", &document(TOO_LARGE)).expect("with room it is written");
        mia.finishes().await;
        assert_eq!(mia.reads_own(large).await.unwrap().len(), TOO_LARGE);
        let away: Away = mia.leave().await;
        drop((away, disk));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_without_room_says_so_and_takes_the_record_later() {
    let world = World::start().await;
    let test = "full_disk::a_hospital_without_room_says_so_and_takes_the_record_later";
    let records = world.servers.hospital_dir(SOUTH).join("records");
    let Some(disk) = tokio::task::block_in_place(|| disk_or_limit(test, &records)) else { return };
    let mia = world.patient("mia").await;

    let large = if disk.is_some() { TOO_LARGE } else { FILE_BYTES_MAX - SMALL };
    let scan = mia.try_write(&mia.card(), SOUTH, "Scan", &document(large)).unwrap();
    if let Some(disk) = &disk {
        let stuck = mia.settle(std::time::Duration::ZERO).await;
        assert!(
            matches!(&stuck, Err(WalletError::Outbox(why)) if why.contains("no room")),
            "the hospital's reason reaches the person: {stuck:?}"
        );
        assert_eq!(world.counts().anchors, 0, "the ledger does not speak of a record that is nowhere");
        let letter = mia.try_write(&mia.card(), NORTH, "Letter", &document(SMALL)).unwrap();
        mia.until("another hospital's record is not held up", |mia| mia.record(&letter).is_ok()).await;
        disk.grow();
    }
    mia.finishes().await;
    assert_eq!(mia.reads_own(scan).await.unwrap().len(), large, "once there is room it arrives whole");
    std::fs::remove_dir_all(mia.dir.join("sealed")).unwrap();
    std::fs::create_dir(mia.dir.join("sealed")).unwrap();
    assert_eq!(mia.reads_own(scan).await.unwrap().len(), large, "also as South has it");
    let parts = files_under(&records).into_iter().filter(|path| path.extension().is_some()).count();
    assert_eq!(parts, 0, "no part of an upload is left");
    drop((mia.leave().await, world, disk));
}

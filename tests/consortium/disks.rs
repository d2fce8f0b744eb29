//! A hospital's disk without room, and one that wrote half.
//!
//! Mounting a small disk needs root. Without it only the second story is played.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::until;
use crate::stage::{ALL, Stage};

const SMALL: &str = "size=24m";
const LARGE: &str = "remount,size=256m";

/// A disk of its own; gone when dropped.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Puts a directory, with what is in it, on a small disk.
    fn under(dir: &Path) -> Option<Self> {
        let aside = dir.with_extension("aside");
        fs::rename(dir, &aside).unwrap();
        fs::create_dir(dir).unwrap();
        let disk =
            run("mount", &["-t", "tmpfs", "-o", &format!("{SMALL},mode=700"), "tmpfs"], dir).then(|| Self(dir.into()));
        let from = aside.join(".");
        assert!(run("cp", &["-a", from.to_str().unwrap()], dir));
        disk
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut room = 1 << 20;
        let mut filler = File::create(self.filler()).unwrap();
        while room > 0 {
            if filler.write_all(&vec![0; room]).is_err() {
                room /= 2;
            }
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
        assert!(run("mount", &["-o", LARGE], &self.0));
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the process may still have files open.
        let _ = run("umount", &["--lazy"], &self.0);
    }
}

fn run(program: &str, arguments: &[&str], dir: &Path) -> bool {
    Command::new(program).args(arguments).arg(dir).output().is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hospital_without_room_stands_aside_and_goes_on_when_there_is_room() {
    let mut disk = None;
    let (mut stage, mut load) = Stage::prepare(10, |region| disk = SmallDisk::under(&region.hospitals[3].dir)).await;
    stage.disk = disk;
    let Some(disk) = &stage.disk else {
        eprintln!("skipped: mounting a small disk needs root");
        return;
    };
    disk.fill();
    load.goes_on(60).await;
    let full = stage.hospital(3).height();
    until("the others to be ahead", async || stage.region.hospitals[0].height() > full + 5).await;
    load.goes_on(20).await;
    assert!(stage.hospital(3).status().is_some(), "it runs, and says so");
    stage.disk.as_ref().unwrap().make_room();
    let height = stage.hospital(0).height();
    until("it to catch up", async || stage.region.hospitals[3].height() >= height).await;
    // Its vote is needed.
    stage.hospital(2).kill();
    load.goes_on(20).await;
    stage.hospital(2).start();
    stage.ends(load, &ALL, &ALL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_write_is_as_if_it_had_not_been() {
    let (mut stage, mut load) = Stage::start(11).await;
    stage.hospital(3).kill();
    // The power failed while a block was committed: of what the database appended, the end is missing.
    let log = stage.hospital(3).path("ledger.db-wal");
    let length = fs::metadata(&log).unwrap().len();
    assert!(length > 4096, "it was at work");
    File::options().write(true).open(&log).unwrap().set_len(length - 1000).unwrap();
    // And of an entry in the log of votes, which nobody was told of, only the beginning is there.
    let votes = stage.hospital(3).path("consensus/log");
    File::options().append(true).open(&votes).unwrap().write_all(&[0xa5; 21]).unwrap();
    stage.hospital(3).start();
    load.goes_on(20).await;
    stage.hospital(2).kill();
    load.goes_on(20).await;
    stage.hospital(2).start();
    stage.ends(load, &ALL, &ALL).await;
}

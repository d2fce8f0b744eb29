//! The log of one height: what a validator must not forget in a crash. Malachite's write-ahead log with our entries.

use std::path::Path;
use std::{fs, io};

use carekey_protocol::{BlockHeight, decode, encode};
use malachite_wal::Log as File;

use crate::message::Entry;

/// The log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk refuses.
    #[error("consensus log: {0}")]
    Io(#[from] std::io::Error),
    /// An entry is not one of ours. The file is kept: it may hold votes that must not be contradicted.
    #[error("consensus log: entry {0} of block {1} is damaged")]
    Damaged(usize, BlockHeight),
}

/// The log on the disk. It holds entries of one height; a torn last entry, which nobody was told of, is cut off.
pub struct Log {
    file: File,
    unsynced: bool,
}

impl Log {
    /// Opens or creates the log.
    ///
    /// # Errors
    /// [`LogError::Io`], also if another process has it open.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let created = !fs::exists(path)?;
        let file = File::open(path)?;
        if created {
            sync_folder_of(path)?;
        }
        Ok(Self { file, unsynced: false })
    }

    /// Whether no height was ever begun in it: this validator has no memory of what it voted.
    pub fn is_new(&self) -> bool {
        self.file.sequence() == 0
    }

    /// The entries of a height, if the log is about that one.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn entries(&mut self, height: BlockHeight) -> Result<Vec<Entry>, LogError> {
        if self.file.sequence() != height.0 {
            return Ok(Vec::new());
        }
        let damaged = |at| LogError::Damaged(at, height);
        let read = |(at, bytes): (usize, io::Result<Vec<u8>>)| match bytes {
            Ok(bytes) => decode(&bytes).map_err(|_| damaged(at)),
            Err(error) if is_damage(&error) => Err(damaged(at)),
            Err(error) => Err(error.into()),
        };
        let entries: Vec<Entry> = self.file.iter()?.enumerate().map(read).collect::<Result<_, _>>()?;
        // A crash while the log began this height: its name is there, the entries are still the last one's.
        if entries.iter().filter_map(Entry::height).any(|other| other != height) {
            self.file.reset(height.0)?;
            return Ok(Vec::new());
        }
        Ok(entries)
    }

    /// Begins the log of a height, unless it is about that one; what it held of another is gone.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn begin(&mut self, height: BlockHeight) -> Result<(), LogError> {
        if self.file.sequence() != height.0 {
            self.file.reset(height.0)?;
        }
        Ok(())
    }

    /// Adds an entry. It is safe after [`sync`](Self::sync).
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn append(&mut self, entry: &Entry) -> Result<(), LogError> {
        self.file.append(encode(entry))?;
        self.unsynced = true;
        Ok(())
    }

    /// Returns when every entry is on the disk.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn sync(&mut self) -> Result<(), LogError> {
        if self.unsynced {
            self.file.flush()?;
            // Only now: after a failure the entries are still to be synced.
            self.unsynced = false;
        }
        Ok(())
    }
}

fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

/// A new file outlives a power cut only when its folder is on the disk too.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::Signature;
    use carekey_ledger::VoteKind;
    use carekey_protocol::HospitalId;
    use tempfile::TempDir;

    use crate::SignedVote;

    const HEIGHT: BlockHeight = BlockHeight(5);

    fn vote(height: BlockHeight, round: u32) -> Entry {
        let (voter, signature) = (HospitalId([0, 0, 1]), Signature([1; 64]));
        Entry::Vote(SignedVote { kind: VoteKind::Prevote, height, round, header: None, voter, signature })
    }

    /// A log with three votes, closed again; and where.
    fn written() -> (TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut log = Log::open(&path).unwrap();
        log.begin(HEIGHT).unwrap();
        (0..3).for_each(|round| log.append(&vote(HEIGHT, round)).unwrap());
        log.sync().unwrap();
        drop(log);
        (dir, path)
    }

    fn votes(rounds: core::ops::Range<u32>) -> Vec<Entry> {
        rounds.map(|round| vote(HEIGHT, round)).collect()
    }

    #[test]
    fn entries_of_a_height_are_kept_until_the_next_begins() {
        let (_dir, path) = written();
        let mut log = Log::open(&path).unwrap();
        assert!(!log.is_new());
        assert_eq!(log.entries(HEIGHT).unwrap(), votes(0..3));
        assert_eq!(log.entries(HEIGHT.next()).unwrap(), []);
        log.begin(HEIGHT).unwrap();
        log.append(&Entry::ProposeTimeout(3)).unwrap();
        assert_eq!(log.entries(HEIGHT).unwrap().len(), 4, "beginning the same height forgets nothing");
        log.begin(HEIGHT.next()).unwrap();
        assert_eq!((log.entries(HEIGHT).unwrap(), log.entries(HEIGHT.next()).unwrap()), (vec![], vec![]));
    }

    #[test]
    fn a_log_is_new_until_a_height_begins_and_has_one_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let first = Log::open(&path).unwrap();
        assert!(first.is_new());
        assert!(matches!(Log::open(&path), Err(LogError::Io(_))), "two would contradict each other");
        drop(first);
        let mut again = Log::open(&path).unwrap();
        assert!(again.is_new(), "a restart before the first height remembers nothing either");
        again.begin(HEIGHT).unwrap();
        assert!(!again.is_new());
    }

    #[test]
    fn a_torn_last_entry_is_cut_off_wherever_it_was_torn() {
        let (_dir, path) = written();
        let whole = fs::read(&path).unwrap();
        let entry = (whole.len() - 12) / 3;
        for torn in 1..entry {
            fs::write(&path, &whole[..whole.len() - torn]).unwrap();
            let mut log = Log::open(&path).unwrap();
            assert_eq!(log.entries(HEIGHT).unwrap(), votes(0..2), "without its last {torn} bytes");
            log.append(&vote(HEIGHT, 2)).unwrap();
            assert_eq!(log.entries(HEIGHT).unwrap(), votes(0..3), "and it goes on there");
        }
    }

    #[test]
    fn a_damaged_entry_is_an_error_and_the_file_is_kept() {
        let (_dir, path) = written();
        let whole = fs::read(&path).unwrap();
        let entry = (whole.len() - 12) / 3;
        for number in 0..3 {
            // Behind flag, length and checksum.
            let mut damaged = whole.clone();
            damaged[12 + number * entry + 13 + 20] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let read = Log::open(&path).unwrap().entries(HEIGHT);
            assert!(matches!(read, Err(LogError::Damaged(at, HEIGHT)) if at == number), "{read:?}");
            assert_eq!(fs::read(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn a_crash_between_two_heights_leaves_no_entries_of_the_first() {
        let (_dir, path) = written();
        let mut bytes = fs::read(&path).unwrap();
        // The next height's number is on the disk, the old entries are not yet gone.
        bytes[4..12].copy_from_slice(&HEIGHT.next().0.to_be_bytes());
        fs::write(&path, &bytes).unwrap();
        let mut log = Log::open(&path).unwrap();
        assert_eq!(log.entries(HEIGHT.next()).unwrap(), []);
        log.begin(HEIGHT.next()).unwrap();
        log.append(&vote(HEIGHT.next(), 0)).unwrap();
        assert_eq!(log.entries(HEIGHT.next()).unwrap(), [vote(HEIGHT.next(), 0)]);
    }
}

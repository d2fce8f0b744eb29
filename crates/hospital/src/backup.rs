//! A copy of a hospital's files while it runs, or does not.
//!
//! The order makes the copy sound: the index first, so that nothing it names is missing (a sealed record is on the disk
//! before the index says so), then the records, then the ledger, which may only be further than the index has read.

use std::fs;
use std::path::Path;

use carekey_crypto::Secret32;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use zeroize::Zeroizing;

use crate::error::StoreError;

/// What a copy holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// Files of sealed records.
    pub records: u64,
    /// Their bytes.
    pub records_bytes: u64,
}

/// Copies index, records and ledger of the hospital in `dir` to `to`, which must exist and hold none of them. Sealed
/// records never change, so they are linked where the file system allows it and take no space.
///
/// # Errors
/// [`StoreError`]; what was copied by then stays.
pub fn back_up(dir: &Path, database_key: &Secret32, to: &Path) -> Result<BackedUp, StoreError> {
    let digits = Zeroizing::new(database_key.expose().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let key = Zeroizing::new(format!("x'{}'", digits.as_str()));
    copy_database(&dir.join("index.db"), &to.join("index.db"), Some(&key))?;
    let mut copied = BackedUp::default();
    let records = dir.join("records");
    if records.is_dir() {
        copy_records(&records, &to.join("records"), &mut copied)?;
    }
    copy_database(&dir.join("ledger.db"), &to.join("ledger.db"), None)?;
    Ok(copied)
}

/// One consistent state, in one step: in WAL mode nobody waits for a reader.
fn copy_database(from: &Path, to: &Path, key: Option<&str>) -> Result<(), StoreError> {
    fs::File::create_new(to)?;
    let open = |path: &Path| {
        let connection = Connection::open(path)?;
        if let Some(key) = key {
            connection.pragma_update(None, "key", key)?;
        }
        Ok::<_, rusqlite::Error>(connection)
    };
    if !from.is_file() {
        return Err(StoreError::Damaged(format!("{} is missing", from.display())));
    }
    carekey_ledger::store::start_engine()?;
    let source = open(from)?;
    let mut copy = open(to)?;
    let backup = Backup::new(&source, &mut copy)?;
    loop {
        match backup.step(-1)? {
            StepResult::Done => break,
            // Somebody recovers the log, or writes it back: over in a moment.
            _ => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
    drop(backup);
    copy.close().map_err(|(_, error)| error)?;
    fs::File::open(to)?.sync_all()?;
    Ok(())
}

fn copy_records(from: &Path, to: &Path, copied: &mut BackedUp) -> Result<(), StoreError> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_records(&path, &target, copied)?;
            continue;
        }
        // An upload that goes on grows its part, so a link to it would grow, too.
        let grows = path.extension().is_some();
        match if grows { Err(std::io::ErrorKind::Other.into()) } else { fs::hard_link(&path, &target) } {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(_) => match fs::copy(&path, &target) {
                // Erased, or renamed because it became whole, since the folder was listed.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                copied => drop(copied?),
            },
            Ok(()) => {}
        }
        if !grows {
            copied.records += 1;
            copied.records_bytes += fs::metadata(&target)?.len();
        }
    }
    Ok(())
}

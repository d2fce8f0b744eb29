//! Making and opening the file: key, lock, checks, migrations.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use carekey_crypto::{Secret32, tagged_hash};
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::lock::Lock;
use super::{Vault, migrations};
use crate::custody::hex;
use crate::files;

const FILE_NAME: &str = "vault.db";

/// Pages copied at a time.
const COPY_PAGES: std::ffi::c_int = 256;

/// Whether the directory holds a vault.
pub fn exists(dir: &Path) -> bool {
    path(dir).exists()
}

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE_NAME)
}

impl Vault {
    /// Makes an empty vault in `dir` under a fresh key.
    ///
    /// It is made aside and renamed when complete: a crash leaves no vault or a whole one.
    ///
    /// # Errors
    /// [`VaultError::Exists`], [`VaultError::InUse`], or the disk's.
    pub fn create(dir: &Path, key: &Secret32) -> Result<Self, VaultError> {
        files::make_private_dir(dir).map_err(VaultError::disk(dir))?;
        let path = path(dir);
        let lock = Lock::take(&path)?;
        if path.exists() {
            return Err(VaultError::Exists { path });
        }
        let unfinished = path.with_extension("db-new");
        // A log left beside either name would be replayed into the new file.
        remove_files(&path, &["db-new", "db-new-wal", "db-new-shm", "db-wal", "db-shm"])?;
        // Created by us for its permissions; SQLite's own files beside it inherit them.
        files::private_options()
            .write(true)
            .create_new(true)
            .open(&unfinished)
            .map_err(VaultError::disk(&unfinished))?;
        let connection = connect(&unfinished, key)?;
        configure(&connection, &unfinished)?;
        migrations::run(&connection, &unfinished)?;
        connection.close().map_err(|(_, error)| VaultError::from_sqlite(&unfinished, error))?;
        write_key_check(&path, key)?;
        fs::rename(&unfinished, &path).and_then(|()| files::sync_parent(&path)).map_err(VaultError::disk(&path))?;
        let connection = connect(&path, key)?;
        configure(&connection, &path)?;
        Ok(Self { connection: Mutex::new(connection), path, _lock: lock })
    }

    /// Opens the vault in `dir`, verifies every page of it, and brings its tables up to date.
    ///
    /// # Errors
    /// [`VaultError::Missing`], [`InUse`](VaultError::InUse), [`WrongKey`](VaultError::WrongKey),
    /// [`Damaged`](VaultError::Damaged), [`Newer`](VaultError::Newer), or the disk's.
    pub fn open(dir: &Path, key: &Secret32) -> Result<Self, VaultError> {
        let path = path(dir);
        if !path.exists() {
            return Err(VaultError::Missing { path });
        }
        let lock = Lock::take(&path)?;
        let check = read_key_check(&path, key)?;
        let connection = match connect(&path, key) {
            Err(VaultError::Damaged { .. }) if check == KeyCheck::OtherKey => {
                Err(VaultError::WrongKey { path: path.clone() })
            }
            other => other,
        }?;
        if migrations::version(&connection, &path)? == 0 {
            return Err(VaultError::damaged(&path, "it is empty"));
        }
        configure(&connection, &path)?;
        verify(&connection, &path)?;
        migrations::run(&connection, &path)?;
        if check != KeyCheck::SameKey {
            // The key opened the vault, so it is the file beside it that was lost or spoiled.
            write_key_check(&path, key)?;
        }
        Ok(Self { connection: Mutex::new(connection), path, _lock: lock })
    }

    /// Reads every page and checks it, and the tables' structure.
    ///
    /// # Errors
    /// [`VaultError::Damaged`], naming the first thing wrong.
    pub fn check(&self) -> Result<(), VaultError> {
        verify(&self.connection(), &self.path)
    }

    /// A copy of the whole vault as it is now, under the same key; the vault stays in use.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn copy_to(&self, path: &Path, key: &Secret32) -> Result<(), VaultError> {
        let run = |error| VaultError::from_sqlite(path, error);
        files::remove_durably(path).map_err(VaultError::disk(path))?;
        files::private_options().write(true).create_new(true).open(path).map_err(VaultError::disk(path))?;
        let mut copy = connect(path, key)?;
        let source = self.connection();
        rusqlite::backup::Backup::new(&source, &mut copy)
            .and_then(|backup| backup.run_to_completion(COPY_PAGES, Duration::ZERO, None))
            .map_err(run)?;
        drop(source);
        // One file, without a log beside it.
        copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(run)?;
        copy.close().map_err(|(_, error)| run(error))
    }

    /// Removes the vault in `dir`, which nobody has open. What it held is gone.
    ///
    /// # Errors
    /// [`VaultError::InUse`], or the disk's.
    pub fn remove(dir: &Path) -> Result<(), VaultError> {
        let path = path(dir);
        let lock = Lock::take(&path)?;
        remove_files(
            &path,
            &["db", "db-wal", "db-shm", "db-new", "db-new-wal", "db-new-shm", "check", "copy", "copy-journal"],
        )?;
        drop(lock);
        remove_files(&path, &["lock"])
    }
}

fn remove_files(path: &Path, extensions: &[&str]) -> Result<(), VaultError> {
    extensions.iter().try_for_each(|extension| {
        let file = path.with_extension(extension);
        files::remove_durably(&file).map_err(VaultError::disk(&file))
    })
}

/// Opens the file, which exists, and proves the key on its first page.
fn connect(path: &Path, key: &Secret32) -> Result<Connection, VaultError> {
    let run = |error| VaultError::from_sqlite(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    carekey_ledger::store::start_engine().map_err(run)?;
    let connection = Connection::open_with_flags(path, flags).map_err(run)?;
    set_key(&connection, key)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(run)?;
    Ok(connection)
}

/// Settings of the connection; the first of them may write to the file.
fn configure(connection: &Connection, path: &Path) -> Result<(), VaultError> {
    connection.set_prepared_statement_cache_capacity(128);
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA fullfsync = ON;
             PRAGMA checkpoint_fullfsync = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;",
        )
        .map_err(|error| VaultError::from_sqlite(path, error))
}

/// The raw key, past SQLCipher's own passphrase hashing. No error of this function carries the statement.
fn set_key(connection: &Connection, key: &Secret32) -> Result<(), VaultError> {
    let digits = hex(key.expose());
    let mut statement = Zeroizing::new(String::with_capacity(96));
    for part in ["PRAGMA key = \"x'", &digits, "'\""] {
        statement.push_str(part);
    }
    let failed = |_| VaultError::Engine("the key was not accepted".into());
    // What it would print to stderr, our errors say with the file's name.
    connection.execute_batch("PRAGMA cipher_log_level = NONE").map_err(failed)?;
    connection.execute_batch(&statement).map_err(failed)?;
    // An SQLite without encryption ignores the pragma above, and would write everything in the clear.
    let cipher: Option<String> = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0)).ok();
    match cipher {
        Some(version) if !version.is_empty() => Ok(()),
        _ => Err(VaultError::Engine("this build of SQLite cannot encrypt".into())),
    }
}

fn verify(connection: &Connection, path: &Path) -> Result<(), VaultError> {
    let run = |error| VaultError::from_sqlite(path, error);
    // The page check reads the main file only: what is still in the log goes there first.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(run)?;
    let complaints = |sql| -> rusqlite::Result<Vec<String>> {
        connection.prepare(sql)?.query_map([], |row| row.get(0))?.take(1).collect()
    };
    if let Some(first) = complaints("PRAGMA cipher_integrity_check").map_err(run)?.into_iter().next() {
        return Err(VaultError::damaged(path, first));
    }
    match complaints("PRAGMA quick_check(1)").map_err(run)?.into_iter().next() {
        Some(answer) if answer == "ok" => Ok(()),
        other => Err(VaultError::damaged(path, other.unwrap_or_else(|| "no answer".into()))),
    }
}

/// Tells a wrong key from a damaged first page, which the database alone cannot. A digest of a random 256-bit key
/// says nothing about the key.
fn key_check(key: &Secret32) -> [u8; 32] {
    tagged_hash("vault-check", &[key.expose()]).0
}

fn write_key_check(path: &Path, key: &Secret32) -> Result<(), VaultError> {
    let file = path.with_extension("check");
    files::write_atomically(&file, &key_check(key)).map_err(VaultError::disk(&file))
}

#[derive(PartialEq, Eq)]
enum KeyCheck {
    SameKey,
    OtherKey,
    Unknown,
}

fn read_key_check(path: &Path, key: &Secret32) -> Result<KeyCheck, VaultError> {
    let file = path.with_extension("check");
    match files::read_bounded(&file, 32) {
        Ok(found) if found == key_check(key) => Ok(KeyCheck::SameKey),
        Ok(found) if found.len() == 32 => Ok(KeyCheck::OtherKey),
        Ok(_) => Ok(KeyCheck::Unknown),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => Ok(KeyCheck::Unknown),
        Err(error) => Err(VaultError::disk(&file)(error)),
    }
}

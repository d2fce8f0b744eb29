//! One process, one window, one open vault per profile.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::error::VaultError;
use crate::files;

/// Held while the vault is open. The system releases it when the process ends, however it ends.
pub(super) struct Lock(#[expect(dead_code, reason = "holding the file is the point")] File);

impl Lock {
    /// Takes the lock of the vault at `path`, or says that somebody else has it.
    pub(super) fn take(path: &Path) -> Result<Self, VaultError> {
        let lock_path = path.with_extension("lock");
        let file = files::private_options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(VaultError::disk(&lock_path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(VaultError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => Err(VaultError::disk(&lock_path)(error)),
        }
    }
}

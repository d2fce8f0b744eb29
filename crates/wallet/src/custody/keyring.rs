//! The operating system's keyring: one entry a profile, in service "CareKey". Its account is the profile's id when it holds
//! the secrets themselves, and `<id>-device` when it holds the device's part of what opens the PIN file.

use keyring_core::{Entry, Error};
use zeroize::Zeroizing;

use super::error::CustodyError;
use super::native;
use super::root::{hex, unhex};

/// The name a person sees in their keyring's own window.
const SERVICE: &str = "CareKey";

/// What the keyring would say, found out without asking the person for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringStatus {
    /// Open: storing and finding will work.
    Ready,
    /// There, and closed. Using it asks the person to unlock it.
    Locked,
    /// None in this session.
    Missing {
        /// What was tried and failed.
        why: String,
    },
}

pub(super) fn status() -> KeyringStatus {
    on_own_thread(native::status)
}

/// What an entry can hold: something with an encoding that tells damage.
pub(super) trait Kept: PartialEq + Sized + Send + Sync {
    fn encode(&self) -> Zeroizing<Vec<u8>>;
    fn decode(bytes: &[u8]) -> Option<Self>;
}

/// Puts a secret under `account`, reads it back and compares: some keyrings accept what they cannot keep.
pub(super) fn put<T: Kept>(account: &str, secret: &T) -> Result<(), CustodyError> {
    on_own_thread(|| {
        entry(account)?.set_secret(hex(&secret.encode()).as_bytes()).map_err(explain)?;
        match read::<T>(account) {
            Ok(found) if found == *secret => Ok(()),
            Ok(_) => Err(CustodyError::KeyringEntryDamaged),
            Err(CustodyError::KeyringEntryGone) => {
                Err(CustodyError::KeyringFailed { why: "it did not keep what it accepted".into() })
            }
            Err(error) => Err(error),
        }
    })
}

pub(super) fn get<T: Kept>(account: &str) -> Result<T, CustodyError> {
    on_own_thread(|| read(account))
}

/// Removes the entry; one that is already gone counts as removed.
pub(super) fn remove(account: &str) -> Result<(), CustodyError> {
    on_own_thread(|| match entry(account)?.delete_credential().map_err(explain) {
        Err(CustodyError::KeyringEntryGone) => Ok(()),
        other => other,
    })
}

fn read<T: Kept>(account: &str) -> Result<T, CustodyError> {
    let text = Zeroizing::new(entry(account)?.get_secret().map_err(explain)?);
    unhex(&text).and_then(|bytes| T::decode(&bytes)).ok_or(CustodyError::KeyringEntryDamaged)
}

/// A store of its own for each use: a keyring that was started or restarted since the last attempt is found.
fn entry(account: &str) -> Result<Entry, CustodyError> {
    let store = native::store().map_err(|error| CustodyError::KeyringMissing { why: why(&error) })?;
    store.build(SERVICE, account, None).map_err(explain)
}

fn explain(error: Error) -> CustodyError {
    if native::has_no_collection(&error) {
        return CustodyError::KeyringMissing { why: native::NO_COLLECTION.into() };
    }
    if native::is_locked(&error) {
        return CustodyError::KeyringLocked;
    }
    match error {
        // Some keyrings find nothing in what is locked instead of saying so.
        Error::NoEntry if native::status() == KeyringStatus::Locked => CustodyError::KeyringLocked,
        Error::NoEntry => CustodyError::KeyringEntryGone,
        Error::NoStorageAccess(_) => CustodyError::KeyringLocked,
        Error::NoDefaultStore => CustodyError::KeyringMissing { why: why(&error) },
        // Their values carry the secret: say nothing of them.
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(Zeroizing::new(bytes));
            CustodyError::KeyringEntryDamaged
        }
        other => CustodyError::KeyringFailed { why: why(&other) },
    }
}

fn why(error: &Error) -> String {
    match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => inner.to_string(),
        other => other.to_string(),
    }
}

/// Keyring clients block on their own event loop, which must not happen on an async worker thread.
fn on_own_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

//! Everything that can stand between a person and their keys, one meaning each.

use std::io;
use std::path::{Path, PathBuf};

use super::profile::KeeperKind;

/// Why the root secrets could not be stored, found or changed.
///
/// No two variants ask the same thing of the person; none of them is ever answered by trying another keeper silently.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// This computer or session offers no keyring. Start one, or choose a passphrase.
    #[error("no keyring is available: {why}")]
    KeyringMissing {
        /// What was tried and failed.
        why: String,
    },
    /// The keyring is there and closed, and was not opened when it asked. Unlock it and try again.
    #[error("the keyring is locked")]
    KeyringLocked,
    /// The keyring is open and holds nothing for this profile: removed, or another login. Restore from the 24 words.
    #[error("the keyring no longer holds the keys of this profile")]
    KeyringEntryGone,
    /// The keyring's entry for this profile is not what was put there. Restore from the 24 words.
    #[error("the keyring's entry for this profile is damaged")]
    KeyringEntryDamaged,
    /// The keyring has an entry or a login that is somebody else's. Log in as that person, or restore from the 24 words.
    #[error("the keys found are not those of this profile")]
    KeysOfAnother {
        /// Under which login the secrets were stored, if that is known.
        login: Option<String>,
    },
    /// The keyring answered with an error of its own.
    #[error("the keyring failed: {why}")]
    KeyringFailed {
        /// The keyring's words.
        why: String,
    },
    /// The passphrase or the PIN does not open the file. Try again.
    #[error("wrong passphrase or PIN")]
    WrongPassphrase,
    /// Too many wrong tries: nothing is tried until the time is over.
    #[error("too many wrong tries: wait {} s", wait_ms.div_ceil(1000))]
    LockedOut {
        /// How long, in milliseconds.
        wait_ms: u64,
    },
    /// A new PIN that is not [`PIN_DIGITS_MIN`](super::PIN_DIGITS_MIN) or more digits, or one that everybody tries first.
    #[error("a PIN needs at least {digits_min} digits that are not all alike or in a row")]
    PinTooEasy {
        /// The least number of digits.
        digits_min: usize,
    },
    /// A new passphrase with fewer characters than [`PASSPHRASE_CHARS_MIN`](super::PASSPHRASE_CHARS_MIN).
    #[error("a passphrase needs at least {chars_min} characters")]
    PassphraseTooShort {
        /// The least number of characters.
        chars_min: usize,
    },
    /// The passphrase file is not in our format: cut short, overwritten. Restore from the 24 words.
    #[error("{} is damaged", path.display())]
    PassphraseFileDamaged {
        /// The file.
        path: PathBuf,
    },
    /// The profile says its keys are in a passphrase file, and the file is not there.
    #[error("{} is missing", path.display())]
    PassphraseFileGone {
        /// The file.
        path: PathBuf,
    },
    /// The profile keeps its keys elsewhere than where the caller looked.
    #[error("this profile keeps its keys in {recorded}")]
    OtherKeeper {
        /// Where they are.
        recorded: KeeperKind,
    },
    /// There is no profile in this directory.
    #[error("no profile in {}", dir.display())]
    ProfileMissing {
        /// The directory.
        dir: PathBuf,
    },
    /// The profile file is unreadable, or missing although the directory is in use.
    #[error("{} is damaged: {why}", path.display())]
    ProfileDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The profile was written by a newer CareKey. Update.
    #[error("profile format {found} is newer than this version of CareKey")]
    ProfileNewer {
        /// The format named in the file.
        found: u32,
    },
    /// The directory already holds a profile, and secrets are never overwritten.
    #[error("{} already holds a profile", dir.display())]
    ProfileExists {
        /// The directory.
        dir: PathBuf,
    },
    /// The disk said no: full, read-only, not permitted.
    #[error("{}: {source}", path.display())]
    Disk {
        /// What was being read or written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl CustodyError {
    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }
}

//! The secrets in a file under something typed (Argon2id, then AES-256-GCM): `root.sealed` under a passphrase, for people
//! without a keyring; `root.pin` under a PIN together with a secret that the keyring keeps.
//!
//! ```text
//! "CareKey root secrets 1\n" ‖ sealed ‖ first 8 bytes of H("passphrase-file", sealed)
//! ```
//! The digest is there to tell a damaged file from a wrong passphrase before Argon2id has run: the two ask different
//! things of the person. It covers ciphertext only and helps nobody who guesses.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use carekey_crypto::{Cost, PassphraseError, open_with_passphrase, seal_with_passphrase_at, tagged_hash};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret, SecretString};

use super::error::CustodyError;
use super::keyring::Kept;
use super::root::RootMaterial;
use crate::files;

/// Which of the two files. They have names of their own, so that no moment of a move leaves one read as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SealedFile {
    Passphrase,
    Pin,
}

const MAGIC: &[u8] = b"CareKey root secrets 1\n";
const DIGEST_BYTES: usize = 8;
/// A sealed root is some 150 bytes.
const FILE_BYTES_MAX: usize = 4096;

/// The least number of characters of a new passphrase (NIST SP 800-63B §5.1.1.1).
pub const PASSPHRASE_CHARS_MIN: usize = 8;

impl SealedFile {
    pub(super) fn path(self, dir: &Path) -> PathBuf {
        dir.join(match self {
            Self::Passphrase => "root.sealed",
            Self::Pin => "root.pin",
        })
    }
}

/// Refuses a new passphrase that is too easy.
pub(super) fn check_passphrase(passphrase: &SecretString) -> Result<(), CustodyError> {
    if passphrase.expose_secret().chars().count() < PASSPHRASE_CHARS_MIN {
        return Err(CustodyError::PassphraseTooShort { chars_min: PASSPHRASE_CHARS_MIN });
    }
    Ok(())
}

pub(super) fn put(
    rng: &mut impl CryptoRng,
    dir: &Path,
    file: SealedFile,
    cost: Cost,
    typed: &SecretString,
    root: &RootMaterial,
) -> Result<(), CustodyError> {
    // Fails only for secrets of more than 64 KiB.
    let sealed =
        seal_with_passphrase_at(rng, cost, typed.expose_secret(), &root.encode()).unwrap_or_else(|_| unreachable!());
    let bytes = [MAGIC, &sealed, &digest(&sealed)].concat();
    let path = file.path(dir);
    files::write_atomically(&path, &bytes).map_err(CustodyError::disk(&path))
}

pub(super) fn get(dir: &Path, file: SealedFile, typed: &SecretString) -> Result<RootMaterial, CustodyError> {
    let path = file.path(dir);
    let bytes = files::read_bounded(&path, FILE_BYTES_MAX).map_err(|error| match error.kind() {
        ErrorKind::NotFound => CustodyError::PassphraseFileGone { path: path.clone() },
        ErrorKind::InvalidData => CustodyError::PassphraseFileDamaged { path: path.clone() },
        _ => CustodyError::disk(&path)(error),
    })?;
    let damaged = || CustodyError::PassphraseFileDamaged { path: path.clone() };
    let sealed = unframe(&bytes).ok_or_else(damaged)?;
    let root = open_with_passphrase(typed.expose_secret(), sealed).map_err(|error| match error {
        PassphraseError::WrongPassphrase => CustodyError::WrongPassphrase,
        PassphraseError::UnknownVersion(found) => CustodyError::ProfileNewer { found: found.into() },
        _ => damaged(),
    })?;
    RootMaterial::decode(&root).ok_or_else(damaged)
}

fn unframe(bytes: &[u8]) -> Option<&[u8]> {
    let (sealed, found) = bytes.strip_prefix(MAGIC)?.split_last_chunk::<DIGEST_BYTES>()?;
    (digest(sealed) == *found).then_some(sealed)
}

fn digest(sealed: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut out = [0; DIGEST_BYTES];
    out.copy_from_slice(&tagged_hash("passphrase-file", &[sealed]).0[..DIGEST_BYTES]);
    out
}

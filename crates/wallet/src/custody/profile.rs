//! `profile.json`: which profile this directory is and where its secrets are. Nothing in it is secret.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::error::CustodyError;
use super::root::hex;
use crate::files;

/// The file's name inside the profile directory.
pub(super) const FILE_NAME: &str = "profile.json";
const FORMAT: u32 = 1;
/// Far above what we write: three short fields.
const FILE_BYTES_MAX: usize = 4096;

/// Where a profile's secrets are kept, as the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperKind {
    /// The operating system's keyring: Secret Service, Keychain or Credential Manager.
    Keyring,
    /// A file in the profile directory, sealed under a passphrase.
    PassphraseFile,
}

impl fmt::Display for KeeperKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "the keyring",
            Self::PassphraseFile => "a passphrase file",
        })
    }
}

/// The content of `profile.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Random name of the profile, 32 hexadecimal digits: the account under which the keyring holds its secrets.
    pub id: String,
    /// Where the secrets are.
    pub keeper: KeeperKind,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    format: u32,
    profile: String,
    keeper: KeeperKind,
}

/// Read first, so that a newer file is called newer and not damaged.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl Profile {
    pub(super) fn generate(rng: &mut impl CryptoRng, keeper: KeeperKind) -> Self {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        Self { id: hex(&id).to_string(), keeper }
    }

    pub(super) fn path(dir: &Path) -> PathBuf {
        dir.join(FILE_NAME)
    }

    pub(super) fn read(dir: &Path) -> Result<Self, CustodyError> {
        let path = Self::path(dir);
        let bytes = files::read_bounded(&path, FILE_BYTES_MAX).map_err(|error| match error.kind() {
            ErrorKind::NotFound => CustodyError::ProfileMissing { dir: dir.to_owned() },
            ErrorKind::InvalidData => damaged(&path, &error),
            _ => CustodyError::disk(&path)(error),
        })?;
        let FormatOnly { format } = serde_json::from_slice(&bytes).map_err(|error| damaged(&path, &error))?;
        if format > FORMAT {
            return Err(CustodyError::ProfileNewer { found: format });
        }
        let file: ProfileFile = serde_json::from_slice(&bytes).map_err(|error| damaged(&path, &error))?;
        let id_is_ours = file.profile.len() == 32 && file.profile.bytes().all(|c| c.is_ascii_hexdigit());
        if !id_is_ours || file.format != FORMAT {
            return Err(damaged(&path, &"not a profile id"));
        }
        Ok(Self { id: file.profile, keeper: file.keeper })
    }

    /// Writing the file is what makes a change of keeper take effect: the secrets are in place before it is written.
    pub(super) fn write(&self, dir: &Path) -> Result<(), CustodyError> {
        let path = Self::path(dir);
        let file = ProfileFile { format: FORMAT, profile: self.id.clone(), keeper: self.keeper };
        // Three plain fields always serialize.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_else(|_| unreachable!());
        text.push('\n');
        files::write_atomically(&path, text.as_bytes()).map_err(CustodyError::disk(&path))
    }
}

fn damaged(path: &Path, why: &dyn fmt::Display) -> CustodyError {
    CustodyError::ProfileDamaged { path: path.to_owned(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_profile_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::generate(&mut carekey_crypto::test_rng(1), KeeperKind::Keyring);
        profile.write(dir.path()).unwrap();
        assert_eq!(Profile::read(dir.path()).unwrap(), profile);
    }

    #[test]
    fn each_broken_file_has_its_own_name() {
        let dir = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            fs::write(Profile::path(dir.path()), text).unwrap();
            Profile::read(dir.path()).unwrap_err()
        };
        let id = "0".repeat(32);
        assert!(matches!(read(""), CustodyError::ProfileDamaged { .. }));
        assert!(matches!(read(&"x".repeat(5000)), CustodyError::ProfileDamaged { .. }));
        assert!(matches!(
            read(&format!(r#"{{"format":1,"profile":"../{id}","keeper":"keyring"}}"#)),
            CustodyError::ProfileDamaged { .. }
        ));
        assert!(matches!(
            read(&format!(r#"{{"format":1,"profile":"{id}","keeper":"cloud"}}"#)),
            CustodyError::ProfileDamaged { .. }
        ));
        assert!(matches!(read(r#"{"format":2,"shards":[1,2]}"#), CustodyError::ProfileNewer { found: 2 }));
        fs::remove_file(Profile::path(dir.path())).unwrap();
        assert!(matches!(Profile::read(dir.path()), Err(CustodyError::ProfileMissing { .. })));
    }
}

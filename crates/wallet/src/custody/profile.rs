//! `profile.json`: which profile this directory is and where its secrets are. Nothing in it is secret.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use carekey_crypto::tagged_hash;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::error::CustodyError;
use super::root::{RootMaterial, hex};
use crate::files;

/// The file's name inside the profile directory.
pub(super) const FILE_NAME: &str = "profile.json";
/// 1 knew neither [`KeeperKind::PinFile`] nor the two fields that tell whose secrets they are.
const FORMAT: u32 = 2;
/// Far above what we write: five short fields.
const FILE_BYTES_MAX: usize = 4096;
/// POSIX allows 32; directories with mail addresses for names want more.
const LOGIN_BYTES_MAX: usize = 256;

/// Where a profile's secrets are kept, as the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperKind {
    /// The operating system's keyring: Secret Service, Keychain or Credential Manager.
    Keyring,
    /// A file in the profile directory, sealed under a PIN and a secret that the keyring keeps: neither opens it alone.
    PinFile,
    /// A file in the profile directory, sealed under a passphrase.
    PassphraseFile,
}

impl fmt::Display for KeeperKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "the keyring",
            Self::PinFile => "a file under a PIN and the keyring",
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
    /// Tells these secrets from another profile's: see [`check_of`]. None in a profile of format 1.
    pub check: Option<u64>,
    /// Who was logged in when the secrets were put there. A hint for words, never trusted.
    pub login: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    format: u32,
    profile: String,
    keeper: KeeperKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<String>,
}

/// Read first, so that a newer file is called newer and not damaged.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl Profile {
    pub(super) fn generate(rng: &mut impl CryptoRng, keeper: KeeperKind, root: &RootMaterial) -> Self {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        Self { id: hex(&id).to_string(), keeper, check: Some(check_of(root)), login: login() }
    }

    /// The same profile with its secrets elsewhere.
    pub(super) fn moved(&self, keeper: KeeperKind, root: &RootMaterial) -> Self {
        Self { id: self.id.clone(), keeper, check: Some(check_of(root)), login: login() }
    }

    /// Whether these secrets can be the profile's.
    pub fn fits(&self, root: &RootMaterial) -> bool {
        self.check.is_none_or(|check| check == check_of(root))
    }

    /// Whether it was made under another login than the present one, as far as both are known.
    pub(super) fn is_of_another_login(&self) -> bool {
        matches!((&self.login, login()), (Some(then), Some(now)) if *then != now)
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
        if !id_is_ours || file.format == 0 {
            return Err(damaged(&path, &"not a profile id"));
        }
        let check = file.check.map(|digits| u64::from_str_radix(&digits, 16)).transpose();
        let check = check.map_err(|error| damaged(&path, &error))?;
        Ok(Self { id: file.profile, keeper: file.keeper, check, login: file.login })
    }

    /// Writing the file is what makes a change of keeper take effect: the secrets are in place before it is written.
    pub(super) fn write(&self, dir: &Path) -> Result<(), CustodyError> {
        let path = Self::path(dir);
        let file = ProfileFile {
            format: FORMAT,
            profile: self.id.clone(),
            keeper: self.keeper,
            check: self.check.map(|check| format!("{check:016x}")),
            login: self.login.clone(),
        };
        // Plain fields always serialize.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_else(|_| unreachable!());
        text.push('\n');
        files::write_atomically(&path, text.as_bytes()).map_err(CustodyError::disk(&path))
    }
}

/// 64 bits of H("profile-check", entropy): they say nothing about 256 random bits, and tell two profiles apart.
pub fn check_of(root: &RootMaterial) -> u64 {
    let digest = tagged_hash("profile-check", &[root.entropy.expose()]).0;
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

/// The name of the login, as the environment tells it.
fn login() -> Option<String> {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty() && name.len() <= LOGIN_BYTES_MAX)
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
        let root = RootMaterial::generate(&mut carekey_crypto::test_rng(2));
        let profile = Profile::generate(&mut carekey_crypto::test_rng(1), KeeperKind::PinFile, &root);
        profile.write(dir.path()).unwrap();
        let read = Profile::read(dir.path()).unwrap();
        assert_eq!(read, profile);
        assert!(read.fits(&root));
        assert!(!read.fits(&RootMaterial::generate(&mut carekey_crypto::test_rng(3))), "somebody else's secrets");
    }

    #[test]
    fn a_profile_of_the_first_format_is_still_read() {
        let dir = tempfile::tempdir().unwrap();
        let id = "0".repeat(32);
        fs::write(Profile::path(dir.path()), format!(r#"{{"format":1,"profile":"{id}","keeper":"keyring"}}"#)).unwrap();
        let profile = Profile::read(dir.path()).unwrap();
        assert_eq!((profile.keeper, profile.check, profile.login), (KeeperKind::Keyring, None, None));
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
        assert!(matches!(
            read(&format!(r#"{{"format":2,"profile":"{id}","keeper":"keyring","check":"zz"}}"#)),
            CustodyError::ProfileDamaged { .. }
        ));
        assert!(matches!(read(r#"{"format":3,"shards":[1,2]}"#), CustodyError::ProfileNewer { found: 3 }));
        fs::remove_file(Profile::path(dir.path())).unwrap();
        assert!(matches!(Profile::read(dir.path()), Err(CustodyError::ProfileMissing { .. })));
    }
}

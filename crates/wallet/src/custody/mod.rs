//! Where a profile's root secrets live, and nowhere else.
//!
//! Two places, one of which the person chose: the operating system's keyring, or a file under a passphrase. The choice
//! is recorded in `profile.json` and followed to the letter. When the chosen place does not answer, the caller gets
//! the reason ([`CustodyError`]) and the person decides; nothing falls back to the other place, or to memory.
//! Neither place is the only copy: the 24 words restore everything.
//!
//! Calls block, for a keyring as long as its unlock prompt stays open. Async callers use `spawn_blocking`;
//! [`Custody`] is cheap to clone and everything it takes and returns is `Send`.

mod error;
mod keyring;
mod native;
mod passphrase_file;
mod profile;
mod root;

use std::path::{Path, PathBuf};

use carekey_crypto::Cost;
use rand_core::CryptoRng;
use secrecy::SecretString;

pub use error::CustodyError;
pub use keyring::KeyringStatus;
pub use passphrase_file::PASSPHRASE_CHARS_MIN;
pub use profile::{KeeperKind, Profile};
pub use root::RootMaterial;
pub(crate) use root::hex;

use crate::files;

/// Who keeps the secrets, with what is needed to get at them.
#[derive(Debug, Clone)]
pub enum Keeper {
    /// The operating system's keyring. It asks the person itself if it is locked.
    Keyring,
    /// `root.sealed` under this passphrase. A new one has at least [`PASSPHRASE_CHARS_MIN`] characters.
    Passphrase(SecretString),
}

impl Keeper {
    /// Which of the two.
    pub fn kind(&self) -> KeeperKind {
        match self {
            Self::Keyring => KeeperKind::Keyring,
            Self::Passphrase(_) => KeeperKind::PassphraseFile,
        }
    }
}

/// What became of the copy in the place the secrets were moved away from.
#[derive(Debug)]
pub enum OldCopy {
    /// Removed, as it should be.
    Removed,
    /// Still there, for this reason. The move itself is done.
    Remains(CustodyError),
}

/// The secrets of the profile in one directory.
#[derive(Debug, Clone)]
pub struct Custody {
    dir: PathBuf,
    cost: Cost,
}

impl Custody {
    /// The profile directory, existing or not.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), cost: Cost::RECOMMENDED }
    }

    /// With another cost of guessing a passphrase than [`Cost::RECOMMENDED`], for files written from now on.
    pub fn with_cost(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    /// What the keyring of this session would say. Asks the person for nothing.
    pub fn probe() -> KeyringStatus {
        keyring::status()
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The profile in the directory, without its secrets.
    ///
    /// # Errors
    /// [`CustodyError::ProfileMissing`], [`ProfileDamaged`](CustodyError::ProfileDamaged),
    /// [`ProfileNewer`](CustodyError::ProfileNewer).
    pub fn profile(&self) -> Result<Profile, CustodyError> {
        Profile::read(&self.dir)
    }

    /// Makes a profile: the directory (mode 0700), the secrets in the chosen place, then `profile.json`.
    ///
    /// # Errors
    /// [`CustodyError::ProfileExists`] rather than overwriting anything; why the chosen keeper refused.
    pub fn store(
        &self,
        rng: &mut impl CryptoRng,
        keeper: &Keeper,
        root: &RootMaterial,
    ) -> Result<Profile, CustodyError> {
        self.refuse_to_overwrite()?;
        files::make_private_dir(&self.dir).map_err(CustodyError::disk(&self.dir))?;
        let profile = Profile::generate(rng, keeper.kind());
        self.put(rng, keeper, &profile, root)?;
        profile.write(&self.dir)?;
        Ok(profile)
    }

    /// The secrets, from the place the profile names.
    ///
    /// # Errors
    /// [`CustodyError::OtherKeeper`] if the caller looks in the other place; else what that place answered.
    pub fn unlock(&self, keeper: &Keeper) -> Result<RootMaterial, CustodyError> {
        self.get(&self.profile()?, keeper)
    }

    /// Seals the passphrase file under a new passphrase. The old file stays until the new one is complete.
    ///
    /// # Errors
    /// [`CustodyError::WrongPassphrase`], [`PassphraseTooShort`](CustodyError::PassphraseTooShort),
    /// [`OtherKeeper`](CustodyError::OtherKeeper), or the disk's.
    pub fn change_passphrase(
        &self,
        rng: &mut impl CryptoRng,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<(), CustodyError> {
        let root = self.unlock(&Keeper::Passphrase(old.clone()))?;
        passphrase_file::put(rng, &self.dir, self.cost, new, &root)
    }

    /// Moves the secrets to the other place: copied there, `profile.json` switched, then removed here.
    ///
    /// At no moment is there no copy. Moving to the place they are in already writes them there again.
    ///
    /// # Errors
    /// Why the secrets could not be read or stored; the profile is then as it was.
    pub fn move_to(&self, rng: &mut impl CryptoRng, from: &Keeper, to: &Keeper) -> Result<OldCopy, CustodyError> {
        let old = self.profile()?;
        let root = self.get(&old, from)?;
        let new = Profile { id: old.id.clone(), keeper: to.kind() };
        self.put(rng, to, &new, &root)?;
        new.write(&self.dir)?;
        if old.keeper == new.keeper {
            return Ok(OldCopy::Removed);
        }
        Ok(self.remove(&old).map_or_else(OldCopy::Remains, |()| OldCopy::Removed))
    }

    /// Removes the secrets and `profile.json`. Only the 24 words bring the person back after this.
    ///
    /// # Errors
    /// Why they could not be removed; `profile.json` then stays, so that it can be tried again.
    pub fn forget(&self) -> Result<(), CustodyError> {
        let profile = self.profile()?;
        self.remove(&profile)?;
        let path = Profile::path(&self.dir);
        files::remove_durably(&path).map_err(CustodyError::disk(&path))
    }

    fn refuse_to_overwrite(&self) -> Result<(), CustodyError> {
        if Profile::path(&self.dir).exists() {
            return Err(CustodyError::ProfileExists { dir: self.dir.clone() });
        }
        // Secrets left by a creation that was interrupted guard nothing yet. With a vault beside them, they do.
        if crate::vault::exists(&self.dir) {
            let why = "it is missing, and the directory holds a vault".into();
            return Err(CustodyError::ProfileDamaged { path: Profile::path(&self.dir), why });
        }
        Ok(())
    }

    fn put(
        &self,
        rng: &mut impl CryptoRng,
        keeper: &Keeper,
        profile: &Profile,
        root: &RootMaterial,
    ) -> Result<(), CustodyError> {
        match keeper {
            Keeper::Keyring => keyring::put(&profile.id, root),
            Keeper::Passphrase(passphrase) => passphrase_file::put(rng, &self.dir, self.cost, passphrase, root),
        }
    }

    fn get(&self, profile: &Profile, keeper: &Keeper) -> Result<RootMaterial, CustodyError> {
        match (keeper, profile.keeper) {
            (Keeper::Keyring, KeeperKind::Keyring) => keyring::get(&profile.id),
            (Keeper::Passphrase(passphrase), KeeperKind::PassphraseFile) => passphrase_file::get(&self.dir, passphrase),
            (_, recorded) => Err(CustodyError::OtherKeeper { recorded }),
        }
    }

    fn remove(&self, profile: &Profile) -> Result<(), CustodyError> {
        match profile.keeper {
            KeeperKind::Keyring => keyring::remove(&profile.id),
            KeeperKind::PassphraseFile => {
                let path = passphrase_file::path(&self.dir);
                files::remove_durably(&path).map_err(CustodyError::disk(&path))
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Where a profile's root secrets live, and nowhere else.
//!
//! Three places, one of which the person chose: the operating system's keyring; a file under a PIN and a secret in that
//! keyring; or a file under a passphrase. The choice is recorded in `profile.json` and followed to the letter. When the
//! chosen place does not answer, the caller gets the reason ([`CustodyError`]) and the person decides; nothing falls back
//! to another place, or to memory. No place is the only copy: the 24 words restore everything.
//!
//! Wrong PINs and passphrases cost growing waits ([`Lockout`]).
//!
//! Calls block, for a keyring as long as its unlock prompt stays open. Async callers use `spawn_blocking`;
//! [`Custody`] is cheap to clone and everything it takes and returns is `Send`.

mod error;
mod keyring;
mod lockout;
mod native;
mod passphrase_file;
mod pin;
mod profile;
mod root;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use carekey_crypto::Cost;
use rand_core::CryptoRng;
use secrecy::SecretString;

pub use error::CustodyError;
pub use keyring::KeyringStatus;
pub use lockout::Lockout;
pub use passphrase_file::PASSPHRASE_CHARS_MIN;
pub use pin::PIN_DIGITS_MIN;
pub use profile::{KeeperKind, Profile, check_of};
pub use root::RootMaterial;
pub(crate) use root::hex;

use self::passphrase_file::SealedFile;
use self::root::DeviceSecret;
use crate::files;

/// Who keeps the secrets, with what is needed to get at them.
#[derive(Debug, Clone)]
pub enum Keeper {
    /// The operating system's keyring. It asks the person itself if it is locked.
    Keyring,
    /// `root.pin` under this PIN and a secret in the keyring. A new one has at least [`PIN_DIGITS_MIN`] digits.
    Pin(SecretString),
    /// `root.sealed` under this passphrase. A new one has at least [`PASSPHRASE_CHARS_MIN`] characters.
    Passphrase(SecretString),
}

impl Keeper {
    /// Which of the three.
    pub fn kind(&self) -> KeeperKind {
        match self {
            Self::Keyring => KeeperKind::Keyring,
            Self::Pin(_) => KeeperKind::PinFile,
            Self::Passphrase(_) => KeeperKind::PassphraseFile,
        }
    }

    /// Refuses a PIN or passphrase that is too easy to be chosen anew.
    ///
    /// # Errors
    /// [`CustodyError::PinTooEasy`], [`PassphraseTooShort`](CustodyError::PassphraseTooShort).
    pub fn check_new(&self) -> Result<(), CustodyError> {
        match self {
            Self::Keyring => Ok(()),
            Self::Pin(pin) => pin::check(pin),
            Self::Passphrase(passphrase) => passphrase_file::check_passphrase(passphrase),
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
        keeper.check_new()?;
        self.refuse_to_overwrite()?;
        files::make_private_dir(&self.dir).map_err(CustodyError::disk(&self.dir))?;
        let profile = Profile::generate(rng, keeper.kind(), root);
        self.put(rng, keeper, &profile, root)?;
        profile.write(&self.dir)?;
        Ok(profile)
    }

    /// The secrets, from the place the profile names. A wrong PIN or passphrase is counted.
    ///
    /// # Errors
    /// [`CustodyError::OtherKeeper`] if the caller looks in another place; [`LockedOut`](CustodyError::LockedOut) after
    /// too many wrong tries; else what that place answered.
    pub fn unlock(&self, keeper: &Keeper) -> Result<RootMaterial, CustodyError> {
        let profile = self.profile()?;
        if keeper.kind() != profile.keeper {
            return Err(CustodyError::OtherKeeper { recorded: profile.keeper });
        }
        match keeper {
            Keeper::Keyring => self.get(&profile, keeper),
            Keeper::Pin(_) | Keeper::Passphrase(_) => {
                lockout::guarded(&self.dir, now_ms(), || self.get(&profile, keeper))
            }
        }
    }

    /// Wrong tries so far, with the milliseconds until the next one is allowed.
    ///
    /// # Errors
    /// The disk's.
    pub fn lockout(&self) -> Result<(Lockout, u64), CustodyError> {
        let now_ms = now_ms();
        let lockout = Lockout::read(&self.dir, now_ms)?;
        Ok((lockout, lockout.wait_ms(now_ms)))
    }

    /// Moves the secrets to another place, or under another PIN or passphrase: written there, `profile.json` switched,
    /// then removed here. At no moment is there no copy.
    ///
    /// # Errors
    /// Why the secrets could not be read or stored; the profile is then as it was.
    pub fn move_to(&self, rng: &mut impl CryptoRng, from: &Keeper, to: &Keeper) -> Result<OldCopy, CustodyError> {
        to.check_new()?;
        let root = self.unlock(from)?;
        let old = self.profile()?;
        let new = old.moved(to.kind(), &root);
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
        lockout::remove(&self.dir)?;
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
            Keeper::Pin(pin) => {
                let typed = self.device_secret(rng, profile)?.with_pin(pin);
                passphrase_file::put(rng, &self.dir, SealedFile::Pin, self.cost, &typed, root)
            }
            Keeper::Passphrase(passphrase) => {
                passphrase_file::put(rng, &self.dir, SealedFile::Passphrase, self.cost, passphrase, root)
            }
        }
    }

    /// The one there is, so that the file under the old PIN opens until it is replaced; else a new one.
    fn device_secret(&self, rng: &mut impl CryptoRng, profile: &Profile) -> Result<DeviceSecret, CustodyError> {
        let account = device_account(profile);
        match keyring::get(&account) {
            Err(CustodyError::KeyringEntryGone | CustodyError::KeyringEntryDamaged) => {
                let fresh = DeviceSecret::generate(rng);
                keyring::put(&account, &fresh)?;
                Ok(fresh)
            }
            other => other,
        }
    }

    fn get(&self, profile: &Profile, keeper: &Keeper) -> Result<RootMaterial, CustodyError> {
        let of_another = || CustodyError::KeysOfAnother { login: profile.login.clone() };
        let explain = |error| match error {
            CustodyError::KeyringEntryGone if profile.is_of_another_login() => of_another(),
            other => other,
        };
        let root = match keeper {
            Keeper::Keyring => keyring::get(&profile.id).map_err(explain)?,
            Keeper::Pin(pin) => {
                let device: DeviceSecret = keyring::get(&device_account(profile)).map_err(explain)?;
                passphrase_file::get(&self.dir, SealedFile::Pin, &device.with_pin(pin))?
            }
            Keeper::Passphrase(passphrase) => passphrase_file::get(&self.dir, SealedFile::Passphrase, passphrase)?,
        };
        if profile.fits(&root) { Ok(root) } else { Err(of_another()) }
    }

    fn remove(&self, profile: &Profile) -> Result<(), CustodyError> {
        let remove_file = |file: SealedFile| {
            let path = file.path(&self.dir);
            files::remove_durably(&path).map_err(CustodyError::disk(&path))
        };
        match profile.keeper {
            KeeperKind::Keyring => keyring::remove(&profile.id),
            KeeperKind::PinFile => {
                remove_file(SealedFile::Pin).and_then(|()| keyring::remove(&device_account(profile)))
            }
            KeeperKind::PassphraseFile => remove_file(SealedFile::Passphrase),
        }
    }
}

fn device_account(profile: &Profile) -> String {
    format!("{}-device", profile.id)
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

#[cfg(test)]
mod tests;

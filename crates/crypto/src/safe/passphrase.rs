//! A secret in a file that a passphrase opens (Argon2id, RFC 9106), for machines without a keyring.
//!
//! ```text
//! "CKP1" ‖ version 1 ‖ memory KiB (u32 LE) ‖ passes (u8) ‖ lanes (u8) ‖ salt (16) ‖ AES-256-GCM(secret) ‖ tag (16)
//! key = Argon2id(passphrase, salt, memory, passes, lanes);  nonce 0;  associated data = the 27 bytes before
//! ```
//! The salt is fresh for each file, so the key seals once. The parameters are bounded on reading: a hostile file cannot
//! demand more than [`Cost::MAX_MEMORY_KIB`].

use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::secret::Secret32;
use crate::hazmat::aead::{self, NONCE_ZERO, TAG_BYTES};

/// Longest secret, in bytes.
pub const MAX_SECRET: usize = 64 * 1024;

const MAGIC: [u8; 4] = *b"CKP1";
const VERSION: u8 = 1;
const SALT_AT: usize = 11;
const HEADER_BYTES: usize = SALT_AT + 16;

/// What guessing one passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u8,
    lanes: u8,
}

impl Cost {
    /// RFC 9106 §4, second recommended option: 64 MiB, 3 passes, 4 lanes. A fraction of a second.
    pub const RECOMMENDED: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };
    /// 64 KiB, one pass: for tests and sample networks, where no passphrase guards anything.
    pub const TOY: Self = Self { memory_kib: 64, passes: 1, lanes: 1 };
    /// Most memory a file may ask for: 256 MiB.
    pub const MAX_MEMORY_KIB: u32 = 256 * 1024;
    const MAX_PASSES: u8 = 16;
    const MAX_LANES: u8 = 16;

    fn checked(memory_kib: u32, passes: u8, lanes: u8) -> Option<Self> {
        let within = memory_kib <= Self::MAX_MEMORY_KIB
            && memory_kib >= 8 * u32::from(lanes)
            && (1..=Self::MAX_PASSES).contains(&passes)
            && (1..=Self::MAX_LANES).contains(&lanes);
        within.then_some(Self { memory_kib, passes, lanes })
    }

    pub(crate) fn key(self, input: &[u8], salt: &[u8]) -> Result<Secret32, PassphraseError> {
        let params = Params::new(self.memory_kib, self.passes.into(), self.lanes.into(), Some(32))
            .map_err(|_| PassphraseError::CostOutOfBounds)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(input, salt, key.as_mut())
            .map_err(|_| PassphraseError::CostOutOfBounds)?;
        Ok(Secret32::from_bytes(*key))
    }
}

/// Why a passphrase file was not made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// The first bytes are not `CKP1`, or the length is impossible.
    #[error("not a passphrase file")]
    NotAPassphraseFile,
    /// Made by a later version.
    #[error("passphrase file of unknown version {0}")]
    UnknownVersion(u8),
    /// The file asks for more memory or time than allowed, or for an impossible combination.
    #[error("passphrase file demands impossible parameters")]
    CostOutOfBounds,
    /// The secret exceeds [`MAX_SECRET`].
    #[error("secret of {bytes} bytes exceeds 65536")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Another passphrase, or changed bytes: the two cannot be told apart.
    #[error("wrong passphrase, or the file was changed")]
    WrongPassphrase,
}

/// Seals `secret` under `passphrase` with [`Cost::RECOMMENDED`].
///
/// # Errors
/// [`PassphraseError::TooLong`].
pub fn seal_with_passphrase(
    rng: &mut impl CryptoRng,
    passphrase: &str,
    secret: &[u8],
) -> Result<Vec<u8>, PassphraseError> {
    seal_with_passphrase_at(rng, Cost::RECOMMENDED, passphrase, secret)
}

/// As [`seal_with_passphrase`], at a chosen cost.
///
/// # Errors
/// [`PassphraseError::TooLong`].
pub fn seal_with_passphrase_at(
    rng: &mut impl CryptoRng,
    cost: Cost,
    passphrase: &str,
    secret: &[u8],
) -> Result<Vec<u8>, PassphraseError> {
    if secret.len() > MAX_SECRET {
        return Err(PassphraseError::TooLong { bytes: secret.len() });
    }
    let mut file = Vec::with_capacity(HEADER_BYTES + secret.len() + TAG_BYTES);
    file.extend_from_slice(&MAGIC);
    file.push(VERSION);
    file.extend_from_slice(&cost.memory_kib.to_le_bytes());
    file.extend_from_slice(&[cost.passes, cost.lanes]);
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    file.extend_from_slice(&salt);
    let sealed = aead::encrypt(&cost.key(passphrase.as_bytes(), &salt)?, &NONCE_ZERO, &file, secret);
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Opens what [`seal_with_passphrase`] made.
///
/// # Errors
/// [`PassphraseError`], all but `TooLong`.
pub fn open_with_passphrase(passphrase: &str, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    let (header, sealed) = file.split_first_chunk::<HEADER_BYTES>().ok_or(PassphraseError::NotAPassphraseFile)?;
    if header[..4] != MAGIC || sealed.len() < TAG_BYTES || sealed.len() > MAX_SECRET + TAG_BYTES {
        return Err(PassphraseError::NotAPassphraseFile);
    }
    if header[4] != VERSION {
        return Err(PassphraseError::UnknownVersion(header[4]));
    }
    let memory_kib = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
    let cost = Cost::checked(memory_kib, header[9], header[10]).ok_or(PassphraseError::CostOutOfBounds)?;
    aead::decrypt(&cost.key(passphrase.as_bytes(), &header[SALT_AT..])?, &NONCE_ZERO, header, sealed)
        .map(Zeroizing::new)
        .ok_or(PassphraseError::WrongPassphrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_rng;

    fn file() -> Vec<u8> {
        seal_with_passphrase_at(&mut test_rng(1), Cost::TOY, "correct horse", b"vault key").unwrap()
    }

    #[test]
    fn only_the_passphrase_opens_the_file() {
        assert_eq!(open_with_passphrase("correct horse", &file()).unwrap().as_slice(), b"vault key");
        assert_eq!(open_with_passphrase("Correct horse", &file()), Err(PassphraseError::WrongPassphrase));
    }

    #[test]
    fn the_recommended_cost_is_accepted_back() {
        let sealed = seal_with_passphrase(&mut test_rng(1), "p", b"s").unwrap();
        assert_eq!(open_with_passphrase("p", &sealed).unwrap().as_slice(), b"s");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        for position in 0..file().len() {
            let mut changed = file();
            changed[position] ^= 1;
            assert!(open_with_passphrase("correct horse", &changed).is_err(), "byte {position}");
        }
    }

    #[test]
    fn a_hostile_file_cannot_demand_memory_or_time() {
        for (position, value) in [(8, 0xff), (9, 0), (9, 17), (10, 0), (10, 17)] {
            let mut hostile = file();
            hostile[position] = value;
            assert_eq!(open_with_passphrase("p", &hostile), Err(PassphraseError::CostOutOfBounds));
        }
    }

    #[test]
    fn what_is_no_passphrase_file_is_called_so() {
        assert_eq!(open_with_passphrase("p", b"CKP"), Err(PassphraseError::NotAPassphraseFile));
        assert_eq!(open_with_passphrase("p", &[0; 80]), Err(PassphraseError::NotAPassphraseFile));
        assert_eq!(open_with_passphrase("p", &file()[..40]), Err(PassphraseError::NotAPassphraseFile));
        let mut later = file();
        later[4] = 2;
        assert_eq!(open_with_passphrase("p", &later), Err(PassphraseError::UnknownVersion(2)));
        let too_long = seal_with_passphrase_at(&mut test_rng(1), Cost::TOY, "p", &[0; MAX_SECRET + 1]);
        assert_eq!(too_long, Err(PassphraseError::TooLong { bytes: MAX_SECRET + 1 }));
    }
}

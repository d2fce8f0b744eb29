//! From the seed of the 24 words to every key a person holds (BIP-32, hardened steps only).
//!
//! | path | what | used for |
//! |---|---|---|
//! | m/7239'/0'/0' | identity key, PK_U | certificates, passes, author signatures |
//! | m/7239'/0'/1' | receiving key a, A = a·G | notes |
//! | m/7239'/0'/2' | pseudonym key p, P = p·G | pseudonyms P_i |
//! | m/7239'/0'/3' | pseudonym expansion e | offsets of P_i; shared with the authority |
//! | m/7239'/0'/4' | wallet root | collections, grants, deposits |
//!
//! 7239 is CareKey's purpose in the sense of BIP-43; the second step is the account, 0 so far. Every step is hardened,
//! so a key given away (e goes to the authority) says nothing about its siblings. The last two are no curve keys:
//! they are HKDF of the scalar found at their path.

use core::fmt;

use bip32::{ChildNumber, XPrv};

use super::keys::SecretKey;
use super::labels;
use super::secret::{Secret32, derive_secret};
use super::words::{RecoveryWords, Seed};

/// CareKey's first path step.
pub const PURPOSE: u32 = 7239;
const ACCOUNT: u32 = 0;
const IDENTITY: u32 = 0;
const RECEIVING: u32 = 1;
const PSEUDONYM: u32 = 2;
const EXPANSION: u32 = 3;
const ROOT: u32 = 4;

/// A step of the derivation led to a scalar outside the group. It happens to one seed in 2^127.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these words lead to no valid key")]
pub struct DerivationError;

/// Everything that the words determine.
#[derive(Clone, PartialEq, Eq)]
pub struct WalletKeys {
    /// SK_U: signs what this person answers for by name.
    pub identity: SecretKey,
    /// a: finds and opens notes.
    pub receiving: SecretKey,
    /// p: the root of the pseudonyms.
    pub pseudonym: SecretKey,
    /// e: expands p, and P at the authority.
    pub expansion: Secret32,
    /// The root of collections, grants and deposits.
    pub root: Secret32,
}

impl WalletKeys {
    /// Derives all keys of a wallet; always the same for the same words.
    ///
    /// # Errors
    /// [`DerivationError`], with a probability that can be neglected.
    pub fn derive(words: &RecoveryWords) -> Result<Self, DerivationError> {
        Self::derive_from_seed(&words.seed())
    }

    fn derive_from_seed(seed: &Seed) -> Result<Self, DerivationError> {
        let master = XPrv::new(seed.expose()).map_err(|_| DerivationError)?;
        let account = hardened(&hardened(&master, PURPOSE)?, ACCOUNT)?;
        Ok(Self {
            identity: child_key(&account, IDENTITY)?,
            receiving: child_key(&account, RECEIVING)?,
            pseudonym: child_key(&account, PSEUDONYM)?,
            expansion: child_secret(&account, EXPANSION, labels::PSEUDONYM_EXPANSION)?,
            root: child_secret(&account, ROOT, labels::WALLET_ROOT)?,
        })
    }
}

fn hardened(parent: &XPrv, step: u32) -> Result<XPrv, DerivationError> {
    let number = ChildNumber::new(step, true).map_err(|_| DerivationError)?;
    parent.derive_child(number).map_err(|_| DerivationError)
}

fn child_key(parent: &XPrv, step: u32) -> Result<SecretKey, DerivationError> {
    let child = hardened(parent, step)?;
    let bytes = zeroize::Zeroizing::new(<[u8; 32]>::from(child.private_key().to_bytes()));
    SecretKey::from_bytes(&bytes).map_err(|_| DerivationError)
}

fn child_secret(parent: &XPrv, step: u32, label: &str) -> Result<Secret32, DerivationError> {
    let scalar = child_key(parent, step)?.to_secret();
    Ok(derive_secret(scalar.expose(), &[], label, &[]))
}

impl fmt::Debug for WalletKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_wallet_and_others_another() {
        let keys = |byte| WalletKeys::derive(&RecoveryWords::from_entropy(&[byte; 32])).unwrap();
        assert!(keys(1) == keys(1));
        assert!(keys(1) != keys(2));
        assert_eq!(format!("{:?}", keys(1)), "<redacted>");
    }

    #[test]
    fn every_path_leads_elsewhere() {
        let keys = WalletKeys::derive(&RecoveryWords::from_entropy(&[3; 32])).unwrap();
        let all = [
            *keys.identity.to_secret().expose(),
            *keys.receiving.to_secret().expose(),
            *keys.pseudonym.to_secret().expose(),
            *keys.expansion.expose(),
            *keys.root.expose(),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}

//! 32 secret bytes that erase themselves, compare in constant time and never print.

use core::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A 32-byte secret: a symmetric key, a seed or a shared value.
///
/// It has a canonical encoding because secrets travel *inside* sealed notes and the encrypted vault. Encode it into
/// nothing else.
#[derive(Clone, Zeroize, ZeroizeOnDrop, BorshSerialize, BorshDeserialize)]
pub struct Secret32([u8; 32]);

impl Secret32 {
    /// Takes ownership of secret bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A fresh random secret.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The bytes themselves. Each call site is a place where a secret could leak: keep them few.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The child secret named by `label` and `parts`: see [`derive_secret`].
    pub fn derive(&self, label: &str, parts: &[&[u8]]) -> Self {
        derive_secret(&self.0, &[], label, parts)
    }
}

impl PartialEq for Secret32 {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret32 {}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// HKDF-SHA256 (RFC 5869) of `ikm` and `salt` with info = "carekey/v1/" ‖ label ‖ 0x00 ‖ parts, to 32 bytes.
///
/// As in [`tagged_hash`](super::digest::tagged_hash), at most the last part has a variable width.
pub fn derive_secret(ikm: &[u8], salt: &[u8], label: &str, parts: &[&[u8]]) -> Secret32 {
    let mut info: Vec<&[u8]> = vec![b"carekey/v1/", label.as_bytes(), &[0]];
    info.extend_from_slice(parts);
    let mut out = [0; 32];
    // 32 bytes is far below HKDF's limit of 255 blocks, so expansion cannot fail.
    let expanded = Hkdf::<Sha256>::new(Some(salt), ikm).expand_multi_info(&info, &mut out);
    debug_assert!(expanded.is_ok());
    Secret32(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret32::from_bytes([7; 32])), "<redacted>");
    }

    #[test]
    fn label_and_parts_do_not_run_together() {
        let root = Secret32::from_bytes([1; 32]);
        assert_ne!(root.derive("ab", &[b"c"]), root.derive("a", &[b"bc"]));
    }
}

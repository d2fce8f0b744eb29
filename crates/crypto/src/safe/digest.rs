//! SHA-256 digests, tagged as in BIP-340 so that no two uses of the hash can be confused.

use core::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

use super::secret::Secret32;

/// A 32-byte SHA-256 output.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The all-zero digest: "nothing before this", for example the parent of the first block.
    pub const ZERO: Self = Self([0; 32]);
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

/// H(tag, x) = SHA256(SHA256("carekey/v1/" + tag) ‖ SHA256(same) ‖ x), x being the concatenation of `parts`
/// (BIP-340 tagged hash).
///
/// Parts are concatenated without lengths: callers pass fixed-width parts, with at most one of variable width, last.
pub fn tagged_hash(tag: &str, parts: &[&[u8]]) -> Digest {
    let mut writer = DigestWriter::new(tag);
    for part in parts {
        writer.update(part);
    }
    writer.finish()
}

/// H(tag, ·) over bytes that arrive in pieces.
#[derive(Clone)]
pub struct DigestWriter(Sha256);

impl DigestWriter {
    /// Starts H(tag, ·).
    pub fn new(tag: &str) -> Self {
        let tag_hash = Sha256::new().chain_update("carekey/v1/").chain_update(tag).finalize();
        Self(Sha256::new().chain_update(tag_hash).chain_update(tag_hash))
    }

    /// Adds the next bytes of x.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything written.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl std::io::Write for DigestWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The papers' keyed hash h2 (S2 Alg. 1): HMAC-SHA256 under `key` over the concatenation of `parts`.
pub fn h2(key: &Secret32, parts: &[&[u8]]) -> Secret32 {
    // HMAC accepts keys of every length, so this cannot fail.
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose()).unwrap_or_else(|_| unreachable!());
    for part in parts {
        mac.update(part);
    }
    Secret32::from_bytes(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_separate_domains() {
        assert_ne!(tagged_hash("a", &[b"x"]), tagged_hash("b", &[b"x"]));
    }

    #[test]
    fn tagged_hash_follows_bip340() {
        let tag = Sha256::digest(b"carekey/v1/record");
        let expected = Sha256::new().chain_update(tag).chain_update(tag).chain_update(b"abc").finalize();
        assert_eq!(tagged_hash("record", &[b"a", b"bc"]).0, <[u8; 32]>::from(expected));
    }

    #[test]
    fn h2_matches_rfc_4231_style_hmac() {
        // HMAC-SHA256 with a 32-byte 0x0b key over "Hi There", computed with an independent tool.
        let key = Secret32::from_bytes([0x0b; 32]);
        let mac = Digest(*h2(&key, &[b"Hi ", b"There"]).expose());
        assert_eq!(mac.to_string(), "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7");
    }
}

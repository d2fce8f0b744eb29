//! AES-256-GCM with a caller-chosen nonce (NIST SP 800-38D).

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::safe::secret::Secret32;

/// Bytes the authentication tag adds.
pub(crate) const TAG_BYTES: usize = 16;

/// A nonce of zeros: correct only because every key it meets is used for one message.
pub(crate) const NONCE_ZERO: [u8; 12] = [0; 12];

pub(crate) fn encrypt(key: &Secret32, nonce: &[u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(key.expose().into());
    // Fails only for plaintexts beyond 64 GiB; ours are notes and keys of at most a few kilobytes.
    cipher.encrypt(nonce.into(), Payload { msg: plaintext, aad }).unwrap_or_else(|_| unreachable!())
}

pub(crate) fn decrypt(key: &Secret32, nonce: &[u8; 12], aad: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new(key.expose().into());
    cipher.decrypt(nonce.into(), Payload { msg: ciphertext, aad }).ok()
}

//! Authenticated encryption of small secrets under a key that is used for one message.

use super::labels;
use super::secret::Secret32;
use crate::hazmat::aead::{self, NONCE_ZERO, TAG_BYTES};

/// The box was made with another key, for another use, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed value does not open: wrong key or changed bytes")]
pub struct WrapError;

/// AES-256-GCM of `plaintext` under `key`, with `context` authenticated. `key` must seal one plaintext only: derive it
/// from something fresh.
pub fn seal_small(key: &Secret32, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    aead::encrypt(key, &NONCE_ZERO, context, plaintext)
}

/// The reverse of [`seal_small`].
///
/// # Errors
/// [`WrapError`] for a wrong key or context, or any changed byte.
pub fn open_small(key: &Secret32, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, WrapError> {
    aead::decrypt(key, &NONCE_ZERO, context, sealed).ok_or(WrapError)
}

/// K = AES-256-GCM(Yk, K_P): a record key wrapped for one deposit (S2 Alg. 4 step 7, with the departure that the wrap
/// is authenticated).
pub fn wrap_key(wrapping: &Secret32, key: &Secret32) -> [u8; 32 + TAG_BYTES] {
    let mut out = [0; 32 + TAG_BYTES];
    out.copy_from_slice(&seal_small(wrapping, labels::WRAP, key.expose()));
    out
}

/// Recovers K_P from K (S2 Alg. 5 step 14).
///
/// # Errors
/// [`WrapError`] for a wrong wrapping key or any changed byte.
pub fn unwrap_key(wrapping: &Secret32, wrapped: &[u8; 32 + TAG_BYTES]) -> Result<Secret32, WrapError> {
    let bytes = open_small(wrapping, labels::WRAP, wrapped)?;
    Ok(Secret32::from_bytes(bytes.try_into().map_err(|_| WrapError)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_under_its_key_only() {
        let (a, b, k) = (Secret32::from_bytes([1; 32]), Secret32::from_bytes([2; 32]), Secret32::from_bytes([3; 32]));
        let wrapped = wrap_key(&a, &k);
        assert!(unwrap_key(&a, &wrapped).unwrap() == k);
        assert_eq!(unwrap_key(&b, &wrapped), Err(WrapError));
        let mut changed = wrapped;
        changed[40] ^= 1;
        assert_eq!(unwrap_key(&a, &changed), Err(WrapError));
    }
}

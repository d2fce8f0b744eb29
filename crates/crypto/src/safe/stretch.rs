//! Few digits that people read to each other, made dear to guess.

use super::digest::tagged_hash;
use super::labels;
use super::passphrase::Cost;
use super::secret::Secret32;

/// Argon2id of `input` at [`Cost::RECOMMENDED`], with the first 16 bytes of H("stretch", label) as salt: a fraction of a
/// second and 64 MiB for each guess.
pub fn stretch(label: &str, input: &[u8]) -> Secret32 {
    let salt = tagged_hash(labels::STRETCH, &[label.as_bytes()]);
    // The cost is a constant within bounds, and an input below 4 GiB is always taken.
    Cost::RECOMMENDED.key(input, &salt.0[..16]).unwrap_or_else(|_| unreachable!())
}

//! The cryptographic primitives of CareKey: digests, keys, notes, sealed records, Merkle trees.
//!
//! This crate holds no protocol rules, reads no clock, disk or socket, and takes its randomness as an argument.
//! What a note or a sealed record *means* is decided in `carekey-protocol`; here only the bytes are right or wrong.
//!
//! [`safe`] is the public surface and cannot be misused by choosing a wrong nonce or label; `hazmat` holds the raw
//! curve and cipher operations those modules are built from and is visible inside this crate only.
//!
//! ```
//! use carekey_crypto::{NoteKind, SecretKey, open_note, seal_note};
//! # let mut rng = carekey_crypto::test_rng(1);
//! let reader = SecretKey::generate(&mut rng);
//! let note = seal_note(&SecretKey::generate(&mut rng), &reader.public(), NoteKind(2), b"hello").unwrap();
//! assert_eq!(open_note(&reader, NoteKind(2), &note).unwrap().unwrap().as_slice(), b"hello");
//! ```

mod hazmat;
pub mod safe;

pub use safe::digest::{Digest, DigestWriter, h2, tagged_hash};
pub use safe::keys::{KeyError, PublicKey, SecretKey, Signature, SignatureInvalid};
pub use safe::note::{
    Announcement, Note, NoteError, NoteKind, SUITE_SECP256K1_AES256, note_shared_secret, open_note,
    open_note_as_sender, scan_note, seal_note,
};
pub use safe::secret::{Secret32, derive_secret};
pub use safe::wrap::{WrapError, open_small, seal_small, unwrap_key, wrap_key};

/// A reproducible generator for examples, tests and the sample network. Never for keys that guard real data.
#[doc(hidden)]
pub fn test_rng(seed: u64) -> impl rand_core::CryptoRng {
    safe::seeded::SeededRng::new(seed)
}

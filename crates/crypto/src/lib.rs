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

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod hazmat;
pub mod safe;
#[cfg(test)]
mod vectors;

pub use safe::derivation::{DerivationError, WalletKeys};
pub use safe::digest::{Digest, DigestWriter, h2, tagged_hash};
pub use safe::keys::{KeyError, PublicKey, SecretKey, Signature, SignatureInvalid};
pub use safe::merkle::{
    InclusionProof, MerkleBuilder, MerkleNode, ProofInvalid, merkle_leaf, merkle_node, merkle_proof, merkle_root,
};
pub use safe::mmr::{Mmr, mmr_leaf};
pub use safe::note::{
    Announcement, Note, NoteError, NoteKind, SUITE_SECP256K1_AES256, note_shared_secret, open_note,
    open_note_as_sender, open_note_with, scan_note, scan_notes, seal_note,
};
pub use safe::passphrase::{
    Cost, PassphraseError, open_with_passphrase, seal_with_passphrase, seal_with_passphrase_at,
};
pub use safe::sealed::{
    ChunkSize, ExpectedRecord, HEADER_BYTES, MAX_METADATA, OpenedRecord, RecordHeader, RecordLayout, RecordOutline,
    RecordReader, SealError, SealOptions, SealedRecord, SealedSummary, content_root, open_chunk, open_record,
    read_metadata, record_outline, reseal_record, seal_record, trailer_leaf,
};
pub use safe::secret::{Secret32, derive_secret};
pub use safe::shares::{SHARES_MAX, SecretShare, ShareError, combine_shares, split_secret};
pub use safe::stretch::stretch;
pub use safe::words::{RecoveryWords, Seed, WordsError, words_beginning_with};
pub use safe::wrap::{WrapError, open_small, seal_small, unwrap_key, wrap_key};

/// A reproducible generator for examples, tests and the sample network. Never for keys that guard real data.
#[doc(hidden)]
pub fn test_rng(seed: u64) -> impl rand_core::CryptoRng {
    safe::seeded::SeededRng::new(seed)
}

//! Every label this crate feeds to a hash or a key derivation, in one place. `carekey/v1/` goes before each of them.

/// h1: the scalar of ST.
pub(crate) const H1: &str = "h1";
/// First byte of this hash of S is a note's view tag.
pub(crate) const VIEW_TAG: &str = "view-tag";
/// S to 32 bytes.
pub(crate) const NOTE_SHARED: &str = "note-shared";
/// The key of a note.
pub(crate) const NOTE: &str = "note";
/// A secret key from a derived secret.
pub(crate) const KEY: &str = "key";
/// Leaves, nodes and roots of trees.
pub(crate) const MERKLE: &str = "merkle";
/// What a record's header says about K_P.
pub(crate) const RECORD_COMMITMENT: &str = "record-commitment";
/// The key of a record's chunks.
pub(crate) const RECORD_CHUNKS: &str = "record-chunks";
/// e of the path table.
pub(crate) const PSEUDONYM_EXPANSION: &str = "pseudonym-expansion";
/// The wallet root of the path table.
pub(crate) const WALLET_ROOT: &str = "wallet-root";
/// Associated data of a wrapped key; the only one that is used with its prefix as it stands.
pub(crate) const WRAP: &[u8] = b"carekey/v1/wrap";
/// Blocks of the reproducible generator for examples.
pub(crate) const SEEDED: &str = "seeded";
/// Salts of stretched texts.
pub(crate) const STRETCH: &str = "stretch";

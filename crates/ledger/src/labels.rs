//! Domain-separation labels of the ledger. A released label is never reused for another meaning.

/// Header hash.
pub(crate) const HEADER: &str = "header";
/// Digest of a public announcement, the first half of a leaf.
pub(crate) const PUBLIC_ANNOUNCEMENT: &str = "public-announcement";
/// Leaf of the transaction tree.
pub(crate) const LEAF: &str = "leaf";
/// Hash of a validator set.
pub(crate) const VALIDATORS: &str = "validators";
/// What a validator signs.
pub(crate) const VOTE: &str = "vote";

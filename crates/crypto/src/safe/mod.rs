//! The public surface: every nonce, label and length is chosen here, none by the caller.

pub mod derivation;
pub mod digest;
pub mod keys;
pub(crate) mod labels;
pub mod merkle;
pub mod mmr;
pub mod note;
pub mod passphrase;
pub mod sealed;
pub mod secret;
pub(crate) mod seeded;
pub mod shares;
pub mod stretch;
pub mod words;
pub mod wrap;

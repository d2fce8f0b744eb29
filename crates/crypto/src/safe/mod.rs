//! The public surface: every nonce, label and length is chosen here, none by the caller.

pub mod digest;
pub mod keys;
pub mod note;
pub mod secret;
pub(crate) mod seeded;
pub mod wrap;

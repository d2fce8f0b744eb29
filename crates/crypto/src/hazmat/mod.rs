//! Raw operations. Visible inside this crate only: here a caller *could* reuse a nonce, skip a range check or
//! leak a scalar, so every use sits behind a `safe` function that chooses these things itself.

pub(crate) mod aead;
pub(crate) mod curve;
pub(crate) mod stream;

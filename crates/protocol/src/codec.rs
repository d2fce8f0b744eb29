//! The canonical encoding (Borsh) of everything that is hashed, signed or sent.

use borsh::{BorshDeserialize, BorshSerialize};

/// Bytes that are not the canonical encoding of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed {what}: {reason}")]
pub struct DecodeError {
    /// The type that was expected.
    pub what: &'static str,
    /// What the decoder met.
    pub reason: String,
}

/// The canonical bytes of `value`.
pub fn encode(value: &impl BorshSerialize) -> Vec<u8> {
    // Writing to memory fails only for values whose length exceeds u32, which our bounded types cannot reach.
    borsh::to_vec(value).unwrap_or_else(|_| unreachable!())
}

/// Length of the canonical bytes of `value`.
pub fn encoded_length(value: &impl BorshSerialize) -> usize {
    // Fails where `encode` would.
    borsh::object_length(value).unwrap_or_else(|_| unreachable!())
}

/// Parses canonical bytes; trailing bytes are refused.
///
/// # Errors
/// [`DecodeError`] naming the expected type.
pub fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    borsh::from_slice(bytes).map_err(|error| DecodeError {
        what: std::any::type_name::<T>().rsplit("::").next().unwrap_or("value"),
        reason: error.to_string(),
    })
}

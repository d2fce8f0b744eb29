//! Vectors whose length is checked before anything is read.

use borsh::BorshDeserialize;
use borsh::io::{Error, ErrorKind, Read};

/// Decodes at most `MAX` items; for `#[borsh(deserialize_with = …)]`.
///
/// # Errors
/// For more items, and for items that do not decode.
pub fn vec<const MAX: usize, T: BorshDeserialize, R: Read>(reader: &mut R) -> Result<Vec<T>, Error> {
    let count = u32::deserialize_reader(reader)? as usize;
    if count > MAX {
        return Err(Error::new(ErrorKind::InvalidData, format!("{count} items, at most {MAX} allowed")));
    }
    // Capacity grows with what really arrives, not with what was claimed.
    let mut items = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        items.push(T::deserialize_reader(reader)?);
    }
    Ok(items)
}

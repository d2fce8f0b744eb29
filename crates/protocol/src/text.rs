//! UTF-8 text with a bound on its length in bytes.

use std::fmt;

use borsh::io::{Error as IoError, ErrorKind, Read};
use borsh::{BorshDeserialize, BorshSerialize};

/// Text of at most `MAX` bytes.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Text<const MAX: usize>(String);

/// The text has more bytes than its field allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("text of {bytes} bytes exceeds {bytes_max}")]
pub struct TextTooLong {
    /// Length found.
    pub bytes: usize,
    /// Length allowed.
    pub bytes_max: usize,
}

impl<const MAX: usize> Text<MAX> {
    /// Checks the length.
    ///
    /// # Errors
    /// [`TextTooLong`].
    pub fn new(text: impl Into<String>) -> Result<Self, TextTooLong> {
        let text = text.into();
        if text.len() > MAX { Err(TextTooLong { bytes: text.len(), bytes_max: MAX }) } else { Ok(Self(text)) }
    }

    /// Cuts at the last character that fits, for text that is shown and never compared.
    pub fn truncated(text: &str) -> Self {
        Self(text[..text.floor_char_boundary(MAX)].to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MAX: usize> BorshDeserialize for Text<MAX> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self, IoError> {
        let bytes = u32::deserialize_reader(reader)? as usize;
        if bytes > MAX {
            return Err(IoError::new(ErrorKind::InvalidData, TextTooLong { bytes, bytes_max: MAX }));
        }
        let mut buffer = vec![0; bytes];
        reader.read_exact(&mut buffer)?;
        String::from_utf8(buffer).map(Self).map_err(|error| IoError::new(ErrorKind::InvalidData, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn long_text_is_refused_before_it_is_read() {
        let claim = u32::MAX.to_le_bytes();
        assert!(decode::<Text<8>>(&claim).is_err());
        assert_eq!(Text::<3>::new("four"), Err(TextTooLong { bytes: 4, bytes_max: 3 }));
    }

    #[test]
    fn truncation_keeps_whole_characters() {
        assert_eq!(Text::<4>::truncated("äöü").as_str(), "äö");
        assert_eq!(decode::<Text<4>>(&encode(&Text::<4>::truncated("äöü"))).unwrap().as_str(), "äö");
    }
}

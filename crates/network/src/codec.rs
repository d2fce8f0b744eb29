//! The frame that carries one message: `length u32 big-endian ‖ Borsh bytes`. Pure; sockets are in `channel`.

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;

use crate::NetworkError;

/// Bytes of the length prefix.
pub(crate) const FRAME_HEADER_BYTES: usize = 4;

/// The frame of `message`.
///
/// # Errors
/// [`NetworkError::TooLarge`] if the encoding exceeds `bytes_max`: an honest peer would refuse it anyway.
pub fn encode_frame(message: &impl BorshSerialize, bytes_max: usize) -> Result<Vec<u8>, NetworkError> {
    let mut frame = vec![0; FRAME_HEADER_BYTES];
    // Writing to memory fails only for lengths above u32, which no cap allows.
    message.serialize(&mut frame).map_err(|error| NetworkError::Malformed { reason: error.to_string() })?;
    let length = frame.len() - FRAME_HEADER_BYTES;
    let header = checked_length(length as u64, bytes_max)? as u32;
    frame[..FRAME_HEADER_BYTES].copy_from_slice(&header.to_be_bytes());
    Ok(frame)
}

/// The frame of a message whose bytes mean something only above this crate, to be shared by many streams.
///
/// # Errors
/// [`NetworkError::TooLarge`].
pub(crate) fn encode_message(message: &[u8], bytes_max: usize) -> Result<Bytes, NetworkError> {
    let header = checked_length(message.len() as u64, bytes_max)? as u32;
    Ok([&header.to_be_bytes(), message].concat().into())
}

/// The body length a frame header announces, in bytes.
///
/// # Errors
/// [`NetworkError::TooLarge`] before a single byte of the body is read or allocated.
pub fn frame_length(header: [u8; FRAME_HEADER_BYTES], bytes_max: usize) -> Result<usize, NetworkError> {
    checked_length(u64::from(u32::from_be_bytes(header)), bytes_max)
}

/// Parses a frame's body; trailing bytes are refused.
///
/// # Errors
/// [`NetworkError::Malformed`].
pub fn decode_body<T: BorshDeserialize>(body: &[u8]) -> Result<T, NetworkError> {
    borsh::from_slice(body).map_err(|error| NetworkError::Malformed { reason: error.to_string() })
}

fn checked_length(bytes: u64, bytes_max: usize) -> Result<usize, NetworkError> {
    let bytes_max = (bytes_max as u64).min(u64::from(u32::MAX));
    if bytes > bytes_max {
        return Err(NetworkError::TooLarge { bytes, bytes_max });
    }
    Ok(bytes as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Message = (u64, String, Vec<Option<[u8; 4]>>);

    fn split(frame: &[u8]) -> ([u8; FRAME_HEADER_BYTES], &[u8]) {
        let (header, body) = frame.split_at(FRAME_HEADER_BYTES);
        (header.try_into().expect("four bytes"), body)
    }

    proptest! {
        #[test]
        fn a_message_reads_back(message: Message) {
            let frame = encode_frame(&message, 1 << 20).expect("fits");
            let (header, body) = split(&frame);
            prop_assert_eq!(frame_length(header, 1 << 20).expect("fits"), body.len());
            prop_assert_eq!(decode_body::<Message>(body).expect("decodes"), message);
        }

        #[test]
        fn any_bytes_decode_or_are_malformed(body: Vec<u8>) {
            match decode_body::<Message>(&body) {
                Ok(message) => prop_assert_eq!(borsh::to_vec(&message).expect("encodes"), body, "one encoding only"),
                Err(error) => {
                    let malformed = matches!(error, NetworkError::Malformed { .. });
                    prop_assert!(malformed, "{}", error);
                }
            }
        }

        #[test]
        fn a_shortened_or_lengthened_body_is_refused(message: Message, extra: u8) {
            let frame = encode_frame(&message, 1 << 20).expect("fits");
            let (_, body) = split(&frame);
            prop_assert!(decode_body::<Message>(&body[..body.len() - 1]).is_err(), "truncated");
            prop_assert!(decode_body::<Message>(&[body, &[extra]].concat()).is_err(), "trailing byte");
        }

        #[test]
        fn the_cap_is_exact(length in 0usize..2000, cap in 0usize..2000) {
            let message = vec![7u8; length];
            let encoded = encode_frame(&message, cap);
            prop_assert_eq!(encoded.is_ok(), length + 4 <= cap, "sender");
            let header = ((length + 4) as u32).to_be_bytes();
            prop_assert_eq!(frame_length(header, cap).is_ok(), length + 4 <= cap, "receiver");
        }
    }

    #[test]
    fn a_list_that_claims_four_billion_elements_is_refused_at_once() {
        let body = [0xff, 0xff, 0xff, 0xff, 1, 2, 3];
        assert!(decode_body::<Vec<u64>>(&body).is_err());
        assert!(matches!(frame_length([0xff; 4], 1024), Err(NetworkError::TooLarge { bytes_max: 1024, .. })));
    }
}

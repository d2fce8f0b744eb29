#![doc = include_str!("README.md")]

mod pace;
mod receive;
mod send;

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, DigestWriter};
use tokio::io::{AsyncRead, AsyncReadExt};

pub use self::receive::{Held, Received, receive, refuse};
pub use self::send::send;
use crate::{NetworkError, Refusal};

/// Working memory of one side, bytes.
pub const BUFFER_BYTES: usize = 256 * 1024;

/// The receiver's last answer waits for its disk.
pub const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(120);

/// All four messages are shorter.
const MESSAGE_BYTES_MAX: usize = 64;

/// The domain of the acknowledged hash.
const DIGEST_TAG: &str = "transfer";

/// The sender's first message.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Begin {
    length: u64,
}

/// The receiver's first message.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Start {
    From { offset: u64 },
    Refused { reason: Refusal },
}

/// The sender's last message.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct End {
    digest: Digest,
}

/// The receiver's last message.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Outcome {
    Holds { digest: Digest },
    Refused { reason: Refusal },
}

/// Hashes exactly `bytes` bytes of a local file.
async fn hash_prefix<R: AsyncRead + Unpin>(source: &mut R, bytes: u64) -> Result<DigestWriter, NetworkError> {
    let mut hash = DigestWriter::new(DIGEST_TAG);
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut left = bytes;
    while left > 0 {
        let part = part_of(&mut buffer, left);
        source.read_exact(part).await.map_err(NetworkError::local)?;
        hash.update(part);
        left -= part.len() as u64;
    }
    Ok(hash)
}

/// The buffer, or as much of it as `left` bytes need.
fn part_of(buffer: &mut [u8], left: u64) -> &mut [u8] {
    let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    &mut buffer[..bytes]
}

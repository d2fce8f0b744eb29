#![doc = include_str!("README.md")]

mod pace;
mod receive;
mod send;

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::Digest;

pub use self::receive::{Incoming, acknowledge, refuse};
pub use self::send::send;
use crate::Refusal;

/// Working memory of one side, bytes.
pub const BUFFER_BYTES: usize = 256 * 1024;

/// The receiver's answers wait for its disk.
pub const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(120);

/// Every reply is shorter.
const REPLY_BYTES_MAX: usize = 64;

/// What the receiver says, before and after the bytes.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Reply {
    From { offset: u64 },
    Holds { digest: Digest },
    Refused { reason: Refusal },
}

/// The buffer, or as much of it as `left` bytes need.
fn part_of(buffer: &mut [u8], left: u64) -> &mut [u8] {
    let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    &mut buffer[..bytes]
}

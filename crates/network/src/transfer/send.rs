//! The sending side of a transfer.

use std::io::SeekFrom;
use std::ops::Range;
use std::time::Duration;

use carekey_crypto::Digest;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWriteExt};

use super::pace::{Pace, WINDOW};
use super::{ACKNOWLEDGE_TIMEOUT, BUFFER_BYTES, REPLY_BYTES_MAX, Reply, part_of};
use crate::channel::{broken, within};
use crate::{Channel, NetworkError, Refusal};

/// How long to look for the receiver's reason when it stops reading.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends the `length` bytes of `source`, less what the receiver holds already, and returns when it has acknowledged
/// `digest`. `progress` is told how many bytes of the whole the receiver has been sent.
///
/// # Errors
/// [`NetworkError::Io`] if the source fails or is shorter than `length`; [`NetworkError::Refused`] with the
/// receiver's reason; [`NetworkError::Corrupted`] if it holds other bytes; [`NetworkError::Closed`] and
/// [`NetworkError::Timeout`], after which a new stream resumes where the receiver is.
pub async fn send<R: AsyncRead + AsyncSeek + Unpin>(
    channel: &mut Channel,
    source: &mut R,
    length: u64,
    digest: &Digest,
    mut progress: impl FnMut(u64),
) -> Result<(), NetworkError> {
    let offset = match channel.receive_within(REPLY_BYTES_MAX, ACKNOWLEDGE_TIMEOUT).await? {
        Reply::From { offset } if offset <= length => offset,
        Reply::From { offset } => {
            return Err(NetworkError::Malformed { reason: format!("the receiver claims {offset} of {length} bytes") });
        }
        last => return conclude(&last, digest),
    };
    source.seek(SeekFrom::Start(offset)).await.map_err(NetworkError::local)?;
    progress(offset);
    match stream(channel, source, offset..length, progress).await {
        // A receiver that gives up says why before it stops reading (a full disk).
        Err(NetworkError::Closed) => match channel.receive_within(REPLY_BYTES_MAX, LAST_WORDS_TIMEOUT).await {
            Ok(last @ Reply::Refused { .. }) => conclude(&last, digest),
            _ => Err(NetworkError::Closed),
        },
        Err(error) => Err(error),
        Ok(()) => conclude(&channel.receive_within(REPLY_BYTES_MAX, ACKNOWLEDGE_TIMEOUT).await?, digest),
    }
}

fn conclude(last: &Reply, expected: &Digest) -> Result<(), NetworkError> {
    match last {
        Reply::Holds { digest } if digest == expected => Ok(()),
        Reply::Holds { .. } | Reply::Refused { reason: Refusal::Corrupted } => Err(NetworkError::Corrupted),
        Reply::Refused { reason } => Err(NetworkError::Refused(*reason)),
        Reply::From { .. } => Err(NetworkError::Malformed { reason: "an offset at the end".to_owned() }),
    }
}

/// Sends the bytes of `range`; `source` stands at its start. Says nothing about their arrival.
async fn stream<R: AsyncRead + Unpin>(
    channel: &mut Channel,
    source: &mut R,
    range: Range<u64>,
    mut progress: impl FnMut(u64),
) -> Result<(), NetworkError> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut pace = Pace::new("sending");
    let mut sent = range.start;
    while sent < range.end {
        let part = part_of(&mut buffer, range.end - sent);
        source.read_exact(part).await.map_err(NetworkError::local)?;
        pace.restart();
        let mut written = 0;
        while written < part.len() {
            written += match pace.step(channel.write(&part[written..])).await? {
                0 => return Err(NetworkError::Closed),
                bytes => bytes,
            };
        }
        sent += part.len() as u64;
        progress(sent);
    }
    within(WINDOW, "sending", async { channel.flush().await.map_err(broken) }).await
}

//! The sending side of a transfer.

use std::time::Duration;

use carekey_crypto::{Digest, DigestWriter};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::pace::Pace;
use super::{ACKNOWLEDGE_TIMEOUT, BUFFER_BYTES, Begin, End, MESSAGE_BYTES_MAX, Outcome, Start, hash_prefix, part_of};
use crate::channel::within;
use crate::{Channel, NetworkError};

/// How long to look for the receiver's reason when it stops reading.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends the `length` bytes of `source`, from its beginning, less what the receiver holds already. `progress` is
/// told how many bytes of the whole the receiver has been sent. Returns H("transfer", all bytes), which the receiver
/// has acknowledged.
///
/// # Errors
/// [`NetworkError::Io`] if the source fails or is shorter than `length`; [`NetworkError::Refused`] with the
/// receiver's reason; [`NetworkError::Corrupted`] if it holds other bytes; [`NetworkError::Closed`] and
/// [`NetworkError::Timeout`], after which a new stream resumes where the receiver is.
pub async fn send<R: AsyncRead + Unpin>(
    channel: &mut Channel,
    source: &mut R,
    length: u64,
    mut progress: impl FnMut(u64),
) -> Result<Digest, NetworkError> {
    channel.send(&Begin { length }, MESSAGE_BYTES_MAX).await?;
    // The receiver first hashes what it holds already.
    let offset = match channel.receive_within(MESSAGE_BYTES_MAX, ACKNOWLEDGE_TIMEOUT).await? {
        Start::From { offset } if offset <= length => offset,
        Start::From { offset } => {
            return Err(NetworkError::Malformed { reason: format!("the receiver claims {offset} of {length} bytes") });
        }
        Start::Refused { reason } => return Err(NetworkError::Refused(reason)),
    };
    let mut hash = hash_prefix(source, offset).await?;
    progress(offset);

    let digest = match stream_rest(channel, source, &mut hash, offset..length, &mut progress).await {
        Ok(()) => hash.finish(),
        Err(NetworkError::Closed) => return Err(last_words(channel).await),
        Err(error) => return Err(error),
    };
    if let Err(NetworkError::Closed) = channel.send(&End { digest }, MESSAGE_BYTES_MAX).await {
        return Err(last_words(channel).await);
    }
    match channel.receive_within(MESSAGE_BYTES_MAX, ACKNOWLEDGE_TIMEOUT).await? {
        Outcome::Holds { digest: held } if held == digest => Ok(digest),
        Outcome::Holds { .. } => Err(NetworkError::Corrupted),
        Outcome::Refused { reason } => Err(NetworkError::Refused(reason)),
    }
}

async fn stream_rest<R: AsyncRead + Unpin>(
    channel: &mut Channel,
    source: &mut R,
    hash: &mut DigestWriter,
    range: std::ops::Range<u64>,
    progress: &mut impl FnMut(u64),
) -> Result<(), NetworkError> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut pace = Pace::new("sending");
    let mut sent = range.start;
    while sent < range.end {
        let part = part_of(&mut buffer, range.end - sent);
        source.read_exact(part).await.map_err(NetworkError::local)?;
        hash.update(part);
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
    let flushed =
        within(super::pace::WINDOW, "sending", async { channel.flush().await.map_err(crate::channel::broken) });
    flushed.await
}

/// A receiver that gives up says why before it stops reading (a full disk).
async fn last_words(channel: &mut Channel) -> NetworkError {
    match channel.receive_within(MESSAGE_BYTES_MAX, LAST_WORDS_TIMEOUT).await {
        Ok(Outcome::Refused { reason }) => NetworkError::Refused(reason),
        _ => NetworkError::Closed,
    }
}

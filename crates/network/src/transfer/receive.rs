//! The receiving side of a transfer.

use carekey_crypto::{Digest, DigestWriter};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::pace::Pace;
use super::{BUFFER_BYTES, Begin, DIGEST_TAG, End, MESSAGE_BYTES_MAX, Outcome, Start, hash_prefix, part_of};
use crate::{Channel, NetworkError, Refusal};

/// What the receiver holds of the object from an earlier, broken transfer.
#[derive(Clone)]
pub struct Held {
    offset: u64,
    hash: DigestWriter,
}

impl Held {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Self { offset: 0, hash: DigestWriter::new(DIGEST_TAG) }
    }

    /// The first `offset` bytes, read back from where they were stored.
    ///
    /// # Errors
    /// [`NetworkError::Io`], also if there are fewer.
    pub async fn from_stored<R: AsyncRead + Unpin>(stored: &mut R, offset: u64) -> Result<Self, NetworkError> {
        Ok(Self { offset, hash: hash_prefix(stored, offset).await? })
    }
}

/// An object that arrived whole, and is not acknowledged yet.
#[derive(Debug)]
#[must_use = "the sender waits for the acknowledgement"]
pub struct Received {
    /// All bytes of the object.
    pub length: u64,
    /// H("transfer", all bytes).
    pub digest: Digest,
}

impl Received {
    /// Tells the sender that the object is stored. Call it when a crash could no longer lose it.
    ///
    /// # Errors
    /// [`NetworkError::Closed`] or [`NetworkError::Timeout`]: the sender will ask again, and is answered at once.
    pub async fn acknowledge(self, channel: &mut Channel) -> Result<(), NetworkError> {
        channel.send(&Outcome::Holds { digest: self.digest }, MESSAGE_BYTES_MAX).await?;
        channel.finish().await;
        Ok(())
    }
}

/// Receives an object of at most `length_max` bytes and writes what `held` lacks to `sink`, which stands at that
/// offset and is flushed at the end. `progress` is told how many bytes of the whole are there.
///
/// # Errors
/// [`NetworkError::TooLarge`] before the first byte; [`NetworkError::Malformed`] if `held` is longer than the
/// object; [`NetworkError::Io`] if the sink fails; the sender is told the reason in each case.
/// [`NetworkError::Corrupted`] if the bytes held are not the sender's: start again from nothing.
/// [`NetworkError::Closed`], [`NetworkError::Timeout`]: what was written may be resumed from.
pub async fn receive<W: AsyncWrite + Unpin>(
    channel: &mut Channel,
    sink: &mut W,
    held: Held,
    length_max: u64,
    mut progress: impl FnMut(u64),
) -> Result<Received, NetworkError> {
    let Begin { length } = channel.receive(MESSAGE_BYTES_MAX).await?;
    let Held { offset, mut hash } = held;
    if length > length_max {
        channel.send(&Start::Refused { reason: Refusal::TooLarge }, MESSAGE_BYTES_MAX).await?;
        return Err(NetworkError::TooLarge { bytes: length, bytes_max: length_max });
    }
    if offset > length {
        channel.send(&Start::Refused { reason: Refusal::Malformed }, MESSAGE_BYTES_MAX).await?;
        return Err(NetworkError::Malformed { reason: format!("{offset} bytes held of an object of {length}") });
    }
    channel.send(&Start::From { offset }, MESSAGE_BYTES_MAX).await?;
    progress(offset);

    let mut buffer = vec![0; BUFFER_BYTES];
    let mut pace = Pace::new("receiving");
    let mut there = offset;
    while there < length {
        let (bytes, line) = fill(channel, part_of(&mut buffer, length - there), &mut pace).await;
        hash.update(&buffer[..bytes]);
        if let Err(error) = sink.write_all(&buffer[..bytes]).await {
            return Err(sink_failed(channel, error).await);
        }
        there += bytes as u64;
        progress(there);
        if let Err(broken) = line {
            // What did arrive stays, to be resumed from.
            sink.flush().await.map_err(NetworkError::local)?;
            return Err(broken);
        }
        pace.restart();
    }
    if let Err(error) = sink.flush().await {
        return Err(sink_failed(channel, error).await);
    }
    let End { digest: expected } = channel.receive(MESSAGE_BYTES_MAX).await?;
    let digest = hash.finish();
    if digest != expected {
        channel.send(&Outcome::Holds { digest }, MESSAGE_BYTES_MAX).await?;
        channel.finish().await;
        return Err(NetworkError::Corrupted);
    }
    Ok(Received { length, digest })
}

/// Fills `part`, and says how far it came and why no further.
async fn fill(channel: &mut Channel, part: &mut [u8], pace: &mut Pace) -> (usize, Result<(), NetworkError>) {
    let mut filled = 0;
    while filled < part.len() {
        match pace.step(channel.read(&mut part[filled..])).await {
            Ok(0) => return (filled, Err(NetworkError::Closed)),
            Ok(bytes) => filled += bytes,
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

/// Refuses the object at any point (its content is not what was announced, the disk failed). Drop the channel
/// afterwards: a sender that is blocked because nobody reads learns of the refusal by the stream's reset.
pub async fn refuse(channel: &mut Channel, reason: Refusal) {
    // The sender may be gone; then there is nobody to tell.
    let _ = channel.send(&Outcome::Refused { reason }, MESSAGE_BYTES_MAX).await;
}

async fn sink_failed(channel: &mut Channel, error: std::io::Error) -> NetworkError {
    let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
    refuse(channel, if full { Refusal::Full } else { Refusal::Unavailable }).await;
    NetworkError::local(error)
}

//! The receiving side of a transfer.

use carekey_crypto::Digest;
use tokio::io::AsyncReadExt;

use super::pace::Pace;
use super::{BUFFER_BYTES, REPLY_BYTES_MAX, Reply, part_of};
use crate::{Channel, NetworkError, Refusal};

/// An object on its way in, taken part by part: the receiver sets the pace.
#[derive(Debug)]
pub struct Incoming<'a> {
    channel: &'a mut Channel,
    there: u64,
    length: u64,
    line: Option<NetworkError>,
}

impl<'a> Incoming<'a> {
    /// Tells the sender to begin at `offset`: what is held already of an object of `length` bytes.
    ///
    /// # Errors
    /// Those of [`Channel::send`].
    pub async fn begin(channel: &'a mut Channel, offset: u64, length: u64) -> Result<Self, NetworkError> {
        channel.send(&Reply::From { offset }, REPLY_BYTES_MAX).await?;
        Ok(Self { channel, there: offset, length, line: None })
    }

    /// How many bytes of the whole have been handed out.
    pub fn there(&self) -> u64 {
        self.there
    }

    /// The next part, at most [`BUFFER_BYTES`]; none when the object is complete. After a broken line the part that
    /// did arrive comes first, so that the transfer can be resumed from there.
    ///
    /// # Errors
    /// [`NetworkError::Closed`], [`NetworkError::Timeout`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError> {
        if let Some(error) = self.line.take() {
            return Err(error);
        }
        if self.there >= self.length {
            return Ok(None);
        }
        let mut buffer = vec![0; BUFFER_BYTES];
        let wanted = part_of(&mut buffer, self.length - self.there).len();
        let mut pace = Pace::new("receiving");
        let mut filled = 0;
        while filled < wanted {
            match pace.step(self.channel.read(&mut buffer[filled..wanted])).await {
                Ok(0) => self.line = Some(NetworkError::Closed),
                Ok(bytes) => {
                    filled += bytes;
                    continue;
                }
                Err(error) => self.line = Some(error),
            }
            break;
        }
        if let Some(error) = self.line.take_if(|_| filled == 0) {
            return Err(error);
        }
        self.there += filled as u64;
        buffer.truncate(filled);
        Ok(Some(buffer))
    }
}

/// Tells the sender the digest of what is stored. Call it when a crash could no longer lose it, and at once for an
/// object that is there already.
///
/// # Errors
/// [`NetworkError::Closed`] or [`NetworkError::Timeout`]: the sender will ask again.
pub async fn acknowledge(channel: &mut Channel, digest: Digest) -> Result<(), NetworkError> {
    channel.send(&Reply::Holds { digest }, REPLY_BYTES_MAX).await?;
    channel.finish().await;
    Ok(())
}

/// Refuses the object at any point. Drop the channel afterwards: a sender that is blocked because nobody reads learns
/// of the refusal by the stream's reset.
pub async fn refuse(channel: &mut Channel, reason: Refusal) {
    // The sender may be gone; then there is nobody to tell.
    let _ = channel.send(&Reply::Refused { reason }, REPLY_BYTES_MAX).await;
}

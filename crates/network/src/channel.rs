//! One stream to one peer, with messages on it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use libp2p::{PeerId, Stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

use crate::NetworkError;
use crate::codec::{FRAME_HEADER_BYTES, decode_body, encode_frame, frame_length};
use crate::counters::Counters;
use crate::error::{ADMITTED, Refusal};
use crate::limits::MESSAGE_TIMEOUT;

/// First allocation for a message body; it grows as bytes arrive, so announcing a large message costs the
/// announcer as much as us.
const BODY_ALLOCATION_BYTES: usize = 16 * 1024;

/// A stream to `peer`, encrypted and mutually authenticated by the connection beneath it.
///
/// Reads and writes as bytes ([`AsyncRead`], [`AsyncWrite`]), or as whole messages. Dropping it cancels whatever
/// was under way; the peer sees the stream end.
#[derive(Debug)]
pub struct Channel {
    stream: Compat<Stream>,
    peer: PeerId,
    counters: Arc<Counters>,
    _slot: Option<OwnedSemaphorePermit>,
}

impl Channel {
    pub(crate) fn new(
        stream: Stream,
        peer: PeerId,
        counters: Arc<Counters>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self { stream: stream.compat(), peer, counters, _slot: slot }
    }

    /// The key the other side has proved.
    pub fn peer(&self) -> PeerId {
        self.peer
    }

    /// Sends one message of at most `bytes_max` encoded bytes.
    ///
    /// # Errors
    /// [`NetworkError::TooLarge`] before anything is sent; [`NetworkError::Closed`]; [`NetworkError::Timeout`] if
    /// the peer does not take it within [`MESSAGE_TIMEOUT`].
    pub async fn send<T: BorshSerialize>(&mut self, message: &T, bytes_max: usize) -> Result<(), NetworkError> {
        let frame = encode_frame(message, bytes_max)?;
        within(MESSAGE_TIMEOUT, "sending a message", self.send_raw(&frame)).await
    }

    /// Receives one message of at most `bytes_max` encoded bytes.
    ///
    /// # Errors
    /// [`NetworkError::TooLarge`] before the body is read, [`NetworkError::Malformed`], [`NetworkError::Closed`],
    /// [`NetworkError::Timeout`] if it is not complete within [`MESSAGE_TIMEOUT`].
    pub async fn receive<T: BorshDeserialize>(&mut self, bytes_max: usize) -> Result<T, NetworkError> {
        self.receive_within(bytes_max, MESSAGE_TIMEOUT).await
    }

    /// As [`Channel::receive`], for an answer that is allowed to take another time.
    ///
    /// # Errors
    /// As [`Channel::receive`].
    pub async fn receive_within<T: BorshDeserialize>(
        &mut self,
        bytes_max: usize,
        patience: Duration,
    ) -> Result<T, NetworkError> {
        within(patience, "waiting for a message", self.receive_raw(bytes_max)).await
    }

    /// Says that nothing more will be sent. Best effort: whether the peer received everything is known only from
    /// its answer (closing can even fail after all bytes have arrived).
    pub async fn finish(&mut self) {
        let _ = timeout(MESSAGE_TIMEOUT, self.shutdown()).await;
    }

    pub(crate) async fn send_raw(&mut self, frame: &[u8]) -> Result<(), NetworkError> {
        self.write_all(frame).await.map_err(broken)?;
        self.flush().await.map_err(broken)?;
        self.counters.add_sent_message();
        Ok(())
    }

    async fn receive_raw<T: BorshDeserialize>(&mut self, bytes_max: usize) -> Result<T, NetworkError> {
        let mut header = [0; FRAME_HEADER_BYTES];
        self.read_exact(&mut header).await.map_err(broken)?;
        decode_body(&self.receive_body(header, bytes_max).await?)
    }

    /// Receives the bytes of one message, whenever it begins; once begun it must be complete within
    /// [`MESSAGE_TIMEOUT`].
    pub(crate) async fn receive_message(&mut self, bytes_max: usize) -> Result<Vec<u8>, NetworkError> {
        let mut header = [0; FRAME_HEADER_BYTES];
        header[0] = self.read_u8().await.map_err(broken)?;
        let rest = async {
            self.read_exact(&mut header[1..]).await.map_err(broken)?;
            self.receive_body(header, bytes_max).await
        };
        within(MESSAGE_TIMEOUT, "receiving a message", rest).await
    }

    async fn receive_body(
        &mut self,
        header: [u8; FRAME_HEADER_BYTES],
        bytes_max: usize,
    ) -> Result<Vec<u8>, NetworkError> {
        let length = frame_length(header, bytes_max)?;
        let mut body = Vec::with_capacity(length.min(BODY_ALLOCATION_BYTES));
        self.take(length as u64).read_to_end(&mut body).await.map_err(broken)?;
        if body.len() < length {
            return Err(NetworkError::Closed);
        }
        self.counters.add_received_message();
        Ok(body)
    }

    /// The serving side's first byte on a stream.
    pub(crate) async fn send_verdict(&mut self, refusal: Option<Refusal>) -> Result<(), NetworkError> {
        let verdict = refusal.map_or(ADMITTED, |refusal| refusal as u8);
        self.write_all(&[verdict]).await.map_err(broken)?;
        self.flush().await.map_err(broken)
    }

    /// The asking side reads whether it was admitted.
    pub(crate) async fn receive_verdict(&mut self) -> Result<(), NetworkError> {
        Refusal::check_verdict(self.read_u8().await.map_err(broken)?)
    }
}

/// Runs `work`, or names it in a [`NetworkError::Timeout`].
pub(crate) async fn within<T>(
    patience: Duration,
    during: &'static str,
    work: impl Future<Output = Result<T, NetworkError>>,
) -> Result<T, NetworkError> {
    timeout(patience, work).await.unwrap_or(Err(NetworkError::Timeout { during }))
}

/// A stream error always means the same to us: the connection or stream is gone.
pub(crate) fn broken(error: io::Error) -> NetworkError {
    tracing::debug!(%error, "stream ended");
    NetworkError::Closed
}

impl AsyncRead for Channel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        this.counters.add_received(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Channel {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, buf))?;
        this.counters.add_sent(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

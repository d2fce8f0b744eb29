//! The asking side.

use std::time::Duration;

use libp2p::PeerId;
use tokio::time::timeout;

use super::Protocol;
use crate::channel::{Channel, within};
use crate::codec::encode_frame;
use crate::{NetworkError, Node, Refusal};

/// How long to look for the reason when the peer stops reading in the middle of a request.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_millis(500);

impl Node {
    /// Asks `peer`, dialling it if need be.
    ///
    /// Tried again when the peer could not be reached or was too busy to look at the request; never after it may
    /// have begun to act on it.
    ///
    /// # Errors
    /// Those of [`NetworkError`]; [`NetworkError::Timeout`] after the protocol's `time_max`.
    pub async fn request<P: Protocol>(&self, peer: PeerId, request: P::Request) -> Result<P::Response, NetworkError> {
        let frame = encode_frame(&request, P::LIMITS.request_bytes_max)?;
        within(P::LIMITS.time_max, "waiting for the answer", self.ask_patiently::<P>(peer, &frame)).await
    }

    async fn ask_patiently<P: Protocol>(&self, peer: PeerId, frame: &[u8]) -> Result<P::Response, NetworkError> {
        let mut attempts = self.attempts();
        loop {
            let channel = match self.open_once(peer, P::NAME).await {
                Ok(channel) => channel,
                Err(error) => {
                    attempts.pause_after(error).await?;
                    continue;
                }
            };
            match ask::<P>(channel, frame).await {
                // Nothing was done about it: safe to repeat whatever the request means.
                Err(busy @ NetworkError::Refused(Refusal::Busy)) => attempts.pause_after(busy).await?,
                result => return result,
            }
        }
    }
}

async fn ask<P: Protocol>(mut channel: Channel, frame: &[u8]) -> Result<P::Response, NetworkError> {
    if let Err(error) = channel.send_raw(frame).await {
        // A server that refuses says so before it stops reading.
        let reason = timeout(LAST_WORDS_TIMEOUT, channel.receive_verdict()).await;
        return Err(match reason {
            Ok(Err(refused @ NetworkError::Refused(_))) => refused,
            _ => error,
        });
    }
    channel.receive_verdict().await?;
    channel.receive_within(P::LIMITS.response_bytes_max, P::LIMITS.time_max).await
}

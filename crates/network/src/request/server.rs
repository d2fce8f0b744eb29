//! The answering side.

use std::sync::Arc;

use libp2p::PeerId;
use tokio::io::AsyncReadExt;

use super::{Protocol, RequestLimits};
use crate::channel::Channel;
use crate::node::StreamLimits;
use crate::{NetworkError, Node, Refusal};

impl Node {
    /// Answers the requests of protocol `P` with `handler`, several at a time within the protocol's limits.
    ///
    /// Answers that belong to the protocol, a "no" included, are responses; a [`Refusal`] says that the server could
    /// not deal with the request at all. A handler that panics costs its own stream only.
    ///
    /// # Errors
    /// [`NetworkError::AlreadyServed`].
    pub fn serve<P, F, Fut>(&self, handler: F) -> Result<(), NetworkError>
    where
        P: Protocol,
        F: Fn(PeerId, P::Request) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<P::Response, Refusal>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        self.serve_unadmitted(P::NAME, stream_limits(&P::LIMITS), move |channel| {
            answer::<P, F, Fut>(channel, handler.clone())
        })
    }
}

fn stream_limits(limits: &RequestLimits) -> StreamLimits {
    StreamLimits {
        streams_max: limits.concurrent_max,
        queued_max: limits.queued_max,
        per_peer_max: limits.per_peer_max,
        lifetime_max: limits.time_max,
    }
}

async fn answer<P, F, Fut>(mut channel: Channel, handler: Arc<F>)
where
    P: Protocol,
    F: Fn(PeerId, P::Request) -> Fut,
    Fut: Future<Output = Result<P::Response, Refusal>>,
{
    let verdict = match channel.receive::<P::Request>(P::LIMITS.request_bytes_max).await {
        Ok(request) if P::LONG_POLL => tokio::select! {
            verdict = handler(channel.peer(), request) => verdict,
            // An asker has nothing more to say: whatever this read returns, it has left or breaks the rules.
            _ = channel.read_u8() => return,
        },
        Ok(request) => handler(channel.peer(), request).await,
        Err(NetworkError::TooLarge { .. }) => Err(Refusal::TooLarge),
        Err(NetworkError::Malformed { .. }) => Err(Refusal::Malformed),
        // Closed or too slow: nobody is there to be answered.
        Err(_) => return,
    };
    let refusal = match verdict {
        Ok(response) => match send_response::<P>(&mut channel, &response).await {
            Ok(()) => return channel.finish().await,
            Err(NetworkError::TooLarge { bytes, bytes_max }) => {
                tracing::error!(protocol = P::NAME, bytes, bytes_max, "an answer is over its own cap");
                Refusal::Unavailable
            }
            // The asker is gone.
            Err(_) => return,
        },
        Err(refusal) => refusal,
    };
    // Best effort. Dropping the unfinished stream resets it, which frees an asker that is still writing.
    let _ = channel.send_verdict(Some(refusal)).await;
}

async fn send_response<P: Protocol>(channel: &mut Channel, response: &P::Response) -> Result<(), NetworkError> {
    let frame = crate::codec::encode_frame(response, P::LIMITS.response_bytes_max)?;
    // The verdict and the answer in one write, hence in one packet if they fit.
    let mut bytes = Vec::with_capacity(1 + frame.len());
    bytes.push(crate::error::ADMITTED);
    bytes.extend_from_slice(&frame);
    channel.send_raw(&bytes).await
}

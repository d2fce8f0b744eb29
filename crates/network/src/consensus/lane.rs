//! The sending side: keeps a stream to one peer open.

use std::sync::Arc;

use libp2p::PeerId;
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

use super::NAME;
use super::outbox::Outbox;
use crate::channel::{Channel, within};
use crate::limits::MESSAGE_TIMEOUT;
use crate::{NetworkError, Node};

/// Runs until it is aborted or the node ends.
pub(super) async fn run(node: Node, peer: PeerId, outbox: Arc<Outbox>) {
    let mut backoff = node.backoff();
    loop {
        let ended = match node.open_admitted(peer, NAME).await {
            Ok(channel) => {
                backoff.reset();
                deliver(channel, &outbox).await
            }
            Err(error) => error,
        };
        if matches!(ended, NetworkError::ShutDown) {
            return;
        }
        tracing::debug!(%peer, %ended, "no stream to a validator");
        tokio::select! {
            () = sleep(backoff.pause()) => {}
            () = outbox.hurried() => {}
        }
    }
}

/// Sends what waits, until the stream ends.
async fn deliver(mut channel: Channel, outbox: &Outbox) -> NetworkError {
    loop {
        let queued = tokio::select! {
            queued = outbox.next() => queued,
            // The receiver has nothing to say: whatever this read returns, the stream is over.
            _ = channel.read_u8() => return NetworkError::Closed,
        };
        let sending = channel.send_raw(&queued.frame);
        if let Err(error) = within(MESSAGE_TIMEOUT, "sending to a validator", sending).await {
            outbox.put_back(queued);
            return error;
        }
    }
}

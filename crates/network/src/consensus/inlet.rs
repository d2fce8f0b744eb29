//! The receiving side: one stream a validator, and everyone takes turns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::FutureExt;
use libp2p::PeerId;
use tokio::sync::{mpsc, oneshot};

use super::{MESSAGE_BYTES_MAX, Shared};
use crate::channel::Channel;
use crate::{NetworkError, Refusal};

type Inbox = mpsc::Sender<(PeerId, Bytes)>;

/// The streams that are open, and where their messages go.
pub(super) struct Inlets {
    admit: Box<dyn Fn(&PeerId) -> bool + Send + Sync>,
    state: Mutex<State>,
}

struct State {
    /// None once closed.
    inbox: Option<Inbox>,
    /// Dropping the sender ends that peer's stream.
    open: HashMap<PeerId, oneshot::Sender<()>>,
}

/// A stream's place among the open ones.
struct Place<'a> {
    inlets: &'a Inlets,
    peer: PeerId,
    inbox: Inbox,
    over: oneshot::Receiver<()>,
}

impl Inlets {
    pub(super) fn new(inbox: Inbox, admit: impl Fn(&PeerId) -> bool + Send + Sync + 'static) -> Self {
        let state = State { inbox: Some(inbox), open: HashMap::new() };
        Self { admit: Box::new(admit), state: Mutex::new(state) }
    }

    pub(super) fn revise(&self) {
        self.state().open.retain(|peer, _| (self.admit)(peer));
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.inbox = None;
        state.open.clear();
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.state().open.len()
    }

    /// A place for a stream of `peer`, whose earlier stream ends; none if it may not send.
    fn enter(&self, peer: PeerId) -> Option<Place<'_>> {
        let mut state = self.state();
        // Asked under the lock, so that a revision never misses a stream.
        let inbox = state.inbox.clone().filter(|_| (self.admit)(&peer))?;
        let (stays, over) = oneshot::channel();
        state.open.insert(peer, stays);
        Some(Place { inlets: self, peer, inbox, over })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.over.close();
        let mut state = self.inlets.state();
        // A newer stream's entry is not closed.
        if state.open.get(&self.peer).is_some_and(oneshot::Sender::is_closed) {
            state.open.remove(&self.peer);
        }
    }
}

/// Serves one stream that a peer opened.
pub(super) async fn receive(shared: Arc<Shared>, mut channel: Channel) {
    let peer = channel.peer();
    let Some(mut place) = shared.inlets.enter(peer) else {
        // Said without waiting, so that strangers take nobody's place.
        let _ = channel.send_verdict(Some(Refusal::NotAllowed)).now_or_never();
        return;
    };
    shared.hurry(&peer);
    let inbox = place.inbox.clone();
    tokio::select! {
        Err(error) = pass_on(&mut channel, &inbox) => tracing::debug!(%peer, %error, "a validator's stream ended"),
        _ = &mut place.over => tracing::debug!(%peer, "a validator's stream was replaced, or may no longer be"),
    }
}

/// Reads a message only after the last one was taken. Those who wait for the inbox are served in the order they came,
/// hence in turns.
async fn pass_on(channel: &mut Channel, inbox: &Inbox) -> Result<(), NetworkError> {
    channel.send_verdict(None).await?;
    loop {
        let message = channel.receive_message(MESSAGE_BYTES_MAX).await?;
        inbox.send((channel.peer(), message.into())).await.map_err(|_| NetworkError::ShutDown)?;
    }
}

#![doc = include_str!("README.md")]

mod behaviour;
mod docket;
mod gossip;
mod judge;

use std::sync::Arc;

use carekey_ledger::CertifiedHeader;
use carekey_protocol::{BlockHeight, NetworkId, encode};
use libp2p::PeerId;
use libp2p::gossipsub::{MessageAcceptance, MessageId, TopicHash};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub(crate) use self::behaviour::Heads;
use self::docket::Docket;
use crate::{NetworkError, Node, Refusal};

/// A certified header with the signatures of all validators, bytes.
pub const HEAD_BYTES_MAX: usize = 12 * 1024;

/// Commands waiting for the swarm: verdicts come one at a time, announcements with blocks.
pub(crate) const COMMANDS_MAX: usize = 64;

/// What is to be done with a head that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// It is genuine and new: delivered and passed on.
    Accept,
    /// Old, known, or not to be judged yet. Nobody's fault.
    Ignore,
    /// Forged: whoever passed it on is scored down, and after a few of them disconnected.
    Reject,
}

impl From<Judgement> for MessageAcceptance {
    fn from(judgement: Judgement) -> Self {
        match judgement {
            Judgement::Accept => Self::Accept,
            Judgement::Ignore => Self::Ignore,
            Judgement::Reject => Self::Reject,
        }
    }
}

/// What the rest of the node asks of [`Heads`].
pub(crate) enum Command {
    Follow {
        topic: TopicHash,
        docket: Arc<Docket>,
        judging: AbortHandle,
    },
    Unfollow {
        docket: Arc<Docket>,
    },
    Announce {
        height: BlockHeight,
        bytes: Vec<u8>,
    },
    /// What only a liar's node does: publish without a pause.
    #[cfg(test)]
    Shout(Vec<u8>),
    Judged {
        id: MessageId,
        peer: PeerId,
        height: BlockHeight,
        judgement: Judgement,
    },
}

/// The accepted heads, newest wins. Dropping it ends following.
#[derive(Debug)]
pub struct HeadAnnouncements {
    newest: watch::Receiver<Option<CertifiedHeader>>,
}

impl HeadAnnouncements {
    /// Waits for a head above all that came before and returns the newest; heads in between are skipped. None once the
    /// node has been shut down, or follows through another call.
    pub async fn recv(&mut self) -> Option<CertifiedHeader> {
        self.newest.changed().await.ok()?;
        self.newest.borrow_and_update().clone()
    }
}

impl Node {
    /// Joins the announcements of a network's heads. `judge` decides about every one that arrives, on a thread that may
    /// block, one at a time; accepted ones are passed on and delivered. A second call takes the place of the first.
    ///
    /// Connections that exist already are closed, to take part when they come back: call this right after
    /// [`Node::start`], within the runtime.
    ///
    /// # Errors
    /// [`NetworkError::ShutDown`].
    pub fn follow_heads(
        &self,
        network: NetworkId,
        judge: impl Fn(&CertifiedHeader) -> Judgement + Send + Sync + 'static,
    ) -> Result<HeadAnnouncements, NetworkError> {
        let docket = Arc::new(Docket::default());
        let (deliver, newest) = watch::channel(None);
        let commands = self.head_commands();
        let judging = tokio::spawn(judge::run(docket.clone(), Arc::new(judge), deliver, commands.clone()));
        let judging = judging.abort_handle();
        let follow = Command::Follow { topic: gossip::topic(network), docket, judging: judging.clone() };
        commands.try_send(follow).map_err(|error| {
            judging.abort();
            match error {
                TrySendError::Full(_) => NetworkError::Refused(Refusal::Busy),
                TrySendError::Closed(_) => NetworkError::ShutDown,
            }
        })?;
        Ok(HeadAnnouncements { newest })
    }

    /// Tells everybody about a head: hospitals, after a block is final. Of heads that come fast the newest is told. Does
    /// nothing unless this node follows heads, or if it has passed on this head or a later one already.
    pub fn announce_head(&self, head: &CertifiedHeader) {
        let announce = Command::Announce { height: head.header.height, bytes: encode(head) };
        if self.head_commands().try_send(announce).is_err() {
            tracing::debug!("a head is not announced; the next one will be");
        }
    }
}

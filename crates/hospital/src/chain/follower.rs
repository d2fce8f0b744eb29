//! Catching up: blocks that others have are downloaded and checked as if nobody had.

use std::sync::Arc;
use std::time::Duration;

use carekey_ledger::limits::BULK_BYTES_MAX;
use carekey_ledger::{Attach, Block, QuorumCertificate, RejectReason};
use carekey_network::ledger::{Chain as ChainProtocol, ChainAnswer, ChainRequest, HEAD_WAIT_MS_MAX, Head, HeadRequest};
use carekey_network::{Backoff, NetworkError, Node, PeerId};
use carekey_protocol::BlockHeight;
use tokio::time::{sleep, timeout};

use super::{Chain, ChainError};

/// A validator that sees that others are one block further waits this long for its own decision.
const GRACE: Duration = Duration::from_millis(500);

/// How long one hospital may take to say how far it is, at the start.
const ORIENTATION_EACH_MAX: Duration = Duration::from_secs(1);

/// Keeps the chain as long as the longest of the others', until it is dropped. `others` names the hospitals blocks can
/// be had from.
pub(crate) async fn follow(chain: Arc<Chain>, node: Node, others: impl Fn() -> Vec<PeerId> + Send + Sync) {
    let follower = Follower { chain, node, others };
    follower.orient().await;
    let mut backoff = Backoff::new(u64::from(follower.chain.hospital.0[2]));
    let mut turn = 0;
    loop {
        let peers = (follower.others)();
        let Some(peer) = peers.get(turn % peers.len().max(1)).copied() else {
            sleep(backoff.pause()).await;
            continue;
        };
        // Whether it failed or had no news: the next time another one is asked.
        turn = turn.wrapping_add(1);
        match follower.listen_to(peer).await {
            Ok(()) => backoff.reset(),
            Err(error) => {
                tracing::debug!(%error, %peer, "a hospital has nothing to follow");
                if turn.is_multiple_of(peers.len()) {
                    sleep(backoff.pause()).await;
                }
            }
        }
    }
}

struct Follower<F> {
    chain: Arc<Chain>,
    node: Node,
    others: F,
}

impl<F: Fn() -> Vec<PeerId> + Send + Sync> Follower<F> {
    /// Asks everybody how far they are, all at once.
    async fn orient(&self) {
        let ours = self.chain.stored_height();
        let asked = (self.others)().into_iter().map(|peer| timeout(ORIENTATION_EACH_MAX, self.head_of(peer, ours, 0)));
        let heads = futures::future::join_all(asked).await;
        let highest = heads.into_iter().flatten().flatten().max().unwrap_or(ours);
        self.chain.oriented.send_replace(Some(highest));
    }

    async fn head_of(&self, peer: PeerId, after: BlockHeight, wait_ms: u64) -> Result<BlockHeight, NetworkError> {
        Ok(self.node.request::<Head>(peer, HeadRequest { after, wait_ms }).await?.header.height)
    }

    /// Waits for news from one hospital, or for a sign from any, and downloads what there is.
    async fn listen_to(&self, peer: PeerId) -> Result<(), ChainError> {
        let ours = self.chain.stored_height();
        let mut ahead = self.chain.ahead.subscribe();
        let theirs = tokio::select! {
            theirs = self.head_of(peer, ours, HEAD_WAIT_MS_MAX) => theirs?,
            Ok(()) = async { ahead.wait_for(|height| *height > ours).await.map(drop) } => {
                let theirs = self.head_of(peer, ours, 0).await?;
                // Whoever said so may have lied; the sign has served its purpose.
                self.chain.ahead.send_if_modified(|height| std::mem::replace(height, theirs) != theirs);
                theirs
            }
        };
        if theirs == ours.next() && self.chain.votes()? {
            let mut stored = self.chain.stored.subscribe();
            let _decided = timeout(GRACE, stored.wait_for(|height| *height >= theirs)).await;
        }
        self.download(peer, theirs).await
    }

    /// Downloads blocks up to a height. While some are checked, the next are fetched, each from another hospital; `first`
    /// is asked first.
    async fn download(&self, first: PeerId, until: BlockHeight) -> Result<(), ChainError> {
        let mut peers = (self.others)();
        let at = peers.iter().position(|peer| *peer == first).unwrap_or(0);
        peers.rotate_left(at);
        let mut peers = peers.into_iter().cycle();
        let mut next = || peers.next().unwrap_or(first);
        let mut from = self.chain.stored_height().next();
        let mut asked = next();
        let mut blocks = self.fetch(asked, from).await?;
        while from <= until {
            let Some((last, _)) = blocks.last() else { return Err(ChainError::Missing) };
            from = last.header.height.next();
            let chain = Arc::clone(&self.chain);
            let attach = tokio::task::spawn_blocking(move || chain.attach(blocks));
            let (sender, following) = (asked, async {
                asked = next();
                if from <= until { self.fetch(asked, from).await } else { Ok(Vec::new()) }
            });
            let (attached, fetched) = tokio::join!(attach, following);
            match attached.map_err(|_| ChainError::Stopped)?? {
                Attach::Extended(_) | Attach::Rejected(RejectReason::Known) => {}
                Attach::Rejected(reason) => {
                    tracing::warn!(peer = %sender, %reason, "a hospital sent a block that breaks the rules");
                    return Err(ChainError::Rejected(reason));
                }
                Attach::Forked(proof) => {
                    let height = proof.second.header.height.0;
                    tracing::error!(peer = %sender, height, "two blocks of one height are certified");
                    return Err(ChainError::Forked(proof));
                }
            }
            blocks = fetched?;
        }
        Ok(())
    }

    async fn fetch(&self, peer: PeerId, from: BlockHeight) -> Result<Vec<(Block, QuorumCertificate)>, ChainError> {
        let question = ChainRequest::Blocks { from, bytes_max: BULK_BYTES_MAX as u32 };
        match self.node.request::<ChainProtocol>(peer, question).await? {
            Some(ChainAnswer::Blocks(blocks)) => Ok(blocks),
            _ => Err(ChainError::Missing),
        }
    }
}

//! Catching up: blocks that others have are downloaded and checked as if nobody had.

use std::sync::Arc;
use std::time::Duration;

use carekey_ledger::{Block, QuorumCertificate, verify_certified_block};
use carekey_network::ledger::{Chain as ChainProtocol, ChainAnswer, ChainRequest, HEAD_WAIT_MS_MAX, Head, HeadRequest};
use carekey_network::{Backoff, NetworkError, Node, PeerId};
use carekey_protocol::{BlockHeight, UnixMillis};
use tokio::time::{sleep, timeout};

use super::{Chain, ChainError};

/// A validator that sees that others are one block further waits this long for its own decision.
const GRACE: Duration = Duration::from_millis(500);

/// How long one hospital may take to say how far it is, at the start.
const ORIENTATION_EACH_MAX: Duration = Duration::from_secs(1);

/// Keeps the chain as long as the longest of the others', until it is dropped. `others` names the hospitals blocks can
/// be had from.
pub(crate) async fn follow(
    chain: Arc<Chain>,
    node: Node,
    others: impl Fn() -> Vec<PeerId> + Send + Sync,
    now: fn() -> UnixMillis,
) {
    let follower = Follower { chain, node, others, now };
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
    now: fn() -> UnixMillis,
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
        while self.chain.stored_height() < theirs {
            self.download(peer, self.chain.stored_height().next()).await?;
        }
        Ok(())
    }

    /// Downloads some blocks, checks them and appends them.
    async fn download(&self, peer: PeerId, from: BlockHeight) -> Result<(), ChainError> {
        let answer = self.node.request::<ChainProtocol>(peer, ChainRequest::Block { height: from }).await?;
        let Some(ChainAnswer::Block(block, certificate)) = answer else { return Err(ChainError::Missing) };
        let (chain, now) = (Arc::clone(&self.chain), self.now);
        let append = move || append(&chain, *block, certificate, now());
        tokio::task::spawn_blocking(append).await.map_err(|_| ChainError::Stopped)?
    }
}

fn append(chain: &Chain, block: Block, certificate: QuorumCertificate, now: UnixMillis) -> Result<(), ChainError> {
    if block.header.height <= chain.stored_height() {
        return Ok(());
    }
    let verified = verify_certified_block(&chain.reader, &chain.genesis, block, &certificate, now)?;
    chain.apply(verified, certificate)?;
    Ok(())
}

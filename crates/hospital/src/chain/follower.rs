//! Following the hospital that makes the blocks: every block is checked as if nobody had.

use std::sync::Arc;

use carekey_ledger::verify_certified_block;
use carekey_network::ledger::{Chain as ChainProtocol, ChainAnswer, ChainRequest, HEAD_WAIT_MS_MAX, Head, HeadRequest};
use carekey_network::{Node, PeerId};
use carekey_protocol::{BlockHeight, UnixMillis};

use super::{Chain, ChainError};

/// Blocks appended before the caller gets a chance to read them.
const BLOCKS_PER_ROUND_MAX: u64 = 64;

/// Waits until `peer` has blocks we lack, checks them and appends them. Returns the height we then have.
pub(crate) async fn pull_blocks(
    chain: &Arc<Chain>,
    node: &Node,
    peer: PeerId,
    now: fn() -> UnixMillis,
) -> Result<BlockHeight, ChainError> {
    let mut ours = chain.stored_height()?;
    let theirs = node.request::<Head>(peer, HeadRequest { after: ours, wait_ms: HEAD_WAIT_MS_MAX }).await?;
    let until = theirs.header.height.min(BlockHeight(ours.0.saturating_add(BLOCKS_PER_ROUND_MAX)));
    while ours < until {
        let height = ours.next();
        let answer = node.request::<ChainProtocol>(peer, ChainRequest::Block { height }).await?;
        let Some(ChainAnswer::Block(block, certificate)) = answer else { return Err(ChainError::Missing) };
        let chain = Arc::clone(chain);
        let append = move || {
            let verified = verify_certified_block(&chain.reader, &chain.genesis, *block, &certificate, now())?;
            chain.apply(verified, certificate)?;
            Ok::<_, ChainError>(())
        };
        tokio::task::spawn_blocking(append).await.map_err(|_| ChainError::Stopped)??;
        ours = height;
    }
    Ok(ours)
}

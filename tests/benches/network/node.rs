//! Both ends of the line: a hospital that shows a chain, and those who ask it.

use carekey_crypto::test_rng;
use carekey_ledger::Reader;
use carekey_ledger::limits::BATCH_BYTES_MAX;
use carekey_network::ledger::{Chain, ChainAnswer, ChainRequest, Head};
use carekey_network::{Node, NodeKey, NodeLimits, PeerAddress, PeerId, Refusal};

use crate::Outcome;

/// A node on a loopback socket that answers from a chain as a hospital does.
pub(crate) async fn hospital(reader: &Reader) -> Outcome<Node> {
    let node = listening(1).await?;
    let head = reader.clone();
    node.serve::<Head, _, _>(move |_, _| {
        let reader = head.clone();
        answer(move || reader.head())
    })?;
    let reader = reader.clone();
    node.serve::<Chain, _, _>(move |_, request| {
        let reader = reader.clone();
        answer(move || read(&reader, request))
    })?;
    Ok(node)
}

/// A node that listens on loopback.
pub(crate) async fn listening(seed: u64) -> Outcome<Node> {
    let here = "/ip4/127.0.0.1/tcp/0".parse()?;
    Ok(Node::start(&NodeKey::generate(&mut test_rng(seed)), &[here], NodeLimits::hospital()).await?)
}

/// A node that asks, and knows whom.
pub(crate) async fn asking(whom: &PeerAddress) -> Outcome<Node> {
    let node = Node::start(&NodeKey::generate(&mut test_rng(2)), &[], NodeLimits::wallet()).await?;
    node.remember(whom.clone()).await;
    Ok(node)
}

/// Asks for a part of the chain that is there.
pub(crate) async fn ask(node: &Node, whom: PeerId, request: ChainRequest) -> Outcome<ChainAnswer> {
    node.request::<Chain>(whom, request).await?.ok_or_else(|| format!("no answer to {request:?}").into())
}

async fn answer<T: Send + 'static, E: Send + 'static>(
    read: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Refusal> {
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|_| Refusal::Unavailable)?.map_err(|_| Refusal::Unavailable)
}

fn read(reader: &Reader, request: ChainRequest) -> Result<Option<ChainAnswer>, carekey_ledger::StoreError> {
    Ok(match request {
        ChainRequest::CatchUp { trusted } => Some(ChainAnswer::CatchUp(Box::new(reader.catch_up(trusted)?))),
        ChainRequest::Compact { from, .. } => {
            let batch = reader.compact_batch(from, usize::MAX, BATCH_BYTES_MAX)?;
            batch.map(|batch| ChainAnswer::Compact(Box::new(batch)))
        }
        ChainRequest::Block { height } => {
            let (block, certified) = (reader.block(height)?, reader.certified_header(height)?);
            block.zip(certified).map(|(block, certified)| ChainAnswer::Block(Box::new(block), certified.certificate))
        }
        ChainRequest::Blocks { from, bytes_max } => Some(ChainAnswer::Blocks(reader.blocks(from, bytes_max as usize)?)),
        ChainRequest::Registry { after, under } => Some(ChainAnswer::Registry(reader.registry_after(after, under)?)),
        ChainRequest::Locate { .. } => None,
    })
}

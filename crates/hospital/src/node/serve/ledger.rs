//! Reading the chain, adding to it, and the certificates people left here.

use std::sync::Arc;
use std::time::Duration;

use carekey_ledger::light::ProvenTransaction;
use carekey_ledger::limits::BATCH_BYTES_MAX;
use carekey_ledger::{CertifiedHeader, Reader, StoreError};
use carekey_network::ledger::{
    CertificateOf, Chain, ChainAnswer, ChainRequest, HEAD_WAIT_MS_MAX, Head, HeadRequest, Submit,
};
use carekey_network::{NetworkError, Refusal};
use carekey_protocol::BlockHeight;

use super::super::Inner;
use super::{blocking, news};

pub(super) fn serve(inner: &Arc<Inner>) -> Result<(), NetworkError> {
    let node = &inner.node;
    let shared = Arc::clone(inner);
    node.serve::<Head, _, _>(move |_, request| head(Arc::clone(&shared), request))?;
    let shared = Arc::clone(inner);
    node.serve::<Chain, _, _>(move |_, request| {
        let reader = shared.chain.reader.clone();
        blocking(move || Ok(read(&reader, request)?))
    })?;
    let shared = Arc::clone(inner);
    node.serve::<Submit, _, _>(move |peer, transaction| {
        let shared = Arc::clone(&shared);
        async move { shared.submit(peer, transaction).await }
    })?;
    let shared = Arc::clone(inner);
    node.serve::<CertificateOf, _, _>(move |_, owner| {
        let archive = Arc::clone(&shared.archive);
        blocking(move || Ok(archive.certificate_of(&owner)?))
    })
}

async fn head(inner: Arc<Inner>, request: HeadRequest) -> Result<CertifiedHeader, Refusal> {
    let patience = Duration::from_millis(request.wait_ms.min(HEAD_WAIT_MS_MAX));
    let height = news(&inner, &inner.chain.head, patience, |height| *height > request.after).await;
    let reader = inner.chain.reader.clone();
    let found = blocking(move || Ok(reader.certified_header(height)?)).await?;
    found.ok_or(Refusal::Unavailable)
}

fn read(reader: &Reader, request: ChainRequest) -> Result<Option<ChainAnswer>, StoreError> {
    Ok(match request {
        ChainRequest::CatchUp { trusted } => Some(ChainAnswer::CatchUp(Box::new(reader.catch_up(trusted)?))),
        ChainRequest::Compact { from, to } => {
            let Some(count) = to.0.checked_sub(from.0) else { return Ok(None) };
            let count = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
            let batch = reader.compact_batch(from, count, BATCH_BYTES_MAX)?;
            batch.map(|batch| ChainAnswer::Compact(Box::new(batch)))
        }
        // The genesis header has no block.
        ChainRequest::Block { height: BlockHeight(0) } => None,
        ChainRequest::Block { height } => {
            let (block, certified) = (reader.block(height)?, reader.certified_header(height)?);
            block.zip(certified).map(|(block, certified)| ChainAnswer::Block(Box::new(block), certified.certificate))
        }
        ChainRequest::Blocks { from, bytes_max } => {
            let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
            Some(ChainAnswer::Blocks(reader.blocks(from, bytes_max)?))
        }
        ChainRequest::Locate { txid, under } => {
            let (transaction, proof) = (reader.transaction(&txid)?, reader.ledger_proof(&txid, under)?);
            let located = transaction.zip(proof);
            located.map(|(transaction, proof)| ChainAnswer::Located(Box::new(ProvenTransaction { transaction, proof })))
        }
        ChainRequest::Registry { after, under } => Some(ChainAnswer::Registry(reader.registry_after(after, under)?)),
    })
}

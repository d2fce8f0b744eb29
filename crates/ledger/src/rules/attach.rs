//! S1's `Attach_block`: what happened to a block that arrived.

use carekey_protocol::{BlockHeight, Genesis, UnixMillis};

use super::verify::{BlockError, verify_certified_block};
use crate::block::Block;
use crate::store::{ApplyError, Store, StoreError, apply_block};
use crate::vote::{CertifiedHeader, Equivocation, QuorumCertificate};

/// The three outcomes of attaching a block (S1, `Attach_block`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attach {
    /// It extends the chain, which now ends at this height.
    Extended(BlockHeight),
    /// A quorum has sealed it, yet the chain already holds another block of that height. Under the quorum seal this
    /// never happens among honest hospitals; here is the proof that some were not.
    Forked(Box<Equivocation>),
    /// It was not attached.
    Rejected(RejectReason),
}

/// Why a block was not attached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// The chain already holds this very block.
    #[error("block is already part of the chain")]
    Known,
    /// It breaks a rule.
    #[error(transparent)]
    Invalid(BlockError),
}

/// Verifies a sealed block and appends it if it extends the chain.
///
/// # Errors
/// [`StoreError`] if the store failed; every judgement about the block is an [`Attach`].
pub fn attach(
    store: &mut Store,
    genesis: &Genesis,
    block: Block,
    certificate: QuorumCertificate,
    now: UnixMillis,
) -> Result<Attach, StoreError> {
    let (height, hash) = (block.header.height, block.header.hash());
    if let Some(ours) = store.reader().certified_header(height)? {
        if ours.header.hash() == hash {
            return Ok(Attach::Rejected(RejectReason::Known));
        }
        let validators = store.reader().validators_at(height)?;
        if height.0 > 0 && certificate.verify(&block.header, &validators).is_ok() {
            let theirs = CertifiedHeader { header: block.header, certificate };
            return Ok(Attach::Forked(Box::new(Equivocation { first: ours, second: theirs })));
        }
    }
    let verified = match verify_certified_block(store.reader(), genesis, block, &certificate, now) {
        Ok(verified) => verified,
        Err(BlockError::Store(error)) => return Err(error),
        Err(error) => return Ok(Attach::Rejected(RejectReason::Invalid(error))),
    };
    match apply_block(store, verified, certificate) {
        Ok(()) => Ok(Attach::Extended(height)),
        Err(ApplyError::Store(error)) => Err(error),
        Err(ApplyError::Certificate(error)) => Ok(Attach::Rejected(RejectReason::Invalid(error.into()))),
        Err(ApplyError::NotNext) => Ok(Attach::Rejected(RejectReason::Invalid(BlockError::Previous))),
    }
}

/// Attaches consecutive sealed blocks, as a node does that catches up: as [`attach`] for each, but on all cores, and
/// with one sync of the disk for all blocks up to the next change of validators. The outcome is [`Attach::Extended`] if
/// all of them are part of the chain now, else that of the first that is not; those before it are.
///
/// # Errors
/// [`StoreError`] if the store failed; a prefix of the blocks may have been appended.
pub fn attach_many(
    store: &mut Store,
    genesis: &Genesis,
    blocks: Vec<(Block, QuorumCertificate)>,
    now: UnixMillis,
) -> Result<Attach, StoreError> {
    let mut blocks = blocks.into_iter().peekable();
    let mut head = store.reader().head()?.header;
    while let Some((block, certificate)) = blocks.next_if(|(block, _)| block.header.height <= head.height) {
        match attach(store, genesis, block, certificate, now)? {
            Attach::Rejected(RejectReason::Known) => (),
            outcome => return Ok(outcome),
        }
    }
    while let Some(first) = blocks.next() {
        // The set that seals the next block; a block that names another one stops the run, whatever it claims.
        let sealers = head.next_validators_hash;
        let mut run = vec![first];
        while let Some(next) = blocks.next_if(|(block, _)| block.header.validators_hash == sealers) {
            run.push(next);
        }
        if let Some(error) = store.append_run(genesis, run, now)? {
            return Ok(Attach::Rejected(RejectReason::Invalid(error)));
        }
        head = store.reader().head()?.header;
    }
    Ok(Attach::Extended(head.height))
}

//! Making blocks, where one hospital's signature is the certificate.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Duration;

use carekey_ledger::limits::TRANSACTIONS_PER_BLOCK_MAX;
use carekey_ledger::{BlockEntry, Reason, propose_block, seal_alone, verify_block};
use carekey_protocol::{BlockHeight, UnixMillis};

use super::{Chain, ChainError};

/// How long a transaction waits for company.
pub(crate) const BATCH_PAUSE: Duration = Duration::from_millis(100);

/// What one round made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// A block.
    Block(BlockHeight),
    /// Nothing that waits may stand in a block.
    Nothing,
}

impl Chain {
    /// Makes one block of what waits, without empty ones. Blocks the thread.
    ///
    /// The signature leaves this function only with the block on the disk. A process that dies in between has shown
    /// nobody a signature, and may sign another block of that height.
    pub(crate) fn make_block(&self, now: UnixMillis) -> Result<Made, ChainError> {
        let candidates = self.pool().oldest(TRANSACTIONS_PER_BLOCK_MAX);
        if candidates.is_empty() {
            return Ok(Made::Nothing);
        }
        let proposal = propose_block(&self.reader, &self.genesis, candidates, now, self.hospital)?;
        let never = proposal.dropped.iter().filter(|(_, reason)| !matches!(reason, Reason::BlockFull));
        let mut done: HashSet<_> = never.map(|(id, _)| *id).collect();
        let header = proposal.block.header.clone();
        let made = if proposal.block.transactions.is_empty() {
            Made::Nothing
        } else {
            done.extend(proposal.block.transactions.iter().map(BlockEntry::txid));
            // The block's own time: it may lie after `now` if the clock went back.
            let verified = verify_block(&self.reader, &self.genesis, proposal.block, header.time)?;
            self.apply(verified, seal_alone(&self.ledger_key, self.hospital, &header))?;
            Made::Block(header.height)
        };
        self.pool().remove(&done);
        Ok(made)
    }

    pub(crate) fn pool(&self) -> std::sync::MutexGuard<'_, super::Mempool> {
        self.mempool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

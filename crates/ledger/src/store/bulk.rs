//! Many sealed blocks at once, as a node takes them in that catches up.

use carekey_protocol::{Genesis, UnixMillis};
use rayon::prelude::*;
use rusqlite::TransactionBehavior;

use super::error::StoreError;
use super::view::Before;
use super::{Store, open, write};
use crate::block::Block;
use crate::rules::state::StateView as _;
#[cfg(any(test, feature = "testkit"))]
use crate::rules::verify::VerifiedBlock;
use crate::rules::verify::{Alone, BlockError, NOTHING_KNOWN};
use crate::vote::QuorumCertificate;

/// What stopped a run of blocks; those before it are appended.
pub(crate) type Stopped = Option<BlockError>;

impl Store {
    /// Appends blocks that one validator set sealed: certificates and bodies are checked on all cores, the state one
    /// block after the other, and all of them reach the disk with one sync. After a crash none of them is there.
    pub(crate) fn append_run(
        &mut self,
        genesis: &Genesis,
        run: Vec<(Block, QuorumCertificate)>,
        now: UnixMillis,
    ) -> Result<Stopped, StoreError> {
        let database = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut state = Before::head(&database)?.with_tip()?;
        let validators = state.next_validators()?;
        let check = |(block, certificate): &(Block, QuorumCertificate)| {
            // A body is looked at only if a quorum stands behind it.
            certificate.verify(&block.header, &validators)?;
            Alone::check(block, genesis, NOTHING_KNOWN)
        };
        let checked: Vec<Result<Alone, BlockError>> = run.par_iter().map(check).collect();

        let (mut stopped, mut erased) = (None, false);
        for ((block, certificate), alone) in run.into_iter().zip(checked) {
            let follow = |alone: Alone| alone.follow(&state, genesis, block, now, Some(certificate.clone()));
            let verified = match alone.and_then(follow) {
                Ok(verified) => verified,
                Err(BlockError::Store(error)) => return Err(error),
                Err(error) => {
                    stopped = Some(error);
                    break;
                }
            };
            write::block(&database, &verified, &certificate)?;
            erased |= !verified.effects.erasures.is_empty();
            state.advance(verified);
        }
        database.commit()?;
        if erased {
            open::flush_log(&self.connection);
        }
        Ok(stopped)
    }

    /// Appends blocks that nobody checked, for chains that are made and not received.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn append_unchecked(
        &mut self,
        blocks: impl Iterator<Item = (VerifiedBlock, QuorumCertificate)>,
    ) -> Result<(), StoreError> {
        let database = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (verified, certificate) in blocks {
            write::block(&database, &verified, &certificate)?;
        }
        Ok(database.commit()?)
    }
}

//! Many sealed blocks at once, as a node takes them in that catches up.

use carekey_crypto::{Digest, Mmr, PublicKey};
use carekey_protocol::{CertificateSerial, Genesis, TxId, UnixMillis};
use rayon::prelude::*;
use rusqlite::TransactionBehavior;

use super::error::StoreError;
use super::view::Before;
use super::{Store, open, write};
use crate::block::Block;
use crate::header::Header;
use crate::rules::state::{AnchorState, StateView};
use crate::rules::verify::{Alone, BlockError, NOTHING_KNOWN};
use crate::validators::ValidatorSet;
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
        let mut tip = Tip::read(Before::head(&database)?)?;
        let validators = &tip.validators;
        let check = |(block, certificate): &(Block, QuorumCertificate)| {
            // A body is looked at only if a quorum stands behind it.
            certificate.verify(&block.header, validators)?;
            Alone::check(block, genesis, NOTHING_KNOWN)
        };
        let checked: Vec<Result<Alone, BlockError>> = run.par_iter().map(check).collect();

        let (mut stopped, mut erased) = (None, false);
        for ((block, certificate), alone) in run.into_iter().zip(checked) {
            let follow = |alone: Alone| alone.follow(&tip, genesis, block, now, Some(certificate.clone()));
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
            tip.history.append(&verified.hash);
            tip.validators = verified.effects.next_validators.unwrap_or(tip.validators);
            tip.before.next = tip.before.next.next();
            tip.header = verified.block.header;
        }
        database.commit()?;
        if erased {
            open::flush_log(&self.connection);
        }
        Ok(stopped)
    }
}

/// The state after the last block written, with what is asked of it for every block kept at hand.
struct Tip<'a> {
    before: Before<'a>,
    header: Header,
    validators: ValidatorSet,
    history: Mmr,
}

impl<'a> Tip<'a> {
    fn read(before: Before<'a>) -> Result<Self, StoreError> {
        let (header, validators, history) = (before.head_header()?, before.next_validators()?, before.history()?);
        Ok(Self { before, header, validators, history })
    }
}

impl StateView for Tip<'_> {
    fn head_header(&self) -> Result<Header, StoreError> {
        Ok(self.header.clone())
    }

    fn next_validators(&self) -> Result<ValidatorSet, StoreError> {
        Ok(self.validators.clone())
    }

    fn history(&self) -> Result<Mmr, StoreError> {
        Ok(self.history.clone())
    }

    fn registry_sequence(&self) -> Result<u64, StoreError> {
        self.before.registry_sequence()
    }

    fn has_transaction(&self, txid: &TxId) -> Result<bool, StoreError> {
        self.before.has_transaction(txid)
    }

    fn pseudonym_used(&self, pseudonym: &PublicKey) -> Result<bool, StoreError> {
        self.before.pseudonym_used(pseudonym)
    }

    fn is_revoked(&self, rho: &Digest) -> Result<bool, StoreError> {
        self.before.is_revoked(rho)
    }

    fn is_certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, StoreError> {
        self.before.is_certificate_revoked(serial)
    }

    fn anchor_state(&self, txid: &TxId) -> Result<Option<AnchorState>, StoreError> {
        self.before.anchor_state(txid)
    }
}

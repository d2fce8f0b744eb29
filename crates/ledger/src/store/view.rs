//! The state after one block, read from the database.

use carekey_crypto::{Digest, Mmr, PublicKey};
use carekey_protocol::{BlockHeight, CertificateSerial, TxId};
use rusqlite::Connection;

use super::error::{StoreError, damaged};
use super::queries;
use super::reader::Reader;
use crate::header::Header;
use crate::rules::state::{AnchorState, StateView};
use crate::rules::verify::VerifiedBlock;
use crate::validators::ValidatorSet;

/// The state that the block of height `next` meets.
pub(super) struct Before<'a> {
    db: &'a Connection,
    next: BlockHeight,
    tip: Option<Tip>,
    reader: Option<&'a Reader>,
}

/// What every block asks for, kept at hand while many are appended.
struct Tip {
    header: Header,
    validators: ValidatorSet,
    history: Mmr,
}

impl<'a> Before<'a> {
    pub(super) fn new(db: &'a Connection, next: BlockHeight) -> Self {
        Self { db, next, tip: None, reader: None }
    }

    pub(super) fn head(db: &'a Connection) -> Result<Self, StoreError> {
        Ok(Self::new(db, queries::head_height(db)?.next()))
    }

    /// Takes the validators from those that the reader remembers, if they are the ones.
    pub(super) fn remembering(self, reader: &'a Reader) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// Reads now what [`advance`](Self::advance) will keep up to date.
    pub(super) fn with_tip(mut self) -> Result<Self, StoreError> {
        let (header, validators, history) = (self.head_header()?, self.next_validators()?, self.history()?);
        self.tip = Some(Tip { header, validators, history });
        Ok(self)
    }

    /// Goes on to the state after a block that was just written.
    pub(super) fn advance(&mut self, verified: VerifiedBlock) {
        self.next = self.next.next();
        if let Some(tip) = &mut self.tip {
            tip.history.append(&verified.hash);
            tip.header = verified.block.header;
            if let Some(set) = verified.effects.next_validators {
                tip.validators = set;
            }
        }
    }

    fn read_validators(&self) -> Result<ValidatorSet, StoreError> {
        let hospitals = queries::hospitals_before(self.db, self.next)?;
        ValidatorSet::from_registrations(&hospitals).map_err(|_| damaged(self.next, "hospital registrations"))
    }
}

impl StateView for Before<'_> {
    fn head_header(&self) -> Result<Header, StoreError> {
        if let Some(tip) = &self.tip {
            return Ok(tip.header.clone());
        }
        let head = BlockHeight(self.next.0.saturating_sub(1));
        queries::header(self.db, head)?.ok_or(damaged(head, "block is missing"))
    }

    fn next_validators(&self) -> Result<ValidatorSet, StoreError> {
        match (&self.tip, self.reader) {
            (Some(tip), _) => Ok(tip.validators.clone()),
            (None, Some(reader)) => {
                reader.remembered_validators(self.head_header()?.next_validators_hash, || self.read_validators())
            }
            (None, None) => self.read_validators(),
        }
    }

    fn history(&self) -> Result<Mmr, StoreError> {
        if let Some(tip) = &self.tip {
            return Ok(tip.history.clone());
        }
        queries::history_before(self.db, self.next)
    }

    fn registry_sequence(&self) -> Result<u64, StoreError> {
        queries::registry_sequence_before(self.db, self.next)
    }

    fn has_transaction(&self, txid: &TxId) -> Result<bool, StoreError> {
        queries::has_transaction_before(self.db, txid, self.next)
    }

    fn pseudonym_used(&self, pseudonym: &PublicKey) -> Result<bool, StoreError> {
        queries::pseudonym_used_before(self.db, pseudonym, self.next)
    }

    fn is_revoked(&self, rho: &Digest) -> Result<bool, StoreError> {
        Ok(queries::revoked_before(self.db, rho, self.next)?.is_some())
    }

    fn is_certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, StoreError> {
        Ok(queries::certificate_revoked_before(self.db, serial, self.next)?.is_some())
    }

    fn anchor_state(&self, txid: &TxId) -> Result<Option<AnchorState>, StoreError> {
        queries::anchor_before(self.db, txid, self.next)
    }
}

impl StateView for Reader {
    fn at_one_head<T>(&self, ask: impl FnOnce(&dyn StateView) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.read(|db| ask(&Before::head(db)?.remembering(self)))
    }

    fn head_header(&self) -> Result<Header, StoreError> {
        self.read(|db| Before::head(db)?.head_header())
    }

    fn next_validators(&self) -> Result<ValidatorSet, StoreError> {
        self.at_one_head(|view| view.next_validators())
    }

    fn history(&self) -> Result<Mmr, StoreError> {
        self.read(|db| Before::head(db)?.history())
    }

    fn registry_sequence(&self) -> Result<u64, StoreError> {
        self.read(|db| Before::head(db)?.registry_sequence())
    }

    fn has_transaction(&self, txid: &TxId) -> Result<bool, StoreError> {
        self.read(|db| Before::head(db)?.has_transaction(txid))
    }

    fn pseudonym_used(&self, pseudonym: &PublicKey) -> Result<bool, StoreError> {
        self.read(|db| Before::head(db)?.pseudonym_used(pseudonym))
    }

    fn is_revoked(&self, rho: &Digest) -> Result<bool, StoreError> {
        self.read(|db| Before::head(db)?.is_revoked(rho))
    }

    fn is_certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, StoreError> {
        self.read(|db| Before::head(db)?.is_certificate_revoked(serial))
    }

    fn anchor_state(&self, txid: &TxId) -> Result<Option<AnchorState>, StoreError> {
        self.read(|db| Before::head(db)?.anchor_state(txid))
    }
}

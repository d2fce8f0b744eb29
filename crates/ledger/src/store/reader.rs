//! Reading from many threads: a small pool of connections, each answer from one consistent state.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use carekey_crypto::Digest;
use carekey_protocol::{
    BlockHeight, CertificateSerial, HospitalId, HospitalRegistration, Transaction, TxId, encoded_length,
};
use rusqlite::Connection;

use super::error::{StoreError, damaged};
use super::open;
use super::queries::{self, Erasure, Location};
use super::view::Before;
use crate::block::{Block, CompactBlock};
use crate::header::Header;
use crate::limits::{BULK_BLOCKS_MAX, BULK_BYTES_MAX};
use crate::rules::state::{AnchorState, StateView as _};
use crate::validators::ValidatorSet;
use crate::vote::{CertifiedHeader, QuorumCertificate};

/// Idle connections kept. More readers at once open their own and close them afterwards.
const IDLE_MAX: usize = 8;

/// Above every height there is.
const HEAD: BlockHeight = BlockHeight(i64::MAX as u64);

/// Answers questions about the chain. Cheap to clone, usable from many threads; the calls block, so asynchronous code
/// wraps them in `spawn_blocking`.
#[derive(Clone)]
pub struct Reader(Arc<Pool>);

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// The set last asked for, by its hash: reading it anew means parsing every hospital's keys.
    validators: Mutex<Option<(Digest, ValidatorSet)>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader").field(&self.0.path).finish()
    }
}

impl Reader {
    pub(super) fn new(path: &Path) -> Self {
        Self(Arc::new(Pool { path: path.to_owned(), idle: Mutex::default(), validators: Mutex::default() }))
    }

    /// The set of that hash, if it is the one last asked for; else what `read` finds.
    pub(super) fn remembered_validators(
        &self,
        hash: Digest,
        read: impl FnOnce() -> Result<ValidatorSet, StoreError>,
    ) -> Result<ValidatorSet, StoreError> {
        let remembered = || self.0.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let same = remembered().as_ref().filter(|(of, _)| *of == hash).map(|(_, set)| set.clone());
        if let Some(set) = same {
            return Ok(set);
        }
        let set = read()?;
        *remembered() = Some((set.hash(), set.clone()));
        Ok(set)
    }

    /// Runs `ask` in one read transaction: all its queries see the same state.
    pub(super) fn read<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = || self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let pooled = idle().pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => open::reader(&self.0.path)?,
        };
        let transaction = connection.transaction()?;
        let answer = ask(&transaction);
        drop(transaction);
        let mut idle = idle();
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        answer
    }

    /// The newest header with its certificate. The genesis header's certificate has no signatures.
    ///
    /// # Errors
    /// [`StoreError`], here and below.
    pub fn head(&self) -> Result<CertifiedHeader, StoreError> {
        self.read(|db| {
            let height = queries::head_height(db)?;
            queries::certified_header(db, height)?.ok_or(damaged(height, "block is missing"))
        })
    }

    /// The header of that height.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn header(&self, height: BlockHeight) -> Result<Option<Header>, StoreError> {
        self.read(|db| queries::header(db, height))
    }

    /// The header of that height with its certificate.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn certified_header(&self, height: BlockHeight) -> Result<Option<CertifiedHeader>, StoreError> {
        self.read(|db| queries::certified_header(db, height))
    }

    /// The whole block of that height; erased anchors are pruned.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn block(&self, height: BlockHeight) -> Result<Option<Block>, StoreError> {
        self.read(|db| {
            let Some(header) = queries::header(db, height)? else { return Ok(None) };
            Ok(Some(Block { header, transactions: queries::entries(db, height)? }))
        })
    }

    /// Whole blocks with their certificates from `from` on, as many as `bytes_max` and the network's bounds allow; at
    /// least one, or none if the chain ends before `from`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn blocks(&self, from: BlockHeight, bytes_max: usize) -> Result<Vec<(Block, QuorumCertificate)>, StoreError> {
        let bytes_max = bytes_max.min(BULK_BYTES_MAX);
        self.read(|db| {
            let (mut blocks, mut bytes, mut at) = (Vec::new(), 0, from.max(BlockHeight(1)));
            while blocks.len() < BULK_BLOCKS_MAX
                && let Some(CertifiedHeader { header, certificate }) = queries::certified_header(db, at)?
            {
                let sealed = (Block { header, transactions: queries::entries(db, at)? }, certificate);
                bytes += encoded_length(&sealed);
                if bytes > bytes_max && !blocks.is_empty() {
                    break;
                }
                blocks.push(sealed);
                at = at.next();
            }
            Ok(blocks)
        })
    }

    /// The block of that height without its bodies.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn compact_block(&self, height: BlockHeight) -> Result<Option<CompactBlock>, StoreError> {
        self.read(|db| {
            let Some(header) = queries::header(db, height)? else { return Ok(None) };
            Ok(Some(CompactBlock { header, entries: queries::compact_entries(db, height)? }))
        })
    }

    /// Where a transaction stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn location(&self, txid: &TxId) -> Result<Option<Location>, StoreError> {
        self.read(|db| queries::location(db, txid))
    }

    /// The transaction with this id, unless it is unknown or pruned.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn transaction(&self, txid: &TxId) -> Result<Option<Transaction>, StoreError> {
        self.read(|db| queries::transaction(db, txid))
    }

    /// The block in which the grant with this handle was revoked.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn revoked(&self, rho: &Digest) -> Result<Option<BlockHeight>, StoreError> {
        self.read(|db| queries::revoked_before(db, rho, HEAD))
    }

    /// The block in which this certificate was revoked.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn certificate_revoked(&self, serial: CertificateSerial) -> Result<Option<BlockHeight>, StoreError> {
        self.read(|db| queries::certificate_revoked_before(db, serial, HEAD))
    }

    /// All hospitals as now registered, ascending.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn hospitals(&self) -> Result<Vec<HospitalRegistration>, StoreError> {
        self.read(|db| queries::hospitals_before(db, HEAD))
    }

    /// One hospital as now registered.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn hospital(&self, id: HospitalId) -> Result<Option<HospitalRegistration>, StoreError> {
        self.read(|db| queries::hospital(db, id))
    }

    /// The set that signs the block of that height, which may be the one after the head.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn validators_at(&self, height: BlockHeight) -> Result<ValidatorSet, StoreError> {
        // Nobody signs the genesis header; the founding set stands in.
        let next = height.max(BlockHeight(1));
        self.read(|db| {
            let next = next.min(queries::head_height(db)?.next());
            Before::new(db, next).remembering(self).next_validators()
        })
    }

    /// What is known of the anchor in this transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn anchor(&self, txid: &TxId) -> Result<Option<AnchorState>, StoreError> {
        self.read(|db| queries::anchor_before(db, txid, HEAD))
    }

    /// Erasures ordered in blocks above `after`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn erased_after(&self, after: BlockHeight) -> Result<Vec<Erasure>, StoreError> {
        self.read(|db| queries::erased_after(db, after))
    }
}

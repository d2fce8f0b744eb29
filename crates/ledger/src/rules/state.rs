//! What the rules need to know about the chain so far.

use carekey_crypto::{Digest, Mmr, PublicKey};
use carekey_protocol::{BlockHeight, CertificateSerial, TxId};

use crate::header::Header;
use crate::store::StoreError;
use crate::validators::ValidatorSet;

/// What the ledger knows of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorState {
    /// The block it stands in.
    pub height: BlockHeight,
    /// Its erasure commitment; unknown if the body was already pruned when this node received the block.
    pub erasure: Option<Digest>,
    /// The block that erased it.
    pub erased: Option<BlockHeight>,
}

/// The state after some block, the *head*.
pub trait StateView {
    /// Asks several questions about one and the same head, however the chain grows meanwhile.
    ///
    /// # Errors
    /// Those of `ask`, and [`StoreError`], here and below, when the state cannot be read.
    fn at_one_head<T>(&self, ask: impl FnOnce(&dyn StateView) -> Result<T, StoreError>) -> Result<T, StoreError>
    where
        Self: Sized,
    {
        ask(self)
    }

    /// The head's header.
    ///
    /// # Errors
    /// [`StoreError`].
    fn head_header(&self) -> Result<Header, StoreError>;

    /// The set that signs the block after the head.
    ///
    /// # Errors
    /// [`StoreError`].
    fn next_validators(&self) -> Result<ValidatorSet, StoreError>;

    /// The mountain range over all headers up to and including the head.
    ///
    /// # Errors
    /// [`StoreError`].
    fn history(&self) -> Result<Mmr, StoreError>;

    /// Number of the last registry change, 0 if there was none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn registry_sequence(&self) -> Result<u64, StoreError>;

    /// Whether a transaction with this id stands in the chain.
    ///
    /// # Errors
    /// [`StoreError`].
    fn has_transaction(&self, txid: &TxId) -> Result<bool, StoreError>;

    /// Whether this pseudonym was used.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pseudonym_used(&self, pseudonym: &PublicKey) -> Result<bool, StoreError>;

    /// Whether a grant with this handle was revoked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_revoked(&self, rho: &Digest) -> Result<bool, StoreError>;

    /// Whether this certificate was revoked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, StoreError>;

    /// The anchor in this transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    fn anchor_state(&self, txid: &TxId) -> Result<Option<AnchorState>, StoreError>;
}

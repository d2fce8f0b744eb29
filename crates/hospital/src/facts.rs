//! What the hospital asks of the ledger. The ledger's store answers in a running node; tests answer from a set.

use std::sync::Arc;

use carekey_crypto::Digest;
use carekey_ledger::Reader;
use carekey_protocol::{CertificateSerial, TxId};

use crate::index::Index;

/// Why the ledger could not answer.
pub type FactError = Box<dyn std::error::Error + Send + Sync>;

/// The ledger's state as of its last final block.
pub trait LedgerFacts: Send + Sync {
    /// Whether a Revoke transaction has opened rho.
    ///
    /// # Errors
    /// The ledger's store failed.
    fn revoked(&self, rho: &Digest) -> Result<bool, FactError>;

    /// Whether the authority revoked the certificate.
    ///
    /// # Errors
    /// The ledger's store failed.
    fn certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, FactError>;

    /// Whether an Erase transaction has opened this commitment.
    ///
    /// # Errors
    /// The ledger's store failed.
    fn erased(&self, commitment: &Digest) -> Result<bool, FactError>;

    /// The anchor that carries this erasure commitment, if one is final.
    ///
    /// # Errors
    /// The ledger's store failed.
    fn anchor_with(&self, commitment: &Digest) -> Result<Option<TxId>, FactError>;

    /// Whether the transaction is final.
    ///
    /// # Errors
    /// The ledger's store failed.
    fn is_final(&self, transaction: &TxId) -> Result<bool, FactError>;
}

/// The facts of a running node: the chain's own sets, and what the hospital read from its blocks.
pub(crate) struct ChainFacts {
    pub(crate) reader: Reader,
    pub(crate) index: Arc<Index>,
}

impl LedgerFacts for ChainFacts {
    fn revoked(&self, rho: &Digest) -> Result<bool, FactError> {
        Ok(self.reader.revoked(rho)?.is_some())
    }

    fn certificate_revoked(&self, serial: CertificateSerial) -> Result<bool, FactError> {
        Ok(self.reader.certificate_revoked(serial)?.is_some())
    }

    fn erased(&self, commitment: &Digest) -> Result<bool, FactError> {
        Ok(self.index.anchor_with(commitment)?.is_some_and(|(_, erased)| erased))
    }

    fn anchor_with(&self, commitment: &Digest) -> Result<Option<TxId>, FactError> {
        Ok(self.index.anchor_with(commitment)?.map(|(anchor, _)| anchor))
    }

    fn is_final(&self, transaction: &TxId) -> Result<bool, FactError> {
        Ok(self.reader.location(transaction)?.is_some())
    }
}

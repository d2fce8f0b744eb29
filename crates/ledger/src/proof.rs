//! Proofs against a trusted header.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{InclusionProof, mmr_leaf};
use carekey_protocol::transaction::PublicAnnouncement;
use carekey_protocol::{BlockHeight, TxId};

use crate::block::tree_leaf;
use crate::header::Header;

/// A proof that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It speaks of another height than the header.
    #[error("proof is for block {claimed}, header is of block {header}")]
    Height {
        /// Height in the proof.
        claimed: BlockHeight,
        /// Height of the header it was checked against.
        header: BlockHeight,
    },
    /// It does not lead to the header's root.
    #[error("proof does not lead to the header's root")]
    Path,
}

/// Shows that a transaction stands in a block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionProof {
    /// The block.
    pub height: BlockHeight,
    /// The transaction's public part, the other half of its leaf.
    pub announcement: PublicAnnouncement,
    /// Position and path.
    pub inclusion: InclusionProof,
}

impl TransactionProof {
    /// Checks that `txid` stands in the block of `header`, which the caller trusts.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(&self, header: &Header, txid: &TxId) -> Result<(), ProofError> {
        if self.height != header.height {
            return Err(ProofError::Height { claimed: self.height, header: header.height });
        }
        let leaf = tree_leaf(&self.announcement, txid);
        self.inclusion.verify(&header.transaction_root, &leaf).map_err(|_| ProofError::Path)
    }
}

/// Shows that an earlier header is an ancestor of a trusted one.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HistoryProof {
    /// The earlier header.
    pub header: Header,
    /// Its place under the later header's history root.
    pub inclusion: InclusionProof,
}

impl HistoryProof {
    /// Checks the proof under `trusted` and returns the now trusted earlier header.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(&self, trusted: &Header) -> Result<&Header, ProofError> {
        verify_ancestor(&self.header, &self.inclusion, trusted)?;
        Ok(&self.header)
    }
}

/// Shows that a transaction stands in the chain that a trusted head ends.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LedgerProof {
    /// Place in its block.
    pub transaction: TransactionProof,
    /// The block's place under the head; none if it is the head itself.
    pub history: Option<HistoryProof>,
}

impl LedgerProof {
    /// Checks the proof under the head that the caller trusts; returns the header of the transaction's block.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify<'a>(&'a self, head: &'a Header, txid: &TxId) -> Result<&'a Header, ProofError> {
        let header = match &self.history {
            Some(history) => history.verify(head)?,
            None => head,
        };
        self.transaction.verify(header, txid)?;
        Ok(header)
    }
}

/// Checks that `ancestor` is under the history root of `trusted`.
pub(crate) fn verify_ancestor(
    ancestor: &Header,
    inclusion: &InclusionProof,
    trusted: &Header,
) -> Result<(), ProofError> {
    if inclusion.index != ancestor.height.0 || inclusion.count != trusted.height.0 {
        return Err(ProofError::Height { claimed: ancestor.height, header: trusted.height });
    }
    inclusion.verify(&trusted.history_root, &mmr_leaf(&ancestor.hash())).map_err(|_| ProofError::Path)
}

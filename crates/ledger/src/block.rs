//! Blocks, whole and compact.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, Signature, merkle_leaf, merkle_root, tagged_hash};
use carekey_protocol::transaction::PublicAnnouncement;
use carekey_protocol::{Transaction, TxId, encode};
use rayon::prelude::*;

use crate::bounded;
use crate::header::Header;
use crate::labels;
use crate::limits::TRANSACTIONS_PER_BLOCK_MAX;

/// Leaf = H("leaf", H("public-announcement", announcement) ‖ txid): a wallet checks a compact block without the bodies,
/// and an erased body leaves its leaf behind.
pub fn leaf(announcement: &PublicAnnouncement, txid: &TxId) -> Digest {
    let announcement = tagged_hash(labels::PUBLIC_ANNOUNCEMENT, &[&encode(announcement)]);
    tagged_hash(labels::LEAF, &[&announcement.0, &txid.0.0])
}

/// The leaf as it stands in the Merkle tree.
pub(crate) fn tree_leaf(announcement: &PublicAnnouncement, txid: &TxId) -> Digest {
    merkle_leaf(&[&leaf(announcement, txid).0])
}

/// Entries that one core hashes before it is worth asking another: some hundred microseconds.
pub(crate) const ENTRIES_AT_ONCE: usize = 64;

/// The Merkle root over a block's leaves.
pub fn transaction_root(entries: &[CompactEntry]) -> Digest {
    let entries = entries.par_iter().with_min_len(ENTRIES_AT_ONCE);
    let leaves: Vec<_> = entries.map(|entry| tree_leaf(&entry.announcement, &entry.txid)).collect();
    merkle_root(&leaves)
}

/// What is left of an anchor after its record was erased.
///
/// The leaf covers announcement and txid. The pseudonym is what whoever serves the block says it was; the authority's
/// signature shows that it is one, and nobody but its owner could have used it otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PrunedAnchor {
    /// The public part.
    pub announcement: PublicAnnouncement,
    /// The digest of what was there.
    pub txid: TxId,
    /// P_i, which stays used.
    pub pseudonym: PublicKey,
    /// Its epoch.
    pub epoch: u32,
    /// Sign_M(network, P_i, epoch).
    pub certificate: Signature,
}

/// A transaction in a block, or what an erasure left of it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[expect(clippy::large_enum_variant, reason = "nearly all entries are full")]
pub enum BlockEntry {
    /// The transaction.
    Full(Transaction),
    /// An anchor whose body was pruned.
    Pruned(PrunedAnchor),
}

impl BlockEntry {
    /// txid.
    pub fn txid(&self) -> TxId {
        match self {
            Self::Full(transaction) => transaction.id(),
            Self::Pruned(pruned) => pruned.txid,
        }
    }

    /// The public part.
    pub fn announcement(&self) -> PublicAnnouncement {
        match self {
            Self::Full(transaction) => transaction.announcement(),
            Self::Pruned(pruned) => pruned.announcement,
        }
    }

    /// The transaction, unless it was pruned.
    pub fn transaction(&self) -> Option<&Transaction> {
        match self {
            Self::Full(transaction) => Some(transaction),
            Self::Pruned(_) => None,
        }
    }

    /// The public part with its digest.
    pub fn compact(&self) -> CompactEntry {
        CompactEntry { announcement: self.announcement(), txid: self.txid() }
    }

    /// The public part with its digest, and the bytes of the transaction, encoded once.
    pub(crate) fn read(&self) -> (CompactEntry, Option<Vec<u8>>) {
        match self {
            Self::Full(transaction) => {
                let (bytes, txid) = transaction.encode_with_id();
                (CompactEntry { announcement: transaction.announcement(), txid }, Some(bytes))
            }
            Self::Pruned(_) => (self.compact(), None),
        }
    }
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Block {
    /// Its header.
    pub header: Header,
    /// Its transactions, in order.
    #[borsh(deserialize_with = "bounded::vec::<TRANSACTIONS_PER_BLOCK_MAX, _, _>")]
    pub transactions: Vec<BlockEntry>,
}

impl Block {
    /// The block without its bodies.
    pub fn compact(&self) -> CompactBlock {
        let entries = self.transactions.iter().map(BlockEntry::compact).collect();
        CompactBlock { header: self.header.clone(), entries }
    }
}

/// One transaction of a compact block: at most 102 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactEntry {
    /// What a wallet scans.
    pub announcement: PublicAnnouncement,
    /// The digest of the rest.
    pub txid: TxId,
}

/// A block as wallets fetch it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactBlock {
    /// The header.
    pub header: Header,
    /// Its transactions, in order.
    #[borsh(deserialize_with = "bounded::vec::<TRANSACTIONS_PER_BLOCK_MAX, _, _>")]
    pub entries: Vec<CompactEntry>,
}

impl CompactBlock {
    /// Whether the entries are those the header commits to.
    pub fn matches_header(&self) -> bool {
        transaction_root(&self.entries) == self.header.transaction_root
    }
}

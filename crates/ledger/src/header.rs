//! Block headers.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, Mmr, merkle_root, tagged_hash};
use carekey_protocol::{BlockHeight, Genesis, HospitalId, NetworkId, UnixMillis, encode};

use crate::labels;
use crate::validators::{ValidatorSet, ValidatorSetError};

/// A block's head: 212 bytes that commit to everything in and before the block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Header {
    /// See [`Header::VERSION`].
    pub version: u8,
    /// The network it belongs to.
    pub network: NetworkId,
    /// Its place; the genesis header has 0.
    pub height: BlockHeight,
    /// Hash of the header before it.
    pub previous: Digest,
    /// Merkle root over the block's leaves, see [`leaf`](crate::leaf).
    pub transaction_root: Digest,
    /// Root of the mountain range over the hashes of headers 0 to height − 1.
    pub history_root: Digest,
    /// Hash of the set whose members sign this header.
    pub validators_hash: Digest,
    /// Hash of the set whose members sign the next one.
    pub next_validators_hash: Digest,
    /// When it was proposed; strictly later than its parent.
    pub time: UnixMillis,
    /// The hospital that proposed it.
    pub proposer: HospitalId,
}

impl Header {
    /// The only version so far.
    pub const VERSION: u8 = 1;

    /// The header of height 0, determined by the network file. Nobody signs it: a wallet pins it.
    ///
    /// # Errors
    /// [`ValidatorSetError`] if the network file's hospitals cannot seal blocks.
    pub fn genesis(genesis: &Genesis) -> Result<Self, ValidatorSetError> {
        let validators = ValidatorSet::from_registrations(&genesis.hospitals)?.hash();
        Ok(Self {
            version: Self::VERSION,
            network: genesis.network_id(),
            height: BlockHeight(0),
            previous: Digest::ZERO,
            transaction_root: merkle_root(&[]),
            history_root: Mmr::new().root(),
            validators_hash: validators,
            next_validators_hash: validators,
            time: genesis.founded,
            proposer: HospitalId::default(),
        })
    }

    /// H("header", header): what certificates sign and the next header names.
    pub fn hash(&self) -> Digest {
        tagged_hash(labels::HEADER, &[&encode(self)])
    }

    /// Whether the next block is signed by another set than this one.
    pub fn changes_validators(&self) -> bool {
        self.validators_hash != self.next_validators_hash
    }
}

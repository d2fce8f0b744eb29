//! The start of a network (S2 Alg. 1): what every participant pins.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{PublicKey, tagged_hash};

use crate::codec::encode;
use crate::id::{AuthorityId, HospitalId, NetworkId, UnixMillis};
use crate::labels;
use crate::text::Text;

/// secp256k1, SHA-256, AES-256-GCM: the curve E and the hashes h1, h2 of S2 Alg. 1.
pub const SUITE: u8 = carekey_crypto::SUITE_SECP256K1_AES256;

/// How blocks are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Seal {
    /// Hospitals sign; more than two thirds of the voting power make a block final.
    Quorum,
}

/// A hospital as the authority registered it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HospitalRegistration {
    /// Identifier.
    pub id: HospitalId,
    /// Name shown to people.
    pub name: Text<64>,
    /// Signs blocks and receipts.
    pub ledger_key: PublicKey,
    /// The libp2p identity; a wallet talks to no other key.
    pub peer_key: PublicKey,
    /// Weight in the quorum; 0 for a hospital that follows without voting, or is retired.
    pub voting_power: u64,
}

/// What all participants of a network agree on before the first block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Genesis {
    /// Cipher suite: see [`SUITE`].
    pub suite: u8,
    /// Name of the network.
    pub name: Text<64>,
    /// The authority's identifier.
    pub authority: AuthorityId,
    /// PK_M.
    pub authority_key: PublicKey,
    /// The authority's libp2p identity.
    pub authority_peer_key: PublicKey,
    /// How blocks are sealed.
    pub seal: Seal,
    /// The first hospitals.
    pub hospitals: Vec<HospitalRegistration>,
    /// When the network was founded.
    pub founded: UnixMillis,
}

impl Genesis {
    /// H("genesis", file): the network id.
    pub fn network_id(&self) -> NetworkId {
        NetworkId(tagged_hash(labels::GENESIS, &[&encode(self)]))
    }
}

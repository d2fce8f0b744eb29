//! CareKey's types as the engine's: heights, hospitals, headers as values, and whose turn it is to propose.

use core::fmt;

use carekey_crypto::{Digest, PublicKey, Signature};
use carekey_ledger::{Header, Validator, ValidatorSet};
use carekey_protocol::{BlockHeight, HospitalId, NetworkId};
use malachite_types::{self as engine, LinearTimeouts, NilOrVal, Round, VoteType, VotingPower};

/// The network the engine runs in; it is part of every signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CareKey {
    pub(crate) network: NetworkId,
}

/// A block's place in the chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Height(pub(crate) BlockHeight);

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl engine::Height for Height {
    const ZERO: Self = Self(BlockHeight(0));
    const INITIAL: Self = Self(BlockHeight(1));

    fn increment_by(&self, n: u64) -> Self {
        Self(BlockHeight(self.0.0.saturating_add(n)))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.0.checked_sub(n).map(|height| Self(BlockHeight(height)))
    }

    fn as_u64(&self) -> u64 {
        self.0.0
    }
}

/// Who votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address(pub(crate) HospitalId);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl engine::Address for Address {}

/// The hash of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeaderHash(pub(crate) Digest);

impl fmt::Display for HeaderHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is decided: a header, which commits to the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) header: Header,
    hash: HeaderHash,
}

impl From<Header> for Value {
    fn from(header: Header) -> Self {
        let hash = HeaderHash(header.hash());
        Self { header, hash }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.hash.cmp(&other.hash)
    }
}

impl engine::Value for Value {
    type Id = HeaderHash;

    fn id(&self) -> HeaderHash {
        self.hash
    }
}

/// A validator's vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vote {
    pub(crate) kind: VoteType,
    pub(crate) height: Height,
    pub(crate) round: Round,
    pub(crate) value: NilOrVal<HeaderHash>,
    pub(crate) voter: Address,
}

impl engine::Vote<CareKey> for Vote {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<HeaderHash> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<HeaderHash> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &Address {
        &self.voter
    }

    fn extension(&self) -> Option<&engine::SignedExtension<CareKey>> {
        None
    }

    fn take_extension(&mut self) -> Option<engine::SignedExtension<CareKey>> {
        None
    }

    fn extend(self, _: engine::SignedExtension<CareKey>) -> Self {
        self
    }
}

/// A proposer's header for a round; `pol_round` is the earlier round in which it already had a quorum of prevotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) height: Height,
    pub(crate) round: Round,
    pub(crate) value: Value,
    pub(crate) pol_round: Round,
    pub(crate) proposer: Address,
}

impl engine::Proposal<CareKey> for Proposal {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &Value {
        &self.value
    }

    fn take_value(self) -> Value {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.pol_round
    }

    fn validator_address(&self) -> &Address {
        &self.proposer
    }
}

/// Bodies travel outside the engine; it is told when one was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoPart;

impl engine::ProposalPart<CareKey> for NoPart {
    fn is_first(&self) -> bool {
        true
    }

    fn is_last(&self) -> bool {
        true
    }
}

/// A validator with its address as the engine wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    address: Address,
    validator: Validator,
}

impl engine::Validator<CareKey> for Member {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.validator.ledger_key
    }

    fn voting_power(&self) -> VotingPower {
        self.validator.voting_power
    }
}

/// The validators of one height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Members(Vec<Member>);

impl From<&ValidatorSet> for Members {
    fn from(set: &ValidatorSet) -> Self {
        let member = |validator: &Validator| Member { address: Address(validator.hospital), validator: *validator };
        Self(set.members().iter().map(member).collect())
    }
}

impl engine::ValidatorSet<CareKey> for Members {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn total_voting_power(&self) -> VotingPower {
        // A `ValidatorSet` refuses totals that could overflow.
        self.0.iter().map(|member| member.validator.voting_power).sum()
    }

    fn get_by_address(&self, address: &Address) -> Option<&Member> {
        self.0.binary_search_by_key(address, |member| member.address).ok().and_then(|at| self.0.get(at))
    }

    fn get_by_index(&self, index: usize) -> Option<&Member> {
        self.0.get(index)
    }
}

/// secp256k1 as everywhere in CareKey. The engine signs and checks through [`signing`](crate::signing) only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scheme;

impl engine::SigningScheme for Scheme {
    type DecodingError = &'static str;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = ();

    fn decode_signature(bytes: &[u8]) -> Result<Signature, &'static str> {
        bytes.try_into().map(Signature).map_err(|_| "a signature has 64 bytes")
    }

    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.0.to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, &'static str> {
        carekey_protocol::decode(bytes).map_err(|_| "a public key is a compressed point")
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}

impl engine::Context for CareKey {
    type Address = Address;
    type Height = Height;
    type ProposalPart = NoPart;
    type Proposal = Proposal;
    type Validator = Member;
    type ValidatorSet = Members;
    type Timeouts = LinearTimeouts;
    type Value = Value;
    type Vote = Vote;
    type Extension = ();
    type SigningScheme = Scheme;

    fn select_proposer<'a>(&self, validators: &'a Members, height: Height, round: Round) -> &'a Member {
        let turn = height.0.0.wrapping_add(u64::from(round.as_u32().unwrap_or(0)));
        turn_of(&validators.0, turn)
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: Value,
        pol_round: Round,
        proposer: Address,
    ) -> Proposal {
        Proposal { height, round, value, pol_round, proposer }
    }

    fn new_prevote(&self, height: Height, round: Round, value: NilOrVal<HeaderHash>, voter: Address) -> Vote {
        Vote { kind: VoteType::Prevote, height, round, value, voter }
    }

    fn new_precommit(&self, height: Height, round: Round, value: NilOrVal<HeaderHash>, voter: Address) -> Vote {
        Vote { kind: VoteType::Precommit, height, round, value, voter }
    }
}

/// 2^64 divided by the golden ratio: multiples of it, modulo 2^64, are spread as evenly as can be.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Whose turn it is: a point on the line of voting power that moves on by the golden ratio of its length. So each has
/// turns in proportion to its power, and among three and more of equal power nobody has two in a row.
fn turn_of(members: &[Member], turn: u64) -> &Member {
    let total: u128 = members.iter().map(|member| u128::from(member.validator.voting_power)).sum();
    let mut point = (u128::from(turn.wrapping_mul(GOLDEN)) * total) >> 64;
    for member in members {
        let power = u128::from(member.validator.voting_power);
        if point < power {
            return member;
        }
        point -= power;
    }
    unreachable!("the point lies below the total power of a set that is never empty")
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::{SecretKey, test_rng};
    use proptest::prelude::*;

    fn members(powers: &[u64]) -> Vec<Member> {
        let member = |(number, power): (usize, &u64)| {
            let hospital = HospitalId([0, 0, number as u8]);
            let ledger_key = SecretKey::generate(&mut test_rng(number as u64)).public();
            Member { address: Address(hospital), validator: Validator { hospital, ledger_key, voting_power: *power } }
        };
        powers.iter().enumerate().map(member).collect()
    }

    #[test]
    fn equal_hospitals_take_turns_and_none_has_two_in_a_row() {
        for count in 3..12 {
            let members = members(&vec![7; count]);
            let turns: Vec<_> = (0..1_000).map(|turn| turn_of(&members, turn).address).collect();
            assert!(turns.windows(2).all(|pair| pair[0] != pair[1]), "{count} hospitals");
            for member in &members {
                let had = turns.iter().filter(|address| **address == member.address).count();
                assert!(had.abs_diff(1_000 / count) <= 3, "{had} of 1,000 turns among {count}");
            }
        }
    }

    proptest! {
        #[test]
        fn turns_are_in_proportion_to_power(powers in proptest::collection::vec(1u64..1_000_000, 1..8), start: u64) {
            let members = members(&powers);
            let total: u64 = powers.iter().sum();
            for (member, power) in members.iter().zip(&powers) {
                let turns = (0..2_000).map(|turn| start.wrapping_add(turn));
                let had = turns.filter(|turn| turn_of(&members, *turn).address == member.address).count();
                let due = 2_000.0 * *power as f64 / total as f64;
                prop_assert!((had as f64 - due).abs() < 12.0, "{had} turns, {due} due");
            }
        }
    }
}

//! Who may sign blocks, and with what weight.

use borsh::io::{Error as IoError, ErrorKind, Read};
use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, tagged_hash};
use carekey_protocol::{HospitalId, HospitalRegistration, encode};

use crate::bounded;
use crate::labels;
use crate::limits::{VALIDATORS_MAX, VOTING_POWER_MAX};

/// A hospital that votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Validator {
    /// The hospital.
    pub hospital: HospitalId,
    /// Signs its votes.
    pub ledger_key: PublicKey,
    /// Its weight, at least 1.
    pub voting_power: u64,
}

/// Hospitals that cannot form a validator set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorSetError {
    /// Nobody could seal the next block.
    #[error("no hospital would have voting power")]
    Empty,
    /// More than [`VALIDATORS_MAX`].
    #[error("more than {VALIDATORS_MAX} validators")]
    TooMany,
    /// Two hospitals share a ledger key, so one signer would count twice.
    #[error("two hospitals have the same ledger key")]
    SharedKey,
    /// A hospital is listed twice, or the list is not in ascending order.
    #[error("validators are not in ascending order")]
    Order,
    /// A member without voting power.
    #[error("a validator has no voting power")]
    NoPower,
    /// The members have more than [`VOTING_POWER_MAX`] together.
    #[error("the validators' voting power exceeds {VOTING_POWER_MAX}")]
    TooMuchPower,
}

/// The hospitals that sign one block: never empty, ascending by identifier, each with power and a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize)]
pub struct ValidatorSet(Vec<Validator>);

impl ValidatorSet {
    /// Checks and takes the members.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn new(members: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        if members.is_empty() {
            return Err(ValidatorSetError::Empty);
        }
        if members.len() > VALIDATORS_MAX {
            return Err(ValidatorSetError::TooMany);
        }
        if !members.is_sorted_by(|a, b| a.hospital < b.hospital) {
            return Err(ValidatorSetError::Order);
        }
        if members.iter().any(|member| member.voting_power == 0) {
            return Err(ValidatorSetError::NoPower);
        }
        if members.iter().map(|member| u128::from(member.voting_power)).sum::<u128>() > VOTING_POWER_MAX.into() {
            return Err(ValidatorSetError::TooMuchPower);
        }
        let mut keys: Vec<_> = members.iter().map(|member| member.ledger_key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(ValidatorSetError::SharedKey);
        }
        Ok(Self(members))
    }

    /// The set that follows from registrations, one for each hospital; those without voting power do not vote.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn from_registrations(hospitals: &[HospitalRegistration]) -> Result<Self, ValidatorSetError> {
        let mut ids: Vec<_> = hospitals.iter().map(|hospital| hospital.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(ValidatorSetError::Order);
        }
        let mut members: Vec<_> = hospitals.iter().filter(|hospital| hospital.voting_power > 0).map(member).collect();
        members.sort_unstable_by_key(|member| member.hospital);
        Self::new(members)
    }

    /// The set after one registration: a hospital joins, changes, or with power 0 leaves.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn with(&self, registration: &HospitalRegistration) -> Result<Self, ValidatorSetError> {
        let mut members: Vec<_> = self.0.iter().filter(|one| one.hospital != registration.id).copied().collect();
        if registration.voting_power > 0 {
            members.push(member(registration));
            members.sort_unstable_by_key(|one| one.hospital);
        }
        Self::new(members)
    }

    /// H("validators", set).
    pub fn hash(&self) -> Digest {
        tagged_hash(labels::VALIDATORS, &[&encode(self)])
    }

    /// The member with this identifier.
    pub fn get(&self, hospital: HospitalId) -> Option<&Validator> {
        self.0.binary_search_by_key(&hospital, |member| member.hospital).ok().and_then(|at| self.0.get(at))
    }

    /// All members, ascending.
    pub fn members(&self) -> &[Validator] {
        &self.0
    }

    /// Voting power of all members.
    pub fn total_power(&self) -> u128 {
        self.0.iter().map(|member| u128::from(member.voting_power)).sum()
    }

    /// Whether `power` is more than two thirds of the total.
    pub fn is_quorum(&self, power: u128) -> bool {
        3 * power > 2 * self.total_power()
    }
}

fn member(registration: &HospitalRegistration) -> Validator {
    Validator {
        hospital: registration.id,
        ledger_key: registration.ledger_key,
        voting_power: registration.voting_power,
    }
}

impl BorshDeserialize for ValidatorSet {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self, IoError> {
        let members = bounded::vec::<VALIDATORS_MAX, _, _>(reader)?;
        Self::new(members).map_err(|error| IoError::new(ErrorKind::InvalidData, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::{SecretKey, test_rng};
    use carekey_protocol::{Text, decode};

    fn hospital(number: u8, voting_power: u64) -> HospitalRegistration {
        let key = SecretKey::generate(&mut test_rng(number.into())).public();
        let id = HospitalId([0, 0, number]);
        HospitalRegistration { id, name: Text::truncated("H"), ledger_key: key, peer_key: key, voting_power }
    }

    #[test]
    fn order_of_registration_does_not_matter() {
        let forwards = ValidatorSet::from_registrations(&[hospital(1, 5), hospital(2, 1), hospital(3, 0)]).unwrap();
        let backwards = ValidatorSet::from_registrations(&[hospital(2, 1), hospital(1, 5)]).unwrap();
        assert_eq!(forwards.hash(), backwards.hash());
        assert_eq!(forwards.total_power(), 6);
        assert_eq!(forwards.get(HospitalId([0, 0, 3])), None, "a follower does not vote");
    }

    #[test]
    fn two_thirds_exactly_are_not_enough() {
        let set = ValidatorSet::from_registrations(&[hospital(1, 1), hospital(2, 1), hospital(3, 1)]).unwrap();
        assert!(!set.is_quorum(2));
        assert!(set.is_quorum(3));
        let heavy = ValidatorSet::from_registrations(&[hospital(1, VOTING_POWER_MAX), hospital(2, 1)]);
        assert_eq!(heavy, Err(ValidatorSetError::TooMuchPower));
    }

    #[test]
    fn the_last_validator_cannot_leave_and_keys_are_not_shared() {
        let set = ValidatorSet::from_registrations(&[hospital(1, 1)]).unwrap();
        assert_eq!(set.with(&hospital(1, 0)), Err(ValidatorSetError::Empty));
        let mut twin = hospital(2, 1);
        twin.ledger_key = hospital(1, 1).ledger_key;
        assert_eq!(set.with(&twin), Err(ValidatorSetError::SharedKey));
        let grown = set.with(&hospital(2, 3)).unwrap();
        assert_eq!(grown.with(&hospital(2, 0)).unwrap(), set, "joining and leaving cancel out");
    }

    #[test]
    fn a_set_in_another_order_is_not_an_encoding() {
        let set = ValidatorSet::from_registrations(&[hospital(1, 1), hospital(2, 1)]).unwrap();
        assert_eq!(decode::<ValidatorSet>(&encode(&set)), Ok(set.clone()));
        let swapped = encode(&vec![set.members()[1], set.members()[0]]);
        assert!(decode::<ValidatorSet>(&swapped).is_err());
        assert!(decode::<ValidatorSet>(&u32::MAX.to_le_bytes()).is_err());
    }
}

//! The collections a patient's records lie in.

use std::io::{Error as IoError, ErrorKind, Read};

use borsh::{BorshDeserialize, BorshSerialize};

/// A named part of a patient's record; the unit of a standing grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Collection {
    /// Everything without a place of its own.
    General = 0,
    /// Heart and circulation.
    Heart = 1,
    /// Medication and vaccinations.
    Medication = 2,
    /// Laboratory results.
    Laboratory = 3,
    /// Mental health.
    MentalHealth = 4,
    /// Readings of the patient's own devices.
    Devices = 5,
}

impl Collection {
    /// Every collection, in the order shown to people.
    pub const ALL: [Self; 6] =
        [Self::General, Self::Heart, Self::Medication, Self::Laboratory, Self::MentalHealth, Self::Devices];

    /// The byte used in key derivation and on the wire.
    pub fn index(self) -> u8 {
        self as u8
    }

    /// The collection with that byte.
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }
}

/// One or more collections, as a set of bits. There is no empty set: whoever asks for nothing does not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize)]
pub struct Collections(u8);

impl Collections {
    /// All there are: a person's whole record.
    pub const ALL: Self = Self((1 << Collection::ALL.len()) - 1);

    /// The set of these; none if there are none.
    pub fn new(members: impl IntoIterator<Item = Collection>) -> Option<Self> {
        let bits = members.into_iter().fold(0, |bits, member| bits | 1 << member.index());
        (bits != 0).then_some(Self(bits))
    }

    /// The members, in the order shown to people.
    pub fn iter(self) -> impl Iterator<Item = Collection> {
        Collection::ALL.into_iter().filter(move |member| self.contains(*member))
    }

    /// Whether a collection is a member.
    pub fn contains(self, collection: Collection) -> bool {
        self.0 & 1 << collection.index() != 0
    }
}

impl BorshDeserialize for Collections {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self, IoError> {
        let bits = u8::deserialize_reader(reader)?;
        if bits == 0 || bits & !Self::ALL.0 != 0 {
            return Err(IoError::new(ErrorKind::InvalidData, "not a set of collections"));
        }
        Ok(Self(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn a_set_of_collections_has_members_and_no_unknown_ones() {
        let set = Collections::new([Collection::Laboratory, Collection::Heart]).unwrap();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Collection::Heart, Collection::Laboratory]);
        assert_eq!(decode(&encode(&set)), Ok(set));
        assert_eq!(Collections::new([]), None);
        assert_eq!(Collections::new(Collection::ALL), Some(Collections::ALL));
        assert!(decode::<Collections>(&[0]).is_err(), "nothing is not asked for");
        assert!(decode::<Collections>(&[0x40]).is_err(), "a collection nobody knows");
    }
}

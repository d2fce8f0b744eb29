//! The collections a patient's records lie in.

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

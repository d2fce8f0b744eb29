//! Identifiers and units. Inside the program a value of these types is already valid.

use std::fmt;
use std::str::FromStr;

use bech32::{Bech32m, Hrp};
use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, tagged_hash};

use crate::labels;

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_hex(text).map(Self).ok_or(InvalidId)
            }
        }
    };
}

/// Text that is not the identifier it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct InvalidId;

bytes_id!(
    /// A health authority.
    AuthorityId, 2
);
bytes_id!(
    /// A hospital, unique within its authority.
    HospitalId, 3
);
bytes_id!(
    /// T1 (S2 Alg. 4 step 5): names a record in its anchor. Random, made by the author, says nothing.
    RecordRef, 16
);
bytes_id!(
    /// A sealed record in a hospital's store. Random, made by the author.
    BlobId, 16
);
bytes_id!(
    /// A message between two people. Random, made by its sender.
    MessageId, 16
);
bytes_id!(
    /// Names one splitting of a seed among holders. Random, made by the patient.
    RecoverySetId, 16
);
bytes_id!(
    /// ID_U (S2 §5.2, 25 bytes): authority ‖ hospital ‖ first 20 bytes of H("participant-id", PK_U).
    ParticipantBytes, 25
);

/// ID_U of a person or clinician, shown as bech32m `care1…`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct ParticipantId(pub ParticipantBytes);

impl ParticipantId {
    /// S2 Alg. 2 step 1: ID_U = {M, H, P}.
    pub fn new(authority: AuthorityId, hospital: HospitalId, identity: &PublicKey) -> Self {
        let key = tagged_hash(labels::PARTICIPANT_ID, &[identity.as_bytes()]);
        let mut bytes = [0; 25];
        bytes[..2].copy_from_slice(&authority.0);
        bytes[2..5].copy_from_slice(&hospital.0);
        bytes[5..].copy_from_slice(&key.0[..20]);
        Self(ParticipantBytes(bytes))
    }

    /// The 25 bytes.
    pub fn as_bytes(&self) -> &[u8; 25] {
        &self.0.0
    }

    /// The hospital where this participant was registered.
    pub fn hospital(&self) -> HospitalId {
        HospitalId([self.0.0[2], self.0.0[3], self.0.0[4]])
    }

    /// The authority that registered this participant.
    pub fn authority(&self) -> AuthorityId {
        AuthorityId([self.0.0[0], self.0.0[1]])
    }
}

const HRP_PARTICIPANT: Hrp = Hrp::parse_unchecked("care");

impl fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32::encode_lower_to_fmt::<Bech32m, _>(f, HRP_PARTICIPANT, self.as_bytes()).map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ParticipantId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32m>(text).map_err(|_| InvalidId)?;
        if checked.hrp() != HRP_PARTICIPANT {
            return Err(InvalidId);
        }
        let bytes: Vec<u8> = checked.byte_iter().take(26).collect();
        Ok(Self(ParticipantBytes(bytes.try_into().map_err(|_| InvalidId)?)))
    }
}

macro_rules! digest_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub Digest);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_hex(text).map(|bytes| Self(Digest(bytes))).ok_or(InvalidId)
            }
        }
    };
}

digest_id!(
    /// H("genesis", genesis): pins a network.
    NetworkId
);
digest_id!(
    /// txid (S2 Alg. 4 step 7): H("transaction", transaction).
    TxId
);

/// The number of a certificate, unique within its authority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct CertificateSerial(pub u64);

/// A block's place in the chain; the genesis state has height 0, the first block height 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct BlockHeight(pub u64);

impl BlockHeight {
    /// The height after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for BlockHeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// Later than every date a person will enter.
    pub const MAX: Self = Self(u64::MAX);

    /// This time plus `millis`.
    pub fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks(2)) {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_participant_id_is_noticed() {
        let key = carekey_crypto::SecretKey::generate(&mut carekey_crypto::test_rng(1)).public();
        let id = ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 2]), &key);
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        let mistyped = text.replacen(&text[10..11], if &text[10..11] == "q" { "p" } else { "q" }, 1);
        assert_eq!(mistyped.parse::<ParticipantId>(), Err(InvalidId));
        assert_eq!("care1".parse::<ParticipantId>(), Err(InvalidId));
    }

    #[test]
    fn hex_ids_round_trip() {
        let id = RecordRef([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("zz".repeat(16).parse::<RecordRef>().is_err());
        assert!("+a".repeat(16).parse::<RecordRef>().is_err(), "a sign is not a hexadecimal digit");
    }
}

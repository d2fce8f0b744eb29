//! Cer_{M,D}: the authority's word for who a person is and which keys are theirs (S2 Alg. 3).

use bech32::{Bech32m, Hrp};
use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{PublicKey, SecretKey, Signature};

use crate::codec::{decode, encode};
use crate::id::{CertificateSerial, HospitalId, InvalidId, NetworkId, ParticipantId, UnixMillis};
use crate::labels;
use crate::text::Text;

/// What a participant may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Role {
    /// Patient, family member or carer: one wallet for all personal roles.
    Person = 0,
    /// Physician.
    Doctor = 1,
    /// Nurse.
    Nurse = 2,
    /// Laboratory assistant.
    Laboratory = 3,
    /// A hospital itself: it signs its receipts with pseudonyms like everybody else.
    Hospital = 4,
}

impl Role {
    /// Whether the role writes records for others and is listed in the public directory.
    pub fn is_clinician(self) -> bool {
        matches!(self, Self::Doctor | Self::Nurse | Self::Laboratory)
    }
}

/// What the authority signs.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CertificateBody {
    /// Unique number; a revocation names it.
    pub serial: CertificateSerial,
    /// The network in which it holds.
    pub network: NetworkId,
    /// ID_U, determined by `identity`.
    pub id: ParticipantId,
    /// PK_U: verifies what the participant signs.
    pub identity: PublicKey,
    /// A_U: notes are addressed to it.
    pub receiving: PublicKey,
    /// Role.
    pub role: Role,
    /// Name shown to others.
    pub name: Text<64>,
    /// Specialty; empty for persons.
    pub specialty: Text<48>,
    /// The hospital that endorsed the participant.
    pub hospital: HospitalId,
    /// Start of validity.
    pub valid_from: UnixMillis,
    /// End of validity, exclusive.
    pub valid_until: UnixMillis,
}

/// A signed certificate.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Certificate {
    /// What is certified.
    pub body: CertificateBody,
    /// Sign_M(body).
    pub signature: Signature,
}

/// Why a certificate is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not signed by this network's authority, or its ID does not follow from its key.
    #[error("certificate was not issued by this network's authority")]
    Forged,
    /// Validity has not begun.
    #[error("certificate is not valid yet")]
    NotYetValid,
    /// Validity is over.
    #[error("certificate has expired")]
    Expired,
    /// Revoked on the ledger.
    #[error("certificate was revoked")]
    Revoked,
}

const HRP_CARD: Hrp = Hrp::parse_unchecked("carecard");

impl Certificate {
    /// S2 Alg. 3 step 5: Cer_{M,D} = Sign_{SK_M}(T, ID_D, PK_D, A_D).
    pub fn issue(body: CertificateBody, authority: &SecretKey) -> Self {
        let signature = authority.sign(labels::CERTIFICATE, &[&encode(&body)]);
        Self { body, signature }
    }

    /// Checks issuer, network, identifier and validity at `now`. Revocation is the ledger's to know.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify(&self, network: NetworkId, authority: &PublicKey, now: UnixMillis) -> Result<(), CertificateError> {
        self.verify_issuer(network, authority)?;
        if now < self.body.valid_from {
            return Err(CertificateError::NotYetValid);
        }
        if now >= self.body.valid_until { Err(CertificateError::Expired) } else { Ok(()) }
    }

    /// Checks issuer, network and identifier, without a clock: what was signed in the past stays signed.
    ///
    /// # Errors
    /// [`CertificateError::Forged`].
    pub fn verify_issuer(&self, network: NetworkId, authority: &PublicKey) -> Result<(), CertificateError> {
        let body = &self.body;
        let expected = ParticipantId::new(body.id.authority(), body.hospital, &body.identity);
        if body.network != network || body.id != expected {
            return Err(CertificateError::Forged);
        }
        authority.verify(labels::CERTIFICATE, &[&encode(body)], &self.signature).map_err(|_| CertificateError::Forged)
    }

    /// The certificate as text for another person to paste or scan: bech32m `carecard1…`.
    pub fn to_card(&self) -> String {
        // Fails beyond 1,023 characters; a certificate takes at most 700.
        bech32::encode_lower::<Bech32m>(HRP_CARD, &encode(self)).unwrap_or_else(|_| unreachable!())
    }

    /// Reads a contact card. The caller still has to [`verify`](Self::verify) it.
    ///
    /// # Errors
    /// [`InvalidId`] for text that is not a card or has a slip.
    pub fn from_card(text: &str) -> Result<Self, InvalidId> {
        let text = text.trim();
        if text.len() > CARD_CHARACTERS_MAX {
            return Err(InvalidId);
        }
        let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32m>(text).map_err(|_| InvalidId)?;
        if checked.hrp() != HRP_CARD {
            return Err(InvalidId);
        }
        decode(&checked.byte_iter().collect::<Vec<u8>>()).map_err(|_| InvalidId)
    }
}

/// A card holds one certificate, of at most ~430 bytes.
const CARD_CHARACTERS_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AuthorityId;
    use carekey_crypto::test_rng;

    fn certificate(authority: &SecretKey) -> Certificate {
        let identity = SecretKey::generate(&mut test_rng(5)).public();
        let hospital = HospitalId([0, 0, 1]);
        let body = CertificateBody {
            serial: CertificateSerial(7),
            network: NetworkId::default(),
            id: ParticipantId::new(AuthorityId([0, 1]), hospital, &identity),
            identity,
            receiving: SecretKey::generate(&mut test_rng(6)).public(),
            role: Role::Doctor,
            name: Text::truncated("Dr Amir Haddad"),
            specialty: Text::truncated("Cardiology"),
            hospital,
            valid_from: UnixMillis(100),
            valid_until: UnixMillis(200),
        };
        Certificate::issue(body, authority)
    }

    #[test]
    fn validity_has_two_ends() {
        let authority = SecretKey::generate(&mut test_rng(1));
        let certificate = certificate(&authority);
        let verify = |now| certificate.verify(NetworkId::default(), &authority.public(), UnixMillis(now));
        assert_eq!(verify(99), Err(CertificateError::NotYetValid));
        assert_eq!(verify(100), Ok(()));
        assert_eq!(verify(200), Err(CertificateError::Expired));
    }

    #[test]
    fn a_promoted_nurse_is_a_forger() {
        let authority = SecretKey::generate(&mut test_rng(1));
        let mut forged = certificate(&authority);
        forged.body.role = Role::Nurse;
        let outcome = forged.verify(NetworkId::default(), &authority.public(), UnixMillis(150));
        assert_eq!(outcome, Err(CertificateError::Forged));
    }

    #[test]
    fn a_card_travels_as_text() {
        let certificate = certificate(&SecretKey::generate(&mut test_rng(1)));
        let card = certificate.to_card();
        assert_eq!(Certificate::from_card(&format!(" {card}\n")), Ok(certificate));
        assert_eq!(Certificate::from_card(&card[..card.len() - 1]), Err(InvalidId));
        assert_eq!(Certificate::from_card("hello"), Err(InvalidId));
    }
}

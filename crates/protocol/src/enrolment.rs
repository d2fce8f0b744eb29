//! How a participant gets a certificate (S2 Alg. 2 and 3): the hospital's front desk offers, the wallet accepts.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, Secret32, SecretKey, Signature, SignatureInvalid, tagged_hash};

use crate::certificate::Role;
use crate::codec::encode;
use crate::id::{HospitalId, NetworkId, UnixMillis};
use crate::labels;
use crate::text::Text;

/// A hospital's endorsement of one person, lodged with the authority under the digest of a one-time code.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EnrolmentOffer {
    /// H("enrolment-code", code): see [`code_digest`].
    pub code: Digest,
    /// Who is to be certified.
    pub role: Role,
    /// Display name.
    pub name: Text<64>,
    /// Specialty; empty for persons.
    pub specialty: Text<48>,
    /// The hospital that endorses.
    pub hospital: HospitalId,
    /// The code is refused from here on.
    pub expires: UnixMillis,
}

impl EnrolmentOffer {
    /// The hospital's signature, made with its ledger key.
    pub fn sign(&self, network: NetworkId, hospital: &SecretKey) -> Signature {
        hospital.sign(labels::ENROLMENT_OFFER, &[&network.0.0, &encode(self)])
    }

    /// Checks the hospital's signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(
        &self,
        network: NetworkId,
        hospital: &PublicKey,
        signature: &Signature,
    ) -> Result<(), SignatureInvalid> {
        hospital.verify(labels::ENROLMENT_OFFER, &[&network.0.0, &encode(self)], signature)
    }
}

/// The digest under which a code is lodged; spaces, dashes and case do not matter.
pub fn code_digest(code: &str) -> Digest {
    let normal: String = code
        .chars()
        .filter(|character| character.is_ascii_alphanumeric())
        .map(|character| character.to_ascii_uppercase())
        .collect();
    tagged_hash(labels::ENROLMENT_CODE, &[normal.as_bytes()])
}

/// S2 Alg. 3 step 3: N = {ID_D, PK_D, A_D}, with what the pseudonyms need. The expansion secret is why this goes to
/// the authority's own key only, over an encrypted connection.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EnrolmentRequest {
    /// The one-time code.
    pub code: Text<64>,
    /// PK_U.
    pub identity: PublicKey,
    /// A_U.
    pub receiving: PublicKey,
    /// P: the key that pseudonyms expand.
    pub pseudonym: PublicKey,
    /// e: the expansion secret.
    pub expansion: Secret32,
    /// Proof that the wallet holds the identity key.
    pub signature: Signature,
}

impl EnrolmentRequest {
    /// Builds and signs the request.
    pub fn new(
        network: NetworkId,
        code: Text<64>,
        identity: &SecretKey,
        receiving: PublicKey,
        pseudonym: PublicKey,
        expansion: Secret32,
    ) -> Self {
        let parts = (&code, identity.public(), receiving, pseudonym, &expansion);
        let signature = identity.sign(labels::ENROLMENT, &[&network.0.0, &encode(&parts)]);
        Self { identity: identity.public(), code, receiving, pseudonym, expansion, signature }
    }

    /// Checks the proof of possession.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, network: NetworkId) -> Result<(), SignatureInvalid> {
        let parts = (&self.code, self.identity, self.receiving, self.pseudonym, &self.expansion);
        self.identity.verify(labels::ENROLMENT, &[&network.0.0, &encode(&parts)], &self.signature)
    }
}

/// A restored wallet, which has nothing but its keys, asks for its certificate.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecoveryRequest {
    /// PK_U.
    pub identity: PublicKey,
    /// When; the authority refuses requests older than some minutes.
    pub time: UnixMillis,
    /// Sign_{SK_U}.
    pub signature: Signature,
}

impl RecoveryRequest {
    /// Builds and signs the request.
    pub fn new(network: NetworkId, time: UnixMillis, identity: &SecretKey) -> Self {
        let signature = identity.sign(labels::RECOVERY, &[&network.0.0, &encode(&time)]);
        Self { identity: identity.public(), time, signature }
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, network: NetworkId) -> Result<(), SignatureInvalid> {
        self.identity.verify(labels::RECOVERY, &[&network.0.0, &encode(&self.time)], &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_type_codes_as_they_like() {
        assert_eq!(code_digest("k7qf-2m9x"), code_digest("K7QF 2M9X"));
        assert_ne!(code_digest("K7QF2M9X"), code_digest("K7QF2M9Y"));
    }
}

//! An access request and the hospital's checks, in their fixed order (S2 Alg. 5 steps 8–13).

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, SecretKey, Signature, SignatureInvalid};

use crate::certificate::{Certificate, CertificateError};
use crate::codec::encode;
use crate::id::{CertificateSerial, HospitalId, NetworkId, UnixMillis};
use crate::labels;
use crate::pass::{PassTerms, Scope, Target};
use crate::text::Text;

/// A fresh random value the hospital sends first; a request answers exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Challenge(pub [u8; 32]);

/// W and what goes with it (step 9), without the signature.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccessBody {
    /// The pass's signed part; its target is W.
    pub terms: PassTerms,
    /// sig_z.
    pub authorised: Signature,
    /// For a catalogue: the entry wanted (X), or none to list the catalogue.
    pub item: Option<Digest>,
    /// Why the reader reads; the patient will see it.
    pub purpose: Text<80>,
    /// Cer_{M,D2}.
    pub certificate: Certificate,
}

/// ψ (step 10): the request as sent.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccessRequest {
    /// What is asked.
    pub body: AccessBody,
    /// ϑ = Sign_{SK_D2}(body ‖ challenge ‖ H).
    pub theta: Signature,
}

/// Why a hospital refuses, named after the check that failed. The order is the order of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Refusal {
    /// Check 1.
    #[error("certificate was not issued by this network's authority")]
    CertificateForged = 1,
    /// Check 1.
    #[error("certificate is not valid yet")]
    CertificateNotYetValid = 2,
    /// Check 1.
    #[error("certificate has expired")]
    CertificateExpired = 3,
    /// Check 1.
    #[error("certificate was revoked")]
    CertificateRevoked = 4,
    /// Check 2: ϑ does not answer this challenge at this hospital.
    #[error("request does not answer this challenge")]
    NotFresh = 5,
    /// Check 3: nothing was granted under this target.
    #[error("nothing was granted here")]
    NotGranted = 6,
    /// Check 3: sig_z does not verify.
    #[error("pass was not authorised by the patient")]
    PassForged = 7,
    /// Check 4.
    #[error("pass is for another reader")]
    WrongGrantee = 8,
    /// Check 4.
    #[error("pass does not allow this")]
    OutOfScope = 9,
    /// Check 4.
    #[error("access has not begun yet")]
    NotYetValid = 10,
    /// Check 4.
    #[error("access has ended")]
    Expired = 11,
    /// Check 5.
    #[error("the patient has stopped this access")]
    Revoked = 12,
    /// Check 6.
    #[error("the record was erased")]
    Erased = 13,
}

/// What the hospital knows and the checks ask for.
pub trait AccessFacts {
    /// Whether the certificate was revoked on the ledger.
    fn certificate_revoked(&self, serial: CertificateSerial) -> bool;
    /// PK_z of a target; none if nothing was deposited under it.
    fn authorisation(&self, target: &Target) -> Option<PublicKey>;
    /// Whether rho was revoked on the ledger.
    fn revoked(&self, rho: &Digest) -> bool;
    /// Whether the wanted record was erased. `item` lies in the target's catalogue, or is none.
    fn erased(&self, target: &Target, item: Option<&Digest>) -> bool;
}

impl AccessRequest {
    /// Steps 9 and 10. The request binds challenge and hospital, so it cannot be replayed (departure: S2 signs W alone).
    pub fn new(body: AccessBody, challenge: &Challenge, hospital: &HospitalId, reader: &SecretKey) -> Self {
        let theta = reader.sign(labels::ACCESS, &[&challenge.0, &hospital.0, &encode(&body)]);
        Self { body, theta }
    }

    /// Check 2 on its own: also what makes a receipt evidence that the reader cannot deny.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify_theta(&self, challenge: &Challenge, hospital: &HospitalId) -> Result<(), SignatureInvalid> {
        let parts: [&[u8]; 3] = [&challenge.0, &hospital.0, &encode(&self.body)];
        self.body.certificate.body.identity.verify(labels::ACCESS, &parts, &self.theta)
    }
}

/// Who the hospital is and what time it has, for [`check_access`].
#[derive(Debug, Clone, Copy)]
pub struct AccessContext<'a> {
    /// The network.
    pub network: NetworkId,
    /// PK_M.
    pub authority: &'a PublicKey,
    /// H.
    pub hospital: HospitalId,
    /// The hospital's clock.
    pub now: UnixMillis,
}

/// Steps 11 and 12: the hospital's checks, in this order, stopping at the first that fails.
///
/// # Errors
/// The [`Refusal`] that names the failed check.
pub fn check_access(
    request: &AccessRequest,
    challenge: &Challenge,
    context: AccessContext<'_>,
    facts: &impl AccessFacts,
) -> Result<(), Refusal> {
    let AccessBody { terms, authorised, item, certificate, .. } = &request.body;

    // 1. Certificate: signature, validity, not revoked.
    certificate.verify(context.network, context.authority, context.now).map_err(|error| match error {
        CertificateError::Forged => Refusal::CertificateForged,
        CertificateError::NotYetValid => Refusal::CertificateNotYetValid,
        CertificateError::Expired => Refusal::CertificateExpired,
        CertificateError::Revoked => Refusal::CertificateRevoked,
    })?;
    if facts.certificate_revoked(certificate.body.serial) {
        return Err(Refusal::CertificateRevoked);
    }
    // 2. ϑ.
    request.verify_theta(challenge, &context.hospital).map_err(|_| Refusal::NotFresh)?;
    // 3. sig_z under PK_z. A revoked collection's rows are deleted, so an unknown target may be a revoked one.
    let authorisation = facts
        .authorisation(&terms.target)
        .ok_or_else(|| if facts.revoked(&terms.rho) { Refusal::Revoked } else { Refusal::NotGranted })?;
    terms.verify(&authorisation, authorised).map_err(|_| Refusal::PassForged)?;
    // 4. Grantee, scope, times.
    if terms.grantee != certificate.body.identity {
        return Err(Refusal::WrongGrantee);
    }
    let in_scope = matches!(terms.scope, Scope::Read | Scope::Contribute)
        && (matches!(terms.target, Target::Catalogue(_)) || item.is_none());
    if !in_scope {
        return Err(Refusal::OutOfScope);
    }
    if context.now < terms.not_before {
        return Err(Refusal::NotYetValid);
    }
    if context.now >= terms.not_after {
        return Err(Refusal::Expired);
    }
    // 5. rho not revoked.
    if facts.revoked(&terms.rho) {
        return Err(Refusal::Revoked);
    }
    // 6. Not erased.
    if facts.erased(&terms.target, item.as_ref()) { Err(Refusal::Erased) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

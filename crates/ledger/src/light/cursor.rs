//! A trusted place in the chain, and how trust moves forward.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{Body, Genesis};

use super::error::LightError;
use super::wire::SetChange;
use crate::header::Header;
use crate::validators::{ValidatorSet, ValidatorSetError};
use crate::vote::{CertificateInvalid, CertifiedHeader, QuorumCertificate};

/// A trusted header with the sets that signed it and will sign the next.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Cursor {
    pub(super) certified: CertifiedHeader,
    pub(super) signers: ValidatorSet,
    pub(super) next: ValidatorSet,
}

impl Cursor {
    /// The pinned start.
    pub(super) fn genesis(genesis: &Genesis) -> Result<Self, ValidatorSetError> {
        let header = Header::genesis(genesis)?;
        let certificate = QuorumCertificate::from_votes(&header, 0, Vec::new());
        let set = ValidatorSet::from_registrations(&genesis.hospitals)?;
        Ok(Self { certified: CertifiedHeader { header, certificate }, signers: set.clone(), next: set })
    }

    pub(super) fn header(&self) -> &Header {
        &self.certified.header
    }

    /// Trust in `target`, a later header: sealed by the known set, or by the set that `changes` lead to.
    pub(super) fn follow(
        &self,
        genesis: &Genesis,
        changes: &[SetChange],
        target: &CertifiedHeader,
    ) -> Result<Self, LightError> {
        let mut at = self.clone();
        for change in changes {
            let header = &change.certified.header;
            if header.height > target.header.height {
                return Err(LightError::SetChange(header.height));
            }
            at = at.step(&change.certified, change.next_set(genesis, &at.next)?)?;
        }
        if at.certified.header == target.header {
            return Ok(at);
        }
        let next = at.next.clone();
        at.step(target, next)
    }

    /// Moves to a later header that the current next set has sealed, and that names `next` as the set after it.
    fn step(&self, to: &CertifiedHeader, next: ValidatorSet) -> Result<Self, LightError> {
        let (header, height) = (&to.header, to.header.height);
        if header.network != self.header().network || header.version != Header::VERSION {
            return Err(LightError::Network);
        }
        if height <= self.header().height {
            return Err(LightError::SetChange(height));
        }
        to.verify(&self.next).map_err(|reason| match reason {
            CertificateInvalid::Validators => LightError::SetChangesMissing(height),
            reason => LightError::Certificate { height, reason },
        })?;
        if header.next_validators_hash != next.hash() {
            return Err(LightError::SetChangesMissing(height));
        }
        Ok(Self { certified: to.clone(), signers: self.next.clone(), next })
    }
}

/// Follows the chain from the network file to a later header, and returns the set that signed it.
///
/// # Errors
/// [`LightError`]: the first step that does not hold.
pub(crate) fn signers_of(
    genesis: &Genesis,
    changes: &[SetChange],
    target: &CertifiedHeader,
) -> Result<ValidatorSet, LightError> {
    Ok(Cursor::genesis(genesis)?.follow(genesis, changes, target)?.signers)
}

impl SetChange {
    /// The set that signs after this block, given the one that signed it. That none of the block's registrations is
    /// missing shows when the caller compares with the header.
    fn next_set(&self, genesis: &Genesis, signers: &ValidatorSet) -> Result<ValidatorSet, LightError> {
        let header = &self.certified.header;
        let positions = || self.registrations.iter().map(|(_, proof)| proof.inclusion.index);
        if !header.changes_validators() || !positions().is_sorted_by(|a, b| a < b) {
            return Err(LightError::SetChange(header.height));
        }
        let mut set = signers.clone();
        for (transaction, proof) in &self.registrations {
            proof.verify(header, &transaction.id())?;
            transaction.verify(header.network, &genesis.authority_key, header.time)?;
            let Body::Registry { change: RegistryChange::Hospital(registration), .. } = &transaction.body else {
                return Err(LightError::NotRegistry);
            };
            set = set.with(registration)?;
        }
        if set.hash() == header.next_validators_hash { Ok(set) } else { Err(LightError::SetChange(header.height)) }
    }
}

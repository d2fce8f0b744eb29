//! Votes, and the certificates that make a header final.
//!
//! A certificate collects Tendermint precommits, so that a BFT engine can produce it later without a new format: the
//! signed bytes name network, kind of vote, height, round and value.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, SecretKey, Signature, SignatureInvalid};
use carekey_protocol::{BlockHeight, HospitalId, NetworkId, encode};
use rayon::prelude::*;

use crate::bounded;
use crate::header::Header;
use crate::labels;
use crate::limits::VALIDATORS_MAX;
use crate::validators::ValidatorSet;

/// Which step of a round a vote belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum VoteKind {
    /// First step; never part of a certificate.
    Prevote = 1,
    /// Second step: a quorum of these makes a header final.
    Precommit = 2,
}

/// What a validator signs: H("vote", vote).
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Vote {
    /// The network.
    pub network: NetworkId,
    /// The step.
    pub kind: VoteKind,
    /// The height voted on.
    pub height: BlockHeight,
    /// The round within the height, from 0.
    pub round: u32,
    /// Hash of the header voted for; none for "no header in this round".
    pub header: Option<Digest>,
}

impl Vote {
    /// The precommit for a header.
    pub fn precommit(header: &Header, round: u32) -> Self {
        let (network, height) = (header.network, header.height);
        Self { network, kind: VoteKind::Precommit, height, round, header: Some(header.hash()) }
    }

    /// Checks a validator's signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, key: &PublicKey, signature: &Signature) -> Result<(), SignatureInvalid> {
        key.verify(labels::VOTE, &[&encode(self)], signature)
    }
}

/// Signs a vote. A validator must never sign two headers of one height and round; whoever calls this keeps track.
pub fn sign_vote(ledger_key: &SecretKey, vote: &Vote) -> Signature {
    ledger_key.sign(labels::VOTE, &[&encode(vote)])
}

/// The certificate of a network with one validator.
pub fn seal_alone(ledger_key: &SecretKey, hospital: HospitalId, header: &Header) -> QuorumCertificate {
    let signature = sign_vote(ledger_key, &Vote::precommit(header, 0));
    QuorumCertificate::from_votes(header, 0, vec![(hospital, signature)])
}

/// Precommits of more than two thirds of the voting power for one header.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct QuorumCertificate {
    /// Height of the header.
    pub height: BlockHeight,
    /// Round in which it was decided; not always 0.
    pub round: u32,
    /// Hash of the header.
    pub header: Digest,
    /// Who signed, ascending by hospital.
    #[borsh(deserialize_with = "bounded::vec::<VALIDATORS_MAX, _, _>")]
    pub signatures: Vec<(HospitalId, Signature)>,
}

/// Why a certificate does not make a header final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateInvalid {
    /// It is for another header.
    #[error("certificate is for another header")]
    Header,
    /// The header names another validator set than the one expected to sign.
    #[error("header was not made for this validator set")]
    Validators,
    /// Signatures are not in ascending order, or one hospital signs twice.
    #[error("signatures are not in ascending order")]
    Order,
    /// Somebody signed who is not a validator.
    #[error("hospital {0} is not a validator")]
    Stranger(HospitalId),
    /// A signature does not verify.
    #[error("signature of hospital {0} does not verify")]
    Signature(HospitalId),
    /// Two thirds or less of the voting power signed.
    #[error("voting power {signed} of {total} is not a quorum")]
    NoQuorum {
        /// Power that signed.
        signed: u128,
        /// Power of the whole set.
        total: u128,
    },
}

impl QuorumCertificate {
    /// Collects votes; brings them into order, checks nothing.
    pub fn from_votes(header: &Header, round: u32, mut signatures: Vec<(HospitalId, Signature)>) -> Self {
        signatures.sort_unstable_by_key(|(hospital, _)| *hospital);
        Self { height: header.height, round, header: header.hash(), signatures }
    }

    /// Checks that more than two thirds of `validators` signed `header`, and that the header names that set.
    ///
    /// # Errors
    /// [`CertificateInvalid`]: the first thing wrong.
    pub fn verify(&self, header: &Header, validators: &ValidatorSet) -> Result<(), CertificateInvalid> {
        if self.height != header.height || self.header != header.hash() {
            return Err(CertificateInvalid::Header);
        }
        if header.validators_hash != validators.hash() {
            return Err(CertificateInvalid::Validators);
        }
        if !self.signatures.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(CertificateInvalid::Order);
        }
        let vote = Vote::precommit(header, self.round);
        let check = |(hospital, signature): &(HospitalId, Signature)| {
            let member = validators.get(*hospital).ok_or(CertificateInvalid::Stranger(*hospital))?;
            vote.verify(&member.ledger_key, signature).map_err(|_| CertificateInvalid::Signature(*hospital))?;
            Ok(u128::from(member.voting_power))
        };
        let powers: Vec<_> = self.signatures.par_iter().map(check).collect();
        let signed: u128 = powers.into_iter().sum::<Result<_, _>>()?;
        if !validators.is_quorum(signed) {
            return Err(CertificateInvalid::NoQuorum { signed, total: validators.total_power() });
        }
        Ok(())
    }
}

/// A header and what makes it final. The genesis header carries a certificate without signatures.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CertifiedHeader {
    /// The header.
    pub header: Header,
    /// Its certificate.
    pub certificate: QuorumCertificate,
}

impl CertifiedHeader {
    /// Checks the certificate against the set that must have signed.
    ///
    /// # Errors
    /// [`CertificateInvalid`].
    pub fn verify(&self, validators: &ValidatorSet) -> Result<(), CertificateInvalid> {
        self.certificate.verify(&self.header, validators)
    }
}

/// Two certified headers of one height: proof that more than a third of the voting power signed both.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Equivocation {
    /// The one known first.
    pub first: CertifiedHeader,
    /// The other one.
    pub second: CertifiedHeader,
}

impl Equivocation {
    /// Checks the accusation: one height, two headers, both certified by `validators`.
    ///
    /// # Errors
    /// [`CertificateInvalid`] if it does not hold.
    pub fn verify(&self, validators: &ValidatorSet) -> Result<(), CertificateInvalid> {
        let (first, second) = (&self.first.header, &self.second.header);
        if first.height != second.height || first.network != second.network || first.hash() == second.hash() {
            return Err(CertificateInvalid::Header);
        }
        self.first.verify(validators)?;
        self.second.verify(validators)
    }

    /// Hospitals whose signature stands under both headers: those that broke their word. Two quorums of one set have
    /// more than a third of the voting power in common, so a valid accusation always names somebody.
    pub fn signed_both(&self) -> impl Iterator<Item = HospitalId> {
        let second = &self.second.certificate.signatures;
        let in_both = |id: &HospitalId| second.iter().any(|(other, _)| other == id);
        self.first.certificate.signatures.iter().map(|(id, _)| *id).filter(move |id| in_both(id))
    }
}

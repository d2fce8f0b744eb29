//! One splitting of a person's seed: who it belongs to, k of n, the waiting period, and a digest of every part.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Digest, PublicKey, RecoveryWords, SHARES_MAX, Secret32, SecretKey, SecretShare, ShareError, Signature, WalletKeys,
    combine_shares, tagged_hash,
};

use crate::codec::encode;
use crate::id::{NetworkId, ParticipantId, UnixMillis};
use crate::labels;

pub use crate::id::RecoverySetId;

/// Longest time between a holder's yes and the release of their part: as long as mailboxes keep what is said meanwhile.
pub const WAITING_DAYS_MAX: u16 = 30;

const DAY_MILLIS: u64 = 24 * 3600 * 1000;

/// What the patient signs, and every holder keeps beside their part.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecoverySet {
    /// Names the splitting. Random.
    pub id: RecoverySetId,
    /// Whose seed it is.
    pub patient: ParticipantId,
    /// k: so many parts bring the seed back.
    pub threshold: u8,
    /// H("recovery-part", id ‖ place ‖ part) for the places 1 to n. A part has 256 bits nobody else knows, so its digest
    /// says nothing.
    pub digests: Vec<Digest>,
    /// Days between a holder's yes and the release of their part, in which the patient can stop it.
    pub waiting_days: u16,
    /// When it was made. A newer splitting of the same patient replaces this one.
    pub created: UnixMillis,
}

/// A splitting with its patient's word for it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedSet {
    /// What is signed.
    pub set: RecoverySet,
    /// Sign_P(network ‖ set).
    pub signature: Signature,
}

/// What a patient decides when the seed is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splitting {
    /// Random.
    pub id: RecoverySetId,
    /// Whose seed it is.
    pub patient: ParticipantId,
    /// k.
    pub threshold: u8,
    /// The waiting period.
    pub waiting_days: u16,
    /// When.
    pub created: UnixMillis,
}

/// One holder's part, with what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecoveryPart {
    /// The splitting.
    pub signed: SignedSet,
    /// The part.
    pub share: SecretShare,
}

/// Why a part is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// k, n or the waiting period is out of bounds.
    #[error("no such splitting can be made")]
    Impossible,
    /// Not signed by the patient it names.
    #[error("the splitting was not signed by its patient")]
    Forged,
    /// Not one of the parts the patient signed.
    #[error("this is not the part that was handed out")]
    WrongPart,
}

/// Why parts do not bring a seed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// Fewer than k.
    #[error("{found} of {threshold} parts")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many are needed.
        threshold: u8,
    },
    /// Of different splittings.
    #[error("the parts belong to different splittings")]
    Mixed,
    /// Twice the same place, or none at all.
    #[error(transparent)]
    Shares(#[from] ShareError),
    /// What came out is not the seed of the patient who signed.
    #[error("the parts do not lead to this patient's keys")]
    OtherSeed,
}

impl RecoverySet {
    /// n.
    pub fn count(&self) -> usize {
        self.digests.len()
    }

    /// The waiting period.
    pub fn waiting_millis(&self) -> u64 {
        u64::from(self.waiting_days) * DAY_MILLIS
    }

    fn is_possible(&self) -> bool {
        let n = self.digests.len();
        self.threshold >= 2
            && usize::from(self.threshold) <= n
            && n <= usize::from(SHARES_MAX)
            && self.waiting_days <= WAITING_DAYS_MAX
    }

    fn knows(&self, share: &SecretShare) -> bool {
        let expected = usize::from(share.index).checked_sub(1).and_then(|index| self.digests.get(index));
        expected == Some(&part_digest(&self.id, share))
    }
}

fn part_digest(id: &RecoverySetId, share: &SecretShare) -> Digest {
    tagged_hash(labels::RECOVERY_PART, &[&id.0, &[share.index], share.value.expose()])
}

impl SignedSet {
    /// Whether it can exist, and its patient signed it.
    ///
    /// # Errors
    /// [`PartError::Impossible`], [`PartError::Forged`].
    pub fn verify(&self, network: NetworkId, patient: &PublicKey) -> Result<(), PartError> {
        if !self.set.is_possible() {
            return Err(PartError::Impossible);
        }
        let parts: [&[u8]; 2] = [&network.0.0, &encode(&self.set)];
        patient.verify(labels::RECOVERY_SET, &parts, &self.signature).map_err(|_| PartError::Forged)
    }
}

impl RecoveryPart {
    /// Signs a splitting: each share, in the order of their places from 1, becomes a part that can be recognised.
    ///
    /// # Errors
    /// [`PartError::Impossible`].
    pub fn sign_all(
        network: NetworkId,
        splitting: Splitting,
        shares: Vec<SecretShare>,
        identity: &SecretKey,
    ) -> Result<Vec<Self>, PartError> {
        let Splitting { id, patient, threshold, waiting_days, created } = splitting;
        let digests = shares.iter().map(|share| part_digest(&id, share)).collect();
        let set = RecoverySet { id, patient, threshold, digests, waiting_days, created };
        if !set.is_possible() || !shares.iter().all(|share| set.knows(share)) {
            return Err(PartError::Impossible);
        }
        let signature = identity.sign(labels::RECOVERY_SET, &[&network.0.0, &encode(&set)]);
        let signed = SignedSet { set, signature };
        Ok(shares.into_iter().map(|share| Self { signed: signed.clone(), share }).collect())
    }

    /// Whether this is a part that the patient handed out.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify(&self, network: NetworkId, patient: &PublicKey) -> Result<(), PartError> {
        self.signed.verify(network, patient)?;
        if self.signed.set.knows(&self.share) { Ok(()) } else { Err(PartError::WrongPart) }
    }
}

/// The seed that k verified parts of one splitting bring back. It is checked against the patient's identifier, which no
/// other seed has.
///
/// # Errors
/// [`CombineError`].
pub fn combine_parts(parts: &[RecoveryPart]) -> Result<Secret32, CombineError> {
    let first = parts.first().ok_or(CombineError::TooFew { found: 0, threshold: 2 })?;
    let set = &first.signed.set;
    if parts.iter().any(|part| part.signed.set != *set) {
        return Err(CombineError::Mixed);
    }
    let enough = parts.get(..usize::from(set.threshold));
    let enough = enough.ok_or(CombineError::TooFew { found: parts.len(), threshold: set.threshold })?;
    let shares: Vec<SecretShare> = enough.iter().map(|part| part.share.clone()).collect();
    let entropy = combine_shares(&shares)?;
    let keys =
        WalletKeys::derive(&RecoveryWords::from_entropy(entropy.expose())).map_err(|_| CombineError::OtherSeed)?;
    let patient = ParticipantId::new(set.patient.authority(), set.patient.hospital(), &keys.identity.public());
    if patient == set.patient { Ok(entropy) } else { Err(CombineError::OtherSeed) }
}

#[cfg(test)]
mod tests {
    use carekey_crypto::{split_secret, test_rng};

    use super::*;
    use crate::id::{AuthorityId, HospitalId};

    const NETWORK: NetworkId = NetworkId(Digest([7; 32]));

    struct Maria {
        entropy: Secret32,
        identity: SecretKey,
        id: ParticipantId,
    }

    fn maria() -> Maria {
        let entropy = Secret32::generate(&mut test_rng(1));
        let identity = WalletKeys::derive(&RecoveryWords::from_entropy(entropy.expose())).unwrap().identity;
        let id = ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 1]), &identity.public());
        Maria { entropy, identity, id }
    }

    fn split(maria: &Maria, seed: u64, (threshold, count): (u8, u8)) -> Vec<RecoveryPart> {
        let shares = split_secret(&mut test_rng(seed), &maria.entropy, threshold, count).unwrap();
        let id = RecoverySetId([seed as u8; 16]);
        let splitting = Splitting { id, patient: maria.id, threshold, waiting_days: 7, created: UnixMillis(5) };
        RecoveryPart::sign_all(NETWORK, splitting, shares, &maria.identity).unwrap()
    }

    #[test]
    fn two_of_three_friends_bring_the_seed_back_and_one_does_not() {
        let maria = maria();
        let parts = split(&maria, 2, (2, 3));
        parts.iter().for_each(|part| part.verify(NETWORK, &maria.identity.public()).unwrap());
        assert!(combine_parts(&parts[1..]).unwrap() == maria.entropy);
        assert!(combine_parts(&parts).unwrap() == maria.entropy, "more than needed do no harm");
        assert_eq!(combine_parts(&parts[2..]), Err(CombineError::TooFew { found: 1, threshold: 2 }));
        assert_eq!(combine_parts(&[]), Err(CombineError::TooFew { found: 0, threshold: 2 }));
    }

    #[test]
    fn a_changed_part_is_recognised_before_it_is_used() {
        let maria = maria();
        let mut parts = split(&maria, 2, (2, 3));
        let mut bytes = *parts[0].share.value.expose();
        bytes[0] ^= 1;
        parts[0].share.value = Secret32::from_bytes(bytes);
        assert_eq!(parts[0].verify(NETWORK, &maria.identity.public()), Err(PartError::WrongPart));
        assert_eq!(combine_parts(&parts), Err(CombineError::OtherSeed), "and again after it was");

        let mut elsewhere = split(&maria, 2, (2, 3)).remove(1);
        for place in [0, 1, 3, 4, 255] {
            elsewhere.share.index = place;
            assert_eq!(elsewhere.verify(NETWORK, &maria.identity.public()), Err(PartError::WrongPart), "{place}");
        }
    }

    #[test]
    fn parts_of_an_older_splitting_do_not_help() {
        let maria = maria();
        let (old, new) = (split(&maria, 2, (2, 3)), split(&maria, 3, (2, 3)));
        assert_eq!(combine_parts(&[old[0].clone(), new[1].clone()]), Err(CombineError::Mixed));
        let disguised = RecoveryPart { signed: new[0].signed.clone(), share: old[0].share.clone() };
        assert_eq!(disguised.verify(NETWORK, &maria.identity.public()), Err(PartError::WrongPart));
    }

    #[test]
    fn what_the_patient_did_not_sign_is_forged() {
        let maria = maria();
        let part = split(&maria, 2, (2, 3)).remove(0);
        let verify = |part: &RecoveryPart| part.verify(NETWORK, &maria.identity.public());
        let change = |change: &dyn Fn(&mut RecoverySet)| {
            let mut changed = part.clone();
            change(&mut changed.signed.set);
            verify(&changed)
        };
        assert_eq!(change(&|set| set.waiting_days = 0), Err(PartError::Forged), "nobody shortens the waiting period");
        assert_eq!(change(&|set| set.threshold = 3), Err(PartError::Forged));
        assert_eq!(change(&|set| set.created = UnixMillis(6)), Err(PartError::Forged));
        assert_eq!(change(&|set| set.threshold = 1), Err(PartError::Impossible), "one part alone is no splitting");
        assert_eq!(change(&|set| set.waiting_days = 31), Err(PartError::Impossible));
        assert_eq!(part.verify(NetworkId(Digest([8; 32])), &maria.identity.public()), Err(PartError::Forged));
    }

    #[test]
    fn somebody_elses_seed_is_not_this_patients() {
        let maria = maria();
        let stranger = Maria { entropy: Secret32::generate(&mut test_rng(9)), identity: maria.identity, id: maria.id };
        let made_up = split(&stranger, 2, (2, 2));
        assert_eq!(combine_parts(&made_up), Err(CombineError::OtherSeed));
    }
}

//! Pseudonyms: transactions that reveal nobody, cannot be linked, come from registered people only, and can be traced
//! by the authority alone (S2 §3.1).
//!
//! P_i = P + (H("pseudonym", e ‖ i) mod q)·G. Wallet and authority expand the same key; the authority signs the P_i in
//! batches; only the wallet knows the p_i.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, KeyError, PublicKey, Secret32, SecretKey, Signature, SignatureInvalid, tagged_hash};

use crate::codec::encode;
use crate::id::{NetworkId, ParticipantId, UnixMillis};
use crate::labels;

/// How many pseudonyms the authority signs at once.
pub const BATCH: u32 = 256;

/// Length of a pseudonym epoch: 90 days.
pub const EPOCH_MILLIS: u64 = 90 * 24 * 3600 * 1000;

/// The pseudonym epoch that `time` falls in.
pub fn epoch_at(time: UnixMillis) -> u32 {
    u32::try_from(time.0 / EPOCH_MILLIS).unwrap_or(u32::MAX)
}

/// Whether a block of that time accepts a pseudonym of that epoch: its own epoch and the one before.
pub fn epoch_accepted(epoch: u32, block_time: UnixMillis) -> bool {
    let current = epoch_at(block_time);
    epoch == current || epoch.checked_add(1) == Some(current)
}

fn offset(expansion: &Secret32, index: u64) -> Digest {
    tagged_hash(labels::PSEUDONYM, &[expansion.expose(), &index.to_le_bytes()])
}

/// P_i, as the authority computes it.
///
/// # Errors
/// [`KeyError`] if the tweak leads to the identity.
pub fn pseudonym_public(base: &PublicKey, expansion: &Secret32, index: u64) -> Result<PublicKey, KeyError> {
    base.tweak(&offset(expansion, index))
}

/// p_i, as the wallet computes it.
///
/// # Errors
/// [`KeyError`] if the tweak leads to zero.
pub fn pseudonym_secret(base: &SecretKey, expansion: &Secret32, index: u64) -> Result<SecretKey, KeyError> {
    base.tweak(&offset(expansion, index))
}

/// The authority's signature on (P_i, epoch).
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PseudonymCertificate {
    /// i.
    pub index: u64,
    /// The epoch in which it may be used, see [`epoch_accepted`].
    pub epoch: u32,
    /// Sign_M(network, P_i, epoch).
    pub signature: Signature,
}

/// Signs P_i for one epoch.
pub fn certify_pseudonym(authority: &SecretKey, network: NetworkId, pseudonym: &PublicKey, epoch: u32) -> Signature {
    authority.sign(labels::PSEUDONYM_CERTIFICATE, &[&network.0.0, pseudonym.as_bytes(), &epoch.to_le_bytes()])
}

/// Checks the authority's signature on a pseudonym.
///
/// # Errors
/// [`SignatureInvalid`].
pub fn verify_pseudonym(
    authority: &PublicKey,
    network: NetworkId,
    pseudonym: &PublicKey,
    epoch: u32,
    signature: &Signature,
) -> Result<(), SignatureInvalid> {
    let parts: [&[u8]; 3] = [&network.0.0, pseudonym.as_bytes(), &epoch.to_le_bytes()];
    authority.verify(labels::PSEUDONYM_CERTIFICATE, &parts, signature)
}

/// A wallet asks for its next batch. Sent to the authority's own key over an encrypted connection.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PseudonymRequest {
    /// Who asks.
    pub participant: ParticipantId,
    /// When; the authority refuses requests older than some minutes.
    pub time: UnixMillis,
    /// Sign_{SK_U}.
    pub signature: Signature,
}

impl PseudonymRequest {
    /// Builds and signs the request.
    pub fn new(network: NetworkId, participant: ParticipantId, time: UnixMillis, identity: &SecretKey) -> Self {
        let signature = identity.sign(labels::PSEUDONYM_REQUEST, &[&network.0.0, &encode(&(participant, time))]);
        Self { participant, time, signature }
    }

    /// Checks the participant's signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, network: NetworkId, identity: &PublicKey) -> Result<(), SignatureInvalid> {
        let signed = encode(&(self.participant, self.time));
        identity.verify(labels::PSEUDONYM_REQUEST, &[&network.0.0, &signed], &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::test_rng;

    #[test]
    fn wallet_and_authority_expand_to_the_same_key() {
        let mut rng = test_rng(1);
        let (base, expansion) = (SecretKey::generate(&mut rng), Secret32::generate(&mut rng));
        for index in [0, 1, u64::MAX] {
            let secret = pseudonym_secret(&base, &expansion, index).unwrap();
            assert_eq!(secret.public(), pseudonym_public(&base.public(), &expansion, index).unwrap());
        }
    }

    #[test]
    fn an_epoch_is_accepted_until_the_end_of_the_next() {
        let day = 24 * 3600 * 1000;
        let epoch = epoch_at(UnixMillis(900 * day));
        assert_eq!(epoch, 10);
        assert!(epoch_accepted(10, UnixMillis(900 * day)));
        assert!(epoch_accepted(10, UnixMillis(1079 * day)));
        assert!(!epoch_accepted(10, UnixMillis(1080 * day)), "two epochs later");
        assert!(!epoch_accepted(11, UnixMillis(900 * day)), "not yet");
    }
}

//! What a new computer, which has nothing but a fresh key E, leaves in the mailboxes.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Note, NoteError, NoteKind, PublicKey, SecretKey, Signature, SignatureInvalid, open_note, seal_note,
};

use super::number::CallNumber;
use super::set::RecoverySetId;
use crate::codec::{decode, encode};
use crate::id::{AuthorityId, HospitalId, NetworkId, ParticipantId, UnixMillis};
use crate::labels;
use crate::text::Text;
use crate::transaction::{KIND_RECOVERY_ARRIVAL, KIND_RECOVERY_CALL};

/// Under which identifier messages to a new computer are signed. Hospital 0 registers nobody, so no person has it.
pub fn caller_id(authority: AuthorityId, caller: &PublicKey) -> ParticipantId {
    ParticipantId::new(authority, HospitalId([0; 3]), caller)
}

/// A call for help. It says who calls by name only: whether it is true, a holder hears on the telephone.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecoveryCall {
    /// E: answers are sealed to it.
    pub caller: PublicKey,
    /// The name the person typed.
    pub name: Text<64>,
    /// When, by the new computer's clock.
    pub time: UnixMillis,
    /// Sign_E(network ‖ name, time).
    pub signature: Signature,
}

impl RecoveryCall {
    /// Signs a call.
    pub fn new(network: NetworkId, caller: &SecretKey, name: Text<64>, time: UnixMillis) -> Self {
        let signature = caller.sign(labels::RECOVERY_CALL, &[&network.0.0, &encode(&(&name, time))]);
        Self { caller: caller.public(), name, time, signature }
    }

    /// Seals it to the meeting point of its number, for the mailboxes. `r` is fresh.
    ///
    /// # Errors
    /// [`NoteError::TooLong`], which the bounds of the fields exclude.
    pub fn seal(&self, r: &SecretKey, meeting_point: &PublicKey) -> Result<Note, NoteError> {
        seal_note(r, meeting_point, KIND_RECOVERY_CALL, &encode(self))
    }

    /// Reads a note if it is the call with this number; what anybody else left at the same place is none.
    pub fn read(network: NetworkId, number: CallNumber, meeting_point: &SecretKey, note: &Note) -> Option<Self> {
        let call: Self = opened(meeting_point, KIND_RECOVERY_CALL, note)?;
        let parts: [&[u8]; 2] = [&network.0.0, &encode(&(&call.name, call.time))];
        call.caller.verify(labels::RECOVERY_CALL, &parts, &call.signature).ok()?;
        (CallNumber::of(network, &call.caller) == number).then_some(call)
    }
}

/// The new computer's word to a holder that their part has arrived and need not be sent again.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Arrival {
    /// E.
    pub caller: PublicKey,
    /// Which splitting.
    pub set: RecoverySetId,
    /// Sign_E(network ‖ set).
    pub signature: Signature,
}

impl Arrival {
    /// Signs it.
    pub fn new(network: NetworkId, caller: &SecretKey, set: RecoverySetId) -> Self {
        let signature = caller.sign(labels::RECOVERY_ARRIVAL, &[&network.0.0, &set.0]);
        Self { caller: caller.public(), set, signature }
    }

    /// Seals it to a holder. `r` is fresh.
    ///
    /// # Errors
    /// [`NoteError::TooLong`], which cannot be.
    pub fn seal(&self, r: &SecretKey, holder: &PublicKey) -> Result<Note, NoteError> {
        seal_note(r, holder, KIND_RECOVERY_ARRIVAL, &encode(self))
    }

    /// Whether the caller it names has signed it.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, network: NetworkId) -> Result<(), SignatureInvalid> {
        self.caller.verify(labels::RECOVERY_ARRIVAL, &[&network.0.0, &self.set.0], &self.signature)
    }
}

fn opened<T: BorshDeserialize>(key: &SecretKey, kind: NoteKind, note: &Note) -> Option<T> {
    decode(&open_note(key, kind, note).ok()??).ok()
}

#[cfg(test)]
mod tests {
    use carekey_crypto::{Digest, test_rng};

    use super::*;

    const NETWORK: NetworkId = NetworkId(Digest([7; 32]));

    fn key(seed: u64) -> SecretKey {
        SecretKey::generate(&mut test_rng(seed))
    }

    #[test]
    fn a_holder_with_the_number_finds_the_call_and_nobody_elses() {
        let (maria, thief) = (key(1), key(2));
        let number = CallNumber::of(NETWORK, &maria.public());
        let meeting = number.meeting_point(NETWORK);
        let call = RecoveryCall::new(NETWORK, &maria, Text::truncated("Maria Okafor"), UnixMillis(5));
        let note = call.seal(&key(3), &meeting.public()).unwrap();
        assert!(note.has_bucket_length());
        assert_eq!(RecoveryCall::read(NETWORK, number, &meeting, &note), Some(call.clone()));

        // Somebody who overheard the number leaves a call of their own at the same place.
        let other = RecoveryCall::new(NETWORK, &thief, Text::truncated("Maria Okafor"), UnixMillis(5));
        let note = other.seal(&key(4), &meeting.public()).unwrap();
        assert_eq!(RecoveryCall::read(NETWORK, number, &meeting, &note), None);

        let renamed = RecoveryCall { name: Text::truncated("Jonas Okafor"), ..call };
        let note = renamed.seal(&key(5), &meeting.public()).unwrap();
        assert_eq!(RecoveryCall::read(NETWORK, number, &meeting, &note), None, "the name is signed");
    }

    #[test]
    fn only_the_caller_says_that_a_part_has_arrived() {
        let arrival = Arrival::new(NETWORK, &key(1), RecoverySetId([4; 16]));
        assert!(arrival.verify(NETWORK).is_ok());
        assert!(Arrival { set: RecoverySetId([5; 16]), ..arrival.clone() }.verify(NETWORK).is_err());
        assert!(Arrival { caller: key(2).public(), ..arrival }.verify(NETWORK).is_err());
    }

    #[test]
    fn no_person_has_a_callers_identifier() {
        let caller = key(1).public();
        let id = caller_id(AuthorityId([0, 1]), &caller);
        assert_ne!(id, ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 1]), &caller));
        assert_eq!(id.hospital(), HospitalId([0; 3]));
    }
}

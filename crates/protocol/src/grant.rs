//! Trans: a pass, sealed to its reader, as it stands on the ledger (S2 Alg. 5 steps 2, 4, 5, 6, 7).

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Note, NoteError, NoteKind, PublicKey, Secret32, open_note_as_sender, open_small, seal_note, seal_small,
};
use zeroize::Zeroizing;

use crate::codec::{DecodeError, decode, encode};
use crate::derive::{derive_grant_nonce, derive_outgoing};
use crate::id::ParticipantId;
use crate::pass::Pass;
use crate::text::Text;
use crate::transaction::{GrantBody, KIND_GRANT};

/// Length of the sender's copy: A_D2 ‖ ID_D2 ‖ name ‖ how far back the decision began, padded, and its tag.
pub const OUTGOING_BYTES: usize = 112;

/// What the sender's copy says.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Outgoing {
    /// A_D2: to whom the note is sealed.
    pub recipient: PublicKey,
    /// ID_D2.
    pub participant: ParticipantId,
    /// Their name, cut to what the copy has room for.
    pub name: Text<30>,
    /// How many numbers before this grant the first of the same decision has.
    pub since: u32,
}

/// A grant the wallet made itself and finds again on the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnGrant {
    /// To whom.
    pub outgoing: Outgoing,
    /// What was granted.
    pub pass: Pass,
}

/// Why a grant on the ledger cannot be read by the wallet that made it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OwnGrantError {
    /// The sender's copy does not open.
    #[error("sender's copy of the grant does not open")]
    Outgoing,
    /// The note does not open.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The pass inside is malformed.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// Steps 2, 4 and 5: seals grant `n` for its reader, with a copy for the sender.
///
/// # Errors
/// [`NoteError::TooLong`], which the bounds of [`Pass`] exclude.
pub fn seal_grant(root: &Secret32, n: u64, reader: &Outgoing, pass: &Pass) -> Result<GrantBody, NoteError> {
    let plaintext = Zeroizing::new(encode(pass));
    let note = seal_note(&derive_grant_nonce(root, n), &reader.recipient, KIND_GRANT, &plaintext)?;
    let mut copy = encode(reader);
    copy.resize(OUTGOING_BYTES - 16, 0);
    let sealed = seal_small(&derive_outgoing(root, n), &note.announcement.r, &copy);
    let mut outgoing = [0; OUTGOING_BYTES];
    outgoing.copy_from_slice(&sealed);
    Ok(GrantBody { note, outgoing })
}

/// Reads grant `n` again, on the patient's side.
///
/// # Errors
/// [`OwnGrantError`] if the grant is not number `n` of this wallet, or was changed.
pub fn open_own_grant(root: &Secret32, n: u64, body: &GrantBody) -> Result<OwnGrant, OwnGrantError> {
    let copy = open_small(&derive_outgoing(root, n), &body.note.announcement.r, &body.outgoing)
        .map_err(|_| OwnGrantError::Outgoing)?;
    let outgoing = Outgoing::deserialize(&mut copy.as_slice()).map_err(|_| OwnGrantError::Outgoing)?;
    let plaintext = open_note_as_sender(&derive_grant_nonce(root, n), &outgoing.recipient, KIND_GRANT, &body.note)?;
    Ok(OwnGrant { outgoing, pass: decode(&plaintext)? })
}

/// Steps 6 and 7: the reader's side.
///
/// # Errors
/// [`OwnGrantError`] if it is addressed to this reader but does not open.
pub fn open_grant(receiving: &carekey_crypto::SecretKey, note: &Note) -> Result<Option<Pass>, OwnGrantError> {
    match carekey_crypto::open_note(receiving, NoteKind(KIND_GRANT.0), note)? {
        Some(plaintext) => Ok(Some(decode(&plaintext)?)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::Collection;
    use crate::id::{AuthorityId, HospitalId, NetworkId, UnixMillis};
    use crate::pass::{PassDraft, PassError, PassSecret, PassTerms, Scope};
    use crate::transaction::{Body, Transaction};
    use carekey_crypto::{SecretKey, test_rng};

    fn pass(identity: &SecretKey, reader: &PublicKey) -> Pass {
        let secret = PassSecret::Record {
            kt: Secret32::from_bytes([1; 32]),
            hospital: HospitalId([0, 0, 1]),
            reference: crate::id::RecordRef([3; 16]),
            blind: Secret32::from_bytes([2; 32]),
            title: Text::truncated(&"t".repeat(40)),
            category: Collection::Heart,
            document_time: UnixMillis(1),
        };
        let terms = PassTerms {
            target: secret.target(),
            grantee: *reader,
            scope: Scope::Read,
            not_before: UnixMillis(0),
            not_after: UnixMillis::MAX,
            rho: crate::derive::rho(&[7; 32]),
        };
        let draft = PassDraft {
            patient: ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 1]), &identity.public()),
            patient_name: Text::truncated(&"M".repeat(40)),
            purpose: Text::truncated(&"p".repeat(48)),
            terms,
            secret,
        };
        Pass::new(NetworkId::default(), draft, &SecretKey::generate(&mut test_rng(9)), identity)
    }

    #[test]
    fn reader_and_patient_both_read_the_grant_and_it_stays_under_a_kilobyte() {
        let mut rng = test_rng(1);
        let (identity, reader, receiving) =
            (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let root = Secret32::generate(&mut rng);
        let pass = pass(&identity, &reader.public());
        let outgoing = Outgoing {
            recipient: receiving.public(),
            participant: pass.patient,
            name: Text::truncated("Dr Amir Haddad"),
            since: 2,
        };
        let body = seal_grant(&root, 3, &outgoing, &pass).unwrap();

        let opened = open_grant(&receiving, &body.note).unwrap().unwrap();
        assert_eq!(opened.verify(NetworkId::default(), &identity.public(), &reader.public()), Ok(()));
        let own = open_own_grant(&root, 3, &body).unwrap();
        assert_eq!(own.outgoing, outgoing);
        assert_eq!(own.pass, pass);
        assert_eq!(open_own_grant(&root, 4, &body), Err(OwnGrantError::Outgoing));

        let pseudonym = SecretKey::generate(&mut rng);
        let transaction = Transaction::by_pseudonym(
            NetworkId::default(),
            Body::Grant(body),
            &pseudonym,
            0,
            carekey_crypto::Signature([0; 64]),
        );
        assert!(encode(&transaction).len() <= 1024, "a grant takes at most 1 KB on the wire");
    }

    #[test]
    fn a_pass_for_somebody_else_or_with_other_contents_is_not_believed() {
        let mut rng = test_rng(2);
        let (identity, reader) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng).public());
        let genuine = pass(&identity, &reader);
        let verify = |pass: &Pass| pass.verify(NetworkId::default(), &identity.public(), &reader);

        let mut longer = genuine.clone();
        longer.terms.not_before = UnixMillis(1);
        assert_eq!(verify(&longer), Err(PassError::Forged));
        let mut other_secret = genuine.clone();
        other_secret.secret = PassSecret::Collection {
            epoch_secret: Secret32::from_bytes([2; 32]),
            collection: Collection::Heart,
            epoch: 0,
        };
        assert_eq!(verify(&other_secret), Err(PassError::Inconsistent));
        let stranger = SecretKey::generate(&mut rng).public();
        assert_eq!(genuine.verify(NetworkId::default(), &identity.public(), &stranger), Err(PassError::WrongGrantee));
    }
}

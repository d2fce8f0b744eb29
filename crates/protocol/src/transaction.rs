//! What stands on the ledger.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Announcement, Digest, Note, NoteKind, PublicKey, SecretKey, Signature, tagged_hash};

use crate::codec::encode;
use crate::genesis::HospitalRegistration;
use crate::grant::OUTGOING_BYTES;
use crate::id::{CertificateSerial, NetworkId, RecordRef, TxId, UnixMillis};
use crate::labels;
use crate::pseudonym::{epoch_accepted, verify_pseudonym};
use crate::text::Text;

/// Version of the transaction format.
pub const VERSION: u8 = 1;

/// Largest transaction in bytes: a receipt in the largest bucket, with room to spare.
pub const TRANSACTION_BYTES_MAX: usize = 4096;

/// Kind of the note in an anchor.
pub const KIND_ANCHOR: NoteKind = NoteKind(1);
/// Kind of the note in a grant.
pub const KIND_GRANT: NoteKind = NoteKind(2);
/// Kind of the note in a receipt.
pub const KIND_RECEIPT: NoteKind = NoteKind(3);
/// Kind of a read notice in a mailbox; never on the ledger.
pub const KIND_READ_NOTICE: NoteKind = NoteKind(16);
/// Kind of a person's message in a mailbox; never on the ledger.
pub const KIND_MESSAGE: NoteKind = NoteKind(17);
/// Kind of a new computer's call for help in a mailbox.
pub const KIND_RECOVERY_CALL: NoteKind = NoteKind(18);
/// Kind of a new computer's word that a part has arrived.
pub const KIND_RECOVERY_ARRIVAL: NoteKind = NoteKind(19);

/// A record's place on the ledger: R1 = {T1, Ty1, eh1} (S2 Alg. 4 step 5); Ty1 is the body's variant.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AnchorBody {
    /// T1.
    pub reference: RecordRef,
    /// eh1.
    pub anchor_hash: Digest,
    /// Opens for erasure only.
    pub erasure: Digest,
    /// Tells the patient.
    pub note: Note,
}

/// Trans (S2 Alg. 5 step 5).
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GrantBody {
    /// The pass, sealed to its reader.
    pub note: Note,
    /// The recipient, sealed to the sender: what a restored wallet reads its own grants by.
    pub outgoing: [u8; OUTGOING_BYTES],
}

/// What the authority alone may write.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum RegistryChange {
    /// Registers a hospital, or changes its keys or voting power.
    Hospital(HospitalRegistration),
    /// Revokes a certificate.
    RevokeCertificate(CertificateSerial),
    /// Says that the authority traced a pseudonym, and on whose order.
    Trace {
        /// The pseudonym that was traced.
        pseudonym: PublicKey,
        /// The order it was done under.
        case: Text<80>,
        /// When.
        time: UnixMillis,
    },
}

/// What a transaction says.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Body {
    /// A record exists.
    Anchor(AnchorBody),
    /// Somebody was given access.
    Grant(GrantBody),
    /// sigma: some grant has ended.
    Revoke([u8; 32]),
    /// Somebody used an access.
    Receipt(Note),
    /// A record was erased; opens the anchor's erasure commitment.
    Erase {
        /// The anchor.
        anchor: TxId,
        /// The preimage of its erasure commitment.
        preimage: [u8; 32],
    },
    /// The authority changed the registry.
    Registry {
        /// One more than the last change's number, so that none can be replayed or left out.
        sequence: u64,
        /// The change.
        change: RegistryChange,
    },
}

/// Kind of a body, as it stands in the public announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum BodyKind {
    /// [`Body::Anchor`].
    Anchor = 1,
    /// [`Body::Grant`].
    Grant = 2,
    /// [`Body::Receipt`].
    Receipt = 3,
    /// [`Body::Revoke`].
    Revoke = 4,
    /// [`Body::Erase`].
    Erase = 5,
    /// [`Body::Registry`].
    Registry = 6,
}

impl Body {
    /// Which kind it is.
    pub fn kind(&self) -> BodyKind {
        match self {
            Self::Anchor(_) => BodyKind::Anchor,
            Self::Grant(_) => BodyKind::Grant,
            Self::Revoke(_) => BodyKind::Revoke,
            Self::Receipt(_) => BodyKind::Receipt,
            Self::Erase { .. } => BodyKind::Erase,
            Self::Registry { .. } => BodyKind::Registry,
        }
    }

    /// The note inside, if the kind carries one.
    pub fn note(&self) -> Option<&Note> {
        match self {
            Self::Anchor(body) => Some(&body.note),
            Self::Grant(body) => Some(&body.note),
            Self::Receipt(note) => Some(note),
            _ => None,
        }
    }
}

/// Who stands behind a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Author {
    /// A registered participant, unnamed.
    Pseudonym {
        /// P_i: used once.
        key: PublicKey,
        /// The epoch it was certified for.
        epoch: u32,
        /// Sign_M(network, P_i, epoch).
        certificate: Signature,
        /// Sign_{p_i}(transaction).
        signature: Signature,
    },
    /// The authority, for registry changes.
    Authority {
        /// Sign_M(transaction).
        signature: Signature,
    },
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Transaction {
    /// See [`VERSION`].
    pub version: u8,
    /// The network it is for.
    pub network: NetworkId,
    /// What it says.
    pub body: Body,
    /// Who stands behind it.
    pub author: Author,
}

/// Why a transaction is refused, whatever the ledger's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// Unknown version.
    #[error("unknown transaction version {0}")]
    Version(u8),
    /// For another network.
    #[error("transaction is for another network")]
    Network,
    /// The authority did not certify the pseudonym.
    #[error("pseudonym was not certified by the authority")]
    PseudonymForged,
    /// Its epoch is over, or has not begun.
    #[error("pseudonym is of another epoch")]
    PseudonymExpired,
    /// The signature over the transaction does not verify.
    #[error("transaction signature does not verify")]
    Signature,
    /// A registry change by a pseudonym, or anything else by the authority.
    #[error("this author may not write this kind of transaction")]
    Author,
    /// A note of unknown suite or odd length.
    #[error("note is malformed")]
    Note,
}

impl Transaction {
    /// Signs a body with a pseudonym.
    pub fn by_pseudonym(
        network: NetworkId,
        body: Body,
        pseudonym: &SecretKey,
        epoch: u32,
        certificate: Signature,
    ) -> Self {
        let signature = pseudonym.sign(labels::TRANSACTION_SIGNATURE, &[&signed_bytes(network, &body)]);
        let author = Author::Pseudonym { key: pseudonym.public(), epoch, certificate, signature };
        Self { version: VERSION, network, body, author }
    }

    /// Signs a registry change with the authority's key.
    pub fn by_authority(network: NetworkId, sequence: u64, change: RegistryChange, authority: &SecretKey) -> Self {
        let body = Body::Registry { sequence, change };
        let signature = authority.sign(labels::TRANSACTION_SIGNATURE, &[&signed_bytes(network, &body)]);
        Self { version: VERSION, network, body, author: Author::Authority { signature } }
    }

    /// txid.
    pub fn id(&self) -> TxId {
        self.encode_with_id().1
    }

    /// The canonical bytes, and txid = H("tx", bytes), for those who need both.
    pub fn encode_with_id(&self) -> (Vec<u8>, TxId) {
        let bytes = encode(self);
        let id = TxId(tagged_hash(labels::TRANSACTION, &[&bytes]));
        (bytes, id)
    }

    /// What the public, and a scanning wallet, sees of it.
    pub fn announcement(&self) -> PublicAnnouncement {
        PublicAnnouncement { kind: self.body.kind(), note: self.body.note().map(|note| note.announcement) }
    }

    /// Everything that can be checked without the ledger's state. `block_time` is the time of the block it is in, or
    /// the current time for one not yet in a block.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify(
        &self,
        network: NetworkId,
        authority: &PublicKey,
        block_time: UnixMillis,
    ) -> Result<(), TransactionError> {
        if self.version != VERSION {
            return Err(TransactionError::Version(self.version));
        }
        if self.network != network {
            return Err(TransactionError::Network);
        }
        let suite = carekey_crypto::SUITE_SECP256K1_AES256;
        if self.body.note().is_some_and(|note| note.announcement.suite != suite || !note.has_bucket_length()) {
            return Err(TransactionError::Note);
        }
        let is_registry = matches!(self.body, Body::Registry { .. });
        let signed = signed_bytes(network, &self.body);
        match &self.author {
            Author::Authority { signature } if is_registry => authority
                .verify(labels::TRANSACTION_SIGNATURE, &[&signed], signature)
                .map_err(|_| TransactionError::Signature),
            Author::Pseudonym { key, epoch, certificate, signature } if !is_registry => {
                self.check_epoch(block_time)?;
                verify_pseudonym(authority, network, key, *epoch, certificate)
                    .map_err(|_| TransactionError::PseudonymForged)?;
                key.verify(labels::TRANSACTION_SIGNATURE, &[&signed], signature)
                    .map_err(|_| TransactionError::Signature)
            }
            _ => Err(TransactionError::Author),
        }
    }

    /// The part of [`verify`](Self::verify) that depends on the time: all that is left to check of a transaction that
    /// was verified before.
    ///
    /// # Errors
    /// [`TransactionError::PseudonymExpired`].
    pub fn check_epoch(&self, block_time: UnixMillis) -> Result<(), TransactionError> {
        match self.author {
            Author::Pseudonym { epoch, .. } if !epoch_accepted(epoch, block_time) => {
                Err(TransactionError::PseudonymExpired)
            }
            _ => Ok(()),
        }
    }
}

fn signed_bytes(network: NetworkId, body: &Body) -> Vec<u8> {
    encode(&(VERSION, network, body))
}

/// The public part of a transaction in a compact block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PublicAnnouncement {
    /// Kind of the body.
    pub kind: BodyKind,
    /// The note's public part, for kinds that carry one.
    pub note: Option<Announcement>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::certify_pseudonym;
    use carekey_crypto::test_rng;

    const NETWORK: NetworkId = NetworkId(Digest([1; 32]));

    #[test]
    fn a_transaction_needs_a_certified_pseudonym_of_the_right_epoch() {
        let mut rng = test_rng(1);
        let (authority, pseudonym) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let certificate = certify_pseudonym(&authority, NETWORK, &pseudonym.public(), 0);
        let transaction = Transaction::by_pseudonym(NETWORK, Body::Revoke([1; 32]), &pseudonym, 0, certificate);
        let verify =
            |transaction: &Transaction, time| transaction.verify(NETWORK, &authority.public(), UnixMillis(time));

        assert_eq!(verify(&transaction, 0), Ok(()));
        let too_late = 2 * crate::pseudonym::EPOCH_MILLIS;
        assert_eq!(verify(&transaction, too_late), Err(TransactionError::PseudonymExpired));
        let mut changed = transaction.clone();
        changed.body = Body::Revoke([2; 32]);
        assert_eq!(verify(&changed, 0), Err(TransactionError::Signature));
        let unregistered = Transaction::by_pseudonym(NETWORK, Body::Revoke([1; 32]), &pseudonym, 1, certificate);
        let epoch_1 = crate::pseudonym::EPOCH_MILLIS;
        assert_eq!(verify(&unregistered, epoch_1), Err(TransactionError::PseudonymForged));
        let mut elsewhere = transaction;
        elsewhere.network = NetworkId::default();
        assert_eq!(verify(&elsewhere, 0), Err(TransactionError::Network));
    }

    #[test]
    fn only_the_authority_changes_the_registry() {
        let mut rng = test_rng(2);
        let (authority, pseudonym) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let change = RegistryChange::RevokeCertificate(CertificateSerial(1));
        let genuine = Transaction::by_authority(NETWORK, 1, change.clone(), &authority);
        assert_eq!(genuine.verify(NETWORK, &authority.public(), UnixMillis(0)), Ok(()));
        let certificate = certify_pseudonym(&authority, NETWORK, &pseudonym.public(), 0);
        let body = Body::Registry { sequence: 1, change };
        let usurped = Transaction::by_pseudonym(NETWORK, body, &pseudonym, 0, certificate);
        assert_eq!(usurped.verify(NETWORK, &authority.public(), UnixMillis(0)), Err(TransactionError::Author));
    }
}

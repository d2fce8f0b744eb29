//! A_pass: what a patient gives a reader (S2 Alg. 5 step 3), bound to that reader and revocable.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, Secret32, SecretKey, Signature, SignatureInvalid};

use crate::codec::encode;
use crate::collection::Collection;
use crate::deposit::RecordAccess;
use crate::derive::derive_catalogue_handle;
use crate::id::{HospitalId, NetworkId, ParticipantId, RecordRef, UnixMillis};
use crate::labels;
use crate::text::Text;

/// What the pass allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Scope {
    /// Reading.
    Read = 0,
    /// Reading, and adding records to the collection.
    Contribute = 1,
}

/// What a hospital looks the pass up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Target {
    /// X of a single record's own entry.
    Record(Digest),
    /// The handle of a collection's catalogue.
    Catalogue(Digest),
}

/// The part of a pass that the reader shows to hospitals; sig_z covers it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PassTerms {
    /// What may be read.
    pub target: Target,
    /// PK of the one reader it is meant for.
    pub grantee: PublicKey,
    /// What may be done.
    pub scope: Scope,
    /// Not before this time.
    pub not_before: UnixMillis,
    /// Not at or after this time.
    pub not_after: UnixMillis,
    /// rho: by which a revocation is recognised.
    pub rho: Digest,
}

impl PassTerms {
    /// sig_z, made with the authorisation key of the target.
    pub fn sign(&self, authorisation: &SecretKey) -> Signature {
        authorisation.sign(labels::PASS_TARGET, &[&encode(self)])
    }

    /// Checks sig_z under PK_z.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, authorisation: &PublicKey, signature: &Signature) -> Result<(), SignatureInvalid> {
        authorisation.verify(labels::PASS_TARGET, &[&encode(self)], signature)
    }
}

/// The secret that opens what was granted.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PassSecret {
    /// One record at one hospital.
    Record {
        /// kt.
        kt: Secret32,
        /// H.
        hospital: HospitalId,
        /// T1.
        reference: RecordRef,
        /// The anchor's blind.
        blind: Secret32,
        /// What it is called. There is no catalogue that would say so, and opening it to learn it would be an access.
        title: Text<40>,
        /// c: the collection it lay in.
        category: Collection,
        /// The date it speaks of.
        document_time: UnixMillis,
    },
    /// A collection from one epoch on, at every hospital that has a catalogue of it.
    Collection {
        /// E_{c,e}.
        epoch_secret: Secret32,
        /// c.
        collection: Collection,
        /// e.
        epoch: u32,
    },
}

impl PassSecret {
    /// The target a hospital knows this secret by.
    pub fn target(&self) -> Target {
        match self {
            Self::Record { kt, hospital, reference, .. } => {
                Target::Record(RecordAccess::derive(kt, hospital, reference).x)
            }
            Self::Collection { epoch_secret, .. } => Target::Catalogue(derive_catalogue_handle(epoch_secret)),
        }
    }
}

/// A_pass.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pass {
    /// Who grants.
    pub patient: ParticipantId,
    /// The patient's name as the patient chose it for this reader.
    pub patient_name: Text<40>,
    /// Why, in the patient's words.
    pub purpose: Text<48>,
    /// What hospitals are shown.
    pub terms: PassTerms,
    /// What only the reader has.
    pub secret: PassSecret,
    /// sig_z over the terms.
    pub authorised: Signature,
    /// sig_P over the whole pass, under the patient's identity key.
    pub signature: Signature,
}

/// Why a pass is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// sig_P does not verify under the patient's certificate.
    #[error("pass was not signed by the patient it names")]
    Forged,
    /// The secret opens something else than the terms say.
    #[error("pass terms and secret do not belong together")]
    Inconsistent,
    /// The pass is for another reader.
    #[error("pass is meant for another reader")]
    WrongGrantee,
}

impl Pass {
    /// S2 Alg. 5 step 3: composes and signs a pass.
    pub fn new(network: NetworkId, draft: PassDraft, authorisation: &SecretKey, identity: &SecretKey) -> Self {
        let PassDraft { patient, patient_name, purpose, terms, secret } = draft;
        let authorised = terms.sign(authorisation);
        let signed = encode(&(patient, &patient_name, &purpose, &terms, &secret, authorised));
        let signature = identity.sign(labels::PASS_PATIENT, &[&network.0.0, &signed]);
        Self { patient, patient_name, purpose, terms, secret, authorised, signature }
    }

    /// What a reader checks before showing a grant: it is for them, it is of one piece, and the patient signed it.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify(&self, network: NetworkId, patient: &PublicKey, reader: &PublicKey) -> Result<(), PassError> {
        if self.terms.grantee != *reader {
            return Err(PassError::WrongGrantee);
        }
        if self.secret.target() != self.terms.target {
            return Err(PassError::Inconsistent);
        }
        let signed =
            encode(&(self.patient, &self.patient_name, &self.purpose, &self.terms, &self.secret, self.authorised));
        patient.verify(labels::PASS_PATIENT, &[&network.0.0, &signed], &self.signature).map_err(|_| PassError::Forged)
    }
}

/// A pass before it is signed.
#[derive(Debug, Clone)]
pub struct PassDraft {
    /// Who grants.
    pub patient: ParticipantId,
    /// The patient's name for this reader.
    pub patient_name: Text<40>,
    /// Why.
    pub purpose: Text<48>,
    /// What hospitals are shown.
    pub terms: PassTerms,
    /// What only the reader has.
    pub secret: PassSecret,
}

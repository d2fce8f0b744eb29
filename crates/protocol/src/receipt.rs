//! Access receipts: the hospital's signed word for who read what, when and why; refused attempts included.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{PublicKey, SecretKey, Signature, SignatureInvalid};

use crate::access::{AccessBody, AccessRequest, Challenge, Refusal};
use crate::certificate::Certificate;
use crate::codec::encode;
use crate::id::{CertificateSerial, HospitalId, NetworkId, ParticipantId, UnixMillis};
use crate::labels;
use crate::pass::PassTerms;
use crate::text::Text;
use carekey_crypto::Digest;

/// One access, with everything needed to check ϑ again except the reader's certificate, which the serial names.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// Who read.
    pub reader: ParticipantId,
    /// The certificate they showed.
    pub certificate: CertificateSerial,
    /// The pass they showed.
    pub terms: PassTerms,
    /// sig_z, as shown.
    pub authorised: Signature,
    /// The catalogue entry read; none for a list, or a grant of one record.
    pub item: Option<Digest>,
    /// The reader's stated purpose.
    pub purpose: Text<80>,
    /// The challenge that was answered.
    pub challenge: Challenge,
    /// ϑ.
    pub theta: Signature,
    /// When, by the hospital's clock.
    pub time: UnixMillis,
    /// Why it was refused; none if it was served.
    pub refused: Option<Refusal>,
}

impl Receipt {
    /// Writes down one request and its outcome.
    pub fn new(request: &AccessRequest, challenge: Challenge, time: UnixMillis, refused: Option<Refusal>) -> Self {
        let AccessBody { terms, authorised, item, purpose, certificate } = &request.body;
        Self {
            reader: certificate.body.id,
            certificate: certificate.body.serial,
            terms: terms.clone(),
            authorised: *authorised,
            item: *item,
            purpose: purpose.clone(),
            challenge,
            theta: request.theta,
            time,
            refused,
        }
    }

    /// Rebuilds the request and checks ϑ: evidence that the holder of `certificate` made it.
    ///
    /// # Errors
    /// [`SignatureInvalid`], also when the certificate is another than the receipt names.
    pub fn verify_theta(&self, hospital: &HospitalId, certificate: &Certificate) -> Result<(), SignatureInvalid> {
        if certificate.body.serial != self.certificate || certificate.body.id != self.reader {
            return Err(SignatureInvalid);
        }
        let body = AccessBody {
            terms: self.terms.clone(),
            authorised: self.authorised,
            item: self.item,
            purpose: self.purpose.clone(),
            certificate: certificate.clone(),
        };
        AccessRequest { body, theta: self.theta }.verify_theta(&self.challenge, hospital)
    }
}

/// Receipts for one patient, as sealed into one note.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptBatch {
    /// The hospital that served or refused.
    pub hospital: HospitalId,
    /// At most [`RECEIPTS_PER_NOTE_MAX`].
    pub receipts: Vec<Receipt>,
    /// Sign_H(hospital, receipts), under its registered ledger key.
    pub signature: Signature,
}

/// How many receipts fit the largest note bucket, given the longest purpose.
pub const RECEIPTS_PER_NOTE_MAX: usize = 4;

impl ReceiptBatch {
    /// Signs receipts.
    pub fn new(network: NetworkId, hospital: HospitalId, receipts: Vec<Receipt>, key: &SecretKey) -> Self {
        let signature = key.sign(labels::RECEIPT, &[&network.0.0, &hospital.0, &encode(&receipts)]);
        Self { hospital, receipts, signature }
    }

    /// Checks the hospital's signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self, network: NetworkId, hospital: &PublicKey) -> Result<(), SignatureInvalid> {
        let parts: [&[u8]; 3] = [&network.0.0, &self.hospital.0, &encode(&self.receipts)];
        hospital.verify(labels::RECEIPT, &parts, &self.signature)
    }
}

/// The reader's own word for an access, sent to the patient through the hospital's mailbox so that the two can be
/// compared.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReadNotice {
    /// Which hospital was asked.
    pub hospital: HospitalId,
    /// The challenge, which the hospital's receipt names too.
    pub challenge: Challenge,
    /// Who read.
    pub reader: ParticipantId,
    /// What.
    pub item: Option<Digest>,
    /// When, by the reader's clock.
    pub time: UnixMillis,
}

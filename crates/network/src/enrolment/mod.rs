#![doc = include_str!("README.md")]

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::Signature;
use carekey_protocol::enrolment::{EnrolmentOffer, EnrolmentRequest, RecoveryRequest};
use carekey_protocol::pseudonym::{PseudonymCertificate, PseudonymRequest};
use carekey_protocol::{Certificate, CertificateSerial};

use crate::{Protocol, RequestLimits};

/// How many certificates one page of the directory holds.
pub const DIRECTORY_PAGE: usize = 500;

/// Questions to the health authority.
pub struct Enrolment;

impl Protocol for Enrolment {
    const NAME: &'static str = "/carekey/enrolment/ask/1";
    const LIMITS: RequestLimits = RequestLimits { response_bytes_max: 512 * 1024, ..RequestLimits::SMALL };
    type Request = AuthorityRequest;
    type Response = Result<AuthorityAnswer, AuthorityRefusal>;
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AuthorityRequest {
    /// A new participant presents a code (S2 Alg. 2 and 3).
    Enrol(Box<EnrolmentRequest>),
    /// A restored wallet asks for its certificate.
    Recover(RecoveryRequest),
    /// The next batch of pseudonyms.
    Pseudonyms(PseudonymRequest),
    /// Clinicians with serials above this one, in order, at most [`DIRECTORY_PAGE`].
    Directory {
        /// 0 for the first page.
        after: CertificateSerial,
    },
    /// A hospital endorses somebody.
    LodgeOffer {
        /// The endorsement.
        offer: EnrolmentOffer,
        /// The hospital's signature on it.
        signature: Signature,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AuthorityAnswer {
    /// To [`AuthorityRequest::Enrol`] and [`AuthorityRequest::Recover`].
    Certificate(Box<Certificate>),
    /// To [`AuthorityRequest::Pseudonyms`].
    Pseudonyms(Vec<PseudonymCertificate>),
    /// To [`AuthorityRequest::Directory`].
    Directory(Vec<Certificate>),
    /// To [`AuthorityRequest::LodgeOffer`].
    Lodged,
}

/// Why the authority refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum AuthorityRefusal {
    /// The code was never issued, or was mistyped.
    #[error("no enrolment is waiting under this code")]
    CodeUnknown,
    /// The code has served.
    #[error("this enrolment code was already used")]
    CodeUsed,
    /// The code is too old.
    #[error("this enrolment code has expired")]
    CodeExpired,
    /// An offer that no registered hospital signed.
    #[error("the offer was not signed by a registered hospital")]
    OfferForged,
    /// A request whose signature does not verify.
    #[error("the request is not signed by the key it names")]
    RequestForged,
    /// The two clocks disagree.
    #[error("the clock of this computer is off by more than ten minutes")]
    ClockSkew,
    /// Nobody is registered under this key.
    #[error("nobody is registered under this key")]
    NotRegistered,
    /// The registration was revoked.
    #[error("this registration was revoked")]
    Revoked,
    /// The key is registered under another code.
    #[error("this key is already registered")]
    AlreadyRegistered,
    /// Something at the authority failed.
    #[error("the health authority cannot answer at the moment")]
    Unavailable,
}

#![doc = include_str!("README.md")]

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::Secret32;
use carekey_protocol::BlobId;
use carekey_protocol::access::{AccessRequest, Challenge, Refusal as AccessRefusal};
use carekey_protocol::catalogue::SealedEntry;
use carekey_protocol::certificate::CertificateError;
use carekey_protocol::deposit::Escrow;
use carekey_protocol::upload::UploadTicket;

/// Streams on which a sealed record goes to a hospital.
pub const UPLOAD: &str = "/carekey/records/upload/1";
/// Streams on which a reader asks for access.
pub const ACCESS: &str = "/carekey/records/access/1";
/// Streams on which an owner fetches a sealed record.
pub const OWN: &str = "/carekey/records/own/1";

/// Cap of every message on these streams but [`AccessAnswer`].
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024;
/// Cap of [`AccessAnswer`]: a catalogue in one piece.
pub const ANSWER_BYTES_MAX: usize = 12 << 20;
/// Longest sealed record: 64 GiB.
pub const RECORD_BYTES_MAX: u64 = 64 << 30;

/// First message of an upload; after [`UploadAnswer::Send`] a transfer follows, uploader to hospital.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UploadRequest {
    /// What is to be uploaded, signed by its author.
    pub ticket: UploadTicket,
}

/// The hospital's answer to an [`UploadRequest`].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum UploadAnswer {
    /// Send it, from where the transfer says.
    Send,
    /// It is here, complete and checked.
    Complete,
    /// It will not be taken.
    Refused(UploadRefusal),
}

/// Why a hospital does not take a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum UploadRefusal {
    /// The author's certificate or signature.
    #[error("the author's certificate is not valid here")]
    Certificate,
    /// The certificate was revoked.
    #[error("the author's certificate was revoked")]
    CertificateRevoked,
    /// Another record has this name.
    #[error("another record has this name")]
    NameTaken,
    /// What arrived is not what the ticket promised; it was discarded.
    #[error("the bytes that arrived are not the ones promised")]
    ContentMismatch,
    /// Too long.
    #[error("the record is too long for this hospital")]
    TooLong,
    /// The disk or the author's share of it is full.
    #[error("the hospital has no room for this record")]
    Full,
    /// The record was erased here.
    #[error("the record was erased")]
    Erased,
    /// Something at the hospital failed.
    #[error("the hospital cannot take records at the moment")]
    Unavailable,
}

impl From<CertificateError> for UploadRefusal {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Revoked => Self::CertificateRevoked,
            _ => Self::Certificate,
        }
    }
}

/// The hospital's last word on an upload, after the transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UploadOutcome(pub Result<(), UploadRefusal>);

/// S2 Alg. 5, first message on an access stream, from the hospital.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccessChallenge(pub Challenge);

/// Step 10: from the reader.
pub type AccessQuestion = AccessRequest;

/// Step 13: from the hospital. After [`AccessAnswer::Record`] a transfer follows, hospital to reader.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AccessAnswer {
    /// One of the six checks failed.
    Refused(AccessRefusal),
    /// Z and K; the sealed record follows.
    Record {
        /// Z and K.
        escrow: Escrow,
        /// Length of the sealed record in bytes.
        sealed_bytes: u64,
    },
    /// The collection's catalogue, oldest entry first.
    Catalogue(Vec<SealedEntry>),
    /// Something at the hospital failed.
    Unavailable,
}

/// First message on an owner's stream.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OwnRequest {
    /// The sealed record.
    pub blob: BlobId,
    /// Opens its claim hash.
    pub claim: Secret32,
}

/// The answer; after `Some` a transfer of that many bytes follows, hospital to owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OwnAnswer(pub Option<u64>);

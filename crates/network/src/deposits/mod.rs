#![doc = include_str!("README.md")]

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_protocol::catalogue::{SealedEntry, SignedOperation};
use carekey_protocol::deposit::OwnerOperation;

use crate::{Protocol, RequestLimits};

/// How many entries a catalogue holds at most: the whole list is one answer.
pub const CATALOGUE_ENTRIES_MAX: usize = 20_000;

/// What owners ask of a hospital about their records.
pub struct Deposits;

impl Protocol for Deposits {
    const NAME: &'static str = "/carekey/deposits/ask/1";
    // A list may take 12 MiB: one peer cannot ask for more than eight at once.
    const LIMITS: RequestLimits =
        RequestLimits { response_bytes_max: 12 << 20, concurrent_max: 64, per_peer_max: 8, ..RequestLimits::SMALL };
    type Request = DepositRequest;
    type Response = Result<DepositAnswer, DepositRefusal>;
}

/// The questions.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum DepositRequest {
    /// About a catalogue, signed under its PK_z.
    Catalogue(Box<SignedOperation>),
    /// About a sealed record, with its claim.
    Owner(OwnerOperation),
}

/// The answers.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum DepositAnswer {
    /// Done, durably; or done before.
    Done,
    /// The entries of a catalogue, oldest first.
    Entries(Vec<SealedEntry>),
}

/// Why a hospital refuses an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum DepositRefusal {
    /// The signature does not verify, or another key owns the catalogue.
    #[error("the request is not signed by the owner of this collection")]
    NotOwner,
    /// The certificate is not valid.
    #[error("the owner's certificate is not valid")]
    Certificate,
    /// No such catalogue here.
    #[error("there is no such collection here")]
    UnknownCatalogue,
    /// No such sealed record here.
    #[error("there is no such record here")]
    UnknownRecord,
    /// The claim does not open the record's claim hash.
    #[error("the claim does not belong to this record")]
    WrongClaim,
    /// The record was erased.
    #[error("the record was erased")]
    Erased,
    /// X is taken by another deposit, or the entry does not fit its deposit.
    #[error("the deposit is inconsistent")]
    Inconsistent,
    /// A bound of this hospital is reached.
    #[error("the hospital's limit for this collection is reached")]
    Full,
    /// Something at the hospital failed.
    #[error("the hospital cannot answer at the moment")]
    Unavailable,
}

#![doc = include_str!("README.md")]

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::Note;

use crate::{Protocol, RequestLimits};

/// How many notes one answer holds.
pub const PAGE_NOTES_MAX: usize = 256;

/// A hospital's mailbox.
pub struct Mailbox;

impl Protocol for Mailbox {
    const NAME: &'static str = "/carekey/mailbox/ask/1";
    const LIMITS: RequestLimits = RequestLimits { response_bytes_max: 1 << 20, ..RequestLimits::SMALL };
    type Request = MailboxRequest;
    type Response = MailboxAnswer;
}

/// The questions.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MailboxRequest {
    /// Leaves a note.
    Post(Note),
    /// Everybody's notes after a number, oldest first, at most [`PAGE_NOTES_MAX`].
    Fetch {
        /// The highest number the asker has seen; 0 for none.
        after: u64,
    },
}

/// The answers.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MailboxAnswer {
    /// The note is kept.
    Posted,
    /// Notes with their numbers.
    Notes(Vec<(u64, Note)>),
    /// Not taken: malformed, or the mailbox is full.
    Refused,
}

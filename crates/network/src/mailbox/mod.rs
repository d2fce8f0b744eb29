#![doc = include_str!("README.md")]

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::Note;

use crate::{Protocol, RequestLimits};

/// How many notes one answer holds.
pub const PAGE_NOTES_MAX: usize = 256;

/// The longest a question for the newest note waits.
pub const NEWEST_WAIT_MS_MAX: u64 = 30_000;

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

/// What is the number of the newest note? Waits for one above `after`, up to `wait_ms`; 0 for none.
pub struct NewestNote;

impl Protocol for NewestNote {
    const NAME: &'static str = "/carekey/mailbox/newest/1";
    const LIMITS: RequestLimits = RequestLimits {
        time_max: Duration::from_millis(NEWEST_WAIT_MS_MAX + 15_000),
        // Every wallet that is open waits at its hospital.
        concurrent_max: 4096,
        ..RequestLimits::SMALL
    };
    const LONG_POLL: bool = true;
    type Request = NewestNoteRequest;
    type Response = u64;
}

/// The question of [`NewestNote`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NewestNoteRequest {
    /// The highest number the asker has seen; 0 for none.
    pub after: u64,
    /// How long to wait for a higher one, in milliseconds, at most [`NEWEST_WAIT_MS_MAX`].
    pub wait_ms: u64,
}

//! About recovery by people: between the patient and those who hold a part, and from these to a new computer.
//!
//! Every one of them may be said again without harm, and is, until it is answered.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::PublicKey;

use crate::certificate::Certificate;
use crate::id::{RecoverySetId, UnixMillis};
use crate::recovery::{RecoveryPart, SignedSet};
use crate::text::Text;

/// What a holder has to say about a call for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum HolderAnswer {
    /// Yes; the part goes out when the ledger's time has reached this, unless the patient stops it.
    Agreed {
        /// The ledger's time.
        release: UnixMillis,
    },
    /// No.
    Declined,
    /// The patient has stopped it.
    Stopped,
    /// The part has gone out.
    Released,
}

/// What is said about recovery by people.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum RecoveryMessage {
    /// The patient asks a holder to keep a part, in place of any older one.
    Keep(Box<RecoveryPart>),
    /// The holder keeps it. Said again every few weeks, so that a wallet restored from its words learns who holds a part.
    Kept {
        /// The splitting.
        signed: Box<SignedSet>,
        /// The part's place.
        place: u8,
    },
    /// The holder does not keep it, or not any more.
    GivenBack {
        /// The splitting.
        set: RecoverySetId,
    },
    /// The patient asks a holder to delete a part.
    Forget {
        /// The splitting.
        set: RecoverySetId,
    },
    /// The holder has deleted it.
    Forgotten {
        /// The splitting.
        set: RecoverySetId,
    },
    /// A holder tells the patient of a call for help with the patient's seed.
    Called {
        /// The splitting: only who holds a part of it can tell of a call.
        signed: Box<SignedSet>,
        /// E.
        caller: PublicKey,
        /// The name that was given.
        name: Text<64>,
        /// What the holder has answered.
        answer: HolderAnswer,
    },
    /// The patient stops a call for help.
    Stop {
        /// E.
        caller: PublicKey,
    },
    /// A holder's answer to the new computer.
    Answer {
        /// Whose seed it is.
        patient: Box<Certificate>,
        /// The splitting: how many parts are needed.
        signed: Box<SignedSet>,
        /// What the holder says.
        answer: HolderAnswer,
    },
    /// A holder's part, for the new computer.
    Part {
        /// Whose seed it is.
        patient: Box<Certificate>,
        /// The part.
        part: Box<RecoveryPart>,
    },
}

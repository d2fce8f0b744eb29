//! A hospital node: keeps sealed records it cannot read, hands them to whom their owners granted them, writes a receipt
//! for every attempt, and takes part in the ledger.
//!
//! [`Archive`] holds the index, the files and the rules, without a clock or a socket; [`Hospital`] runs one. What the messages mean is
//! `carekey-protocol`'s, blocks are `carekey-ledger`'s, sockets `carekey-network`'s.
//!
//! | module | papers |
//! |---|---|
//! | `uploads`, [`records`] | S2 Alg. 4 step 3, S1 `Load_File` |
//! | [`catalogue`] | S2 Alg. 4 steps 6–8, PROTOCOL §6 collections |
//! | [`access`] | S2 Alg. 5 steps 8–13 |
//! | [`receipts`], `retention` | PROTOCOL §6 audit, retention and erasure |
//! | `chain` | PROTOCOL §7: agrees on blocks with the other hospitals, or follows them |
//! | `node` | all of it, served over the network |

pub mod access;
mod archive;
mod backup;
pub mod catalogue;
mod chain;
mod challenges;
mod error;
mod facts;
mod failpoint;
mod index;
mod mailbox;
mod node;
pub mod receipts;
pub mod records;
mod retention;
mod uploads;

#[cfg(test)]
mod s3_server;
#[cfg(test)]
mod testing;

pub use access::Granted;
pub use archive::{Archive, HospitalKeys, Place};
pub use backup::{BackedUp, back_up};
pub use catalogue::OwnerError;
pub use chain::{Timing, ValidatorError};
pub use challenges::{CHALLENGE_VALID_MILLIS, CHALLENGES_MAX, Challenges};
pub use error::StoreError;
pub use facts::{FactError, LedgerFacts};
pub use index::{Blob, BlobState, Index, MAILBOX_NOTES_MAX, MAILBOX_PAGE_NOTES_MAX, MAILBOX_VALID_MILLIS, MailboxFull};
pub use mailbox::MailboxError;
pub use node::{Hospital, HospitalConfig, HospitalError, HospitalStatus, Stored};
pub use records::{
    Begun, ObjectReader, RecordStore, RecordStoreError, S3Options, S3Store, SealedBytes, SealedFile, Upload,
    UploadError,
};

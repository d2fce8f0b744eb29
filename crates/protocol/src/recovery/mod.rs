//! Recovery by people: the seed of the 24 words split among k of n holders, and how a new computer asks for the parts.
//!
//! | file | what |
//! |---|---|
//! | [`set`] | what a splitting is, and how a wrong part is recognised |
//! | [`number`] | the 16 digits a person reads to a holder on the telephone |
//! | [`call`] | what the new computer, which has no certificate, says in the mailboxes |
//!
//! What certified people say to each other about it is [`RecoveryMessage`](crate::message::RecoveryMessage).

pub mod call;
pub mod number;
pub mod set;

pub use self::call::{Arrival, RecoveryCall, caller_id};
pub use self::number::{CallNumber, NumberError};
pub use self::set::{
    CombineError, PartError, RecoveryPart, RecoverySet, RecoverySetId, SignedSet, Splitting, combine_parts,
};

//! A clinician asks to read, a patient answers.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::collection::Collections;
use crate::id::{MessageId, UnixMillis};
use crate::text::Text;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Wish {
    /// Which collections, records still to come included.
    pub collections: Collections,
    /// Until when; [`UnixMillis::MAX`] for until stopped.
    pub until: UnixMillis,
    /// Why, as in a pass.
    pub purpose: Text<48>,
    /// Why, in the asker's words.
    pub words: Text<600>,
}

/// What is said about being allowed to read.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum RequestMessage {
    /// Asks.
    Ask {
        /// For what.
        wish: Wish,
        /// The appointment it is for, if it is for one.
        appointment: Option<MessageId>,
    },
    /// The asker no longer wants it.
    Withdraw {
        /// The request.
        request: MessageId,
    },
    /// The patient has allowed this much; the pass itself comes over the ledger.
    Granted {
        /// The request.
        request: MessageId,
        /// The collections that may be read.
        collections: Option<Collections>,
        /// How many single records may be read beside them.
        records: u16,
        /// Until when.
        until: UnixMillis,
    },
    /// The patient says no.
    Declined {
        /// The request.
        request: MessageId,
        /// Why, if the patient wants to say.
        words: Text<600>,
    },
}

impl RequestMessage {
    /// The request a message is about; none if it is one.
    pub fn about(&self) -> Option<MessageId> {
        match self {
            Self::Ask { .. } => None,
            Self::Withdraw { request } | Self::Granted { request, .. } | Self::Declined { request, .. } => {
                Some(*request)
            }
        }
    }
}

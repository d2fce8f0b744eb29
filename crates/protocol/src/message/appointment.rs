//! A patient wishes for an appointment, a clinician agrees, proposes or declines, either calls it off.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::collection::Collections;
use crate::id::{MessageId, UnixMillis};
use crate::text::Text;

/// How the two meet. CareKey only writes it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Meeting {
    /// At the clinician's.
    InPerson = 0,
    /// By telephone.
    Phone = 1,
    /// By video.
    Video = 2,
}

/// A length of time that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Window {
    /// From.
    pub from: UnixMillis,
    /// Until, exclusive.
    pub until: UnixMillis,
}

impl Window {
    /// Whether a moment lies in it.
    pub fn contains(&self, moment: UnixMillis) -> bool {
        self.from <= moment && moment < self.until
    }
}

/// When and where, as the clinician says.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Slot {
    /// When it begins.
    pub at: UnixMillis,
    /// How long it takes.
    pub minutes: u16,
    /// Where, or which number to call.
    pub place: Text<120>,
}

/// What is said about an appointment.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum AppointmentMessage {
    /// The patient wishes for one.
    Wish {
        /// When it would suit.
        window: Window,
        /// How.
        meeting: Meeting,
        /// What for, in a few words.
        reason: Text<120>,
        /// More about it.
        words: Text<600>,
        /// What the clinician will be allowed to read until the day after, once a time is agreed.
        offer: Option<Collections>,
    },
    /// The clinician agrees to a time within the wish.
    Confirm {
        /// The wish.
        appointment: MessageId,
        /// When and where.
        slot: Slot,
        /// Anything to know before.
        words: Text<600>,
    },
    /// The clinician proposes another time.
    Propose {
        /// The wish.
        appointment: MessageId,
        /// When and where.
        slot: Slot,
        /// Anything to know before.
        words: Text<600>,
    },
    /// The patient agrees to the proposed time.
    Accept {
        /// The wish.
        appointment: MessageId,
        /// The proposed beginning that suits.
        at: UnixMillis,
    },
    /// The clinician says no.
    Decline {
        /// The wish.
        appointment: MessageId,
        /// Why.
        words: Text<600>,
    },
    /// Either side calls it off.
    CallOff {
        /// The wish.
        appointment: MessageId,
        /// Why.
        words: Text<600>,
    },
}

impl AppointmentMessage {
    /// The wish a message is about; none if it is one.
    pub fn about(&self) -> Option<MessageId> {
        match self {
            Self::Wish { .. } => None,
            Self::Confirm { appointment, .. }
            | Self::Propose { appointment, .. }
            | Self::Accept { appointment, .. }
            | Self::Decline { appointment, .. }
            | Self::CallOff { appointment, .. } => Some(*appointment),
        }
    }
}

//! A clinician's inbox.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AppointmentView, Millis, PersonView, RecordRow, RequestView, ShareView};

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum InboxAbout {
    /// Somebody began to share.
    Share {
        /// What.
        share: ShareView,
    },
    /// A request of this clinician was answered.
    Answer {
        /// The request.
        request: RequestView,
    },
    /// An appointment, as it stands.
    Appointment {
        /// The appointment.
        appointment: AppointmentView,
    },
    /// Records of theirs that were not opened yet.
    Records {
        /// How many.
        records: u32,
        /// The newest of them.
        newest: Box<RecordRow>,
    },
    /// Access that ends soon.
    Ending {
        /// Which.
        share: ShareView,
    },
}

/// An entry of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InboxItem {
    /// Identifier on this computer.
    pub id: String,
    /// When it happened.
    pub at: Millis,
    /// Not looked at yet.
    pub unread: bool,
    /// The patient.
    pub person: PersonView,
    /// What it is about.
    pub about: InboxAbout,
}

/// Asks for the inbox.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InboxListRequest {}

/// The inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InboxView {
    /// The newest first, at most 200.
    pub items: Vec<InboxItem>,
    /// How many were not looked at.
    pub unread: u32,
}

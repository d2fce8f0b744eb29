//! Asking to read, and answering.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, Millis, PersonView, Purpose};

/// How far one's own last word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DeliveryState {
    /// Kept on this computer, will be sent.
    Saved,
    /// A hospital has it, for the other person to fetch.
    Sent,
    /// No hospital took it in time.
    Lost,
}

/// What an answer allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AllowedView {
    /// Whole collections.
    pub collections: Vec<Collection>,
    /// Single records beside them.
    pub records: u32,
    /// Until when; none for no end.
    pub until: Option<Millis>,
}

/// What has become of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
#[ts(export)]
pub enum RequestState {
    /// Waits for an answer.
    Asked,
    /// Allowed as asked.
    Granted,
    /// Allowed, but less or not as long.
    Narrowed {
        /// What is allowed.
        allowed: AllowedView,
    },
    /// The patient said no.
    Declined {
        /// What they said to it; may be empty.
        words: String,
    },
    /// The asker no longer wants it.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// A request to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestView {
    /// Identifier.
    pub id: String,
    /// The other side: who asks, or who is asked.
    pub person: PersonView,
    /// This person asks.
    pub outgoing: bool,
    /// The asker is somebody this person had nothing to do with.
    pub stranger: bool,
    /// What is asked for; all six stand for everything.
    pub collections: Vec<Collection>,
    /// Until when; none for no end.
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// Why, in the asker's words; may be empty.
    pub words: String,
    /// The appointment it is for.
    pub appointment_id: Option<String>,
    /// When it was asked.
    pub asked: Millis,
    /// When it came to this.
    pub changed: Millis,
    /// What has become of it.
    pub state: RequestState,
    /// How far this person's last word is.
    pub delivery: DeliveryState,
    /// Something in it was not looked at.
    pub unread: bool,
    /// Of an open request to this person: what the asker may read of it today.
    pub allowed: Option<AllowedView>,
}

/// Asks for all requests, in both directions.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestsListRequest {}

/// All requests, in both directions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestsView {
    /// The newest first.
    pub requests: Vec<RequestView>,
}

/// Asks somebody to be allowed to read.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestAskRequest {
    /// Whom, `care1…`.
    pub person_id: String,
    /// For what; at least one.
    pub collections: Vec<Collection>,
    /// Until when; none for no end.
    #[ts(optional = nullable)]
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// Why, in words: at most 600 bytes.
    pub words: String,
    /// The appointment it is for.
    #[ts(optional = nullable)]
    pub appointment_id: Option<String>,
}

/// No longer asks.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestWithdrawRequest {
    /// Which one.
    pub request_id: String,
}

/// Says no.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestDeclineRequest {
    /// Which one.
    pub request_id: String,
    /// Why, at most 600 bytes; may be empty.
    pub words: String,
}

/// Answers a request with what the asker may read already. A grant made meanwhile answers by itself.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestConfirmRequest {
    /// Which one.
    pub request_id: String,
}

/// Notes that a request or an appointment was looked at.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MessageSeenRequest {
    /// Identifier of the request or appointment.
    pub id: String,
}

//! Appointments.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, DeliveryState, Millis, PersonView};

/// How the two meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Meeting {
    /// At the clinician's.
    InPerson,
    /// By telephone.
    Phone,
    /// By video.
    Video,
}

/// When and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SlotView {
    /// When it begins.
    pub at: Millis,
    /// How long it takes.
    pub minutes: u32,
    /// Where, or which number to call; may be empty.
    pub place: String,
}

/// What has become of an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
#[ts(export)]
pub enum AppointmentState {
    /// Waits for the clinician.
    Wished,
    /// Waits for the patient: another time was proposed.
    Proposed {
        /// That time.
        slot: SlotView,
    },
    /// It takes place.
    Agreed {
        /// When and where.
        slot: SlotView,
    },
    /// The clinician said no.
    Declined,
    /// One of the two called it off.
    #[serde(rename_all = "camelCase")]
    CalledOff {
        /// This person did.
        by_me: bool,
    },
    /// Nobody answered in time.
    Expired,
}

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentView {
    /// Identifier.
    pub id: String,
    /// The other side.
    pub person: PersonView,
    /// This person is the patient.
    pub outgoing: bool,
    /// The patient is somebody this clinician had nothing to do with.
    pub stranger: bool,
    /// When it would suit: from.
    pub from: Millis,
    /// When it would suit: until.
    pub until: Millis,
    /// How they meet.
    pub meeting: Meeting,
    /// What for.
    pub reason: String,
    /// More about it; may be empty.
    pub words: String,
    /// What the clinician may read until the day after, once a time is agreed.
    pub offer: Vec<Collection>,
    /// When it was wished.
    pub wished: Millis,
    /// When it came to this.
    pub changed: Millis,
    /// What has become of it.
    pub state: AppointmentState,
    /// What was said with it; may be empty.
    pub said: String,
    /// How far this person's last word is.
    pub delivery: DeliveryState,
    /// Something in it was not looked at.
    pub unread: bool,
}

/// Asks for all appointments.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentsListRequest {}

/// All appointments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentsView {
    /// The one that changed last first.
    pub appointments: Vec<AppointmentView>,
}

/// Wishes for an appointment with a clinician.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentWishRequest {
    /// With whom, `care1…`.
    pub person_id: String,
    /// When it would suit: from.
    pub from: Millis,
    /// When it would suit: until.
    pub until: Millis,
    /// How to meet.
    pub meeting: Meeting,
    /// What for, at most 120 bytes.
    pub reason: String,
    /// More about it, at most 600 bytes; may be empty.
    pub words: String,
    /// What they may read until the day after, once a time is agreed.
    pub offer: Vec<Collection>,
}

/// Agrees to a time within the wish, or proposes another.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentAnswerRequest {
    /// Which one.
    pub appointment_id: String,
    /// When it begins.
    pub at: Millis,
    /// How long it takes.
    pub minutes: u32,
    /// Where, at most 120 bytes; may be empty.
    pub place: String,
    /// Anything to know before, at most 600 bytes; may be empty.
    pub words: String,
}

/// Agrees to the time that was proposed.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentAcceptRequest {
    /// Which one.
    pub appointment_id: String,
}

/// Says no.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentDeclineRequest {
    /// Which one.
    pub appointment_id: String,
    /// Why, at most 600 bytes; may be empty.
    pub words: String,
}

/// Calls it off.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentCallOffRequest {
    /// Which one.
    pub appointment_id: String,
    /// Why, at most 600 bytes; may be empty.
    pub words: String,
}

/// Saves an agreed appointment as a calendar file.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppointmentExportRequest {
    /// Which one.
    pub appointment_id: String,
    /// What the calendar shows.
    pub title: String,
    /// Absolute path from the save dialog.
    pub path: String,
}

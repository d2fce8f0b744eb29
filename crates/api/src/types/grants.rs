//! Who can see what.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, Millis, PersonView, Purpose, RecordRow};

/// What is to be shared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum GrantTarget {
    /// A collection, records still to come included.
    Collection {
        /// Which one.
        collection: Collection,
    },
    /// One record.
    #[serde(rename_all = "camelCase")]
    Record {
        /// Which one.
        record_id: String,
    },
}

/// What is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum GrantWhat {
    /// A collection, records still to come included.
    Collection {
        /// Which one.
        collection: Collection,
    },
    /// One record.
    #[serde(rename_all = "camelCase")]
    Record {
        /// Which one.
        record_id: String,
        /// Its title.
        title: String,
    },
    /// All collections, records still to come included.
    Everything,
    /// Several collections, several records, or some of both.
    Several {
        /// Whole collections, records still to come included.
        collections: Vec<Collection>,
        /// Single records.
        records: u32,
        /// The collections those records lie in.
        within: Vec<Collection>,
    },
}

/// How far a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
#[ts(export)]
pub enum GrantState {
    /// Kept on this computer, will be sent.
    Saved,
    /// A hospital has it.
    Sent,
    /// In a certified block: the other person can read.
    Confirmed {
        /// Height of the block.
        height: u64,
        /// Its time.
        at: Millis,
    },
    /// The stop is kept or sent, not confirmed yet.
    Stopping,
    /// The stop is in a certified block: every hospital refuses.
    Stopped {
        /// Height of the block.
        height: u64,
        /// Its time.
        at: Millis,
    },
    /// Past its end.
    Expired,
}

/// A record somebody opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OpenedRecord {
    /// Which one.
    pub record_id: String,
    /// Its title.
    pub title: String,
    /// The last time.
    pub at: Millis,
}

/// A grant, as its giver sees it: one decision, whatever number of things it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantView {
    /// Identifier on this computer.
    pub id: String,
    /// Who can read.
    pub grantee: PersonView,
    /// What.
    pub what: GrantWhat,
    /// When it was made.
    pub created: Millis,
    /// When its terms were changed the last time.
    pub changed: Option<Millis>,
    /// Until when; none for no end.
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// More about why.
    pub note: Option<String>,
    /// How far it is: as far as the part that is furthest behind.
    pub state: GrantState,
    /// Of how many parts it is made: each collection and each single record is one.
    pub parts: u32,
    /// How many of them are where the state is heading.
    pub parts_done: u32,
    /// Different records this person has opened through it, the last one first.
    pub opened: Vec<OpenedRecord>,
}

/// A choice of who and what.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantPreviewRequest {
    /// Who, `care1…`.
    pub grantee_id: String,
    /// What.
    pub targets: Vec<GrantTarget>,
    /// Whether records still to come are included. If not, collections stand for what lies in them today.
    pub future: bool,
}

/// Something the other person can read already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AlreadyGranted {
    /// By which grant.
    pub grant_id: String,
    /// What of it.
    pub what: GrantWhat,
    /// Until when; none for no end.
    pub until: Option<Millis>,
}

/// What the other person would see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantPreview {
    /// Who.
    pub grantee: PersonView,
    /// What.
    pub what: GrantWhat,
    /// The records they could open today.
    pub records: Vec<RecordRow>,
    /// Records still to come are included.
    pub includes_future: bool,
    /// A grant that gives them all of this already.
    pub existing_grant_id: Option<String>,
    /// What of this they can read already: the new terms take the place of the old ones.
    pub already: Vec<AlreadyGranted>,
    /// How many parts it would be made of.
    pub parts: u32,
    /// How many parts one grant can be made of.
    pub parts_max: u32,
}

/// Shares; answers with the grant as saved here.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsCreateRequest {
    /// Who, `care1…`.
    pub grantee_id: String,
    /// What.
    pub targets: Vec<GrantTarget>,
    /// Whether records still to come are included. If not, collections stand for what lies in them today.
    pub future: bool,
    /// Until when; none for no end.
    #[ts(optional = nullable)]
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// More about why, at most 120 characters.
    #[ts(optional = nullable)]
    pub note: Option<String>,
}

/// Changes the terms of a grant, longer or shorter; what it opens stays the same and can be read all the time.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsChangeRequest {
    /// Which one.
    pub grant_id: String,
    /// Until when; none for no end.
    #[ts(optional = nullable)]
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// More about why, at most 120 characters.
    #[ts(optional = nullable)]
    pub note: Option<String>,
}

/// Stops everything somebody can read.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsRevokeAllRequest {
    /// Who, `care1…`.
    pub person_id: String,
}

/// Says that a grant may end when it ends: no more reminders.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsLetEndRequest {
    /// Which one.
    pub grant_id: String,
}

/// Asks how long before its end a grant is spoken of.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RemindersGetRequest {}

/// Changes how long before its end a grant is spoken of.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RemindersSetRequest {
    /// Days, at most 90; 0 for never.
    pub days: u32,
}

/// How long before its end a grant is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RemindersView {
    /// Days; 0 for never.
    pub days: u32,
}

/// Asks for all grants given, newest first, ended ones included.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsListRequest {}

/// All grants given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsView {
    /// Newest first.
    pub grants: Vec<GrantView>,
}

/// Stops a grant; answers with it as [`GrantState::Stopping`].
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsRevokeRequest {
    /// Which one.
    pub grant_id: String,
}

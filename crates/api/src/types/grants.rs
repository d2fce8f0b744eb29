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

/// A grant, as its giver sees it.
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
    /// Until when; none for no end.
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// More about why.
    pub note: Option<String>,
    /// How far it is.
    pub state: GrantState,
    /// Different records this person has opened through it.
    pub opened_records: u32,
    /// Last time they did.
    pub last_opened: Option<Millis>,
}

/// A choice of who, what, until when and why.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantPreviewRequest {
    /// Who, `care1…`.
    pub grantee_id: String,
    /// What.
    pub target: GrantTarget,
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
    /// A grant that gives them the same already.
    pub existing_grant_id: Option<String>,
}

/// Shares; answers with the grant as saved here.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GrantsCreateRequest {
    /// Who, `care1…`.
    pub grantee_id: String,
    /// What.
    pub target: GrantTarget,
    /// Until when; none for no end.
    #[ts(optional = nullable)]
    pub until: Option<Millis>,
    /// Why.
    pub purpose: Purpose,
    /// More about why, at most 120 characters.
    #[ts(optional = nullable)]
    pub note: Option<String>,
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

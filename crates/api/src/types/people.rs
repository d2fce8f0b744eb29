//! Finding the people one can share with.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PersonView;

/// Asks for clinicians in the hospitals' public directories.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DirectoryListRequest {
    /// Part of a name, specialty or hospital; none gives everyone.
    #[ts(optional = nullable)]
    pub text: Option<String>,
}

/// People, ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PeopleView {
    /// The people.
    pub people: Vec<PersonView>,
}

/// Asks for the people added by contact card.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ContactsListRequest {}

/// Adds a person by the text of their contact card; answers with who it is.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ContactsAddRequest {
    /// `carecard1…`; white space is ignored.
    pub card: String,
}

/// Asks for this window's own contact card.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ContactCardRequest {}

/// A contact card, to be given to someone who wants to share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ContactCardView {
    /// `carecard1…`
    pub card: String,
    /// Whose it is.
    pub person: PersonView,
}

/// Forgets somebody who was added by contact card. What they can read is not touched.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ContactsRemoveRequest {
    /// Who, `care1…`.
    pub person_id: String,
}

/// Asks about one person.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PersonShowRequest {
    /// Who, `care1…`.
    pub person_id: String,
}

/// Calls somebody by a name of one's own, such as "Mum"; answers with who it is.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PersonRenameRequest {
    /// Who, `care1…`.
    pub person_id: String,
    /// The name, at most 40 characters; none for the certified one.
    #[ts(optional = nullable)]
    pub nickname: Option<String>,
}

//! Networks of hospitals, and joining them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Millis, NetworkView};

/// Asks which networks this computer knows.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworksListRequest {}

/// A network that people can belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworkItem {
    /// `home` for the one this program was started with or carries inside, else the network's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Runs inside this program with made-up people.
    pub sample: bool,
    /// Names of the hospitals that founded it.
    pub hospitals: Vec<String>,
    /// When it was founded; none for one that has not been started.
    pub founded: Option<Millis>,
    /// This computer has joined it.
    pub joined: bool,
}

/// The networks of this computer, those that were joined first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworksView {
    /// All of them.
    pub networks: Vec<NetworkItem>,
}

/// Reads an invitation without joining: exactly one of the two is given.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworkInspectRequest {
    /// A network file.
    #[ts(optional = nullable)]
    pub path: Option<String>,
    /// An invitation, as pasted or read from a picture.
    #[ts(optional = nullable)]
    pub text: Option<String>,
}

/// Joins a network: exactly one of the two is given.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworkJoinRequest {
    /// A network file.
    #[ts(optional = nullable)]
    pub path: Option<String>,
    /// An invitation, as pasted or read from a picture.
    #[ts(optional = nullable)]
    pub text: Option<String>,
}

/// Starts the network with made-up people.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SampleStartRequest {}

/// The answer to [`SampleStartRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SampleStarted {
    /// How it is now.
    pub network: NetworkView,
}

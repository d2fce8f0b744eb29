//! What the program tells the window without being asked.

use serde::Serialize;
use ts_rs::TS;

use super::{Millis, NetworkView, TaskView};

/// One message on the channel `carekey`. An event says that something changed; the window asks for what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
#[ts(export)]
pub enum AppEvent {
    /// The ledger has a new certified head.
    HeadMoved {
        /// Height of the head.
        height: u64,
        /// Its time.
        at: Millis,
    },
    /// How the hospitals stand to the ledger changed.
    HospitalsChanged,
    /// Own records were added, moved or erased.
    RecordsChanged,
    /// A grant was made, sent, confirmed, stopped or ran out.
    GrantsChanged,
    /// Someone looked, or was refused.
    AccessChanged,
    /// What others share with this person changed.
    SharedChanged,
    /// What this clinician wrote was sent or confirmed.
    WrittenChanged,
    /// Locked, unlocked, enrolled, or another profile.
    SessionChanged,
    /// The start screen's people changed.
    ProfilesChanged,
    /// A task went on.
    Task {
        /// How far it is now.
        task: TaskView,
    },
    /// The network came or went.
    Network {
        /// How it is now.
        network: NetworkView,
    },
}

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
    /// A message came, went out, or was looked at: requests and appointments.
    MessagesChanged,
    /// Recovery by people changed, in any of its parts.
    RecoveryChanged,
    /// Locked, unlocked, enrolled, or another profile.
    SessionChanged,
    /// The start screen's people changed.
    ProfilesChanged,
    /// A task went on.
    Task {
        /// How far it is now.
        task: TaskView,
    },
    /// Something that a person who looks elsewhere wants to know.
    News {
        /// What.
        news: NewsView,
    },
    /// The network came or went.
    Network {
        /// How it is now.
        network: NetworkView,
    },
}

/// Kinds of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum NewsKind {
    /// A document came into the person's own records.
    Record,
    /// Advice from a clinician came into the person's own records.
    Advice,
    /// Somebody began to share.
    Share,
    /// Somebody asks to read.
    Request,
    /// A request was answered.
    Answer,
    /// An appointment was asked for, agreed or called off.
    Appointment,
    /// Somebody entrusted a part of their recovery to this person.
    Recovery,
    /// Somebody asks for the parts of this person's own recovery, and a holder has agreed.
    RecoveryAlarm,
    /// A grant ends soon.
    Expiring,
    /// Somebody looked in a way that does not add up.
    Flagged,
}

/// News in a few words. The window finds the sentence, and leaves names out while it is locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NewsView {
    /// What kind.
    pub kind: NewsKind,
    /// Who it is from or about.
    pub person: Option<String>,
    /// What it is about: a document's title, for instance.
    pub title: Option<String>,
}

//! Work that takes longer than a breath.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ErrorView;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TaskKind {
    /// The person adds a file to their own records.
    Import,
    /// A clinician writes or attaches something for a patient.
    Write,
    /// A record is written to a file.
    Export,
    /// A wallet is rebuilt from its words or a backup.
    Restore,
    /// A profile is written into a backup file.
    Backup,
    /// Putting a summary together.
    Summary,
    /// The proofs of all own records are checked again.
    Verify,
}

/// What is going on in a task that seals a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TaskStep {
    /// It is sealed on this computer.
    Sealing,
    /// It is on its way to its hospital.
    Sending,
    /// It is safe here, and will be sent when the hospital can be reached.
    Waiting,
}

/// How far a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
#[ts(export)]
pub enum TaskState {
    /// Going on.
    Running,
    /// Finished.
    #[serde(rename_all = "camelCase")]
    Done {
        /// The record that was made, if one was.
        record_id: Option<String>,
    },
    /// Stopped by a failure; nothing half-done remains.
    Failed {
        /// Which failure.
        error: ErrorView,
    },
    /// Stopped by the person; nothing half-done remains.
    Cancelled,
}

/// A task and its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TaskView {
    /// Identifier, unique in this window.
    pub id: String,
    /// What is being done.
    pub kind: TaskKind,
    /// The file or title it is about.
    pub label: String,
    /// Bytes (for a restore blocks, for a check records) done.
    pub done: u64,
    /// Bytes or blocks in all, when known.
    pub total: Option<u64>,
    /// What is going on, of a document that is sealed.
    pub step: Option<TaskStep>,
    /// How far it is.
    #[serde(flatten)]
    #[ts(flatten)]
    pub state: TaskState,
}

/// The answer of a command that goes on in the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TaskStarted {
    /// Names the task in the events that follow.
    pub task_id: String,
}

/// Asks for the tasks of this window that run or ended in the last minutes.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TasksListRequest {}

/// Stops a task. A task that is past the point of no return finishes.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TaskCancelRequest {
    /// Which task.
    pub task_id: String,
}

/// Tasks, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TasksView {
    /// The tasks.
    pub tasks: Vec<TaskView>,
}

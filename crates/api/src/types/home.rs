//! The three questions of the home page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AccessRow, GrantView, RecordRow};

/// Asks for the home page.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HomeSummaryRequest {}

/// What is new, who can see, who looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HomeView {
    /// Newest records, at most five.
    pub newest: Vec<RecordRow>,
    /// Records not opened yet.
    pub unread: u32,
    /// Own records in all.
    pub records: u32,
    /// Grants that are in force or on their way.
    pub grants: Vec<GrantView>,
    /// Of these, the ones that end soon, the next one first, unless the person said that they may.
    pub ending: Vec<GrantView>,
    /// Last accesses, at most five.
    pub accesses: Vec<AccessRow>,
    /// Accesses that need attention.
    pub flagged: u32,
    /// People who share with this person.
    pub sharing: u32,
}

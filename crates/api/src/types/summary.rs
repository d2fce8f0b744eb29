//! One summary out of all of a person's documents.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ClinicalSection, Language, Millis};

/// Reads all own clinical documents and puts a summary together; answers with the task.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummaryMakeRequest {}

/// Asks for the summary made last.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummaryShowRequest {}

/// The summary, if one was made since the profile was opened.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummaryShown {
    /// The summary.
    pub summary: Option<SummaryView>,
    /// Records came or went since it was made.
    pub outdated: bool,
}

/// What many documents say together.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummaryView {
    /// When it was made.
    pub made: Millis,
    /// Whose it is.
    pub name: String,
    /// As the documents have it: ISO 8601 in their precision.
    pub birth_date: Option<String>,
    /// Sections that say something, in the order of the International Patient Summary.
    pub sections: Vec<SummarySection>,
    /// The documents it was made from.
    pub sources: Vec<SummarySource>,
    /// Titles of documents that could not be read.
    pub unread: Vec<String>,
}

/// A section, and where each of its entries comes from.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummarySection {
    /// What is over: past problems, medicines no longer taken.
    pub past: bool,
    /// The entries.
    pub section: ClinicalSection,
    /// For each item, or else for each result: the position of its document in `sources`.
    pub sources: Vec<u32>,
}

/// A document the summary was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummarySource {
    /// Record reference T1, hex.
    pub record_id: String,
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
}

/// As what a summary is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SummaryFormat {
    /// To print.
    Pdf,
    /// International Patient Summary, a FHIR R4 document: for other programs.
    Ips,
}

/// Saves the summary made last.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummaryExportRequest {
    /// As what.
    pub format: SummaryFormat,
    /// Language of headings and dates.
    pub language: Language,
    /// Absolute path from the save dialog.
    pub path: String,
}

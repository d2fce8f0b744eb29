//! One entry of a section.

use serde::Serialize;
use ts_rs::TS;

use super::{Block, Fact};

/// One problem, medicine, allergy, vaccination and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicalItem {
    /// Name.
    pub title: String,
    /// The document's own words about it.
    pub detail: Option<String>,
    /// How a medicine is taken, one for each instruction.
    pub dosages: Vec<Dosage>,
    /// What else is known, by label.
    pub facts: Vec<Fact>,
    /// What its author wrote about it.
    pub text: Vec<Block>,
    /// A table of its parts, such as the series of an examination.
    pub grid: Option<GridView>,
    /// Files it carries or points to.
    pub parts: Vec<PartView>,
    /// Status, such as `active`; as the document says it.
    pub status: Option<String>,
    /// Date or begin: ISO 8601 in the precision of the document, or its own words.
    pub start: Option<String>,
    /// End, likewise.
    pub end: Option<String>,
    /// Code and system, such as `SNOMED CT 38341003`.
    pub code: Option<String>,
    /// Needs attention: severe allergy, critical finding.
    pub alert: bool,
    /// The opposite is meant: a medicine not to be taken, a vaccine that was not given.
    pub negated: bool,
    /// Withdrawn or ruled out by its author.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

impl ClinicalItem {
    /// An entry of which only the name is known yet.
    pub fn named(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

/// How a medicine is taken, as a sentence. Words that the document wrote itself are the same in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Dosage {
    /// In English.
    pub en: String,
    /// In German.
    pub de: String,
}

/// A small table of things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GridView {
    /// Heads of the columns: keys of ours, else the document's own words.
    pub columns: Vec<String>,
    /// From top to bottom; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A file inside a document, or one that it points to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PartView {
    /// Its place in the document, to open it by. None: its bytes are elsewhere and are not fetched.
    pub part: Option<u32>,
    /// What it is called.
    pub title: Option<String>,
    /// `application/pdf`, as the document says it.
    pub media_type: Option<String>,
    /// Where it is kept, if not here.
    pub address: Option<String>,
}

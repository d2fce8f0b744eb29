//! A document as a page for people, whatever format it came in.
//!
//! Words of the document stay as they are. Words of ours are camelCase keys that the window has in its languages: labels
//! of [`Fact`]s and [`Chart`]s, kinds, notices. Dates are ISO 8601 in the precision of the document, or its own words.

mod block;
mod chart;
mod item;
mod result;

pub use block::{Block, Run, RunMark, TableCell, TableRow};
pub use chart::{Chart, ChartAxis, ChartLine, ChartStyle};
pub use item::{ClinicalItem, Dosage, GridView, PartView};
pub use result::{Companion, ResultFlag, ResultItem, ResultPoint, SeriesKey};
use serde::Serialize;
use ts_rs::TS;

/// What a page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Page {
    /// Whom the document says it is about.
    pub patient: Option<ClinicalPatient>,
    /// About the document itself: author, custodian, period.
    pub facts: Vec<Fact>,
    /// What a reader must know before trusting the sections.
    pub notices: Vec<ClinicalNotice>,
    /// In the order they should be read.
    pub sections: Vec<ClinicalSection>,
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Fact {
    /// What it is: a key of ours, else the document's own word.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// Whom a clinical document says it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicalPatient {
    /// Name as written.
    pub name: Option<String>,
    /// ISO 8601 in the precision of the document.
    pub birth_date: Option<String>,
    /// Sex, numbers, address and the like.
    pub facts: Vec<Fact>,
}

/// What a reader of a clinical document must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ClinicalNotice {
    /// The document mixes several people; entries about others name them.
    SeveralPatients,
    /// Entries were withdrawn by their authors; they are marked.
    RetractedEntries,
    /// The document carries extensions that can change a meaning and are not understood.
    ModifierExtensions,
    /// The document names entries that it does not hold.
    MissingEntries,
    /// Parts lie deeper than is read.
    NestedTooDeep,
    /// The document ends in the middle: something is missing.
    CutShort,
    /// Some lines or parts could not be read.
    DamagedParts,
    /// The letters were not written in the encoding that the document names.
    UnsureLetters,
    /// The document is longer than what is shown.
    OnlyBeginning,
    /// Several devices counted the same; the larger count of a day is shown.
    SeveralCounters,
    /// The document does not say a time zone; times are as written.
    TimesAsWritten,
}

/// What a section is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SectionKind {
    /// Somebody's warning that is to be seen first.
    Warnings,
    /// Conditions.
    Problems,
    /// Medication statements and requests.
    Medication,
    /// Allergies and intolerances.
    Allergies,
    /// Laboratory results.
    Results,
    /// Blood pressure, weight and the like.
    Vitals,
    /// Vaccinations.
    Immunizations,
    /// Vaccinations that are due.
    Recommendations,
    /// Procedures.
    Procedures,
    /// Implants, glasses, pumps.
    Devices,
    /// Visits.
    Encounters,
    /// Agreed times to come.
    Appointments,
    /// What was asked for: examinations, referrals.
    Requests,
    /// Examinations by pictures.
    Imaging,
    /// Reports and narrative text.
    Reports,
    /// Plans of care.
    CarePlans,
    /// Aims.
    Goals,
    /// Illnesses of relatives.
    FamilyHistory,
    /// Smoking, work, living.
    SocialHistory,
    /// Questions, and perhaps answers.
    Questionnaires,
    /// What the person agreed to or refused.
    Consents,
    /// Documents inside or beside this one.
    Documents,
    /// Readings of the person's own devices.
    Activity,
    /// A written part of no other kind.
    Text,
    /// People, organisations, places.
    People,
    /// Costs and insurance.
    Costs,
    /// Anything else.
    #[default]
    Other,
}

/// A section: any of written text, entries, values and charts.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicalSection {
    /// What it is about.
    pub kind: SectionKind,
    /// The document's own heading, if it has one.
    pub title: Option<String>,
    /// 0 for a section, 1 for one inside it, …
    pub level: u32,
    /// As its author wrote it.
    pub text: Vec<Block>,
    /// Entries in words.
    pub items: Vec<ClinicalItem>,
    /// Entries with values.
    pub results: Vec<ResultItem>,
    /// Values over a time.
    pub charts: Vec<Chart>,
}

impl ClinicalSection {
    /// An empty section of a kind.
    pub fn new(kind: SectionKind) -> Self {
        Self {
            kind,
            title: None,
            level: 0,
            text: Vec::new(),
            items: Vec::new(),
            results: Vec::new(),
            charts: Vec::new(),
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.items.is_empty() && self.results.is_empty() && self.charts.is_empty()
    }
}

impl Fact {
    /// A fact whose value is known.
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), value: value.into() }
    }
}

/// The facts of a list of labels and perhaps values.
pub(crate) fn facts<'a>(all: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Vec<Fact> {
    let known = all.into_iter().filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?)));
    known.map(|(label, value)| Fact::new(label, value)).collect()
}

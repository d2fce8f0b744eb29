//! What a record says, ready to be shown.

use carekey_clinical::DicomView;
use serde::Serialize;
use ts_rs::TS;

use super::{DocumentMillis, SignalContent};

/// The content of an opened record.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum RecordContent {
    /// Sections made from FHIR resources.
    Clinical {
        /// Whom the document says it is about.
        patient: Option<ClinicalPatient>,
        /// What a reader must know before trusting the sections.
        notices: Vec<ClinicalNotice>,
        /// In the order they should be read.
        sections: Vec<ClinicalSection>,
    },
    /// A DICOM file: frames, waveforms, a report or a document, and what it says of itself.
    Dicom(Box<DicomView>),
    /// A recording of signals.
    Signals(Box<SignalContent>),
    /// A picture; its bytes are asked for with `record_bytes`.
    #[serde(rename_all = "camelCase")]
    Image {
        /// Such as `image/png`.
        media_type: String,
        /// Pixels across, when known.
        width: Option<u32>,
        /// Pixels down, when known.
        height: Option<u32>,
        /// What it shows, as text for those who cannot see it.
        description: String,
        /// Too many pixels or bytes to be shown.
        is_too_large: bool,
    },
    /// Plain text.
    Text {
        /// The text, at most 1 MiB.
        text: String,
        /// The original is longer.
        truncated: bool,
    },
    /// A PDF; its bytes are asked for with `record_bytes`.
    #[serde(rename_all = "camelCase")]
    Pdf {
        /// Pages, when they can be counted without unpacking it.
        pages: Option<u32>,
        /// It asks for a password, at least for some uses.
        encrypted: bool,
        /// Too many bytes to be shown.
        is_too_large: bool,
    },
    /// Cannot be shown here, can be saved.
    #[serde(rename_all = "camelCase")]
    File {
        /// Media type.
        media_type: String,
        /// Facts from the file, if any.
        facts: Vec<Fact>,
    },
    /// A check failed: nothing is shown.
    Withheld,
}

/// A label and its value, as the document names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Fact {
    /// What it is.
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
}

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SectionKind {
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
    /// Procedures.
    Procedures,
    /// Visits.
    Encounters,
    /// Reports and narrative text.
    Reports,
    /// Anything else.
    Other,
}

/// A section: `results` for results and vitals, `items` for everything else.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicalSection {
    /// What it is about.
    pub kind: SectionKind,
    /// Entries in words.
    pub items: Vec<ClinicalItem>,
    /// Entries with values.
    pub results: Vec<ResultItem>,
}

/// One problem, medicine, allergy, vaccination and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClinicalItem {
    /// Name.
    pub title: String,
    /// Dose, reaction, finding, text: as the document says it.
    pub detail: Option<String>,
    /// Clinical status, such as `active`; as the document says it.
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

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ResultFlag {
    /// Inside the range.
    Normal,
    /// Below the range.
    Low,
    /// Above the range.
    High,
    /// Dangerously low.
    CriticalLow,
    /// Dangerously high.
    CriticalHigh,
    /// Marked abnormal without a direction.
    Abnormal,
    /// No range, no mark.
    Unknown,
}

/// One value over time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ResultPoint {
    /// When it was measured.
    pub at: DocumentMillis,
    /// The value, in the unit of the result.
    pub value: f64,
}

/// A laboratory result or vital sign.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ResultItem {
    /// Name.
    pub name: String,
    /// Code and system, such as `LOINC 4548-4`.
    pub code: Option<String>,
    /// Exactly the digits or words of the document; empty if there is no value.
    pub value_text: String,
    /// The value as a number, for the chart.
    pub value: Option<f64>,
    /// Unit as in the document.
    pub unit: Option<String>,
    /// Lower reference limit, its digits as in the document.
    pub low_text: Option<String>,
    /// Upper reference limit, its digits as in the document.
    pub high_text: Option<String>,
    /// Lower reference limit.
    pub low: Option<f64>,
    /// Upper reference limit.
    pub high: Option<f64>,
    /// Range in words, if it is not a pair of numbers.
    pub range_text: Option<String>,
    /// Where the value lies.
    pub flag: ResultFlag,
    /// When it was measured: ISO 8601 in the precision of the document.
    pub at: Option<String>,
    /// Remarks, such as the reason for a missing value, or that document and range disagree.
    pub note: Option<String>,
    /// Withdrawn by its author.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
    /// All known values of the same code and unit in readable records, oldest first, this one included.
    pub history: Vec<ResultPoint>,
}

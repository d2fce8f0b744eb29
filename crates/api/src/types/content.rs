//! What a record says, ready to be shown.

use carekey_clinical::DicomView;
pub use carekey_clinical::page::{
    Block, Chart, ChartAxis, ChartLine, ChartStyle, ClinicalItem, ClinicalNotice, ClinicalPatient, ClinicalSection,
    Companion, Dosage, Fact, GridView, Page, PartView, ResultFlag, ResultItem, ResultPoint, Run, RunMark, SectionKind,
    TableCell, TableRow,
};
use serde::Serialize;
use ts_rs::TS;

use super::SignalContent;

/// The content of an opened record.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum RecordContent {
    /// Sections with entries, values, charts and written text.
    Clinical(Page),
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
        /// Why it is not shown, for a kind that otherwise is.
        problem: Option<ReadingProblem>,
    },
    /// A check failed: nothing is shown.
    Withheld,
}

/// Why a document of a known kind cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReadingProblem {
    /// What is wrong.
    pub kind: ReadingProblemKind,
    /// In English, with the place, for whoever can mend it.
    pub detail: String,
}

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ReadingProblemKind {
    /// It ends in the middle.
    CutShort,
    /// Something in it breaks the rules of its format.
    Damaged,
    /// It is larger than what is shown.
    TooLarge,
    /// Its format has parts that are not understood.
    NotUnderstood,
}

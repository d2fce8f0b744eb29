//! Looking at pictures, films, signals and pages: what comes to the window as bytes rather than as JSON.

use carekey_clinical::{DicomFrame, FrameProblem, Signals};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::RecordRow;

/// A request whose answer is bytes.
pub trait BytesRequest: DeserializeOwned {
    /// Name of the command.
    const COMMAND: &'static str;
}

macro_rules! bytes_commands {
    ($($name:ident: $request:ty;)*) => {
        /// All commands that answer with bytes; exists for its TypeScript twin.
        #[derive(Clone, Debug, TS)]
        #[ts(export)]
        pub struct BytesCommands {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub $name: $request,
            )*
        }

        $(
            impl BytesRequest for $request {
                const COMMAND: &'static str = stringify!($name);
            }
        )*
    };
}

bytes_commands! {
    record_bytes: RecordBytesRequest;
    record_frame: RecordFrameRequest;
    record_signal: RecordSignalRequest;
}

/// Which document of a record is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RecordPart {
    /// The record itself; a TIFF as a PNG, which a page can show.
    #[default]
    Whole,
    /// The document inside a DICOM file.
    Embedded,
}

/// The bytes of a picture or PDF, to be shown.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordBytesRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// Which document of it.
    #[serde(default)]
    #[ts(as = "Option<RecordPart>", optional)]
    pub part: RecordPart,
}

/// One frame. The answer is the length of a [`FrameAnswer`] in four bytes, little endian; the answer itself in JSON, padded with
/// blanks so that what follows begins at a multiple of eight; the pixels; and a byte for each pixel if there is an overlay.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordFrameRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// Which frame, counted from zero.
    pub frame: u32,
}

/// What stands before the pixels of a frame.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "camelCase")]
#[ts(export)]
pub enum FrameAnswer {
    /// How the pixels lie and what they mean.
    Frame(Box<DicomFrame>),
    /// Why there are none.
    #[serde(rename_all = "camelCase")]
    Problem {
        /// The reason.
        problem: FrameProblem,
    },
}

/// A stretch of a recording. The answer is 32-bit floating-point numbers, little endian, channel by channel: the values for a
/// step of one, else the least and the greatest of each step.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordSignalRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// Which group of channels.
    pub group: u32,
    /// The first sample.
    pub from: u64,
    /// How many steps.
    pub count: u64,
    /// Samples in a step.
    pub step: u64,
}

/// A recording of signals.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignalContent {
    /// What it is, for those who cannot see it.
    pub title: String,
    /// The channels and marks; none if the way the samples are written is not known.
    pub signals: Option<Signals>,
    /// Name of the file with the samples, if it is not among the records.
    pub missing: Option<String>,
}

/// Asks for the pictures that belong together with one.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordSeriesRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
}

/// Pictures of one series in their order, the one that was asked about among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordSeriesView {
    /// The records.
    pub records: Vec<RecordRow>,
}

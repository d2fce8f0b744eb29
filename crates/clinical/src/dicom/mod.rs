//! DICOM: what was examined and when, and the first frame as a picture.
//!
//! The file is read by a small reader of our own that trusts no length, because common ones allocate whatever a length
//! says. JPEG frames are decoded by `jpeg-decoder`; window and palette are applied here. Deflated files, JPEG 2000, JPEG-LS and 12-bit JPEG are named as not supported.

mod codec;
mod frame;
mod reader;

use serde::Serialize;

pub use self::frame::{DicomFrame, WindowSource};
use self::reader::{DEFLATED, Dataset, Stop, Tag};
use crate::category::{self, Category};
use crate::dates::DocumentDate;
use crate::limits::DICOM_BYTES_MAX;
use crate::recognise::Found;

const SOP_CLASS: Tag = (0x0008, 0x0016);
const STUDY_DATE: Tag = (0x0008, 0x0020);
const CONTENT_DATE: Tag = (0x0008, 0x0023);
const STUDY_TIME: Tag = (0x0008, 0x0030);
const MODALITY: Tag = (0x0008, 0x0060);
const INSTITUTION: Tag = (0x0008, 0x0080);
const STUDY_DESCRIPTION: Tag = (0x0008, 0x1030);
const SERIES_DESCRIPTION: Tag = (0x0008, 0x103E);
const PATIENT_NAME: Tag = (0x0010, 0x0010);
const PATIENT_ID: Tag = (0x0010, 0x0020);
const BIRTH_DATE: Tag = (0x0010, 0x0030);
const BODY_PART: Tag = (0x0018, 0x0015);
const ROWS: Tag = (0x0028, 0x0010);
const COLUMNS: Tag = (0x0028, 0x0011);

/// Why a DICOM file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum DicomError {
    /// Not a DICOM file.
    #[error("the file does not begin like DICOM")]
    NotDicom,
    /// Larger than [`DICOM_BYTES_MAX`].
    #[error("the file has {bytes} bytes; at most {DICOM_BYTES_MAX} are shown")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// The whole file is compressed with deflate, which is not read, as it can unpack to any size.
    #[error("the file uses the deflated transfer syntax, which is not supported")]
    Deflated,
    /// Its elements make no sense.
    #[error("the file's data elements are broken")]
    Broken,
}

/// Why a DICOM file is shown without a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FrameProblem {
    /// It contains none: a report, a waveform, a plan.
    #[error("the file contains no picture")]
    NoImage,
    /// The file ends before the frame does.
    #[error("the file ends before its first frame does")]
    Truncated,
    /// Compressed in a way that is not supported.
    #[error("the compression {transfer_syntax} is not supported")]
    UnsupportedCompression {
        /// UID of the transfer syntax.
        transfer_syntax: String,
    },
    /// Pixels of a form that is not supported.
    #[error("the form of the pixels is not supported")]
    UnsupportedPixels,
    /// More pixels than [`crate::limits::FRAME_PIXELS_MAX`].
    #[error("the frame has too many pixels")]
    TooManyPixels,
    /// The compressed picture is broken, or not of the size that the file states.
    #[error("the picture cannot be decoded")]
    Undecodable,
}

/// A DICOM file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DicomView {
    /// Modality, body part and study in words.
    pub title: String,
    /// When the examination was.
    pub date: Option<DocumentDate>,
    /// DICOM's code: `CT`, `MR`, `US`.
    pub modality: Option<String>,
    /// `CHEST`, as written.
    pub body_part: Option<String>,
    /// As written.
    pub study_description: Option<String>,
    /// As written.
    pub series_description: Option<String>,
    /// Where it was made.
    pub institution: Option<String>,
    /// The person's name in reading order.
    pub patient_name: Option<String>,
    /// The person's number at the place where it was made.
    pub patient_id: Option<String>,
    /// `YYYY-MM-DD`.
    pub patient_birth_date: Option<String>,
    /// Frames in the file, of which the first is shown.
    pub frames: u32,
    /// Columns of the original, in pixels.
    pub columns: Option<u32>,
    /// Rows of the original, in pixels.
    pub rows: Option<u32>,
    /// The first frame.
    pub frame: Option<DicomFrame>,
    /// Why there is none.
    pub problem: Option<FrameProblem>,
    /// The file ends early or is broken after what was read.
    pub incomplete: bool,
}

pub(crate) fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(128..132) == Some(b"DICM") || (bytes.get(..2) == Some(&[8, 0]) && Dataset::read(bytes).is_some())
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let Some(dataset) = Dataset::read(bytes) else { return Found::default() };
    let known = dataset.text(MODALITY).is_some() || dataset.text(STUDY_DESCRIPTION).is_some();
    Found { title: known.then(|| title(&dataset)), date: date(&dataset), category: Some(category(&dataset)) }
}

pub(crate) fn view_dicom(bytes: &[u8]) -> Result<DicomView, DicomError> {
    if bytes.len() > DICOM_BYTES_MAX {
        return Err(DicomError::TooLarge { bytes: bytes.len() });
    }
    let dataset = Dataset::read(bytes).ok_or(DicomError::NotDicom)?;
    if dataset.transfer_syntax == DEFLATED {
        return Err(DicomError::Deflated);
    }
    let rendered = frame::render(&dataset);
    if dataset.stop == Some(Stop::Broken) && rendered.is_err() {
        return Err(DicomError::Broken);
    }
    let (frame, problem) = match rendered {
        Ok(frame) => (Some(frame), None),
        Err(problem) => (None, Some(problem)),
    };
    Ok(DicomView {
        title: title(&dataset),
        date: date(&dataset),
        modality: dataset.text(MODALITY),
        body_part: dataset.text(BODY_PART),
        study_description: dataset.text(STUDY_DESCRIPTION),
        series_description: dataset.text(SERIES_DESCRIPTION),
        institution: dataset.text(INSTITUTION),
        patient_name: dataset.text(PATIENT_NAME).map(|name| person_name(&name)).filter(|name| !name.is_empty()),
        patient_id: dataset.text(PATIENT_ID),
        patient_birth_date: dataset
            .text(BIRTH_DATE)
            .and_then(|date| DocumentDate::from_compact(&date))
            .map(|date| date.iso),
        frames: frame::frames(&dataset),
        columns: dataset.short(COLUMNS).map(u32::from),
        rows: dataset.short(ROWS).map(u32::from),
        frame,
        problem,
        incomplete: dataset.stop.is_some(),
    })
}

/// `MRI Brain: Follow-up`.
fn title(dataset: &Dataset<'_>) -> String {
    let modality = dataset.text(MODALITY);
    let kind = match modality.as_deref() {
        Some("CR" | "DX" | "RF") => "X-ray",
        Some("CT") => "CT",
        Some("MR") => "MRI",
        Some("US") => "Ultrasound",
        Some("MG") => "Mammography",
        Some("XA") => "Angiography",
        Some("PT") => "PET",
        Some("NM") => "Nuclear medicine",
        Some("ECG") => "ECG",
        Some("SR") => "Structured report",
        Some("RTDOSE") => "Radiotherapy dose",
        Some("ES") => "Endoscopy",
        Some("OP" | "OPT") => "Eye picture",
        _ => "Medical image",
    };
    let part = dataset.text(BODY_PART).map(|part| capitalised(&part));
    let study = dataset.text(STUDY_DESCRIPTION).or_else(|| dataset.text(SERIES_DESCRIPTION));
    let mut title = kind.to_owned();
    if let Some(part) = part {
        title = format!("{title} {part}");
    }
    match study {
        Some(study) => format!("{title}: {}", study.replace('^', " ")),
        None => title,
    }
}

/// `Keller^Maria^^Dr` as `Dr Maria Keller`: only the first of several representations.
fn person_name(written: &str) -> String {
    let parts: Vec<&str> = written.split('=').next().unwrap_or(written).split('^').map(str::trim).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let order = [part(3), part(1), part(2), part(0), part(4)];
    order.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}

fn date(dataset: &Dataset<'_>) -> Option<DocumentDate> {
    let day = dataset.text(STUDY_DATE).or_else(|| dataset.text(CONTENT_DATE))?.replace('.', "");
    let time = dataset.text(STUDY_TIME).unwrap_or_default();
    DocumentDate::from_compact(&format!("{day}{time}")).or_else(|| DocumentDate::from_compact(&day))
}

fn category(dataset: &Dataset<'_>) -> Category {
    let heart_modality = matches!(dataset.text(MODALITY).as_deref(), Some("ECG" | "XA" | "HD" | "IVUS" | "EPS"));
    // The waveform classes for ECG and haemodynamics.
    let heart_class = dataset.text(SOP_CLASS).is_some_and(|class| {
        class.starts_with("1.2.840.10008.5.1.4.1.1.9.1.") || class == "1.2.840.10008.5.1.4.1.1.9.2.1"
    });
    if heart_modality || heart_class {
        return Category::Heart;
    }
    let words = [BODY_PART, STUDY_DESCRIPTION, SERIES_DESCRIPTION].map(|tag| dataset.text(tag).unwrap_or_default());
    match category::of_words(&words.join(" ")) {
        Some(Category::Heart) => Category::Heart,
        _ => Category::General,
    }
}

//! DICOM: what was examined and when, frames to look at, waveforms, reports, and every data element.
//!
//! The file is read by a small reader of our own that trusts no length, because common ones allocate whatever a length
//! says; frames are read one at a time where they lie. JPEG frames are decoded by `jpeg-decoder`, JPEG 2000 by
//! `hayro-jpeg2000`. Deflated files, JPEG-LS, JPEG XL, films in MPEG and 12-bit JPEG are named as not supported.

mod codec;
mod dataset;
mod frame;
mod functional;
mod geometry;
mod lines;
mod overlay;
mod pixels;
mod reader;
mod report;
mod waveform;

use std::io::Cursor;

use serde::Serialize;
use ts_rs::TS;

use self::dataset::{Dataset, Tag, Value};
pub use self::frame::{DicomFrame, PixelFormat, Window, WindowFunction};
pub use self::geometry::{Edges, Region, Spacing, SpacingSource};
pub use self::lines::DicomLine;
use self::pixels::{COLUMNS, Layout, ROWS};
use self::reader::{DEFLATED, Elements, PixelData};
pub use self::report::ReportLine;
use crate::category::{self, Category};
use crate::dates::DocumentDate;
use crate::limits::DICOM_LINES_MAX;
use crate::recognise::Found;
use crate::signals::Signals;
use crate::source::{Source, read_range};

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
const SERIES: Tag = (0x0020, 0x000E);
const INSTANCE_NUMBER: Tag = (0x0020, 0x0013);
const RESCALE_TYPE: Tag = (0x0028, 0x1054);
const PET_UNITS: Tag = (0x0054, 0x1001);
const DOSE_UNITS: Tag = (0x3004, 0x0002);
const DOCUMENT: Tag = (0x0042, 0x0011);
const DOCUMENT_TYPE: Tag = (0x0042, 0x0012);

/// Why a DICOM file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum DicomError {
    /// Not a DICOM file.
    #[error("the file does not begin like DICOM")]
    NotDicom,
    /// The whole file is compressed with deflate, which is not read, as it can unpack to any size.
    #[error("the file uses the deflated transfer syntax, which is not supported")]
    Deflated,
    /// Its elements make no sense.
    #[error("the file's data elements are broken")]
    Broken,
}

/// Why a frame cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, TS)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FrameProblem {
    /// It contains none: a report, a waveform, a plan.
    #[error("the file contains no picture")]
    NoImage,
    /// The file ends before the frame does.
    #[error("the file ends before the frame does")]
    Truncated,
    /// Compressed in a way that is not supported.
    #[error("the compression {name} ({transfer_syntax}) is not supported")]
    UnsupportedCompression {
        /// UID of the transfer syntax.
        transfer_syntax: String,
        /// What it is called.
        name: String,
    },
    /// The one kind of JPEG that is not decoded.
    #[error("JPEG pictures of 12 bits are not supported")]
    TwelveBitJpeg,
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

impl FrameProblem {
    fn unsupported(transfer_syntax: &str) -> Self {
        let name = match transfer_syntax.strip_prefix("1.2.840.10008.1.2.") {
            Some("4.80" | "4.81") => "JPEG-LS",
            Some("4.92" | "4.93") => "JPEG 2000 multi-component",
            Some(jpip) if jpip.starts_with("4.94") || jpip.starts_with("4.95") => "JPIP",
            Some(film) if film.starts_with("4.10") => "MPEG",
            Some("4.110" | "4.111" | "4.112") => "JPEG XL",
            Some("4.201" | "4.202" | "4.203") => "High-Throughput JPEG 2000",
            _ => "",
        };
        Self::UnsupportedCompression { transfer_syntax: transfer_syntax.to_owned(), name: name.to_owned() }
    }
}

/// A document inside the file, by its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "DicomEmbedded")]
pub struct Embedded {
    /// Such as `application/pdf`.
    pub media_type: String,
    /// Where it begins.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
}

impl Embedded {
    /// The document. The caller has bounded its length.
    ///
    /// # Errors
    /// What the source says, or that it ends early.
    pub fn read(&self, source: &mut dyn Source) -> std::io::Result<Vec<u8>> {
        read_range(source, self.offset, self.length)
    }
}

/// A DICOM file without its pixels.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DicomView {
    /// `MRI Brain: Follow-up`.
    pub title: String,
    /// When it was made.
    pub date: Option<DocumentDate>,
    /// `CT`, `MR`, …
    pub modality: Option<String>,
    /// As written.
    pub body_part: Option<String>,
    /// As written.
    pub study_description: Option<String>,
    /// As written.
    pub series_description: Option<String>,
    /// As written.
    pub institution: Option<String>,
    /// Given name first.
    pub patient_name: Option<String>,
    /// The number of the institution.
    pub patient_id: Option<String>,
    /// ISO 8601.
    pub patient_birth_date: Option<String>,
    /// The series it belongs to.
    pub series: Option<String>,
    /// Its place in the series.
    pub instance: Option<i64>,
    /// Frames that are there; none if it has no picture.
    pub frames: u32,
    /// Frames a second, for films.
    pub rate: Option<f64>,
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// Height of a pixel over its width.
    pub aspect: f64,
    /// What a pixel measures.
    pub spacing: Option<Spacing>,
    /// Parts with a scale of their own.
    pub regions: Vec<Region>,
    /// What lies at the edges.
    pub edges: Option<Edges>,
    /// Unit of the values, such as `HU`.
    pub unit: Option<String>,
    /// Why no frame can be shown.
    pub problem: Option<FrameProblem>,
    /// The lines of a structured report.
    pub report: Vec<ReportLine>,
    /// A document inside.
    pub embedded: Option<Embedded>,
    /// The waveforms.
    pub signals: Option<Signals>,
    /// All data elements.
    pub lines: Vec<DicomLine>,
    /// There are more data elements than lines.
    pub is_cut: bool,
    /// The file ends early or breaks off.
    pub incomplete: bool,
}

/// A DICOM file whose pixels are read when they are asked for.
#[derive(Debug)]
pub struct DicomFile {
    elements: Elements,
}

impl DicomFile {
    /// Reads everything but the pixels and other long values.
    ///
    /// # Errors
    /// [`DicomError`] if there is nothing to show; a file that breaks off is read as far as it goes.
    pub fn open(source: &mut dyn Source) -> Result<Self, DicomError> {
        let elements = reader::read(source).ok_or(DicomError::NotDicom)?;
        if elements.transfer_syntax == DEFLATED {
            return Err(DicomError::Deflated);
        }
        // What only has the file's own description says nothing to a reader.
        let says_something = elements.root.elements.keys().any(|(group, _)| *group != 0x0002);
        if elements.stop.is_some() && !says_something {
            return Err(DicomError::Broken);
        }
        Ok(Self { elements })
    }

    /// Frame `number`, counted from zero.
    ///
    /// # Errors
    /// [`FrameProblem`].
    pub fn frame(&self, source: &mut dyn Source, number: u32) -> Result<DicomFrame, FrameProblem> {
        frame::frame(&self.elements, source, number)
    }

    /// The waveforms, if it has any.
    pub fn signals(&self) -> Option<Signals> {
        waveform::signals(&self.elements)
    }

    /// What the file says of itself.
    pub fn view(&self) -> DicomView {
        let dataset = &self.elements.root;
        let layout = Layout::of(dataset);
        let problem = match &layout {
            Err(problem) => Some(problem.clone()),
            Ok(layout) => codec::problem(&self.elements, layout),
        };
        let lines = lines::of(dataset);
        DicomView {
            title: title(dataset),
            date: date(dataset),
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
            series: dataset.text(SERIES),
            instance: dataset.decimal(INSTANCE_NUMBER).map(|number| number as i64),
            frames: match (&layout, &self.elements.pixels) {
                (Err(_), _) | (_, PixelData::None) => 0,
                (Ok(layout), _) => pixels::count(&self.elements, layout),
            },
            rate: geometry::rate(dataset),
            columns: dataset.short(COLUMNS).map_or(0, u32::from),
            rows: dataset.short(ROWS).map_or(0, u32::from),
            aspect: geometry::aspect(dataset),
            spacing: geometry::spacing(dataset),
            regions: geometry::regions(dataset),
            edges: geometry::edges(dataset),
            unit: unit(dataset),
            problem,
            report: report::lines(dataset),
            embedded: embedded(dataset),
            signals: self.signals(),
            is_cut: lines.len() >= DICOM_LINES_MAX,
            lines,
            incomplete: self.elements.stop.is_some(),
        }
    }
}

pub(crate) fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(128..132) == Some(b"DICM")
        || (bytes.get(..2) == Some(&[8, 0]) && reader::read(&mut Cursor::new(bytes)).is_some())
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let Some(Elements { root, .. }) = reader::read(&mut Cursor::new(bytes)) else { return Found::default() };
    let known = root.text(MODALITY).is_some() || root.text(STUDY_DESCRIPTION).is_some();
    Found { title: known.then(|| title(&root)), date: date(&root), category: Some(category(&root)) }
}

/// The unit of a grey picture's values.
fn unit(dataset: &Dataset) -> Option<String> {
    let written = dataset.text(RESCALE_TYPE).filter(|written| written != "US" && written != "UNSPECIFIED");
    let unit = written.or_else(|| dataset.text(PET_UNITS)).or_else(|| dataset.text(DOSE_UNITS));
    match unit.as_deref() {
        None => (dataset.text(MODALITY).as_deref() == Some("CT")).then(|| "HU".to_owned()),
        Some("GY") => Some("Gy".to_owned()),
        Some("BQML") => Some("Bq/ml".to_owned()),
        Some("CNTS") => None,
        Some(other) => Some(other.to_owned()),
    }
}

fn embedded(dataset: &Dataset) -> Option<Embedded> {
    let media_type = dataset.text(DOCUMENT_TYPE).unwrap_or_else(|| "application/pdf".to_owned());
    match dataset.elements.get(&DOCUMENT)?.value {
        Value::Far { offset, length } => Some(Embedded { media_type, offset, length }),
        _ => None,
    }
}

/// `MRI Brain: Follow-up`.
fn title(dataset: &Dataset) -> String {
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

fn date(dataset: &Dataset) -> Option<DocumentDate> {
    let day = dataset.text(STUDY_DATE).or_else(|| dataset.text(CONTENT_DATE))?.replace('.', "");
    let time = dataset.text(STUDY_TIME).unwrap_or_default();
    DocumentDate::from_compact(&format!("{day}{time}")).or_else(|| DocumentDate::from_compact(&day))
}

fn category(dataset: &Dataset) -> Category {
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

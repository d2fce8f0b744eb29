//! Reads medical documents into views that a person can look at.
//!
//! It knows FHIR R4 JSON, DICOM, WFDB and EDF signals, PDF, images and text; of CDA and HL7 v2 it reads title and date; anything else is a
//! file. It only reads: the bytes that were sealed stay as they are, numbers are shown as they were written, and
//! what it cannot interpret is listed rather than dropped. It leaves keys, storage and the network to others and
//! depends on no other CareKey crate.
//!
//! Every function is total: any bytes give an answer or a typed error, with memory bounded by the limits in
//! [`limits`].
//!
//! ```
//! use carekey_clinical::{DocumentView, Kind, recognise, view};
//!
//! let bytes = br#"{"resourceType":"Observation","status":"final",
//!   "code":{"text":"Potassium"},"effectiveDateTime":"2026-05-12",
//!   "valueQuantity":{"value":5.60,"unit":"mmol/L"},
//!   "referenceRange":[{"low":{"value":3.5},"high":{"value":5.1}}]}"#;
//!
//! let found = recognise(Some("result.json"), bytes);
//! assert_eq!(found.kind, Kind::FhirResource);
//!
//! let DocumentView::Fhir(view) = view(bytes, found.kind).unwrap() else { panic!("a FHIR view") };
//! assert_eq!(view.results[0].value.as_ref().unwrap().text, "5.60");
//! ```

mod category;
mod cda;
mod dates;
mod dicom;
mod fhir;
mod hl7;
mod images;
pub mod limits;
pub mod own;
mod pdf;
mod recognise;
mod signals;
mod source;
pub mod summary;
mod text;
mod view;

pub use category::Category;
pub use dates::DocumentDate;
pub use dicom::{
    DicomError, DicomFile, DicomFrame, DicomLine, DicomView, Edges, Embedded, FrameProblem, PixelFormat, Region,
    ReportLine, Spacing, SpacingSource, Window, WindowFunction,
};
pub use fhir::{
    Allergy, Attachment, Code, Concept, DocumentEntry, Encounter, FhirError, FhirView, Flag, FlagSource, Medication,
    MedicationKind, Notice, OtherResource, PatientHeader, Problem, Procedure, ReferenceRange, Report, ResultComponent,
    ResultRow, ResultValue, Section, Vaccination,
};
pub use images::{ImageProblem, ImageView, tiff_as_png};
pub use pdf::PdfView;
pub use recognise::{Kind, Recognised, recognise};
pub use signals::{Channel, Finding, Group, Mark, Signals};
pub use source::Source;
pub use text::{TextEncoding, TextView};
pub use view::{DocumentView, TitledView, ViewError, view};

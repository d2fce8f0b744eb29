//! Reads medical documents into views that a person can look at.
//!
//! It knows FHIR R4 JSON, CDA, HL7 v2, DICOM, WFDB and EDF signals, PDF, images, text, and readings of people's devices
//! (FIT, Apple Health, glucose tables, Open mHealth); anything else is a file. It only reads: the bytes that were sealed
//! stay as they are, numbers are shown as they were written, and
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
mod devices;
mod dicom;
mod dosage;
mod fhir;
mod hl7;
mod images;
pub mod limits;
mod narrative;
pub mod own;
pub mod page;
mod parts;
mod pdf;
mod recognise;
mod results;
mod signals;
mod source;
pub mod summary;
mod text;
mod view;
mod xml;

pub use category::Category;
pub use cda::CdaError;
pub use dates::DocumentDate;
pub use devices::apple::{AppleHealthError, view_apple_health};
pub use devices::fit::FitError;
pub use dicom::{
    DicomError, DicomFile, DicomFrame, DicomLine, DicomView, Edges, Embedded, FrameProblem, PixelFormat, Region,
    ReportLine, Spacing, SpacingSource, Window, WindowFunction,
};
pub use fhir::{
    Allergy, Attachment, Code, Concept, DocumentEntry, Encounter, FhirError, FhirView, Flag, FlagSource, FurtherEntry,
    Medication, MedicationKind, Notice, PatientHeader, Problem, Procedure, ReferenceRange, Report, ResultComponent,
    ResultRow, ResultValue, Section, Vaccination,
};
pub use hl7::Hl7Error;
pub use images::{ImageProblem, ImageView, tiff_as_png};
pub use parts::{Part, part};
pub use pdf::PdfView;
pub use recognise::{Kind, Recognised, recognise};
pub use signals::{Channel, Finding, Group, Mark, Signals};
pub use source::Source;
pub use text::{TextEncoding, TextView};
pub use view::{DocumentView, ViewError, view};

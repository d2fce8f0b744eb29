//! A document as something to look at.

use std::io::Cursor;

use serde::Serialize;

use crate::cda::CdaError;
use crate::devices::apple::{self, AppleHealthError};
use crate::devices::fit::{self, FitError};
use crate::devices::{glucose, openmhealth};
use crate::dicom::{DicomError, DicomFile, DicomView};
use crate::fhir::{FhirDocument, FhirError, FhirView};
use crate::hl7::Hl7Error;
use crate::images::{ImageView, view_image};
use crate::page::Page;
use crate::pdf::PdfView;
use crate::recognise::Kind;
use crate::signals::Signals;
use crate::text::TextView;
use crate::{cda, hl7, pdf, text};

/// What a page shows. The original bytes are beside it, untouched.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum DocumentView {
    /// A FHIR Bundle or resource.
    Fhir(Box<FhirView>),
    /// A DICOM file.
    Dicom(Box<DicomView>),
    /// A recording of signals.
    Signals(Box<Signals>),
    /// A PDF.
    Pdf(PdfView),
    /// A picture.
    Image(ImageView),
    /// Text.
    Text(TextView),
    /// A CDA document, HL7 v2 messages, or readings of devices.
    Page(Box<Page>),
    /// A file that can be saved but not shown.
    File {
        /// Its size in bytes.
        bytes: u64,
    },
}

impl DocumentView {
    /// Whom the document says it is about.
    pub fn patient_name(&self) -> Option<&str> {
        match self {
            Self::Fhir(document) => document.patient.as_ref()?.name.as_deref(),
            Self::Dicom(file) => file.patient_name.as_deref(),
            Self::Page(page) => page.patient.as_ref()?.name.as_deref(),
            _ => None,
        }
    }
}

/// Why a document cannot be shown although its kind is known. It can still be saved.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// A FHIR document that cannot be read.
    #[error(transparent)]
    Fhir(#[from] FhirError),
    /// A DICOM file that cannot be read.
    #[error(transparent)]
    Dicom(#[from] DicomError),
    /// A CDA document that cannot be read.
    #[error(transparent)]
    Cda(#[from] CdaError),
    /// HL7 v2 messages that cannot be read.
    #[error(transparent)]
    Hl7(#[from] Hl7Error),
    /// A FIT file that cannot be read.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// An export of Apple Health that cannot be read.
    #[error(transparent)]
    AppleHealth(#[from] AppleHealthError),
    /// The bytes do not begin like a document of this kind.
    #[error("these bytes are not a document of kind {0:?}")]
    KindMismatch(Kind),
}

/// Reads a whole document of a kind that [`crate::recognise`] named.
///
/// # Errors
/// [`ViewError`] if the bytes are not such a document, are broken, or exceed a limit of [`crate::limits`].
pub fn view(bytes: &[u8], kind: Kind) -> Result<DocumentView, ViewError> {
    Ok(match kind {
        Kind::FhirBundle | Kind::FhirResource => DocumentView::Fhir(Box::new(FhirDocument::parse(bytes)?.view())),
        Kind::Dicom => DocumentView::Dicom(Box::new(DicomFile::open(&mut Cursor::new(bytes))?.view())),
        Kind::Signal => {
            let signals = Signals::open(&mut Cursor::new(bytes), None);
            DocumentView::Signals(Box::new(signals.ok_or(ViewError::KindMismatch(kind))?))
        }
        Kind::Pdf if pdf::is_pdf(bytes) => DocumentView::Pdf(pdf::view_pdf(bytes)),
        Kind::Image => DocumentView::Image(view_image(bytes).ok_or(ViewError::KindMismatch(kind))?),
        Kind::Text => DocumentView::Text(text::view_text(bytes)),
        Kind::Cda if cda::is_cda(bytes) => page(cda::view_cda(bytes)?),
        Kind::Hl7v2 if hl7::is_hl7(bytes) => page(hl7::view_hl7(bytes)?),
        Kind::Fit if fit::is_fit(bytes) => page(fit::view_fit(bytes)?),
        Kind::AppleHealth => page(apple::view_apple_health(Cursor::new(bytes))?),
        Kind::Glucose => page(glucose::view_glucose(bytes).ok_or(ViewError::KindMismatch(kind))?),
        Kind::OpenMHealth => page(openmhealth::view_data_point(bytes).ok_or(ViewError::KindMismatch(kind))?),
        Kind::File => DocumentView::File { bytes: bytes.len() as u64 },
        Kind::Pdf | Kind::Cda | Kind::Hl7v2 | Kind::Fit => return Err(ViewError::KindMismatch(kind)),
    })
}

fn page(page: Page) -> DocumentView {
    DocumentView::Page(Box::new(page))
}

//! Files inside documents: the letter in a FHIR `DocumentReference`, the PDF in a CDA document.

use crate::recognise::Kind;
use crate::{cda, fhir, hl7};

/// A file inside a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub title: Option<String>,
    /// Its media type, as the document says it.
    pub media_type: Option<String>,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The file that a page calls by this number ([`crate::page::PartView::part`]). `None`: there is none, or its bytes cannot
/// be decoded.
pub fn part(bytes: &[u8], kind: Kind, number: u32) -> Option<Part> {
    match kind {
        Kind::FhirBundle | Kind::FhirResource => fhir::FhirDocument::parse(bytes).ok()?.part(number),
        Kind::Cda => cda::part(bytes, number),
        Kind::Hl7v2 => hl7::part(bytes, number),
        _ => None,
    }
}

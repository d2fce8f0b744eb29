//! Opened documents, ready to be shown.

use carekey_clinical::limits::IMAGE_PIXELS_MAX;
use carekey_clinical::{
    CdaError, DicomError, DocumentDate, DocumentView, FhirError, FitError, Hl7Error, ImageView, Kind, PdfView,
    ViewError,
};

use super::pages;
pub(crate) use super::results::Series;
use crate::types::{DocumentMillis, Fact, ReadingProblem, ReadingProblemKind, RecordContent};

/// What a document says, and what its row learns from it.
pub(crate) struct Shown {
    pub(crate) content: RecordContent,
    /// Clinical category in English.
    pub(crate) category: Option<String>,
    /// Results out of range.
    pub(crate) out_of_range: Option<u32>,
}

impl Shown {
    /// Something of which the row learns nothing but its category.
    pub(crate) fn of(content: RecordContent, category: &str) -> Self {
        Self { content, category: Some(category.to_owned()), out_of_range: None }
    }
}

/// Shows a document that is read whole. `series` knows the values of the same owner's other documents, and learns those of this one.
pub(crate) fn show(bytes: &[u8], file_name: &str, series: &mut Series) -> Shown {
    let found = carekey_clinical::recognise(Some(file_name).filter(|name| !name.is_empty()), bytes);
    let other = Shown::of;
    match carekey_clinical::view(bytes, found.kind) {
        Ok(DocumentView::Fhir(view)) => pages::show(&view, series),
        Ok(DocumentView::Page(page)) => pages::page(*page, page_category(found.kind), series),
        // Pictures, signals and PDFs are shown without being read whole.
        Ok(DocumentView::Dicom(_) | DocumentView::Signals(_) | DocumentView::Pdf(_) | DocumentView::Image(_)) => {
            other(file(&found.media_type, Vec::new()), "File")
        }
        Ok(DocumentView::Text(view)) => other(RecordContent::Text { text: view.text, truncated: view.cut }, "Note"),
        Ok(DocumentView::File { .. }) => other(file(&found.media_type, Vec::new()), "File"),
        Err(error) => other(broken(&error, &found.media_type), "Document"),
    }
}

/// An export of Apple Health, however long.
pub(crate) fn apple_health(source: impl std::io::Read + std::io::Seek, media_type: &str) -> RecordContent {
    match carekey_clinical::view_apple_health(source) {
        Ok(page) => RecordContent::Clinical(page),
        Err(error) => broken(&error.into(), media_type),
    }
}

/// A document that is not read because of its size.
pub(crate) fn too_large(media_type: &str, bytes: u64) -> RecordContent {
    let problem =
        ReadingProblem { kind: ReadingProblemKind::TooLarge, detail: format!("the document has {bytes} bytes") };
    RecordContent::File { media_type: media_type.to_owned(), facts: Vec::new(), problem: Some(problem) }
}

/// A file of this kind, without anything to show of it.
pub(crate) fn file(media_type: &str, facts: Vec<Fact>) -> RecordContent {
    RecordContent::File { media_type: media_type.to_owned(), facts, problem: None }
}

/// A moment that documents write as text; none for what is not a date.
pub(crate) fn moment(written: &str) -> Option<DocumentMillis> {
    Some(DocumentDate::from_iso(written)?.unix_ms)
}

pub(crate) fn image(view: ImageView, description: String, is_too_large: bool) -> RecordContent {
    let pixels = u64::from(view.width.unwrap_or(0)) * u64::from(view.height.unwrap_or(0));
    RecordContent::Image {
        media_type: view.media_type,
        width: view.width,
        height: view.height,
        description,
        is_too_large: is_too_large || pixels > IMAGE_PIXELS_MAX,
    }
}

pub(crate) fn pdf(view: &PdfView, is_too_large: bool) -> RecordContent {
    RecordContent::Pdf { pages: view.pages, encrypted: view.encrypted, is_too_large }
}

/// What a row says of pages that are not FHIR.
fn page_category(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Cda => "Document",
        Kind::Hl7v2 => "Hospital message",
        Kind::Fit => "Activity",
        Kind::AppleHealth | Kind::Glucose | Kind::OpenMHealth => "Device readings",
        _ => return None,
    })
}

/// A file that cannot be shown, and why.
pub(crate) fn unreadable(why: &dyn std::fmt::Display, media_type: &str) -> RecordContent {
    let problem = ReadingProblem { kind: ReadingProblemKind::Damaged, detail: why.to_string() };
    RecordContent::File { media_type: media_type.to_owned(), facts: Vec::new(), problem: Some(problem) }
}

fn broken(error: &ViewError, media_type: &str) -> RecordContent {
    let problem = ReadingProblem { kind: problem_kind(error), detail: error.to_string() };
    RecordContent::File { media_type: media_type.to_owned(), facts: Vec::new(), problem: Some(problem) }
}

fn problem_kind(error: &ViewError) -> ReadingProblemKind {
    match error {
        ViewError::Fhir(FhirError::TooLarge { .. })
        | ViewError::Cda(CdaError::TooLarge { .. })
        | ViewError::Hl7(Hl7Error::TooLarge { .. })
        | ViewError::Fit(FitError::TooLarge { .. }) => ReadingProblemKind::TooLarge,
        ViewError::Fhir(FhirError::Json(error)) if error.is_eof() => ReadingProblemKind::CutShort,
        ViewError::Dicom(DicomError::Deflated) | ViewError::KindMismatch(_) => ReadingProblemKind::NotUnderstood,
        _ => ReadingProblemKind::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_shown_as_something() {
        let show = |bytes: &[u8]| show(bytes, "x", &mut Series::default()).content;
        assert!(matches!(show(b""), RecordContent::Text { .. } | RecordContent::File { .. }));
        assert!(matches!(show(b"Take it easy."), RecordContent::Text { truncated: false, .. }));
        assert!(matches!(show(&[0, 159, 146, 150, 0, 1]), RecordContent::File { .. }));
        assert!(matches!(
            show(br#"{"resourceType":"Bundle","entry":7}"#),
            RecordContent::File { .. } | RecordContent::Clinical(_)
        ));
    }
}

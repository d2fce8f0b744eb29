//! Opened documents, ready to be shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use carekey_clinical::{DicomView, DocumentDate, DocumentView, PdfView, TitledView, ViewError};

use super::fhir;
pub(crate) use super::results::Series;
use crate::types::{DocumentMillis, Fact, RecordContent};

/// Pictures and PDFs up to this size are shown in the window; larger ones can be saved.
const SHOWN_BYTES_MAX: usize = 20 << 20;

/// What a document says, and what its row learns from it.
pub(crate) struct Shown {
    pub(crate) content: RecordContent,
    /// Clinical category in English.
    pub(crate) category: Option<String>,
    /// Results out of range.
    pub(crate) out_of_range: Option<u32>,
}

/// Shows a document. `series` knows the values of the same owner's other documents, and learns those of this one.
pub(crate) fn show(bytes: &[u8], file_name: &str, series: &mut Series) -> Shown {
    let found = carekey_clinical::recognise(Some(file_name).filter(|name| !name.is_empty()), bytes);
    let other = |content, category: &str| Shown { content, category: Some(category.to_owned()), out_of_range: None };
    match carekey_clinical::view(bytes, found.kind) {
        Ok(DocumentView::Fhir(view)) => fhir::show(&view, series),
        Ok(DocumentView::Dicom(view)) => other(dicom(*view), "Medical image"),
        Ok(DocumentView::Pdf(view)) => other(pdf(view, bytes), "Document"),
        Ok(DocumentView::Image(view)) => {
            let is_shown = matches!(view.media_type.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp");
            if !is_shown || bytes.len() > SHOWN_BYTES_MAX {
                return other(file(&view.media_type, Vec::new()), "Picture");
            }
            let content = RecordContent::Image {
                src: data_url(&view.media_type, bytes),
                width: view.width.unwrap_or(0),
                height: view.height.unwrap_or(0),
                description: found.title,
                frames: 1,
                facts: Vec::new(),
            };
            other(content, "Picture")
        }
        Ok(DocumentView::Text(view)) => other(RecordContent::Text { text: view.text, truncated: view.cut }, "Note"),
        Ok(DocumentView::Titled(view)) => other(titled(view, &found.media_type), "Document"),
        Ok(DocumentView::File { .. }) => other(file(&found.media_type, Vec::new()), "File"),
        Err(error) => other(unreadable(&error, &found.media_type), "Document"),
    }
}

/// A file of this kind, without anything to show of it.
pub(crate) fn file(media_type: &str, facts: Vec<Fact>) -> RecordContent {
    RecordContent::File { media_type: media_type.to_owned(), facts }
}

/// A moment that documents write as text; none for what is not a date.
pub(crate) fn moment(written: &str) -> Option<DocumentMillis> {
    Some(DocumentDate::from_iso(written)?.unix_ms)
}

fn dicom(view: DicomView) -> RecordContent {
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push(Fact { label: label.to_owned(), value });
        }
    };
    fact("Modality", view.modality);
    fact("Body part", view.body_part);
    fact("Study", view.study_description);
    fact("Series", view.series_description);
    fact("Date", view.date.map(|date| date.iso));
    fact("Institution", view.institution);
    fact("Patient", view.patient_name);
    fact("Patient number", view.patient_id);
    fact("Born", view.patient_birth_date);
    fact("Not shown", view.problem.map(|problem| problem.to_string()));
    fact("Warning", view.incomplete.then(|| "the file ends early or is damaged".to_owned()));
    match view.frame {
        Some(frame) => RecordContent::Image {
            src: format!("data:image/png;base64,{}", frame.png_base64),
            width: frame.width,
            height: frame.height,
            description: view.title,
            frames: view.frames.max(1),
            facts,
        },
        None => file("application/dicom", facts),
    }
}

fn pdf(view: PdfView, bytes: &[u8]) -> RecordContent {
    let src = (bytes.len() <= SHOWN_BYTES_MAX).then(|| data_url("application/pdf", bytes));
    RecordContent::Pdf { pages: view.pages, text: Vec::new(), src }
}

fn titled(view: TitledView, media_type: &str) -> RecordContent {
    let fact = |label: &str, value: Option<String>| value.map(|value| Fact { label: label.to_owned(), value });
    let facts = [fact("Title", view.title), fact("Date", view.date.map(|date| date.iso))];
    file(media_type, facts.into_iter().flatten().collect())
}

fn unreadable(error: &ViewError, media_type: &str) -> RecordContent {
    file(media_type, vec![Fact { label: "Not shown".to_owned(), value: error.to_string() }])
}

fn data_url(media_type: &str, bytes: &[u8]) -> String {
    let mut url = format!("data:{media_type};base64,");
    STANDARD.encode_string(bytes, &mut url);
    url
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
        assert!(matches!(show(b"%PDF-1.7\n"), RecordContent::Pdf { src: Some(_), .. }));
        assert!(matches!(
            show(br#"{"resourceType":"Bundle","entry":7}"#),
            RecordContent::File { .. } | RecordContent::Clinical { .. }
        ));
    }
}

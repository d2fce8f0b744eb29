//! Opening and saving files inside records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use carekey_clinical::{DocumentView, Part};

use crate::context::Context;
use crate::types::{
    ErrorCode, ErrorView, FilePartView, PartExportRequest, PartOpenRequest, RecordContent, TaskKind, TaskStarted,
};
use crate::views::content::{self, Series};
use crate::{documents, errors, files};

/// Records up to this size are searched for files.
const BYTES_MAX: u64 = 64 << 20;

/// Pictures and PDFs inside a record are shown up to this size; larger ones can be saved.
const SHOWN_BYTES_MAX: usize = 20 << 20;

pub(crate) async fn open(cx: &Context, request: PartOpenRequest) -> Result<FilePartView, ErrorView> {
    let part = find(cx, &request.record_id, request.patient_id.as_deref(), &request.part).await?;
    let file_name = file_name(&part);
    // The values of an attachment have no history of their own: it may be about another time or person.
    let (content, src) = tokio::task::block_in_place(|| shown(&part, &file_name));
    Ok(FilePartView { file_name, content, src })
}

/// What it says; a picture or PDF comes with its bytes, as there is no record of its own to ask for them.
fn shown(part: &Part, file_name: &str) -> (RecordContent, Option<String>) {
    let found = carekey_clinical::recognise(Some(file_name), &part.bytes);
    let content = match carekey_clinical::view(&part.bytes, found.kind) {
        Ok(DocumentView::Image(view)) => content::image(view, found.title, part.bytes.len() > SHOWN_BYTES_MAX),
        Ok(DocumentView::Pdf(view)) => content::pdf(&view, part.bytes.len() > SHOWN_BYTES_MAX),
        _ => return (content::show(&part.bytes, file_name, &mut Series::default()).content, None),
    };
    let src = (part.bytes.len() <= SHOWN_BYTES_MAX).then(|| {
        let mut url = format!("data:{};base64,", found.media_type);
        STANDARD.encode_string(&part.bytes, &mut url);
        url
    });
    (content, src)
}

pub(crate) async fn export(cx: &Context, request: PartExportRequest) -> Result<TaskStarted, ErrorView> {
    let path = files::absolute(&request.path)?;
    let part = find(cx, &request.record_id, request.patient_id.as_deref(), &request.part).await?;
    let total = part.bytes.len() as u64;
    Ok(cx.start_task(TaskKind::Export, &files::name_of(&path), Some(total), move |task| async move {
        files::blocking(move || {
            files::replace(&path, &part.bytes).map_err(|error| errors::with_detail(ErrorCode::FileUnwritable, error))
        })
        .await?;
        task.progress(total, Some(total));
        Ok(None)
    }))
}

async fn find(cx: &Context, record: &str, patient: Option<&str>, number: &str) -> Result<Part, ErrorView> {
    let profile = cx.member()?;
    let number: u32 = number.parse().map_err(errors::invalid)?;
    let opened = documents::require(&profile, documents::key(&profile, record, patient)?).await?;
    tokio::task::block_in_place(|| {
        let bytes = opened.to_vec(BYTES_MAX)?;
        let name = opened.metadata.file_name.as_str();
        let kind = carekey_clinical::recognise(Some(name).filter(|name| !name.is_empty()), &bytes).kind;
        let part = carekey_clinical::part(&bytes, kind, number);
        part.ok_or_else(|| errors::with_detail(ErrorCode::NotFound, format_args!("no readable file {number} in it")))
    })
}

/// A title that is safe as a name, with the ending of its kind.
fn file_name(part: &Part) -> String {
    let found = carekey_clinical::recognise(part.title.as_deref(), &part.bytes);
    let title: String =
        found.title.chars().map(|c| if c.is_alphanumeric() || " -_.".contains(c) { c } else { '_' }).collect();
    let media_type = part.media_type.as_deref().unwrap_or(&found.media_type);
    let ending = match media_type.split(';').next().unwrap_or_default().trim() {
        "application/pdf" => "pdf",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/tiff" => "tif",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/csv" => "csv",
        "application/fhir+json" | "application/json" => "json",
        "application/cda+xml" | "text/xml" | "application/xml" => "xml",
        "application/dicom" => "dcm",
        _ => return title,
    };
    let known = title.to_lowercase().ends_with(&format!(".{ending}"));
    if known { title } else { format!("{title}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_gets_a_name_that_opens_with_the_right_program() {
        let part = |title: Option<&str>, media_type: &str| Part {
            title: title.map(str::to_owned),
            media_type: Some(media_type.to_owned()),
            bytes: b"%PDF-1.4".to_vec(),
        };
        assert_eq!(file_name(&part(Some("Letter: May/June"), "application/pdf")), "June.pdf");
        assert_eq!(file_name(&part(Some("letter.pdf"), "application/pdf")), "letter.pdf");
        assert_eq!(file_name(&part(None, "application/pdf")), "PDF document.pdf");
    }
}

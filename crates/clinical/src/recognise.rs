//! What a file is, from its bytes and perhaps its name.

use serde::Serialize;

use crate::category::{self, Category};
use crate::dates::DocumentDate;
use crate::devices::{apple, fit, glucose, openmhealth};
use crate::fhir::{self, FhirDocument};
use crate::limits::{RECOGNISE_BYTES_MAX, TITLE_CHARS_MAX};
use crate::signals::{edf, wfdb};
use crate::text::{looks_like_text, without_bom};
use crate::{cda, dicom, hl7, images, pdf};

/// Neither is registered; these are the names in use.
pub(crate) const EDF_MEDIA_TYPE: &str = "application/edf";
pub(crate) const WFDB_MEDIA_TYPE: &str = "application/x-wfdb-header";

/// The kinds of documents that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A FHIR Bundle in JSON.
    FhirBundle,
    /// Another FHIR resource in JSON.
    FhirResource,
    /// A DICOM file.
    Dicom,
    /// A recording of signals in WFDB or EDF.
    Signal,
    /// A PDF.
    Pdf,
    /// A picture; [`Recognised::media_type`] says which kind.
    Image,
    /// Text for people.
    Text,
    /// A CDA document (HL7 v3 XML).
    Cda,
    /// HL7 v2 messages.
    Hl7v2,
    /// A FIT file of a watch, scale or bicycle.
    Fit,
    /// An export of Apple Health: the archive from the telephone, or the `export.xml` in it.
    AppleHealth,
    /// A table of glucose readings.
    Glucose,
    /// An Open mHealth data point.
    OpenMHealth,
    /// Anything else.
    File,
}

/// What a file is and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recognised {
    /// What it is.
    pub kind: Kind,
    /// Its media type: `application/fhir+json`, `image/png`, …
    pub media_type: String,
    /// What to call it: its own title, else its file name, at most [`TITLE_CHARS_MAX`] characters.
    pub title: String,
    /// When it was made, if it says so.
    pub date: Option<DocumentDate>,
    /// The collection it fits.
    pub category: Category,
}

/// What a reader of one format found out.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) title: Option<String>,
    pub(crate) date: Option<DocumentDate>,
    pub(crate) category: Option<Category>,
}

/// Recognises a document. Never fails; what it does not know is a [`Kind::File`].
///
/// `bytes` may be the whole file or its beginning: at most [`RECOGNISE_BYTES_MAX`] are looked at. With only the
/// beginning the kind is found all the same; title and date then come from the bytes at hand, else from the name.
pub fn recognise(name: Option<&str>, bytes: &[u8]) -> Recognised {
    let bytes = &bytes[..bytes.len().min(RECOGNISE_BYTES_MAX)];
    let (kind, media_type, found) = look(bytes);
    let name = name.map(file_name).filter(|name| !name.is_empty());
    let title = found.title.as_deref().map(one_line).filter(|title| !title.is_empty());
    let title = title
        .or_else(|| name.map(readable_name).filter(|title| !title.is_empty()))
        .unwrap_or_else(|| untitled(kind).to_owned());
    let category = found
        .category
        .or_else(|| category::of_words(&title))
        .or_else(|| name.and_then(category::of_words))
        .unwrap_or(Category::General);
    Recognised { kind, media_type: media_type.to_owned(), title: shortened(&title), date: found.date, category }
}

fn look(bytes: &[u8]) -> (Kind, &'static str, Found) {
    if dicom::is_dicom(bytes) {
        return (Kind::Dicom, "application/dicom", dicom::summary(bytes));
    }
    if pdf::is_pdf(bytes) {
        return (Kind::Pdf, "application/pdf", pdf::summary(bytes));
    }
    if fit::is_fit(bytes) {
        return (Kind::Fit, "application/vnd.ant.fit", of_devices(None));
    }
    if let Some(media_type) = images::media_type(bytes) {
        return (Kind::Image, media_type, Found::default());
    }
    if edf::is_edf(bytes) {
        return (Kind::Signal, EDF_MEDIA_TYPE, edf::summary(bytes));
    }
    if let Some(found) = json(bytes) {
        return found;
    }
    if openmhealth::is_data_point(bytes) {
        return (Kind::OpenMHealth, "application/json", of_devices(None));
    }
    if let Some(media_type) = apple::media_type(bytes) {
        return (Kind::AppleHealth, media_type, of_devices(Some("Apple Health")));
    }
    if glucose::is_glucose(bytes) {
        return (Kind::Glucose, "text/csv", of_devices(None));
    }
    if hl7::is_hl7(bytes) {
        return (Kind::Hl7v2, "application/hl7-v2", hl7::summary(bytes));
    }
    if cda::is_cda(bytes) {
        return (Kind::Cda, "application/cda+xml", cda::summary(bytes));
    }
    if wfdb::is_wfdb(bytes) {
        return (Kind::Signal, WFDB_MEDIA_TYPE, wfdb::summary(bytes));
    }
    if looks_like_text(bytes) {
        return (Kind::Text, "text/plain", Found::default());
    }
    (Kind::File, "application/octet-stream", Found::default())
}

fn of_devices(title: Option<&str>) -> Found {
    Found { title: title.map(str::to_owned), category: Some(Category::Devices), ..Found::default() }
}

fn json(bytes: &[u8]) -> Option<(Kind, &'static str, Found)> {
    let start = without_bom(bytes).trim_ascii_start();
    if !start.starts_with(b"{") {
        return None;
    }
    let kind_of = |bundle: bool| if bundle { Kind::FhirBundle } else { Kind::FhirResource };
    if let Ok(document) = FhirDocument::parse(bytes) {
        let view = document.view();
        let found = Found {
            date: view.date.as_deref().and_then(DocumentDate::from_iso),
            category: Some(fhir::category_of(&view)),
            title: Some(view.title),
        };
        return Some((kind_of(document.is_bundle()), "application/fhir+json", found));
    }
    let name = top_level_resource_type(start)?;
    fhir::is_resource_name(&name).then(|| (kind_of(name == "Bundle"), "application/fhir+json", Found::default()))
}

/// The `resourceType` of a JSON object of which only the beginning may be here: walks strings and brackets, no more.
fn top_level_resource_type(json: &[u8]) -> Option<String> {
    let mut depth = 0_usize;
    let mut at = 0;
    let mut last_string: Option<&[u8]> = None;
    let mut key: Option<&[u8]> = None;
    while at < json.len() {
        match json[at] {
            b'"' => {
                let end = end_of_string(json, at + 1)?;
                let string = &json[at + 1..end];
                if depth == 1 && key == Some(b"resourceType") {
                    return std::str::from_utf8(string).ok().map(str::to_owned);
                }
                last_string = (depth == 1).then_some(string);
                at = end;
            }
            b':' if depth == 1 => key = last_string.take(),
            b',' if depth == 1 => key = None,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return None;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn end_of_string(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match json.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn untitled(kind: Kind) -> &'static str {
    match kind {
        Kind::FhirBundle | Kind::FhirResource => "Health record",
        Kind::Dicom => "Medical image",
        Kind::Signal => "Signal recording",
        Kind::Pdf => "PDF document",
        Kind::Image => "Picture",
        Kind::Text => "Note",
        Kind::Cda => "Clinical document",
        Kind::Hl7v2 => "Hospital message",
        Kind::Fit => "Activity",
        Kind::AppleHealth => "Apple Health",
        Kind::Glucose => "Glucose readings",
        Kind::OpenMHealth => "Measurement",
        Kind::File => "File",
    }
}

/// The last part of a path of either kind.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path).trim()
}

/// `lab_report-2026.pdf` as `lab report-2026`.
fn readable_name(name: &str) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && (1..=5).contains(&extension.chars().count()) => stem,
        _ => name,
    };
    one_line(&stem.replace('_', " "))
}

/// Without control characters and direction marks that could make a title look like something else.
pub(crate) fn one_line(text: &str) -> String {
    let hidden =
        |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !hidden(*c)).collect()
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= TITLE_CHARS_MAX {
        return title.to_owned();
    }
    let mut short: String = title.chars().take(TITLE_CHARS_MAX - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_bundle_is_enough_to_know_it() {
        let whole = br#"{"id":"x","meta":{"resourceType":"Decoy"},"resourceType":"Bundle","entry":[{"resource":{}}]}"#;
        for cut in 70..whole.len() {
            let found = recognise(Some("big.json"), &whole[..cut]);
            assert_eq!(found.kind, Kind::FhirBundle, "cut at {cut}");
            assert_eq!(found.title, "big", "an unreadable rest leaves the file name");
        }
        assert_eq!(
            recognise(None, br#"{"meta":{"resourceType":"Patient"}}"#).kind,
            Kind::Text,
            "only the top level counts"
        );
    }

    #[test]
    fn anything_else_is_a_file() {
        for bytes in [&b""[..], b"\x00\x01\x02", b"\xDE\xAD\xBE\xEF"] {
            let found = recognise(Some("/tmp/secret/data.bin"), bytes);
            assert_eq!((found.kind, found.title.as_str()), (Kind::File, "data"), "{bytes:?}");
        }
    }

    #[test]
    fn titles_cannot_disguise_themselves() {
        let found = recognise(Some("invoice\u{202E}fdp.exe"), b"\x00");
        assert!(!found.title.contains('\u{202E}'), "direction marks are removed");
        assert_eq!(recognise(Some("\u{200B}_.pdf"), b"\x00").title, "File", "a name of nothing visible is no title");
        assert_eq!(recognise(Some(&"x".repeat(500)), b"\x00").title.chars().count(), TITLE_CHARS_MAX);
    }
}

//! Records to look at: DICOM, signals, pictures and PDFs. They are read where they lie, a frame or a stretch at a time.

use std::sync::Arc;

use carekey_clinical::limits::RECOGNISE_BYTES_MAX;
use carekey_clinical::{DicomFile, DicomView, DocumentView, FrameProblem, Kind, Signals, Source};
use carekey_wallet::reading::OpenedRecord;
use serde_json::Value;

use crate::context::Context;
use crate::documents;
use crate::opened::{OpenProfile, RecordKey};
use crate::types::{
    BytesRequest, ErrorCode, ErrorView, FrameAnswer, RecordBytesRequest, RecordContent, RecordFrameRequest, RecordPart,
    RecordRow, RecordSeriesRequest, RecordSeriesView, RecordSignalRequest, SignalContent,
};
use crate::views::content::{self, Shown};
use crate::views::people::People;
use crate::views::records::Records;
use crate::{errors, shared};

/// Pictures and PDFs up to this size are shown in the window; larger ones can be saved.
const SHOWN_BYTES_MAX: u64 = 256 << 20;

/// Bytes in which a PDF's pages are counted and a picture's size is looked for.
const LOOKED_AT_BYTES_MAX: u64 = 32 << 20;

/// A record that was opened to be looked at: what was read of it, so that the next frame need not read it again.
pub(crate) enum Viewed {
    Dicom(DicomFile),
    /// Signals, and the record with their samples if it is another one.
    Signals(Signals, Option<Arc<OpenedRecord>>),
}

/// The series that a picture belongs to, and its place in it.
#[derive(Clone)]
pub(crate) struct Place {
    series: String,
    instance: Option<i64>,
}

/// What a record says, if it is something to look at.
pub(crate) async fn show(
    profile: &OpenProfile,
    key: RecordKey,
    opened: &Arc<OpenedRecord>,
) -> Result<Option<Shown>, ErrorView> {
    let (kind, title) = tokio::task::block_in_place(|| look(opened))?;
    let shown = |content, category: &str| Some(Shown::of(content, category));
    Ok(match kind {
        Kind::Dicom => {
            let viewed = view(profile, key, opened).await?;
            match &*viewed {
                Ok(Viewed::Dicom(file)) => {
                    let view = file.view();
                    learn(profile, key, &view);
                    let is_heart = view.signals.is_some();
                    shown(RecordContent::Dicom(Box::new(view)), if is_heart { "ECG" } else { "Medical image" })
                }
                Ok(Viewed::Signals(..)) => None,
                Err(why) => shown(content::unreadable(why, opened.metadata.media_type.as_str()), "Medical image"),
            }
        }
        Kind::Signal => {
            let viewed = view(profile, key, opened).await?;
            let content = match &*viewed {
                Ok(Viewed::Signals(signals, samples)) => {
                    let missing = signals.samples_file.clone().filter(|_| samples.is_none());
                    SignalContent { title, signals: Some(signals.clone()), missing }
                }
                _ => SignalContent { title, signals: None, missing: None },
            };
            shown(RecordContent::Signals(Box::new(content)), "Signal recording")
        }
        Kind::Image | Kind::Pdf => {
            let view = tokio::task::block_in_place(|| {
                let beginning = beginning(opened, LOOKED_AT_BYTES_MAX)?;
                Ok::<_, ErrorView>(carekey_clinical::view(&beginning, kind).ok())
            })?;
            let is_too_large = opened.bytes > SHOWN_BYTES_MAX;
            match view {
                Some(DocumentView::Image(view)) => shown(content::image(view, title, is_too_large), "Picture"),
                Some(DocumentView::Pdf(view)) => shown(content::pdf(&view, is_too_large), "Document"),
                _ => None,
            }
        }
        _ => None,
    })
}

/// What a record is, from its beginning.
fn look(opened: &OpenedRecord) -> Result<(Kind, String), ErrorView> {
    let beginning = beginning(opened, RECOGNISE_BYTES_MAX as u64)?;
    let name = Some(opened.metadata.file_name.as_str()).filter(|name| !name.is_empty());
    let found = carekey_clinical::recognise(name, &beginning);
    Ok((found.kind, found.title))
}

fn beginning(opened: &OpenedRecord, max: u64) -> Result<Vec<u8>, ErrorView> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    opened.reader()?.take(max).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

/// The copy here changed since it was checked, or the disk fails.
fn unread(error: std::io::Error) -> ErrorView {
    errors::with_detail(ErrorCode::FileUnreadable, error)
}

type Outcome = Arc<Result<Viewed, String>>;

/// What was read of a record, or why it cannot be.
async fn view(profile: &OpenProfile, key: RecordKey, opened: &Arc<OpenedRecord>) -> Result<Outcome, ErrorView> {
    if let Some(viewed) = profile.recently_viewed(&key, opened) {
        return Ok(viewed);
    }
    let (kind, _) = tokio::task::block_in_place(|| look(opened))?;
    let viewed = match kind {
        Kind::Dicom => tokio::task::block_in_place(|| {
            let mut source = opened.reader()?;
            Ok::<_, ErrorView>(DicomFile::open(&mut source).map(Viewed::Dicom).map_err(|error| error.to_string()))
        })?,
        Kind::Signal => {
            signals(profile, key, opened).await?.ok_or_else(|| "the samples are written in an unknown way".to_owned())
        }
        _ => Err("nothing to look at".to_owned()),
    };
    let viewed = Arc::new(viewed);
    profile.keep_viewed(key, opened, &viewed);
    Ok(viewed)
}

async fn signals(profile: &OpenProfile, key: RecordKey, opened: &OpenedRecord) -> Result<Option<Viewed>, ErrorView> {
    let Some(found) = tokio::task::block_in_place(|| Ok::<_, ErrorView>(Signals::open(&mut opened.reader()?, None)))?
    else {
        return Ok(None);
    };
    let Some(name) = &found.samples_file else { return Ok(Some(Viewed::Signals(found, None))) };
    let Some(samples) = companion(profile, key, name).await else { return Ok(Some(Viewed::Signals(found, None))) };
    let bytes = samples.bytes;
    let found = tokio::task::block_in_place(|| Ok::<_, ErrorView>(Signals::open(&mut opened.reader()?, Some(bytes))))?;
    Ok(found.map(|found| Viewed::Signals(found, Some(samples))))
}

/// The same person's record that was the file `name`. One that cannot be opened now is as good as none.
async fn companion(profile: &OpenProfile, key: RecordKey, name: &str) -> Option<Arc<OpenedRecord>> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let titles = [name.to_lowercase(), stem.to_lowercase(), stem.replace('_', " ").to_lowercase()];
    let rows = rows(profile, key).ok()?;
    for row in rows.iter().filter(|row| titles.contains(&row.title.to_lowercase())) {
        let Ok(reference) = row.id.parse() else { continue };
        let other = (key.0, reference);
        if other == key {
            continue;
        }
        if let Ok(documents::Opening::Opened(opened)) = documents::open_or_recent(profile, other).await
            && opened.metadata.file_name.as_str().eq_ignore_ascii_case(name)
        {
            return Some(opened);
        }
    }
    None
}

/// All records of the same owner that this person can see.
fn rows(profile: &OpenProfile, key: RecordKey) -> Result<Vec<RecordRow>, ErrorView> {
    let Some(patient) = key.0 else { return crate::timeline::all(profile) };
    let people = People::of(profile)?;
    let shown = Records { profile, people: &people };
    let seen = profile.seen(&shared::of_patient(profile, &patient)?)?;
    Ok(seen.iter().map(|record| shown.shared(&patient, record)).collect())
}

fn learn(profile: &OpenProfile, key: RecordKey, view: &DicomView) {
    if let Some(series) = &view.series {
        profile.learn_place(key, Place { series: series.clone(), instance: view.instance });
    }
}

/// The pictures of a record's series: those known to be, and those of the same moment and title that were not opened yet.
pub(crate) async fn series(cx: &Context, request: RecordSeriesRequest) -> Result<RecordSeriesView, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let rows = rows(&profile, key)?;
    let Some(own) = rows.iter().find(|row| row.id == request.record_id).cloned() else {
        return Ok(RecordSeriesView { records: Vec::new() });
    };
    let Some(place) = profile.place(&key) else { return Ok(RecordSeriesView { records: vec![own] }) };
    let mut found: Vec<(Option<i64>, RecordRow)> = rows
        .into_iter()
        .filter_map(|row| {
            let known = profile.place(&(key.0, row.id.parse().ok()?));
            let belongs = match &known {
                Some(known) => known.series == place.series,
                None => {
                    row.title == own.title && row.date == own.date && row.kind == own.kind && row.author == own.author
                }
            };
            belongs.then(|| (known.and_then(|known| known.instance), row))
        })
        .collect();
    // Those whose place is not known yet stand where they were added.
    found.sort_by(|(a, left), (b, right)| match (a, b) {
        (Some(a), Some(b)) => a.cmp(b),
        _ => (left.added, &left.id).cmp(&(right.added, &right.id)),
    });
    Ok(RecordSeriesView { records: found.into_iter().map(|(_, row)| row).collect() })
}

/// Answers a request whose answer is bytes.
///
/// # Errors
/// `invalidRequest`, `unknownCommand`, or what the command says.
pub(crate) async fn bytes(cx: &Context, name: &str, request: Value) -> Result<Vec<u8>, ErrorView> {
    match name {
        RecordBytesRequest::COMMAND => whole(cx, read(request)?).await,
        RecordFrameRequest::COMMAND => frame(cx, read(request)?).await,
        RecordSignalRequest::COMMAND => signal(cx, read(request)?).await,
        _ => Err(errors::with_detail(ErrorCode::UnknownCommand, name)),
    }
}

fn read<Q: BytesRequest>(request: Value) -> Result<Q, ErrorView> {
    serde_json::from_value(request).map_err(errors::invalid)
}

async fn opened(
    cx: &Context,
    record: &str,
    patient: Option<&str>,
) -> Result<(Arc<OpenProfile>, RecordKey, Arc<OpenedRecord>), ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, record, patient)?;
    let opened = documents::require(&profile, key).await?;
    Ok((profile, key, opened))
}

async fn whole(cx: &Context, request: RecordBytesRequest) -> Result<Vec<u8>, ErrorView> {
    let (profile, key, opened) = opened(cx, &request.record_id, request.patient_id.as_deref()).await?;
    match request.part {
        RecordPart::Whole => tokio::task::block_in_place(|| {
            let bytes = opened.to_vec(SHOWN_BYTES_MAX)?;
            if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
                let png = carekey_clinical::tiff_as_png(&bytes);
                return png.map_err(|why| errors::with_detail(ErrorCode::FileUnreadable, why));
            }
            Ok(bytes)
        }),
        RecordPart::Embedded => {
            let viewed = view(&profile, key, &opened).await?;
            let Ok(Viewed::Dicom(file)) = &*viewed else { return Err(errors::plain(ErrorCode::NotFound)) };
            let embedded = file.view().embedded.ok_or_else(|| errors::plain(ErrorCode::NotFound))?;
            if embedded.length > SHOWN_BYTES_MAX {
                return Err(errors::plain(ErrorCode::FileTooLarge));
            }
            tokio::task::block_in_place(|| embedded.read(&mut opened.reader()?).map_err(unread))
        }
    }
}

async fn frame(cx: &Context, request: RecordFrameRequest) -> Result<Vec<u8>, ErrorView> {
    let (profile, key, opened) = opened(cx, &request.record_id, request.patient_id.as_deref()).await?;
    let viewed = view(&profile, key, &opened).await?;
    let Ok(Viewed::Dicom(file)) = &*viewed else { return Err(errors::plain(ErrorCode::NotFound)) };
    tokio::task::block_in_place(|| {
        let mut source = opened.reader()?;
        packed(file.frame(&mut source as &mut dyn Source, request.frame))
    })
}

/// See [`RecordFrameRequest`].
fn packed(frame: Result<carekey_clinical::DicomFrame, FrameProblem>) -> Result<Vec<u8>, ErrorView> {
    let (pixels, overlay, answer) = match frame {
        Ok(mut frame) => {
            let (pixels, overlay) = (std::mem::take(&mut frame.pixels), std::mem::take(&mut frame.overlay));
            (pixels, overlay, FrameAnswer::Frame(Box::new(frame)))
        }
        Err(problem) => (Vec::new(), Vec::new(), FrameAnswer::Problem { problem }),
    };
    let mut json = serde_json::to_vec(&answer).map_err(|error| errors::with_detail(ErrorCode::Internal, error))?;
    json.resize((4 + json.len()).next_multiple_of(8) - 4, b' ');
    let mut bytes = Vec::with_capacity(4 + json.len() + pixels.len() + overlay.len());
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(json);
    bytes.extend(pixels);
    bytes.extend(overlay);
    Ok(bytes)
}

async fn signal(cx: &Context, request: RecordSignalRequest) -> Result<Vec<u8>, ErrorView> {
    let (profile, key, opened) = opened(cx, &request.record_id, request.patient_id.as_deref()).await?;
    let viewed = view(&profile, key, &opened).await?;
    let waveforms;
    let (signals, record) = match &*viewed {
        Ok(Viewed::Signals(signals, samples)) => (signals, samples.as_ref().unwrap_or(&opened)),
        Ok(Viewed::Dicom(file)) => {
            waveforms = file.signals().ok_or_else(|| errors::plain(ErrorCode::NotFound))?;
            (&waveforms, &opened)
        }
        Err(_) => return Err(errors::plain(ErrorCode::NotFound)),
    };
    let group = signals.groups.get(request.group as usize).ok_or_else(|| errors::plain(ErrorCode::NotFound))?;
    tokio::task::block_in_place(|| {
        let mut source = record.reader()?;
        let values = group.read(&mut source, request.from, request.count, request.step).map_err(unread)?;
        Ok(values.into_iter().flat_map(f32::to_le_bytes).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_pixels_leaves_them_where_wide_numbers_can_be_read() {
        let bytes = packed(Err(FrameProblem::Truncated)).unwrap();
        let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
        assert_eq!((bytes.len() % 8, length), (0, bytes.len() - 4));
        let answer: Value = serde_json::from_slice(&bytes[4..]).unwrap();
        assert_eq!((&answer["outcome"], &answer["problem"]["code"]), (&"problem".into(), &"truncated".into()));
    }
}

//! One's own records, and opening anybody's.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use carekey_clinical::limits::RECOGNISE_BYTES_MAX;
use carekey_clinical::{Category, Kind, Recognised};
use carekey_crypto::Digest;
use carekey_network::records::RECORD_BYTES_MAX;
use carekey_protocol::{RecordRef, UnixMillis};
use carekey_wallet::reading::OpenedRecord;
use carekey_wallet::records::{RecordDraft, Source, document_digest};
use carekey_wallet::vault::records::RecordDetails;

use crate::app::lock;
use crate::context::Context;
use crate::documents::{self, Opening};
use crate::opened::{OpenProfile, RecordKey};
use crate::sealing::{self, Sealing};
use crate::types::{
    AppEvent, Collection, Done, DuplicateView, ErrorCode, ErrorView, FileInspectRequest, FileInspection, OwnEntryView,
    RecordContent, RecordEraseRequest, RecordExportRequest, RecordImportRequest, RecordMoveRequest, RecordOpenRequest,
    RecordRow, RecordView, ResultPoint, TaskKind, TaskStarted, TrustState, VersionView,
};
use crate::views::content;
use crate::views::people::People;
use crate::views::records::{self as rows, Records};
use crate::views::{self, trust};
use crate::{entries, errors, files, gist, shared, viewing};

/// Documents up to this size are read into memory to be shown; larger ones can be saved.
const SHOWN_BYTES_MAX: u64 = 64 << 20;

/// Longest history of a value that is shown.
const HISTORY_MAX: usize = 500;

/// Longest title, in bytes.
pub(crate) const TITLE_BYTES_MAX: usize = 120;

pub(crate) async fn open(cx: &Context, request: RecordOpenRequest) -> Result<RecordView, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let opening = documents::open(&profile, key).await?;
    let (content, entry) = match &opening {
        Opening::Opened(opened) => show(&profile, key, opened).await?,
        Opening::Withheld(_) => (RecordContent::Withheld, None),
    };
    let row = row(&profile, &key, &opening)?;
    let people = People::of(&profile)?;
    let trust = match &opening {
        Opening::Opened(opened) if opened.proof.is_none() => {
            trust::unverified(TrustState::Pending, row.author.clone(), row.self_reported, trust::not_made())
        }
        Opening::Opened(opened) => trust::verified(&profile, &people, opened, row.self_reported).await,
        Opening::Withheld(withheld) => {
            trust::unverified(TrustState::Failed, row.author.clone(), row.self_reported, trust::failed(withheld))
        }
    };
    let kept = matches!(&opening, Opening::Opened(opened) if opened.kept);
    let versions = if key.0.is_none() { versions(&profile, &key.1)? } else { Vec::new() };
    Ok(RecordView { row, trust, content, entry, versions, kept })
}

fn versions(profile: &OpenProfile, reference: &RecordRef) -> Result<Vec<VersionView>, ErrorView> {
    let view = |row: carekey_wallet::records::RecordRow| VersionView {
        id: row.reference.to_string(),
        title: row.title,
        added: row.added.0,
    };
    Ok(profile.wallet.older_versions(reference)?.into_iter().map(view).collect())
}

/// Reads and interprets a document, and keeps what it says.
async fn show(
    profile: &OpenProfile,
    key: RecordKey,
    opened: &Arc<OpenedRecord>,
) -> Result<(RecordContent, Option<OwnEntryView>), ErrorView> {
    if let Some(shown) = viewing::show(profile, key, opened).await? {
        if let (None, reference) = &key {
            let (category, out_of_range) = (shown.category.clone(), shown.out_of_range);
            let details = RecordDetails { original_bytes: opened.bytes, category, out_of_range };
            profile.wallet.describe_record(reference, &details)?;
        }
        return Ok((shown.content, None));
    }
    if opened.bytes > SHOWN_BYTES_MAX {
        return tokio::task::block_in_place(|| Ok((large(opened)?, None)));
    }
    tokio::task::block_in_place(|| {
        let bytes = opened.to_vec(SHOWN_BYTES_MAX)?;
        let mut shown = {
            let mut series = lock(&profile.series);
            content::show(&bytes, opened.metadata.file_name.as_str(), series.entry(key.0).or_default())
        };
        let (None, reference) = &key else { return Ok((shown.content, None)) };
        let understood = gist::understanding(&shown, opened.metadata.title.as_str());
        profile.wallet.learn(reference, opened, &bytes, &understood)?;
        complete_history(profile, &mut shown.content)?;
        Ok((shown.content, entries::read(profile, reference, &bytes)))
    })
}

/// Gives each value the same person's other values of its code and unit, from all documents that were ever read.
fn complete_history(profile: &OpenProfile, content: &mut RecordContent) -> Result<(), ErrorView> {
    let RecordContent::Clinical(page) = content else { return Ok(()) };
    for item in page.sections.iter_mut().flat_map(|section| &mut section.results) {
        let code = item.code.as_deref().and_then(|code| code.strip_prefix("LOINC "));
        let Some(code) = code.filter(|_| item.value.is_some() && !item.retracted && item.about.is_none()) else {
            continue;
        };
        let unit = item.unit.as_deref().unwrap_or_default();
        let readings = profile.wallet.readings_of(code)?;
        let mut points: BTreeMap<i64, f64> = item.history.iter().map(|point| (point.at, point.value)).collect();
        points.extend(
            readings.iter().filter(|(_, one)| one.unit == unit).map(|(_, reading)| (reading.at, reading.value)),
        );
        let skipped = points.len().saturating_sub(HISTORY_MAX);
        item.history = points.into_iter().skip(skipped).map(|(at, value)| ResultPoint { at, value }).collect();
    }
    Ok(())
}

/// Of what does not fit into memory, a health export can be read from front to back; the rest can be saved.
fn large(opened: &OpenedRecord) -> Result<RecordContent, ErrorView> {
    let mut beginning = Vec::new();
    let mut start = opened.reader()?.take(RECOGNISE_BYTES_MAX as u64);
    start.read_to_end(&mut beginning).map_err(errors::internal)?;
    let found = carekey_clinical::recognise(Some(opened.metadata.file_name.as_str()), &beginning);
    Ok(match found.kind {
        Kind::AppleHealth => content::apple_health(opened.reader()?, &found.media_type),
        _ => content::too_large(opened.metadata.media_type.as_str(), opened.bytes),
    })
}

/// The row of a record that was just opened.
fn row(profile: &OpenProfile, key: &RecordKey, opening: &Opening) -> Result<RecordRow, ErrorView> {
    let people = People::of(profile)?;
    let records = Records { profile, people: &people };
    let (owner, reference) = key;
    let Some(patient) = owner else {
        if let Ok(row) = profile.wallet.record(reference) {
            return Ok(records.own(&row));
        }
        return Err(errors::plain(ErrorCode::NotFound));
    };
    let seen = profile.seen(&shared::of_patient(profile, patient)?)?;
    let listed = seen.iter().find(|row| row.item.reference == *reference);
    match (listed, opening) {
        (Some(record), _) => Ok(records.shared(patient, record)),
        (None, Opening::Opened(opened)) => Ok(records.unlisted(patient, opened)),
        (None, _) => Ok(records.unknown(reference)),
    }
}

pub(crate) async fn export(cx: &Context, request: RecordExportRequest) -> Result<TaskStarted, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let path = files::absolute(&request.path)?;
    Ok(cx.start_task(TaskKind::Export, &files::name_of(&path), None, move |task| async move {
        let opened = task.unless_cancelled(documents::require(&profile, key)).await?;
        let total = Some(opened.bytes);
        task.progress(0, total);
        let saving = std::sync::Arc::clone(&task);
        files::blocking(move || {
            opened.save(&path, |done| saving.progress(done, total)).map_err(|error| match ErrorView::from(error) {
                // What could not be read is the copy here; what the person can change is where to.
                ErrorView { code: ErrorCode::FileUnreadable, detail, .. } => {
                    ErrorView { detail, ..errors::plain(ErrorCode::FileUnwritable) }
                }
                other => other,
            })
        })
        .await?;
        Ok(None)
    }))
}

pub(crate) async fn import(cx: &Context, request: RecordImportRequest) -> Result<TaskStarted, ErrorView> {
    let profile = cx.member()?;
    let path = files::absolute(&request.path)?;
    let title = checked_title(&request.title)?;
    let me = profile.me()?;
    let mut sealing = seal_file(&path, &title, request.collection, me.clone(), me.body.hospital).await?;
    if let Some(date) = request.date {
        sealing.draft.document_time = UnixMillis(u64::try_from(date).unwrap_or(0));
    }
    Ok(sealing::start(cx, profile, TaskKind::Import, sealing))
}

/// A file, ready to be sealed for somebody.
pub(crate) async fn seal_file(
    path: &Path,
    title: &str,
    collection: Collection,
    patient: carekey_protocol::Certificate,
    hospital: carekey_protocol::HospitalId,
) -> Result<Sealing, ErrorView> {
    let (size, found) = look_at(path).await?;
    // The ledger's times begin in 1970; an older document says its own date when it is opened.
    let date = found.date.as_ref().map_or_else(files::now, |date| u64::try_from(date.unix_ms).unwrap_or(0));
    let draft = RecordDraft {
        patient,
        title: title.to_owned(),
        media_type: found.media_type,
        file_name: files::name_of(path),
        category: views::protocol_collection(collection),
        document_time: UnixMillis(date),
        supersedes: None,
    };
    Ok(Sealing { hospital, draft, source: Source::File(path.to_owned()), size })
}

pub(crate) async fn inspect(cx: &Context, request: FileInspectRequest) -> Result<FileInspection, ErrorView> {
    let path = files::absolute(&request.path)?;
    let (size, found) = look_at(&path).await?;
    let read = path.clone();
    let ReadThrough { damage, patient, digest } = files::blocking(move || read_through(&read, size)).await?;
    // Before anybody is registered a file can be looked at all the same.
    let known = cx.member().ok().map(|profile| profile.wallet.records_with(&digest)).transpose()?;
    let duplicate = known
        .and_then(|rows| rows.into_iter().next())
        .map(|row| DuplicateView { record_id: row.reference.to_string(), title: row.title });
    Ok(FileInspection {
        name: files::name_of(&path),
        size,
        kind: rows::kind(&found.media_type),
        date: found.date.as_ref().map(|date| date.unix_ms),
        collection: category(found.category),
        title: found.title,
        damage,
        duplicate,
        patient,
    })
}

struct ReadThrough {
    /// Why the document cannot be shown, if it cannot.
    damage: Option<String>,
    /// Whom it says it is about.
    patient: Option<String>,
    digest: Digest,
}

fn read_through(path: &Path, size: u64) -> Result<ReadThrough, ErrorView> {
    let unreadable = |error: std::io::Error| errors::unreadable(path, &error);
    if size > SHOWN_BYTES_MAX {
        let mut file = std::io::BufReader::new(std::fs::File::open(path).map_err(unreadable)?);
        let digest = document_digest(&mut file).map_err(unreadable)?;
        return Ok(ReadThrough { damage: None, patient: None, digest });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let digest = document_digest(&mut bytes.as_slice()).map_err(unreadable)?;
    let found = carekey_clinical::recognise(Some(&files::name_of(path)), &bytes);
    Ok(match carekey_clinical::view(&bytes, found.kind) {
        Ok(document) => ReadThrough { damage: None, patient: document.patient_name().map(str::to_owned), digest },
        Err(error) => ReadThrough { damage: Some(error.to_string()), patient: None, digest },
    })
}

/// Length and kind of a file, from its beginning.
async fn look_at(path: &Path) -> Result<(u64, Recognised), ErrorView> {
    let path = path.to_owned();
    files::blocking(move || {
        let unreadable = |error: std::io::Error| errors::unreadable(&path, &error);
        let file = std::fs::File::open(&path).map_err(unreadable)?;
        let about = file.metadata().map_err(unreadable)?;
        if !about.is_file() {
            return Err(errors::with_detail(ErrorCode::FileUnreadable, "not a file"));
        }
        if about.len() > RECORD_BYTES_MAX {
            return Err(errors::with_detail(ErrorCode::FileTooLarge, format_args!("{} bytes", about.len())));
        }
        if about.len() == 0 {
            return Err(errors::plain(ErrorCode::FileEmpty));
        }
        let mut beginning = Vec::new();
        file.take(RECOGNISE_BYTES_MAX as u64).read_to_end(&mut beginning).map_err(unreadable)?;
        Ok((about.len(), carekey_clinical::recognise(Some(&files::name_of(&path)), &beginning)))
    })
    .await
}

fn category(found: Category) -> Collection {
    match found {
        Category::General => Collection::General,
        Category::Heart => Collection::Heart,
        Category::Medication => Collection::Medication,
        Category::Laboratory => Collection::Laboratory,
        Category::MentalHealth => Collection::MentalHealth,
        Category::Devices => Collection::Devices,
    }
}

/// A title people can read.
///
/// # Errors
/// `invalidRequest` for none, or one of several lines.
pub(crate) fn checked_title(title: &str) -> Result<String, ErrorView> {
    let title = title.trim();
    if title.is_empty() || title.chars().any(char::is_control) {
        return Err(errors::invalid("a record needs a title of one line"));
    }
    Ok(title[..title.floor_char_boundary(TITLE_BYTES_MAX)].to_owned())
}

pub(crate) async fn move_to(cx: &Context, request: RecordMoveRequest) -> Result<RecordRow, ErrorView> {
    let profile = cx.member()?;
    let (_, reference) = documents::key(&profile, &request.record_id, None)?;
    profile.wallet.move_record(&reference, views::protocol_collection(request.collection))?;
    cx.app.tell_profile(&profile.id, &AppEvent::RecordsChanged);
    let people = People::of(&profile)?;
    Ok(Records { profile: &profile, people: &people }.own(&profile.wallet.record(&reference)?))
}

/// Erases a record with its older versions. The confirmation is the window's.
pub(crate) async fn erase(cx: &Context, request: RecordEraseRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    let (_, reference) = documents::key(&profile, &request.record_id, None)?;
    let row = profile.wallet.record(&reference)?;
    if row.erase.is_some() {
        return Err(errors::plain(ErrorCode::RecordErased));
    }
    if row.anchor.height().is_none() {
        // What its hospital does not have yet is simply taken back.
        return match profile.wallet.take_back(&reference)? {
            true => Ok(Done {}),
            false => Err(errors::plain(ErrorCode::RecordPending)),
        };
    }
    let older = profile.wallet.older_versions(&reference)?;
    for version in older.iter().rev().map(|row| row.reference).chain([reference]) {
        profile.wallet.erase(&version).await?;
        profile.forget(&(None, version));
    }
    cx.app.tell_profile(&profile.id, &AppEvent::RecordsChanged);
    Ok(Done {})
}

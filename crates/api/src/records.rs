//! One's own records, and opening anybody's.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use carekey_clinical::limits::RECOGNISE_BYTES_MAX;
use carekey_clinical::{Category, Recognised};
use carekey_network::records::RECORD_BYTES_MAX;
use carekey_protocol::UnixMillis;
use carekey_wallet::reading::OpenedRecord;
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::vault::Progress;
use carekey_wallet::vault::records::RecordDetails;

use crate::app::lock;
use crate::context::Context;
use crate::documents::{self, Opening};
use crate::opened::{OpenProfile, RecordKey};
use crate::sealing::{self, Sealing};
use crate::types::{
    AppEvent, Collection, CollectionCount, ErrorCode, ErrorView, FileInspectRequest, FileInspection, RecordContent,
    RecordExportRequest, RecordImportRequest, RecordMoveRequest, RecordOpenRequest, RecordRow, RecordView,
    RecordsListRequest, RecordsView, TaskKind, TaskStarted, TrustState,
};
use crate::views::content::{self, Shown};
use crate::views::people::People;
use crate::views::records::{self as rows, Records};
use crate::views::{self, trust};
use crate::{errors, files, shared, viewing};

/// Documents up to this size are read into memory to be shown; larger ones can be saved.
const SHOWN_BYTES_MAX: u64 = 64 << 20;

/// Longest title, in bytes.
pub(crate) const TITLE_BYTES_MAX: usize = 120;

pub(crate) async fn list(cx: &Context, request: RecordsListRequest) -> Result<RecordsView, ErrorView> {
    let profile = cx.member()?;
    let all = all(&profile)?;
    let count = |collection| CollectionCount {
        collection,
        count: all.iter().filter(|row| row.collection == collection).count() as u32,
    };
    let collections = views::COLLECTIONS.map(count).into();
    let wanted = request.text.unwrap_or_default().trim().to_lowercase();
    let is_wanted = |row: &RecordRow| {
        request.collection.is_none_or(|collection| row.collection == collection)
            && [&row.title, row.category.as_ref().unwrap_or(&String::new()), &row.author.name]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
    };
    let records = all.iter().filter(|row| is_wanted(row)).cloned().collect();
    Ok(RecordsView { records, collections })
}

/// All own records, the newest first; those on their way into a block among them.
pub(crate) fn all(profile: &OpenProfile) -> Result<Vec<RecordRow>, ErrorView> {
    let (people, me) = (People::of(profile)?, profile.me()?);
    let records = Records { profile, people: &people };
    let own = profile.wallet.records(None)?;
    let is_known = |reference| own.iter().any(|row| row.reference == reference);
    let written = profile.wallet.written()?;
    let coming = written.iter().filter(|row| {
        row.patient == me.body.id && !matches!(row.anchor, Progress::Recorded { .. }) && !is_known(row.reference)
    });
    let mut all: Vec<RecordRow> = coming.map(|row| records.on_its_way(row, &me)).collect();
    all.extend(own.iter().map(|row| records.own(row)));
    all.sort_by_key(|row| std::cmp::Reverse(row.date));
    Ok(all)
}

pub(crate) async fn open(cx: &Context, request: RecordOpenRequest) -> Result<RecordView, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let opening = documents::open(&profile, key).await?;
    let content = match &opening {
        Opening::Opened(opened) => show(&profile, key, opened).await?,
        Opening::Withheld(_) => RecordContent::Withheld,
        Opening::OnItsWay => content::file("application/octet-stream", Vec::new()),
    };
    let row = row(&profile, &key, &opening)?;
    let people = People::of(&profile)?;
    let trust = match &opening {
        Opening::Opened(opened) => trust::verified(&profile, &people, opened, row.self_reported).await,
        Opening::Withheld(withheld) => {
            trust::unverified(TrustState::Failed, row.author.clone(), row.self_reported, trust::failed(withheld))
        }
        Opening::OnItsWay => {
            trust::unverified(TrustState::Pending, row.author.clone(), row.self_reported, trust::not_made())
        }
    };
    Ok(RecordView { row, trust, content })
}

/// Reads and interprets a document, and keeps what its row learns from it.
async fn show(profile: &OpenProfile, key: RecordKey, opened: &Arc<OpenedRecord>) -> Result<RecordContent, ErrorView> {
    if let Some(shown) = viewing::show(profile, key, opened).await? {
        return keep_details(profile, key, opened, shown);
    }
    if opened.bytes > SHOWN_BYTES_MAX {
        return Ok(content::file(opened.metadata.media_type.as_str(), Vec::new()));
    }
    let shown = tokio::task::block_in_place(|| {
        let bytes = opened.to_vec(SHOWN_BYTES_MAX)?;
        let mut series = lock(&profile.series);
        let name = opened.metadata.file_name.as_str();
        Ok::<Shown, ErrorView>(content::show(&bytes, name, series.entry(key.0).or_default()))
    })?;
    keep_details(profile, key, opened, shown)
}

fn keep_details(
    profile: &OpenProfile,
    key: RecordKey,
    opened: &OpenedRecord,
    shown: Shown,
) -> Result<RecordContent, ErrorView> {
    if let (None, reference) = &key {
        let Shown { category, out_of_range, .. } = &shown;
        let (category, out_of_range) = (category.clone(), *out_of_range);
        let details = RecordDetails { original_bytes: opened.bytes, category, out_of_range };
        profile.wallet.describe_record(reference, &details)?;
    }
    Ok(shown.content)
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
        let written = profile.wallet.written()?;
        let row = written.iter().find(|row| row.reference == *reference);
        return Ok(records.on_its_way(row.ok_or_else(|| errors::plain(ErrorCode::NotFound))?, &profile.me()?));
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
    let sealing = seal_file(&path, &title, request.collection, me.clone(), me.body.hospital).await?;
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

pub(crate) async fn inspect(_: &Context, request: FileInspectRequest) -> Result<FileInspection, ErrorView> {
    let path = files::absolute(&request.path)?;
    let (size, found) = look_at(&path).await?;
    Ok(FileInspection {
        name: files::name_of(&path),
        size,
        kind: rows::kind(&found.media_type),
        date: found.date.as_ref().map(|date| date.unix_ms),
        collection: category(found.category),
        title: found.title,
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

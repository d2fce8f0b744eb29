//! What clinicians write for patients.

use carekey_protocol::{Certificate, ParticipantId, Role, UnixMillis};
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::vault::Progress;

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::records::{checked_title, seal_file};
use crate::sealing::{self, Sealing};
use crate::types::{
    ClinicAttachRequest, ClinicRecipientsRequest, ClinicRecipientsView, ClinicWriteRequest, ClinicWrittenRequest,
    ErrorCode, ErrorView, TaskKind, TaskStarted, WrittenRow, WrittenState, WrittenView,
};
use crate::views::people::People;
use crate::views::protocol_collection;
use crate::views::records::ADVICE;
use crate::{errors, files, people};

/// Longest note, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// How many written records are listed.
const ROWS_MAX: usize = 100;

/// Those who share with this clinician, and those whose card they were given. Hospitals publish no list of patients.
pub(crate) async fn recipients(cx: &Context, _: ClinicRecipientsRequest) -> Result<ClinicRecipientsView, ErrorView> {
    let profile = clinician(cx)?;
    let mut known = profile.wallet.contacts()?;
    let sharing = profile.wallet.shared()?;
    known.extend(sharing.iter().filter_map(|share| profile.wallet.person(&share.pass.patient).ok()));
    known.retain(|one| one.body.role == Role::Person);
    people::view(&profile, known.iter())
}

pub(crate) async fn write(cx: &Context, request: ClinicWriteRequest) -> Result<TaskStarted, ErrorView> {
    let profile = clinician(cx)?;
    if request.text.len() > TEXT_BYTES_MAX {
        return Err(errors::invalid(format_args!("a note has at most {TEXT_BYTES_MAX} bytes")));
    }
    let draft = RecordDraft {
        patient: patient(&profile, &request.patient_id)?,
        title: checked_title(&request.title)?,
        media_type: if request.advice == Some(true) { ADVICE } else { "text/plain" }.to_owned(),
        file_name: String::new(),
        category: protocol_collection(request.collection),
        document_time: UnixMillis(files::now()),
        supersedes: None,
    };
    let size = request.text.len() as u64;
    let hospital = profile.me()?.body.hospital;
    let sealing = Sealing { hospital, draft, source: Source::Bytes(request.text.into_bytes()), size };
    Ok(sealing::start(cx, profile, TaskKind::Write, sealing))
}

pub(crate) async fn attach(cx: &Context, request: ClinicAttachRequest) -> Result<TaskStarted, ErrorView> {
    let profile = clinician(cx)?;
    let patient = patient(&profile, &request.patient_id)?;
    let (path, title) = (files::absolute(&request.path)?, checked_title(&request.title)?);
    let hospital = profile.me()?.body.hospital;
    let sealing = seal_file(&path, &title, request.collection, patient, hospital).await?;
    Ok(sealing::start(cx, profile, TaskKind::Write, sealing))
}

pub(crate) async fn written(cx: &Context, _: ClinicWrittenRequest) -> Result<WrittenView, ErrorView> {
    let profile = clinician(cx)?;
    let people = People::of(&profile)?;
    let me = profile.me()?.body.id;
    let rows = profile.wallet.written()?.into_iter().filter(|row| row.patient != me).take(ROWS_MAX);
    let view = |row: carekey_wallet::vault::written::WrittenRow| WrittenRow {
        record_id: row.reference.to_string(),
        patient: people.view_id(&row.patient, &row.patient_name),
        title: row.title,
        created: row.created.0,
        state: match row.anchor {
            Progress::Saved => WrittenState::Saved,
            Progress::Sent { .. } => WrittenState::Sent,
            Progress::Recorded { height, time, .. } => WrittenState::Confirmed { height: height.0, at: time.0 },
        },
    };
    Ok(WrittenView { rows: rows.map(view).collect() })
}

/// A profile that may write for others.
fn clinician(cx: &Context) -> Result<std::sync::Arc<OpenProfile>, ErrorView> {
    let profile = cx.member()?;
    if profile.me()?.body.role.is_clinician() {
        Ok(profile)
    } else {
        Err(errors::with_detail(ErrorCode::AccessRefused, "only clinicians write for others"))
    }
}

fn patient(profile: &OpenProfile, id: &str) -> Result<Certificate, ErrorView> {
    let id: ParticipantId = id.parse().map_err(errors::invalid)?;
    Ok(profile.wallet.person(&id)?)
}

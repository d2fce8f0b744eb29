//! Giving access and taking it back.

use carekey_protocol::{Certificate, ParticipantId, RecordRef, UnixMillis};
use carekey_wallet::grants::{GrantDraft, GrantRow, GrantTarget as Granted, GrantWhat as Stored};

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    AppEvent, ErrorCode, ErrorView, GrantPreview, GrantPreviewRequest, GrantTarget, GrantView, GrantWhat,
    GrantsCreateRequest, GrantsListRequest, GrantsRevokeRequest, GrantsView,
};
use crate::views::grants::{Grants, all, is_alive, state};
use crate::views::people::People;
use crate::views::{protocol_collection, purpose_words};
use crate::{errors, files, records};

/// Longest note about a grant, in characters.
const NOTE_CHARS_MAX: usize = 120;

pub(crate) async fn list(cx: &Context, _: GrantsListRequest) -> Result<GrantsView, ErrorView> {
    let profile = cx.member()?;
    let (people, log) = (People::of(&profile)?, profile.wallet.access_log()?);
    Ok(GrantsView { grants: all(&profile, &people, &log)? })
}

pub(crate) async fn preview(cx: &Context, request: GrantPreviewRequest) -> Result<GrantPreview, ErrorView> {
    let profile = cx.member()?;
    let grantee = find_person(&profile, &request.grantee_id).await?;
    let target = target(&request.target)?;
    let mut records = records::all(&profile)?;
    let what = match &request.target {
        GrantTarget::Collection { collection } => {
            records.retain(|row| row.collection == *collection);
            GrantWhat::Collection { collection: *collection }
        }
        GrantTarget::Record { record_id } => {
            records.retain(|row| row.id == *record_id);
            let row = records.first().ok_or_else(|| errors::plain(ErrorCode::NotFound))?;
            GrantWhat::Record { record_id: record_id.clone(), title: row.title.clone() }
        }
    };
    let now = files::now();
    let is_same = |row: &&GrantRow| {
        row.grantee == grantee.body.id && covers(&row.what, target) && row.revoke.is_none() && is_alive(state(row, now))
    };
    let existing = profile.wallet.grants()?.iter().find(is_same).map(|row| row.n.to_string());
    Ok(GrantPreview {
        grantee: People::of(&profile)?.view(&grantee),
        includes_future: matches!(what, GrantWhat::Collection { .. }),
        what,
        records,
        existing_grant_id: existing,
    })
}

pub(crate) async fn create(cx: &Context, request: GrantsCreateRequest) -> Result<GrantView, ErrorView> {
    let profile = cx.member()?;
    let grantee = find_person(&profile, &request.grantee_id).await?;
    if grantee.body.id == profile.me()?.body.id {
        return Err(errors::invalid("one's own records need no permission"));
    }
    if request.until.is_some_and(|until| until <= files::now()) {
        return Err(errors::invalid("the end lies in the past"));
    }
    let note = request.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX) {
        return Err(errors::invalid(format_args!("a note has at most {NOTE_CHARS_MAX} characters")));
    }
    let n = profile.wallet.grant(GrantDraft {
        grantee: grantee.body.id,
        what: target(&request.target)?,
        not_after: request.until.map_or(UnixMillis::MAX, UnixMillis),
        purpose: purpose_words(request.purpose).to_owned(),
        note,
    })?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    one(&profile, n)
}

pub(crate) async fn revoke(cx: &Context, request: GrantsRevokeRequest) -> Result<GrantView, ErrorView> {
    let profile = cx.member()?;
    let wanted: u64 = request.grant_id.parse().map_err(errors::invalid)?;
    // A grant that a later epoch carried on has another number by now: stopping the old one alone would stop nothing.
    let rows = profile.wallet.grants()?;
    let current =
        rows.iter().find(|row| row.n == wanted).or_else(|| rows.iter().find(|row| row.continues == Some(wanted)));
    let n = current.ok_or_else(|| errors::plain(ErrorCode::NotFound))?.n;
    profile.wallet.revoke(n).await?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    one(&profile, n)
}

fn one(profile: &OpenProfile, n: u64) -> Result<GrantView, ErrorView> {
    let (people, log) = (People::of(profile)?, profile.wallet.access_log()?);
    let rows = profile.wallet.grants()?;
    let row = rows.iter().find(|row| row.n == n).ok_or_else(|| errors::plain(ErrorCode::NotFound))?;
    Ok(Grants { profile, people: &people, log: &log }.view(row))
}

/// Somebody known, or in the hospitals' directory.
async fn find_person(profile: &OpenProfile, id: &str) -> Result<Certificate, ErrorView> {
    let id: ParticipantId = id.parse().map_err(errors::invalid)?;
    if let Ok(known) = profile.wallet.person(&id) {
        return Ok(known);
    }
    profile.directory().await?;
    Ok(profile.wallet.person(&id)?)
}

fn target(target: &GrantTarget) -> Result<Granted, ErrorView> {
    Ok(match target {
        GrantTarget::Collection { collection } => Granted::Collection(protocol_collection(*collection)),
        GrantTarget::Record { record_id } => {
            let reference: RecordRef = record_id.parse().map_err(errors::invalid)?;
            Granted::Record(reference)
        }
    })
}

fn covers(stored: &Stored, target: Granted) -> bool {
    match (stored, target) {
        (Stored::Collection { collection, .. }, Granted::Collection(wanted)) => *collection == wanted,
        (Stored::Record { reference }, Granted::Record(wanted)) => *reference == wanted,
        _ => false,
    }
}

//! Giving access, changing it and taking it back.

use carekey_protocol::{RecordRef, UnixMillis};
use carekey_wallet::grants::{DECISION_GRANTS_MAX, Decision, GrantTarget as Granted, Terms};

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    AlreadyGranted, AppEvent, ErrorCode, ErrorView, GrantPreview, GrantPreviewRequest, GrantTarget, GrantView,
    GrantsChangeRequest, GrantsCreateRequest, GrantsListRequest, GrantsRevokeAllRequest, GrantsRevokeRequest,
    GrantsView, Purpose, RecordRow, TrustState,
};
use crate::views::grants::{Grants, all, until, what};
use crate::views::people::People;
use crate::views::{protocol_collection, purpose_words};
use crate::{errors, files, people, timeline};

/// Longest note about a grant, in characters.
const NOTE_CHARS_MAX: usize = 120;

pub(crate) async fn list(cx: &Context, _: GrantsListRequest) -> Result<GrantsView, ErrorView> {
    let profile = cx.member()?;
    let (people, log) = (People::of(&profile)?, profile.wallet.access_log()?);
    Ok(GrantsView { grants: all(&profile, &people, &log)? })
}

pub(crate) async fn preview(cx: &Context, request: GrantPreviewRequest) -> Result<GrantPreview, ErrorView> {
    let profile = cx.member()?;
    let grantee = people::find(&profile, &request.grantee_id).await?;
    let mut records = timeline::all(&profile)?;
    let targets = targets(&request.targets, request.future, &records)?;
    let is_covered = |row: &RecordRow| {
        request.targets.iter().any(|target| match target {
            GrantTarget::Collection { collection } => row.collection == *collection,
            GrantTarget::Record { record_id } => row.id == *record_id,
        })
    };
    records.retain(is_covered);
    if request.targets.iter().any(|target| matches!(target, GrantTarget::Record { .. })) && records.is_empty() {
        return Err(errors::plain(ErrorCode::NotFound));
    }
    let now = UnixMillis(files::now());
    let mut already = Vec::new();
    let mut covered = 0;
    for decision in profile.wallet.decisions()? {
        if decision.latest().grantee != grantee.body.id || !decision.is_in_force(now) {
            continue;
        }
        let common: Vec<Granted> = decision
            .grants
            .iter()
            .filter(|row| row.revoke.is_none() && row.not_after > now)
            .map(|row| row.what.target())
            .filter(|target| targets.contains(target))
            .collect();
        if !common.is_empty() {
            covered += common.len();
            already.push(AlreadyGranted {
                grant_id: decision.id.to_string(),
                what: what(&profile, &common),
                until: until(decision.latest().not_after),
            });
        }
    }
    let existing = (covered == targets.len() && !already.is_empty()).then(|| already[0].grant_id.clone());
    Ok(GrantPreview {
        grantee: People::of(&profile)?.view(&grantee),
        includes_future: request.future && targets.iter().any(|target| matches!(target, Granted::Collection(_))),
        what: what(&profile, &targets),
        records,
        existing_grant_id: existing,
        already,
        parts: targets.len() as u32,
        parts_max: DECISION_GRANTS_MAX as u32,
    })
}

pub(crate) async fn create(cx: &Context, request: GrantsCreateRequest) -> Result<GrantView, ErrorView> {
    let profile = cx.member()?;
    let grantee = people::find(&profile, &request.grantee_id).await?;
    if grantee.body.id == profile.me()?.body.id {
        return Err(errors::invalid("one's own records need no permission"));
    }
    let targets = targets(&request.targets, request.future, &timeline::all(&profile)?)?;
    let terms = terms(request.until, request.purpose, request.note)?;
    let id = profile.wallet.share(&grantee.body.id, &targets, terms)?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    one(&profile, id)
}

pub(crate) async fn change(cx: &Context, request: GrantsChangeRequest) -> Result<GrantView, ErrorView> {
    let profile = cx.member()?;
    let id = decision(&profile, &request.grant_id)?;
    profile.wallet.change_terms(id, terms(request.until, request.purpose, request.note)?)?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    one(&profile, id)
}

pub(crate) async fn revoke(cx: &Context, request: GrantsRevokeRequest) -> Result<GrantView, ErrorView> {
    let profile = cx.member()?;
    let id = decision(&profile, &request.grant_id)?;
    profile.wallet.revoke(id_of_any_grant(&profile, id)?)?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    one(&profile, id)
}

pub(crate) async fn revoke_all(cx: &Context, request: GrantsRevokeAllRequest) -> Result<GrantsView, ErrorView> {
    let profile = cx.member()?;
    let person = request.person_id.parse().map_err(errors::invalid)?;
    profile.wallet.revoke_all_of(&person)?;
    cx.app.tell_profile(&profile.id, &AppEvent::GrantsChanged);
    let (people, log) = (People::of(&profile)?, profile.wallet.access_log()?);
    let mut grants = all(&profile, &people, &log)?;
    grants.retain(|grant| grant.grantee.id == request.person_id);
    Ok(GrantsView { grants })
}

/// The decision an identifier of the window names.
///
/// # Errors
/// `notFound`.
pub(crate) fn decision(profile: &OpenProfile, id: &str) -> Result<u64, ErrorView> {
    let n: u64 = id.parse().map_err(errors::invalid)?;
    find(profile, n).map(|decision| decision.id)
}

fn id_of_any_grant(profile: &OpenProfile, id: u64) -> Result<u64, ErrorView> {
    Ok(find(profile, id)?.latest().n)
}

fn find(profile: &OpenProfile, id: u64) -> Result<Decision, ErrorView> {
    let mut decisions = profile.wallet.decisions()?.into_iter();
    decisions.find(|decision| decision.id == id).ok_or_else(|| errors::plain(ErrorCode::NotFound))
}

fn one(profile: &OpenProfile, id: u64) -> Result<GrantView, ErrorView> {
    let (people, log) = (People::of(profile)?, profile.wallet.access_log()?);
    Ok(Grants::of(profile, &people, &log)?.view(&find(profile, id)?))
}

fn terms(until: Option<u64>, purpose: Purpose, note: Option<String>) -> Result<Terms, ErrorView> {
    if until.is_some_and(|until| until <= files::now()) {
        return Err(errors::invalid("the end lies in the past"));
    }
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX) {
        return Err(errors::invalid(format_args!("a note has at most {NOTE_CHARS_MAX} characters")));
    }
    let not_after = until.map_or(UnixMillis::MAX, UnixMillis);
    Ok(Terms { not_after, purpose: purpose_words(purpose).to_owned(), note })
}

/// What is granted for a choice. Without the future, a collection stands for the records that lie in it today.
fn targets(chosen: &[GrantTarget], future: bool, records: &[RecordRow]) -> Result<Vec<Granted>, ErrorView> {
    let mut targets = Vec::new();
    for target in chosen {
        match target {
            GrantTarget::Collection { collection } if future => {
                targets.push(Granted::Collection(protocol_collection(*collection)));
            }
            GrantTarget::Collection { collection } => {
                for row in records.iter().filter(|row| row.collection == *collection && row.trust != TrustState::Failed)
                {
                    targets.push(Granted::Record(reference(&row.id)?));
                }
            }
            GrantTarget::Record { record_id } => targets.push(Granted::Record(reference(record_id)?)),
        }
    }
    let mut seen = std::collections::HashSet::new();
    targets.retain(|target| seen.insert(*target));
    Ok(targets)
}

fn reference(id: &str) -> Result<RecordRef, ErrorView> {
    id.parse().map_err(errors::invalid)
}

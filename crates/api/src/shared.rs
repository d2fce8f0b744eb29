//! What others share with this person.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use carekey_protocol::ParticipantId;
use carekey_protocol::pass::PassSecret;
use carekey_wallet::reading::SharedRecord;
use carekey_wallet::vault::shared::SharedRow;

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    ErrorCode, ErrorView, GrantWhat, RecordRow, ShareState, ShareView, SharedListRequest, SharedListView,
    SharedRecordsRequest, SharedRecordsView, SharerView,
};
use crate::views::grants::until;
use crate::views::people::People;
use crate::views::records::Records;
use crate::views::{self, purpose};
use crate::{errors, files};

pub(crate) async fn list(cx: &Context, _: SharedListRequest) -> Result<SharedListView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let mut by_patient: BTreeMap<ParticipantId, Vec<SharedRow>> = BTreeMap::new();
    for row in profile.wallet.shared()? {
        by_patient.entry(row.pass.patient).or_default().push(row);
    }
    let mut sharers = Vec::with_capacity(by_patient.len());
    for (patient, rows) in &by_patient {
        sharers.push(sharer(&profile, &people, patient, rows)?);
    }
    sharers.sort_by_key(|one| (is_over(one), Reverse(one.latest)));
    Ok(SharedListView { people: sharers })
}

fn is_over(sharer: &SharerView) -> bool {
    sharer.shares.iter().all(|share| matches!(share.state, ShareState::Stopped | ShareState::Expired))
}

pub(crate) async fn records(cx: &Context, request: SharedRecordsRequest) -> Result<SharedRecordsView, ErrorView> {
    let profile = cx.member()?;
    let patient: ParticipantId = request.patient_id.parse().map_err(errors::invalid)?;
    let rows = of_patient(&profile, &patient)?;
    let Some(newest) = rows.first() else { return Err(errors::plain(ErrorCode::NotFound)) };
    let listing = profile.wallet.shared_records(&patient, newest.pass.purpose.as_str()).await?;
    if listing.records.iter().any(|record| profile.listed(record.item.author).is_none()) {
        // Authors' names; without them the records are shown all the same.
        if let Err(error) = profile.directory().await {
            tracing::debug!("the directory cannot be read: {}", error.message);
        }
    }
    let people = People::of(&profile)?;
    let shown = Records { profile: &profile, people: &people };
    let mut records: Vec<RecordRow> = listing.records.iter().map(|record| shown.shared(&patient, record)).collect();
    records.sort_by_key(|row| Reverse(row.date));
    // Asking the hospitals may have told that something was stopped.
    let rows = of_patient(&profile, &patient)?;
    Ok(SharedRecordsView {
        sharer: sharer(&profile, &people, &patient, &rows)?,
        records,
        unreachable: profile.hospital_names(listing.unreachable),
    })
}

/// A patient's passes, the newest first.
///
/// # Errors
/// The vault's.
pub(crate) fn of_patient(profile: &OpenProfile, patient: &ParticipantId) -> Result<Vec<SharedRow>, ErrorView> {
    let mut rows = profile.wallet.shared()?;
    rows.retain(|row| row.pass.patient == *patient);
    Ok(rows)
}

/// Somebody who shares, by their passes.
///
/// # Errors
/// The vault's.
pub(crate) fn sharer(
    profile: &OpenProfile,
    people: &People<'_>,
    patient: &ParticipantId,
    rows: &[SharedRow],
) -> Result<SharerView, ErrorView> {
    let seen = profile.seen(rows)?;
    let mut shares: Vec<ShareView> = rows.iter().map(|row| share(row, &seen, files::now())).collect();
    shares.sort_by_key(|share| Reverse(share.received));
    let mut who = people.view_id(patient, "");
    if let Some(chosen) = rows.iter().map(|row| row.pass.patient_name.as_str()).find(|name| !name.is_empty()) {
        who.initials = views::people::initials(chosen);
        who.name = chosen.to_owned();
    }
    let latest = shares.iter().map(|share| share.received);
    let newest = seen.iter().map(|record| record.item.document_time.0);
    Ok(SharerView {
        patient: who,
        records: seen.len() as u32,
        unread: seen.iter().filter(|record| record.unread).count() as u32,
        latest: latest.chain(newest).max().unwrap_or(0),
        shares,
    })
}

fn share(row: &SharedRow, seen: &[SharedRecord], now: u64) -> ShareView {
    let terms = &row.pass.terms;
    let what = match &row.pass.secret {
        PassSecret::Collection { collection, .. } => {
            GrantWhat::Collection { collection: views::collection(*collection) }
        }
        PassSecret::Record { reference, .. } => {
            let listed = seen.iter().find(|record| record.item.reference == *reference);
            let title = listed.map(|record| record.item.title.to_string()).unwrap_or_default();
            GrantWhat::Record { record_id: reference.to_string(), title }
        }
    };
    let state = if row.stopped.is_some() {
        ShareState::Stopped
    } else if terms.not_after.0 <= now {
        ShareState::Expired
    } else if terms.not_before.0 > now {
        ShareState::NotYet
    } else {
        ShareState::Active
    };
    ShareView {
        id: terms.rho.to_string(),
        what,
        received: row.time.0,
        until: until(terms.not_after),
        purpose: purpose(row.pass.purpose.as_str()),
        state,
    }
}

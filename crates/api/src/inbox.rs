//! A clinician's inbox: what patients did that a clinician may want to act on, in one list.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use carekey_protocol::ParticipantId;
use carekey_wallet::messages::RequestState as Told;
use carekey_wallet::vault::shared::SharedRow;

use crate::appointments;
use crate::context::Context;
use crate::files;
use crate::opened::OpenProfile;
use crate::requests;
use crate::shared;
use crate::types::{ErrorView, InboxAbout, InboxItem, InboxListRequest, InboxView, PersonView, ShareState};
use crate::views::people::People;
use crate::views::records::Records;

/// How many entries the inbox shows.
const ITEMS_MAX: usize = 200;

/// Access that ends within this is spoken of: 14 days.
const ENDING_MILLIS: u64 = 14 * 24 * 3600 * 1000;

pub(crate) async fn list(cx: &Context, _: InboxListRequest) -> Result<InboxView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let mut items = shares(&profile, &people)?;
    for request in profile.wallet.access_requests()? {
        if !request.outgoing || matches!(request.state, Told::Asked | Told::Withdrawn) {
            continue;
        }
        let view = requests::view(&profile, &people, &request)?;
        let (person, at, unread) = (view.person.clone(), view.changed, view.unread);
        items.push(InboxItem { id: view.id.clone(), at, unread, person, about: InboxAbout::Answer { request: view } });
    }
    for appointment in profile.wallet.appointments()?.iter().filter(|one| !one.outgoing) {
        let view = appointments::view(&people, appointment);
        let (person, at, unread) = (view.person.clone(), view.changed, view.unread);
        let about = InboxAbout::Appointment { appointment: view };
        items.push(InboxItem { id: appointment.id.to_string(), at, unread, person, about });
    }
    items.sort_by_key(|item| Reverse(item.at));
    items.truncate(ITEMS_MAX);
    let unread = items.iter().filter(|item| item.unread).count() as u32;
    Ok(InboxView { items, unread })
}

/// What patients share: that they do, what has come in and was not opened, and what ends soon.
fn shares(profile: &OpenProfile, people: &People<'_>) -> Result<Vec<InboxItem>, ErrorView> {
    let now = files::now();
    let mut by_patient: BTreeMap<ParticipantId, Vec<SharedRow>> = BTreeMap::new();
    for row in profile.wallet.shared()? {
        by_patient.entry(row.pass.patient).or_default().push(row);
    }
    let mut items = Vec::new();
    for (patient, rows) in &by_patient {
        let sharer = shared::sharer(profile, people, patient, rows)?;
        let person: &PersonView = &sharer.patient;
        for share in sharer.shares.iter().filter(|share| share.state == ShareState::Active) {
            let row = rows.iter().find(|row| row.pass.terms.rho.to_string() == share.id);
            items.push(InboxItem {
                id: share.id.clone(),
                at: share.received,
                unread: row.is_some_and(|row| row.unread),
                person: person.clone(),
                about: InboxAbout::Share { share: share.clone() },
            });
            // Said at the moment from which on it is soon, so that it does not stay on top for two weeks.
            let soon = share.until.map(|until| until.saturating_sub(ENDING_MILLIS));
            if let Some(since) = soon.filter(|since| *since <= now && *since > share.received) {
                let about = InboxAbout::Ending { share: share.clone() };
                items.push(InboxItem {
                    id: format!("end-{}", share.id),
                    at: since,
                    unread: false,
                    person: person.clone(),
                    about,
                });
            }
        }
        let shown = Records { profile, people };
        let unopened: Vec<_> = profile.seen(rows)?.into_iter().filter(|record| record.unread).collect();
        if let Some(newest) = unopened.first() {
            let row = shown.shared(patient, newest);
            items.push(InboxItem {
                id: format!("records-{}", row.id),
                at: row.added,
                unread: true,
                person: person.clone(),
                about: InboxAbout::Records { records: unopened.len() as u32, newest: Box::new(row) },
            });
        }
    }
    Ok(items)
}

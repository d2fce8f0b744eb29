//! The home page: what is new, who can see, who looked.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::types::{ErrorView, HomeSummaryRequest, HomeView};
use crate::views::people::People;
use crate::views::{access, grants};
use crate::{files, reminders, timeline};

/// How many records and accesses the page shows.
const SHOWN_MAX: usize = 5;

pub(crate) async fn summary(cx: &Context, _: HomeSummaryRequest) -> Result<HomeView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let log = profile.wallet.access_log()?;
    let (newest, unread, count) = timeline::newest(&profile, SHOWN_MAX)?;
    let mut in_force = grants::all(&profile, &people, &log)?;
    in_force.retain(|grant| grants::is_alive(grant.state));
    let ending = reminders::ending(&profile, files::now())?;
    let ending = ending.iter().filter_map(|id| in_force.iter().find(|grant| grant.id == *id).cloned()).collect();
    let mut accesses = access::rows(&profile, &people, &log)?;
    let flagged = accesses.iter().filter(|row| row.flagged).count() as u32;
    accesses.truncate(SHOWN_MAX);
    let sharing: BTreeSet<_> = profile.wallet.shared()?.iter().map(|share| share.pass.patient).collect();
    let sharing = sharing.len() as u32;
    Ok(HomeView { newest, unread, records: count, grants: in_force, ending, accesses, flagged, sharing })
}

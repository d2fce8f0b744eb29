//! Grants, as their giver sees them: by decision.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use carekey_protocol::{Collection, RecordRef, UnixMillis};
use carekey_wallet::access_log::{Access, Flag};
use carekey_wallet::grants::{Decision, GrantRow, GrantTarget as Granted};
use carekey_wallet::vault::Progress;

use super::people::People;
use super::records::recorded;
use super::{collection, purpose};
use crate::files;
use crate::opened::OpenProfile;
use crate::types::{self, ErrorView, GrantState, GrantView, GrantWhat, OpenedRecord};

/// Shows grants to one profile.
pub(crate) struct Grants<'a> {
    profile: &'a OpenProfile,
    people: &'a People<'a>,
    /// Who looked.
    log: &'a [Access],
    /// The decision each grant is part of, those that were replaced or carried on among them.
    decisions: HashMap<u64, u64>,
}

impl<'a> Grants<'a> {
    /// Knows every grant there ever was.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn of(profile: &'a OpenProfile, people: &'a People<'a>, log: &'a [Access]) -> Result<Self, ErrorView> {
        let decisions = profile.wallet.grants_ever()?.iter().map(|row| (row.n, row.bundle)).collect();
        Ok(Self { profile, people, log, decisions })
    }

    pub(crate) fn view(&self, decision: &Decision) -> GrantView {
        let latest = decision.latest();
        let targets: Vec<Granted> = decision.grants.iter().map(|row| row.what.target()).collect();
        let now = files::now();
        let parts = parts(self.profile, decision);
        let state = whole(&parts, now);
        GrantView {
            id: decision.id.to_string(),
            grantee: self.people.view_id(&latest.grantee, &latest.grantee_name),
            what: what(self.profile, &targets),
            created: decision.created.0,
            changed: (latest.created > decision.created).then_some(latest.created.0),
            until: until(latest.not_after),
            purpose: purpose(&latest.purpose),
            note: latest.note.clone(),
            state,
            parts: parts.len() as u32,
            parts_done: parts.iter().filter(|row| is_there(row, state, now)).count() as u32,
            opened: self.opened(decision, &targets),
        }
    }

    /// What was read, each record once, the last one first. An access names the grant it used, once its hospital has told;
    /// before, person and place decide.
    fn opened(&self, decision: &Decision, targets: &[Granted]) -> Vec<OpenedRecord> {
        let reader = decision.latest().grantee;
        let mut last: BTreeMap<RecordRef, u64> = BTreeMap::new();
        for access in self.log {
            let refused = access.flags.iter().any(|flag| matches!(flag, Flag::Refused(_)));
            let Some(record) = access.record.filter(|_| access.reader == reader && !refused) else { continue };
            let by_this = match access.grant.and_then(|n| self.decisions.get(&n)) {
                Some(used) => *used == decision.id,
                None => access.time >= decision.created && self.covers(targets, &record),
            };
            if by_this {
                let at = last.entry(record).or_default();
                *at = access.time.0.max(*at);
            }
        }
        let mut opened: Vec<OpenedRecord> = last
            .into_iter()
            .map(|(record, at)| OpenedRecord {
                record_id: record.to_string(),
                title: self.profile.wallet.record(&record).map(|row| row.title).unwrap_or_default(),
                at,
            })
            .collect();
        opened.sort_by_key(|record| std::cmp::Reverse(record.at));
        opened
    }

    fn covers(&self, targets: &[Granted], record: &RecordRef) -> bool {
        targets.contains(&Granted::Record(*record))
            || self
                .profile
                .wallet
                .record(record)
                .is_ok_and(|row| targets.contains(&Granted::Collection(row.collection)))
    }
}

/// What is granted, by name.
pub(crate) fn what(profile: &OpenProfile, targets: &[Granted]) -> GrantWhat {
    let mut collections: Vec<types::Collection> = Vec::new();
    let mut records: Vec<RecordRef> = Vec::new();
    for target in targets {
        match target {
            Granted::Collection(of) => collections.push(collection(*of)),
            Granted::Record(reference) => records.push(*reference),
        }
    }
    collections.sort_unstable();
    match (collections.as_slice(), records.as_slice()) {
        ([one], []) => GrantWhat::Collection { collection: *one },
        ([], [one]) => GrantWhat::Record {
            record_id: one.to_string(),
            title: profile.wallet.record(one).map(|row| row.title).unwrap_or_default(),
        },
        (all, []) if all.len() == Collection::ALL.len() => GrantWhat::Everything,
        _ => {
            let within: BTreeSet<types::Collection> = records
                .iter()
                .filter_map(|record| profile.wallet.record(record).ok())
                .map(|row| collection(row.collection))
                .collect();
            GrantWhat::Several { collections, records: records.len() as u32, within: within.into_iter().collect() }
        }
    }
}

/// The grants that are to get somewhere: a record that was erased before its grant was sent is not waited for.
fn parts<'a>(profile: &OpenProfile, decision: &'a Decision) -> Vec<&'a GrantRow> {
    let goes_on = |row: &&GrantRow| match row.what.target() {
        Granted::Record(reference) if row.grant.height().is_none() => {
            profile.wallet.record(&reference).is_ok_and(|record| record.erase.is_none())
        }
        _ => true,
    };
    let parts: Vec<&GrantRow> = decision.grants.iter().filter(goes_on).collect();
    if parts.is_empty() { decision.grants.iter().collect() } else { parts }
}

/// How far a whole decision is: where some of it was stopped, as far as the rest of it.
fn whole(parts: &[&GrantRow], now: u64) -> GrantState {
    let states: Vec<GrantState> = parts.iter().map(|row| state(row, now)).collect();
    let alive: Vec<GrantState> = states
        .iter()
        .copied()
        .filter(|state| matches!(state, GrantState::Saved | GrantState::Sent | GrantState::Confirmed { .. }))
        .collect();
    let rank = |state: &GrantState| match state {
        GrantState::Saved => (0, 0),
        GrantState::Sent => (1, 0),
        GrantState::Confirmed { height, .. } => (2, *height),
        GrantState::Stopping => (3, 0),
        GrantState::Stopped { height, .. } => (4, *height),
        GrantState::Expired => (5, 0),
    };
    let of = if alive.is_empty() { &states } else { &alive };
    if of.iter().any(|state| matches!(state, GrantState::Saved | GrantState::Sent | GrantState::Stopping)) {
        return of.iter().copied().min_by_key(rank).unwrap_or(GrantState::Saved);
    }
    // Everything has arrived: the last part says when. What was stopped says more than what ran out.
    let stopped = of.iter().copied().filter(|state| !matches!(state, GrantState::Expired)).max_by_key(rank);
    stopped.unwrap_or(GrantState::Expired)
}

fn is_there(row: &GrantRow, whole: GrantState, now: u64) -> bool {
    let state = state(row, now);
    match whole {
        GrantState::Saved | GrantState::Sent | GrantState::Confirmed { .. } => {
            matches!(state, GrantState::Confirmed { .. })
        }
        _ => matches!(state, GrantState::Stopped { .. } | GrantState::Expired),
    }
}

/// How far a grant is at `now`.
pub(crate) fn state(row: &GrantRow, now: u64) -> GrantState {
    if let Some(revoke) = &row.revoke {
        return match recorded(revoke) {
            Some((height, at)) => GrantState::Stopped { height, at },
            None => GrantState::Stopping,
        };
    }
    if row.not_after.0 <= now {
        return GrantState::Expired;
    }
    match row.grant {
        Progress::Saved => GrantState::Saved,
        Progress::Sent { .. } => GrantState::Sent,
        Progress::Recorded { height, time, .. } => GrantState::Confirmed { height: height.0, at: time.0 },
    }
}

/// The last moment, unless there is none.
pub(crate) fn until(not_after: UnixMillis) -> Option<u64> {
    (not_after != UnixMillis::MAX).then_some(not_after.0)
}

/// In force, or on its way to be, or on its way out.
pub(crate) fn is_alive(state: GrantState) -> bool {
    !matches!(state, GrantState::Stopped { .. } | GrantState::Expired)
}

/// All grants as views, the newest first.
///
/// # Errors
/// The vault's.
pub(crate) fn all(profile: &OpenProfile, people: &People<'_>, log: &[Access]) -> Result<Vec<GrantView>, ErrorView> {
    let grants = Grants::of(profile, people, log)?;
    Ok(profile.wallet.decisions()?.iter().map(|decision| grants.view(decision)).collect())
}

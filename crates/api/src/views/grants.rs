//! Grants, as their giver sees them.

use carekey_protocol::{Collection, RecordRef, UnixMillis};
use carekey_wallet::access_log::{Access, Flag};
use carekey_wallet::grants::{GrantRow, GrantWhat as Granted};
use carekey_wallet::vault::Progress;

use super::people::People;
use super::records::recorded;
use super::{collection, purpose};
use crate::files;
use crate::opened::OpenProfile;
use crate::types::{ErrorView, GrantState, GrantView, GrantWhat};

/// Shows grants to one profile.
pub(crate) struct Grants<'a> {
    pub(crate) profile: &'a OpenProfile,
    pub(crate) people: &'a People<'a>,
    /// Who looked.
    pub(crate) log: &'a [Access],
}

impl Grants<'_> {
    pub(crate) fn view(&self, row: &GrantRow) -> GrantView {
        let mut opened: Vec<(RecordRef, u64)> = self
            .log
            .iter()
            .filter(|access| self.used(access, row))
            .filter_map(|access| Some((access.record?, access.time.0)))
            .collect();
        let last_opened = opened.iter().map(|(_, at)| *at).max();
        opened.sort_unstable();
        opened.dedup_by_key(|(record, _)| *record);
        GrantView {
            id: row.n.to_string(),
            grantee: self.people.view_id(&row.grantee, &row.grantee_name),
            what: what(self.profile, &row.what),
            created: row.created.0,
            until: until(row.not_after),
            purpose: purpose(&row.purpose),
            note: row.note.clone(),
            state: state(row, files::now()),
            opened_records: opened.len() as u32,
            last_opened,
        }
    }

    /// An access names the grant it used; where it names one that a later epoch has carried on, person and place decide.
    fn used(&self, access: &Access, row: &GrantRow) -> bool {
        if access.reader != row.grantee || access.flags.iter().any(|flag| matches!(flag, Flag::Refused(_))) {
            return false;
        }
        access.grant == Some(row.n)
            || match (row.what, access.record) {
                (Granted::Record { reference }, Some(record)) => record == reference,
                (Granted::Collection { collection, .. }, Some(record)) => self.lies_in(&record, collection),
                (_, None) => false,
            }
    }

    fn lies_in(&self, record: &RecordRef, collection: Collection) -> bool {
        self.profile.wallet.record(record).is_ok_and(|row| row.collection == collection)
    }
}

/// What is granted, by name.
pub(crate) fn what(profile: &OpenProfile, what: &Granted) -> GrantWhat {
    match what {
        Granted::Collection { collection: of, .. } => GrantWhat::Collection { collection: collection(*of) },
        Granted::Record { reference } => GrantWhat::Record {
            record_id: reference.to_string(),
            title: profile.wallet.record(reference).map(|row| row.title).unwrap_or_default(),
        },
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
    let grants = Grants { profile, people, log };
    Ok(profile.wallet.grants()?.iter().map(|row| grants.view(row)).collect())
}

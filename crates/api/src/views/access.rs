//! Accesses, as the owner sees them.

use std::collections::HashMap;

use carekey_wallet::access_log::{Access, Flag};
use carekey_wallet::grants::{GrantRow, GrantWhat};

use super::people::People;
use super::{collection, purpose};
use crate::opened::OpenProfile;
use crate::types::{AccessAgreement, AccessOutcome, AccessRow, Collection, ErrorView};

/// All accesses as rows, in the order of the log.
///
/// # Errors
/// The vault's.
pub(crate) fn rows(profile: &OpenProfile, people: &People<'_>, log: &[Access]) -> Result<Vec<AccessRow>, ErrorView> {
    let grants = profile.wallet.grants()?;
    let mut seen = HashMap::new();
    let mut rows: Vec<AccessRow> = Vec::with_capacity(log.len());
    // From the oldest, so that a later access of the same millisecond does not take another's identifier.
    for access in log.iter().rev() {
        let name = format!("{}-{}-{}", access.hospital, access.time.0, access.reader);
        let nth = seen.entry(name.clone()).and_modify(|n| *n += 1).or_insert(0_u32);
        rows.push(row(profile, people, &grants, access, format!("{name}-{nth}")));
    }
    rows.reverse();
    Ok(merge_looks(rows))
}

/// A look at a collection's list asks each hospital, and the reader's app asks again when something changes. Several
/// within this time are one look to a person.
const ONE_LOOK_MILLIS: u64 = 5 * 60 * 1000;

/// Leaves out looks at a list that follow another of the same reader closely; never a record, nor what is remarkable.
fn merge_looks(rows: Vec<AccessRow>) -> Vec<AccessRow> {
    let mut kept: Vec<AccessRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let is_look = |row: &AccessRow| row.record_id.is_none() && !row.flagged;
        let repeats = |newer: &AccessRow| {
            is_look(newer)
                && newer.reader.id == row.reader.id
                && newer.collection == row.collection
                && newer.at.saturating_sub(row.at) < ONE_LOOK_MILLIS
        };
        if !(is_look(&row) && kept.iter().any(repeats)) {
            kept.push(row);
        }
    }
    kept
}

fn row(profile: &OpenProfile, people: &People<'_>, grants: &[GrantRow], access: &Access, id: String) -> AccessRow {
    let record = access.record.and_then(|record| profile.wallet.record(&record).ok());
    let refusal = access.flags.iter().find_map(|flag| match flag {
        Flag::Refused(refusal) => Some(refusal.to_string()),
        _ => None,
    });
    AccessRow {
        id,
        reader: match &access.certificate {
            Some(certificate) => people.view(certificate),
            None => people.view_id(&access.reader, ""),
        },
        record_id: access.record.map(|record| record.to_string()),
        record_title: record.as_ref().map(|record| record.title.clone()),
        collection: record.map(|record| collection(record.collection)).or_else(|| granted(grants, access)),
        at: access.time.0,
        purpose: (!access.purpose.is_empty()).then(|| purpose(&access.purpose)),
        outcome: if refusal.is_some() { AccessOutcome::Refused } else { AccessOutcome::Read },
        refusal,
        agreement: agreement(access),
        flagged: !access.flags.is_empty(),
        hospital: profile.hospital(access.hospital),
        receipt_height: access.recorded.map(|(_, height)| height.0),
        evidence: None,
    }
}

fn granted(grants: &[GrantRow], access: &Access) -> Option<Collection> {
    let used = grants.iter().find(|grant| Some(grant.n) == access.grant)?;
    match used.what {
        GrantWhat::Collection { collection: of, .. } => Some(collection(of)),
        GrantWhat::Record { .. } => None,
    }
}

fn agreement(access: &Access) -> AccessAgreement {
    if access.flags.contains(&Flag::NoReceipt) {
        AccessAgreement::OnlyReader
    } else if access.flags.contains(&Flag::NoNotice) {
        AccessAgreement::OnlyHospital
    } else if access.recorded.is_some() {
        AccessAgreement::Both
    } else {
        AccessAgreement::Waiting
    }
}

//! Accesses, as the owner sees them.

use std::collections::HashMap;

use carekey_protocol::{ParticipantId, RecordRef};
use carekey_wallet::access_log::{Access, Flag};
use carekey_wallet::grants::{GrantRow, GrantWhat};

use super::people::People;
use super::{collection, purpose};
use crate::files::hex;
use crate::opened::OpenProfile;
use crate::types::{AccessAgreement, AccessOutcome, AccessRow, Collection, ErrorView, PersonView};

/// All accesses as rows, in the order of the log.
///
/// # Errors
/// The vault's.
pub(crate) fn rows(profile: &OpenProfile, people: &People<'_>, log: &[Access]) -> Result<Vec<AccessRow>, ErrorView> {
    let grants = profile.wallet.grants_ever()?.into_iter().map(|row| (row.n, row)).collect();
    let mut rows = Rows { profile, people, grants, records: HashMap::new(), readers: HashMap::new() };
    Ok(merge_looks(log.iter().map(|access| rows.row(access)).collect()))
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

/// What rows have in common, looked up once.
struct Rows<'a> {
    profile: &'a OpenProfile,
    people: &'a People<'a>,
    grants: HashMap<u64, GrantRow>,
    records: HashMap<RecordRef, Option<(String, Collection)>>,
    readers: HashMap<ParticipantId, PersonView>,
}

impl Rows<'_> {
    fn row(&mut self, access: &Access) -> AccessRow {
        let record = access.record.and_then(|record| self.record(&record));
        let refusal = access.flags.iter().find_map(|flag| match flag {
            Flag::Refused(refusal) => Some(refusal.to_string()),
            _ => None,
        });
        let grant = access.grant.and_then(|n| self.grants.get(&n));
        let granted = grant.and_then(|row| match row.what {
            GrantWhat::Collection { collection: of, .. } => Some(collection(of)),
            GrantWhat::Record { .. } => None,
        });
        AccessRow {
            id: format!("{}-{}", access.hospital, hex(&access.challenge.0)),
            record_id: access.record.map(|record| record.to_string()),
            record_title: record.as_ref().map(|(title, _)| title.clone()),
            collection: record.map(|(_, collection)| collection).or(granted),
            at: access.time.0,
            purpose: (!access.purpose.is_empty()).then(|| purpose(&access.purpose)),
            outcome: if refusal.is_some() { AccessOutcome::Refused } else { AccessOutcome::Read },
            refusal,
            agreement: agreement(access),
            not_the_reader: access.flags.contains(&Flag::ReaderSignatureInvalid),
            grant_id: grant.map(|row| row.bundle.to_string()),
            flagged: !access.flags.is_empty(),
            hospital: self.profile.hospital(access.hospital),
            receipt_height: access.recorded.map(|(_, height)| height.0),
            evidence: evidence(access),
            reader: self.reader(access),
        }
    }

    fn reader(&mut self, access: &Access) -> PersonView {
        let (people, id) = (self.people, access.reader);
        let view = || match &access.certificate {
            Some(certificate) => people.view(certificate),
            None => people.view_id(&id, ""),
        };
        self.readers.entry(id).or_insert_with(view).clone()
    }

    fn record(&mut self, record: &RecordRef) -> Option<(String, Collection)> {
        let profile = self.profile;
        let look = || profile.wallet.record(record).ok().map(|row| (row.title, collection(row.collection)));
        self.records.entry(*record).or_insert_with(look).clone()
    }
}

fn agreement(access: &Access) -> AccessAgreement {
    if access.flags.contains(&Flag::NoReceipt) {
        AccessAgreement::OnlyReader
    } else if access.recorded.is_some() && access.told_by_reader {
        AccessAgreement::Both
    } else if access.flags.iter().any(|flag| matches!(flag, Flag::NoNotice | Flag::Refused(_))) {
        AccessAgreement::OnlyHospital
    } else {
        AccessAgreement::Waiting
    }
}

/// ϑ ‖ challenge; none unless ϑ was checked: before, it proves nothing.
fn evidence(access: &Access) -> Option<String> {
    let theta = access.theta.filter(|_| access.proven)?;
    Some(hex(&theta.0) + &hex(&access.challenge.0))
}

#[cfg(test)]
mod tests {
    use carekey_crypto::Signature;
    use carekey_protocol::access::{Challenge, Refusal};
    use carekey_protocol::{BlockHeight, HospitalId, ParticipantId, TxId, UnixMillis};

    use super::*;

    fn told(by_hospital: bool, by_reader: bool, flags: &[Flag]) -> Access {
        Access {
            hospital: HospitalId([0, 0, 1]),
            challenge: Challenge([7; 32]),
            reader: ParticipantId::default(),
            certificate: None,
            time: UnixMillis(1),
            purpose: String::new(),
            record: None,
            grant: None,
            recorded: by_hospital.then_some((TxId(carekey_crypto::Digest::ZERO), BlockHeight(1))),
            told_by_reader: by_reader,
            theta: by_hospital.then_some(Signature([9; 64])),
            receipt: None,
            proven: by_hospital,
            flags: flags.to_vec(),
        }
    }

    #[test]
    fn they_agree_once_both_have_told() {
        assert_eq!(agreement(&told(true, true, &[])), AccessAgreement::Both);
        assert_eq!(agreement(&told(true, false, &[])), AccessAgreement::Waiting);
        assert_eq!(agreement(&told(false, true, &[])), AccessAgreement::Waiting);
        assert_eq!(agreement(&told(true, false, &[Flag::NoNotice])), AccessAgreement::OnlyHospital);
        assert_eq!(agreement(&told(false, true, &[Flag::NoReceipt])), AccessAgreement::OnlyReader);
        let refused = told(true, false, &[Flag::Refused(Refusal::Revoked)]);
        assert_eq!(agreement(&refused), AccessAgreement::OnlyHospital, "nobody tells of what they were refused");
    }

    #[test]
    fn evidence_is_what_was_checked() {
        let proven = told(true, true, &[]);
        assert_eq!(evidence(&proven), Some("09".repeat(64) + &"07".repeat(32)));
        assert_eq!(evidence(&Access { proven: false, ..proven }), None, "the signature is not known to be theirs");
        assert_eq!(evidence(&told(false, true, &[])), None);
    }
}

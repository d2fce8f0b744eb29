//! Opening a record, one's own or somebody else's, and what a failed check makes of it.

use std::sync::Arc;

use carekey_protocol::{ParticipantId, RecordRef};
use carekey_wallet::WalletError;
use carekey_wallet::reading::{OpenedRecord, Withheld};

use crate::opened::{OpenProfile, RecordKey};
use crate::types::ErrorView;
use crate::{errors, shared};

/// What came of opening a record.
pub(crate) enum Opening {
    /// Every check held.
    Opened(Arc<OpenedRecord>),
    /// A check failed: nothing is shown.
    Withheld(Withheld),
}

/// Reads which record a request means; a patient who is the profile's own person means the own record.
///
/// # Errors
/// `invalidRequest`.
pub(crate) fn key(profile: &OpenProfile, record: &str, patient: Option<&str>) -> Result<RecordKey, ErrorView> {
    let reference: RecordRef = record.parse().map_err(errors::invalid)?;
    let patient: Option<ParticipantId> = patient.map(str::parse).transpose().map_err(errors::invalid)?;
    let me = profile.me()?.body.id;
    Ok((patient.filter(|patient| *patient != me), reference))
}

/// Opens a record anew: for somebody else's this is one access at its hospital.
///
/// # Errors
/// What keeps it from being fetched; a failed check is no error.
pub(crate) async fn open(profile: &OpenProfile, key: RecordKey) -> Result<Opening, ErrorView> {
    let outcome = match &key {
        (None, reference) => profile.wallet.open_record(reference).await,
        (Some(patient), reference) => {
            let purpose = purpose_of(profile, patient, reference)?;
            profile.wallet.open_shared(patient, reference, &purpose).await
        }
    };
    match outcome {
        Ok(opened) => {
            let opened = Arc::new(opened);
            profile.keep_opened(key, &opened);
            Ok(Opening::Opened(opened))
        }
        Err(WalletError::Withheld(withheld)) => {
            profile.note_altered(key);
            Ok(Opening::Withheld(withheld))
        }
        Err(other) => Err(other.into()),
    }
}

/// As [`open`], or what was opened a moment ago.
///
/// # Errors
/// As [`open`].
pub(crate) async fn open_or_recent(profile: &OpenProfile, key: RecordKey) -> Result<Opening, ErrorView> {
    match profile.recently_opened(&key) {
        Some(opened) => Ok(Opening::Opened(opened)),
        None => open(profile, key).await,
    }
}

/// The opened record, for what cannot be done with any other.
///
/// # Errors
/// `recordAltered` or `proofInvalid` for a withheld one.
pub(crate) async fn require(profile: &OpenProfile, key: RecordKey) -> Result<Arc<OpenedRecord>, ErrorView> {
    match open_or_recent(profile, key).await? {
        Opening::Opened(opened) => Ok(opened),
        Opening::Withheld(withheld) => Err(WalletError::Withheld(withheld).into()),
    }
}

/// What the reader states as reason is what the patient granted for.
fn purpose_of(profile: &OpenProfile, patient: &ParticipantId, reference: &RecordRef) -> Result<String, ErrorView> {
    let shares = shared::of_patient(profile, patient)?;
    let seen = profile.seen(&shares)?;
    let record = seen.iter().find(|record| record.item.reference == *reference);
    let used = record.and_then(|record| shares.iter().find(|share| share.pass.terms.rho == record.rho));
    Ok(used.or(shares.first()).map(|share| share.pass.purpose.to_string()).unwrap_or_default())
}

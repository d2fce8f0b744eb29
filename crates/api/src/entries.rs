//! Own notes and measurements: written, changed by a new version.

use carekey_clinical::own::{self, Measure, OwnEntry, OwnEntryError, Usual, own_title, write_own};
use carekey_protocol::{RecordRef, TxId, UnixMillis};
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::vault::Progress;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    AppEvent, EntryWriteRequest, ErrorCode, ErrorView, OwnEntryBody, OwnEntryView, RecordRow, UsualMeasure,
};
use crate::views::content::moment;
use crate::views::people::People;
use crate::views::records::Records;
use crate::{errors, files, views};

/// An entry may be dated this far ahead of the clock, for computers whose clock is behind.
const AHEAD_MS_MAX: i64 = 24 * 3_600 * 1_000;

pub(crate) async fn write(cx: &Context, request: EntryWriteRequest) -> Result<RecordRow, ErrorView> {
    let profile = cx.member()?;
    let me = profile.me()?;
    let now = files::now();
    let at = u64::try_from(request.at).map_err(|_| errors::invalid("the date is before 1970"))?;
    if request.at > i64::try_from(now).unwrap_or(i64::MAX).saturating_add(AHEAD_MS_MAX) {
        return Err(errors::invalid("the date lies ahead"));
    }
    let entry = entry(request.body);
    let document = write_own(&entry, me.body.name.as_str(), &iso(at)?).map_err(refusal)?;
    let supersedes = request.replaces.map(|replaced| replaced_anchor(&profile, &replaced)).transpose()?;
    let size = document.len() as u64;
    let draft = RecordDraft {
        patient: me.clone(),
        title: own_title(&entry),
        media_type: "application/fhir+json".to_owned(),
        file_name: String::new(),
        category: views::protocol_collection(request.collection),
        document_time: UnixMillis(at),
        supersedes,
    };
    let (wallet, hospital) = (profile.wallet.clone(), me.body.hospital);
    let reference =
        files::blocking(move || Ok(wallet.write_record(hospital, &draft, &Source::Bytes(document))?)).await?;
    profile.keep_size(reference, size);
    cx.app.tell_profile(&profile.id, &AppEvent::RecordsChanged);
    let people = People::of(&profile)?;
    Ok(Records { profile: &profile, people: &people }.own(&profile.wallet.record(&reference)?))
}

/// The anchor of an own entry that is to be replaced.
fn replaced_anchor(profile: &OpenProfile, record: &str) -> Result<TxId, ErrorView> {
    let reference: RecordRef = record.parse().map_err(errors::invalid)?;
    let row = profile.wallet.record(&reference)?;
    if !row.self_reported {
        return Err(errors::with_detail(ErrorCode::AccessRefused, "somebody else wrote this record"));
    }
    match row.anchor {
        Progress::Recorded { txid, .. } if row.superseded_by.is_none() => Ok(txid),
        Progress::Recorded { .. } => Err(errors::invalid("there is a newer version of this entry")),
        Progress::Saved | Progress::Sent { .. } => Err(errors::plain(ErrorCode::RecordPending)),
    }
}

/// The entry in a document that the person wrote here; none in any other.
pub(crate) fn read(profile: &OpenProfile, reference: &RecordRef, document: &[u8]) -> Option<OwnEntryView> {
    let row = profile.wallet.record(reference).ok().filter(|row| row.self_reported)?;
    let (entry, at) = own::read_own(document)?;
    let can_change = row.anchor.height().is_some() && row.superseded_by.is_none();
    Some(OwnEntryView { body: body(entry)?, at: moment(&at)?, can_change })
}

fn iso(at: u64) -> Result<String, ErrorView> {
    let seconds = i64::try_from(at / 1000).map_err(errors::invalid)?;
    OffsetDateTime::from_unix_timestamp(seconds).map_err(errors::invalid)?.format(&Rfc3339).map_err(errors::invalid)
}

fn refusal(error: OwnEntryError) -> ErrorView {
    errors::invalid(error)
}

fn entry(body: OwnEntryBody) -> OwnEntry {
    let (measure, remark) = match body {
        OwnEntryBody::Note { title, text } => return OwnEntry::Note { title: title.trim().to_owned(), text },
        OwnEntryBody::BloodPressure { systolic, diastolic, remark } => {
            (Measure::BloodPressure { systolic, diastolic }, remark)
        }
        OwnEntryBody::Usual { measure, value, unit, remark } => {
            (Measure::Usual { kind: usual(measure), value, unit }, remark)
        }
        OwnEntryBody::Other { name, value, unit, remark } => {
            (Measure::Other { name: name.trim().to_owned(), value, unit }, remark)
        }
    };
    OwnEntry::Measurement { measure, remark }
}

fn body(entry: OwnEntry) -> Option<OwnEntryBody> {
    Some(match entry {
        OwnEntry::Note { title, text } => OwnEntryBody::Note { title, text },
        OwnEntry::Measurement { measure, remark } => match measure {
            Measure::BloodPressure { systolic, diastolic } => {
                OwnEntryBody::BloodPressure { systolic, diastolic, remark }
            }
            Measure::Usual { kind, value, unit } => {
                OwnEntryBody::Usual { measure: usual_view(kind), value, unit, remark }
            }
            Measure::Other { name, value, unit } => OwnEntryBody::Other { name, value, unit, remark },
        },
    })
}

fn usual(measure: UsualMeasure) -> Usual {
    match measure {
        UsualMeasure::Pulse => Usual::Pulse,
        UsualMeasure::Weight => Usual::Weight,
        UsualMeasure::Temperature => Usual::Temperature,
        UsualMeasure::Glucose => Usual::Glucose,
        UsualMeasure::OxygenSaturation => Usual::OxygenSaturation,
    }
}

fn usual_view(kind: Usual) -> UsualMeasure {
    match kind {
        Usual::Pulse => UsualMeasure::Pulse,
        Usual::Weight => UsualMeasure::Weight,
        Usual::Temperature => UsualMeasure::Temperature,
        Usual::Glucose => UsualMeasure::Glucose,
        Usual::OxygenSaturation => UsualMeasure::OxygenSaturation,
    }
}

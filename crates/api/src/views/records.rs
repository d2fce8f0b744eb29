//! Rows of the record list.

use carekey_protocol::{Certificate, ParticipantId, RecordRef, UnixMillis};
use carekey_wallet::reading::{OpenedRecord, SharedRecord};
use carekey_wallet::records::RecordRow as OwnRow;
use carekey_wallet::vault::Progress;

use super::collection;
use super::people::People;
use crate::opened::OpenProfile;
use crate::types::{Collection, DocumentMillis, PersonView, RecordKind, RecordRow, TrustState};

/// Shows records to one profile.
pub(crate) struct Records<'a> {
    pub(crate) profile: &'a OpenProfile,
    pub(crate) people: &'a People<'a>,
}

impl Records<'_> {
    /// One of the profile's own records.
    pub(crate) fn own(&self, row: &OwnRow) -> RecordRow {
        let details = row.details.as_ref();
        let trust = if self.profile.is_altered(&(None, row.reference)) {
            TrustState::Failed
        } else if row.anchor.height().is_some() {
            TrustState::Verified
        } else {
            TrustState::Pending
        };
        RecordRow {
            id: row.reference.to_string(),
            title: row.title.clone(),
            kind: kind(&row.media_type),
            collection: collection(row.collection),
            category: category(&row.media_type, details.and_then(|details| details.category.clone())),
            date: date(row.document_time),
            added: row.added.0,
            author: self.author(self.profile.wallet.author(row).ok()),
            self_reported: row.self_reported,
            // Before it was opened, the sealed length is the nearest that is known.
            size: details
                .map(|details| details.original_bytes)
                .or_else(|| self.profile.size(&row.reference))
                .unwrap_or(row.sealed_bytes),
            hospital: self.profile.hospital(row.hospital),
            trust,
            unread: row.unread,
            out_of_range: details.and_then(|details| details.out_of_range),
            changed: self.profile.wallet.has_older_version(&row.reference).unwrap_or(false),
        }
    }

    /// A record somebody shares. Its checks are made when it is opened.
    pub(crate) fn shared(&self, patient: &ParticipantId, record: &SharedRecord) -> RecordRow {
        let item = &record.item;
        let key = (Some(*patient), item.reference);
        let opened = self.profile.recently_opened(&key);
        let owner = self.profile.wallet.person(patient).ok();
        let self_reported = owner.as_ref().is_some_and(|owner| owner.body.serial == item.author);
        let author = match &opened {
            Some(opened) => Some(opened.metadata.author.clone()),
            None if self_reported => owner,
            None => self.profile.listed(item.author),
        };
        let trust = if self.profile.is_altered(&key) {
            TrustState::Failed
        } else if opened.is_some() {
            TrustState::Verified
        } else {
            TrustState::Pending
        };
        RecordRow {
            id: item.reference.to_string(),
            title: item.title.to_string(),
            kind: kind(item.media_type.as_str()),
            collection: collection(item.category),
            category: category(item.media_type.as_str(), None),
            date: date(item.document_time),
            added: item.document_time.0,
            author: self.author(author),
            self_reported,
            size: opened.map_or(item.sealed_bytes, |opened| opened.bytes),
            hospital: self.profile.hospital(record.hospital),
            trust,
            unread: record.unread,
            out_of_range: None,
            changed: false,
        }
    }

    /// A shared record that was opened without its list having been read.
    pub(crate) fn unlisted(&self, patient: &ParticipantId, opened: &OpenedRecord) -> RecordRow {
        let said = &opened.metadata;
        RecordRow {
            title: said.title.to_string(),
            kind: kind(said.media_type.as_str()),
            collection: collection(said.category),
            date: date(said.document_time),
            added: said.written.0,
            author: self.people.view(&said.author),
            self_reported: said.author.body.id == *patient,
            size: opened.bytes,
            hospital: self.profile.hospital(said.author.body.hospital),
            trust: TrustState::Verified,
            ..self.unknown(&said.reference)
        }
    }

    /// A shared record of which nothing is known but that it failed.
    pub(crate) fn unknown(&self, reference: &RecordRef) -> RecordRow {
        RecordRow {
            id: reference.to_string(),
            title: String::new(),
            kind: RecordKind::File,
            collection: Collection::General,
            category: None,
            date: 0,
            added: 0,
            author: self.author(None),
            self_reported: false,
            size: 0,
            hospital: String::new(),
            trust: TrustState::Failed,
            unread: false,
            out_of_range: None,
            changed: false,
        }
    }

    fn author(&self, certificate: Option<Certificate>) -> PersonView {
        match certificate {
            Some(certificate) => self.people.view(&certificate),
            None => self.people.nameless("", ""),
        }
    }
}

/// The date a document speaks of.
fn date(time: UnixMillis) -> DocumentMillis {
    DocumentMillis::try_from(time.0).unwrap_or(DocumentMillis::MAX)
}

/// How far something is, and nothing else.
pub(crate) fn recorded(progress: &Progress) -> Option<(u64, u64)> {
    match progress {
        Progress::Recorded { height, time, .. } => Some((height.0, time.0)),
        Progress::Saved | Progress::Sent { .. } => None,
    }
}

/// A clinician's advice: a text that says so, so that the patient's list can tell before it is opened.
pub(crate) const ADVICE: &str = "text/plain;about=advice";

/// The category of advice, as of other documents.
const ADVICE_CATEGORY: &str = "Advice";

fn category(media_type: &str, found: Option<String>) -> Option<String> {
    if media_type == ADVICE { Some(ADVICE_CATEGORY.to_owned()) } else { found }
}

/// What a media type is shown as.
pub(crate) fn kind(media_type: &str) -> RecordKind {
    match media_type.split(';').next().unwrap_or_default() {
        "application/fhir+json" | "application/hl7-v2" | "application/cda+xml" | "application/vnd.ant.fit" => {
            RecordKind::Clinical
        }
        "application/dicom" => RecordKind::Image,
        "application/edf" | "application/x-wfdb-header" => RecordKind::Signal,
        "application/pdf" => RecordKind::Pdf,
        "text/plain" => RecordKind::Text,
        image if image.starts_with("image/") => RecordKind::Image,
        _ => RecordKind::File,
    }
}

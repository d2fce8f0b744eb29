//! The list of records and what can be done with one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, DocumentMillis, Millis, PersonView, RecordContent, TrustState, TrustView};

/// What kind of thing a record is; decides icon and view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RecordKind {
    /// FHIR resources shown as sections.
    Clinical,
    /// A picture, DICOM included.
    Image,
    /// A recording of signals, such as an ECG.
    Signal,
    /// Plain text, such as a note.
    Text,
    /// A PDF.
    Pdf,
    /// Anything else: can be saved, not shown.
    File,
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordRow {
    /// Record reference T1 in hex.
    pub id: String,
    /// Title.
    pub title: String,
    /// Kind of thing.
    pub kind: RecordKind,
    /// Where it lies.
    pub collection: Collection,
    /// Clinical category of the metadata, such as `Laboratory report`; English.
    pub category: Option<String>,
    /// The date the content is about.
    pub date: DocumentMillis,
    /// When it came in.
    pub added: Millis,
    /// Who signed it.
    pub author: PersonView,
    /// The owner added it themselves.
    pub self_reported: bool,
    /// Bytes of the original.
    pub size: u64,
    /// Hospital that keeps it.
    pub hospital: String,
    /// Whether the checks held.
    pub trust: TrustState,
    /// Not opened yet by this person.
    pub unread: bool,
    /// How many results in it are out of their reference range, when known.
    pub out_of_range: Option<u32>,
}

/// Asks for the person's own records, newest first.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordsListRequest {
    /// Only this collection.
    #[ts(optional = nullable)]
    pub collection: Option<Collection>,
    /// Only titles, categories and authors that contain this.
    #[ts(optional = nullable)]
    pub text: Option<String>,
}

/// How many records lie in a collection, filters aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CollectionCount {
    /// The collection.
    pub collection: Collection,
    /// Records in it.
    pub count: u32,
}

/// A list of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordsView {
    /// The records, newest first.
    pub records: Vec<RecordRow>,
    /// All collections, in their fixed order.
    pub collections: Vec<CollectionCount>,
}

/// Opens a record: fetched, decrypted, every check made.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordOpenRequest {
    /// Which record.
    pub record_id: String,
    /// Whose record, when it is shared by someone else; none for the own.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
}

/// An opened record.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordView {
    /// As in the list.
    pub row: RecordRow,
    /// The checks.
    pub trust: TrustView,
    /// What it says; [`RecordContent::Withheld`] if any check failed.
    pub content: RecordContent,
}

/// Writes the original bytes of a record to a file.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordExportRequest {
    /// Which record.
    pub record_id: String,
    /// Whose, when shared.
    #[ts(optional = nullable)]
    pub patient_id: Option<String>,
    /// Absolute path from the save dialog.
    pub path: String,
}

/// Asks what a file is before it is added.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FileInspectRequest {
    /// Absolute path from the open dialog.
    pub path: String,
}

/// What a file was recognised as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FileInspection {
    /// Its name without folders.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Kind of thing.
    pub kind: RecordKind,
    /// Title found inside, else the name.
    pub title: String,
    /// Date found inside.
    pub date: Option<DocumentMillis>,
    /// Where it would fit.
    pub collection: Collection,
}

/// Adds a file to the person's own records, marked self-reported; answers with the task.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordImportRequest {
    /// Absolute path from the open dialog.
    pub path: String,
    /// Title to give it.
    pub title: String,
    /// Where to put it.
    pub collection: Collection,
}

/// Puts an own record into another collection; whoever reads the old one loses it, whoever reads the new one gains it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordMoveRequest {
    /// Which record.
    pub record_id: String,
    /// Where to.
    pub collection: Collection,
}

//! The list of records and what can be done with one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Collection, DocumentMillis, Millis, OwnEntryView, PersonView, RecordContent, TrustState, TrustView};

/// What kind of thing a record is; decides icon and view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
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
    /// It replaces an older version, which can still be opened.
    pub changed: bool,
}

/// Asks for the person's own records, newest first. Everything that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordsListRequest {
    /// Only this collection.
    #[ts(optional = nullable)]
    pub collection: Option<Collection>,
    /// Only records in whose title, category, author or text each of these words stands.
    #[ts(optional = nullable)]
    pub text: Option<String>,
    /// Only this kind of thing.
    #[ts(optional = nullable)]
    pub kind: Option<RecordKind>,
    /// Only by this person.
    #[ts(optional = nullable)]
    pub author: Option<String>,
    /// Not before.
    #[ts(optional = nullable)]
    pub from: Option<Millis>,
    /// Before this.
    #[ts(optional = nullable)]
    pub to: Option<Millis>,
    /// Only what was not opened yet.
    #[ts(optional = nullable)]
    pub unread: Option<bool>,
    /// Only what the person added themselves.
    #[ts(optional = nullable)]
    pub own: Option<bool>,
    /// How many of them to leave out from the beginning.
    #[ts(optional = nullable)]
    pub offset: Option<u32>,
    /// How many to answer with at most; all, if none.
    #[ts(optional = nullable)]
    pub limit: Option<u32>,
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

/// How many of the records asked for are of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct YearCount {
    /// The year, in UTC; none for records without a date.
    pub year: Option<i32>,
    /// Records of it.
    pub count: u32,
}

/// How many records somebody wrote, filters aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AuthorCount {
    /// Who.
    pub author: PersonView,
    /// Records by them.
    pub count: u32,
}

/// How many records are of a kind, filters aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct KindCount {
    /// The kind.
    pub kind: RecordKind,
    /// Records of it.
    pub count: u32,
}

/// How far reading ahead is: what was not read cannot be found by its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReadingView {
    /// Records still to be read.
    pub left: u32,
    /// The person lets it rest.
    pub paused: bool,
}

/// A list of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordsView {
    /// The records of this page, newest first.
    pub records: Vec<RecordRow>,
    /// How many there are on all pages.
    pub total: u32,
    /// The years of all pages, newest first.
    pub years: Vec<YearCount>,
    /// All collections, in their fixed order.
    pub collections: Vec<CollectionCount>,
    /// All authors, the one with most records first.
    pub authors: Vec<AuthorCount>,
    /// All kinds there are.
    pub kinds: Vec<KindCount>,
    /// Records not opened yet, filters aside.
    pub unread: u32,
    /// How far reading ahead is.
    pub reading: ReadingView,
}

/// Marks everything as read.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordsReadAllRequest {}

/// Lets reading ahead rest, or go on.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordsReadingRequest {
    /// Whether it rests.
    pub paused: bool,
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
    /// What the person wrote down, if it is an entry of their own that they can change.
    pub entry: Option<OwnEntryView>,
    /// Older versions, the newest of them first.
    pub versions: Vec<VersionView>,
    /// It is the copy on this computer: the hospital could not be asked.
    pub kept: bool,
}

/// An older version of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VersionView {
    /// Record reference T1 in hex.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it came in.
    pub added: Millis,
}

/// Erases a record and its older versions, for everyone; cannot be undone.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordEraseRequest {
    /// Which record.
    pub record_id: String,
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
    /// Why it cannot be shown here, in the words of the reader; it can be added all the same.
    pub damage: Option<String>,
    /// The record that has the same bytes, if there is one already.
    pub duplicate: Option<DuplicateView>,
    /// Whom it says it is about.
    pub patient: Option<String>,
}

/// Asks for the files in a folder and the folders inside it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FolderListRequest {
    /// Absolute path from the open dialog.
    pub path: String,
}

/// The files of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FolderListed {
    /// At most 500 absolute paths in the order of their names; hidden files are left out.
    pub paths: Vec<String>,
    /// The folder holds more than these.
    pub more: bool,
}

/// A record that is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DuplicateView {
    /// Record reference T1 in hex.
    pub record_id: String,
    /// Its title.
    pub title: String,
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
    /// The date it speaks of; the one found inside, or today, if none.
    #[ts(optional = nullable)]
    pub date: Option<DocumentMillis>,
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

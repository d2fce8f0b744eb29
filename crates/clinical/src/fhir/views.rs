//! What a FHIR document says, in the shape a page shows it.
//!
//! Dates and numbers are strings exactly as the document wrote them. `about` names another person when an entry
//! is not about the patient in the header. `retracted` marks what its author withdrew (`entered-in-error`) or
//! ruled out (`refuted`): show it struck through, and never chart it.

use serde::Serialize;

use crate::page::{Block, Chart, ClinicalItem, Dosage, Fact, SectionKind};

macro_rules! view {
    ($($item:item)*) => { $(
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        $item
    )* };
}

view! {
/// A whole FHIR document: a Bundle, or a single resource.
#[derive(Default)]
pub struct FhirView {
    /// What the document calls itself, or what it mostly contains.
    pub title: String,
    /// Its own date, as written.
    pub date: Option<String>,
    /// Whom it is about.
    pub patient: Option<PatientHeader>,
    /// More people, if the document mixes several; see [`Notice::SeveralPatients`].
    pub other_patients: Vec<PatientHeader>,
    /// Conditions, newest first.
    pub problems: Vec<Problem>,
    /// Medication, active first, then newest first.
    pub medication: Vec<Medication>,
    /// Allergies and intolerances.
    pub allergies: Vec<Allergy>,
    /// Vaccinations, newest first.
    pub vaccinations: Vec<Vaccination>,
    /// Observations, newest first.
    pub results: Vec<ResultRow>,
    /// Groups of results.
    pub reports: Vec<Report>,
    /// Procedures, newest first.
    pub procedures: Vec<Procedure>,
    /// Visits and stays, newest first.
    pub encounters: Vec<Encounter>,
    /// Documents this one points to or carries.
    pub documents: Vec<DocumentEntry>,
    /// The written part: sections of a composition, or a resource's narrative.
    pub sections: Vec<Section>,
    /// Entries of every other kind, in the order of the document.
    pub further: Vec<FurtherEntry>,
    /// Author, custodian, period and the like.
    pub facts: Vec<Fact>,
    /// What a reader must know before trusting the lists above.
    pub notices: Vec<Notice>,
}

/// Who a document is about.
pub struct PatientHeader {
    /// Full name as written.
    pub name: Option<String>,
    /// `YYYY-MM-DD` or less.
    pub birth_date: Option<String>,
    /// `male`, `female`, `other`, `unknown`.
    pub gender: Option<String>,
    /// Date of death, or `yes`.
    pub deceased: Option<String>,
    /// Numbers the person is known by: `value` or `type: value`.
    pub identifiers: Vec<String>,
    /// Address, telephone, language and the like.
    pub facts: Vec<Fact>,
}

/// A code of a coding system.
pub struct Code {
    /// URI of the system: `http://loinc.org`.
    pub system: Option<String>,
    /// The code itself.
    pub code: Option<String>,
    /// Its name in the system.
    pub display: Option<String>,
}

/// A thing that has a name and perhaps codes.
pub struct Concept {
    /// For people.
    pub text: String,
    /// For machines.
    pub codes: Vec<Code>,
}

/// A condition.
pub struct Problem {
    /// Its place among the resources of the document.
    pub position: u32,
    /// What it is.
    pub name: Concept,
    /// `active`, `recurrence`, `relapse`, `inactive`, `remission`, `resolved`.
    pub clinical_status: Option<String>,
    /// `confirmed`, `provisional`, `differential`, `unconfirmed`, `refuted`, `entered-in-error`.
    pub verification: Option<String>,
    /// How severe.
    pub severity: Option<String>,
    /// Since when.
    pub onset: Option<String>,
    /// Until when.
    pub abatement: Option<String>,
    /// When it was written down.
    pub recorded: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// Withdrawn or ruled out.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// A medicine that is taken or prescribed.
pub struct Medication {
    /// Its place among the resources of the document.
    pub position: u32,
    /// Statement or request.
    pub kind: MedicationKind,
    /// The medicine.
    pub name: Concept,
    /// `active`, `completed`, `stopped`, `on-hold`, …
    pub status: Option<String>,
    /// How it is taken, in English.
    pub dosage: Option<String>,
    /// How it is taken, one for each instruction, in the languages of the window.
    pub dosages: Vec<Dosage>,
    /// What for.
    pub reason: Option<String>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub until: Option<String>,
    /// Who prescribed or reported it.
    pub by: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// The document says that it must *not* be taken.
    pub do_not_take: bool,
    /// Withdrawn.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// An allergy or intolerance.
pub struct Allergy {
    /// Its place among the resources of the document.
    pub position: u32,
    /// To what.
    pub name: Concept,
    /// `active`, `inactive`, `resolved`.
    pub clinical_status: Option<String>,
    /// `confirmed`, `unconfirmed`, `refuted`, `entered-in-error`.
    pub verification: Option<String>,
    /// `low`, `high`, `unable-to-assess`.
    pub criticality: Option<String>,
    /// What happens.
    pub reactions: Vec<String>,
    /// Since when.
    pub onset: Option<String>,
    /// Last time.
    pub last_occurrence: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// Withdrawn or ruled out.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// A vaccination.
pub struct Vaccination {
    /// Its place among the resources of the document.
    pub position: u32,
    /// The vaccine.
    pub name: Concept,
    /// False: it was *not* given; `reason` may say why.
    pub given: bool,
    /// Why not, or why.
    pub reason: Option<String>,
    /// When.
    pub date: Option<String>,
    /// Which dose of the series.
    pub dose: Option<String>,
    /// Lot number.
    pub lot: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// Withdrawn.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// One observation.
pub struct ResultRow {
    /// Its place among the resources of the document.
    pub position: u32,
    /// What was observed.
    pub name: Concept,
    /// LOINC code: rows with the same code and the same unit form a series.
    pub loinc: Option<String>,
    /// `laboratory`, `vital-signs`, `social-history`, …
    pub category: Option<String>,
    /// What was found.
    pub value: Option<ResultValue>,
    /// Why there is no value.
    pub missing_reason: Option<String>,
    /// What is usual.
    pub reference_ranges: Vec<ReferenceRange>,
    /// The document's own judgement, in words.
    pub interpretation: Option<String>,
    /// Out of range or not, if that can be said.
    pub flag: Option<Flag>,
    /// Who says so.
    pub flag_source: Option<FlagSource>,
    /// The document's judgement and its own range disagree.
    pub flag_conflict: bool,
    /// Parts, such as systolic and diastolic.
    pub components: Vec<ResultComponent>,
    /// Observations it groups, by their places among the resources of the document.
    pub members: Vec<u32>,
    /// A recorded curve.
    pub curve: Option<Chart>,
    /// When it was true of the person.
    pub date: Option<String>,
    /// `final`, `preliminary`, `amended`, …
    pub status: Option<String>,
    /// Body site, method and specimen, joined.
    pub details: Option<String>,
    /// Remarks, or the narrative when there is nothing else.
    pub note: Option<String>,
    /// Withdrawn.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// A part of an observation.
pub struct ResultComponent {
    /// What was observed.
    pub name: Concept,
    /// LOINC code.
    pub loinc: Option<String>,
    /// What was found.
    pub value: Option<ResultValue>,
    /// Why there is no value.
    pub missing_reason: Option<String>,
    /// What is usual.
    pub reference_ranges: Vec<ReferenceRange>,
    /// The document's own judgement, in words.
    pub interpretation: Option<String>,
    /// Out of range or not, if that can be said.
    pub flag: Option<Flag>,
    /// Who says so.
    pub flag_source: Option<FlagSource>,
    /// The document's judgement and its own range disagree.
    pub flag_conflict: bool,
}

/// A value as written.
pub struct ResultValue {
    /// Without the unit: `5.40`, `<0.5`, `Positive`.
    pub text: String,
    /// `mmol/L`.
    pub unit: Option<String>,
    /// UCUM code of the unit.
    pub unit_code: Option<String>,
    /// The same as a number, for charts only. `None` for words, ranges, and values with `<` or `>`.
    pub number: Option<f64>,
}

/// What is usual.
pub struct ReferenceRange {
    /// Lower bound as written, with its unit if that differs from the value's.
    pub low: Option<String>,
    /// Upper bound as written.
    pub high: Option<String>,
    /// Lower bound as a number in the value's unit, for charts.
    pub low_number: Option<f64>,
    /// Upper bound as a number in the value's unit, for charts.
    pub high_number: Option<f64>,
    /// In words.
    pub text: Option<String>,
    /// Whom or what it applies to (age, sex, "therapeutic"), if not everybody.
    pub applies_to: Option<String>,
}

/// A group of results with a conclusion.
pub struct Report {
    /// Its place among the resources of the document.
    pub position: u32,
    /// What was examined.
    pub name: Concept,
    /// `laboratory`, `radiology`, … as written.
    pub category: Option<String>,
    /// When.
    pub date: Option<String>,
    /// `final`, `preliminary`, …
    pub status: Option<String>,
    /// Positions in [`FhirView::results`].
    pub results: Vec<u32>,
    /// Results it names that are not in this document.
    pub missing_results: u32,
    /// What it concludes.
    pub conclusion: Option<String>,
    /// Pages it carries.
    pub attachments: Vec<Attachment>,
    /// Narrative, when there is nothing else.
    pub narrative: Vec<Block>,
    /// Who made it.
    pub by: Option<String>,
    /// Withdrawn.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// Something that was done.
pub struct Procedure {
    /// Its place among the resources of the document.
    pub position: u32,
    /// What.
    pub name: Concept,
    /// `completed`, `not-done`, `in-progress`, …
    pub status: Option<String>,
    /// When it began.
    pub from: Option<String>,
    /// When it ended.
    pub until: Option<String>,
    /// What for.
    pub reason: Option<String>,
    /// How it went.
    pub outcome: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// Withdrawn.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// A visit or stay.
pub struct Encounter {
    /// Its place among the resources of the document.
    pub position: u32,
    /// What kind.
    pub name: String,
    /// `ambulatory`, `inpatient`, … as written.
    pub class: Option<String>,
    /// `finished`, `in-progress`, …
    pub status: Option<String>,
    /// When it began.
    pub from: Option<String>,
    /// When it ended.
    pub until: Option<String>,
    /// What for.
    pub reason: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// With whom.
    pub with: Option<String>,
    /// Withdrawn.
    pub retracted: bool,
    /// Whom it is about, if not the patient.
    pub about: Option<String>,
}

/// A document that this one points to or carries.
pub struct DocumentEntry {
    /// Its place among the resources of the document.
    pub position: u32,
    /// What it is.
    pub title: String,
    /// When it was made.
    pub date: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// `current`, `superseded`, `entered-in-error`.
    pub status: Option<String>,
    /// Its pages.
    pub attachments: Vec<Attachment>,
}

/// A page or file inside a document.
pub struct Attachment {
    /// What it is.
    pub title: Option<String>,
    /// `application/pdf`.
    pub media_type: Option<String>,
    /// Its place among the files inside the document. None: only an address is given, and it is not fetched.
    pub part: Option<u32>,
    /// Where it is kept, if not inside.
    pub address: Option<String>,
}

/// A written section.
pub struct Section {
    /// Heading.
    pub title: Option<String>,
    /// What it is about, as a LOINC code.
    pub loinc: Option<String>,
    /// As its author wrote it.
    pub text: Vec<Block>,
    /// 0 for a section, 1 for one inside it, …
    pub level: u32,
    /// Its entries, by their places among the resources of the document. Each is in one section only.
    pub members: Vec<u32>,
}

/// An entry of a kind that has no list of its own: a care plan, a device, an unknown resource.
pub struct FurtherEntry {
    /// Its place among the resources of the document.
    pub position: u32,
    /// Where it belongs on a page.
    pub kind: SectionKind,
    /// What it says.
    pub item: ClinicalItem,
}
}

macro_rules! choice {
    ($($item:item)*) => { $(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "camelCase")]
        $item
    )* };
}

choice! {
/// Where a medicine stands written.
pub enum MedicationKind {
    /// Somebody says that it is taken.
    Statement,
    /// It was prescribed.
    Request,
}

/// How a value lies to its range.
pub enum Flag {
    /// Within the range.
    Normal,
    /// Below it.
    Low,
    /// Above it.
    High,
    /// Dangerously below.
    CriticalLow,
    /// Dangerously above.
    CriticalHigh,
    /// Not usual, without a direction.
    Abnormal,
}

/// Who says how a value lies to its range.
pub enum FlagSource {
    /// The document's interpretation.
    Document,
    /// Computed here from value and range.
    Range,
}

/// What a reader must know.
pub enum Notice {
    /// The document mixes several people; entries about others than the header's name them.
    SeveralPatients,
    /// Entries were withdrawn by their authors; they are marked.
    RetractedEntries,
    /// The document carries extensions that can change the meaning of an entry and are not understood here.
    ModifierExtensions,
    /// A report or section names entries that are not in this document.
    MissingEntries,
    /// Bundles inside bundles go deeper than this reader follows.
    NestedTooDeep,
}
}

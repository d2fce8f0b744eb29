//! FHIR R4 JSON: a Bundle or a single resource.
//!
//! Parsed with `serde_json` so that decimals keep their digits (`5.40` stays `5.40`), and read through small views
//! instead of the full type system. Older and newer releases are read as far as they agree with R4. A member that is
//! written twice counts with its last value, as in every common JSON reader.

mod dosage;
mod further;
mod index;
mod json;
mod lists;
mod other;
mod page;
pub(crate) mod parts;
mod patient;
mod results;
mod views;

use std::cmp::Reverse;

use serde_json::Value;

use self::index::{Index, Placed};
pub(crate) use self::json::joined;
use self::json::{list, owned, resource_type, text};
pub(crate) use self::page::kind_of_section;
use self::patient::Subjects;
pub use self::views::{
    Allergy, Attachment, Code, Concept, DocumentEntry, Encounter, FhirView, Flag, FlagSource, FurtherEntry, Medication,
    MedicationKind, Notice, PatientHeader, Problem, Procedure, ReferenceRange, Report, ResultComponent, ResultRow,
    ResultValue, Section, Vaccination,
};
use crate::category::{self, Category};
use crate::dates::DocumentDate;
use crate::limits::FHIR_BYTES_MAX;
use crate::page::{Fact, facts};
use crate::parts::Part;
use crate::text::without_bom;

/// Why a FHIR document cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FhirError {
    /// Larger than [`FHIR_BYTES_MAX`].
    #[error("the document has {bytes} bytes; at most {FHIR_BYTES_MAX} are shown")]
    TooLarge {
        /// Size of the document.
        bytes: usize,
    },
    /// Not valid JSON, or cut short, or nested more than 128 levels deep.
    #[error("the document is not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Valid JSON without a `resourceType`.
    #[error("the document is JSON, but not a FHIR resource")]
    NotFhir,
}

/// A document read as JSON that says it is FHIR.
pub(crate) struct FhirDocument(Value);

impl FhirDocument {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, FhirError> {
        if bytes.len() > FHIR_BYTES_MAX {
            return Err(FhirError::TooLarge { bytes: bytes.len() });
        }
        let value: Value = serde_json::from_slice(without_bom(bytes))?;
        if resource_type(&value).is_some_and(is_resource_name) { Ok(Self(value)) } else { Err(FhirError::NotFhir) }
    }

    pub(crate) fn is_bundle(&self) -> bool {
        resource_type(&self.0) == Some("Bundle")
    }

    pub(crate) fn view(&self) -> FhirView {
        read(&self.0)
    }

    pub(crate) fn part(&self, number: u32) -> Option<Part> {
        parts::open(&self.0, number)
    }
}

/// Names of resource types are CamelCase words; this keeps other JSON formats with a `resourceType` out.
pub(crate) fn is_resource_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphabetic())
}

fn read(document: &Value) -> FhirView {
    let index = Index::of(document);
    let composition = index.resources.iter().find(|placed| resource_type(placed.resource) == Some("Composition"));
    let header = header_patient(&index, composition);
    let subjects = Subjects::new(&index, header);
    let mut view = FhirView { notices: index.notices.clone(), ..FhirView::default() };
    view.patient = header.map(patient::header).or_else(|| named_only(&index));

    let mut row_of = vec![None; index.resources.len()];
    for (position, placed) in newest_first(&index) {
        if resource_type(placed.resource) == Some("Observation") {
            row_of[position] = u32::try_from(view.results.len()).ok();
            view.results.push(results::result_row(placed, &index, &subjects));
        }
    }
    for placed in index.resources.iter().copied() {
        place(placed, header, &index, &subjects, &row_of, &mut view);
    }
    if let [single] = index.resources.as_slice()
        && view.sections.is_empty()
        && view.further.is_empty()
    {
        let text = json::blocks_of(single.resource);
        if !text.is_empty() {
            view.sections.push(Section { title: None, loinc: None, text, level: 0, members: Vec::new() });
        }
    }
    view.facts = composition.map(|placed| about_document(*placed, &index)).unwrap_or_default();
    sort_lists(&mut view);
    notices(document, &index, &mut view);
    view.date = date_of(document, composition.map(|placed| placed.resource), &view);
    view.title = title_of(document, composition.map(|placed| placed.resource), &view);
    view
}

/// Puts one resource where it belongs.
fn place<'a>(
    placed: Placed<'a>,
    header: Option<&'a Value>,
    index: &Index<'a>,
    subjects: &Subjects<'a>,
    row_of: &[Option<u32>],
    view: &mut FhirView,
) {
    let resource = placed.resource;
    match resource_type(resource).unwrap_or_default() {
        "Observation" => {}
        "Patient" if header.is_some_and(|header| std::ptr::eq(header, resource)) => {}
        "Patient" => view.other_patients.push(patient::header(resource)),
        "Condition" => view.problems.push(lists::problem(placed, subjects)),
        "MedicationStatement" => {
            view.medication.push(lists::medication(placed, index, subjects, MedicationKind::Statement));
        }
        "MedicationRequest" | "MedicationOrder" => {
            view.medication.push(lists::medication(placed, index, subjects, MedicationKind::Request));
        }
        "AllergyIntolerance" => view.allergies.push(lists::allergy(placed, subjects)),
        "Immunization" => view.vaccinations.push(lists::vaccination(placed, subjects)),
        "DiagnosticReport" => {
            let row = |position: usize| row_of.get(position).copied().flatten();
            view.reports.push(results::report(placed, index, subjects, row));
        }
        "Procedure" => view.procedures.push(other::procedure(placed, index, subjects)),
        "Encounter" => view.encounters.push(other::encounter(placed, index, subjects)),
        "DocumentReference" | "DocumentManifest" => view.documents.push(other::document(placed, index)),
        "Composition" => view.sections.extend(other::sections(placed, index)),
        _ => view.further.extend(further::entries(placed, index, subjects.about(placed))),
    }
}

/// What a composition says about itself.
fn about_document<'a>(placed: Placed<'a>, index: &Index<'a>) -> Vec<Fact> {
    let composition = placed.resource;
    let attested =
        list(composition, "attester").iter().filter_map(|one| index.label(one.get("party")?, placed.container));
    let events = list(composition, "event").iter().map(|event| json::period(event.get("period")));
    let period = events.filter_map(|(from, until)| Some(format!("{} – {}", from?, until?)));
    facts([
        ("documentKind", json::concept_of(composition, "type").map(|kind| kind.text)),
        ("date", owned(composition, "date")),
        ("author", index.labels(composition, "author", placed.container)),
        ("attestedBy", joined(attested)),
        ("custodian", composition.get("custodian").and_then(|one| index.label(one, placed.container))),
        ("period", joined(period)),
        ("state", owned(composition, "status").filter(|status| status != "final")),
    ])
}

/// The composition's subject, else the first patient, else the one a contained reference leads to.
fn header_patient<'a>(index: &Index<'a>, composition: Option<&Placed<'a>>) -> Option<&'a Value> {
    let is_patient = |resource: &&'a Value| resource_type(resource) == Some("Patient");
    let subject_of = |placed: &Placed<'a>| {
        let reference = placed.resource.get("subject").or_else(|| placed.resource.get("patient"))?;
        index.resolve(reference, placed.container)
    };
    composition
        .and_then(subject_of)
        .filter(is_patient)
        .or_else(|| index.resources.iter().map(|placed| placed.resource).find(is_patient))
        .or_else(|| index.resources.iter().filter_map(subject_of).find(is_patient))
}

/// A header from the name that the entries give their subject, when the document has no Patient.
fn named_only(index: &Index<'_>) -> Option<PatientHeader> {
    let name = index.resources.iter().find_map(|placed| {
        let reference = placed.resource.get("subject").or_else(|| placed.resource.get("patient"))?;
        owned(reference, "display")
    })?;
    Some(PatientHeader {
        name: Some(name),
        birth_date: None,
        gender: None,
        deceased: None,
        identifiers: Vec::new(),
        facts: Vec::new(),
    })
}

/// Observations by date; those without one keep their order at the end.
fn newest_first<'a>(index: &Index<'a>) -> Vec<(usize, Placed<'a>)> {
    let mut order: Vec<_> = index.resources.iter().copied().enumerate().collect();
    order.sort_by_cached_key(|(_, placed)| {
        let date = json::when(placed.resource, "effective").or_else(|| owned(placed.resource, "issued"));
        Reverse(moment(date.as_deref()))
    });
    order
}

fn moment(date: Option<&str>) -> i64 {
    date.and_then(DocumentDate::from_iso).map_or(i64::MIN, |date| date.unix_ms)
}

fn sort_lists(view: &mut FhirView) {
    let active = |status: Option<&str>| matches!(status, Some("active" | "recurrence" | "relapse"));
    view.problems.sort_by_cached_key(|problem| {
        let since = problem.onset.as_deref().or(problem.recorded.as_deref());
        (!active(problem.clinical_status.as_deref()), Reverse(moment(since)))
    });
    view.medication.sort_by_cached_key(|medicine| {
        (!active(medicine.status.as_deref()), Reverse(moment(medicine.from.as_deref())))
    });
    view.vaccinations.sort_by_cached_key(|vaccination| Reverse(moment(vaccination.date.as_deref())));
    view.reports.sort_by_cached_key(|report| Reverse(moment(report.date.as_deref())));
    view.procedures.sort_by_cached_key(|procedure| Reverse(moment(procedure.from.as_deref())));
    view.encounters.sort_by_cached_key(|encounter| Reverse(moment(encounter.from.as_deref())));
    view.documents.sort_by_cached_key(|document| Reverse(moment(document.date.as_deref())));
}

fn notices(document: &Value, index: &Index<'_>, view: &mut FhirView) {
    let mut subjects: Vec<&str> = index
        .resources
        .iter()
        .filter_map(|placed| placed.resource.get("subject").or_else(|| placed.resource.get("patient")))
        .filter_map(|reference| text(reference, "reference").or_else(|| text(reference, "display")))
        .collect();
    subjects.sort_unstable();
    subjects.dedup();
    let no_patient_inside = !index.resources.iter().any(|placed| resource_type(placed.resource) == Some("Patient"));
    if !view.other_patients.is_empty() || (no_patient_inside && subjects.len() > 1) {
        view.notices.push(Notice::SeveralPatients);
    }
    let retracted = view.problems.iter().any(|x| x.retracted)
        || view.further.iter().any(|x| x.item.retracted)
        || view.medication.iter().any(|x| x.retracted)
        || view.allergies.iter().any(|x| x.retracted)
        || view.vaccinations.iter().any(|x| x.retracted)
        || view.results.iter().any(|x| x.retracted)
        || view.reports.iter().any(|x| x.retracted)
        || view.procedures.iter().any(|x| x.retracted)
        || view.encounters.iter().any(|x| x.retracted);
    if retracted {
        view.notices.push(Notice::RetractedEntries);
    }
    let modified =
        |resource: &Value| !list(resource, "modifierExtension").is_empty() || resource.get("implicitRules").is_some();
    if modified(document) || index.resources.iter().any(|placed| modified(placed.resource)) {
        view.notices.push(Notice::ModifierExtensions);
    }
    let missing_section_entries = index.resources.iter().any(|placed| {
        list(placed.resource, "section")
            .iter()
            .flat_map(|section| list(section, "entry"))
            .any(|reference| index.resolve(reference, placed.container).is_none())
    });
    if missing_section_entries || view.reports.iter().any(|report| report.missing_results > 0) {
        view.notices.push(Notice::MissingEntries);
    }
    view.notices.dedup();
}

/// The composition's date, a single resource's own, else the newest thing in a bundle, else its timestamp.
fn date_of(document: &Value, composition: Option<&Value>, view: &FhirView) -> Option<String> {
    if let Some(date) = composition.and_then(|composition| owned(composition, "date")) {
        return Some(date);
    }
    let newest = [
        view.results.iter().filter_map(|x| x.date.as_deref()).max_by_key(|date| moment(Some(date))),
        view.reports.iter().filter_map(|x| x.date.as_deref()).max_by_key(|date| moment(Some(date))),
        view.encounters.iter().filter_map(|x| x.from.as_deref()).max_by_key(|date| moment(Some(date))),
        view.procedures.iter().filter_map(|x| x.from.as_deref()).max_by_key(|date| moment(Some(date))),
        view.vaccinations.iter().filter_map(|x| x.date.as_deref()).max_by_key(|date| moment(Some(date))),
        view.medication.iter().filter_map(|x| x.from.as_deref()).max_by_key(|date| moment(Some(date))),
        view.documents.iter().filter_map(|x| x.date.as_deref()).max_by_key(|date| moment(Some(date))),
        view.problems
            .iter()
            .filter_map(|x| x.recorded.as_deref().or(x.onset.as_deref()))
            .max_by_key(|date| moment(Some(date))),
        view.allergies.iter().filter_map(|x| x.onset.as_deref()).max_by_key(|date| moment(Some(date))),
    ];
    let newest =
        newest.into_iter().flatten().max_by_key(|date| moment(Some(date))).filter(|date| moment(Some(date)) > i64::MIN);
    newest
        .map(str::to_owned)
        .or_else(|| view.further.iter().find_map(|entry| entry.item.start.clone()))
        .or_else(|| owned(document, "timestamp"))
        .or_else(|| document.get("meta").and_then(|meta| owned(meta, "lastUpdated")))
}

fn title_of(document: &Value, composition: Option<&Value>, view: &FhirView) -> String {
    if let Some(title) = composition.and_then(other::title_of) {
        return title;
    }
    let person = view.patient.as_ref().and_then(|patient| patient.name.as_deref());
    if resource_type(document) != Some("Bundle") {
        return single_title(view, person)
            .or_else(|| other::title_of(document))
            .or_else(|| resource_type(document).map(words))
            .unwrap_or_else(|| "FHIR document".to_owned());
    }
    let only_a_report = view.problems.is_empty() && view.medication.is_empty() && view.procedures.is_empty();
    if let ([report], true) = (view.reports.as_slice(), only_a_report) {
        return report.name.text.clone();
    }
    let kinds = [
        (view.results.len(), if laboratory_only(view) { "Laboratory results" } else { "Measurements" }),
        (view.medication.len(), "Medication"),
        (view.problems.len(), "Problems"),
        (view.allergies.len(), "Allergies"),
        (view.vaccinations.len(), "Vaccinations"),
        (view.procedures.len(), "Procedures"),
        (view.encounters.len(), "Visits"),
        (view.documents.len(), "Documents"),
    ];
    let mut present = kinds.iter().filter(|(count, _)| *count > 0);
    let of_one_kind = |rows: &[ResultRow]| rows.iter().all(|row| row.name.text == rows[0].name.text);
    match (present.next(), present.next(), person) {
        (Some(_), None, _) if !view.results.is_empty() && of_one_kind(&view.results) => {
            view.results[0].name.text.clone()
        }
        (Some((_, only)), None, _) => (*only).to_owned(),
        (Some(_), Some(_), Some(person)) => format!("Health record of {person}"),
        (Some(_), Some(_), None) => "Health record".to_owned(),
        (None, _, _) => "FHIR bundle".to_owned(),
    }
}

fn single_title(view: &FhirView, person: Option<&str>) -> Option<String> {
    view.reports
        .first()
        .map(|x| x.name.text.clone())
        .or_else(|| view.results.first().map(|x| x.name.text.clone()))
        .or_else(|| view.medication.first().map(|x| x.name.text.clone()))
        .or_else(|| view.problems.first().map(|x| x.name.text.clone()))
        .or_else(|| view.allergies.first().map(|x| format!("Allergy: {}", x.name.text)))
        .or_else(|| view.vaccinations.first().map(|x| format!("Vaccination: {}", x.name.text)))
        .or_else(|| view.procedures.first().map(|x| x.name.text.clone()))
        .or_else(|| view.encounters.first().map(|x| x.name.clone()))
        .or_else(|| view.documents.first().map(|x| x.title.clone()))
        .or_else(|| person.filter(|_| view.further.is_empty()).map(|person| format!("Personal details of {person}")))
}

/// `CarePlan` as `Care plan`.
fn words(type_name: &str) -> String {
    let mut out = String::new();
    for c in type_name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

fn laboratory_only(view: &FhirView) -> bool {
    view.results.iter().all(|row| row.category.as_deref() == Some("laboratory"))
}

/// The collection a document belongs to: what more than half of its entries are, else what its title says. A record of
/// three or more kinds of entries is a general one, however many results it has.
pub(crate) fn category_of(view: &FhirView) -> Category {
    let kinds = [
        view.problems.len(),
        view.medication.len(),
        view.allergies.len(),
        view.vaccinations.len(),
        view.procedures.len(),
        view.results.len(),
    ];
    if kinds.iter().filter(|count| **count > 0).count() >= 3 {
        return Category::General;
    }
    let report_says = view.reports.iter().find_map(|report| {
        let code = json::loinc(&report.name);
        category::of_result(code.as_deref(), None)
    });
    let results = view.results.iter().map(|row| category::of_result(row.loinc.as_deref(), row.category.as_deref()));
    let medication = view.medication.iter().map(|_| Some(Category::Medication));
    let entries = view.problems.len() + view.allergies.len() + view.vaccinations.len() + view.procedures.len();
    let rest = std::iter::repeat_n(None, entries);
    report_says
        .or_else(|| category::majority(results.chain(medication).chain(rest)))
        .or_else(|| if view.patient.is_some() && entries > 0 { None } else { category::of_words(&view.title) })
        .unwrap_or(Category::General)
}

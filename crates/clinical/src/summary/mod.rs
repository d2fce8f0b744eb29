//! One picture of a person's health out of many documents: the sections of the International Patient Summary.
//!
//! The same problem, medicine or allergy stands in many documents, so entries with the same code (or, without codes, the
//! same words) are one entry; the newest document that mentions it says how it is. Of results, the newest value of a
//! code and unit is kept. What was withdrawn, or is about somebody else, is left out.

mod ips;
mod merge;
mod page;

use crate::fhir::{Allergy, FhirView, Medication, PatientHeader, Problem, Procedure, ResultRow, Vaccination};
use crate::page::Page;

pub use ips::{IpsIdentity, SECTIONS, ips_document};
use merge::Merged;

/// Where an entry comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What the caller knows the document by.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its author.
    pub author: String,
    /// Milliseconds since 1970, to tell newer from older.
    pub date: i64,
}

/// An entry of the summary.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<T> {
    /// As the newest document has it.
    pub item: T,
    /// That document: a position in [`Summary::sources`].
    pub source: usize,
    /// How many documents mention it.
    pub mentions: usize,
}

/// What many documents say together.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The documents that were read.
    pub sources: Vec<Source>,
    /// Whom the newest document that says so is about.
    pub patient: Option<PatientHeader>,
    /// Problems that are, or may be, still there.
    pub problems: Vec<Entry<Problem>>,
    /// Problems that are over.
    pub past_problems: Vec<Entry<Problem>>,
    /// Medicines that are taken, or must not be.
    pub medication: Vec<Entry<Medication>>,
    /// Medicines that were stopped or are finished.
    pub past_medication: Vec<Entry<Medication>>,
    /// Allergies and intolerances.
    pub allergies: Vec<Entry<Allergy>>,
    /// Vaccinations that were given.
    pub vaccinations: Vec<Entry<Vaccination>>,
    /// The newest value of each laboratory result.
    pub results: Vec<Entry<ResultRow>>,
    /// The newest value of each vital sign.
    pub vitals: Vec<Entry<ResultRow>>,
    /// What was done.
    pub procedures: Vec<Entry<Procedure>>,
}

/// Takes in documents one by one, in any order.
#[derive(Debug, Default)]
pub struct Summarizer {
    sources: Vec<Source>,
    patient: Option<(i64, PatientHeader)>,
    problems: Merged<Problem>,
    medication: Merged<Medication>,
    allergies: Merged<Allergy>,
    vaccinations: Merged<Vaccination>,
    results: Merged<ResultRow>,
    vitals: Merged<ResultRow>,
    procedures: Merged<Procedure>,
}

impl Summarizer {
    /// Takes in what a document says.
    pub fn add(&mut self, view: &FhirView, source: Source) {
        let (at, date) = (self.sources.len(), source.date);
        self.sources.push(source);
        if let Some(patient) = &view.patient
            && self.patient.as_ref().is_none_or(|(known, _)| *known <= date)
        {
            self.patient = Some((date, patient.clone()));
        }
        self.problems.take_in(&view.problems, at, date);
        self.medication.take_in(&view.medication, at, date);
        self.allergies.take_in(&view.allergies, at, date);
        self.vaccinations.take_in(&view.vaccinations, at, date);
        self.procedures.take_in(&view.procedures, at, date);
        let is_vital = |row: &&ResultRow| row.category.as_deref() == Some("vital-signs");
        let is_laboratory = |row: &&ResultRow| matches!(row.category.as_deref(), Some("laboratory") | None);
        self.vitals.take_in(view.results.iter().filter(is_vital), at, date);
        self.results.take_in(view.results.iter().filter(is_laboratory), at, date);
    }

    /// Takes in what a document of another format says.
    pub fn add_page(&mut self, page: &Page, source: Source) {
        self.add(&page::entries(page), source);
    }

    /// The picture.
    pub fn finish(self) -> Summary {
        let is_over = |problem: &Problem| {
            matches!(problem.clinical_status.as_deref(), Some("inactive" | "remission" | "resolved"))
                || problem.abatement.is_some()
        };
        let is_past = |medicine: &Medication| {
            matches!(medicine.status.as_deref(), Some("completed" | "stopped" | "cancelled" | "not-taken"))
                && !medicine.do_not_take
        };
        let (past_problems, problems) = self.problems.finish().into_iter().partition(|one| is_over(&one.item));
        let (past_medication, medication) = self.medication.finish().into_iter().partition(|one| is_past(&one.item));
        let mut vaccinations = self.vaccinations.finish();
        vaccinations.retain(|one| one.item.given);
        let mut procedures = self.procedures.finish();
        procedures.retain(|one| one.item.status.as_deref() != Some("not-done"));
        Summary {
            sources: self.sources,
            patient: self.patient.map(|(_, patient)| patient),
            problems,
            past_problems,
            medication,
            past_medication,
            allergies: self.allergies.finish(),
            vaccinations,
            results: self.results.finish(),
            vitals: self.vitals.finish(),
            procedures,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::FhirDocument;

    pub(crate) fn read(json: &str) -> FhirView {
        FhirDocument::parse(json.as_bytes()).expect("a FHIR document").view()
    }

    pub(crate) fn source(id: &str, date: i64) -> Source {
        Source { id: id.into(), title: format!("Document {id}"), author: "Dr Okafor".into(), date }
    }

    fn bundle(resources: &[&str]) -> FhirView {
        let entries: Vec<String> = resources.iter().map(|resource| format!(r#"{{"resource":{resource}}}"#)).collect();
        read(&format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(",")))
    }

    fn condition(status: &str, text: &str) -> String {
        format!(
            r#"{{"resourceType":"Condition","clinicalStatus":{{"coding":[{{"code":"{status}"}}]}},
            "code":{{"coding":[{{"system":"http://snomed.info/sct","code":"38341003"}}],"text":"{text}"}}}}"#
        )
    }

    #[test]
    fn a_problem_in_two_documents_is_one_as_the_newer_has_it() {
        let (old, new) = (condition("active", "High blood pressure"), condition("resolved", "Hypertension"));
        for order in [[("old", 1), ("new", 2)], [("new", 2), ("old", 1)]] {
            let mut summary = Summarizer::default();
            for (id, date) in order {
                summary.add(&bundle(&[if id == "old" { &old } else { &new }]), source(id, date));
            }
            let summary = summary.finish();
            assert!(summary.problems.is_empty(), "it is over");
            let [past] = summary.past_problems.as_slice() else { panic!("one: {:?}", summary.past_problems) };
            assert_eq!((past.item.name.text.as_str(), past.mentions), ("Hypertension", 2));
            assert_eq!(summary.sources[past.source].id, "new");
        }
    }

    #[test]
    fn what_was_withdrawn_or_is_about_somebody_else_is_left_out() {
        let withdrawn = r#"{"resourceType":"AllergyIntolerance","code":{"text":"Nuts"},
            "verificationStatus":{"coding":[{"code":"entered-in-error"}]}}"#;
        let mut summary = Summarizer::default();
        summary.add(&bundle(&[withdrawn]), source("a", 1));
        assert!(summary.finish().allergies.is_empty());
    }

    #[test]
    fn two_doses_of_one_medicine_in_one_document_both_stay() {
        let dose = |when: &str| {
            format!(
                r#"{{"resourceType":"MedicationStatement","status":"active",
                "medicationCodeableConcept":{{"text":"Metoprolol"}},"dosage":[{{"text":"{when}"}}]}}"#
            )
        };
        let (morning, evening) = (dose("47.5 mg in the morning"), dose("23.75 mg in the evening"));
        let mut summary = Summarizer::default();
        summary.add(&bundle(&[&dose("once a day")]), source("old", 1));
        summary.add(&bundle(&[&morning, &evening]), source("new", 2));
        let doses: Vec<_> = summary.finish().medication.into_iter().filter_map(|one| one.item.dosage).collect();
        assert_eq!(doses, ["47.5 mg in the morning", "23.75 mg in the evening"]);
    }

    #[test]
    fn the_newest_value_counts_by_its_own_date() {
        let value = |date: &str, value: &str| {
            format!(
                r#"{{"resourceType":"Observation","status":"final","effectiveDateTime":"{date}",
                "category":[{{"coding":[{{"code":"laboratory"}}]}}],
                "code":{{"coding":[{{"system":"http://loinc.org","code":"2823-3"}}],"text":"Potassium"}},
                "valueQuantity":{{"value":{value},"unit":"mmol/L"}}}}"#
            )
        };
        let mut summary = Summarizer::default();
        // A report that was written later about an earlier day.
        summary.add(&bundle(&[&value("2026-05-12", "4.10")]), source("first", 1));
        summary.add(&bundle(&[&value("2020-01-01", "5.9")]), source("second", 2));
        let summary = summary.finish();
        let values: Vec<_> = summary.results.iter().filter_map(|one| one.item.value.as_ref()).collect();
        assert_eq!(values.len(), 1);
        assert_eq!(values[0].text, "4.10");
    }
}

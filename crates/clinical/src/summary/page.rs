//! What a CDA document, HL7 v2 messages or a device say, as entries of the summary.

use crate::fhir::{
    Allergy, Code, Concept, FhirView, Flag, FlagSource, Medication, MedicationKind, PatientHeader, Problem, Procedure,
    ReferenceRange, ResultRow, ResultValue, Vaccination,
};
use crate::page::{ClinicalItem, Page, ResultFlag, ResultItem, SectionKind};

pub(super) fn entries(page: &Page) -> FhirView {
    let mut view = FhirView { patient: page.patient.as_ref().map(patient), ..FhirView::default() };
    for section in &page.sections {
        // What is denied is no entry: the absence of an allergy, of a problem, of a procedure.
        let told = || section.items.iter().filter(|item| !item.negated);
        match section.kind {
            SectionKind::Problems => view.problems.extend(told().map(problem)),
            SectionKind::Medication => view.medication.extend(section.items.iter().map(medicine)),
            SectionKind::Allergies => view.allergies.extend(told().map(allergy)),
            SectionKind::Immunizations => view.vaccinations.extend(section.items.iter().map(vaccination)),
            SectionKind::Procedures => {
                view.procedures.extend(told().filter(|item| !is_planned(item)).map(procedure));
            }
            _ => (),
        }
        let category = match section.kind {
            SectionKind::Vitals => "vital-signs",
            SectionKind::Results => "laboratory",
            _ => continue,
        };
        view.results.extend(section.results.iter().map(|result| row(result, category)));
    }
    view
}

fn patient(patient: &crate::page::ClinicalPatient) -> PatientHeader {
    PatientHeader {
        name: patient.name.clone(),
        birth_date: patient.birth_date.clone(),
        gender: None,
        deceased: None,
        identifiers: Vec::new(),
        facts: patient.facts.clone(),
    }
}

/// Back from `LOINC 718-7`, so that the same code in a FHIR document is the same entry.
fn concept(text: &str, code: Option<&String>) -> Concept {
    let systems = [
        ("LOINC ", "http://loinc.org"),
        ("SNOMED CT ", "http://snomed.info/sct"),
        ("RxNorm ", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        ("CVX ", "http://hl7.org/fhir/sid/cvx"),
    ];
    let codes = code.and_then(|code| {
        systems.iter().find_map(|(name, system)| {
            Some(Code {
                system: Some((*system).to_owned()),
                code: Some(code.strip_prefix(name)?.to_owned()),
                display: None,
            })
        })
    });
    Concept { text: text.to_owned(), codes: codes.into_iter().collect() }
}

fn of(item: &ClinicalItem) -> Concept {
    concept(&item.title, item.code.as_ref())
}

fn fact(item: &ClinicalItem, label: &str) -> Option<String> {
    item.facts.iter().find(|fact| fact.label == label).map(|fact| fact.value.clone())
}

fn is_planned(item: &ClinicalItem) -> bool {
    fact(item, "intent").is_some()
}

/// CDA closes a concern where FHIR says that the condition is over. Other words, such as the kind of an HL7 diagnosis,
/// do not say whether it is.
fn condition_status(item: &ClinicalItem) -> Option<String> {
    Some(match item.status.as_ref()?.to_lowercase().as_str() {
        "completed" | "resolved" => "resolved".to_owned(),
        known @ ("active" | "recurrence" | "relapse" | "inactive" | "remission") => known.to_owned(),
        _ => return None,
    })
}

/// Older CDA calls every entry `completed`, so that alone does not end a medicine that has no end.
fn medicine_status(item: &ClinicalItem) -> Option<String> {
    Some(match item.status.as_ref()?.to_lowercase().as_str() {
        "completed" if item.end.is_none() => return None,
        "aborted" => "stopped".to_owned(),
        "suspended" | "held" => "on-hold".to_owned(),
        other => other.to_owned(),
    })
}

fn procedure_status(item: &ClinicalItem) -> Option<String> {
    Some(match item.status.as_ref()?.to_lowercase().as_str() {
        "completed" => "completed".to_owned(),
        "active" => "in-progress".to_owned(),
        "aborted" => "stopped".to_owned(),
        _ => return None,
    })
}

fn problem(item: &ClinicalItem) -> Problem {
    Problem {
        position: 0,
        name: of(item),
        clinical_status: condition_status(item),
        verification: None,
        severity: fact(item, "severity"),
        onset: item.start.clone(),
        abatement: item.end.clone(),
        recorded: None,
        note: item.detail.clone(),
        retracted: item.retracted,
        about: item.about.clone(),
    }
}

fn medicine(item: &ClinicalItem) -> Medication {
    Medication {
        position: 0,
        kind: if is_planned(item) { MedicationKind::Request } else { MedicationKind::Statement },
        name: of(item),
        status: medicine_status(item),
        dosage: None,
        dosages: item.dosages.clone(),
        reason: fact(item, "reason"),
        from: item.start.clone(),
        until: item.end.clone(),
        by: None,
        note: item.detail.clone(),
        do_not_take: item.negated,
        retracted: item.retracted,
        about: item.about.clone(),
    }
}

fn allergy(item: &ClinicalItem) -> Allergy {
    Allergy {
        position: 0,
        name: of(item),
        clinical_status: condition_status(item),
        verification: None,
        criticality: item.alert.then(|| "high".to_owned()),
        reactions: fact(item, "reactions").into_iter().collect(),
        onset: item.start.clone(),
        last_occurrence: None,
        note: item.detail.clone(),
        retracted: item.retracted,
        about: item.about.clone(),
    }
}

fn vaccination(item: &ClinicalItem) -> Vaccination {
    Vaccination {
        position: 0,
        name: of(item),
        given: !item.negated,
        reason: fact(item, "reason"),
        date: item.start.clone(),
        dose: fact(item, "dose"),
        lot: fact(item, "lot"),
        note: item.detail.clone(),
        retracted: item.retracted,
        about: item.about.clone(),
    }
}

fn procedure(item: &ClinicalItem) -> Procedure {
    Procedure {
        position: 0,
        name: of(item),
        status: procedure_status(item),
        from: item.start.clone(),
        until: item.end.clone(),
        reason: fact(item, "reason"),
        outcome: None,
        note: item.detail.clone(),
        retracted: item.retracted,
        about: item.about.clone(),
    }
}

fn row(result: &ResultItem, category: &str) -> ResultRow {
    let range = ReferenceRange {
        low: result.low_text.clone(),
        high: result.high_text.clone(),
        low_number: result.low,
        high_number: result.high,
        text: result.range_text.clone(),
        applies_to: result.range_for.clone(),
    };
    let has_range = range.low.is_some() || range.high.is_some() || range.text.is_some();
    let flag = match result.flag {
        ResultFlag::Normal => Some(Flag::Normal),
        ResultFlag::Low => Some(Flag::Low),
        ResultFlag::High => Some(Flag::High),
        ResultFlag::CriticalLow => Some(Flag::CriticalLow),
        ResultFlag::CriticalHigh => Some(Flag::CriticalHigh),
        ResultFlag::Abnormal => Some(Flag::Abnormal),
        ResultFlag::Unknown => None,
    };
    ResultRow {
        position: 0,
        name: concept(&result.name, result.code.as_ref()),
        loinc: result.code.as_ref().and_then(|code| code.strip_prefix("LOINC ")).map(str::to_owned),
        category: Some(category.to_owned()),
        value: (!result.value_text.is_empty()).then(|| ResultValue {
            text: result.value_text.clone(),
            unit: result.unit.clone(),
            unit_code: None,
            number: result.value,
        }),
        missing_reason: result.missing.clone(),
        reference_ranges: has_range.then_some(range).into_iter().collect(),
        interpretation: result.interpretation.clone(),
        flag_source: flag.is_some().then_some(FlagSource::Document),
        flag,
        flag_conflict: result.conflict,
        components: Vec::new(),
        members: Vec::new(),
        curve: None,
        date: result.at.clone(),
        status: result.status.clone(),
        details: None,
        note: result.note.clone(),
        retracted: result.retracted,
        about: result.about.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Source, Summarizer};
    use super::*;
    use crate::page::ClinicalSection;
    use crate::{DocumentView, recognise, view};

    fn source(id: &str, date: i64) -> Source {
        Source { id: id.to_owned(), title: id.to_owned(), author: String::new(), date }
    }

    fn medicine_that_is(status: &str, end: Option<&str>) -> (usize, usize) {
        let mut section = ClinicalSection::new(SectionKind::Medication);
        section.items = vec![ClinicalItem {
            status: Some(status.to_owned()),
            end: end.map(str::to_owned),
            ..ClinicalItem::named("Ramipril")
        }];
        let mut summary = Summarizer::default();
        summary.add_page(&Page { sections: vec![section], ..Page::default() }, source("letter", 1));
        let summary = summary.finish();
        (summary.medication.len(), summary.past_medication.len())
    }

    #[test]
    fn a_medicine_is_past_only_if_the_letter_says_so() {
        assert_eq!(medicine_that_is("active", None), (1, 0));
        assert_eq!(medicine_that_is("completed", None), (1, 0), "older letters call every entry that");
        assert_eq!(medicine_that_is("completed", Some("2024-03-01")), (0, 1));
        assert_eq!(medicine_that_is("aborted", None), (0, 1));
    }

    #[test]
    fn a_problem_without_a_closed_concern_is_still_there() {
        let letter = |entry: &str| {
            format!(
                r#"<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section>
                <code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><entry>{entry}</entry>
                </section></component></structuredBody></component></ClinicalDocument>"#
            )
        };
        let observation = r#"<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>
            <statusCode code="completed"/><value code="59621000" codeSystem="2.16.840.1.113883.6.96" displayName="Hypertension"/>
            </observation>"#;
        let closed = format!(
            r#"<act><statusCode code="completed"/><entryRelationship typeCode="SUBJ">{observation}</entryRelationship></act>"#
        );
        for (entry, counts) in [(observation, (1, 0)), (closed.as_str(), (0, 1))] {
            let mut summary = Summarizer::default();
            summary.add_page(&crate::cda::view_cda(letter(entry).as_bytes()).unwrap(), source("letter", 1));
            let summary = summary.finish();
            assert_eq!((summary.problems.len(), summary.past_problems.len()), counts, "{entry}");
        }
    }

    #[test]
    fn letters_and_messages_are_summarised_with_the_rest() {
        let mut summary = Summarizer::default();
        let documents: [(&str, &[u8]); 3] = [
            ("summary.json", include_bytes!("../../tests/documents/summary.json")),
            ("discharge.xml", include_bytes!("../../tests/documents/discharge.xml")),
            ("results.hl7", include_bytes!("../../tests/documents/results.hl7")),
        ];
        for (at, (name, bytes)) in documents.into_iter().enumerate() {
            match view(bytes, recognise(Some(name), bytes).kind).unwrap() {
                DocumentView::Fhir(document) => summary.add(&document, source(name, at as i64)),
                DocumentView::Page(page) => summary.add_page(&page, source(name, at as i64)),
                other => panic!("{other:?}"),
            }
        }
        let summary = summary.finish();
        let from = |id: &str| summary.sources.iter().position(|source| source.id == id).unwrap();
        let (letter, messages) = (from("discharge.xml"), from("results.hl7"));
        assert!(summary.medication.iter().any(|one| one.source == letter && !one.item.dosages.is_empty()));
        assert!(summary.allergies.iter().any(|one| one.source == letter));
        assert!(summary.results.iter().any(|one| one.source == messages && one.item.value.is_some()));
    }
}

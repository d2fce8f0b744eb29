//! FHIR documents as sections.

use carekey_clinical::{Concept, FhirView, MedicationKind, Notice, PatientHeader, ResultRow};

use super::content::Shown;
use super::results::{self, Series};
use crate::types::{
    ClinicalItem, ClinicalNotice, ClinicalPatient, ClinicalSection, RecordContent, ResultItem, SectionKind,
};

pub(super) fn show(view: &FhirView, series: &mut Series) -> Shown {
    let is_vital = |row: &&ResultRow| row.category.as_deref() == Some("vital-signs");
    let results = results::show(view.results.iter().filter(|row| !is_vital(row)), series);
    let vitals = results::show(view.results.iter().filter(is_vital), series);
    let sections = [
        entries(SectionKind::Problems, problems(view)),
        entries(SectionKind::Medication, medication(view)),
        entries(SectionKind::Allergies, allergies(view)),
        values(SectionKind::Results, results),
        values(SectionKind::Vitals, vitals),
        entries(SectionKind::Immunizations, vaccinations(view)),
        entries(SectionKind::Procedures, procedures(view)),
        entries(SectionKind::Encounters, encounters(view)),
        entries(SectionKind::Reports, reports(view)),
        entries(SectionKind::Other, others(view)),
    ];
    let has_results = !view.results.is_empty();
    Shown {
        content: RecordContent::Clinical {
            patient: view
                .patient
                .as_ref()
                .map(|header| ClinicalPatient { name: header.name.clone(), birth_date: header.birth_date.clone() }),
            notices: view.notices.iter().map(|notice| clinical_notice(*notice)).collect(),
            sections: sections.into_iter().flatten().collect(),
        },
        category: Some(category(view).to_owned()),
        out_of_range: has_results.then(|| results::out_of_range(view.results.iter())),
    }
}

fn entries(kind: SectionKind, items: Vec<ClinicalItem>) -> Option<ClinicalSection> {
    (!items.is_empty()).then(|| ClinicalSection { kind, items, results: Vec::new() })
}

fn values(kind: SectionKind, results: Vec<ResultItem>) -> Option<ClinicalSection> {
    (!results.is_empty()).then(|| ClinicalSection { kind, items: Vec::new(), results })
}

fn category(view: &FhirView) -> &'static str {
    let laboratory = view.results.iter().filter(|row| row.category.as_deref() == Some("laboratory")).count();
    if laboratory * 2 > view.results.len() {
        "Laboratory report"
    } else if !view.results.is_empty() && view.problems.is_empty() && view.medication.is_empty() {
        "Measurements"
    } else if !view.medication.is_empty() && view.problems.is_empty() {
        "Medication"
    } else if !view.vaccinations.is_empty() && view.problems.is_empty() {
        "Vaccinations"
    } else {
        "Health record"
    }
}

/// Parts of a detail line, as far as there are any.
fn line(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { None } else { Some(parts.join(" · ")) }
}

fn code(concept: &Concept) -> Option<String> {
    let code = concept.codes.iter().find(|code| code.code.is_some())?;
    let system = match code.system.as_deref() {
        Some("http://loinc.org") => "LOINC",
        Some("http://snomed.info/sct") => "SNOMED CT",
        Some("http://www.nlm.nih.gov/research/umls/rxnorm") => "RxNorm",
        Some("http://hl7.org/fhir/sid/cvx") => "CVX",
        Some(system) if system.contains("icd-10") => "ICD-10",
        Some("http://www.whocc.no/atc") => "ATC",
        other => other.unwrap_or_default(),
    };
    Some(format!("{system} {}", code.code.as_deref()?).trim().to_owned())
}

pub(super) fn problems(view: &FhirView) -> Vec<ClinicalItem> {
    let item = |one: &carekey_clinical::Problem| ClinicalItem {
        title: one.name.text.clone(),
        detail: line([
            one.severity.clone(),
            one.verification.clone().filter(|said| said != "confirmed"),
            one.note.clone(),
        ]),
        status: one.clinical_status.clone(),
        start: one.onset.clone().or_else(|| one.recorded.clone()),
        end: one.abatement.clone(),
        code: code(&one.name),
        alert: false,
        negated: false,
        retracted: one.retracted,
        about: one.about.clone(),
    };
    view.problems.iter().map(item).collect()
}

pub(super) fn medication(view: &FhirView) -> Vec<ClinicalItem> {
    let item = |one: &carekey_clinical::Medication| ClinicalItem {
        title: one.name.text.clone(),
        detail: line([
            one.dosage.clone(),
            one.reason.clone(),
            one.by.as_ref().map(|by| match one.kind {
                MedicationKind::Request => format!("prescribed by {by}"),
                MedicationKind::Statement => format!("reported by {by}"),
            }),
            one.note.clone(),
        ]),
        status: one.status.clone(),
        start: one.from.clone(),
        end: one.until.clone(),
        code: code(&one.name),
        alert: one.do_not_take && !one.retracted,
        negated: one.do_not_take,
        retracted: one.retracted,
        about: one.about.clone(),
    };
    view.medication.iter().map(item).collect()
}

pub(super) fn allergies(view: &FhirView) -> Vec<ClinicalItem> {
    let item = |one: &carekey_clinical::Allergy| ClinicalItem {
        title: one.name.text.clone(),
        detail: line([
            line(one.reactions.iter().cloned().map(Some)),
            one.criticality.as_ref().map(|how| format!("criticality {how}")),
            one.verification.clone().filter(|said| said != "confirmed"),
            one.note.clone(),
        ]),
        status: one.clinical_status.clone(),
        start: one.onset.clone(),
        end: None,
        code: code(&one.name),
        alert: one.criticality.as_deref() == Some("high") && !one.retracted,
        negated: false,
        retracted: one.retracted,
        about: one.about.clone(),
    };
    view.allergies.iter().map(item).collect()
}

pub(super) fn vaccinations(view: &FhirView) -> Vec<ClinicalItem> {
    let item = |one: &carekey_clinical::Vaccination| ClinicalItem {
        title: one.name.text.clone(),
        detail: line([
            one.dose.as_ref().map(|dose| format!("dose {dose}")),
            one.lot.as_ref().map(|lot| format!("lot {lot}")),
            one.reason.clone(),
            one.note.clone(),
        ]),
        status: None,
        start: one.date.clone(),
        end: None,
        code: code(&one.name),
        alert: false,
        negated: !one.given,
        retracted: one.retracted,
        about: one.about.clone(),
    };
    view.vaccinations.iter().map(item).collect()
}

pub(super) fn procedures(view: &FhirView) -> Vec<ClinicalItem> {
    let item = |one: &carekey_clinical::Procedure| ClinicalItem {
        title: one.name.text.clone(),
        detail: line([one.reason.clone(), one.outcome.clone(), one.note.clone()]),
        status: one.status.clone(),
        start: one.from.clone(),
        end: one.until.clone(),
        code: code(&one.name),
        alert: false,
        negated: one.status.as_deref() == Some("not-done"),
        retracted: one.retracted,
        about: one.about.clone(),
    };
    view.procedures.iter().map(item).collect()
}

fn encounters(view: &FhirView) -> Vec<ClinicalItem> {
    let item = |one: &carekey_clinical::Encounter| ClinicalItem {
        title: one.name.clone(),
        detail: line([one.class.clone(), one.reason.clone(), one.place.clone(), one.with.clone()]),
        status: one.status.clone(),
        start: one.from.clone(),
        end: one.until.clone(),
        code: None,
        alert: false,
        negated: false,
        retracted: one.retracted,
        about: one.about.clone(),
    };
    view.encounters.iter().map(item).collect()
}

fn reports(view: &FhirView) -> Vec<ClinicalItem> {
    let written = view.sections.iter().map(|one| ClinicalItem {
        title: one.title.clone().unwrap_or_default(),
        detail: Some(one.text.clone()).filter(|text| !text.is_empty()),
        ..ClinicalItem::default()
    });
    let report = |one: &carekey_clinical::Report| ClinicalItem {
        title: one.name.text.clone(),
        detail: line([
            one.conclusion.clone(),
            one.narrative.clone(),
            (one.missing_results > 0).then(|| format!("{} results are not in this document", one.missing_results)),
            attachments(&one.attachments),
        ]),
        status: one.status.clone(),
        start: one.date.clone(),
        code: code(&one.name),
        retracted: one.retracted,
        about: one.about.clone(),
        ..ClinicalItem::default()
    };
    let document = |one: &carekey_clinical::DocumentEntry| ClinicalItem {
        title: one.title.clone(),
        detail: line([one.author.clone(), attachments(&one.attachments)]),
        status: one.status.clone(),
        start: one.date.clone(),
        ..ClinicalItem::default()
    };
    written.chain(view.reports.iter().map(report)).chain(view.documents.iter().map(document)).collect()
}

fn attachments(all: &[carekey_clinical::Attachment]) -> Option<String> {
    let name = |one: &carekey_clinical::Attachment| {
        let name = one.title.clone().or_else(|| one.media_type.clone()).unwrap_or_else(|| "attachment".to_owned());
        if one.embedded { name } else { format!("{name} (kept elsewhere)") }
    };
    line(all.iter().map(|one| Some(name(one))))
}

fn others(view: &FhirView) -> Vec<ClinicalItem> {
    let other = view.other.iter().map(|one| ClinicalItem {
        title: one.title.clone().unwrap_or_else(|| one.resource_type.clone()),
        detail: line([one.title.is_some().then(|| one.resource_type.clone()), one.narrative.clone()]),
        start: one.date.clone(),
        ..ClinicalItem::default()
    });
    view.other_patients.iter().map(patient).chain(other).collect()
}

fn patient(header: &PatientHeader) -> ClinicalItem {
    ClinicalItem {
        title: header.name.clone().unwrap_or_else(|| "Patient without a name".to_owned()),
        detail: line([
            header.birth_date.as_ref().map(|date| format!("born {date}")),
            header.gender.clone(),
            header.deceased.as_ref().map(|date| format!("died: {date}")),
            line(header.identifiers.iter().cloned().map(Some)),
        ]),
        status: Some("patient".to_owned()),
        ..ClinicalItem::default()
    }
}

fn clinical_notice(notice: Notice) -> ClinicalNotice {
    match notice {
        Notice::SeveralPatients => ClinicalNotice::SeveralPatients,
        Notice::RetractedEntries => ClinicalNotice::RetractedEntries,
        Notice::ModifierExtensions => ClinicalNotice::ModifierExtensions,
        Notice::MissingEntries => ClinicalNotice::MissingEntries,
        Notice::NestedTooDeep => ClinicalNotice::NestedTooDeep,
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::show;
    use super::*;
    use crate::types::{ResultFlag, ResultItem};

    fn results(content: &RecordContent) -> &[ResultItem] {
        let RecordContent::Clinical { sections, .. } = content else { panic!("sections: {content:?}") };
        &sections.iter().find(|section| section.kind == SectionKind::Results).expect("results").results
    }

    fn potassium(date: &str, value: &str) -> String {
        format!(
            r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"code":"laboratory"}}]}}],
            "code":{{"text":"Potassium","coding":[{{"system":"http://loinc.org","code":"2823-3"}}]}},
            "effectiveDateTime":"{date}","valueQuantity":{{"value":{value},"unit":"mmol/L"}},
            "referenceRange":[{{"low":{{"value":3.50}},"high":{{"value":5.1}}}}]}}"#
        )
    }

    #[test]
    fn a_value_keeps_its_digits_and_knows_its_earlier_ones() {
        let mut series = Series::default();
        show(potassium("2025-01-10", "4.2").as_bytes(), "a.json", &mut series);
        let shown = show(potassium("2026-05-12", "5.60").as_bytes(), "b.json", &mut series);
        assert_eq!(shown.out_of_range, Some(1));
        assert_eq!(shown.category.as_deref(), Some("Laboratory report"));
        let [item] = results(&shown.content) else { panic!("one result") };
        assert_eq!((item.value_text.as_str(), item.low_text.as_deref()), ("5.60", Some("3.50")));
        assert_eq!(item.flag, ResultFlag::High);
        assert_eq!(item.code.as_deref(), Some("LOINC 2823-3"));
        let values: Vec<f64> = item.history.iter().map(|point| point.value).collect();
        assert_eq!(values, [4.2, 5.6], "oldest first, this one included");
    }

    #[test]
    fn a_withdrawn_value_is_shown_as_such_and_never_charted() {
        let wrong = potassium("2026-05-12", "9.9").replace("final", "entered-in-error");
        let mut series = Series::default();
        let shown = show(wrong.as_bytes(), "a.json", &mut series);
        let [item] = results(&shown.content) else { panic!("one result") };
        assert!(item.retracted && item.history.is_empty(), "{item:?}");
        let RecordContent::Clinical { notices, .. } = &shown.content else { panic!("sections") };
        assert_eq!(notices, &[ClinicalNotice::RetractedEntries]);
        assert_eq!(shown.out_of_range, Some(0));
    }
}

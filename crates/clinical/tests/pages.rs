//! Made-up documents as the pages people read.

mod common;

use carekey_clinical::page::{
    Block, ClinicalItem, ClinicalNotice, ClinicalSection, Page, ResultFlag, ResultItem, SectionKind,
};
use carekey_clinical::{DocumentView, part, recognise, view};

fn page_of(bytes: &[u8]) -> Page {
    match view(bytes, recognise(None, bytes).kind) {
        Ok(DocumentView::Fhir(view)) => view.page(),
        Ok(DocumentView::Page(page)) => *page,
        other => panic!("a page, not {other:?}"),
    }
}

fn page(name: &str) -> Page {
    page_of(&common::document(name))
}

fn section(page: &Page, kind: SectionKind) -> &ClinicalSection {
    page.sections.iter().find(|section| section.kind == kind).unwrap_or_else(|| panic!("no section {kind:?}"))
}

fn item<'p>(page: &'p Page, kind: SectionKind, title: &str) -> &'p ClinicalItem {
    let items = &section(page, kind).items;
    items.iter().find(|item| item.title == title).unwrap_or_else(|| panic!("no {title} in {items:?}"))
}

fn result<'p>(page: &'p Page, kind: SectionKind, name: &str) -> &'p ResultItem {
    let results = &section(page, kind).results;
    results.iter().find(|result| result.name == name).unwrap_or_else(|| panic!("no {name} in {results:?}"))
}

fn fact<'i>(item: &'i ClinicalItem, label: &str) -> &'i str {
    let found = item.facts.iter().find(|fact| fact.label == label);
    found.map(|fact| fact.value.as_str()).unwrap_or_else(|| panic!("no {label} in {:?}", item.facts))
}

#[test]
fn a_summary_keeps_the_order_and_the_headings_of_its_author() {
    let page = page("summary.json");
    let headings: Vec<&str> = page.sections.iter().filter_map(|section| section.title.as_deref()).collect();
    assert_eq!(headings[..3], ["Allergies that must be known", "What she takes", "Illnesses"]);
    assert_eq!(section(&page, SectionKind::Allergies).items.len(), 2, "entries stand in the section that names them");
    assert!(section(&page, SectionKind::Medication).text.iter().any(|block| matches!(block, Block::Table { .. })));
    let advice = page.sections.iter().find(|section| section.kind == SectionKind::Text).expect("a written part");
    assert!(matches!(advice.text[1], Block::List { .. }));
    assert!(page.facts.iter().any(|fact| fact.label == "author" && fact.value == "Dr Grace Okafor"));
}

#[test]
fn values_come_before_reports_that_only_name_them() {
    let kinds = |conclusion: &str| {
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
                {{"fullUrl":"urn:r","resource":{{"resourceType":"DiagnosticReport","status":"final",
                    "code":{{"text":"Blood count"}},"result":[{{"reference":"urn:o"}}]{conclusion}}}}},
                {{"fullUrl":"urn:o","resource":{{"resourceType":"Observation","status":"final",
                    "code":{{"text":"Haemoglobin"}},"valueQuantity":{{"value":13,"unit":"g/dL"}}}}}}]}}"#
        );
        page_of(bundle.as_bytes()).sections.iter().map(|section| section.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(""), [SectionKind::Results, SectionKind::Reports]);
    assert_eq!(kinds(r#","conclusion":"Normal.""#), [SectionKind::Reports, SectionKind::Results]);
}

#[test]
fn a_medicine_is_a_sentence_in_both_languages() {
    let page = page("summary.json");
    let apixaban = &item(&page, SectionKind::Medication, "Apixaban 5 mg").dosages[0];
    assert_eq!(apixaban.en, "1 tablet, in the morning and in the evening, by mouth");
    assert_eq!(apixaban.de, "1 tablet, morgens und abends, zum Einnehmen");
    let paracetamol = &item(&page, SectionKind::Medication, "Paracetamol 500 mg").dosages[0];
    assert_eq!(paracetamol.en, "1–2 tablets every 6–8 hours, as needed for pain, for 5 days, at most 8 tablets / 24 h");
    let ibuprofen = item(&page, SectionKind::Medication, "Ibuprofen");
    assert!(ibuprofen.negated && ibuprofen.alert, "what must not be taken never looks like what is");
}

#[test]
fn the_halves_of_a_blood_pressure_share_a_row() {
    let page = page("summary.json");
    let pressures: Vec<&ResultItem> =
        section(&page, SectionKind::Vitals).results.iter().filter(|row| row.name == "Blood pressure").collect();
    assert_eq!(pressures.iter().map(|row| row.value_text.as_str()).collect::<Vec<_>>(), ["152/88", "146/84", "138/82"]);
    assert_eq!((pressures[0].flag, pressures[2].flag), (ResultFlag::High, ResultFlag::Normal));
    assert_eq!(pressures[0].companion.as_ref().map(|half| half.value), Some(88.0));
}

#[test]
fn values_of_every_type_are_shown_and_panels_stay_together() {
    let page = page("laboratory.json");
    let of = |name: &str| result(&page, SectionKind::Results, name);
    assert_eq!(of("Potassium").value_text, "5.6");
    assert_eq!(of("Potassium").panel.as_deref(), Some("Blood chemistry"));
    assert_eq!(of("C-reactive protein").value_text, "<0.6");
    assert_eq!((of("TSH").value_text.as_str(), of("TSH").missing.as_deref()), ("", Some("not performed")));
    assert_eq!(of("Coronavirus test").value_text, "Not detected");
    assert_eq!(of("Antibody titre").value_text, "1 : 320");
    assert_eq!(of("Bone age").value_text, "60 a – 70 a");
    assert!(of("Pulse wave at the wrist").curve.as_ref().is_some_and(|curve| curve.lines[0].points.len() == 160));
    assert!(of("Platelets").conflict, "231 is called high and is within 150 to 400");
    assert!(of("Glucose").retracted && of("Glucose").series.is_none());
    let panels: Vec<Option<&str>> =
        section(&page, SectionKind::Results).results.iter().map(|row| row.panel.as_deref()).collect();
    let mut runs = panels.clone();
    runs.dedup();
    assert_eq!(runs.iter().filter(|panel| **panel == Some("Blood count")).count(), 1, "{panels:?}");
}

#[test]
fn files_inside_documents_can_be_opened() {
    let bytes = common::document("laboratory.json");
    let report = &page_of(&bytes).sections[0].items[0].parts[0];
    let file = part(&bytes, recognise(None, &bytes).kind, report.part.expect("inside")).expect("a file");
    assert!(file.bytes.starts_with(b"Laboratory of North General"));
    for (name, kind, begins) in
        [("discharge.xml", SectionKind::Text, &b"Exercises"[..]), ("results.hl7", SectionKind::Documents, b"%PDF")]
    {
        let bytes = common::document(name);
        let page = page_of(&bytes);
        let sections = page.sections.iter().filter(|section| section.kind == kind);
        let inside = sections.flat_map(|section| &section.items).find_map(|item| item.parts.first()).expect(name);
        let file = part(&bytes, recognise(None, &bytes).kind, inside.part.expect("inside")).expect("a file");
        assert!(file.bytes.starts_with(begins), "{name}");
    }
    let care = page("care.json");
    let letter = item(&care, SectionKind::Documents, "Letter of the eye doctor");
    assert_eq!((letter.parts[0].part, letter.parts[1].part), (Some(0), None), "what is elsewhere is not fetched");
}

#[test]
fn plans_aims_forms_and_unknown_kinds_have_their_place() {
    let page = page("care.json");
    let plan = item(&page, SectionKind::CarePlans, "Living well with diabetes");
    assert_eq!(plan.grid.as_ref().expect("activities").rows.len(), 3);
    assert_eq!(fact(item(&page, SectionKind::Goals, "HbA1c below 7 %"), "achievement"), "improving");
    assert_eq!(
        item(&page, SectionKind::FamilyHistory, "mother").grid.as_ref().expect("illnesses").rows[0][0],
        "Heart attack"
    );
    assert_eq!(fact(&section(&page, SectionKind::Questionnaires).items[0], "How many hours?"), "5.5");
    assert_eq!(fact(&section(&page, SectionKind::Consents).items[0], "decision"), "deny");
    assert_eq!(item(&page, SectionKind::Imaging, "MRI of the left knee").grid.as_ref().expect("series").rows.len(), 2);
    assert!(item(&page, SectionKind::Warnings, "Risk of falling").alert);
    let unknown = &section(&page, SectionKind::Other).items[0];
    assert!(unknown.facts.iter().any(|fact| fact.value.contains("Vitamin D")), "{unknown:?}");
}

#[test]
fn a_clinical_document_has_header_text_and_coded_entries() {
    let page = page("discharge.xml");
    assert_eq!(page.patient.as_ref().and_then(|patient| patient.name.as_deref()), Some("Maria Keller"));
    let fact_of = |label: &str| page.facts.iter().find(|fact| fact.label == label).map(|fact| fact.value.as_str());
    assert_eq!(fact_of("author"), Some("Dr Ines Moreau, North General, orthopaedics"));
    assert_eq!(fact_of("visit"), Some("2025-09-01 – 2025-09-09"));
    let penicillin = item(&page, SectionKind::Allergies, "Penicillin");
    assert_eq!(fact(penicillin, "reactions"), "Swelling of the face (Severe)", "the words are in the narrative");
    let metamizole = item(&page, SectionKind::Medication, "Metamizole 500 mg");
    assert_eq!(metamizole.dosages[0].en, "1 tablet every 6 hours, as needed for pain, by mouth");
    let haemoglobin = result(&page, SectionKind::Results, "Haemoglobin");
    assert_eq!((haemoglobin.value_text.as_str(), haemoglobin.flag), ("10.4", ResultFlag::Low));
    assert!(section(&page, SectionKind::Medication).text.iter().any(|block| matches!(block, Block::Table { .. })));
}

#[test]
fn messages_read_as_what_happened() {
    let results = page("results.hl7");
    let potassium = result(&results, SectionKind::Results, "Potassium");
    assert_eq!((potassium.value_text.as_str(), potassium.low, potassium.flag), ("5.6", Some(3.5), ResultFlag::High));
    assert_eq!(potassium.note.as_deref(), Some("Slightly haemolysed sample.\nPlease repeat if in doubt."));
    assert_eq!(result(&results, SectionKind::Results, "TSH").missing.as_deref(), Some("pending"));
    let culture = result(&results, SectionKind::Results, "Culture of urine");
    assert!(culture.value_text.contains("\nThe final result"), "lines of one text are one text");
    assert!(!results.notices.contains(&ClinicalNotice::CutShort));

    let several = page("messages.hl7");
    let visit = item(&several, SectionKind::Encounters, "Visit");
    assert_eq!((visit.status.as_deref(), fact(visit, "attending")), (Some("admitted"), "Dr Ines Moreau"));
    assert!(item(&several, SectionKind::Allergies, "Penicillin").alert);
    assert_eq!(
        item(&several, SectionKind::Appointments, "Appointment").start.as_deref(),
        Some("2026-12-03T10:30:00+01:00")
    );
    assert_eq!(fact(item(&several, SectionKind::Immunizations, "Influenza 2026/27"), "lot"), "FL-2291");
    assert!(
        section(&several, SectionKind::Other).items.iter().any(|item| item.title == "ZBE"),
        "unknown lines are listed"
    );
}

#[test]
fn readings_of_devices_become_figures_and_charts() {
    let health = page("export.xml");
    let activity = section(&health, SectionKind::Activity);
    assert!(activity.charts.iter().any(|chart| chart.title == "stepCount" && chart.lines[0].points.len() == 60));
    assert!(health.notices.contains(&ClinicalNotice::SeveralCounters), "phone and watch count the same steps");
    let glucose = page("glucose.csv");
    assert_eq!(section(&glucose, SectionKind::Activity).charts[0].lines.len(), 3);
    let scale = page_of(&common::fit());
    let weight = result(&scale, SectionKind::Vitals, "weight");
    assert_eq!((weight.value_text.as_str(), weight.at.as_deref()), ("68.5", Some("2026-05-12T07:30:00Z")));
}

#[test]
fn a_document_that_ends_in_the_middle_says_so_and_shows_what_it_has() {
    for name in ["discharge.xml", "results.hl7", "export.xml"] {
        let whole = common::document(name);
        let torn = page_of(&whole[..whole.len() * 3 / 5]);
        let says =
            torn.notices.iter().any(|notice| matches!(notice, ClinicalNotice::CutShort | ClinicalNotice::DamagedParts));
        assert!(says && !torn.sections.is_empty(), "{name}: {:?}", torn.notices);
    }
}

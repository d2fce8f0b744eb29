//! Real documents, if a folder of them lies beside the repository. They are not part of it.

use std::fs;
use std::path::{Path, PathBuf};

use carekey_clinical::{DocumentView, Kind, recognise, view};

fn documents() -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !root.is_dir() {
        #[expect(clippy::print_stdout, reason = "a test that did not run has to say so")]
        {
            println!("skipped: there are no real documents in {}", root.display());
        }
        return None;
    }
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Some(files)
}

fn expected(path: &Path) -> Option<Kind> {
    let folder = path.parent()?.file_name()?.to_str()?;
    let extension = path.extension()?.to_str()?.to_lowercase();
    Some(match (folder, extension.as_str()) {
        (folder, "json") if folder.starts_with("fhir-") => return None,
        (_, "dcm") => Kind::Dicom,
        (_, "pdf") => Kind::Pdf,
        (_, "png" | "jpg") => Kind::Image,
        (_, "hl7") => Kind::Hl7v2,
        ("ccda", "xml") => Kind::Cda,
        (_, "md") => Kind::Text,
        _ => return None,
    })
}

#[test]
fn every_real_document_is_recognised_and_shown() {
    let Some(files) = documents() else { return };
    let mut counts = std::collections::BTreeMap::new();
    for path in &files {
        let bytes = fs::read(path).expect("readable");
        let name = path.file_name().and_then(|name| name.to_str());
        let found = recognise(name, &bytes);
        let fhir = path.parent().is_some_and(|folder| folder.to_string_lossy().contains("fhir-"))
            && path.extension().is_some_and(|extension| extension == "json");
        if fhir {
            assert!(matches!(found.kind, Kind::FhirBundle | Kind::FhirResource), "{}", path.display());
        }
        if let Some(kind) = expected(path) {
            assert_eq!(found.kind, kind, "{}", path.display());
        }
        let view = view(&bytes, found.kind).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        *counts.entry(format!("{:?}", found.kind)).or_insert(0) += 1;
        describe(path, &found, &view);
        if fhir {
            assert_nothing_is_lost(path, &bytes, &view);
        }
    }
    #[expect(clippy::print_stdout, reason = "says what was covered")]
    {
        println!("{} real documents: {counts:?}", files.len());
    }
}

/// One line a document, for the person who reads the output with `--nocapture`.
#[expect(clippy::print_stdout, reason = "to be read by people")]
fn describe(path: &Path, found: &carekey_clinical::Recognised, view: &DocumentView) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let date = found.date.as_ref().map_or("no date", |date| &date.iso);
    let more = match view {
        DocumentView::Dicom(view) => match (&view.frame, &view.problem) {
            (Some(frame), _) => format!("{} × {} {:?}", frame.width, frame.height, frame.window),
            (None, problem) => format!("{problem:?}"),
        },
        DocumentView::Fhir(view) => format!(
            "{} results, {} medicines, {} problems, {} other, {:?}",
            view.results.len(),
            view.medication.len(),
            view.problems.len(),
            view.other.len(),
            view.notices
        ),
        DocumentView::Pdf(view) => format!("{:?} pages", view.pages),
        _ => String::new(),
    };
    println!("{name:.50}: {:?} | {} | {date} | {:?} | {more}", found.kind, found.title, found.category);
}

/// Every resource of a bundle has a place in the view, and every decimal appears digit for digit.
fn assert_nothing_is_lost(path: &Path, bytes: &[u8], view: &DocumentView) {
    let DocumentView::Fhir(view) = view else { panic!("{}: not a FHIR view", path.display()) };
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let json: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).expect("JSON");
    let resources: Vec<&serde_json::Value> = match json["entry"].as_array() {
        Some(entries) => {
            entries.iter().map(|entry| &entry["resource"]).filter(|resource| resource.is_object()).collect()
        }
        None => vec![&json],
    };
    let compositions = resources.iter().filter(|resource| resource["resourceType"] == "Composition").count();
    let contained_results = resources
        .iter()
        .flat_map(|resource| resource["contained"].as_array().into_iter().flatten())
        .filter(|contained| contained["resourceType"] == "Observation")
        .count();
    let contained_header = !resources.iter().any(|resource| resource["resourceType"] == "Patient");
    let header = usize::from(view.patient.is_some() && !contained_header);
    let shown = header
        + view.other_patients.len()
        + view.problems.len()
        + view.medication.len()
        + view.allergies.len()
        + view.vaccinations.len()
        + view.results.len()
        + view.reports.len()
        + view.procedures.len()
        + view.encounters.len()
        + view.documents.len()
        + view.other.len();
    assert_eq!(shown + compositions, resources.len() + contained_results, "{}: an entry was lost", path.display());
    for resource in resources.iter().filter(|resource| resource["resourceType"] == "Observation") {
        if let Some(number) = resource["valueQuantity"]["value"].as_number() {
            let written = number.to_string();
            let found =
                view.results.iter().filter_map(|row| row.value.as_ref()).any(|value| value.text.ends_with(&written));
            assert!(found, "{}: {written} was rewritten", path.display());
        }
    }
}

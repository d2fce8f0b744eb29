//! Real documents, if a folder of them lies beside the repository. They are not part of it.

use std::fs;
use std::path::{Path, PathBuf};

use carekey_clinical::{DicomFile, DocumentView, FrameProblem, Kind, Signals, recognise, view};

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
        (_, "hea" | "edf") => Kind::Signal,
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
        look_closer(path, &bytes, &view);
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
        DocumentView::Dicom(view) => format!(
            "{} × {}, {} frames, {:?}, {:?}, {} lines, {} report lines",
            view.columns,
            view.rows,
            view.frames,
            view.problem,
            view.spacing,
            view.lines.len(),
            view.report.len()
        ),
        DocumentView::Signals(signals) => format!("{} groups, {} marks", signals.groups.len(), signals.marks.len()),
        DocumentView::Fhir(view) => format!(
            "{} results, {} medicines, {} problems, {} other, {:?}",
            view.results.len(),
            view.medication.len(),
            view.problems.len(),
            view.further.len(),
            view.notices
        ),
        DocumentView::Pdf(view) => format!("{:?} pages", view.pages),
        _ => String::new(),
    };
    println!("{name:.50}: {:?} | {} | {date} | {:?} | {more}", found.kind, found.title, found.category);
}

/// What a page asks for next: every frame, and the signals from end to end.
fn look_closer(path: &Path, bytes: &[u8], view: &DocumentView) {
    let mut source = std::io::Cursor::new(bytes);
    let (signals, mut samples) = match view {
        DocumentView::Dicom(view) => {
            let file = DicomFile::open(&mut source).expect("it was read once");
            for number in 0..view.frames {
                let frame = match file.frame(&mut source, number) {
                    // The one kind of JPEG that is said rather than shown.
                    Err(FrameProblem::TwelveBitJpeg) => continue,
                    other => other.unwrap_or_else(|why| panic!("{}: {why}", path.display())),
                };
                let values = frame.columns as usize * frame.rows as usize;
                assert_eq!(frame.pixels.len() % values, 0, "{}", path.display());
                let first = frame.pixels.first();
                assert!(frame.pixels.iter().any(|byte| Some(byte) != first), "{}: not all one colour", path.display());
            }
            assert!(view.frames > 0 || view.problem == Some(FrameProblem::NoImage), "{}", path.display());
            (view.signals.clone(), bytes.to_vec())
        }
        DocumentView::Signals(signals) => match &signals.samples_file {
            Some(name) => {
                let samples = fs::read(path.with_file_name(name)).expect("the file with the samples");
                (Signals::open(&mut source, Some(samples.len() as u64)), samples)
            }
            None => (Some((**signals).clone()), bytes.to_vec()),
        },
        _ => return,
    };
    for group in signals.into_iter().flat_map(|signals| signals.groups) {
        let mut source = std::io::Cursor::new(&mut samples[..]);
        let step = group.samples.div_ceil(1000).max(1);
        let values = group.read(&mut source, 0, 1000, step).expect("readable");
        let each = values.len() / group.channels.len();
        for (channel, values) in group.channels.iter().zip(values.chunks(each)) {
            assert!(values.iter().any(|value| !value.is_nan()), "{}: {} is empty", path.display(), channel.label);
            if channel.unit == "mV" {
                let largest = values.iter().fold(0_f32, |most, value| most.max(value.abs()));
                assert!((0.05..50.0).contains(&largest), "{}: {} reaches {largest} mV", path.display(), channel.label);
            }
        }
    }
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
        + view.further.len();
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

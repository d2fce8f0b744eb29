//! Documents as their readers see them.

mod common;

use base64::Engine as _;
use carekey_clinical::{
    Category, DicomError, DocumentView, FhirView, Flag, FlagSource, FrameProblem, Kind, Notice, ViewError,
    WindowSource, recognise, view,
};
use common::{BUNDLE, Dicom};

fn bundle() -> FhirView {
    match view(BUNDLE.as_bytes(), Kind::FhirBundle) {
        Ok(DocumentView::Fhir(view)) => *view,
        other => panic!("a FHIR view, not {other:?}"),
    }
}

#[test]
fn each_kind_is_recognised_and_can_be_shown_with_and_without_a_byte_order_mark() {
    for (kind, bytes) in common::all() {
        assert_eq!(recognise(Some("x.dat"), &bytes).kind, kind);
        view(&bytes, kind).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        if matches!(kind, Kind::FhirBundle | Kind::FhirResource | Kind::Text | Kind::Cda | Kind::Hl7v2) {
            let marked = [b"\xEF\xBB\xBF".as_slice(), &bytes].concat();
            assert_eq!(recognise(None, &marked).kind, kind, "many medical systems write a mark first");
            view(&marked, kind).unwrap_or_else(|error| panic!("{kind:?} with a mark: {error}"));
        }
    }
}

#[test]
fn a_bundle_is_laid_out_by_what_a_person_looks_for() {
    let view = bundle();
    assert_eq!(view.patient.as_ref().and_then(|p| p.name.as_deref()), Some("Maria Keller"));
    assert_eq!(view.problems[0].name.text, "Hypertension", "what is active comes first");
    assert_eq!(view.medication.len(), 2);
    let ramipril = view.medication.iter().find(|m| m.name.text == "Ramipril 5 mg").expect("resolved in its container");
    assert_eq!(ramipril.dosage.as_deref(), Some("dose 5 mg, 1 × every 1 day(s)"));
    assert_eq!(view.allergies[0].reactions, ["Rash (moderate)"]);
    assert!(!view.vaccinations[0].given, "a vaccination that was not done must not look like one that was");
    assert_eq!(view.vaccinations[0].reason.as_deref(), Some("Fever"));
    assert_eq!(view.encounters[0].place.as_deref(), Some("North General"));
    assert!(view.documents[0].attachments[0].embedded);
    assert_eq!(view.other[0].narrative.as_deref(), Some("30 minutes a day"), "what has no place is listed, not lost");
    assert_eq!(view.date.as_deref(), Some("2026-05-12T10:00:00Z"), "the newest entry dates the bundle");
    assert_eq!(view.title, "Health record of Maria Keller");
}

#[test]
fn a_result_keeps_its_digits_and_is_judged_by_its_range() {
    let view = bundle();
    let potassium = &view.results[0];
    let value = potassium.value.as_ref().expect("a value");
    assert_eq!((value.text.as_str(), value.unit.as_deref(), value.number), ("5.60", Some("mmol/L"), Some(5.6)));
    assert_eq!(potassium.reference_ranges[0].high.as_deref(), Some("5.10"));
    assert_eq!((potassium.flag, potassium.flag_source), (Some(Flag::High), Some(FlagSource::Range)));
    assert_eq!(potassium.loinc.as_deref(), Some("2823-3"));
    let pressure = &view.results[1];
    assert_eq!(pressure.components[0].flag, Some(Flag::High), "the document's own word");
    assert_eq!(pressure.components[1].missing_reason.as_deref(), Some("not measured"));
}

#[test]
fn a_report_groups_its_results_and_counts_those_that_are_elsewhere() {
    let view = bundle();
    let report = &view.reports[0];
    let names: Vec<&str> = report.results.iter().map(|at| view.results[*at as usize].name.text.as_str()).collect();
    assert_eq!(names, ["Potassium"]);
    assert_eq!(report.missing_results, 1);
    assert!(view.notices.contains(&Notice::MissingEntries));
}

#[test]
fn what_was_withdrawn_is_marked() {
    let view = bundle();
    assert!(view.results.iter().any(|row| row.name.text == "Glucose" && row.retracted));
    assert!(view.problems.iter().any(|problem| problem.name.text == "Diabetes" && problem.retracted), "refuted");
    assert!(view.notices.contains(&Notice::RetractedEntries));
}

#[test]
fn two_people_in_one_document_are_never_mixed_silently() {
    let mixed = BUNDLE.replace(
        "\"entry\": [",
        r#""entry": [{"resource":{"resourceType":"Condition","code":{"text":"Asthma"},"subject":{"reference":"Patient/other"}}},
           {"resource":{"resourceType":"Patient","id":"first","name":[{"text":"Maria Keller"}]}},
           {"resource":{"resourceType":"Patient","id":"other","name":[{"text":"Jonas Keller"}]}},"#,
    );
    let Ok(DocumentView::Fhir(view)) = view(mixed.as_bytes(), Kind::FhirBundle) else { panic!("a view") };
    assert!(view.notices.contains(&Notice::SeveralPatients));
    assert_eq!(view.other_patients.len(), 2);
    let asthma = view.problems.iter().find(|problem| problem.name.text == "Asthma").expect("listed");
    assert_eq!(asthma.about.as_deref(), Some("Jonas Keller"));
}

#[test]
fn categories_follow_the_content() {
    let lab = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","category":[{"coding":[{"code":"laboratory"}]}],"code":{"text":"CRP"}}}]}"#;
    let pills =
        r#"{"resourceType":"MedicationRequest","status":"active","medicationCodeableConcept":{"text":"Aspirin"}}"#;
    let mood = r#"{"resourceType":"Observation","code":{"coding":[{"system":"http://loinc.org","code":"44261-6"}]}}"#;
    for (text, category) in [
        (lab, Category::Laboratory),
        (pills, Category::Medication),
        (mood, Category::MentalHealth),
        (BUNDLE, Category::General),
    ] {
        assert_eq!(recognise(None, text.as_bytes()).category, category, "{text}");
    }
    assert_eq!(
        recognise(Some("ECG 2026.png"), &common::all()[4].1).category,
        Category::Heart,
        "the name helps a picture"
    );
}

#[test]
fn broken_fhir_is_a_typed_error() {
    let torn = &BUNDLE.as_bytes()[..400];
    assert_eq!(recognise(Some("a.json"), torn).kind, Kind::FhirBundle, "its beginning says what it is");
    assert!(matches!(view(torn, Kind::FhirBundle), Err(ViewError::Fhir(_))));
    let deep = "[".repeat(100_000);
    let deep = format!("{{\"resourceType\":\"Bundle\",\"x\":{deep}");
    assert!(matches!(view(deep.as_bytes(), Kind::FhirBundle), Err(ViewError::Fhir(_))), "no stack is exhausted");
}

/// Pixels of the shown frame, three bytes each.
fn frame(file: &Dicom) -> (Vec<u8>, Option<WindowSource>) {
    match view(&file.bytes(), Kind::Dicom) {
        Ok(DocumentView::Dicom(view)) => {
            let frame = view.frame.unwrap_or_else(|| panic!("a frame, not {:?}", view.problem));
            let png = base64::engine::general_purpose::STANDARD.decode(&frame.png_base64).expect("base64");
            let picture = image::load_from_memory(&png).expect("a PNG").to_rgb8();
            assert_eq!((picture.width(), picture.height()), (4, 2));
            (picture.into_raw(), frame.window)
        }
        other => panic!("a DICOM view, not {other:?}"),
    }
}

fn first_of_each(rgb: &[u8]) -> Vec<u8> {
    rgb.iter().copied().step_by(3).collect()
}

#[test]
fn a_dicom_file_names_its_examination() {
    let found = recognise(Some("IM0001"), &Dicom::grey(8, (0..8).collect()).bytes());
    assert_eq!(found.title, "CT Chest: Follow-up");
    assert_eq!(found.date.expect("a date").iso, "2026-05-12T09:30:00");
    let DocumentView::Dicom(view) = view(&Dicom::grey(8, vec![0; 8]).bytes(), Kind::Dicom).expect("readable") else {
        panic!("a DICOM view")
    };
    assert_eq!(view.patient_name.as_deref(), Some("Mrs Maria Keller"));
}

#[test]
fn brightness_comes_from_the_window_or_from_the_extremes() {
    // Stored 0..=7, rescaled to -1024..; window from -1023 to -1018.
    let mut file = Dicom::grey(16, (0..8_u16).flat_map(u16::to_le_bytes).collect());
    let (pixels, source) = frame(&file);
    assert_eq!((first_of_each(&pixels)[0], first_of_each(&pixels)[7]), (0, 255));
    assert_eq!(source, Some(WindowSource::Extremes));
    file.extra = vec![
        ((0x28, 0x1050), b"DS", b"-1020\\40".to_vec()),
        ((0x28, 0x1051), b"DS", b"5\\400".to_vec()),
        ((0x28, 0x1052), b"DS", b"-1024".to_vec()),
        ((0x28, 0x1053), b"DS", b"1".to_vec()),
    ];
    let (pixels, source) = frame(&file);
    assert_eq!(source, Some(WindowSource::File));
    assert_eq!(first_of_each(&pixels), [0, 0, 32, 96, 159, 223, 255, 255], "PS3.3 C.11.2.1.2.1");
    file.photometric = "MONOCHROME1";
    assert_eq!(first_of_each(&frame(&file).0)[0], 255, "low values are bright here");
}

#[test]
fn signed_values_keep_their_sign() {
    let values: [i16; 8] = [-4, -3, -2, -1, 0, 1, 2, 3];
    let file = Dicom { signed: true, ..Dicom::grey(16, values.iter().flat_map(|v| v.to_le_bytes()).collect()) };
    assert_eq!(first_of_each(&frame(&file).0), [0, 36, 73, 109, 146, 182, 219, 255]);
}

#[test]
fn palettes_are_applied() {
    let table = |high: [u8; 4]| high.iter().flat_map(|value| [0, *value]).collect::<Vec<u8>>();
    let shape = [4_u16, 0, 16].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let mut file = Dicom { photometric: "PALETTE COLOR", ..Dicom::grey(8, vec![0, 1, 2, 3, 3, 2, 1, 9]) };
    for (number, values) in [(1, [255, 0, 0, 1]), (2, [0, 255, 0, 2]), (3, [0, 0, 255, 3])] {
        file.extra.push(((0x28, 0x1100 + number), b"US", shape.clone()));
        file.extra.push(((0x28, 0x1200 + number), b"OW", table(values)));
    }
    let (pixels, window) = frame(&file);
    assert_eq!(&pixels[..12], [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3]);
    assert_eq!(&pixels[21..], [1, 2, 3], "a value above the table takes its last entry");
    assert_eq!(window, None);
}

#[test]
fn run_lengths_unpack_to_the_same_picture() {
    let mut rle = vec![0; 64];
    rle[0] = 1;
    rle[4] = 64;
    rle.extend([7, 0, 1, 2, 3, 4, 5, 6, 7]);
    rle.push(128);
    let native = Dicom::grey(8, (0..8).collect());
    let packed = Dicom { syntax: "1.2.840.10008.1.2.5", pixels: Err(vec![rle]), ..Dicom::grey(8, Vec::new()) };
    assert_eq!(frame(&native), frame(&packed));
}

#[test]
fn planar_and_interleaved_colours_are_the_same_picture() {
    let colour = |planar: u16, pixels: Vec<u8>| Dicom {
        photometric: "RGB",
        samples: 3,
        extra: vec![((0x28, 6), b"US", planar.to_le_bytes().to_vec())],
        ..Dicom::grey(8, pixels)
    };
    let interleaved = (0..8_u8).flat_map(|i| [i, 100 + i, 200 + i]).collect();
    let planes = (0..8).chain(100..108).chain(200..208).collect();
    assert_eq!(frame(&colour(0, interleaved)), frame(&colour(1, planes)));
}

#[test]
fn pictures_that_cannot_be_shown_say_why() {
    let problem = |file: &Dicom| match view(&file.bytes(), Kind::Dicom) {
        Ok(DocumentView::Dicom(view)) => view.problem.expect("a problem"),
        other => panic!("a DICOM view, not {other:?}"),
    };
    let short = Dicom::grey(16, vec![0; 10]);
    assert_eq!(problem(&short), FrameProblem::Truncated);
    let jpeg2000 =
        Dicom { syntax: "1.2.840.10008.1.2.4.90", pixels: Err(vec![vec![0; 10]]), ..Dicom::grey(8, Vec::new()) };
    assert!(matches!(problem(&jpeg2000), FrameProblem::UnsupportedCompression { .. }));
    let jpeg = Dicom {
        syntax: "1.2.840.10008.1.2.4.50",
        pixels: Err(vec![b"\xFF\xD8\xFF\xC0".to_vec()]),
        ..Dicom::grey(8, Vec::new())
    };
    assert_eq!(problem(&jpeg), FrameProblem::Undecodable);
    let deflated = Dicom { syntax: "1.2.840.10008.1.2.1.99", ..Dicom::grey(8, vec![0; 8]) };
    assert!(matches!(view(&deflated.bytes(), Kind::Dicom), Err(ViewError::Dicom(DicomError::Deflated))));
}

#[test]
fn the_beginning_of_a_big_dicom_file_is_enough_for_its_title() {
    let file = Dicom::grey(16, vec![7; 16]).bytes();
    let found = recognise(None, &file[..file.len() - 10]);
    assert_eq!((found.kind, found.title.as_str()), (Kind::Dicom, "CT Chest: Follow-up"));
}

#[test]
fn views_cross_to_the_page_in_camel_case() {
    let DocumentView::Dicom(dicom) = view(&Dicom::grey(8, vec![0; 8]).bytes(), Kind::Dicom).expect("readable") else {
        panic!("a DICOM view")
    };
    let json = serde_json::to_value(DocumentView::Dicom(dicom)).expect("serializable");
    assert_eq!(json["type"], "dicom");
    assert_eq!(json["bodyPart"], "CHEST");
    assert_eq!(json["frame"]["window"], "extremes");
}

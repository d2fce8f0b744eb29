//! Documents as their readers see them.

mod common;

use carekey_clinical::page::{Block, SectionKind};
use carekey_clinical::{
    Category, DicomError, DicomFile, DicomFrame, DicomView, DocumentView, FhirView, Flag, FlagSource, FrameProblem,
    Kind, Notice, PixelFormat, SpacingSource, ViewError, recognise, view,
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
        if matches!(
            kind,
            Kind::FhirBundle
                | Kind::FhirResource
                | Kind::Text
                | Kind::Cda
                | Kind::Hl7v2
                | Kind::AppleHealth
                | Kind::Glucose
                | Kind::OpenMHealth
        ) {
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
    assert_eq!(ramipril.dosage.as_deref(), Some("5 mg once a day"));
    assert_eq!(ramipril.dosages[0].de, "5 mg einmal täglich");
    assert_eq!(view.allergies[0].reactions, ["Rash (moderate)"]);
    assert!(!view.vaccinations[0].given, "a vaccination that was not done must not look like one that was");
    assert_eq!(view.vaccinations[0].reason.as_deref(), Some("Fever"));
    assert_eq!(view.encounters[0].place.as_deref(), Some("North General"));
    assert_eq!(view.documents[0].attachments[0].part, Some(0), "its bytes are inside");
    assert_eq!(view.further[0].kind, SectionKind::CarePlans);
    assert_eq!(view.further[0].item.text, [Block::paragraph("30 minutes a day")], "what its author wrote is not lost");
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
fn try_frame(file: &Dicom, number: u32) -> Result<DicomFrame, FrameProblem> {
    let mut source = std::io::Cursor::new(file.bytes());
    DicomFile::open(&mut source).expect("a DICOM file").frame(&mut source, number)
}

fn frame(file: &Dicom) -> DicomFrame {
    try_frame(file, 0).expect("a picture")
}

fn dicom(file: &Dicom) -> DicomView {
    match view(&file.bytes(), Kind::Dicom) {
        Ok(DocumentView::Dicom(view)) => *view,
        other => panic!("a DICOM view, not {other:?}"),
    }
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
fn the_page_gets_values_with_the_way_to_their_unit_and_the_windows_of_the_file() {
    let mut file = Dicom::grey(16, (0..8_u16).flat_map(u16::to_le_bytes).collect());
    let plain = frame(&file);
    assert_eq!((plain.format, plain.pixels), (PixelFormat::Grey8, (0..8).collect()), "small numbers need one byte");
    assert_eq!((plain.low, plain.high, plain.windows.len()), (0.0, 7.0, 0));
    file.extra = vec![
        ((0x28, 0x1050), b"DS", b"-1020\\40".to_vec()),
        ((0x28, 0x1051), b"DS", b"5\\400".to_vec()),
        ((0x28, 0x1055), b"LO", b"LUNG".to_vec()),
        ((0x28, 0x1052), b"DS", b"-1024".to_vec()),
        ((0x28, 0x1053), b"DS", b"1".to_vec()),
        ((0x28, 0x0120), b"US", vec![0, 0]),
    ];
    let rescaled = frame(&file);
    assert_eq!((rescaled.slope, rescaled.intercept), (1.0, -1024.0));
    assert_eq!((rescaled.low, rescaled.high), (-1023.0, -1017.0), "padding is not the darkest value");
    let windows: Vec<_> = rescaled.windows.iter().map(|one| (one.center, one.width, one.name.as_deref())).collect();
    assert_eq!(windows, [(-1020.0, 5.0, Some("LUNG")), (40.0, 400.0, None)]);
    assert!(!rescaled.inverted);
    file.photometric = "MONOCHROME1";
    assert!(frame(&file).inverted, "low values are bright here");
}

#[test]
fn signed_values_keep_their_sign() {
    let values: [i16; 8] = [-4, -3, -2, -1, 0, 1, 2, 300];
    let file = Dicom { signed: true, ..Dicom::grey(16, values.iter().flat_map(|v| v.to_le_bytes()).collect()) };
    let frame = frame(&file);
    assert_eq!(frame.format, PixelFormat::GreySigned16);
    assert_eq!(frame.pixels, values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
}

#[test]
fn doses_of_32_bits_come_with_their_scale() {
    let values = [0_u32, 1, 2, 3, 4, 5, 6, 4_000_000_000];
    let mut file = Dicom::grey(32, values.iter().flat_map(|v| v.to_le_bytes()).collect());
    file.extra = vec![((0x3004, 0x000E), b"DS", b"0.001".to_vec()), ((0x3004, 0x0002), b"CS", b"GY".to_vec())];
    let dose = frame(&file);
    assert_eq!((dose.format, dose.high), (PixelFormat::Grey32, 4_000_000.0));
    assert_eq!(dicom(&file).unit.as_deref(), Some("Gy"));
}

#[test]
fn each_frame_of_a_film_is_read_where_it_lies() {
    let mut file = Dicom::grey(8, (0..24).collect());
    file.extra = vec![((0x28, 8), b"IS", b"3".to_vec()), ((0x18, 0x1063), b"DS", b"40".to_vec())];
    let view = dicom(&file);
    assert_eq!((view.frames, view.rate), (3, Some(25.0)));
    assert_eq!(try_frame(&file, 2).expect("the last").pixels, (16..24).collect::<Vec<u8>>());
    assert_eq!(try_frame(&file, 3), Err(FrameProblem::Truncated));
    file.pixels = Ok((0..20).collect());
    assert_eq!(dicom(&file).frames, 2, "a frame that is not all there is not counted");
}

#[test]
fn frames_of_one_bit_may_begin_inside_a_byte() {
    // 4 × 2 pixels are one byte; three columns would not be, so the rows are cut instead.
    let mut file = Dicom::grey(1, vec![0b1010_0101, 0b0000_1111]);
    file.extra = vec![((0x28, 8), b"IS", b"2".to_vec())];
    assert_eq!(try_frame(&file, 1).expect("the second").pixels, [1, 1, 1, 1, 0, 0, 0, 0]);
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
    let frame = frame(&file);
    assert_eq!(frame.format, PixelFormat::Rgb);
    assert_eq!(&frame.pixels[..12], [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3]);
    assert_eq!(&frame.pixels[21..], [1, 2, 3], "a value above the table takes its last entry");
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
fn planar_interleaved_and_halved_colours_are_the_same_picture() {
    let colour = |planar: u16, pixels: Vec<u8>| Dicom {
        photometric: "RGB",
        samples: 3,
        extra: vec![((0x28, 6), b"US", planar.to_le_bytes().to_vec())],
        ..Dicom::grey(8, pixels)
    };
    let interleaved = (0..8_u8).flat_map(|i| [i, 100 + i, 200 + i]).collect();
    let planes = (0..8).chain(100..108).chain(200..208).collect();
    assert_eq!(frame(&colour(0, interleaved)), frame(&colour(1, planes)));
    let grey = Dicom { photometric: "YBR_FULL_422", samples: 3, ..Dicom::grey(8, [[10, 20, 128, 128]; 4].concat()) };
    assert_eq!(frame(&grey).pixels[..6], [10, 10, 10, 20, 20, 20], "two pixels share their colour");
}

#[test]
fn drawings_lie_over_the_picture() {
    let mut file = Dicom::grey(8, vec![7; 8]);
    let short = |value: u16| value.to_le_bytes().to_vec();
    file.extra = vec![
        ((0x6000, 0x10), b"US", short(2)),
        ((0x6000, 0x11), b"US", short(2)),
        ((0x6000, 0x50), b"SS", [short(1), short(3)].concat()),
        ((0x6000, 0x3000), b"OW", vec![0b0000_1001, 0]),
    ];
    let frame = frame(&file);
    assert_eq!(frame.overlay, [0, 0, 1, 0, 0, 0, 0, 1], "from the third column on");
    assert!(frame.has_overlay);
}

#[test]
fn lengths_say_where_they_were_calibrated() {
    let mut file = Dicom::grey(8, vec![7; 8]);
    assert_eq!(dicom(&file).spacing, None);
    file.extra = vec![((0x18, 0x1164), b"DS", b"0.2\\0.1".to_vec())];
    let spacing = dicom(&file).spacing.expect("at the detector");
    assert_eq!((spacing.x, spacing.y, spacing.source), (0.1, 0.2, SpacingSource::Detector));
    file.extra.push(((0x28, 0x30), b"DS", b"0.5\\0.25".to_vec()));
    file.extra.push(((0x20, 0x37), b"DS", b"1\\0\\0\\0\\1\\0".to_vec()));
    let view = dicom(&file);
    assert_eq!(view.spacing.expect("in the patient").source, SpacingSource::Patient);
    assert_eq!(view.aspect, 2.0);
    let edges = view.edges.expect("directions");
    assert_eq!((edges.left.as_str(), edges.right.as_str(), edges.top.as_str()), ("R", "L", "A"));
}

#[test]
fn every_element_can_be_read_and_found_by_its_name() {
    let lines = dicom(&Dicom::grey(8, vec![7; 8])).lines;
    let find = |name: &str| lines.iter().find(|line| line.name == name).map(|line| line.value.as_str());
    assert_eq!(find("Patient Name"), Some("Keller^Maria^^Mrs"));
    assert_eq!(find("Columns"), Some("4"));
    assert_eq!(find("Pixel Data"), Some("8 bytes"));
}

#[test]
fn pictures_that_cannot_be_shown_say_why() {
    let problem = |file: &Dicom| dicom(file).problem.expect("a problem");
    let short = Dicom::grey(16, vec![0; 10]);
    assert_eq!(problem(&short), FrameProblem::Truncated);
    let packed = |syntax, data: &[u8]| Dicom { syntax, pixels: Err(vec![data.to_vec()]), ..Dicom::grey(8, Vec::new()) };
    let FrameProblem::UnsupportedCompression { name, .. } = problem(&packed("1.2.840.10008.1.2.4.80", b"\xFF\xD8"))
    else {
        panic!("JPEG-LS is not unpacked")
    };
    assert_eq!(name, "JPEG-LS");
    let damaged = packed("1.2.840.10008.1.2.4.50", b"\xFF\xD8\xFF\xC0");
    assert_eq!(try_frame(&damaged, 0), Err(FrameProblem::Undecodable));
    let damaged = packed("1.2.840.10008.1.2.4.90", b"\xFF\x4F\xFF\x51\0\0");
    assert_eq!(try_frame(&damaged, 0), Err(FrameProblem::Undecodable));
    let deflated = Dicom { syntax: "1.2.840.10008.1.2.1.99", ..Dicom::grey(8, vec![0; 8]) };
    assert!(matches!(view(&deflated.bytes(), Kind::Dicom), Err(ViewError::Dicom(DicomError::Deflated))));
}

#[test]
fn a_file_that_breaks_off_says_what_it_can() {
    let whole = Dicom::grey(16, vec![7; 16]).bytes();
    let torn = &whole[..whole.len() - 40];
    let Ok(DocumentView::Dicom(view)) = view(torn, Kind::Dicom) else { panic!("a DICOM view") };
    assert!(view.incomplete);
    assert_eq!(view.patient_name.as_deref(), Some("Mrs Maria Keller"));
}

#[test]
fn a_waveform_becomes_millivolts() {
    let file = common::ecg();
    let Ok(DocumentView::Dicom(view)) = view(&file, Kind::Dicom) else { panic!("a DICOM view") };
    let signals = view.signals.expect("waveforms");
    let group = &signals.groups[0];
    let about = (group.rate, group.samples, group.channels[0].label.as_str(), group.channels[0].unit.as_str());
    assert_eq!(about, (500.0, 3, "Lead I", "mV"));
    let values = group.read(&mut std::io::Cursor::new(&file), 0, 10, 1).expect("readable");
    assert_eq!(values, [0.0, 0.5, -1.0], "5 µV each");
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
    assert_eq!(json["problem"], serde_json::Value::Null);
}

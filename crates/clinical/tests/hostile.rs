//! Any bytes get an answer: never a panic, never memory that a length field asked for.

mod common;

use carekey_clinical::{DicomFile, DocumentView, Kind, limits, recognise, tiff_as_png, view};
use proptest::prelude::*;

const KINDS: [Kind; 14] = [
    Kind::FhirBundle,
    Kind::FhirResource,
    Kind::Dicom,
    Kind::Signal,
    Kind::Pdf,
    Kind::Image,
    Kind::Text,
    Kind::Cda,
    Kind::Hl7v2,
    Kind::Fit,
    Kind::AppleHealth,
    Kind::Glucose,
    Kind::OpenMHealth,
    Kind::File,
];

/// Looks at the bytes in every way there is.
fn survive(name: Option<&str>, bytes: &[u8]) {
    let found = recognise(name, bytes);
    assert!(found.title.chars().count() <= limits::TITLE_CHARS_MAX, "titles are bounded");
    assert!(!found.title.is_empty(), "everything can be named");
    for kind in KINDS {
        if let Ok(view) = view(bytes, kind) {
            serde_json::to_string(&view).expect("a view can always be sent to the page");
            look_closer(bytes, view);
        }
    }
    let _ = tiff_as_png(bytes);
}

/// Frames and signals, the first, the last and those that are not there.
fn look_closer(bytes: &[u8], view: DocumentView) {
    let mut source = std::io::Cursor::new(bytes);
    let signals = match view {
        DocumentView::Dicom(view) => {
            let file = DicomFile::open(&mut source).expect("it was read once");
            for number in [0, 1, view.frames.saturating_sub(1), view.frames, u32::MAX] {
                if let Ok(frame) = file.frame(&mut source, number) {
                    assert_eq!(frame.pixel_bytes as usize, frame.pixels.len());
                    assert!(frame.overlay.is_empty() || frame.overlay.len() == (frame.columns * frame.rows) as usize);
                }
            }
            if let Some(embedded) = &view.embedded {
                let _ = embedded.read(&mut source);
            }
            view.signals
        }
        DocumentView::Signals(signals) => Some(*signals),
        _ => None,
    };
    for group in signals.into_iter().flat_map(|signals| signals.groups) {
        for (from, count, step) in [(0, 100, 1), (0, u64::MAX, 1 << 40), (u64::MAX, 1, 1), (3, 1000, 7)] {
            if let Ok(values) = group.read(&mut source, from, count, step) {
                assert!(values.len() <= limits::SIGNAL_VALUES_MAX);
            }
        }
    }
}

/// A valid document with some bytes changed, removed, doubled or cut off.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let documents = common::all().into_iter().map(|(_, bytes)| bytes).chain([
        common::Dicom {
            syntax: "1.2.840.10008.1.2.5",
            pixels: Err(vec![vec![1; 80]]),
            ..common::Dicom::grey(8, vec![])
        }
        .bytes(),
        common::Dicom {
            syntax: "1.2.840.10008.1.2.4.50",
            pixels: Err(vec![JPEG.to_vec()]),
            ..common::Dicom::grey(8, vec![])
        }
        .bytes(),
        common::Dicom {
            syntax: "1.2.840.10008.1.2.4.90",
            pixels: Err(vec![JPEG_2000.to_vec()]),
            ..common::Dicom::grey(8, vec![])
        }
        .bytes(),
        common::Dicom { extra: overlaid(), ..common::Dicom::grey(8, (0..24).collect()) }.bytes(),
        TIFF.to_vec(),
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..12);
    (prop::sample::select(documents.collect::<Vec<_>>()), edits).prop_map(|(mut bytes, edits)| {
        for (at, value, action) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match action {
                0 => bytes[at] = value,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, value),
                _ if value > 250 => bytes.truncate(at),
                _ => bytes[at] ^= 1 << (value % 8),
            }
        }
        bytes
    })
}

/// The start of a baseline JPEG of the fixture's size.
const JPEG: &[u8] =
    b"\xFF\xD8\xFF\xC0\x00\x0B\x08\x00\x02\x00\x04\x01\x01\x11\x00\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00\xFF\xD9";

/// The header of a JPEG 2000 picture of the fixture's size, with one tile that is not there.
const JPEG_2000: &[u8] = b"\xFF\x4F\xFF\x51\0\x29\0\0\0\0\0\x04\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\x02\0\0\0\0\0\0\0\0\0\x01\x07\x01\x01\
\xFF\x52\0\x0C\0\0\0\x01\0\x01\x04\x04\0\x01\xFF\x5C\0\x07\x40\x40\x48\x48\x50\xFF\x90\0\x0A\0\0\0\0\0\x10\0\x01\xFF\x93\xC7\xD9";

/// A grey TIFF of one pixel.
const TIFF: &[u8] = b"II*\0\x08\0\0\0\x06\0\0\x01\x03\0\x01\0\0\0\x01\0\0\0\x01\x01\x03\0\x01\0\0\0\x01\0\0\0\x02\x01\x03\0\x01\0\0\0\x08\0\0\0\
\x06\x01\x03\0\x01\0\0\0\x01\0\0\0\x11\x01\x04\0\x01\0\0\0\x08\0\0\0\x17\x01\x04\0\x01\0\0\0\x01\0\0\0\0\0\0\0";

/// Three frames with drawings and a table of values.
fn overlaid() -> Vec<common::Element> {
    vec![
        ((0x28, 8), b"IS", b"3".to_vec()),
        ((0x6000, 0x10), b"US", vec![2, 0]),
        ((0x6000, 0x11), b"US", vec![4, 0]),
        ((0x6000, 0x3000), b"OW", vec![0x5A, 0]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2048), name in prop::option::of(".{0,200}")) {
        survive(name.as_deref(), &bytes);
    }

    #[test]
    fn mutated_documents(bytes in mutated()) {
        survive(Some("file"), &bytes);
    }

    #[test]
    fn arbitrary_fhir(text in arb_json(5), kind in "(Bundle|Observation|Patient|Condition|MedicationRequest|DiagnosticReport|Composition)") {
        let document = format!("{{\"resourceType\":\"{kind}\",\"entry\":[{{\"resource\":{text}}}],\"code\":{text},\
            \"name\":{text},\"component\":{text},\"referenceRange\":{text},\"valueQuantity\":{text},\"section\":{text},\"subject\":{text}}}");
        survive(None, document.as_bytes());
    }
}

/// JSON made of the words FHIR uses, in the wrong places.
fn arb_json(depth: u32) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e400".to_owned()),
        Just("-0.0".to_owned()),
        Just("99999999999999999999999999".to_owned()),
        "[a-z#/]{0,8}".prop_map(|text| format!("{text:?}")),
        Just("\"<div><b>x\"".to_owned()),
        Just("{\"reference\":\"#x\"}".to_owned()),
        Just("{\"value\":1,\"unit\":\"g\",\"comparator\":\"<\"}".to_owned()),
    ];
    let keys = prop::sample::select(vec![
        "resourceType",
        "resource",
        "entry",
        "coding",
        "code",
        "text",
        "div",
        "value",
        "low",
        "high",
        "contained",
        "id",
        "reference",
        "section",
        "name",
        "given",
        "display",
        "period",
        "start",
        "dosage",
        "timing",
        "repeat",
        "component",
    ]);
    leaf.prop_recursive(depth, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((keys.clone(), inner), 0..5).prop_map(|pairs| {
                let members: Vec<String> = pairs.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

#[test]
fn documents_cut_off_anywhere_are_shown_as_far_as_they_go() {
    for (_, bytes) in common::all() {
        for end in 0..bytes.len() {
            survive(Some("torn"), &bytes[..end]);
        }
    }
}

#[test]
fn a_length_of_four_gigabytes_costs_nothing() {
    let mut file = vec![0; 128];
    file.extend(b"DICM\x08\x00\x18\x00UT\0\0\xFE\xFF\xFF\xFF1.2");
    survive(None, &file);
}

#[test]
fn sequences_inside_sequences_are_bounded() {
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    for _ in 0..100_000 {
        file.extend(b"\x08\x00\x15\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF");
    }
    survive(None, &file);
}

#[test]
fn pictures_that_claim_to_be_huge_are_not_allocated() {
    let mut file = common::Dicom::grey(8, vec![0; 8]).bytes();
    let rows = file.windows(6).position(|window| window == b"\x28\0\x10\0US").expect("rows");
    file[rows + 8..rows + 10].copy_from_slice(&[0xFF, 0xFF]);
    let columns = file.windows(6).position(|window| window == b"\x28\0\x11\0US").expect("columns");
    file[columns + 8..columns + 10].copy_from_slice(&[0xFF, 0xFF]);
    survive(None, &file);
}

#[test]
fn many_references_into_many_contained_resources_are_looked_up_not_searched() {
    let contained: Vec<String> =
        (0..30_000).map(|n| format!("{{\"resourceType\":\"Basic\",\"id\":\"i{n}\"}}")).collect();
    let section: Vec<String> = (0..30_000).map(|n| format!("{{\"entry\":{{\"reference\":\"#i{n}x\"}}}}")).collect();
    let document = format!(
        "{{\"resourceType\":\"Composition\",\"contained\":[{}],\"section\":[{}]}}",
        contained.join(","),
        section.join(",")
    );
    survive(None, document.as_bytes());
}

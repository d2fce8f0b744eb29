//! Any bytes get an answer: never a panic, never memory that a length field asked for.

mod common;

use carekey_clinical::{Kind, limits, recognise, view};
use proptest::prelude::*;

const KINDS: [Kind; 9] = [
    Kind::FhirBundle,
    Kind::FhirResource,
    Kind::Dicom,
    Kind::Pdf,
    Kind::Image,
    Kind::Text,
    Kind::Cda,
    Kind::Hl7v2,
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

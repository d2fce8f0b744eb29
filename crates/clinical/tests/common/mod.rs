//! Small valid documents built in code.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub const BUNDLE: &str = r##"{
  "resourceType": "Bundle", "type": "collection", "timestamp": "2026-05-12T10:00:00+02:00",
  "entry": [
    {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p","name":[{"use":"official","family":"Keller","given":["Maria"]}],
      "gender":"female","birthDate":"1955-03-14","identifier":[{"type":{"text":"Record number"},"value":"NG-1"}]}},
    {"resource":{"resourceType":"Observation","id":"k","status":"final","category":[{"coding":[{"code":"laboratory"}]}],
      "code":{"coding":[{"system":"http://loinc.org","code":"2823-3","display":"Potassium"}]},"subject":{"reference":"urn:uuid:p"},
      "effectiveDateTime":"2026-05-12","valueQuantity":{"value":5.60,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},
      "referenceRange":[{"low":{"value":3.5,"unit":"mmol/L"},"high":{"value":5.10,"unit":"mmol/L"}}]}},
    {"resource":{"resourceType":"Observation","id":"bp","status":"final","category":[{"coding":[{"code":"vital-signs"}]}],
      "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}],"text":"Blood pressure"},"subject":{"reference":"Patient/p"},
      "effectiveDateTime":"2026-05-11T08:00:00Z","component":[
        {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}]},"valueQuantity":{"value":151,"unit":"mmHg"},
         "interpretation":[{"coding":[{"code":"H","display":"High"}]}]},
        {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4","display":"Diastolic"}]},"dataAbsentReason":{"text":"not measured"}}]}},
    {"resource":{"resourceType":"Observation","id":"oops","status":"entered-in-error","code":{"text":"Glucose"},"valueQuantity":{"value":99}}},
    {"resource":{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"Blood chemistry"},"subject":{"reference":"Patient/p"},
      "result":[{"reference":"Observation/k"},{"reference":"Observation/elsewhere"}],"conclusion":"Potassium slightly high."}},
    {"resource":{"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"text":"Hypertension"},
      "onsetDateTime":"2019","subject":{"reference":"Patient/p"}}},
    {"resource":{"resourceType":"Condition","verificationStatus":{"coding":[{"code":"refuted"}]},"code":{"text":"Diabetes"},"subject":{"reference":"Patient/p"}}},
    {"resource":{"resourceType":"MedicationRequest","status":"active","intent":"order","contained":[{"resourceType":"Medication","id":"m",
      "code":{"text":"Ramipril 5 mg"}}],"medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/p"},"authoredOn":"2024-02-01",
      "dosageInstruction":[{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":5,"unit":"mg"}}]}]}},
    {"resource":{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"Aspirin"},"subject":{"reference":"Patient/p"},
      "dosage":[{"text":"one in the morning"}]}},
    {"resource":{"resourceType":"AllergyIntolerance","code":{"text":"Penicillin"},"criticality":"high","patient":{"reference":"Patient/p"},
      "reaction":[{"manifestation":[{"text":"Rash"}],"severity":"moderate"}]}},
    {"resource":{"resourceType":"Immunization","status":"not-done","statusReason":{"text":"Fever"},"vaccineCode":{"text":"Influenza"},
      "patient":{"reference":"Patient/p"},"occurrenceDateTime":"2025-10-02"}},
    {"resource":{"resourceType":"Procedure","status":"completed","code":{"text":"Appendectomy"},"subject":{"reference":"Patient/p"},"performedDateTime":"1978"}},
    {"resource":{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"type":[{"text":"Check-up"}],"subject":{"reference":"Patient/p"},
      "period":{"start":"2026-05-12T09:00:00+02:00"},"serviceProvider":{"display":"North General"}}},
    {"resource":{"resourceType":"DocumentReference","status":"current","description":"Letter","date":"2026-05-12T10:00:00Z",
      "content":[{"attachment":{"contentType":"application/pdf","data":"JVBERi0="}}]}},
    {"resource":{"resourceType":"CarePlan","status":"active","intent":"plan","title":"Walking","subject":{"reference":"Patient/p"},
      "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>30 minutes a day</p></div>"}}}
  ]
}"##;

fn element(out: &mut Vec<u8>, (group, number): (u16, u16), vr: &[u8; 2], value: &[u8]) {
    out.extend(group.to_le_bytes());
    out.extend(number.to_le_bytes());
    out.extend(vr);
    let padded = value.len().div_ceil(2) * 2;
    if matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN") {
        out.extend([0, 0]);
        out.extend((padded as u32).to_le_bytes());
    } else {
        out.extend((padded as u16).to_le_bytes());
    }
    out.extend(value);
    if value.len() % 2 == 1 {
        out.push(if vr == b"UI" { 0 } else { b' ' });
    }
}

/// Tag, value representation, value.
pub type Element = ((u16, u16), &'static [u8; 2], Vec<u8>);

/// A 4 × 2 picture with elements that a test changes or adds.
pub struct Dicom {
    pub syntax: &'static str,
    pub photometric: &'static str,
    pub samples: u16,
    pub bits: u16,
    pub signed: bool,
    pub extra: Vec<Element>,
    /// The pixel data element: native bytes, or the fragments of an encapsulated frame.
    pub pixels: Result<Vec<u8>, Vec<Vec<u8>>>,
}

impl Dicom {
    pub fn grey(bits: u16, pixels: Vec<u8>) -> Self {
        Self {
            syntax: "1.2.840.10008.1.2.1",
            photometric: "MONOCHROME2",
            samples: 1,
            bits,
            signed: false,
            extra: Vec::new(),
            pixels: Ok(pixels),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0; 128];
        out.extend(b"DICM");
        element(&mut out, (2, 0x10), b"UI", self.syntax.as_bytes());
        let short = |value: u16| value.to_le_bytes().to_vec();
        let mut elements: Vec<Element> = vec![
            ((8, 0x16), b"UI", b"1.2.840.10008.5.1.4.1.1.2".to_vec()),
            ((8, 0x20), b"DA", b"20260512".to_vec()),
            ((8, 0x30), b"TM", b"093000.5".to_vec()),
            ((8, 0x60), b"CS", b"CT".to_vec()),
            ((8, 0x1030), b"LO", b"Follow-up".to_vec()),
            ((0x10, 0x10), b"PN", b"Keller^Maria^^Mrs".to_vec()),
            ((0x18, 0x15), b"CS", b"CHEST".to_vec()),
            ((0x28, 2), b"US", short(self.samples)),
            ((0x28, 4), b"CS", self.photometric.as_bytes().to_vec()),
            ((0x28, 0x10), b"US", short(2)),
            ((0x28, 0x11), b"US", short(4)),
            ((0x28, 0x100), b"US", short(self.bits)),
            ((0x28, 0x101), b"US", short(self.bits)),
            ((0x28, 0x102), b"US", short(self.bits - 1)),
            ((0x28, 0x103), b"US", short(self.signed.into())),
        ];
        elements.extend(self.extra.iter().cloned());
        elements.sort_by_key(|(tag, _, _)| *tag);
        for (tag, vr, value) in &elements {
            element(&mut out, *tag, vr, value);
        }
        match &self.pixels {
            Ok(native) => element(&mut out, (0x7FE0, 0x10), b"OW", native),
            Err(fragments) => {
                out.extend(b"\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\0\0\0\0");
                for fragment in fragments {
                    out.extend(b"\xFE\xFF\x00\xE0");
                    out.extend((fragment.len() as u32).to_le_bytes());
                    out.extend(fragment);
                }
                out.extend(b"\xFE\xFF\xDD\xE0\0\0\0\0");
            }
        }
        out
    }
}

fn sequence(out: &mut Vec<u8>, tag: (u16, u16), items: &[Vec<Element>]) {
    out.extend(tag.0.to_le_bytes());
    out.extend(tag.1.to_le_bytes());
    out.extend(b"SQ\0\0\xFF\xFF\xFF\xFF");
    for item in items {
        out.extend(b"\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF");
        for (tag, vr, value) in item {
            if *vr == b"SQ" { out.extend(value) } else { element(out, *tag, vr, value) }
        }
        out.extend(b"\xFE\xFF\x0D\xE0\0\0\0\0");
    }
    out.extend(b"\xFE\xFF\xDD\xE0\0\0\0\0");
}

/// A nested sequence as an element of an item.
fn nested(tag: (u16, u16), items: &[Vec<Element>]) -> Element {
    let mut bytes = Vec::new();
    sequence(&mut bytes, tag, items);
    (tag, b"SQ", bytes)
}

/// One lead of three samples: 0, 100 and -200 times 5 µV.
pub fn ecg() -> Vec<u8> {
    let mut out = vec![0; 128];
    out.extend(b"DICM");
    element(&mut out, (2, 0x10), b"UI", b"1.2.840.10008.1.2.1");
    element(&mut out, (8, 0x16), b"UI", b"1.2.840.10008.5.1.4.1.1.9.1.1");
    element(&mut out, (8, 0x60), b"CS", b"ECG");
    let unit = nested((0x3A, 0x211), &[vec![((8, 0x100), b"SH", b"uV".to_vec())]]);
    let channel = nested(
        (0x3A, 0x200),
        &[vec![((0x3A, 0x203), b"SH", b"Lead I".to_vec()), ((0x3A, 0x210), b"DS", b"5".to_vec()), unit]],
    );
    let samples: Vec<u8> = [0_i16, 100, -200].iter().flat_map(|value| value.to_le_bytes()).collect();
    let group: Vec<Element> = vec![
        ((0x3A, 5), b"US", vec![1, 0]),
        ((0x3A, 0x10), b"UL", vec![3, 0, 0, 0]),
        ((0x3A, 0x1A), b"DS", b"500".to_vec()),
        channel,
        ((0x5400, 0x1004), b"US", vec![16, 0]),
        ((0x5400, 0x1006), b"CS", b"SS".to_vec()),
        ((0x5400, 0x1010), b"OW", samples),
    ];
    sequence(&mut out, (0x5400, 0x100), &[group]);
    out
}

pub const WFDB: &[u8] = b"104 2 360 5\n104.dat 212 200 11 1024 995 0 0 MLII\n104.dat 212 200 11 1024 1011 0 0 V5\n";

/// Two channels of ten samples in two blocks, with a remark.
pub fn edf() -> Vec<u8> {
    let field = |text: &str, width: usize| format!("{text:width$}").into_bytes();
    let labels = ["ECG I", "Resp", "EDF Annotations"];
    let mut out = [field("0", 8), field("X", 80), field("Startdate X X X X", 80), field("12.05.26", 8)].concat();
    out.extend([field("09.30.00", 8), field("1024", 8), field("EDF+C", 44), field("2", 8), field("1", 8)].concat());
    out.extend(field("3", 4));
    let column = |out: &mut Vec<u8>, width: usize, texts: [&str; 3]| {
        texts.iter().for_each(|text| out.extend(field(text, width)));
    };
    column(&mut out, 16, labels);
    column(&mut out, 80, ["", "", ""]);
    column(&mut out, 8, ["uV", "", ""]);
    column(&mut out, 8, ["-3200", "-1", "-1"]);
    column(&mut out, 8, ["3200", "1", "1"]);
    column(&mut out, 8, ["-32000", "-32768", "-32768"]);
    column(&mut out, 8, ["32000", "32767", "32767"]);
    column(&mut out, 80, ["", "", ""]);
    column(&mut out, 8, ["5", "5", "8"]);
    column(&mut out, 32, ["", "", ""]);
    for block in 0..2_i16 {
        for sample in 0..10_i16 {
            out.extend((block * 10 + sample).to_le_bytes());
        }
        let mut remark =
            if block == 0 { b"+0\x14\x14\0+0.5\x14Cough\x14\0".to_vec() } else { b"+1\x14\x14\0".to_vec() };
        remark.resize(16, 0);
        out.extend(remark);
    }
    out
}

pub const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n4 0 obj<</Title(Discharge letter)/CreationDate(D:20260512)>>endobj\n\
trailer<</Root 1 0 R/Info 4 0 R/Size 5>>\n%%EOF\n";

pub const CDA: &[u8] = b"<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Summary</title>\
<effectiveTime value=\"20260512\"/></ClinicalDocument>";

pub const HL7: &[u8] = b"MSH|^~\\&|LAB|N|GP|S|20260512||ORU^R01|1|P|2.5\rPID|1||77\rOBX|1|NM|2823-3||5.6|mmol/L\r";

/// A made-up document beside these tests.
pub fn document(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A FIT file of one scale reading: 68.5 kg on 12 May 2026.
pub fn fit() -> Vec<u8> {
    let mut data = Vec::new();
    // Local message 0 is file_id (0): type (0, enum).
    data.extend([0x40, 0, 0, 0, 0, 1, 0, 1, 0]);
    data.extend([0x00, 9]);
    // Local message 1 is weight_scale (30): timestamp (253, uint32), weight (0, uint16, hundredths of a kilogram).
    data.extend([0x41, 0, 0, 30, 0, 2, 253, 4, 0x86, 0, 2, 0x84]);
    // FIT counts seconds from 31 December 1989.
    let at: u32 = 1_778_571_000 - 631_065_600;
    data.push(0x01);
    data.extend(at.to_le_bytes());
    data.extend(6850_u16.to_le_bytes());
    let mut file = vec![14, 0x20, 0x5C, 0x08];
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(b".FIT");
    file.extend(crc(&file.clone()).to_le_bytes());
    file.extend(&data);
    file.extend(crc(&file.clone()).to_le_bytes());
    file
}

/// The checksum of the FIT protocol.
fn crc(bytes: &[u8]) -> u16 {
    const TABLE: [u16; 16] = [
        0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401, 0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01,
        0x8801, 0x4400,
    ];
    bytes
        .iter()
        .flat_map(|byte| [byte & 0xF, byte >> 4])
        .fold(0, |crc, half| (crc >> 4) ^ TABLE[usize::from(crc & 0xF)] ^ TABLE[usize::from(half)])
}

/// One of each kind, with the kind that it must be recognised as.
pub fn all() -> Vec<(carekey_clinical::Kind, Vec<u8>)> {
    use carekey_clinical::Kind;
    vec![
        (Kind::FhirBundle, BUNDLE.as_bytes().to_vec()),
        (Kind::FhirResource, br#"{"resourceType":"Patient","id":"1","name":[{"text":"Maria Keller"}]}"#.to_vec()),
        (Kind::Dicom, Dicom::grey(16, (0..16).collect()).bytes()),
        (Kind::Dicom, ecg()),
        (Kind::Signal, WFDB.to_vec()),
        (Kind::Signal, edf()),
        (Kind::Pdf, PDF.to_vec()),
        (Kind::Image, b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x02".to_vec()),
        (Kind::Text, "Patient schläft gut.\n".as_bytes().to_vec()),
        (Kind::Cda, CDA.to_vec()),
        (Kind::Hl7v2, HL7.to_vec()),
        (Kind::Cda, document("discharge.xml")),
        (Kind::Hl7v2, document("results.hl7")),
        (Kind::Hl7v2, document("messages.hl7")),
        (Kind::Fit, fit()),
        (
            Kind::AppleHealth,
            b"<HealthData><Record type=\"HKQuantityTypeIdentifierStepCount\" unit=\"count\" \
            startDate=\"2026-05-01 10:00:00 +0200\" value=\"12\"/></HealthData>"
                .to_vec(),
        ),
        (Kind::Glucose, b"time,gl\n2026-05-01 10:00:00,101\n2026-05-01 10:05:00,190\n".to_vec()),
        (Kind::OpenMHealth, br#"{"heart_rate":{"value":62,"unit":"beats/min"}}"#.to_vec()),
        (Kind::File, vec![0, 1, 2, 3]),
    ]
}

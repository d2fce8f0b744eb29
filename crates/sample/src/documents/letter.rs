//! The discharge letter of November 2023, a PDF.

use super::SampleDocument;
use super::dates::at;
use super::pdf::{Style, write};

pub(super) fn discharge_letter() -> SampleDocument {
    let when = at(2023, 11, 17, 10, 30);
    SampleDocument {
        title: "Discharge letter".to_owned(),
        author: "amir",
        patient: "maria",
        hospital: "north",
        date_unix_ms: when.unix_ms(),
        collection: "heart",
        media_type: "application/pdf",
        file_name: format!("discharge-letter-{}.pdf", when.day_iso()),
        bytes: write("Discharge letter", "Dr Amir Haddad, North General", &when.day_compact(), LETTER),
    }
}

const LETTER: &[(Style, &str)] = &[
    (Style::Letterhead, "North General"),
    (Style::Small, "Department of Cardiology · 12 Harbour Road · Lindenau"),
    (Style::Body, "\nDr Ngozi Okafor\nSouth Clinic\n\n17 November 2023"),
    (Style::Heading, "Discharge letter: Maria Keller, born 14 March 1955"),
    (Style::Body, "Dear Ngozi,"),
    (Style::Body, "thank you for referring Mrs Keller, who stayed with us from 14 to 17 November 2023."),
    (Style::Heading, "Diagnoses"),
    (
        Style::Body,
        "• Paroxysmal atrial fibrillation, first documented on 14 November 2023 (CHA2DS2-VA score 3)\n\
         • High blood pressure with mild thickening of the septum\n\
         • Type 2 diabetes, well controlled\n\
         • High cholesterol\n\
         • Mild respiratory infection",
    ),
    (Style::Heading, "Examination at admission"),
    (
        Style::Body,
        "Awake, oriented, not in distress. Height 164 cm, weight 71 kg, temperature 37.6 °C, blood pressure 158/94 mmHg, \
         pulse about 115 a minute and irregular, oxygen saturation 96 % without oxygen. Heart sounds irregular, no murmur. \
         Fine crackles over the right lung base that cleared after coughing. Abdomen soft. No oedema of the legs, calves \
         not tender. No signs of a stroke.",
    ),
    (Style::Heading, "Examinations"),
    (
        Style::Body,
        "ECG, 14 November: atrial fibrillation, narrow QRS, no ST changes. ECG, 15 November: sinus rhythm, 64 a minute.\n\
         CT of the chest with contrast, 14 November: no pulmonary embolism, no infiltrate, heart of normal size.\n\
         Echo, 15 November: see the separate report.\n\
         Monitoring for 48 hours: no further atrial fibrillation after 06:40 on 15 November, no pauses.",
    ),
    (Style::Heading, "What happened"),
    (
        Style::Body,
        "Mrs Keller was admitted with a fast, irregular heartbeat and shortness of breath on exertion. The ECG showed atrial \
         fibrillation with a rate of about 115 a minute. C-reactive protein was raised with a cough of four days; the CT of \
         the chest showed no pneumonia and no embolism. Kidney function was slightly reduced and potassium at the upper limit.",
    ),
    (
        Style::Body,
        "On bisoprolol the rate came down within hours, and on the morning of 15 November the rhythm had returned to sinus by \
         itself. The echo showed a preserved pump function (ejection fraction 57 %) and a mildly enlarged left atrium. \
         Anticoagulation with apixaban was started after a talk about benefit and risk.",
    ),
    (Style::Heading, "Medication at discharge"),
    (
        Style::Body,
        "Apixaban 5 mg: 1 – 0 – 1 (new)\n\
         Bisoprolol 2.5 mg: 1 – 0 – 0 (new)\n\
         Ramipril 10 mg: 1 – 0 – 0 (raised from 5 mg)\n\
         Atorvastatin 40 mg: 0 – 0 – 1\n\
         Metformin 1000 mg: 1 – 0 – 1",
    ),
    (Style::Body, "Allergies: penicillin (rash, swelling of the face), latex."),
    (Style::Heading, "What we ask of you"),
    (
        Style::Body,
        "• Creatinine and potassium in two weeks, as ramipril was raised\n\
         • Blood pressure at home: the aim is below 130/80 if she tolerates it\n\
         • No ibuprofen or diclofenac together with apixaban\n\
         • NT-proBNP, kidney values and blood count here in March 2024",
    ),
    (
        Style::Body,
        "Mrs Keller knows that she should call us when the heartbeat races for more than an hour, and the emergency number \
         with chest pain, fainting, or any sign of a stroke.",
    ),
    (Style::Body, "With kind regards\n\nDr Amir Haddad\nConsultant cardiologist"),
];

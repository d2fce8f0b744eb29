//! Notes and reports in plain text.

use super::SampleDocument;
use super::dates::{Moment, at};
use super::people::{hospital_name, person};

pub(super) fn documents() -> Vec<SampleDocument> {
    vec![
        note("Referral to cardiology", "ngozi", at(2023, 11, 13, 17, 5), "general", "referral", REFERRAL),
        note("Echo of the heart", "amir", at(2023, 11, 15, 14, 20), "heart", "echo", ECHO_2023),
        note("Knee pain", "ngozi", at(2024, 5, 27, 10, 15), "general", "knee", KNEE),
        note("Echo of the heart, follow-up", "amir", at(2026, 3, 4, 14, 10), "heart", "echo", ECHO_2026),
        note("Cardiology visit", "amir", at(2026, 3, 4, 15, 0), "heart", "visit", VISIT),
    ]
}

fn note(
    title: &str,
    author: &'static str,
    when: Moment,
    collection: &'static str,
    stem: &str,
    text: &str,
) -> SampleDocument {
    let who = person(author).map_or("", |person| person.name);
    let hospital = person(author).and_then(|person| person.hospital).unwrap_or("south");
    let place = hospital_name(hospital);
    let text =
        format!("{title}\n{place}, {}\n\nPatient: Maria Keller, born 14 March 1955\n\n{text}\n\n{who}\n", when.words());
    SampleDocument {
        title: title.to_owned(),
        author,
        patient: "maria",
        hospital,
        date_unix_ms: when.unix_ms(),
        collection,
        media_type: "text/plain",
        file_name: format!("{stem}-{}.txt", when.day_iso()),
        bytes: text.into_bytes(),
    }
}

const REFERRAL: &str = "Dear Amir,

Mrs Keller has had three episodes of a racing, irregular heartbeat in the last two weeks, the longest about four hours,
with shortness of breath on the stairs. No chest pain, no fainting. Pulse today 112 and irregular, blood pressure 156/92.
Known type 2 diabetes and high blood pressure. Allergic to penicillin.

Please see her for an ECG and an echo. I think she needs anticoagulation: CHA2DS2-VA score 3 (age, blood pressure,
diabetes).";

const ECHO_2023: &str = "Transthoracic echocardiogram

Left ventricle: normal size, ejection fraction 57 % (biplane), no regional wall motion abnormality.
                Septum 12 mm, mildly thickened.
Left atrium:    mildly enlarged, volume index 37 mL/m².
Right heart:    normal size, TAPSE 22 mm, estimated systolic pressure 28 mmHg.
Valves:         mitral regurgitation mild; aortic valve tricuspid, no stenosis.
Pericardium:    no effusion.

Conclusion: Preserved pump function. Mild thickening of the septum and mild enlargement of the left atrium, as in
long-standing high blood pressure. No thrombus seen.";

const ECHO_2026: &str = "Transthoracic echocardiogram, compared with 15 November 2023

Left ventricle: normal size, ejection fraction 59 % (57 % before). Septum 12 mm, unchanged.
Left atrium:    volume index 36 mL/m² (37 before).
Right heart:    normal.
Valves:         mitral regurgitation mild, unchanged.

Conclusion: Stable. Next examination in two years, earlier with new complaints.";

const KNEE: &str = "Pain in the right knee after gardening, worse on stairs. No swelling, no locking, full extension.
Known osteoarthritis. Because of apixaban: no ibuprofen or diclofenac. Paracetamol up to 3 g a day when needed,
physiotherapy prescribed, six sessions. Come back if the knee swells or gives way.";

const VISIT: &str = "Feels well. Two short episodes of irregular heartbeat since the autumn, each under an hour. Walks 40 minutes a day.
Pulse 66 and regular, blood pressure 131/78, lungs clear, no oedema. ECG: sinus rhythm. Echo: stable.

Bisoprolol raised to 5 mg. Apixaban stays at 5 mg twice a day: age under 80, weight 71 kg, creatinine under 133 µmol/L.
Kidney values and potassium again in May. Next visit in six months.";

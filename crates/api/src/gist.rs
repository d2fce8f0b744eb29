//! What a document says, for the vault: words to search in, values to chart.

use carekey_clinical::Kind;
use carekey_wallet::reading::Understanding;
use carekey_wallet::vault::gists::{Gist, Reading, fold};

use crate::types::{ClinicalSection, RecordContent, ResultFlag, ResultItem};
use crate::views::content::{self, Series, Shown, moment};

/// Version of this reader. A higher one reads every document again.
pub(crate) const READER: u32 = 2;

/// Characters of a document that are searched.
const TEXT_CHARS_MAX: usize = 40_000;

/// Values of a document that are charted.
const READINGS_MAX: usize = 2_000;

/// Reads a document.
pub(crate) fn understand(bytes: &[u8], file_name: &str) -> Understanding {
    let name = Some(file_name).filter(|name| !name.is_empty());
    let found = carekey_clinical::recognise(name, bytes);
    // Pictures and pages are drawn, which takes long and says nothing in words.
    if matches!(found.kind, Kind::Dicom | Kind::Image | Kind::Pdf | Kind::File) {
        let gist = Gist { reader: READER, clinical: false, text: fold(&found.title), readings: Vec::new() };
        return Understanding { category: None, out_of_range: None, gist };
    }
    let shown = content::show(bytes, file_name, &mut Series::default());
    understanding(&shown, &found.title)
}

/// The same of a document that was shown just now.
pub(crate) fn understanding(shown: &Shown, title: &str) -> Understanding {
    let mut words = vec![title.to_owned()];
    let (mut readings, mut clinical) = (Vec::new(), false);
    match &shown.content {
        RecordContent::Clinical(page) => {
            clinical = !page.sections.is_empty();
            words.extend(page.facts.iter().map(|fact| fact.value.clone()));
            for section in &page.sections {
                collect(section, &mut words, &mut readings);
            }
        }
        RecordContent::Text { text, .. } => words.push(text.clone()),
        RecordContent::File { facts, .. } => words.extend(facts.iter().map(|fact| fact.value.clone())),
        _ => {}
    }
    let text: String = words.join("\n").chars().take(TEXT_CHARS_MAX).collect();
    readings.truncate(READINGS_MAX);
    Understanding {
        category: shown.category.clone(),
        out_of_range: shown.out_of_range,
        gist: Gist { reader: READER, clinical, text: fold(&text), readings },
    }
}

fn collect(section: &ClinicalSection, words: &mut Vec<String>, readings: &mut Vec<Reading>) {
    words.extend(section.title.clone());
    for item in &section.items {
        words.extend(item.dosages.iter().map(|dosage| dosage.en.clone()));
        words.extend(item.facts.iter().map(|fact| fact.value.clone()));
        let parts = [Some(&item.title), item.detail.as_ref(), item.status.as_ref(), item.code.as_ref()];
        words.extend(parts.into_iter().flatten().cloned());
    }
    for item in &section.results {
        words.push(item.name.clone());
        words.extend(item.code.clone());
        // A value in words, such as a pathogen; figures are found by what they measure.
        if item.value.is_none() {
            words.push(item.value_text.clone());
        }
        words.extend(item.note.clone());
        readings.extend(reading(item));
    }
}

/// A value that belongs into a chart; neither what was withdrawn nor what is about somebody else does.
fn reading(item: &ResultItem) -> Option<Reading> {
    if item.retracted || item.about.is_some() {
        return None;
    }
    let out_of_range = match item.flag {
        ResultFlag::Unknown => None,
        ResultFlag::Normal => Some(false),
        _ => Some(true),
    };
    Some(Reading {
        name: item.name.clone(),
        code: item.code.as_deref()?.strip_prefix("LOINC ")?.to_owned(),
        unit: item.unit.clone().unwrap_or_default(),
        at: item.at.as_deref().and_then(moment)?,
        value: item.value?,
        out_of_range,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_gives_its_words_and_its_values() {
        let report = br#"{"resourceType":"Bundle","type":"collection","entry":[
          {"resource":{"resourceType":"Observation","status":"final","effectiveDateTime":"2026-05-12",
            "code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}],"text":"Kalium"},
            "valueQuantity":{"value":5.60,"unit":"mmol/L"},
            "referenceRange":[{"low":{"value":3.5},"high":{"value":5.1}}]}},
          {"resource":{"resourceType":"Condition","code":{"text":"Hypertonie"}}}]}"#;
        let understood = understand(report, "report.json");
        assert!(understood.gist.clinical);
        assert_eq!(understood.out_of_range, Some(1));
        let [potassium] = understood.gist.readings.as_slice() else { panic!("{:?}", understood.gist.readings) };
        assert_eq!((potassium.code.as_str(), potassium.value, potassium.out_of_range), ("2823-3", 5.6, Some(true)));
        for word in ["kalium", "hypertonie", "2823-3"] {
            assert!(understood.gist.text.contains(word), "{word} in {:?}", understood.gist.text);
        }
    }

    #[test]
    fn any_bytes_are_understood_as_something() {
        for bytes in [&b""[..], b"\xff\x00", b"%PDF-1.7", br#"{"resourceType":"Bundle","entry":7}"#] {
            assert_eq!(understand(bytes, "x").gist.readings, []);
        }
        assert!(understand("Puls ging von selbst zurück".as_bytes(), "n.txt").gist.text.contains("zuruck"));
    }
}

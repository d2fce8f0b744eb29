//! Which collection a document belongs to.

use serde::Serialize;

/// The collections a person's records are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Category {
    /// Anything that has no more fitting place: letters, mixed records, X-rays of a knee.
    General,
    /// ECG, echo, blood pressure, cardiology.
    Heart,
    /// Medication lists and prescriptions.
    Medication,
    /// Laboratory results.
    Laboratory,
    /// Psychiatry and psychotherapy, and their questionnaires.
    MentalHealth,
    /// Readings of the person's own devices.
    Devices,
}

/// LOINC codes of heart examinations and their measurements.
const HEART_LOINC: &[&str] = &[
    "11524-6", "18844-1", "8601-7", "34534-8", "34552-0", "42148-7", "18745-0", "18752-6", "8625-6", "8633-0",
    "8634-8", "8636-3", "8867-4", "85354-9", "8480-6", "8462-4", "55284-4", "10230-1", "8806-2", "18043-0",
];

/// LOINC codes of mental-health questionnaires (PHQ-2, PHQ-9, GAD-7, MMSE, AUDIT-C) and notes.
const MENTAL_LOINC: &[&str] = &[
    "44249-1", "44261-6", "55757-9", "55758-7", "69737-5", "70274-6", "69725-0", "72106-8", "75626-2", "34788-0",
    "44250-9", "44255-8",
];

/// LOINC codes of measurements that people's own devices make.
const DEVICE_LOINC: &[&str] = &["55423-8", "41950-7", "99504-3", "97507-8", "93832-4", "80404-7"];

/// By a LOINC code and an observation category (`laboratory`, `vital-signs`, …). `None`: it says nothing.
pub(crate) fn of_result(loinc: Option<&str>, observation_category: Option<&str>) -> Option<Category> {
    if let Some(code) = loinc {
        for (codes, category) in
            [(HEART_LOINC, Category::Heart), (MENTAL_LOINC, Category::MentalHealth), (DEVICE_LOINC, Category::Devices)]
        {
            if codes.contains(&code) {
                return Some(category);
            }
        }
    }
    match observation_category? {
        "laboratory" | "LAB" | "CH" | "HM" | "MB" => Some(Category::Laboratory),
        "activity" => Some(Category::Devices),
        _ => None,
    }
}

/// By the words of a title or file name, in English and German.
pub(crate) fn of_words(words: &str) -> Option<Category> {
    const WORDS: &[(Category, &[&str], &[&str])] = &[
        (
            Category::Heart,
            &["ecg", "ekg", "echo", "heart", "cardiac", "coronary", "holter", "herz", "tte", "tee"],
            &["cardio", "kardio", "echokardio", "electrocardio", "elektrokardio"],
        ),
        (Category::MentalHealth, &["mental", "phq", "gad", "anxiety"], &["psych", "depress"]),
        (
            Category::Laboratory,
            &["lab", "labs", "labor", "laboratory", "blood", "hba1c", "cbc", "urine", "blutbild"],
            &["laborbefund", "laboratory", "hematolog", "haematolog"],
        ),
        (
            Category::Medication,
            &["medication", "medications", "prescription", "prescriptions", "drugs", "rezept"],
            &["medikament", "medikation"],
        ),
        (
            Category::Devices,
            &["cgm", "dexcom", "wearable", "steps", "fitbit", "garmin", "healthkit", "smartwatch"],
            &["glucosemonitor"],
        ),
    ];
    let lower = words.to_lowercase();
    let tokens: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).collect();
    WORDS
        .iter()
        .find(|(_, exact, starts)| {
            tokens.iter().any(|token| exact.contains(token) || starts.iter().any(|start| token.starts_with(start)))
        })
        .map(|(category, _, _)| *category)
}

/// The category that most of the votes name, if it is more than half of them.
pub(crate) fn majority(votes: impl Iterator<Item = Option<Category>>) -> Option<Category> {
    let mut total = 0_usize;
    let mut counts = std::collections::BTreeMap::new();
    for vote in votes {
        total += 1;
        if let Some(category) = vote {
            *counts.entry(category).or_insert(0_usize) += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| count * 2 > total)
        .map(|(category, _)| category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_words() {
        assert_eq!(of_words("ECG 12-lead 2026.png"), Some(Category::Heart));
        assert_eq!(of_words("Laborbefund_Mai.pdf"), Some(Category::Laboratory));
        assert_eq!(of_words("collaboration label.pdf"), None, "lab inside a word is not a laboratory");
    }

    #[test]
    fn a_mixed_record_has_no_majority() {
        let votes = [Some(Category::Heart), Some(Category::Laboratory), None, None];
        assert_eq!(majority(votes.into_iter()), None);
    }
}

//! What a clinical page teaches its row.

use carekey_clinical::FhirView;

use super::content::Shown;
use super::results::{self, Series};
use crate::types::{Page, RecordContent};

pub(super) fn show(view: &FhirView, series: &mut Series) -> Shown {
    let category = category(view);
    self::page(view.page(), Some(category), series)
}

/// Any page, with the history of its values.
pub(super) fn page(mut page: Page, category: Option<&str>, series: &mut Series) -> Shown {
    results::fill(&mut page, series);
    let out_of_range = results::out_of_range(&page);
    Shown { content: RecordContent::Clinical(page), category: category.map(str::to_owned), out_of_range }
}

fn category(view: &FhirView) -> &'static str {
    let laboratory = view.results.iter().filter(|row| row.category.as_deref() == Some("laboratory")).count();
    if laboratory * 2 > view.results.len() {
        "Laboratory report"
    } else if !view.results.is_empty() && view.problems.is_empty() && view.medication.is_empty() {
        "Measurements"
    } else if !view.medication.is_empty() && view.problems.is_empty() {
        "Medication"
    } else if !view.vaccinations.is_empty() && view.problems.is_empty() {
        "Vaccinations"
    } else {
        "Health record"
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::show;
    use super::*;
    use crate::types::{ClinicalNotice, ResultFlag, ResultItem, SectionKind};

    fn results(content: &RecordContent) -> &[ResultItem] {
        let RecordContent::Clinical(page) = content else { panic!("sections: {content:?}") };
        &page.sections.iter().find(|section| section.kind == SectionKind::Results).expect("results").results
    }

    fn potassium(date: &str, value: &str) -> String {
        format!(
            r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"code":"laboratory"}}]}}],
            "code":{{"text":"Potassium","coding":[{{"system":"http://loinc.org","code":"2823-3"}}]}},
            "effectiveDateTime":"{date}","valueQuantity":{{"value":{value},"unit":"mmol/L"}},
            "referenceRange":[{{"low":{{"value":3.50}},"high":{{"value":5.1}}}}]}}"#
        )
    }

    #[test]
    fn a_value_keeps_its_digits_and_knows_its_earlier_ones() {
        let mut series = Series::default();
        show(potassium("2025-01-10", "4.2").as_bytes(), "a.json", &mut series);
        let shown = show(potassium("2026-05-12", "5.60").as_bytes(), "b.json", &mut series);
        assert_eq!(shown.out_of_range, Some(1));
        assert_eq!(shown.category.as_deref(), Some("Laboratory report"));
        let [item] = results(&shown.content) else { panic!("one result") };
        assert_eq!((item.value_text.as_str(), item.low_text.as_deref()), ("5.60", Some("3.50")));
        assert_eq!(item.flag, ResultFlag::High);
        assert_eq!(item.code.as_deref(), Some("LOINC 2823-3"));
        let values: Vec<f64> = item.history.iter().map(|point| point.value).collect();
        assert_eq!(values, [4.2, 5.6], "oldest first, this one included");
    }

    #[test]
    fn a_withdrawn_value_is_shown_as_such_and_never_charted() {
        let wrong = potassium("2026-05-12", "9.9").replace("final", "entered-in-error");
        let mut series = Series::default();
        let shown = show(wrong.as_bytes(), "a.json", &mut series);
        let [item] = results(&shown.content) else { panic!("one result") };
        assert!(item.retracted && item.history.is_empty(), "{item:?}");
        let RecordContent::Clinical(page) = &shown.content else { panic!("sections") };
        assert_eq!(page.notices, [ClinicalNotice::RetractedEntries]);
        assert_eq!(shown.out_of_range, Some(0));
    }
}

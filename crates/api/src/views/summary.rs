//! A summary as sections, with the document behind each entry.

use carekey_clinical::summary::{Entry, Summary};
use carekey_clinical::{FhirView, ResultRow};

use super::fhir;
use super::results::{self, Series};
use crate::types::{ClinicalItem, ClinicalSection, ResultItem, SectionKind, SummarySection};

pub(crate) fn sections(summary: &Summary) -> Vec<SummarySection> {
    let problems = |view: FhirView| fhir::problems(&view);
    let medication = |view: FhirView| fhir::medication(&view);
    let filled = [
        items(SectionKind::Problems, false, &summary.problems, |all| FhirView { problems: all, ..empty() }, problems),
        items(
            SectionKind::Medication,
            false,
            &summary.medication,
            |all| FhirView { medication: all, ..empty() },
            medication,
        ),
        items(
            SectionKind::Allergies,
            false,
            &summary.allergies,
            |all| FhirView { allergies: all, ..empty() },
            |view| fhir::allergies(&view),
        ),
        items(
            SectionKind::Immunizations,
            false,
            &summary.vaccinations,
            |all| FhirView { vaccinations: all, ..empty() },
            |view| fhir::vaccinations(&view),
        ),
        values(SectionKind::Results, &summary.results),
        values(SectionKind::Vitals, &summary.vitals),
        items(
            SectionKind::Procedures,
            false,
            &summary.procedures,
            |all| FhirView { procedures: all, ..empty() },
            |view| fhir::procedures(&view),
        ),
        items(
            SectionKind::Problems,
            true,
            &summary.past_problems,
            |all| FhirView { problems: all, ..empty() },
            problems,
        ),
        items(
            SectionKind::Medication,
            true,
            &summary.past_medication,
            |all| FhirView { medication: all, ..empty() },
            medication,
        ),
    ];
    filled.into_iter().flatten().collect()
}

fn empty() -> FhirView {
    FhirView::default()
}

/// Shown as a document that had exactly these entries would be.
fn items<T: Clone>(
    kind: SectionKind,
    past: bool,
    entries: &[Entry<T>],
    view: impl Fn(Vec<T>) -> FhirView,
    show: impl Fn(FhirView) -> Vec<ClinicalItem>,
) -> Option<SummarySection> {
    let items = show(view(entries.iter().map(|entry| entry.item.clone()).collect()));
    let sources = entries.iter().map(|entry| entry.source as u32).collect();
    let section = ClinicalSection { kind, items, results: Vec::new() };
    (!entries.is_empty()).then_some(SummarySection { past, section, sources })
}

/// A result of several parts is several lines, all from the same document.
fn values(kind: SectionKind, entries: &[Entry<ResultRow>]) -> Option<SummarySection> {
    let mut series = Series::default();
    let (mut results, mut sources): (Vec<ResultItem>, Vec<u32>) = (Vec::new(), Vec::new());
    for entry in entries {
        let lines = results::show(std::iter::once(&entry.item), &mut series);
        sources.extend(std::iter::repeat_n(entry.source as u32, lines.len()));
        results.extend(lines);
    }
    let section = ClinicalSection { kind, items: Vec::new(), results };
    (!entries.is_empty()).then_some(SummarySection { past: false, section, sources })
}

//! A summary as sections, with the document behind each entry.

use carekey_clinical::ResultRow;
use carekey_clinical::summary::{Entry, Summary};

use super::results::{self, Series};
use crate::types::{ClinicalItem, ClinicalSection, Page, ResultItem, SectionKind, SummarySection};

pub(crate) fn sections(summary: &Summary) -> Vec<SummarySection> {
    let filled = [
        items(SectionKind::Problems, false, &summary.problems),
        items(SectionKind::Medication, false, &summary.medication),
        items(SectionKind::Allergies, false, &summary.allergies),
        items(SectionKind::Immunizations, false, &summary.vaccinations),
        values(SectionKind::Results, &summary.results),
        values(SectionKind::Vitals, &summary.vitals),
        items(SectionKind::Procedures, false, &summary.procedures),
        items(SectionKind::Problems, true, &summary.past_problems),
        items(SectionKind::Medication, true, &summary.past_medication),
    ];
    filled.into_iter().flatten().collect()
}

/// Shown as in the document.
fn items<T>(kind: SectionKind, past: bool, entries: &[Entry<T>]) -> Option<SummarySection>
where
    for<'a> &'a T: Into<ClinicalItem>,
{
    let items = entries.iter().map(|entry| (&entry.item).into()).collect();
    let sources = entries.iter().map(|entry| entry.source as u32).collect();
    let section = ClinicalSection { items, ..ClinicalSection::new(kind) };
    (!entries.is_empty()).then_some(SummarySection { past, section, sources })
}

/// A result of several parts is several lines, all from the same document.
fn values(kind: SectionKind, entries: &[Entry<ResultRow>]) -> Option<SummarySection> {
    let (mut results, mut sources): (Vec<ResultItem>, Vec<u32>) = (Vec::new(), Vec::new());
    for entry in entries {
        let lines = entry.item.page_items();
        sources.extend(std::iter::repeat_n(entry.source as u32, lines.len()));
        results.extend(lines);
    }
    let mut page =
        Page { sections: vec![ClinicalSection { results, ..ClinicalSection::new(kind) }], ..Page::default() };
    results::fill(&mut page, &mut Series::default());
    let section = page.sections.pop().filter(|_| !entries.is_empty())?;
    Some(SummarySection { past: false, section, sources })
}

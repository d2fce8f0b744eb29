//! The summary on paper.

use carekey_clinical::summary::Source;
use carekey_paper::{Block, Column, PaperError, Sheet};

use super::Made;
use super::words::{self, Words};
use crate::types::{ClinicalItem, Language, ResultFlag, ResultItem, SectionKind, SummarySection};
use crate::views::summary::sections;

pub(super) fn pdf(made: &Made, words: &Words, language: Language) -> Result<Vec<u8>, PaperError> {
    carekey_paper::pdf(&sheet(made, words, language))
}

fn sheet(made: &Made, words: &Words, language: Language) -> Sheet {
    let printer = Printer { words, language, sources: &made.summary.sources };
    let born = made.summary.patient.as_ref().and_then(|patient| patient.birth_date.as_deref());
    let born = born.map(|born| format!(", {} {}", words.born, words::date(born, language)));
    let instant = words::instant(made.at);
    let documents = words.from_documents.replace("{n}", &made.summary.sources.len().to_string());
    let mut blocks: Vec<Block> = sections(&made.summary).iter().flat_map(|section| printer.section(section)).collect();
    if !made.unread.is_empty() {
        blocks.push(Block::Remark(format!("{} {}", words.unread, made.unread.join(", "))));
    }
    blocks.push(Block::Remark(words.caution.to_owned()));
    let number = |range: std::ops::Range<usize>| instant.get(range).and_then(|digits| digits.parse::<u16>().ok());
    Sheet {
        language: words.tag.to_owned(),
        title: words.title.to_owned(),
        lead: vec![
            format!("{}{}", made.name, born.unwrap_or_default()),
            format!("{} {}, {documents}", words.made, words::date(&instant, language)),
        ],
        blocks,
        foot: words.foot.replace("{name}", &made.name),
        page_of: words.page_of.to_owned(),
        made: (number(0..4).unwrap_or(1970), number(5..7).unwrap_or(1) as u8, number(8..10).unwrap_or(1) as u8),
    }
}

struct Printer<'a> {
    words: &'a Words,
    language: Language,
    sources: &'a [Source],
}

impl Printer<'_> {
    fn section(&self, of: &SummarySection) -> [Block; 2] {
        let table = if of.section.results.is_empty() { self.items(of) } else { self.results(of) };
        [Block::Heading(self.heading(of.section.kind, of.past).to_owned()), table]
    }

    fn heading(&self, kind: SectionKind, past: bool) -> &'static str {
        let [problems, medication, allergies, vaccinations, results, vitals, procedures, past_problems] =
            self.words.headings;
        match (kind, past) {
            (SectionKind::Problems, false) => problems,
            (SectionKind::Problems, true) => past_problems,
            (SectionKind::Medication, false) => medication,
            (SectionKind::Medication, true) => self.words.past_medication,
            (SectionKind::Allergies, _) => allergies,
            (SectionKind::Immunizations, _) => vaccinations,
            (SectionKind::Results, _) => results,
            (SectionKind::Vitals, _) => vitals,
            _ => procedures,
        }
    }

    fn items(&self, of: &SummarySection) -> Block {
        let when = match of.section.kind {
            SectionKind::Immunizations | SectionKind::Procedures => self.words.date,
            _ => self.words.since,
        };
        let columns = vec![
            Column::text(self.words.what, 3.0),
            Column::text(self.words.details, 4.0),
            Column::text(when, 1.7),
            Column::text(self.words.by, 2.0),
        ];
        let row = |(item, source): (&ClinicalItem, &u32)| {
            let date = item.start.as_deref().map(|start| words::date(start, self.language));
            let title = if item.alert { format!("! {}", item.title) } else { item.title.clone() };
            vec![title, item.detail.clone().unwrap_or_default(), date.unwrap_or_default(), self.author(*source)]
        };
        Block::Table { columns, rows: of.section.items.iter().zip(&of.sources).map(row).collect() }
    }

    fn results(&self, of: &SummarySection) -> Block {
        let columns = vec![
            Column::text(self.words.what, 3.2),
            Column::number(self.words.value, 2.2),
            Column::text(self.words.range, 1.8),
            Column::text(self.words.date, 1.7),
            Column::text(self.words.by, 2.0),
        ];
        let row = |(item, source): (&ResultItem, &u32)| {
            let date = item.at.as_deref().map(|at| words::date(at, self.language));
            vec![item.name.clone(), self.value(item), range(item), date.unwrap_or_default(), self.author(*source)]
        };
        Block::Table { columns, rows: of.section.results.iter().zip(&of.sources).map(row).collect() }
    }

    fn value(&self, item: &ResultItem) -> String {
        let flag = match item.flag {
            ResultFlag::Low | ResultFlag::CriticalLow => self.words.below,
            ResultFlag::High | ResultFlag::CriticalHigh => self.words.above,
            ResultFlag::Abnormal => self.words.outside,
            ResultFlag::Normal | ResultFlag::Unknown => "",
        };
        let value = format!("{} {}", item.value_text, item.unit.as_deref().unwrap_or_default());
        match flag {
            "" => value.trim().to_owned(),
            flag => format!("{} ({flag})", value.trim()),
        }
    }

    fn author(&self, source: u32) -> String {
        self.sources.get(source as usize).map(|source| source.author.clone()).unwrap_or_default()
    }
}

fn range(item: &ResultItem) -> String {
    match (&item.low_text, &item.high_text, &item.range_text) {
        (Some(low), Some(high), _) => format!("{low} – {high}"),
        (Some(low), None, _) => format!("≥ {low}"),
        (None, Some(high), _) => format!("≤ {high}"),
        (None, None, text) => text.clone().unwrap_or_default(),
    }
}

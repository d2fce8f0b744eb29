//! Which entries of different documents are the same.

use std::collections::BTreeMap;

use super::Entry;
use crate::dates::DocumentDate;
use crate::fhir::{Allergy, Concept, Medication, Problem, Procedure, ResultRow, Vaccination};

/// An entry that can be recognised in another document.
pub(super) trait Recognisable: Clone {
    /// The same for entries that are the same; `None` leaves the entry out.
    fn identity(&self) -> Option<String>;
    /// When it was true, if that decides instead of the document's date.
    fn own_date(&self) -> Option<&str> {
        None
    }
}

/// Entries of one kind, by identity.
#[derive(Debug)]
pub(super) struct Merged<T> {
    of: BTreeMap<String, Group<T>>,
    next: usize,
}

#[derive(Debug)]
struct Group<T> {
    date: i64,
    source: usize,
    mentions: usize,
    last_mention: Option<usize>,
    place: usize,
    items: Vec<T>,
}

impl<T> Default for Merged<T> {
    fn default() -> Self {
        Self { of: BTreeMap::new(), next: 0 }
    }
}

impl<T: Recognisable> Merged<T> {
    /// Takes in a document's entries. A document that has an identity several times keeps all of them.
    pub(super) fn take_in<'a>(&mut self, items: impl IntoIterator<Item = &'a T>, source: usize, date: i64)
    where
        T: 'a,
    {
        for item in items {
            let Some(identity) = item.identity() else { continue };
            let own = item.own_date().and_then(DocumentDate::from_iso).map(|date| date.unix_ms);
            let decides_itself = own.is_some();
            let date = own.unwrap_or(date);
            self.next += 1;
            let place = self.next;
            let group = self.of.entry(identity).or_insert(Group { date, source, place, ..Group::default() });
            if group.last_mention.replace(source) != Some(source) {
                group.mentions += 1;
            }
            if group.source == source && !decides_itself {
                group.items.push(item.clone());
            } else if group.items.is_empty() || date > group.date {
                *group = Group { date, source, items: vec![item.clone()], ..std::mem::take(group) };
            }
        }
    }

    /// In the order in which they were met.
    pub(super) fn finish(self) -> Vec<Entry<T>> {
        let mut groups: Vec<Group<T>> = self.of.into_values().collect();
        groups.sort_by_key(|group| group.place);
        groups
            .into_iter()
            .flat_map(|Group { source, mentions, items, .. }| {
                items.into_iter().map(move |item| Entry { item, source, mentions })
            })
            .collect()
    }
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Self { date: 0, source: 0, mentions: 0, last_mention: None, place: 0, items: Vec::new() }
    }
}

/// The first code that has a system, or the words without their case and spacing.
fn concept(concept: &Concept) -> String {
    let coded =
        concept.codes.iter().find_map(|code| Some(format!("{}|{}", code.system.as_ref()?, code.code.as_ref()?)));
    coded.unwrap_or_else(|| concept.text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn told(retracted: bool, about: &Option<String>, identity: String) -> Option<String> {
    (!retracted && about.is_none() && !identity.is_empty()).then_some(identity)
}

/// The day of a date, as far as it is known.
fn day(date: &Option<String>) -> &str {
    let date = date.as_deref().unwrap_or_default();
    date.get(..10).unwrap_or(date)
}

impl Recognisable for Problem {
    fn identity(&self) -> Option<String> {
        told(self.retracted, &self.about, concept(&self.name))
    }
}

impl Recognisable for Medication {
    fn identity(&self) -> Option<String> {
        told(self.retracted, &self.about, concept(&self.name))
    }
}

impl Recognisable for Allergy {
    fn identity(&self) -> Option<String> {
        told(self.retracted, &self.about, concept(&self.name))
    }
}

impl Recognisable for Vaccination {
    fn identity(&self) -> Option<String> {
        told(self.retracted, &self.about, format!("{} {}", concept(&self.name), day(&self.date)))
    }
}

impl Recognisable for Procedure {
    fn identity(&self) -> Option<String> {
        told(self.retracted, &self.about, format!("{} {}", concept(&self.name), day(&self.from)))
    }
}

impl Recognisable for ResultRow {
    fn identity(&self) -> Option<String> {
        let has_value = self.value.is_some() || self.components.iter().any(|part| part.value.is_some());
        let code = self.loinc.clone().unwrap_or_else(|| concept(&self.name));
        let unit = self.value.as_ref().and_then(|value| value.unit_code.as_ref().or(value.unit.as_ref()));
        let identity = told(self.retracted, &self.about, format!("{code} {}", unit.map_or("", String::as_str)));
        identity.filter(|_| has_value)
    }

    fn own_date(&self) -> Option<&str> {
        self.date.as_deref()
    }
}

//! Coded entries of C-CDA sections. What is not understood stays in the narrative, which is always shown.

use super::reading::{Names, code, date, has_template, is_negated, loinc, name, quantity, span};
use crate::dosage::Instruction;
use crate::fhir::joined;
use crate::limits::ITEMS_MAX;
use crate::page::{ClinicalItem, ClinicalSection, ResultItem, SectionKind, facts};
use crate::results::{Plain, plain_item};
use crate::xml::Element;

const ALLERGY: &str = "2.16.840.1.113883.10.20.22.4.7";
const PROBLEM: &str = "2.16.840.1.113883.10.20.22.4.4";
const SEVERITY: &str = "2.16.840.1.113883.10.20.22.4.8";
const CRITICALITY: &str = "2.16.840.1.113883.10.20.22.4.145";
const VACCINATION: &str = "2.16.840.1.113883.10.20.22.4.52";

/// Adds what one entry says to its section.
pub(super) fn push(entry: &Element, kind: SectionKind, names: &Names, section: &mut ClinicalSection) {
    if section.items.len() + section.results.len() > ITEMS_MAX {
        return;
    }
    let of = Of { names };
    match (entry.name.as_str(), kind) {
        ("act" | "observation", SectionKind::Allergies) => {
            section.items.extend(observations(entry, ALLERGY).into_iter().filter_map(|one| of.allergy(one, entry)));
        }
        ("act" | "observation", SectionKind::Problems | SectionKind::Encounters)
            if !observations(entry, PROBLEM).is_empty() =>
        {
            section.items.extend(observations(entry, PROBLEM).into_iter().filter_map(|one| of.problem(one, entry)));
        }
        ("substanceAdministration", _) if has_template(entry, VACCINATION) || kind == SectionKind::Immunizations => {
            section.items.extend(of.vaccination(entry));
        }
        ("substanceAdministration", _) => section.items.extend(of.medicine(entry)),
        ("organizer", SectionKind::FamilyHistory) => section.items.extend(of.relative(entry)),
        ("organizer", _) => {
            let panel = entry.child("code").and_then(|code| names.concept(code));
            let time = entry.child("effectiveTime").and_then(|time| span(time).0);
            let parts: Vec<&Element> = entry.all("component").filter_map(|one| one.child("observation")).collect();
            let several = parts.len() > 1;
            for part in parts {
                let panel = panel.clone().filter(|_| several && kind != SectionKind::Vitals);
                section.results.extend(of.value(part, time.clone(), panel));
            }
        }
        ("observation", SectionKind::Results | SectionKind::Vitals | SectionKind::SocialHistory) => {
            section.results.extend(of.value(entry, None, None));
        }
        ("procedure" | "encounter" | "supply", _) | ("act" | "observation", SectionKind::Procedures) => {
            section.items.extend(of.done(entry));
        }
        _ => {}
    }
}

/// The entry itself or those inside it with this template.
fn observations<'e>(entry: &'e Element, template: &str) -> Vec<&'e Element> {
    entry.descendants().filter(|one| one.name == "observation" && has_template(one, template)).collect()
}

/// Whether the concern is still looked after. Without an act around it there is only the observation, which is always
/// `completed`: made, not over.
fn concern_status(entry: &Element) -> Option<String> {
    (entry.name == "act").then(|| entry.child("statusCode")?.attribute("code").map(str::to_owned)).flatten()
}

struct Of<'n> {
    names: &'n Names,
}

impl Of<'_> {
    fn concept(&self, holder: &Element, child: &str) -> Option<String> {
        let code = holder.child(child)?;
        self.names.concept(code)
    }

    /// Value of the first observation inside with this template or code.
    fn inner(&self, holder: &Element, is: impl Fn(&Element) -> bool) -> Option<String> {
        let inner = holder.all("entryRelationship").filter_map(|one| one.child("observation")).find(|one| is(one))?;
        self.concept(inner, "value")
    }

    fn note(&self, holder: &Element) -> Option<String> {
        let comments = holder.all("entryRelationship").filter_map(|one| one.child("act"));
        let comments =
            comments.filter(|act| act.child("code").and_then(|code| code.attribute("code")) == Some("48767-8"));
        joined(comments.filter_map(|act| self.names.words(act.child("text")?)))
    }

    fn problem(&self, one: &Element, concern: &Element) -> Option<ClinicalItem> {
        let value = one.child("value")?;
        let words = || one.child("text").and_then(|text| self.names.words(text));
        let (start, end) = one.child("effectiveTime").map(span).unwrap_or_default();
        let status =
            self.inner(one, |inner| inner.child("code").and_then(|code| code.attribute("code")) == Some("33999-4"));
        Some(ClinicalItem {
            title: self.names.concept(value).or_else(words)?,
            detail: self.note(one),
            facts: facts([("severity", self.inner(one, |inner| has_template(inner, SEVERITY)))]),
            status: status.or_else(|| concern_status(concern)),
            start,
            end,
            code: code(value),
            negated: is_negated(one),
            ..ClinicalItem::default()
        })
    }

    fn allergy(&self, one: &Element, concern: &Element) -> Option<ClinicalItem> {
        let entity = one.path(&["participant", "participantRole", "playingEntity"]);
        let substance = entity.and_then(|entity| self.concept(entity, "code").or_else(|| name(entity)));
        let reactions = one.all("entryRelationship").filter(|relation| relation.attribute("typeCode") == Some("MFST"));
        let reactions = reactions.filter_map(|relation| relation.child("observation")).filter_map(|reaction| {
            let text = || reaction.child("text").and_then(|text| self.names.words(text));
            let what = self.concept(reaction, "value").or_else(text)?;
            Some(match self.inner(reaction, |inner| has_template(inner, SEVERITY)) {
                Some(severity) => format!("{what} ({severity})"),
                None => what,
            })
        });
        let severity = self.inner(one, |inner| has_template(inner, SEVERITY));
        let criticality = self.inner(one, |inner| has_template(inner, CRITICALITY));
        let grave = |words: &Option<String>| {
            words.as_ref().is_some_and(|words| {
                ["severe", "fatal", "high"].iter().any(|grave| words.to_lowercase().contains(grave))
            })
        };
        Some(ClinicalItem {
            title: substance.or_else(|| self.concept(one, "value"))?,
            detail: self.note(one),
            alert: (grave(&severity) || grave(&criticality)) && !is_negated(one),
            facts: facts([("reactions", joined(reactions)), ("severity", severity), ("criticality", criticality)]),
            status: concern_status(concern),
            start: one.child("effectiveTime").and_then(|time| span(time).0),
            code: entity.and_then(|entity| entity.child("code")).and_then(code),
            negated: is_negated(one),
            ..ClinicalItem::default()
        })
    }

    fn product<'e>(&self, entry: &'e Element) -> Option<(String, Option<&'e Element>)> {
        let material = entry.path(&["consumable", "manufacturedProduct", "manufacturedMaterial"])?;
        let title = self.concept(material, "code").or_else(|| name(material));
        let title = title.or_else(|| entry.child("text").and_then(|text| self.names.words(text)))?;
        Some((title, material.child("code")))
    }

    fn medicine(&self, entry: &Element) -> Option<ClinicalItem> {
        let (title, coded) = self.product(entry)?;
        let course =
            entry.all("effectiveTime").find(|time| time.child("low").is_some() || time.child("high").is_some());
        let (start, end) = course.or_else(|| entry.child("effectiveTime")).map(span).unwrap_or_default();
        let reasons = entry.all("entryRelationship").filter(|one| one.attribute("typeCode") == Some("RSON"));
        let reasons = reasons.filter_map(|one| one.child("observation")).filter_map(|one| self.concept(one, "value"));
        Some(ClinicalItem {
            title,
            dosages: self.instruction(entry).words().into_iter().collect(),
            facts: facts([
                ("reason", joined(reasons)),
                ("intent", (entry.attribute("moodCode") == Some("INT")).then(|| "plan".to_owned())),
            ]),
            detail: self.note(entry),
            status: entry.child("statusCode").and_then(|code| code.attribute("code")).map(str::to_owned),
            start,
            end,
            code: coded.and_then(code),
            negated: is_negated(entry),
            alert: is_negated(entry),
            ..ClinicalItem::default()
        })
    }

    fn instruction(&self, entry: &Element) -> Instruction {
        let times = || entry.all("effectiveTime").chain(entry.all("effectiveTime").flat_map(|time| time.all("comp")));
        let period = times().find_map(|time| {
            let period = time.child("period")?;
            let value = period.attribute("value").or_else(|| period.child("low")?.attribute("value"))?;
            let unit = period.attribute("unit").or_else(|| period.child("low")?.attribute("unit"))?;
            Some((value.to_owned(), None, unit.to_owned()))
        });
        let events = times().filter_map(|time| time.child("event")).filter_map(|event| event.attribute("code"));
        let dose = entry
            .child("doseQuantity")
            .and_then(|dose| quantity(dose).or_else(|| dose.child("low").and_then(quantity)));
        let needed = entry.path(&["precondition", "criterion"]);
        Instruction {
            dose,
            rate: entry.child("rateQuantity").and_then(quantity),
            every: period,
            events: events.map(str::to_owned).collect(),
            as_needed: entry.child("precondition").is_some(),
            needed_for: needed.and_then(|criterion| self.concept(criterion, "value")),
            route: self.concept(entry, "routeCode").map(|route| route.replace(" Route of Administration", "")),
            site: self.concept(entry, "approachSiteCode"),
            ..Instruction::default()
        }
    }

    fn vaccination(&self, entry: &Element) -> Option<ClinicalItem> {
        let (title, coded) = self.product(entry)?;
        let made = entry.path(&["consumable", "manufacturedProduct"]);
        let lot = made.and_then(|made| made.path(&["manufacturedMaterial", "lotNumberText"])).and_then(Element::words);
        let refused = entry.all("entryRelationship").filter_map(|one| one.child("observation"));
        let reason =
            refused.filter(|one| one.attribute("classCode") == Some("OBS")).find_map(|one| self.concept(one, "code"));
        Some(ClinicalItem {
            title,
            facts: facts([
                ("dose", entry.child("repeatNumber").and_then(|dose| dose.attribute("value")).map(str::to_owned)),
                ("amount", entry.child("doseQuantity").and_then(quantity)),
                ("lot", lot),
                ("manufacturer", made.and_then(|made| made.child("manufacturerOrganization")).and_then(name)),
                ("reason", reason.filter(|_| is_negated(entry))),
            ]),
            start: entry.child("effectiveTime").and_then(|time| span(time).0),
            code: coded.and_then(code),
            negated: is_negated(entry),
            ..ClinicalItem::default()
        })
    }

    fn relative(&self, entry: &Element) -> Option<ClinicalItem> {
        let subject = entry.path(&["subject", "relatedSubject"])?;
        let found = entry.all("component").filter_map(|one| one.child("observation")).filter_map(|one| {
            let what = self.concept(one, "value")?;
            let age = self.inner_age(one);
            Some(age.map_or_else(|| what.clone(), |age| format!("{what} ({age})")))
        });
        let person = subject.child("subject");
        Some(ClinicalItem {
            title: self.concept(subject, "code").unwrap_or_else(|| "Relative".to_owned()),
            facts: facts([
                ("problem", joined(found)),
                ("born", person.and_then(|person| person.child("birthTime")).and_then(date)),
                ("died", person.and_then(|person| person.child("deceasedTime")).and_then(date)),
            ]),
            ..ClinicalItem::default()
        })
    }

    fn inner_age(&self, one: &Element) -> Option<String> {
        let ages = one.all("entryRelationship").filter_map(|one| one.child("observation"));
        let age = ages.filter(|one| one.child("code").and_then(|code| code.attribute("code")) == Some("445518008"));
        age.filter_map(|one| one.child("value")).find_map(quantity)
    }

    /// Something that was done or is planned.
    fn done(&self, entry: &Element) -> Option<ClinicalItem> {
        let device = entry.path(&["participant", "participantRole", "playingDevice"]);
        let device = device.and_then(|device| self.concept(device, "code"));
        let words = || entry.child("text").and_then(|text| self.names.words(text));
        let title = self.concept(entry, "code").or(device.clone()).or_else(words)?;
        let (start, end) = entry.child("effectiveTime").map(span).unwrap_or_default();
        let performer =
            entry.all("performer").filter_map(|one| one.path(&["assignedEntity", "assignedPerson"])).find_map(name);
        let place =
            entry.all("participant").filter_map(|one| one.path(&["participantRole", "playingEntity"])).find_map(name);
        Some(ClinicalItem {
            facts: facts([
                ("bodySite", self.concept(entry, "targetSiteCode")),
                ("device", device.filter(|device| *device != title)),
                ("performer", performer),
                ("place", place),
                (
                    "intent",
                    matches!(entry.attribute("moodCode"), Some("INT" | "RQO" | "PRMS" | "APT"))
                        .then(|| "plan".to_owned()),
                ),
            ]),
            title,
            detail: self.note(entry),
            status: entry.child("statusCode").and_then(|code| code.attribute("code")).map(str::to_owned),
            start,
            end,
            code: entry.child("code").and_then(code),
            negated: is_negated(entry),
            ..ClinicalItem::default()
        })
    }

    /// An observation with a value and perhaps a range.
    fn value(&self, one: &Element, time: Option<String>, panel: Option<String>) -> Option<ResultItem> {
        let coded = one.child("code")?;
        let value = one.child("value");
        let text = value.and_then(|value| {
            let number = value.attribute("value").map(str::to_owned);
            let ends = || {
                let end = |key: &str| value.child(key).and_then(quantity);
                match (end("low"), end("high")) {
                    (Some(low), Some(high)) => Some(format!("{low} – {high}")),
                    (Some(low), None) => Some(format!("≥{low}")),
                    (None, high) => high.map(|high| format!("≤{high}")),
                }
            };
            number.or_else(ends).or_else(|| self.names.concept(value)).or_else(|| self.names.words(value))
        });
        let range = one.path(&["referenceRange", "observationRange"]);
        let bounds = range.and_then(|range| range.child("value"));
        let bound = |key: &str| {
            bounds.and_then(|bounds| bounds.child(key)).and_then(|end| end.attribute("value")).map(str::to_owned)
        };
        let mut item = plain_item(&Plain {
            name: self.names.concept(coded)?,
            loinc: loinc(coded),
            text: text.unwrap_or_default(),
            unit: value.and_then(|value| value.attribute("unit")).filter(|unit| *unit != "1").map(str::to_owned),
            low: bound("low"),
            high: bound("high"),
            range_text: range.and_then(|range| range.child("text")).and_then(|text| self.names.words(text)),
            stated: one
                .all("interpretationCode")
                .filter_map(|code| code.attribute("code"))
                .map(str::to_owned)
                .collect(),
        });
        item.missing = value
            .and_then(|value| value.attribute("nullFlavor"))
            .map(|_| "unknown".to_owned())
            .filter(|_| item.value_text.is_empty());
        item.at = one.child("effectiveTime").and_then(|own| span(own).0).or(time);
        item.panel = panel;
        item.note = self.note(one);
        if is_negated(one) {
            item.missing = Some("not-performed".to_owned());
        }
        (!item.value_text.is_empty() || item.missing.is_some()).then_some(item)
    }
}

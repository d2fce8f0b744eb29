//! Questions, answers and consents.

use serde_json::Value;

use super::super::json::{concept, concept_of, concepts, joined, list, owned, period, scalar, text};
use super::any::said;
use super::care::grid;
use super::{Of, fact};
use crate::limits::FACTS_MAX;
use crate::page::{ClinicalItem, Fact, facts};

/// A form without answers.
pub(super) fn questions(of: &Of<'_, '_>) -> ClinicalItem {
    let mut rows = Vec::new();
    ask(of.resource, "", &mut rows);
    ClinicalItem {
        grid: grid(&["question", "choices"], rows),
        facts: facts([
            ("description", of.text("description")),
            ("purpose", of.text("purpose")),
            ("publisher", of.text("publisher")),
        ]),
        ..of.item("Questionnaire")
    }
}

fn ask(parent: &Value, before: &str, rows: &mut Vec<Vec<String>>) {
    for item in list(parent, "item") {
        if rows.len() >= FACTS_MAX {
            return;
        }
        let number = owned(item, "prefix").map(|prefix| format!("{prefix} ")).unwrap_or_default();
        let question = owned(item, "text").or_else(|| owned(item, "linkId")).unwrap_or_default();
        let options = list(item, "answerOption").iter().filter_map(answer);
        rows.push(vec![format!("{before}{number}{question}"), joined(options).unwrap_or_default()]);
        ask(item, before, rows);
    }
}

/// A filled form: each question with its answers.
pub(super) fn answers(of: &Of<'_, '_>) -> ClinicalItem {
    let mut facts = Vec::new();
    fact(&mut facts, "author", of.labels("author").or_else(|| of.labels("source")));
    answered(of, of.resource, &mut facts);
    let item = of.item("Questionnaire");
    let form = of.resource.get("questionnaire").and_then(|form| of.index.label(form, of.container));
    ClinicalItem { title: form.unwrap_or(item.title), facts, ..item }
}

fn answered(of: &Of<'_, '_>, parent: &Value, facts: &mut Vec<Fact>) {
    for item in list(parent, "item").iter().chain(list(parent, "group")).chain(list(parent, "question")) {
        if facts.len() >= FACTS_MAX {
            return;
        }
        let question = owned(item, "text").or_else(|| owned(item, "linkId")).unwrap_or_else(|| "question".to_owned());
        let given = list(item, "answer")
            .iter()
            .filter_map(|one| answer(one).or_else(|| value(one).and_then(|value| said(of, value))));
        match joined(given) {
            Some(given) => facts.push(Fact { label: question, value: given }),
            // A heading over questions, or one that was left out.
            None if list(item, "item").is_empty() => facts.push(Fact { label: question, value: "—".to_owned() }),
            None => {}
        }
        answered(of, item, facts);
        list(item, "answer").iter().for_each(|one| answered(of, one, facts));
    }
}

/// The first `value[x]`.
fn value(of: &Value) -> Option<&Value> {
    of.as_object()?.iter().find(|(key, _)| key.starts_with("value")).map(|(_, value)| value)
}

fn answer(of: &Value) -> Option<String> {
    let value = value(of)?;
    concept(value)
        .map(|concept| concept.text)
        .or_else(|| scalar(value))
        .or_else(|| super::super::json::quantity_text(value))
}

pub(super) fn consent(of: &Of<'_, '_>) -> ClinicalItem {
    let mut facts = facts([
        ("category", of.concepts("category")),
        ("givenBy", of.labels("performer").or_else(|| of.labels("consentingParty"))),
        ("organisation", of.labels("organization")),
        ("rule", of.concepts("policyRule")),
    ]);
    let provisions = list(of.resource, "provision").iter().chain(list(of.resource, "except"));
    for provision in provisions {
        provided(of, provision, &mut facts);
    }
    for verification in list(of.resource, "verification") {
        fact(&mut facts, "verified", owned(verification, "verificationDate"));
    }
    let source = of.resource.get("sourceAttachment").or_else(|| of.resource.get("source"));
    let item = of.item("Consent");
    ClinicalItem {
        title: of.concepts("scope").unwrap_or(item.title),
        start: of.text("dateTime").or(item.start),
        parts: source
            .filter(|source| source.get("contentType").is_some())
            .map(|source| of.part(source))
            .into_iter()
            .collect(),
        facts,
        ..item
    }
}

/// One rule and the rules inside it.
fn provided(of: &Of<'_, '_>, provision: &Value, facts: &mut Vec<Fact>) {
    if facts.len() >= FACTS_MAX {
        return;
    }
    fact(facts, "decision", owned(provision, "type"));
    let actors =
        list(provision, "actor").iter().filter_map(|actor| of.index.label(actor.get("reference")?, of.container));
    fact(facts, "who", joined(actors));
    for (label, key) in [
        ("allowed", "action"),
        ("purpose", "purpose"),
        ("securityLabel", "securityLabel"),
        ("what", "class"),
        ("code", "code"),
    ] {
        fact(facts, label, concepts(provision, key));
    }
    let data = list(provision, "data").iter().filter_map(|data| of.index.label(data.get("reference")?, of.container));
    fact(facts, "what", joined(data));
    let (from, until) = period(provision.get("period").or_else(|| provision.get("dataPeriod")));
    fact(facts, "from", from);
    fact(facts, "until", until);
    if text(provision, "type").is_none() && concept_of(provision, "type").is_some() {
        fact(facts, "decision", concept_of(provision, "type").map(|kind| kind.text));
    }
    list(provision, "provision").iter().for_each(|inner| provided(of, inner, facts));
}

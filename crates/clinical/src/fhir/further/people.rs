//! People, organisations and places.

use super::super::json::{concept_of, concepts, joined, list, owned, resource_type};
use super::super::patient::{address, details, full_name, header};
use super::super::words;
use super::{Of, fact};
use crate::page::{ClinicalItem, Fact, facts};

pub(super) fn person(of: &Of<'_, '_>) -> ClinicalItem {
    let kind = words(resource_type(of.resource).unwrap_or("Person"));
    let about = header(of.resource);
    let mut facts = vec![Fact::new("kindOfEntry", kind.clone())];
    fact(&mut facts, "relationship", of.concepts("relationship"));
    fact(&mut facts, "born", about.birth_date);
    fact(&mut facts, "sex", about.gender);
    fact(&mut facts, "died", about.deceased);
    fact(&mut facts, "numbers", joined(about.identifiers.into_iter()));
    let trained = list(of.resource, "qualification").iter().filter_map(|one| concept_of(one, "code"));
    fact(&mut facts, "qualification", joined(trained.map(|one| one.text)));
    facts.extend(details(of.resource));
    ClinicalItem {
        title: full_name(of.resource).unwrap_or(kind),
        facts,
        text: Vec::new(),
        status: None,
        start: None,
        ..of.item("Person")
    }
}

pub(super) fn role(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Practitioner");
    let mut all = facts([
        ("role", of.concepts("code")),
        ("specialty", of.concepts("specialty")),
        ("organisation", of.labels("organization")),
        ("place", of.labels("location")),
    ]);
    all.extend(details(of.resource));
    ClinicalItem { title: of.labels("practitioner").unwrap_or(item.title), facts: all, code: None, ..item }
}

pub(super) fn organisation(of: &Of<'_, '_>) -> ClinicalItem {
    let kind = words(resource_type(of.resource).unwrap_or("Organization"));
    let mut all = vec![Fact::new("kindOfEntry", kind.clone())];
    all.extend(facts([
        ("category", of.concepts("type")),
        ("specialty", of.concepts("specialty")),
        ("organisation", of.labels("partOf").or_else(|| of.labels("providedBy"))),
        ("address", of.resource.get("address").and_then(address)),
    ]));
    let reached = details(of.resource);
    all.extend(
        reached.into_iter().filter(|fact| !all.iter().any(|known| known.label == fact.label)).collect::<Vec<_>>(),
    );
    ClinicalItem { title: of.text("name").unwrap_or(kind), facts: all, text: Vec::new(), ..of.item("Organization") }
}

pub(super) fn team(of: &Of<'_, '_>) -> ClinicalItem {
    let members = list(of.resource, "participant").iter().filter_map(|one| {
        let name = of.index.label(one.get("member").or_else(|| one.get("onBehalfOf"))?, of.container)?;
        let role = concepts(one, "role");
        Some(match role {
            Some(role) => format!("{name} ({role})"),
            None => name,
        })
    });
    ClinicalItem {
        title: owned(of.resource, "name").or_else(|| of.concepts("category")).unwrap_or_else(|| "Care team".to_owned()),
        facts: facts([
            ("members", joined(members)),
            ("organisation", of.labels("managingOrganization")),
            ("reason", of.concepts("reasonCode").or_else(|| of.labels("reasonReference"))),
        ]),
        ..of.item("Care team")
    }
}

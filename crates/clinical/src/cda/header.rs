//! Who wrote what, about whom, for whom.

use super::reading::{Names, date, name, span};
use crate::fhir::joined;
use crate::page::{ClinicalPatient, Fact, facts};
use crate::xml::Element;

pub(super) fn patient(root: &Element) -> Option<ClinicalPatient> {
    let role = root.path(&["recordTarget", "patientRole"])?;
    let person = role.child("patient");
    let names = Names::default();
    let coded = |key: &str| person.and_then(|person| person.child(key)).and_then(|code| names.concept(code));
    let ids = role.all("id").filter_map(|id| id.attribute("extension")).map(str::to_owned);
    let language = person.into_iter().flat_map(|person| person.all("languageCommunication"));
    let language = language.filter_map(|one| one.child("languageCode")).filter_map(|code| code.attribute("code"));
    let guardian = person.and_then(|person| person.child("guardian"));
    Some(ClinicalPatient {
        name: person.and_then(name),
        birth_date: person.and_then(|person| person.child("birthTime")).and_then(date),
        facts: facts([
            ("sex", coded("administrativeGenderCode")),
            ("numbers", joined(ids)),
            ("telephone", telecom(role)),
            ("address", role.child("addr").and_then(address)),
            ("language", joined(language.map(str::to_owned))),
            ("maritalStatus", coded("maritalStatusCode")),
            ("contact", guardian.and_then(|one| one.child("guardianPerson")).and_then(name)),
            ("managedBy", role.child("providerOrganization").and_then(name)),
        ]),
    })
}

fn telecom(holder: &Element) -> Option<String> {
    let all = holder.all("telecom").filter_map(|one| one.attribute("value"));
    joined(all.map(|value| value.trim_start_matches("tel:").trim_start_matches("mailto:").trim().to_owned()))
}

fn address(address: &Element) -> Option<String> {
    let words = |name: &'static str| address.all(name).filter_map(Element::words);
    let town: Vec<String> = words("postalCode").chain(words("city")).collect();
    let parts: Vec<String> = words("streetAddressLine")
        .chain([town.join(" ")])
        .chain(words("state"))
        .chain(words("country"))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() { address.words() } else { Some(parts.join(", ")) }
}

pub(super) fn facts_of(root: &Element) -> Vec<Fact> {
    let names = Names::default();
    let service = root.path(&["documentationOf", "serviceEvent"]);
    let period =
        service.and_then(|event| event.child("effectiveTime")).map(span).and_then(|(from, until)| match until {
            Some(until) => Some(format!("{} – {until}", from?)),
            None => from,
        });
    let performers = service.into_iter().flat_map(|event| event.all("performer"));
    let visit = root.path(&["componentOf", "encompassingEncounter"]);
    let visit_time = visit.and_then(|visit| visit.child("effectiveTime")).map(span);
    let visit_time = visit_time.and_then(|(from, until)| match until {
        Some(until) => Some(format!("{} – {until}", from?)),
        None => from,
    });
    let place = visit.and_then(|visit| visit.path(&["location", "healthCareFacility"]));
    let place = place.and_then(|place| {
        place.child("location").and_then(name).or_else(|| place.child("serviceProviderOrganization").and_then(name))
    });
    facts([
        ("documentKind", root.child("code").and_then(|code| names.concept(code))),
        ("date", root.child("effectiveTime").and_then(date)),
        ("author", people(root, "author", "assignedAuthor")),
        ("attestedBy", people(root, "legalAuthenticator", "assignedEntity")),
        (
            "custodian",
            root.path(&["custodian", "assignedCustodian", "representedCustodianOrganization"]).and_then(name),
        ),
        ("period", period),
        ("careTeam", joined(performers.filter_map(|one| person(one.child("assignedEntity")?)))),
        ("visit", visit_time),
        ("visitKind", visit.and_then(|visit| visit.child("code")).and_then(|code| names.concept(code))),
        ("place", place),
        ("recipient", people(root, "informationRecipient", "intendedRecipient")),
        (
            "informant",
            people(root, "informant", "assignedEntity").or_else(|| people(root, "informant", "relatedEntity")),
        ),
    ])
}

fn people(root: &Element, role: &str, entity: &str) -> Option<String> {
    let mut all: Vec<String> = root.all(role).filter_map(|one| person(one.child(entity)?)).collect();
    all.dedup();
    joined(all.into_iter())
}

/// A person, the device that wrote for them, and their organisation.
fn person(entity: &Element) -> Option<String> {
    let device = || entity.path(&["assignedAuthoringDevice", "softwareName"]).and_then(Element::words);
    let who = ["assignedPerson", "relatedPerson", "informationRecipient"].iter();
    let who = who.filter_map(|key| entity.child(key)).find_map(name).or_else(device);
    let organisation = ["representedOrganization", "receivedOrganization"].iter();
    let organisation = organisation.filter_map(|key| entity.child(key)).find_map(name);
    match (who, organisation) {
        (Some(who), Some(organisation)) if who != organisation => Some(format!("{who}, {organisation}")),
        (who, organisation) => who.or(organisation),
    }
}

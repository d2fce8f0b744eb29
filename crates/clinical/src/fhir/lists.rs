//! Problems, medication, allergies and vaccinations.

use serde_json::Value;

use super::dosage;
use super::index::{Index, Placed};
use super::json::{
    concept_of, concepts, joined, list, narrative_of, notes, owned, period, scalar, status_code, text, when,
};
use super::patient::Subjects;
use super::views::{Allergy, Concept, Medication, MedicationKind, Problem, Vaccination};

/// A resource's name: its concept, else its narrative, else what kind of thing it is.
pub(super) fn name_or(found: Option<Concept>, resource: &Value, fallback: &str) -> Concept {
    found.unwrap_or_else(|| Concept {
        text: narrative_of(resource).unwrap_or_else(|| fallback.to_owned()),
        codes: Vec::new(),
    })
}

fn withdrawn(verification: Option<&str>) -> bool {
    matches!(verification, Some("entered-in-error" | "refuted"))
}

pub(super) fn problem<'a>(placed: Placed<'a>, subjects: &Subjects<'a>) -> Problem {
    let resource = placed.resource;
    let verification = status_code(resource, "verificationStatus");
    Problem {
        position: placed.at,
        name: name_or(concept_of(resource, "code"), resource, "Unnamed problem"),
        clinical_status: status_code(resource, "clinicalStatus"),
        severity: concept_of(resource, "severity").map(|severity| severity.text),
        onset: when(resource, "onset"),
        abatement: when(resource, "abatement"),
        recorded: owned(resource, "recordedDate").or_else(|| owned(resource, "assertedDate")),
        note: notes(resource),
        retracted: withdrawn(verification.as_deref()),
        verification,
        about: subjects.about(placed),
    }
}

pub(super) fn medication<'a>(
    placed: Placed<'a>,
    index: &Index<'a>,
    subjects: &Subjects<'a>,
    kind: MedicationKind,
) -> Medication {
    let resource = placed.resource;
    let by_reference = || {
        let reference = resource.get("medicationReference")?;
        let found = index
            .resolve(reference, placed.container)
            .and_then(|medicine| concept_of(medicine, "code").or_else(|| ingredients(medicine)));
        found.or_else(|| index.label(reference, placed.container).map(|text| Concept { text, codes: Vec::new() }))
    };
    let name = concept_of(resource, "medicationCodeableConcept").or_else(by_reference);
    let dosages = if kind == MedicationKind::Statement { "dosage" } else { "dosageInstruction" };
    let words: Vec<_> = list(resource, dosages).iter().filter_map(|one| dosage::instruction(one).words()).collect();
    let supply = resource.get("dispenseRequest").and_then(|request| request.get("validityPeriod"));
    let (from, until) = match kind {
        MedicationKind::Statement => period(resource.get("effectivePeriod")),
        MedicationKind::Request => period(supply),
    };
    let reasons =
        concepts(resource, "reasonCode").or_else(|| index.labels(resource, "reasonReference", placed.container));
    let status = owned(resource, "status");
    Medication {
        position: placed.at,
        kind,
        name: name_or(name, resource, "Unnamed medicine"),
        dosage: joined(words.iter().map(|words| words.en.clone())),
        dosages: words,
        reason: reasons,
        from: from
            .or_else(|| owned(resource, "effectiveDateTime"))
            .or_else(|| owned(resource, "authoredOn"))
            .or_else(|| owned(resource, "dateAsserted")),
        until,
        by: ["requester", "informationSource"]
            .iter()
            .find_map(|key| index.label(resource.get(*key)?, placed.container)),
        note: notes(resource),
        do_not_take: resource.get("doNotPerform") == Some(&Value::Bool(true)) || status.as_deref() == Some("not-taken"),
        retracted: status.as_deref() == Some("entered-in-error"),
        status,
        about: subjects.about(placed),
    }
}

fn ingredients(medicine: &Value) -> Option<Concept> {
    let names = list(medicine, "ingredient").iter().filter_map(|part| concept_of(part, "itemCodeableConcept"));
    joined(names.map(|name| name.text)).map(|text| Concept { text, codes: Vec::new() })
}

pub(super) fn allergy<'a>(placed: Placed<'a>, subjects: &Subjects<'a>) -> Allergy {
    let resource = placed.resource;
    let reactions = list(resource, "reaction").iter().filter_map(|reaction| {
        let signs = concepts(reaction, "manifestation").or_else(|| owned(reaction, "description"))?;
        Some(match text(reaction, "severity") {
            Some(severity) => format!("{signs} ({severity})"),
            None => signs,
        })
    });
    let substance = || list(resource, "reaction").iter().find_map(|reaction| concept_of(reaction, "substance"));
    let verification = status_code(resource, "verificationStatus");
    Allergy {
        position: placed.at,
        name: name_or(concept_of(resource, "code").or_else(substance), resource, "Unnamed allergy"),
        clinical_status: status_code(resource, "clinicalStatus"),
        criticality: owned(resource, "criticality"),
        reactions: reactions.collect(),
        onset: when(resource, "onset").or_else(|| owned(resource, "recordedDate")),
        last_occurrence: owned(resource, "lastOccurrence"),
        note: notes(resource),
        retracted: withdrawn(verification.as_deref()),
        verification,
        about: subjects.about(placed),
    }
}

pub(super) fn vaccination<'a>(placed: Placed<'a>, subjects: &Subjects<'a>) -> Vaccination {
    let resource = placed.resource;
    let status = text(resource, "status");
    let dose = list(resource, "protocolApplied").iter().find_map(|protocol| {
        ["doseNumberPositiveInt", "doseNumberString"].iter().find_map(|key| protocol.get(*key).and_then(scalar))
    });
    Vaccination {
        position: placed.at,
        name: name_or(concept_of(resource, "vaccineCode"), resource, "Unnamed vaccine"),
        given: status != Some("not-done") && resource.get("notGiven") != Some(&Value::Bool(true)),
        reason: concept_of(resource, "statusReason")
            .map(|reason| reason.text)
            .or_else(|| concepts(resource, "reasonCode")),
        date: when(resource, "occurrence").or_else(|| owned(resource, "date")),
        dose,
        lot: owned(resource, "lotNumber"),
        note: notes(resource),
        retracted: status == Some("entered-in-error"),
        about: subjects.about(placed),
    }
}

//! Plans, aims, relatives, requests, appointments.

use serde_json::Value;

use super::super::dosage::range;
use super::super::json::{
    concept, concept_of, concepts, joined, list, owned, quantity_text, scalar, status_code, when,
};
use super::{Of, fact, span};
use crate::page::{ClinicalItem, GridView, facts};

pub(super) fn plan(of: &Of<'_, '_>) -> ClinicalItem {
    let rows = list(of.resource, "activity").iter().filter_map(|activity| {
        let detail = activity.get("detail").unwrap_or(activity);
        let name = concept_of(detail, "code").map(|code| code.text).or_else(|| owned(detail, "description"));
        let reference = || activity.get("reference").and_then(|reference| of.index.label(reference, of.container));
        let what = name.or_else(reference).or_else(|| concepts(activity, "outcomeCodeableConcept"))?;
        let time = span(detail, "scheduled").or_else(|| {
            let timing = detail.get("scheduledTiming")?;
            super::super::dosage::instruction(&serde_json::json!({ "timing": timing })).words().map(|words| words.en)
        });
        Some(vec![what, owned(detail, "status").unwrap_or_default(), time.unwrap_or_default()])
    });
    ClinicalItem {
        grid: grid(&["activity", "state", "when"], rows.collect()),
        facts: facts([
            ("category", of.concepts("category")),
            ("description", of.text("description")),
            ("reason", of.labels("addresses").or_else(|| of.concepts("addresses"))),
            ("aim", of.labels("goal")),
            ("author", of.labels("author")),
            ("careTeam", of.labels("careTeam")),
        ]),
        ..of.item("Care plan")
    }
}

/// Rows without columns that are empty everywhere.
pub(super) fn grid(columns: &[&str], rows: Vec<Vec<String>>) -> Option<GridView> {
    let used = |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
    let kept: Vec<usize> = (0..columns.len()).filter(|at| used(*at)).collect();
    let columns: Vec<String> = kept.iter().map(|at| columns[*at].to_owned()).collect();
    let rows = rows.iter().map(|row| kept.iter().filter_map(|at| row.get(*at).cloned()).collect()).collect();
    (!columns.is_empty()).then_some(GridView { columns, rows })
}

pub(super) fn goal(of: &Of<'_, '_>) -> ClinicalItem {
    let target = list(of.resource, "target").iter().filter_map(|target| {
        let measure = concept_of(target, "measure").map(|measure| measure.text);
        let value = target.get("detailQuantity").and_then(quantity_text).or_else(|| {
            let words = || concept_of(target, "detailCodeableConcept").map(|words| words.text);
            target.get("detailRange").and_then(range).or_else(words).or_else(|| owned(target, "detailString"))
        });
        let by = owned(target, "dueDate");
        joined([measure, value, by].into_iter().flatten())
    });
    let description = of.concept("description").map(|description| description.text);
    let item = of.item("Goal");
    ClinicalItem {
        title: description.unwrap_or(item.title),
        status: of.text("lifecycleStatus").or(item.status),
        start: when(of.resource, "start").or(item.start),
        facts: facts([
            ("achievement", of.concepts("achievementStatus")),
            ("target", joined(target)),
            ("category", of.concepts("category")),
            ("reason", of.labels("addresses")),
            ("author", of.labels("expressedBy")),
        ]),
        ..item
    }
}

pub(super) fn family(of: &Of<'_, '_>) -> ClinicalItem {
    let relation = of.concept("relationship").map(|relation| relation.text);
    let name = of.text("name");
    let item = of.item("Relative");
    let rows = list(of.resource, "condition").iter().filter_map(|condition| {
        let what = concept_of(condition, "code")?.text;
        let outcome = concept_of(condition, "outcome").map(|outcome| outcome.text);
        Some(vec![what, when(condition, "onset").unwrap_or_default(), outcome.unwrap_or_default()])
    });
    let died = of.resource.get("deceasedBoolean").and_then(scalar).or_else(|| when(of.resource, "deceased"));
    ClinicalItem {
        title: match (&relation, name) {
            (Some(relation), Some(name)) => format!("{relation}: {name}"),
            (Some(relation), None) => relation.clone(),
            (None, name) => name.unwrap_or(item.title),
        },
        grid: grid(&["problem", "onset", "outcome"], rows.collect()),
        facts: facts([
            ("born", when(of.resource, "born")),
            ("age", of.resource.get("ageAge").and_then(quantity_text).or_else(|| of.text("ageString"))),
            ("sex", of.concepts("sex").or_else(|| of.text("gender"))),
            ("died", died),
            ("reason", of.concepts("reasonCode")),
        ]),
        ..item
    }
}

pub(super) fn flag(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Warning");
    ClinicalItem {
        alert: matches!(item.status.as_deref(), Some("active") | None),
        facts: facts([("category", of.concepts("category")), ("author", of.labels("author"))]),
        ..item
    }
}

pub(super) fn request(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Request");
    let diets = of.resource.get("oralDiet").and_then(|diet| concepts(diet, "type"));
    ClinicalItem {
        negated: of.resource.get("doNotPerform") == Some(&Value::Bool(true)),
        facts: facts([
            ("category", of.concepts("category")),
            ("details", of.concepts("orderDetail").or(diets)),
            ("intent", of.text("intent")),
            ("priority", of.text("priority").filter(|priority| priority != "routine")),
            ("when", span(of.resource, "occurrence")),
            ("reason", of.concepts("reasonCode").or_else(|| of.labels("reasonReference"))),
            ("bodySite", of.concepts("bodySite")),
            ("quantity", of.resource.get("quantityQuantity").and_then(quantity_text)),
            ("requestedBy", of.labels("requester").or_else(|| of.labels("orderer"))),
            ("performer", of.labels("performer").or_else(|| of.concepts("performerType"))),
            ("instruction", of.text("patientInstruction")),
        ]),
        ..item
    }
}

pub(super) fn appointment(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Appointment");
    ClinicalItem {
        title: of.text("description").or_else(|| of.concepts("serviceType")).unwrap_or(item.title),
        start: of.text("start").or(item.start),
        end: of.text("end"),
        negated: matches!(item.status.as_deref(), Some("cancelled" | "noshow")),
        facts: facts([
            ("reason", of.concepts("reasonCode").or_else(|| of.labels("reasonReference"))),
            ("specialty", of.concepts("specialty")),
            ("with", of.labels_in("participant", "actor").or_else(|| of.labels("actor"))),
            ("instruction", of.text("patientInstruction")),
            ("comment", of.text("comment")),
        ]),
        ..item
    }
}

pub(super) fn episode(of: &Of<'_, '_>) -> ClinicalItem {
    ClinicalItem {
        facts: facts([
            ("place", of.labels("managingOrganization")),
            ("with", of.labels("careManager")),
            ("reason", of.labels_in("diagnosis", "condition")),
        ]),
        ..of.item("Episode of care")
    }
}

/// Each recommended vaccine is an entry.
pub(super) fn recommendations(of: &Of<'_, '_>) -> Vec<ClinicalItem> {
    let one = |entry: &Value| {
        let vaccine = concepts(entry, "vaccineCode").or_else(|| concepts(entry, "targetDisease"));
        let mut facts = Vec::new();
        let disease = concepts(entry, "targetDisease").filter(|disease| Some(disease) != vaccine.as_ref());
        fact(&mut facts, "targetDisease", disease);
        fact(&mut facts, "reason", concepts(entry, "forecastReason"));
        let dose = ["doseNumberPositiveInt", "doseNumberString", "doseNumber"].iter();
        fact(&mut facts, "dose", dose.clone().find_map(|key| entry.get(*key).and_then(scalar)));
        fact(&mut facts, "series", owned(entry, "series"));
        for criterion in list(entry, "dateCriterion") {
            let name = concept_of(criterion, "code").map_or_else(|| "date".to_owned(), |code| code.text);
            fact(&mut facts, &name, owned(criterion, "value"));
        }
        fact(&mut facts, "description", owned(entry, "description"));
        ClinicalItem {
            title: vaccine.unwrap_or_else(|| "Vaccination".to_owned()),
            status: status_code(entry, "forecastStatus"),
            negated: entry.get("contraindicatedVaccineCode").and_then(concept).is_some(),
            start: of.text("date"),
            facts,
            ..ClinicalItem::default()
        }
    };
    let all: Vec<ClinicalItem> = list(of.resource, "recommendation").iter().map(one).collect();
    if all.is_empty() { vec![of.item("Recommended vaccination")] } else { all }
}

//! Examinations by pictures, devices, medicines and samples.

use super::super::dosage;
use super::super::json::{concept_of, concepts, joined, list, owned, quantity_text, scalar};
use super::care::grid;
use super::{Of, span};
use crate::page::{ClinicalItem, Dosage, facts};

pub(super) fn study(of: &Of<'_, '_>) -> ClinicalItem {
    let rows = list(of.resource, "series").iter().enumerate().map(|(at, series)| {
        let number = series.get("number").and_then(scalar).unwrap_or_else(|| (at + 1).to_string());
        let images = series.get("numberOfInstances").and_then(scalar).or_else(|| {
            let instances = list(series, "instance").len();
            (instances > 0).then(|| instances.to_string())
        });
        let name = |key: &str| concept_of(series, key).map(|concept| concept.text).unwrap_or_default();
        vec![
            number,
            name("modality"),
            name("bodySite"),
            owned(series, "description").unwrap_or_default(),
            images.unwrap_or_default(),
        ]
    });
    let item = of.item("Imaging study");
    let count = |key: &str| of.resource.get(key).and_then(scalar);
    ClinicalItem {
        title: of.text("description").or_else(|| of.concepts("procedureCode")).unwrap_or(item.title),
        start: of.text("started").or(item.start),
        grid: grid(&["series", "modality", "bodySite", "description", "images"], rows.collect()),
        facts: facts([
            ("modality", of.concepts("modality").or_else(|| of.concepts("modalityList"))),
            ("seriesCount", count("numberOfSeries")),
            ("images", count("numberOfInstances")),
            ("reason", of.concepts("reasonCode").or_else(|| of.concepts("reason"))),
            ("requestedBy", of.labels("referrer")),
            ("readBy", of.labels("interpreter")),
            ("place", of.labels("location")),
        ]),
        ..item
    }
}

pub(super) fn media(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Picture");
    ClinicalItem {
        parts: of.resource.get("content").map(|content| of.part(content)).into_iter().collect(),
        start: span(of.resource, "created").or(item.start),
        facts: facts([
            ("modality", of.concepts("modality")),
            ("bodySite", of.concepts("bodySite")),
            ("author", of.labels("operator")),
            ("device", of.text("deviceName").or_else(|| of.labels("device"))),
            ("reason", of.concepts("reasonCode")),
        ]),
        ..item
    }
}

pub(super) fn device(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Device");
    let names = list(of.resource, "deviceName").iter().filter_map(|name| owned(name, "name"));
    let carrier = list(of.resource, "udiCarrier")
        .iter()
        .find_map(|udi| owned(udi, "carrierHRF").or_else(|| owned(udi, "deviceIdentifier")));
    let kind = of.concepts("type");
    ClinicalItem {
        title: kind.or_else(|| joined(names.clone())).unwrap_or(item.title),
        facts: facts([
            ("name", joined(names)),
            ("manufacturer", of.text("manufacturer")),
            ("model", of.text("modelNumber").or_else(|| of.text("model"))),
            ("serialNumber", of.text("serialNumber")),
            ("lot", of.text("lotNumber")),
            ("made", of.text("manufactureDate")),
            ("expires", of.text("expirationDate")),
            ("udi", carrier),
            ("distinct", of.text("distinctIdentifier")),
        ]),
        ..item
    }
}

pub(super) fn device_use(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Device");
    ClinicalItem {
        title: of.labels("device").unwrap_or(item.title),
        start: span(of.resource, "timing").or(item.start),
        facts: facts([
            ("bodySite", of.concepts("bodySite")),
            ("reason", of.concepts("reasonCode").or_else(|| of.labels("reasonReference"))),
            ("source", of.labels("source")),
        ]),
        ..item
    }
}

fn medicine_name(of: &Of<'_, '_>) -> Option<String> {
    let reference = of.resource.get("medicationReference");
    of.concepts("medicationCodeableConcept").or_else(|| {
        let reference = reference?;
        let found = of.index.resolve(reference, of.container).and_then(|medicine| concept_of(medicine, "code"));
        found.map(|code| code.text).or_else(|| of.index.label(reference, of.container))
    })
}

/// A medicine that was handed out or given.
pub(super) fn given(of: &Of<'_, '_>) -> ClinicalItem {
    let item = of.item("Medicine");
    let instructions: Vec<Dosage> =
        list(of.resource, "dosageInstruction").iter().filter_map(|one| dosage::instruction(one).words()).collect();
    let dose = of.resource.get("dosage").and_then(|dosage| {
        let dose = dosage.get("dose").and_then(quantity_text);
        owned(dosage, "text")
            .or_else(|| joined([dose, concept_of(dosage, "route").map(|route| route.text)].into_iter().flatten()))
    });
    ClinicalItem {
        title: medicine_name(of).unwrap_or(item.title),
        dosages: instructions,
        start: span(of.resource, "effective")
            .or_else(|| of.text("whenHandedOver"))
            .or_else(|| of.text("whenPrepared"))
            .or(item.start),
        negated: matches!(item.status.as_deref(), Some("not-done" | "declined")),
        facts: facts([
            ("dose", dose),
            ("quantity", of.resource.get("quantity").and_then(quantity_text)),
            ("daysSupply", of.resource.get("daysSupply").and_then(quantity_text)),
            ("reason", of.concepts("reasonCode").or_else(|| of.concepts("statusReasonCodeableConcept"))),
            ("performer", of.labels_in("performer", "actor")),
        ]),
        ..item
    }
}

pub(super) fn medicine(of: &Of<'_, '_>) -> ClinicalItem {
    let ingredients = list(of.resource, "ingredient").iter().filter_map(|part| {
        let name = concept_of(part, "itemCodeableConcept")
            .map(|name| name.text)
            .or_else(|| of.index.label(part.get("itemReference")?, of.container))?;
        let strength = part.get("strength").and_then(dosage::ratio);
        Some(strength.map_or_else(|| name.clone(), |strength| format!("{name} {strength}")))
    });
    ClinicalItem {
        facts: facts([
            ("form", of.concepts("form")),
            ("ingredients", joined(ingredients)),
            ("amount", of.resource.get("amount").and_then(dosage::ratio)),
            ("manufacturer", of.labels("manufacturer")),
            ("lot", of.resource.get("batch").and_then(|batch| owned(batch, "lotNumber"))),
        ]),
        ..of.item("Medicine")
    }
}

pub(super) fn specimen(of: &Of<'_, '_>) -> ClinicalItem {
    let collection = of.resource.get("collection");
    let taken = |key: &str| collection.and_then(|collection| concepts(collection, key));
    let item = of.item("Sample");
    ClinicalItem {
        title: of.concepts("type").unwrap_or(item.title),
        start: collection
            .and_then(|collection| span(collection, "collected"))
            .or_else(|| of.text("receivedTime"))
            .or(item.start),
        facts: facts([
            ("bodySite", taken("bodySite")),
            ("method", taken("method")),
            ("quantity", collection.and_then(|one| one.get("quantity")).and_then(quantity_text)),
            (
                "container",
                joined(
                    list(of.resource, "container").iter().filter_map(|one| concept_of(one, "type")).map(|one| one.text),
                ),
            ),
            (
                "numbers",
                joined(list(of.resource, "identifier").iter().filter_map(|one| one.get("value").and_then(scalar))),
            ),
        ]),
        ..item
    }
}

pub(super) fn binary(of: &Of<'_, '_>) -> ClinicalItem {
    ClinicalItem {
        parts: vec![of.part(of.resource)],
        ..ClinicalItem::named(of.text("contentType").unwrap_or_else(|| "File".to_owned()))
    }
}

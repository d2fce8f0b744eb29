//! Entries of all the kinds that have no list of their own.

mod any;
mod care;
mod forms;
mod people;
mod things;

use serde_json::Value;

use super::index::{Index, Placed};
use super::json::{
    blocks_of, concept, concept_of, concepts, joined, list, notes, owned, period, resource_type, status_code, when,
};
use super::other::{date_of, title_of};
use super::views::{Concept, FurtherEntry};
use crate::page::{ClinicalItem, Fact, PartView, SectionKind};

/// Reads one resource; some hold several entries.
pub(super) fn entries<'a>(placed: Placed<'a>, index: &Index<'a>, about: Option<String>) -> Vec<FurtherEntry> {
    let of = Of { resource: placed.resource, container: placed.container, index };
    let kind = resource_type(placed.resource).unwrap_or_default();
    let (section, items) = match kind {
        "CarePlan" => (SectionKind::CarePlans, vec![care::plan(&of)]),
        "Goal" => (SectionKind::Goals, vec![care::goal(&of)]),
        "FamilyMemberHistory" => (SectionKind::FamilyHistory, vec![care::family(&of)]),
        "Flag" => (SectionKind::Warnings, vec![care::flag(&of)]),
        "ServiceRequest" | "ReferralRequest" | "ProcedureRequest" | "DeviceRequest" | "NutritionOrder"
        | "VisionPrescription" => (SectionKind::Requests, vec![care::request(&of)]),
        "Appointment" | "AppointmentResponse" => (SectionKind::Appointments, vec![care::appointment(&of)]),
        "EpisodeOfCare" => (SectionKind::Encounters, vec![care::episode(&of)]),
        "ImmunizationRecommendation" => (SectionKind::Recommendations, care::recommendations(&of)),
        "Questionnaire" => (SectionKind::Questionnaires, vec![forms::questions(&of)]),
        "QuestionnaireResponse" => (SectionKind::Questionnaires, vec![forms::answers(&of)]),
        "Consent" => (SectionKind::Consents, vec![forms::consent(&of)]),
        "ImagingStudy" | "ImagingManifest" => (SectionKind::Imaging, vec![things::study(&of)]),
        "Media" => (SectionKind::Imaging, vec![things::media(&of)]),
        "Device" => (SectionKind::Devices, vec![things::device(&of)]),
        "DeviceUseStatement" => (SectionKind::Devices, vec![things::device_use(&of)]),
        "MedicationAdministration" | "MedicationDispense" => (SectionKind::Medication, vec![things::given(&of)]),
        "Medication" => (SectionKind::Other, vec![things::medicine(&of)]),
        "Specimen" => (SectionKind::Other, vec![things::specimen(&of)]),
        "Binary" => (SectionKind::Documents, vec![things::binary(&of)]),
        "Patient" | "Practitioner" | "RelatedPerson" | "Person" => (SectionKind::People, vec![people::person(&of)]),
        "PractitionerRole" => (SectionKind::People, vec![people::role(&of)]),
        "Organization" | "Location" | "HealthcareService" => (SectionKind::People, vec![people::organisation(&of)]),
        "CareTeam" => (SectionKind::People, vec![people::team(&of)]),
        "Claim" | "ClaimResponse" | "ExplanationOfBenefit" | "Coverage" | "Account" | "Invoice" | "ChargeItem" => {
            (SectionKind::Costs, vec![any::entry(&of)])
        }
        _ => (SectionKind::Other, vec![any::entry(&of)]),
    };
    let retracted = owned(placed.resource, "status").as_deref() == Some("entered-in-error");
    let entry = |item: ClinicalItem| FurtherEntry {
        position: placed.at,
        kind: section,
        item: ClinicalItem { retracted: item.retracted || retracted, about: about.clone(), ..item },
    };
    items.into_iter().map(entry).collect()
}

/// A resource and what its references lead to.
struct Of<'i, 'a> {
    resource: &'a Value,
    container: &'a Value,
    index: &'i Index<'a>,
}

impl<'a> Of<'_, 'a> {
    fn text(&self, key: &str) -> Option<String> {
        owned(self.resource, key)
    }

    fn concept(&self, key: &str) -> Option<Concept> {
        list(self.resource, key).iter().find_map(concept)
    }

    /// The texts of one or several concepts.
    fn concepts(&self, key: &str) -> Option<String> {
        concepts(self.resource, key)
    }

    /// The names of what one or several references lead to.
    fn labels(&self, key: &str) -> Option<String> {
        self.index.labels(self.resource, key, self.container)
    }

    /// As [`Self::labels`], of members of each of the things in a list.
    fn labels_in(&self, key: &str, member: &str) -> Option<String> {
        let members = list(self.resource, key).iter().flat_map(|one| list(one, member));
        joined(members.filter_map(|reference| self.index.label(reference, self.container)))
    }

    fn part(&self, attachment: &Value) -> PartView {
        let part = self.index.part(attachment);
        PartView {
            part,
            title: owned(attachment, "title"),
            media_type: owned(attachment, "contentType"),
            address: owned(attachment, "url").filter(|_| part.is_none()),
        }
    }

    /// What all kinds have in common; `name` is used where the resource does not name itself.
    fn item(&self, name: &str) -> ClinicalItem {
        let (from, until) = period(self.resource.get("period"));
        ClinicalItem {
            title: title_of(self.resource).unwrap_or_else(|| name.to_owned()),
            text: blocks_of(self.resource),
            detail: notes(self.resource),
            status: status_code(self.resource, "status"),
            start: from.or_else(|| date_of(self.resource)),
            end: until,
            code: concept_of(self.resource, "code").as_ref().and_then(super::page::code),
            ..ClinicalItem::default()
        }
    }
}

/// `a – b` of a `Period`, else the moment.
fn span(resource: &Value, stem: &str) -> Option<String> {
    let (from, until) = period(resource.get(format!("{stem}Period")));
    match (from, until) {
        (Some(from), Some(until)) => Some(format!("{from} – {until}")),
        _ => when(resource, stem),
    }
}

fn fact(facts: &mut Vec<Fact>, label: &str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        facts.push(Fact::new(label, value));
    }
}

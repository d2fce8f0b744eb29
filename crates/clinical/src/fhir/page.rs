//! A FHIR document as a page: its own sections if it has some, else one section for each kind of entry.

use std::collections::{BTreeMap, HashMap};

use super::views::{
    Allergy, Attachment, Concept, DocumentEntry, Encounter, FhirView, Medication, MedicationKind, Notice,
    PatientHeader, Problem, Procedure, Report, ResultRow, Section, Vaccination,
};
use crate::page::{
    ClinicalItem, ClinicalNotice, ClinicalPatient, ClinicalSection, Fact, Page, PartView, ResultItem, SectionKind,
    facts,
};
use crate::results::result_item;

/// Order of the sections that the document does not order itself.
const ORDER: &[SectionKind] = &[
    SectionKind::Warnings,
    SectionKind::Problems,
    SectionKind::Medication,
    SectionKind::Allergies,
    SectionKind::Reports,
    SectionKind::Results,
    SectionKind::Vitals,
    SectionKind::Immunizations,
    SectionKind::Recommendations,
    SectionKind::Procedures,
    SectionKind::Imaging,
    SectionKind::Devices,
    SectionKind::Encounters,
    SectionKind::Appointments,
    SectionKind::Requests,
    SectionKind::CarePlans,
    SectionKind::Goals,
    SectionKind::FamilyHistory,
    SectionKind::SocialHistory,
    SectionKind::Questionnaires,
    SectionKind::Consents,
    SectionKind::Documents,
    SectionKind::Activity,
    SectionKind::Text,
    SectionKind::People,
    SectionKind::Costs,
    SectionKind::Other,
];

/// One entry with its place in the document.
struct Piece {
    position: u32,
    kind: SectionKind,
    what: What,
}

enum What {
    Item(Box<ClinicalItem>),
    Results(Vec<ResultItem>),
}

impl FhirView {
    /// The page that people read.
    pub fn page(&self) -> Page {
        let mut sections = Vec::new();
        let homes = homes(self);
        let mut own: HashMap<usize, Vec<Piece>> = HashMap::new();
        let mut rest: BTreeMap<SectionKind, Vec<Piece>> = BTreeMap::new();
        for piece in pieces(self) {
            match homes.get(&piece.position) {
                Some(section) => own.entry(*section).or_default().push(piece),
                None => rest.entry(piece.kind).or_default().push(piece),
            }
        }
        for (at, section) in self.sections.iter().enumerate() {
            sections.push(written_section(section, own.remove(&at).unwrap_or_default()));
        }
        // A narrative of the whole document says it all when there is nothing else.
        for kind in ORDER {
            if let Some(pieces) = rest.remove(kind) {
                sections.push(filled(ClinicalSection::new(*kind), pieces));
            }
        }
        values_before_mere_names(&mut sections[self.sections.len()..]);
        Page {
            patient: self.patient.as_ref().map(patient),
            facts: self.facts.clone(),
            notices: self.notices.iter().map(|notice| clinical_notice(*notice)).collect(),
            sections,
        }
    }
}

/// Reports with a conclusion come before their values; those that only name what was examined come after them.
fn values_before_mere_names(sections: &mut [ClinicalSection]) {
    let says_more = |item: &ClinicalItem| item.detail.is_some() || !item.text.is_empty() || !item.parts.is_empty();
    for at in 1..sections.len() {
        let [reports, results] = [&sections[at - 1], &sections[at]];
        if (reports.kind, results.kind) == (SectionKind::Reports, SectionKind::Results)
            && !reports.items.iter().any(says_more)
        {
            sections.swap(at - 1, at);
        }
    }
}

/// Which written section each entry is in. Parts of a panel or a report follow it.
fn homes(view: &FhirView) -> HashMap<u32, usize> {
    let mut homes = HashMap::new();
    for (at, section) in view.sections.iter().enumerate() {
        for member in &section.members {
            homes.entry(*member).or_insert(at);
        }
    }
    for report in &view.reports {
        if let Some(home) = homes.get(&report.position).copied() {
            for row in report.results.iter().filter_map(|row| view.results.get(*row as usize)) {
                homes.entry(row.position).or_insert(home);
            }
        }
    }
    for row in &view.results {
        if let Some(home) = homes.get(&row.position).copied() {
            row.members.iter().for_each(|member| _ = homes.entry(*member).or_insert(home));
        }
    }
    homes
}

fn pieces(view: &FhirView) -> Vec<Piece> {
    let item = |position: u32, kind: SectionKind, item: ClinicalItem| Piece {
        position,
        kind,
        what: What::Item(Box::new(item)),
    };
    let mut pieces = Vec::new();
    pieces.extend(view.problems.iter().map(|one| item(one.position, SectionKind::Problems, one.into())));
    pieces.extend(view.medication.iter().map(|one| item(one.position, SectionKind::Medication, one.into())));
    pieces.extend(view.allergies.iter().map(|one| item(one.position, SectionKind::Allergies, one.into())));
    pieces.extend(view.reports.iter().map(|one| item(one.position, SectionKind::Reports, report(one))));
    pieces.extend(results(view));
    pieces.extend(view.vaccinations.iter().map(|one| item(one.position, SectionKind::Immunizations, one.into())));
    pieces.extend(view.procedures.iter().map(|one| item(one.position, SectionKind::Procedures, one.into())));
    pieces.extend(view.encounters.iter().map(|one| item(one.position, SectionKind::Encounters, encounter(one))));
    pieces.extend(view.documents.iter().map(|one| item(one.position, SectionKind::Documents, document(one))));
    pieces.extend(view.other_patients.iter().map(|one| item(u32::MAX, SectionKind::People, other_patient(one))));
    pieces.extend(view.further.iter().map(|one| item(one.position, one.kind, one.item.clone())));
    pieces
}

impl ResultRow {
    /// As rows of a page, without a panel around them.
    pub fn page_items(&self) -> Vec<ResultItem> {
        result_item(self, None)
    }
}

/// Values in the order of their panels: those of one panel stand together where its first one is.
fn results(view: &FhirView) -> Vec<Piece> {
    let mut panel_of: HashMap<u32, &str> = HashMap::new();
    for row in &view.results {
        row.members.iter().for_each(|member| _ = panel_of.entry(*member).or_insert(&row.name.text));
    }
    for report in view.reports.iter().filter(|report| report.results.len() > 1) {
        for row in report.results.iter().filter_map(|row| view.results.get(*row as usize)) {
            panel_of.entry(row.position).or_insert(&report.name.text);
        }
    }
    let mut order: Vec<(usize, &ResultRow)> = Vec::new();
    let mut first: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
    for row in view.results.iter().filter(|row| !is_only_a_heading(row)) {
        let panel = panel_of.get(&row.position).copied();
        let at = order.len();
        let place = match panel {
            Some(_) => *first.entry((panel, row.date.as_deref())).or_insert(at),
            None => at,
        };
        order.push((place, row));
    }
    order.sort_by_key(|(place, _)| *place);
    let piece = |(_, row): (usize, &ResultRow)| {
        let panel = panel_of.get(&row.position).map(|name| (*name).to_owned());
        let what = What::Results(result_item(row, panel));
        Piece { position: row.position, kind: kind_of(row), what }
    };
    order.into_iter().map(piece).collect()
}

/// A panel that has no value itself stands above its members.
fn is_only_a_heading(row: &ResultRow) -> bool {
    !row.members.is_empty()
        && row.value.is_none()
        && row.components.is_empty()
        && row.curve.is_none()
        && row.note.is_none()
        && row.missing_reason.is_none()
}

fn kind_of(row: &ResultRow) -> SectionKind {
    match row.category.as_deref() {
        Some("vital-signs") => SectionKind::Vitals,
        Some("social-history" | "sdoh") => SectionKind::SocialHistory,
        Some("survey") => SectionKind::Questionnaires,
        Some("activity") => SectionKind::Activity,
        _ => SectionKind::Results,
    }
}

fn written_section(section: &Section, pieces: Vec<Piece>) -> ClinicalSection {
    let by_code = section.loinc.as_deref().and_then(kind_of_section);
    let kind = by_code.or_else(|| pieces.first().map(|piece| piece.kind)).unwrap_or(SectionKind::Text);
    let shell = ClinicalSection {
        title: section.title.clone(),
        level: section.level,
        text: section.text.clone(),
        ..ClinicalSection::new(kind)
    };
    filled(shell, pieces)
}

fn filled(mut section: ClinicalSection, pieces: Vec<Piece>) -> ClinicalSection {
    for piece in pieces {
        match piece.what {
            What::Item(item) => section.items.push(*item),
            What::Results(rows) => section.results.extend(rows),
        }
    }
    section
}

/// LOINC codes of sections in IPS and C-CDA.
pub(crate) fn kind_of_section(loinc: &str) -> Option<SectionKind> {
    Some(match loinc {
        "11450-4" | "11348-0" | "46240-8" | "29308-4" | "75310-3" | "11535-2" => SectionKind::Problems,
        "10160-0" | "10183-2" | "42346-7" | "29549-3" | "10154-3" => SectionKind::Medication,
        "48765-2" => SectionKind::Allergies,
        "30954-2" => SectionKind::Results,
        "8716-3" => SectionKind::Vitals,
        "11369-6" => SectionKind::Immunizations,
        "47519-4" | "29554-3" => SectionKind::Procedures,
        "46264-8" => SectionKind::Devices,
        "46239-0" | "46240-9" | "8648-8" => SectionKind::Encounters,
        "18776-5" => SectionKind::CarePlans,
        "61146-7" => SectionKind::Goals,
        "10157-6" => SectionKind::FamilyHistory,
        "29762-2" => SectionKind::SocialHistory,
        "42348-3" => SectionKind::Consents,
        "48768-6" => SectionKind::Costs,
        _ => return None,
    })
}

/// A code with the name of its system.
pub(crate) fn code(concept: &Concept) -> Option<String> {
    let code = concept.codes.iter().find(|code| code.code.is_some())?;
    let system = match code.system.as_deref() {
        Some("http://loinc.org") => "LOINC",
        Some("http://snomed.info/sct") => "SNOMED CT",
        Some("http://www.nlm.nih.gov/research/umls/rxnorm") => "RxNorm",
        Some("http://hl7.org/fhir/sid/cvx") => "CVX",
        Some(system) if system.contains("icd-10") => "ICD-10",
        Some("http://www.whocc.no/atc") => "ATC",
        // An address is no name.
        Some(system) if system.contains(':') => "",
        other => other.unwrap_or_default(),
    };
    Some(format!("{system} {}", code.code.as_deref()?).trim().to_owned())
}

/// What was not simply confirmed is worth saying.
fn doubt(verification: Option<&String>) -> Option<String> {
    verification.filter(|said| *said != "confirmed").cloned()
}

impl From<&Problem> for ClinicalItem {
    fn from(one: &Problem) -> Self {
        ClinicalItem {
            title: one.name.text.clone(),
            detail: one.note.clone(),
            facts: facts([("severity", one.severity.clone()), ("certainty", doubt(one.verification.as_ref()))]),
            status: one.clinical_status.clone(),
            start: one.onset.clone().or_else(|| one.recorded.clone()),
            end: one.abatement.clone(),
            code: code(&one.name),
            retracted: one.retracted,
            about: one.about.clone(),
            ..ClinicalItem::default()
        }
    }
}

impl From<&Medication> for ClinicalItem {
    fn from(one: &Medication) -> Self {
        let by = match one.kind {
            MedicationKind::Request => "prescribedBy",
            MedicationKind::Statement => "reportedBy",
        };
        ClinicalItem {
            title: one.name.text.clone(),
            detail: one.note.clone(),
            dosages: one.dosages.clone(),
            facts: facts([("reason", one.reason.clone()), (by, one.by.clone())]),
            status: one.status.clone(),
            start: one.from.clone(),
            end: one.until.clone(),
            code: code(&one.name),
            alert: one.do_not_take && !one.retracted,
            negated: one.do_not_take,
            retracted: one.retracted,
            about: one.about.clone(),
            ..ClinicalItem::default()
        }
    }
}

impl From<&Allergy> for ClinicalItem {
    fn from(one: &Allergy) -> Self {
        let reactions = super::json::joined(one.reactions.iter().cloned());
        ClinicalItem {
            title: one.name.text.clone(),
            detail: one.note.clone(),
            facts: facts([
                ("reactions", reactions),
                ("criticality", one.criticality.clone()),
                ("certainty", doubt(one.verification.as_ref())),
                ("lastTime", one.last_occurrence.clone()),
            ]),
            status: one.clinical_status.clone(),
            start: one.onset.clone(),
            code: code(&one.name),
            alert: one.criticality.as_deref() == Some("high") && !one.retracted,
            retracted: one.retracted,
            about: one.about.clone(),
            ..ClinicalItem::default()
        }
    }
}

impl From<&Vaccination> for ClinicalItem {
    fn from(one: &Vaccination) -> Self {
        ClinicalItem {
            title: one.name.text.clone(),
            detail: one.note.clone(),
            facts: facts([("dose", one.dose.clone()), ("lot", one.lot.clone()), ("reason", one.reason.clone())]),
            start: one.date.clone(),
            code: code(&one.name),
            negated: !one.given,
            retracted: one.retracted,
            about: one.about.clone(),
            ..ClinicalItem::default()
        }
    }
}

impl From<&Procedure> for ClinicalItem {
    fn from(one: &Procedure) -> Self {
        ClinicalItem {
            title: one.name.text.clone(),
            detail: one.note.clone(),
            facts: facts([("reason", one.reason.clone()), ("outcome", one.outcome.clone())]),
            status: one.status.clone(),
            start: one.from.clone(),
            end: one.until.clone(),
            code: code(&one.name),
            negated: one.status.as_deref() == Some("not-done"),
            retracted: one.retracted,
            about: one.about.clone(),
            ..ClinicalItem::default()
        }
    }
}

fn encounter(one: &Encounter) -> ClinicalItem {
    ClinicalItem {
        title: one.name.clone(),
        facts: facts([
            ("visitKind", one.class.clone()),
            ("reason", one.reason.clone()),
            ("place", one.place.clone()),
            ("with", one.with.clone()),
        ]),
        status: one.status.clone(),
        start: one.from.clone(),
        end: one.until.clone(),
        retracted: one.retracted,
        about: one.about.clone(),
        ..ClinicalItem::default()
    }
}

fn report(one: &Report) -> ClinicalItem {
    let missing = (one.missing_results > 0).then(|| one.missing_results.to_string());
    ClinicalItem {
        title: one.name.text.clone(),
        detail: one.conclusion.clone(),
        text: one.narrative.clone(),
        facts: facts([("by", one.by.clone()), ("missingResults", missing)]),
        parts: one.attachments.iter().map(part).collect(),
        status: one.status.clone().filter(|status| status != "final"),
        start: one.date.clone(),
        code: code(&one.name),
        retracted: one.retracted,
        about: one.about.clone(),
        ..ClinicalItem::default()
    }
}

fn document(one: &DocumentEntry) -> ClinicalItem {
    ClinicalItem {
        title: one.title.clone(),
        facts: facts([("author", one.author.clone())]),
        parts: one.attachments.iter().map(part).collect(),
        status: one.status.clone().filter(|status| status != "current"),
        start: one.date.clone(),
        ..ClinicalItem::default()
    }
}

fn part(one: &Attachment) -> PartView {
    PartView {
        part: one.part,
        title: one.title.clone(),
        media_type: one.media_type.clone(),
        address: one.address.clone(),
    }
}

fn other_patient(header: &PatientHeader) -> ClinicalItem {
    let about = patient(header);
    let mut facts = vec![Fact::new("kindOfEntry", "Patient")];
    facts.extend(about.birth_date.map(|date| Fact::new("born", date)));
    facts.extend(about.facts);
    ClinicalItem { facts, ..ClinicalItem::named(about.name.unwrap_or_else(|| "Patient".to_owned())) }
}

fn patient(header: &PatientHeader) -> ClinicalPatient {
    let mut facts = facts([
        ("sex", header.gender.clone()),
        ("died", header.deceased.clone()),
        ("numbers", super::json::joined(header.identifiers.iter().cloned())),
    ]);
    facts.extend(header.facts.iter().cloned());
    ClinicalPatient { name: header.name.clone(), birth_date: header.birth_date.clone(), facts }
}

fn clinical_notice(notice: Notice) -> ClinicalNotice {
    match notice {
        Notice::SeveralPatients => ClinicalNotice::SeveralPatients,
        Notice::RetractedEntries => ClinicalNotice::RetractedEntries,
        Notice::ModifierExtensions => ClinicalNotice::ModifierExtensions,
        Notice::MissingEntries => ClinicalNotice::MissingEntries,
        Notice::NestedTooDeep => ClinicalNotice::NestedTooDeep,
    }
}

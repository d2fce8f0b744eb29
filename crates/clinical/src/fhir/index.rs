//! Who refers to what inside one document.

use std::collections::HashMap;

use serde_json::Value;

use super::json::{list, owned, resource_type, text};
use super::parts;
use super::views::Notice;
use crate::limits::FHIR_BUNDLE_DEPTH_MAX;

/// A resource and, for a contained one, the resource around it.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) at: u32,
    pub(super) resource: &'a Value,
    pub(super) container: &'a Value,
}

/// All resources of a document and the names they can be called by.
pub(super) struct Index<'a> {
    pub(super) resources: Vec<Placed<'a>>,
    by_name: HashMap<String, usize>,
    by_identifier: HashMap<(String, String), usize>,
    by_address: HashMap<*const Value, usize>,
    contained: HashMap<(*const Value, &'a str), &'a Value>,
    parts: HashMap<*const Value, u32>,
    pub(super) notices: Vec<Notice>,
}

impl<'a> Index<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        let mut index = Self {
            resources: Vec::new(),
            by_name: HashMap::new(),
            by_identifier: HashMap::new(),
            by_address: HashMap::new(),
            contained: HashMap::new(),
            parts: parts::files(document).zip(0..).map(|(file, part)| (std::ptr::from_ref(file), part)).collect(),
            notices: Vec::new(),
        };
        index.add(document, None, 0);
        index
    }

    fn add(&mut self, resource: &'a Value, full_url: Option<&str>, depth: usize) {
        if resource_type(resource) == Some("Bundle") {
            if depth < FHIR_BUNDLE_DEPTH_MAX {
                for entry in list(resource, "entry") {
                    if let Some(inner) = entry.get("resource") {
                        self.add(inner, text(entry, "fullUrl"), depth + 1);
                    }
                }
                return;
            }
            self.notices.push(Notice::NestedTooDeep);
        }
        if !resource.is_object() {
            return;
        }
        let at = self.place(resource, resource);
        if let Some(url) = full_url {
            self.by_name.entry(url.to_owned()).or_insert(at);
        }
        for contained in list(resource, "contained") {
            if let Some(id) = text(contained, "id") {
                self.contained.entry((std::ptr::from_ref(resource), id)).or_insert(contained);
            }
            // Only what is shown in its own right becomes an entry; the rest is found through its container.
            if contained.is_object() && resource_type(contained) == Some("Observation") {
                self.place(contained, resource);
            }
        }
    }

    fn place(&mut self, resource: &'a Value, container: &'a Value) -> usize {
        let at = self.resources.len();
        let placed = Placed { at: u32::try_from(at).unwrap_or(u32::MAX), resource, container };
        self.resources.push(placed);
        self.by_address.insert(std::ptr::from_ref(placed.resource), at);
        let standalone = std::ptr::eq(placed.resource, placed.container);
        if let (true, Some(kind), Some(id)) = (standalone, resource_type(placed.resource), text(placed.resource, "id"))
        {
            self.by_name.entry(format!("{kind}/{id}")).or_insert(at);
        }
        for identifier in list(placed.resource, "identifier") {
            if let Some(value) = owned(identifier, "value") {
                let system = owned(identifier, "system").unwrap_or_default();
                self.by_identifier.entry((system, value)).or_insert(at);
            }
        }
        at
    }

    /// Position of what a `Reference` points to.
    pub(super) fn position(&self, reference: &Value, container: &'a Value) -> Option<usize> {
        self.by_address.get(&std::ptr::from_ref(self.resolve(reference, container)?)).copied()
    }

    /// What a `Reference` points to: `#contained`, a `fullUrl`, `Type/id` (also with a version or a server before it),
    /// or the conditional `Type?identifier=system|value`.
    pub(super) fn resolve(&self, reference: &Value, container: &'a Value) -> Option<&'a Value> {
        let name = text(reference, "reference")?;
        if let Some(local) = name.strip_prefix('#') {
            return self.contained_in(container, local);
        }
        if let Some(at) = self.by_name.get(name) {
            return Some(self.resources[*at].resource);
        }
        if let Some((_, query)) = name.split_once("?identifier=") {
            let (system, value) = query.split_once('|').unwrap_or(("", query));
            return self
                .by_identifier
                .get(&(system.to_owned(), value.to_owned()))
                .map(|at| self.resources[*at].resource);
        }
        let unversioned = name.split("/_history/").next().unwrap_or(name);
        let mut parts = unversioned.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next()?);
        self.by_name.get(&format!("{kind}/{id}")).map(|at| self.resources[*at].resource)
    }

    /// Position of the file that an `Attachment` or `Binary` carries, or that its address leads to in this document.
    pub(super) fn part(&self, attachment: &Value) -> Option<u32> {
        let own = || self.parts.get(&std::ptr::from_ref(attachment)).copied();
        own().or_else(|| {
            let at = self.by_name.get(text(attachment, "url")?)?;
            self.parts.get(&std::ptr::from_ref(self.resources[*at].resource)).copied()
        })
    }

    /// By address of the container, as one document may hold very many of both.
    fn contained_in(&self, container: &'a Value, id: &str) -> Option<&'a Value> {
        let container: *const Value = std::ptr::from_ref(container);
        self.contained.get(&(container, id)).copied()
    }

    /// A name for what a `Reference` points to: its `display`, else the resource's own name.
    pub(super) fn label(&self, reference: &Value, container: &'a Value) -> Option<String> {
        owned(reference, "display")
            .or_else(|| self.resolve(reference, container).and_then(|resource| self.name_of(resource)))
            .or_else(|| reference.get("identifier").and_then(|identifier| owned(identifier, "value")))
    }

    pub(super) fn labels(&self, resource: &'a Value, key: &str, container: &'a Value) -> Option<String> {
        super::json::joined(list(resource, key).iter().filter_map(|reference| self.label(reference, container)))
    }

    fn name_of(&self, resource: &'a Value) -> Option<String> {
        match resource_type(resource)? {
            "Patient" | "Practitioner" | "RelatedPerson" | "Person" => super::patient::full_name(resource),
            "PractitionerRole" => {
                let person = resource.get("practitioner").and_then(|reference| {
                    owned(reference, "display")
                        .or_else(|| super::patient::full_name(self.resolve(reference, resource)?))
                });
                person.or_else(|| resource.get("organization").and_then(|reference| owned(reference, "display")))
            }
            "Organization" | "Location" => owned(resource, "name"),
            _ => super::other::title_of(resource),
        }
    }
}

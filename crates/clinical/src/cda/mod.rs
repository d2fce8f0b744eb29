//! CDA documents (HL7 v3 XML), C-CDA among them: who wrote what about whom, the sections as their author laid them out,
//! and beside them the coded entries that can be read safely.

mod entries;
mod header;
mod reading;
mod recognise;

pub(crate) use recognise::{is_cda, summary};

use crate::fhir::{kind_of_section, parts::decoded};
use crate::limits::XML_BYTES_MAX;
use crate::narrative::Builder;
use crate::page::{Block, ClinicalItem, ClinicalNotice, ClinicalSection, Page, PartView, SectionKind};
use crate::parts::Part;
use crate::text::{TextEncoding, decode};
use crate::xml::{self, Element, Extent, Node};

/// Why a CDA document cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum CdaError {
    /// Larger than [`XML_BYTES_MAX`].
    #[error("the document has {bytes} bytes; at most {XML_BYTES_MAX} are shown")]
    TooLarge {
        /// Size of the document.
        bytes: usize,
    },
    /// No XML at all.
    #[error("the document is not valid XML")]
    Xml,
}

pub(crate) fn view_cda(bytes: &[u8]) -> Result<Page, CdaError> {
    let (root, mut notices) = read(bytes)?;
    let mut sections = Vec::new();
    let body = root.path(&["component", "structuredBody"]);
    for section in body.into_iter().flat_map(|body| body.all("component")).filter_map(|one| one.child("section")) {
        push_section(section, 0, &root, &mut sections);
    }
    if let Some(whole) = root.path(&["component", "nonXMLBody", "text"]) {
        sections.push(unstructured(whole, &root));
    }
    if sections.iter().any(|section| section.items.iter().any(|item| item.retracted)) {
        notices.push(ClinicalNotice::RetractedEntries);
    }
    Ok(Page { patient: header::patient(&root), facts: header::facts_of(&root), notices, sections })
}

fn read(bytes: &[u8]) -> Result<(Element, Vec<ClinicalNotice>), CdaError> {
    if bytes.len() > XML_BYTES_MAX {
        return Err(CdaError::TooLarge { bytes: bytes.len() });
    }
    let (text, encoding) = decode(bytes);
    let (root, extent) = xml::parse(&text).ok_or(CdaError::Xml)?;
    let mut notices = match extent {
        Extent::Whole => Vec::new(),
        Extent::CutShort => vec![ClinicalNotice::CutShort],
        Extent::Damaged => vec![ClinicalNotice::DamagedParts],
        Extent::TooMuch => vec![ClinicalNotice::OnlyBeginning],
    };
    let says_latin = text.get(..200).is_some_and(|head| head.to_ascii_lowercase().contains("8859-1"));
    if encoding == TextEncoding::Latin1 && !says_latin {
        notices.push(ClinicalNotice::UnsureLetters);
    }
    Ok((root, notices))
}

/// Files inside the document, in the order in which they are written.
fn files(root: &Element) -> impl Iterator<Item = &Element> {
    root.descendants().filter(|element| element.attribute("representation") == Some("B64"))
}

pub(crate) fn part(bytes: &[u8], number: u32) -> Option<Part> {
    let (root, _) = read(bytes).ok()?;
    let file = files(&root).nth(number as usize)?;
    Some(Part {
        title: None,
        media_type: file.attribute("mediaType").map(str::to_owned),
        bytes: decoded(&file.words()?)?,
    })
}

fn part_view(file: &Element, root: &Element) -> PartView {
    let at = files(root).position(|one| std::ptr::eq(one, file)).and_then(|at| u32::try_from(at).ok());
    PartView {
        part: at.filter(|_| file.words().is_some()),
        title: None,
        media_type: file.attribute("mediaType").map(str::to_owned),
        address: file.path(&["reference"]).and_then(|one| one.attribute("value")).map(str::to_owned),
    }
}

/// A document that is one file, or plain text, with a header.
fn unstructured(text: &Element, root: &Element) -> ClinicalSection {
    let mut section = ClinicalSection::new(SectionKind::Documents);
    let is_file = text.attribute("representation") == Some("B64") || text.child("reference").is_some();
    if is_file {
        let title = root.child("title").and_then(Element::words).unwrap_or_else(|| "Document".to_owned());
        section.items.push(ClinicalItem { parts: vec![part_view(text, root)], ..ClinicalItem::named(title) });
    } else {
        section.text = blocks(text);
    }
    section
}

fn push_section(section: &Element, level: u32, root: &Element, out: &mut Vec<ClinicalSection>) {
    let loinc = section.child("code").and_then(|code| code.attribute("code"));
    let kind = loinc.and_then(kind_of_section).unwrap_or(SectionKind::Text);
    let mut shown = ClinicalSection {
        title: section
            .child("title")
            .and_then(Element::words)
            .or_else(|| section.child("code").and_then(|code| code.attribute("displayName")).map(str::to_owned)),
        level,
        text: section.child("text").map(blocks).unwrap_or_default(),
        ..ClinicalSection::new(kind)
    };
    let names = section.child("text").map(reading::Names::of).unwrap_or_default();
    for entry in section.all("entry").flat_map(Element::elements) {
        entries::push(entry, kind, &names, &mut shown);
    }
    for file in section.all("entry").flat_map(Element::descendants).filter(|one| one.name == "observationMedia") {
        if let Some(value) = file.child("value") {
            let item = ClinicalItem { parts: vec![part_view(value, root)], ..ClinicalItem::named("File") };
            shown.items.push(item);
        }
    }
    if !shown.is_empty() || shown.title.is_some() {
        out.push(shown);
    }
    for inner in section.all("component").filter_map(|one| one.child("section")) {
        push_section(inner, level + 1, root, out);
    }
}

/// Narrative of CDA as blocks.
fn blocks(text: &Element) -> Vec<Block> {
    let mut builder = Builder::default();
    tell(text, &mut builder);
    builder.finish()
}

fn tell(parent: &Element, builder: &mut Builder) {
    for node in &parent.nodes {
        match node {
            Node::Text(text) => builder.text(text),
            Node::Element(element) => {
                builder.open(&element.name, &|name| element.attribute(name).map(str::to_owned));
                tell(element, builder);
                builder.close(&element.name);
            }
        }
    }
}

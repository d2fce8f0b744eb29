//! Whether a file is CDA, and its title and date.

use crate::dates::DocumentDate;
use crate::recognise::Found;
use crate::text::{decode, without_split_character};

/// Bytes of the file that are looked at; title and time are children of the root, before the patient.
const HEADER_BYTES: usize = 256 * 1024;

pub(crate) fn is_cda(bytes: &[u8]) -> bool {
    let text = beginning(bytes);
    root(&text).is_some()
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let text = beginning(bytes);
    let Some(inside) = root(&text) else { return Found::default() };
    // The header's own elements come before the first participant; a section's title must not be taken for it.
    let header = inside.find("<recordTarget").map_or(inside, |end| &inside[..end]);
    let title = element(header, "title").map(unescaped).filter(|title| !title.trim().is_empty());
    let name = attribute(tag(header, "code"), "displayName").map(unescaped);
    Found {
        title: title.or(name),
        date: attribute(tag(header, "effectiveTime"), "value").and_then(DocumentDate::from_compact),
        category: None,
    }
}

fn beginning(bytes: &[u8]) -> String {
    let start = without_split_character(&bytes[..bytes.len().min(HEADER_BYTES)]);
    if !start.iter().take(64).any(|&byte| byte == b'<') {
        return String::new();
    }
    decode(start).0.into_owned()
}

/// What follows the opening of `<ClinicalDocument …>`, if that is the root. Prefixes are not expected on it.
fn root(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => rest.find("-->")? + 3,
            _ if rest.starts_with("<?") || rest.starts_with("<!") => rest.find('>')? + 1,
            _ => break,
        };
        rest = rest[end..].trim_start();
    }
    let inside = rest.strip_prefix("<ClinicalDocument")?;
    inside.starts_with(|c: char| c.is_whitespace() || c == '>').then_some(inside)
}

/// The opening tag of the first element with this name, without its brackets.
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(name)
            && after.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/')
        {
            return after.find('>').map(|end| &after[..end]);
        }
    }
    None
}

fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let attributes = tag(text, name)?;
    let start = attributes.as_ptr() as usize - text.as_ptr() as usize + attributes.len() + 1;
    let content = text.get(start..)?;
    content.find('<').map(|end| &content[..end])
}

fn attribute<'a>(tag: Option<&'a str>, name: &str) -> Option<&'a str> {
    let tag = tag?;
    let at = tag.find(&format!("{name}="))? + name.len() + 1;
    let quote = tag[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &tag[at + 1..];
    value.find(quote).map(|end| &value[..end])
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_and_time_come_from_the_header() {
        let xml = "\u{FEFF}<?xml version=\"1.0\"?><!-- c --><?xml-stylesheet href='x'?>\
            <ClinicalDocument xmlns=\"urn:hl7-org:v3\"><code displayName=\"Discharge\"/><title>Letter &amp; plan</title>\
            <effectiveTime value=\"20260512093000+0200\"/><recordTarget/><section><title>No</title></section></ClinicalDocument>";
        assert!(is_cda(xml.as_bytes()));
        let found = summary(xml.as_bytes());
        assert_eq!(found.title.as_deref(), Some("Letter & plan"));
        assert_eq!(found.date.expect("a date").iso, "2026-05-12T09:30:00+02:00");
    }

    #[test]
    fn other_xml_is_not_cda() {
        assert!(!is_cda(b"<html><ClinicalDocument></html>"));
        assert!(!is_cda(b"<ClinicalDocuments>"));
    }
}

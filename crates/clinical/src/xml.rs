//! XML as a small tree, with bounds: no document type is read, so no entity can grow, and a torn document gives what was
//! read until there.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::limits::{XML_DEPTH_MAX, XML_NODES_MAX};
use crate::narrative::unescaped;

/// An element with its name without prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

/// How much of a document was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// It ends before its last element does.
    CutShort,
    /// Something in the middle is no XML; what follows is not read.
    Damaged,
    /// It has more parts, or parts inside parts, than are read.
    TooMuch,
}

/// The root element, as far as it can be read. `None`: there is none.
pub(crate) fn parse(text: &str) -> Option<(Element, Extent)> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut nodes = 0_usize;
    let mut extent = loop {
        nodes += 1;
        if nodes > XML_NODES_MAX {
            break Extent::TooMuch;
        }
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if open.len() >= XML_DEPTH_MAX {
                    break Extent::TooMuch;
                }
                open.push(element(&start));
            }
            Ok(Event::Empty(start)) => {
                let element = element(&start);
                match open.last_mut() {
                    Some(parent) => parent.nodes.push(Node::Element(element)),
                    None => return Some((element, Extent::Whole)),
                }
            }
            Ok(Event::End(_)) => {
                let Some(element) = open.pop() else { break Extent::Damaged };
                match open.last_mut() {
                    Some(parent) => parent.nodes.push(Node::Element(element)),
                    None => return Some((element, Extent::Whole)),
                }
            }
            Ok(Event::Text(text)) => push_text(&mut open, &unescaped(&text)),
            Ok(Event::CData(text)) => push_text(&mut open, &text),
            Ok(Event::GeneralRef(name)) => push_text(&mut open, &unescaped(&format!("&{};", &*name))),
            Ok(Event::Eof) => break Extent::CutShort,
            Ok(_) => {}
            Err(_) => {
                break if reader.error_position() + 200 > text.len() as u64 {
                    Extent::CutShort
                } else {
                    Extent::Damaged
                };
            }
        }
    };
    if open.is_empty() {
        extent = Extent::CutShort;
    }
    while let Some(element) = open.pop() {
        match open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            None => return Some((element, extent)),
        }
    }
    None
}

fn element(start: &BytesStart<'_>) -> Element {
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).flatten().map(|attribute| {
        let name = attribute.key.into_inner();
        (name.rsplit(':').next().unwrap_or(name).to_owned(), unescaped(&attribute.value))
    });
    Element { name: start.local_name().into_inner().to_owned(), attributes: attributes.collect(), nodes: Vec::new() }
}

fn push_text(open: &mut [Element], text: &str) {
    let Some(parent) = open.last_mut() else { return };
    match parent.nodes.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => parent.nodes.push(Node::Text(text.to_owned())),
    }
}

impl Element {
    /// An attribute that is not empty.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name)?;
        Some(found.1.trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The children of this name.
    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.elements().filter(move |element| element.name == name)
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// The first element along each step.
    pub(crate) fn path(&self, names: &[&str]) -> Option<&Element> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// All its words on one line.
    pub(crate) fn words(&self) -> Option<String> {
        let mut all = String::new();
        self.push_words(&mut all);
        let line = all.split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then_some(line)
    }

    fn push_words(&self, out: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => {
                    out.push(' ');
                    element.push_words(out);
                    out.push(' ');
                }
            }
        }
    }

    /// Every element inside, the outer before the inner.
    pub(crate) fn descendants(&self) -> impl Iterator<Item = &Element> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            let inside: Vec<&Element> = next.elements().collect();
            waiting.extend(inside.into_iter().rev());
            Some(next)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree_and_its_entities_letters() {
        let (root, extent) = parse("<a:b x='1 &lt; 2'>M&uuml;ller &amp; <c/><![CDATA[<d>]]></a:b>").expect("a root");
        assert_eq!((root.name.as_str(), root.attribute("x"), extent), ("b", Some("1 < 2"), Extent::Whole));
        assert_eq!(root.words().as_deref(), Some("Müller & <d>"));
    }

    #[test]
    fn entities_of_a_document_type_are_never_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        let (root, _) = parse(bomb).expect("a root");
        assert_eq!(root.words().as_deref(), Some("&c;"));
    }

    #[test]
    fn a_torn_document_gives_what_was_read() {
        let (root, extent) = parse("<a><b>one</b><b>tw").expect("a root");
        assert_eq!((root.all("b").count(), extent), (2, Extent::CutShort));
        let deep = "<a>".repeat(XML_DEPTH_MAX * 3);
        assert_eq!(parse(&deep).expect("a root").1, Extent::TooMuch, "no stack is exhausted");
    }
}

//! The data elements of a DICOM file as a tree, long values left in the file.

use std::collections::BTreeMap;

use crate::source::{Source, read_range};
use crate::text::decode;

/// Group and element number.
pub(super) type Tag = (u16, u16);

/// What an element holds.
#[derive(Debug)]
pub(super) enum Value {
    /// The bytes themselves.
    Bytes(Vec<u8>),
    /// Too long to keep: where it lies in the file.
    Far { offset: u64, length: u64 },
    /// The items of a sequence.
    Items(Vec<Dataset>),
}

/// One data element.
#[derive(Debug)]
pub(super) struct Element {
    /// Value representation; blanks where the file does not say it.
    pub(super) vr: [u8; 2],
    pub(super) value: Value,
}

/// The elements of a file or of a sequence item.
#[derive(Debug, Default)]
pub(super) struct Dataset {
    pub(super) elements: BTreeMap<Tag, Element>,
    pub(super) big_endian: bool,
}

impl Dataset {
    pub(super) fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        match &self.elements.get(&tag)?.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value wherever it lies, if it has at most `max` bytes.
    pub(super) fn fetch(&self, source: &mut dyn Source, tag: Tag, max: u64) -> Option<Vec<u8>> {
        match &self.elements.get(&tag)?.value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            Value::Far { offset, length } if *length <= max => read_range(source, *offset, *length).ok(),
            _ => None,
        }
    }

    /// The items of a sequence; none if it is absent.
    pub(super) fn items(&self, tag: Tag) -> &[Self] {
        match self.elements.get(&tag) {
            Some(Element { value: Value::Items(items), .. }) => items,
            _ => &[],
        }
    }

    /// A text value without padding. `None` if empty.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        let (text, _) = decode(self.bytes(tag)?);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The first of possibly several numbers written as text (DS, IS).
    pub(super) fn decimal(&self, tag: Tag) -> Option<f64> {
        self.decimals(tag).first().copied()
    }

    /// All numbers written as text, up to the first that is none.
    pub(super) fn decimals(&self, tag: Tag) -> Vec<f64> {
        let text = self.text(tag).unwrap_or_default();
        text.split('\\').map_while(|part| part.trim().parse::<f64>().ok().filter(|number| number.is_finite())).collect()
    }

    /// The first 16-bit number of a binary value (US, SS).
    pub(super) fn short(&self, tag: Tag) -> Option<u16> {
        self.shorts(tag)?.first().copied()
    }

    pub(super) fn shorts(&self, tag: Tag) -> Option<Vec<u16>> {
        Some(self.bytes(tag)?.as_chunks::<2>().0.iter().map(|pair| self.u16(*pair)).collect())
    }

    /// The first 32-bit number of a binary value (UL, SL).
    pub(super) fn long(&self, tag: Tag) -> Option<u32> {
        self.bytes(tag)?.as_chunks::<4>().0.first().map(|four| self.u32(*four))
    }

    /// The first floating-point number of a binary value (FD).
    pub(super) fn double(&self, tag: Tag) -> Option<f64> {
        let eight = *self.bytes(tag)?.as_chunks::<8>().0.first()?;
        let number = if self.big_endian { f64::from_be_bytes(eight) } else { f64::from_le_bytes(eight) };
        number.is_finite().then_some(number)
    }

    pub(super) fn u16(&self, pair: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    }

    pub(super) fn u32(&self, four: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }
}

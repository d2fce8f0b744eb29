//! The data elements of a DICOM file, found without copying and without trusting a length.
//!
//! PS3.5 §7: explicit VR little endian, explicit VR big endian and implicit VR. Sequences are walked over, not kept. A
//! file that ends early gives what was read so far and says so, so that the beginning of a big file is enough for
//! its title.

use std::collections::BTreeMap;

use crate::limits::{DICOM_DEPTH_MAX, DICOM_ELEMENTS_MAX};
use crate::text::decode;

/// Group and element number.
pub(super) type Tag = (u16, u16);

const ITEM: Tag = (0xFFFE, 0xE000);
const ITEM_END: Tag = (0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = (0xFFFE, 0xE0DD);
const PIXEL_DATA: Tag = (0x7FE0, 0x0010);
const TRANSFER_SYNTAX: Tag = (0x0002, 0x0010);
const SOP_CLASS: Tag = (0x0008, 0x0016);
const UNDEFINED: u32 = u32::MAX;

pub(super) const IMPLICIT_LITTLE: &str = "1.2.840.10008.1.2";
pub(super) const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
pub(super) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub(super) const EXPLICIT_BIG: &str = "1.2.840.10008.1.2.2";

/// Where reading stopped before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end inside an element.
    Truncated,
    /// More elements or deeper nesting than the limits allow, or a length that cannot be.
    Broken,
}

/// The pixels as they lie in the file.
#[derive(Debug, Default)]
pub(super) enum Pixels<'a> {
    #[default]
    None,
    /// One block of samples.
    Native(&'a [u8]),
    /// Compressed fragments after an offset table.
    Encapsulated { offsets: &'a [u8], fragments: Vec<&'a [u8]> },
}

/// The top-level elements of a file.
#[derive(Debug, Default)]
pub(super) struct Dataset<'a> {
    values: BTreeMap<Tag, &'a [u8]>,
    pub(super) transfer_syntax: String,
    pub(super) pixels: Pixels<'a>,
    pub(super) stop: Option<Stop>,
    big_endian: bool,
}

impl<'a> Dataset<'a> {
    /// Reads a file with the `DICM` mark, or one that begins with its first element. `None` if it is neither.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader { bytes, at: 0, explicit: true, big_endian: false, elements: 0 };
        let mut dataset = Self::default();
        if bytes.get(128..132) == Some(b"DICM") {
            reader.at = 132;
            while reader.peek_tag().is_some_and(|(group, _)| group == 0x0002) {
                if let Err(stop) = reader.element(&mut dataset) {
                    dataset.stop = Some(stop);
                    return Some(dataset);
                }
            }
            dataset.transfer_syntax = dataset.text(TRANSFER_SYNTAX).unwrap_or_else(|| IMPLICIT_LITTLE.to_owned());
            if dataset.transfer_syntax == DEFLATED {
                return Some(dataset);
            }
            reader.explicit = dataset.transfer_syntax != IMPLICIT_LITTLE;
            reader.big_endian = dataset.transfer_syntax == EXPLICIT_BIG;
        } else {
            if !matches!(reader.peek_tag()?, (0x0008, 0x0000..=0x0016)) {
                return None;
            }
            reader.explicit = bytes.get(4..6)?.iter().all(u8::is_ascii_uppercase);
            dataset.transfer_syntax = if reader.explicit { EXPLICIT_LITTLE } else { IMPLICIT_LITTLE }.to_owned();
        }
        dataset.big_endian = reader.big_endian;
        while reader.at < bytes.len() {
            if let Err(stop) = reader.element(&mut dataset) {
                dataset.stop = Some(stop);
                break;
            }
        }
        let marked = bytes.get(128..132) == Some(b"DICM");
        (marked || dataset.text(SOP_CLASS).is_some_and(|class| class.starts_with("1.2.840.10008."))).then_some(dataset)
    }

    pub(super) fn bytes(&self, tag: Tag) -> Option<&'a [u8]> {
        self.values.get(&tag).copied()
    }

    /// A text value without padding. `None` if empty.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        let (text, _) = decode(self.values.get(&tag)?);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The first of possibly several numbers written as text (DS, IS).
    pub(super) fn decimal(&self, tag: Tag) -> Option<f64> {
        let text = self.text(tag)?;
        text.split('\\').next()?.trim().parse::<f64>().ok().filter(|number| number.is_finite())
    }

    /// The first 16-bit number of a binary value (US, SS).
    pub(super) fn short(&self, tag: Tag) -> Option<u16> {
        self.shorts(tag)?.first().copied()
    }

    pub(super) fn shorts(&self, tag: Tag) -> Option<Vec<u16>> {
        Some(self.values.get(&tag)?.as_chunks::<2>().0.iter().map(|pair| self.u16(*pair)).collect())
    }

    pub(super) fn u16(&self, pair: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    }

    pub(super) fn u32(&self, four: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    explicit: bool,
    big_endian: bool,
    elements: usize,
}

struct Header {
    tag: Tag,
    vr: [u8; 2],
    length: u32,
}

impl<'a> Reader<'a> {
    /// Reads one top-level element and keeps what may be needed.
    fn element(&mut self, dataset: &mut Dataset<'a>) -> Result<(), Stop> {
        let header = self.header()?;
        if header.length == UNDEFINED {
            if header.tag == PIXEL_DATA {
                dataset.pixels = self.fragments()?;
                return Ok(());
            }
            return self.skip_sequence(&header, 0);
        }
        // Pixel data that ends early is kept for the error message of the frame, which knows how much it needs.
        if header.tag == PIXEL_DATA {
            let available = self.bytes.len() - self.at;
            let length = available.min(header.length as usize);
            dataset.pixels = Pixels::Native(self.take(length)?);
            return if length < header.length as usize { Err(Stop::Truncated) } else { Ok(()) };
        }
        let value = self.take(header.length as usize)?;
        dataset.values.entry(header.tag).or_insert(value);
        Ok(())
    }

    fn fragments(&mut self) -> Result<Pixels<'a>, Stop> {
        let mut items = Vec::new();
        loop {
            let header = self.header()?;
            match header.tag {
                SEQUENCE_END => break,
                ITEM if header.length != UNDEFINED => items.push(self.take(header.length as usize)?),
                _ => return Err(Stop::Broken),
            }
        }
        let mut items = items.into_iter();
        let offsets = items.next().unwrap_or_default();
        Ok(Pixels::Encapsulated { offsets, fragments: items.collect() })
    }

    /// Walks over a sequence of undefined length.
    fn skip_sequence(&mut self, sequence: &Header, depth: usize) -> Result<(), Stop> {
        if depth >= DICOM_DEPTH_MAX {
            return Err(Stop::Broken);
        }
        // PS3.5 §6.2.2: what is inside an UN of undefined length is implicit VR little endian.
        let around = (self.explicit, self.big_endian);
        if &sequence.vr == b"UN" {
            (self.explicit, self.big_endian) = (false, false);
        }
        loop {
            let header = self.header()?;
            match header.tag {
                SEQUENCE_END => break,
                ITEM if header.length == UNDEFINED => self.skip_item(depth)?,
                ITEM => {
                    self.take(header.length as usize)?;
                }
                _ => return Err(Stop::Broken),
            }
        }
        (self.explicit, self.big_endian) = around;
        Ok(())
    }

    fn skip_item(&mut self, depth: usize) -> Result<(), Stop> {
        loop {
            let header = self.header()?;
            match header.tag {
                ITEM_END => return Ok(()),
                ITEM | SEQUENCE_END => return Err(Stop::Broken),
                _ if header.length == UNDEFINED => self.skip_sequence(&header, depth + 1)?,
                _ => {
                    self.take(header.length as usize)?;
                }
            }
        }
    }

    fn header(&mut self) -> Result<Header, Stop> {
        self.elements += 1;
        if self.elements > DICOM_ELEMENTS_MAX {
            return Err(Stop::Broken);
        }
        let tag = self.peek_tag().ok_or(Stop::Truncated)?;
        self.at += 4;
        if !self.explicit || tag.0 == 0xFFFE {
            return Ok(Header { tag, vr: *b"  ", length: self.u32()? });
        }
        let vr = self.array::<2>()?;
        if !vr.iter().all(u8::is_ascii_uppercase) {
            return Err(Stop::Broken);
        }
        let long = matches!(
            &vr,
            b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV" | b"SQ" | b"UC" | b"UR" | b"UT" | b"UN" | b"SV" | b"UV"
        );
        let length = if long {
            self.array::<2>()?;
            self.u32()?
        } else {
            let pair = self.array()?;
            u32::from(if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
        };
        Ok(Header { tag, vr, length })
    }

    fn peek_tag(&self) -> Option<Tag> {
        let four = self.bytes.get(self.at..self.at + 4)?;
        let number = |pair: [u8; 2]| if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
        Some((number([four[0], four[1]]), number([four[2], four[3]])))
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        let four = self.array()?;
        Ok(if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.take(N)?.try_into().map_err(|_| Stop::Truncated)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Stop> {
        let end = self.at.checked_add(length).ok_or(Stop::Broken)?;
        let value = self.bytes.get(self.at..end).ok_or(Stop::Truncated)?;
        self.at = end;
        Ok(value)
    }
}

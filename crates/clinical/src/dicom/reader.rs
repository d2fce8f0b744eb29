//! Reads the data elements of a DICOM file without trusting a length.
//!
//! PS3.5 §7: explicit VR little endian, explicit VR big endian and implicit VR. Long values, pixels among them, are left
//! in the file and only remembered by their place. A file that ends early gives what was read so far and says so, so
//! that the beginning of a big file is enough for its title.

use std::io::{BufReader, Read as _, Seek as _, SeekFrom};

use dicom_core::VR;
use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_dictionary_std::StandardDataDictionary;

use super::dataset::{Dataset, Element, Tag, Value};
use crate::limits::{
    DICOM_DEPTH_MAX, DICOM_ELEMENTS_MAX, DICOM_FRAGMENTS_MAX, DICOM_KEPT_BYTES_MAX, DICOM_VALUE_BYTES_MAX,
};
use crate::source::Source;

const ITEM: Tag = (0xFFFE, 0xE000);
const ITEM_END: Tag = (0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = (0xFFFE, 0xE0DD);
const TRANSFER_SYNTAX: Tag = (0x0002, 0x0010);
const SOP_CLASS: Tag = (0x0008, 0x0016);
/// Pixels as integers, as 32-bit and as 64-bit floating point.
const PIXEL_DATA: [Tag; 3] = [(0x7FE0, 0x0010), (0x7FE0, 0x0008), (0x7FE0, 0x0009)];
/// A document inside the file is read where it lies, however short it is.
const DOCUMENT: Tag = (0x0042, 0x0011);
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

/// A compressed piece of a picture, by its place in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    pub(super) offset: u64,
    pub(super) length: u32,
    /// It begins like a compressed picture, rather than like the middle of one.
    pub(super) begins: bool,
}

/// Where the pixels lie.
#[derive(Debug, Default)]
pub(super) enum PixelData {
    #[default]
    None,
    /// One block of samples.
    Native { offset: u64, length: u64 },
    /// Compressed fragments after an offset table.
    Encapsulated { offsets: Vec<u8>, fragments: Vec<Fragment> },
}

/// What was read of a file.
#[derive(Debug, Default)]
pub(super) struct Elements {
    pub(super) root: Dataset,
    pub(super) transfer_syntax: String,
    pub(super) pixels: PixelData,
    pub(super) stop: Option<Stop>,
}

/// Reads a file with the `DICM` mark, or one that begins with its first element. `None` if it is neither.
pub(super) fn read(source: &mut dyn Source) -> Option<Elements> {
    let length = source.seek(SeekFrom::End(0)).ok()?;
    source.seek(SeekFrom::Start(0)).ok()?;
    let mut reader = Reader {
        source: BufReader::with_capacity(32 * 1024, source),
        at: 0,
        length,
        explicit: true,
        big_endian: false,
        elements: 0,
        kept: 0,
    };
    let mut start = [0; 132];
    let marked = length >= 132 && reader.source.read_exact(&mut start).is_ok() && start.ends_with(b"DICM");
    let mut found = Elements::default();
    if marked {
        reader.at = 132;
        // The file's own description is always explicit little endian.
        while let Ok((0x0002, _)) = reader.peek_tag() {
            if let Err(stop) = reader.element(&mut found.root, Some(&mut found.pixels), 0) {
                found.stop = Some(stop);
                return Some(found);
            }
        }
        found.transfer_syntax = found.root.text(TRANSFER_SYNTAX).unwrap_or_else(|| IMPLICIT_LITTLE.to_owned());
        if found.transfer_syntax == DEFLATED {
            return Some(found);
        }
        reader.explicit = found.transfer_syntax != IMPLICIT_LITTLE;
        reader.big_endian = found.transfer_syntax == EXPLICIT_BIG;
    } else {
        reader.seek_to(0).ok()?;
        if !matches!(reader.peek_tag().ok()?, (0x0008, 0x0000..=0x0016)) {
            return None;
        }
        reader.explicit = start[4..6].iter().all(u8::is_ascii_uppercase);
        found.transfer_syntax = if reader.explicit { EXPLICIT_LITTLE } else { IMPLICIT_LITTLE }.to_owned();
    }
    found.root.big_endian = reader.big_endian;
    while reader.at < length {
        if let Err(stop) = reader.element(&mut found.root, Some(&mut found.pixels), 0) {
            found.stop = Some(stop);
            break;
        }
    }
    (marked || found.root.text(SOP_CLASS).is_some_and(|class| class.starts_with("1.2.840.10008."))).then_some(found)
}

struct Reader<'a> {
    source: BufReader<&'a mut dyn Source>,
    at: u64,
    length: u64,
    explicit: bool,
    big_endian: bool,
    elements: usize,
    kept: u64,
}

struct Header {
    tag: Tag,
    vr: [u8; 2],
    length: u32,
}

impl Reader<'_> {
    /// Reads one element into `into`; its pixels, if it has any, are only looked for where `pixels` is given.
    fn element(&mut self, into: &mut Dataset, pixels: Option<&mut PixelData>, depth: usize) -> Result<(), Stop> {
        let header = self.header()?;
        if let Some(pixels) = pixels
            && PIXEL_DATA.contains(&header.tag)
        {
            return self.pixels(&header, into, pixels);
        }
        let is_sequence = header.length == UNDEFINED || &header.vr == b"SQ" || self.is_implied_sequence(header.tag);
        let mut stopped = Ok(());
        let value = if header.length == UNDEFINED && PIXEL_DATA.contains(&header.tag) {
            // The compressed picture of an icon.
            self.fragments()?;
            Value::Bytes(Vec::new())
        } else if is_sequence {
            let mut items = Vec::new();
            stopped = self.sequence(&header, &mut items, depth);
            Value::Items(items)
        } else {
            self.value(u64::from(header.length), header.tag == DOCUMENT)?
        };
        // What was read before the end is kept, so that a torn file still says what it can.
        into.elements.entry(header.tag).or_insert(Element { vr: header.vr, value });
        stopped
    }

    fn value(&mut self, length: u64, is_left: bool) -> Result<Value, Stop> {
        let end = self.at.checked_add(length).ok_or(Stop::Broken)?;
        if end > self.length {
            return Err(Stop::Truncated);
        }
        let far = Value::Far { offset: self.at, length };
        if is_left || length > DICOM_VALUE_BYTES_MAX || self.kept + length > DICOM_KEPT_BYTES_MAX {
            self.seek_to(end)?;
            return Ok(far);
        }
        self.kept += length;
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        Ok(Value::Bytes(bytes))
    }

    fn pixels(&mut self, header: &Header, into: &mut Dataset, pixels: &mut PixelData) -> Result<(), Stop> {
        if header.length == UNDEFINED {
            *pixels = self.fragments()?;
            return Ok(());
        }
        // Pixel data that ends early is kept for the message of the frame, which knows how much it needs.
        let available = self.length - self.at;
        let length = available.min(u64::from(header.length));
        *pixels = PixelData::Native { offset: self.at, length };
        let value = Value::Far { offset: self.at, length };
        into.elements.insert(header.tag, Element { vr: header.vr, value });
        self.seek_to(self.at + length)?;
        if length < u64::from(header.length) { Err(Stop::Truncated) } else { Ok(()) }
    }

    /// The fragments up to where the file ends or makes no sense; those read so far are used all the same.
    fn fragments(&mut self) -> Result<PixelData, Stop> {
        let mut offsets = None;
        let mut fragments = Vec::new();
        while let Ok(header) = self.header() {
            let end = self.at + u64::from(header.length);
            if header.tag != ITEM || header.length == UNDEFINED || end > self.length {
                break;
            }
            if offsets.is_none() {
                offsets = match self.value(u64::from(header.length), false)? {
                    Value::Bytes(bytes) => Some(bytes),
                    _ => Some(Vec::new()),
                };
                continue;
            }
            if fragments.len() >= DICOM_FRAGMENTS_MAX {
                return Err(Stop::Broken);
            }
            let offset = self.at;
            let mut first = [0; 2];
            if header.length >= 2 {
                self.fill(&mut first)?;
            }
            let begins = matches!(first, [0xFF, 0xD8 | 0x4F]);
            fragments.push(Fragment { offset, length: header.length, begins });
            // Fragments do not count as elements: a long film has many.
            self.elements -= 1;
            self.seek_to(end)?;
        }
        Ok(PixelData::Encapsulated { offsets: offsets.unwrap_or_default(), fragments })
    }

    fn sequence(&mut self, sequence: &Header, items: &mut Vec<Dataset>, depth: usize) -> Result<(), Stop> {
        if depth >= DICOM_DEPTH_MAX {
            return Err(Stop::Broken);
        }
        let end = match sequence.length {
            UNDEFINED => None,
            length => {
                Some(self.at.checked_add(u64::from(length)).filter(|end| *end <= self.length).ok_or(Stop::Truncated)?)
            }
        };
        // PS3.5 §6.2.2: what is inside an UN of undefined length is implicit VR little endian.
        let around = (self.explicit, self.big_endian);
        if &sequence.vr == b"UN" {
            (self.explicit, self.big_endian) = (false, false);
        }
        while end.is_none_or(|end| self.at < end) {
            let header = self.header()?;
            match header.tag {
                SEQUENCE_END => break,
                ITEM => {
                    let mut item = Dataset { big_endian: self.big_endian, ..Dataset::default() };
                    let outcome = self.item(&header, &mut item, depth);
                    items.push(item);
                    outcome?;
                }
                _ => return Err(Stop::Broken),
            }
        }
        (self.explicit, self.big_endian) = around;
        end.map_or(Ok(()), |end| self.seek_to(end))
    }

    fn item(&mut self, header: &Header, item: &mut Dataset, depth: usize) -> Result<(), Stop> {
        if header.length == UNDEFINED {
            loop {
                match self.peek_tag()? {
                    ITEM_END => {
                        self.header()?;
                        return Ok(());
                    }
                    ITEM | SEQUENCE_END => return Err(Stop::Broken),
                    _ => self.element(item, None, depth + 1)?,
                }
            }
        }
        let end = self.at + u64::from(header.length);
        if end > self.length {
            return Err(Stop::Truncated);
        }
        while self.at < end {
            self.element(item, None, depth + 1)?;
        }
        self.seek_to(end)
    }

    /// Whether an element without a written value representation is a sequence, by the standard's dictionary.
    fn is_implied_sequence(&self, tag: Tag) -> bool {
        !self.explicit
            && StandardDataDictionary
                .by_tag(dicom_core::Tag(tag.0, tag.1))
                .is_some_and(|entry| entry.vr().exact() == Some(VR::SQ))
    }

    fn header(&mut self) -> Result<Header, Stop> {
        self.elements += 1;
        if self.elements > DICOM_ELEMENTS_MAX {
            return Err(Stop::Broken);
        }
        let tag = self.tag()?;
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

    fn peek_tag(&mut self) -> Result<Tag, Stop> {
        let at = self.at;
        let tag = self.tag();
        self.seek_to(at)?;
        tag
    }

    fn tag(&mut self) -> Result<Tag, Stop> {
        let [a, b, c, d] = self.array()?;
        let number = |pair: [u8; 2]| if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
        Ok((number([a, b]), number([c, d])))
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        let four = self.array()?;
        Ok(if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Stop> {
        self.source.read_exact(bytes).map_err(|_| Stop::Truncated)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn seek_to(&mut self, at: u64) -> Result<(), Stop> {
        // Both lie inside the file, whose length fits.
        let distance = at.wrapping_sub(self.at).cast_signed();
        // After a failed read the reader may stand elsewhere than it believes; then the place is set anew.
        match self.source.stream_position() {
            Ok(position) if position == self.at => self.source.seek_relative(distance),
            _ => self.source.seek(SeekFrom::Start(at)).map(drop),
        }
        .map_err(|_| Stop::Truncated)?;
        self.at = at;
        Ok(())
    }
}

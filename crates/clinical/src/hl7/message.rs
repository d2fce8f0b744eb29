//! HL7 v2 as messages, segments and fields. Each segment is read for itself, so one broken line spoils only itself; a file
//! with several messages keeps them apart.

use std::borrow::Cow;

use crate::text::{TextEncoding, decode, latin1, without_bom};

/// The characters that divide a message, as its header declares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    field: char,
    component: char,
    repetition: char,
    escape: char,
    subcomponent: char,
}

#[derive(Clone, Debug)]
pub(super) struct Message<'a> {
    pub(super) segments: Vec<Segment<'a>>,
}

#[derive(Clone, Debug)]
pub(super) struct Segment<'a> {
    pub(super) name: &'a str,
    marks: Marks,
    fields: Vec<Cow<'a, str>>,
}

/// A file of messages.
pub(super) struct File<'a> {
    pub(super) messages: Vec<Message<'a>>,
    /// Something is missing at its end.
    pub(super) is_cut: bool,
    /// Lines that are no segments.
    pub(super) damaged: usize,
}

/// The text of a file of messages, and whether its letters are as its header says.
pub(super) fn text_of(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let (text, encoding) = decode(bytes);
    let declared = text.lines().find(|line| line.starts_with("MSH")).and_then(|header| {
        let mark = header.chars().nth(3)?;
        header.split(mark).nth(17).map(str::to_owned)
    });
    let declared = declared.unwrap_or_default();
    let is_latin = declared.starts_with("8859/1") && !declared.starts_with("8859/15");
    if is_latin && encoding == TextEncoding::Utf8 && bytes.iter().any(|byte| *byte >= 0x80) {
        // What happens to be valid UTF-8 was written as UTF-8, whatever the header says.
        return (text, true);
    }
    match encoding {
        TextEncoding::Latin1 => (latin1(without_bom(bytes)).into(), is_latin),
        _ => (text, true),
    }
}

pub(super) fn parse(text: &str) -> File<'_> {
    let starts_framed = text.trim_start_matches('\u{FEFF}').starts_with('\u{B}');
    let mut file = File { messages: Vec::new(), is_cut: starts_framed && !text.contains('\u{1C}'), damaged: 0 };
    let mut marks = None;
    let (mut batches_open, mut counted) = (0_i32, None);
    for line in text.split(['\r', '\n', '\u{1C}', '\u{B}']) {
        let line = line.trim_start_matches('\u{FEFF}');
        if line.trim().is_empty() {
            continue;
        }
        match line.get(..3) {
            Some("MSH") => {
                let Some(found) = Marks::of(line) else {
                    file.damaged += 1;
                    continue;
                };
                marks = Some(found);
                file.messages.push(Message { segments: vec![segment(line, found)] });
            }
            Some("FHS" | "BHS") => batches_open += 1,
            Some("FTS" | "BTS") => {
                batches_open -= 1;
                if line.starts_with("BTS") {
                    counted =
                        line.get(4..).and_then(|rest| rest.split('|').next()).and_then(|count| count.parse().ok());
                }
            }
            _ => match (file.messages.last_mut(), marks) {
                (Some(message), Some(marks)) if is_segment(line, marks) => message.segments.push(segment(line, marks)),
                // A line end inside a text: it belongs to the field before it.
                (Some(message), Some(_)) => {
                    file.damaged +=
                        usize::from(!message.segments.last_mut().is_some_and(|last| last.continue_with(line)));
                }
                _ => file.damaged += 1,
            },
        }
    }
    let is_miscounted = counted.is_some_and(|counted: usize| counted != file.messages.len());
    file.is_cut |= batches_open > 0 || is_miscounted || file.messages.last().is_none_or(Message::is_cut);
    file
}

fn is_segment(line: &str, marks: Marks) -> bool {
    let mut letters = line.chars();
    let name: Vec<char> = letters.by_ref().take(3).collect();
    name.len() == 3
        && name[0].is_ascii_uppercase()
        && name[1..].iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && letters.next().is_none_or(|next| next == marks.field)
}

fn segment(line: &str, marks: Marks) -> Segment<'_> {
    let name = line.get(..3).unwrap_or(line);
    let fields = line.split(marks.field).skip(1).map(Cow::Borrowed).collect();
    Segment { name, marks, fields }
}

impl Marks {
    fn of(header: &str) -> Option<Self> {
        let mut marks = header.chars().skip(3);
        let field = marks.next()?;
        let mut next =
            |usual: char| marks.next().filter(|mark| *mark != field && !mark.is_alphanumeric()).unwrap_or(usual);
        Some(Self { field, component: next('^'), repetition: next('~'), escape: next('\\'), subcomponent: next('&') })
    }
}

impl<'a> Message<'a> {
    pub(super) fn header(&self) -> &Segment<'a> {
        // A message begins with the header that made it.
        &self.segments[0]
    }

    /// `ORU`, `R01`.
    pub(super) fn kind(&self) -> (String, String) {
        (self.header().part(9, 1).unwrap_or_default(), self.header().part(9, 2).unwrap_or_default())
    }

    pub(super) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Segment<'a>> {
        self.segments.iter().filter(move |segment| segment.name == name)
    }

    pub(super) fn first(&self, name: &str) -> Option<&Segment<'a>> {
        self.segments.iter().find(|segment| segment.name == name)
    }

    /// Segments that this type of message cannot be without are missing, or the last line ends in the middle.
    fn is_cut(&self) -> bool {
        let has = |name| self.first(name).is_some();
        let is_whole = match self.kind().0.as_str() {
            "ORU" | "OUL" => has("OBR") || has("OBX"),
            "ADT" => has("PID") && (has("PV1") || has("MRG")),
            "VXU" => has("PID"),
            "MDM" => has("TXA"),
            "SIU" => has("SCH"),
            _ => self.segments.len() > 1,
        };
        // OBX-11, the status, is required: a last value without it was torn off.
        let is_torn = self.segments.last().is_some_and(|last| last.name == "OBX" && last.fields.len() < 11);
        !is_whole || is_torn
    }
}

impl Segment<'_> {
    /// A whole field, raw; fields count from 1, and the first of MSH is the mark itself.
    fn field(&self, number: usize) -> Option<&str> {
        let at = if self.name == "MSH" { number.checked_sub(2)? } else { number.checked_sub(1)? };
        self.fields.get(at).map(AsRef::as_ref).filter(|field| !field.is_empty() && *field != "\"\"")
    }

    fn continue_with(&mut self, line: &str) -> bool {
        let Some(last) = self.fields.last_mut() else { return false };
        *last = format!("{last}\n{line}").into();
        true
    }

    pub(super) fn field_count(&self) -> usize {
        self.fields.len() + usize::from(self.name == "MSH")
    }

    /// Component of the first repetition of a field.
    pub(super) fn part(&self, field: usize, component: usize) -> Option<String> {
        self.repetitions(field).next()?.part(component)
    }

    /// A whole field with its marks turned into spaces.
    pub(super) fn words(&self, field: usize) -> Option<String> {
        let all: Vec<String> = self.repetitions(field).filter_map(|one| one.words()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    pub(super) fn repetitions(&self, field: usize) -> impl Iterator<Item = Field<'_>> {
        let raw = self.field(field).unwrap_or_default();
        raw.split(self.marks.repetition).filter(|raw| !raw.is_empty()).map(|raw| Field { raw, marks: self.marks })
    }
}

/// One repetition of a field.
#[derive(Clone, Copy)]
pub(super) struct Field<'s> {
    raw: &'s str,
    marks: Marks,
}

impl Field<'_> {
    pub(super) fn part(&self, component: usize) -> Option<String> {
        let raw = self.raw.split(self.marks.component).nth(component.checked_sub(1)?)?;
        let first = raw.split(self.marks.subcomponent).next().unwrap_or(raw);
        let text = self.marks.unescaped(first).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// A component that may hold the marks of others, as encoded files do.
    pub(super) fn raw_part(&self, component: usize) -> Option<&str> {
        self.raw.split(self.marks.component).nth(component.checked_sub(1)?).filter(|raw| !raw.is_empty())
    }

    pub(super) fn words(&self) -> Option<String> {
        let parts = self.raw.split([self.marks.component, self.marks.subcomponent]);
        let parts: Vec<String> =
            parts.map(|part| self.marks.unescaped(part).trim().to_owned()).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The whole text with its marks, for fields that are one text.
    pub(super) fn text(&self) -> String {
        self.marks.unescaped(self.raw)
    }
}

impl Marks {
    /// HL7 v2 chapter 2.7: escape sequences.
    fn unescaped(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(self.escape) {
            out.push_str(&rest[..at]);
            let inside = &rest[at + self.escape.len_utf8()..];
            let Some(end) = inside.find(self.escape).filter(|end| *end <= 64) else {
                out.push(self.escape);
                rest = inside;
                continue;
            };
            let code = &inside[..end];
            rest = &inside[end + self.escape.len_utf8()..];
            match code {
                "F" => out.push(self.field),
                "S" => out.push(self.component),
                "T" => out.push(self.subcomponent),
                "R" => out.push(self.repetition),
                "E" => out.push(self.escape),
                "H" | "N" => {}
                ".br" | ".sp" => out.push('\n'),
                _ if code.starts_with(".in") || code.starts_with(".ti") || code.starts_with(".sk") => out.push(' '),
                _ if code.starts_with(".sp") => out.push('\n'),
                _ => match code.strip_prefix('X').and_then(hex) {
                    Some(bytes) => out.push_str(&decode(&bytes).0),
                    // Two marks that are no sequence: a path, or a torn one.
                    None => {
                        out.push(self.escape);
                        out.push_str(code);
                        out.push(self.escape);
                    }
                },
            }
        }
        out.push_str(rest);
        out
    }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "MSH|^~\\&|LAB|N|GP|S|20260512||ORU^R01|1|P|2.5\r";

    fn value(field: &str) -> String {
        let text = format!("{HEADER}OBX|1|ST|x||{field}||||||F\r");
        let file = parse(&text);
        file.messages[0].first("OBX").and_then(|obx| obx.part(5, 1)).unwrap_or_default()
    }

    #[test]
    fn escapes_become_the_letters_they_stand_for() {
        assert_eq!(value(r"a\T\b \F\ \S\ \R\ \E\ \XE4\ \X41\"), "a&b | ^ ~ \\ ä A");
        assert_eq!(value(r"one\.br\two"), "one\ntwo");
        assert_eq!(value(r"C:\temp"), r"C:\temp", "a lone mark is a letter");
    }

    #[test]
    fn other_marks_are_those_of_the_header() {
        let file = parse("MSH$!*/%$LAB$N\rPID$1$$7!x*8$$Keller!Maria\r");
        let pid = file.messages[0].first("PID").expect("a patient");
        assert_eq!((pid.part(5, 2).as_deref(), pid.repetitions(3).count()), (Some("Maria"), 2));
    }

    #[test]
    fn messages_are_kept_apart_and_torn_ones_noticed() {
        let two = format!("{HEADER}OBR|1\rOBX|1|NM|x||1||||||F\r{HEADER}OBR|1\rOBX|1|NM|x||2\r");
        let file = parse(&two);
        assert_eq!(file.messages.len(), 2);
        assert!(file.is_cut, "the last value has no status");
        assert!(!parse(&format!("{HEADER}OBR|1\rOBX|1|NM|x||1||||||F")).is_cut, "a last line needs no end");
        assert!(parse(&format!("\u{B}{HEADER}OBR|1\r")).is_cut, "a frame that does not end");
        assert!(parse(&format!("BHS|x\r{HEADER}OBR|1\rBTS|2\r")).is_cut, "the batch counts one more");
    }

    #[test]
    fn a_line_end_inside_a_text_does_not_lose_the_rest() {
        let file = parse("MSH|^~\\&|a||||||ORU^R01\rOBR|1\rNTE|1||first\nsecond line\rOBX|1|ST|x||v||||||F\r");
        assert_eq!(
            file.messages[0].first("NTE").and_then(|note| note.part(3, 1)).as_deref(),
            Some("first\nsecond line")
        );
    }
}

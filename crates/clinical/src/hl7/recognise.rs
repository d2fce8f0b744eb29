//! Whether a file is HL7 v2, and title and date of its first message.

use crate::category::Category;
use crate::dates::DocumentDate;
use crate::recognise::Found;
use crate::text::{decode, without_bom};

/// Bytes of the file that are looked at; the header segment is at the start.
const HEADER_BYTES: usize = 64 * 1024;

pub(crate) fn is_hl7(bytes: &[u8]) -> bool {
    let start = envelope_removed(bytes);
    let Some(header) = start.strip_prefix(b"MSH") else { return false };
    // MSH-1 is the field separator, MSH-2 the four or five encoding characters, then the separator again.
    let Some(&separator) = header.first() else { return false };
    !separator.is_ascii_alphanumeric() && header.get(1..8).is_some_and(|marks| marks[3..].contains(&separator))
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let start = envelope_removed(bytes);
    let (text, _) = decode(&start[..start.len().min(HEADER_BYTES)]);
    let mut segments = text.split(['\r', '\n']).filter(|segment| !segment.is_empty());
    let Some(header) = segments.next() else { return Found::default() };
    let Some(separator) = header.chars().nth(3) else { return Found::default() };
    // MSH-1 is the separator itself, so field n of MSH is part n - 1.
    let fields: Vec<&str> = header.split(separator).collect();
    let field = |number: usize| fields.get(number - 1).copied().filter(|field| !field.is_empty());
    let message = field(9).unwrap_or_default();
    let component = header.chars().nth(4).unwrap_or('^');
    let kind = message.split(component).next().unwrap_or_default();
    let messages = 1 + segments.filter(|segment| segment.starts_with("MSH")).count();
    let name = match kind {
        "ORU" | "OUL" => "Results",
        "ADT" => "Admission or discharge",
        "ORM" | "OML" => "Order",
        "MDM" => "Document",
        "RDE" | "RDS" | "RAS" => "Medication",
        "SIU" => "Appointment",
        "VXU" => "Vaccinations",
        _ => "Hospital message",
    };
    let count = if messages > 1 { format!(", {messages} messages") } else { String::new() };
    Found {
        title: Some(format!("{name} (HL7 {}{count})", message.replace(component, " "))),
        date: field(7).and_then(|stamp| DocumentDate::from_compact(stamp.split(component).next().unwrap_or(stamp))),
        category: match kind {
            "RDE" | "RDS" | "RAS" => Some(Category::Medication),
            "ORU" | "OUL" => Some(Category::Laboratory),
            _ => Some(Category::General),
        },
    }
}

/// Without a byte order mark, the MLLP start block, and batch headers (FHS, BHS).
fn envelope_removed(bytes: &[u8]) -> &[u8] {
    let mut rest = without_bom(bytes);
    rest = rest.strip_prefix(b"\x0B").unwrap_or(rest).trim_ascii_start();
    for _ in 0..2 {
        if rest.starts_with(b"FHS") || rest.starts_with(b"BHS") {
            let end = rest.iter().take(HEADER_BYTES).position(|byte| matches!(byte, b'\r' | b'\n'));
            rest = end.map_or(&[][..], |end| rest[end..].trim_ascii_start());
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] =
        b"\xEF\xBB\xBFMSH|^~\\&|LAB|NORTH|GP|SOUTH|202605120930+0200||ORU^R01|1|P|2.5\rPID|1\rOBX|1|NM\r";

    #[test]
    fn type_and_time_come_from_the_header() {
        assert!(is_hl7(MESSAGE));
        let found = summary(MESSAGE);
        assert_eq!(found.title.as_deref(), Some("Results (HL7 ORU R01)"));
        assert_eq!(found.date.expect("a date").iso, "2026-05-12T09:30:00+02:00");
    }

    #[test]
    fn two_messages_in_one_file_are_counted() {
        let two = [MESSAGE, &MESSAGE[3..]].concat();
        assert_eq!(summary(&two).title.as_deref(), Some("Results (HL7 ORU R01, 2 messages)"));
    }

    #[test]
    fn a_word_that_starts_like_a_header_is_not_one() {
        assert!(!is_hl7(b"MSHA is a word"));
        assert!(!is_hl7(b"MSH|"));
    }
}

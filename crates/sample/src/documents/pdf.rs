//! A small PDF writer: text in Helvetica on A4 pages, enough for a letter (ISO 32000-1 §7.5).

/// Points.
const PAGE_WIDTH: f64 = 595.0;
const PAGE_HEIGHT: f64 = 842.0;
const MARGIN: f64 = 64.0;

/// How a paragraph looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Letterhead,
    Heading,
    Body,
    Small,
}

impl Style {
    /// Size in points, leading, space before, and whether it is bold.
    fn look(self) -> (f64, f64, f64, bool) {
        match self {
            Self::Letterhead => (17.0, 22.0, 0.0, true),
            Self::Heading => (11.5, 16.0, 11.0, true),
            Self::Body => (10.5, 15.0, 3.0, false),
            Self::Small => (8.5, 12.0, 0.0, false),
        }
    }
}

/// Lays paragraphs out on as many pages as they need. `day_compact` is `YYYYMMDD`.
pub(super) fn write(title: &str, author: &str, day_compact: &str, paragraphs: &[(Style, &str)]) -> Vec<u8> {
    let pages = lay_out(paragraphs);
    let count = pages.len();
    let mut objects: Vec<Vec<u8>> = Vec::new();
    // 1 catalogue, 2 page tree, 3 and 4 fonts, 5 information, then a page and its content in turn.
    objects.push(b"<< /Type /Catalog /Pages 2 0 R >>".to_vec());
    let kids: Vec<String> = (0..count).map(|page| format!("{} 0 R", 6 + 2 * page)).collect();
    objects.push(format!("<< /Type /Pages /Kids [{}] /Count {count} >>", kids.join(" ")).into_bytes());
    for font in ["Helvetica", "Helvetica-Bold"] {
        let font = format!("<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>");
        objects.push(font.into_bytes());
    }
    let mut info = b"<< /Title ".to_vec();
    info.extend(literal(title));
    info.extend(b" /Author ");
    info.extend(literal(author));
    info.extend(format!(" /Producer (CareKey sample) /CreationDate (D:{day_compact}103000Z) >>").bytes());
    objects.push(info);
    for (number, mut content) in pages.into_iter().enumerate() {
        footer(&mut content, number + 1, count);
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] \
                 /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {} 0 R >>",
                7 + 2 * number
            )
            .into_bytes(),
        );
        let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
        stream.extend(content);
        stream.extend(b"\nendstream");
        objects.push(stream);
    }
    assemble(&objects)
}

fn lay_out(paragraphs: &[(Style, &str)]) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let mut content = Vec::new();
    let mut y = PAGE_HEIGHT - MARGIN;
    for (style, text) in paragraphs {
        let (size, leading, before, bold) = style.look();
        // A heading stays with what it announces: a short list is not torn apart.
        let together = if *style == Style::Heading { leading + 90.0 } else { 0.0 };
        if y - before - together < MARGIN {
            pages.push(std::mem::take(&mut content));
            y = PAGE_HEIGHT - MARGIN;
        }
        y -= before;
        for line in text.lines().flat_map(|line| wrapped(line, size, bold)) {
            if y - leading < MARGIN {
                pages.push(std::mem::take(&mut content));
                y = PAGE_HEIGHT - MARGIN;
            }
            y -= leading;
            show(&mut content, MARGIN, y, size, bold, &line);
        }
        if *style == Style::Letterhead {
            y -= 6.0;
            content.extend(
                format!("0.05 0.5 0.5 RG 1.2 w {MARGIN} {y:.1} m {} {y:.1} l S\n", PAGE_WIDTH - MARGIN).bytes(),
            );
            y -= 8.0;
        }
    }
    pages.push(content);
    pages
}

fn show(content: &mut Vec<u8>, x: f64, y: f64, size: f64, bold: bool, text: &str) {
    let font = if bold { "F2" } else { "F1" };
    content.extend(format!("BT /{font} {size} Tf {x} {y:.1} Td ").bytes());
    content.extend(literal(text));
    content.extend(b" Tj ET\n");
}

fn footer(content: &mut Vec<u8>, page: usize, pages: usize) {
    show(content, MARGIN, 40.0, 8.5, false, &format!("Page {page} of {pages}"));
}

/// Breaks a line between words; an empty line stays one.
fn wrapped(line: &str, size: f64, bold: bool) -> Vec<String> {
    let room = PAGE_WIDTH - 2.0 * MARGIN;
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let current = lines.last().map_or("", String::as_str);
        let longer = if current.is_empty() { word.to_owned() } else { format!("{current} {word}") };
        if width(&longer, size, bold) <= room || current.is_empty() {
            lines.pop();
            lines.push(longer);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Width in points, from Helvetica's metrics in thousandths of the size, rounded up a little for bold.
fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: u32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '\'' => 222,
            ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 't' | 'I' | '/' => 278,
            '(' | ')' | 'r' | '-' => 333,
            'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 500,
            'm' | 'M' => 833,
            'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 722,
            'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' => 667,
            'G' | 'O' | 'Q' => 778,
            'W' | '%' => 944,
            _ => 556,
        })
        .sum();
    f64::from(thousandths) / 1000.0 * size * if bold { 1.08 } else { 1.0 }
}

/// A literal string in WinAnsi; what that lacks becomes a question mark.
fn literal(text: &str) -> Vec<u8> {
    let mut out = vec![b'('];
    for c in text.chars() {
        match c {
            '(' | ')' | '\\' => out.extend([b'\\', c as u8]),
            '–' => out.push(0x96),
            '’' => out.push(0x92),
            '•' => out.push(0x95),
            '€' => out.push(0x80),
            ' '..='~' | '\u{A0}'..='ÿ' => out.push(c as u8),
            _ => out.push(b'?'),
        }
    }
    out.push(b')');
    out
}

/// Objects, cross-reference table, trailer.
fn assemble(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::with_capacity(objects.len());
    for (number, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend(format!("{} 0 obj\n", number + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    out.extend(format!("trailer\n<< /Size {size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{table}\n%%EOF\n").bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_points_at_its_object() {
        let long = "word ".repeat(2000);
        let bytes = write("T (1)", "A", "20260512", &[(Style::Letterhead, "Head"), (Style::Body, &long)]);
        let find = |needle: &[u8]| bytes.windows(needle.len()).rposition(|window| window == needle).expect("present");
        let start = find(b"startxref\n") + 10;
        let table: usize =
            String::from_utf8_lossy(&bytes[start..]).lines().next().expect("a line").parse().expect("a number");
        assert!(bytes[table..].starts_with(b"xref\n"));
        let rows = String::from_utf8_lossy(&bytes[table..]).into_owned();
        let offsets =
            rows.lines().filter(|line| line.ends_with(" n ")).map(|line| line[..10].parse::<usize>().expect("digits"));
        for (number, offset) in offsets.enumerate() {
            assert!(bytes[offset..].starts_with(format!("{} 0 obj", number + 1).as_bytes()), "object {}", number + 1);
        }
        assert!(rows.lines().count() > 12, "a long text takes several pages");
    }

    #[test]
    fn lines_fit_between_the_margins() {
        for line in wrapped(&"irregular heartbeat ".repeat(40), 10.5, false) {
            assert!(width(&line, 10.5, false) <= PAGE_WIDTH - 2.0 * MARGIN);
        }
    }
}

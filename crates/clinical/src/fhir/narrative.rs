//! FHIR narratives (XHTML) as plain text. Nothing of the markup is kept, so nothing in it can act.

/// Text of an XHTML fragment: blocks on their own lines, cells separated by ` | `, scripts and styles left out.
pub(super) fn plain_text(xhtml: &str) -> String {
    let mut out = String::with_capacity(xhtml.len() / 2);
    let mut rest = xhtml;
    let mut silent: Option<&str> = None;
    while let Some(at) = rest.find('<') {
        if silent.is_none() {
            push_text(&mut out, &rest[..at]);
        }
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(end) = rest.find('>') else {
            rest = "";
            break;
        };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let closing = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
        match silent {
            Some(element) if closing && name.eq_ignore_ascii_case(element) => silent = None,
            Some(_) => {}
            None => silent = mark(&mut out, name, closing, tag.ends_with('/')),
        }
    }
    if silent.is_none() {
        push_text(&mut out, rest);
    }
    tidy(&out)
}

/// What a tag leaves in the text. Answers the element whose content is to be skipped.
fn mark(out: &mut String, name: &str, closing: bool, empty: bool) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "script" if !closing && !empty => return Some("script"),
        "style" if !closing && !empty => return Some("style"),
        "br" | "p" | "div" | "tr" | "table" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "dd"
        | "caption" | "thead" | "tbody" | "blockquote" | "pre" | "hr" => out.push('\n'),
        "li" if !closing => out.push_str("\n• "),
        "td" | "th" if closing => out.push('\t'),
        _ => {}
    }
    None
}

fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        push_collapsed(out, &rest[..at]);
        rest = &rest[at..];
        // The longest entity we know has eight letters.
        match rest
            .char_indices()
            .take(12)
            .find(|(_, c)| *c == ';')
            .and_then(|(end, _)| Some((end, entity(&rest[1..end])?)))
        {
            Some((end, c)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    push_collapsed(out, rest);
}

fn push_collapsed(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            ' ' | '\n' | '\r' | '\t' => {
                if !out.ends_with([' ', '\n', '\t']) {
                    out.push(' ');
                }
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
        return char::from_u32(u32::from_str_radix(number, 16).ok()?).filter(|c| !c.is_control());
    }
    if let Some(number) = name.strip_prefix('#') {
        return char::from_u32(number.parse().ok()?).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "deg" => '°',
        "micro" => 'µ',
        "plusmn" => '±',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        _ => return None,
    })
}

fn tidy(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let cells: Vec<&str> = line.split('\t').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        cells.join(" | ")
    });
    lines.filter(|line| !line.is_empty() && line != "•").collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_lists_stay_readable() {
        let xhtml = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><h3>Labs</h3><table><tr><th>Test</th><th>Value</th></tr>\
                     <tr><td>LDL</td><td>&lt; 2.0&#160;mmol/L</td></tr></table><ul><li>one</li><li>two</li></ul></div>";
        assert_eq!(plain_text(xhtml), "Labs\nTest | Value\nLDL | < 2.0\u{A0}mmol/L\n• one\n• two");
    }

    #[test]
    fn scripts_comments_and_torn_tags_leave_nothing() {
        assert_eq!(plain_text("a<script>alert(1)</script>b<!-- <p>c</p> -->d<a href="), "abd");
        assert_eq!(plain_text("5 & 6 &unknown; &#x1F493;"), "5 & 6 &unknown; 💓");
    }
}

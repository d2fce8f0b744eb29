//! Written text of FHIR (XHTML) and CDA as a small tree of blocks. Elements, attributes and addresses that are not in the
//! list below are dropped and their words kept, so nothing in the markup can act.

mod builder;

pub(crate) use builder::Builder;

use crate::page::{Block, Run};

/// The blocks of an XHTML fragment. Torn markup is read as far as it makes sense.
pub(crate) fn blocks(xhtml: &str) -> Vec<Block> {
    let mut builder = Builder::default();
    let mut rest = xhtml;
    while let Some(at) = rest.find('<') {
        builder.text(&unescaped(&rest[..at]));
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
        let name = tag.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
        let name = name.rsplit(':').next().unwrap_or(name);
        if tag.starts_with('/') {
            builder.close(name);
        } else {
            builder.open(name, &|wanted| attribute(tag, wanted));
            if tag.ends_with('/') {
                builder.close(name);
            }
        }
    }
    builder.text(&unescaped(rest));
    builder.finish()
}

/// The value of an attribute inside a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!("{name}="))? + name.len() + 1;
    let quote = tag[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &tag[at + 1..];
    value.find(quote).map(|end| unescaped(&value[..end]))
}

/// Text of an XHTML fragment: blocks on their own lines, cells separated by ` | `.
pub(crate) fn plain_text(xhtml: &str) -> String {
    plain(&blocks(xhtml))
}

/// Blocks as lines of text.
pub(crate) fn plain(blocks: &[Block]) -> String {
    let mut lines = Vec::new();
    push_lines(blocks, &mut lines);
    lines.retain(|line: &String| !line.is_empty());
    lines.join("\n")
}

fn push_lines(blocks: &[Block], lines: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Heading { runs } | Block::Paragraph { runs } => {
                lines.extend(words(runs).lines().map(|line| line.trim().to_owned()));
            }
            Block::Preformatted { text } => lines.extend(text.lines().map(|line| line.trim_end().to_owned())),
            Block::List { items, .. } => {
                let item = |item: &Vec<Block>| plain(item).replace('\n', "; ");
                lines.extend(items.iter().map(item).filter(|item| !item.is_empty()).map(|item| format!("• {item}")));
            }
            Block::Table { caption, rows } => {
                lines.extend(caption.clone());
                lines.extend(rows.iter().map(|row| {
                    let cells = row.cells.iter().map(|cell| plain(&cell.blocks).replace('\n', "; "));
                    cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" | ")
                }));
            }
        }
    }
}

pub(crate) fn words(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// Text with its entities replaced; those that are not known stay as they are.
pub(crate) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity we know has eight letters.
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';');
        match end.and_then(|(end, _)| Some((end, entity(&rest[1..end])?))) {
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
    out.push_str(rest);
    out
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
        "eacute" => 'é',
        "egrave" => 'è',
        "ccedil" => 'ç',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::RunMark;

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
        let acting = "<p onclick=\"x()\">take <a href=\"javascript:x()\">one</a><img src=x onerror=y></p>";
        assert_eq!(blocks(acting), [Block::paragraph("take one")], "words stay, what could act does not");
    }

    #[test]
    fn a_table_keeps_its_shape() {
        let xhtml = "<table><caption>May</caption><thead><tr><th colspan=\"2\">Pulse</th></tr></thead>\
                     <tbody><tr><td>rest<td><b>62</b><tr><td rowspan='99999999'>run</td></tr></tbody></table>after";
        let [Block::Table { caption, rows }, after] = &blocks(xhtml)[..] else { panic!("a table and a paragraph") };
        assert_eq!(caption.as_deref(), Some("May"));
        assert_eq!((rows[0].cells[0].heading, rows[0].cells[0].columns), (true, 2));
        assert_eq!(rows[1].cells.len(), 2, "cells that are not closed still end");
        let [Block::Paragraph { runs }] = &rows[1].cells[1].blocks[..] else { panic!("words") };
        assert_eq!((runs[0].text.as_str(), runs[0].mark), ("62", RunMark::Strong));
        assert!(rows[2].cells[0].rows <= 100, "a span cannot stretch the page");
        assert_eq!(after, &Block::paragraph("after"));
    }

    #[test]
    fn deep_nesting_stays_bounded_and_keeps_its_words() {
        let deep = format!("{}deep{}", "<ul><li>".repeat(5_000), "</li></ul>".repeat(5_000));
        assert!(plain_text(&deep).contains("deep"));
    }
}

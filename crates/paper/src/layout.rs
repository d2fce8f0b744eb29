//! Where everything stands: blocks become lines of text on pages.

use crate::fonts::width;
use crate::{Block, Column, Sheet};

/// A4 in points, and its margins.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 56.0;
const TOP: f32 = 56.0;
const BOTTOM: f32 = PAGE.1 - 64.0;
const WIDTH: f32 = PAGE.0 - 2.0 * LEFT;

const GAP: f32 = 6.0;
const CELL_GAP: f32 = 8.0;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) grey: bool,
}

const TITLE: Style = Style { size: 20.0, bold: true, grey: false };
const HEADING: Style = Style { size: 13.0, bold: true, grey: false };
const BODY: Style = Style { size: 10.0, bold: false, grey: false };
const COLUMN: Style = Style { size: 9.0, bold: true, grey: true };
const SMALL: Style = Style { size: 8.5, bold: false, grey: true };

impl Style {
    /// From one baseline to the next.
    fn line(self) -> f32 {
        self.size * 1.4
    }
}

/// Something drawn; coordinates in points from the top left corner, text by its baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    Text { x: f32, y: f32, text: String, style: Style },
    Rule { x: f32, y: f32, width: f32 },
}

/// What stands on a page.
pub(crate) type Page = Vec<Mark>;

/// Lays a sheet out. There is always at least one page.
pub(crate) fn pages(sheet: &Sheet) -> Vec<Page> {
    let mut pen = Pen { pages: vec![Page::new()], y: TOP };
    pen.paragraph(&sheet.title, TITLE);
    for line in &sheet.lead {
        pen.paragraph(line, BODY);
    }
    for block in &sheet.blocks {
        match block {
            Block::Heading(text) => pen.heading(text),
            Block::Text(text) => pen.paragraph(text, BODY),
            Block::Remark(text) => pen.paragraph(text, SMALL),
            Block::Table { columns, rows } => pen.table(columns, rows),
        }
    }
    pen.foot(sheet)
}

struct Pen {
    pages: Vec<Page>,
    y: f32,
}

impl Pen {
    fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    fn next_page(&mut self) {
        self.pages.push(Page::new());
        self.y = TOP;
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: f32, y: f32, text: String, style: Style) {
        if !text.is_empty() {
            self.mark(Mark::Text { x, y, text, style });
        }
    }

    fn paragraph(&mut self, text: &str, style: Style) {
        for line in wrap(text, WIDTH, style) {
            if self.room() < style.line() {
                self.next_page();
            }
            self.y += style.line();
            self.text(LEFT, self.y, line, style);
        }
        self.y += GAP;
    }

    fn heading(&mut self, text: &str) {
        let lines = wrap(text, WIDTH, HEADING).len() as f32 * HEADING.line();
        // What follows is at least a column title and a row.
        if self.room() < 2.0 * GAP + lines + 3.0 * BODY.line() {
            self.next_page();
        } else {
            self.y += 2.0 * GAP;
        }
        self.paragraph(text, HEADING);
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        let whole: f32 = columns.iter().map(|column| column.share).sum();
        let widths: Vec<f32> = columns.iter().map(|column| column.share / whole * WIDTH).collect();
        self.titles(columns, &widths);
        for row in rows {
            let cells: Vec<Vec<String>> = columns
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(at, (_, width))| wrap(row.get(at).map_or("", String::as_str), width - CELL_GAP, BODY))
                .collect();
            self.row(columns, &widths, &cells);
        }
        self.y += GAP;
    }

    fn titles(&mut self, columns: &[Column], widths: &[f32]) {
        if self.room() < 3.0 * BODY.line() {
            self.next_page();
        }
        self.y += COLUMN.line();
        let mut x = LEFT;
        for (column, width) in columns.iter().zip(widths) {
            let title = wrap(&column.title, width - CELL_GAP, COLUMN).swap_remove(0);
            self.cell(x, self.y, *width, column.numeric, title, COLUMN);
            x += width;
        }
        self.y += 3.0;
        self.mark(Mark::Rule { x: LEFT, y: self.y, width: WIDTH });
    }

    /// A row goes to the next page as a whole, unless it is taller than a page.
    fn row(&mut self, columns: &[Column], widths: &[f32], cells: &[Vec<String>]) {
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        let fits_a_page = lines as f32 * BODY.line() < BOTTOM - TOP - 3.0 * BODY.line();
        if fits_a_page && self.room() < lines as f32 * BODY.line() {
            self.next_page();
            self.titles(columns, widths);
        }
        for line in 0..lines {
            if self.room() < BODY.line() {
                self.next_page();
                self.titles(columns, widths);
            }
            self.y += BODY.line();
            let mut x = LEFT;
            for ((column, width), cell) in columns.iter().zip(widths).zip(cells) {
                let text = cell.get(line).cloned().unwrap_or_default();
                self.cell(x, self.y, *width, column.numeric, text, BODY);
                x += width;
            }
        }
        self.y += 2.0;
    }

    fn cell(&mut self, x: f32, y: f32, room: f32, numeric: bool, text: String, style: Style) {
        let indent = if numeric { room - CELL_GAP - width(&text, style.size, style.bold) } else { 0.0 };
        self.text(x + indent.max(0.0), y, text, style);
    }

    fn foot(mut self, sheet: &Sheet) -> Vec<Page> {
        let all = self.pages.len();
        for (at, page) in self.pages.iter_mut().enumerate() {
            let y = PAGE.1 - 36.0;
            let number = sheet.page_of.replace("{n}", &(at + 1).to_string()).replace("{all}", &all.to_string());
            let x = LEFT + WIDTH - width(&number, SMALL.size, false);
            let foot = wrap(&sheet.foot, x - LEFT - CELL_GAP, SMALL).swap_remove(0);
            page.push(Mark::Text { x: LEFT, y, text: foot, style: SMALL });
            page.push(Mark::Text { x, y, text: number, style: SMALL });
        }
        self.pages
    }
}

/// Breaks a text into lines that fit; a word that is too long by itself is broken. At least one line.
fn wrap(text: &str, room: f32, style: Style) -> Vec<String> {
    let fits = |line: &str| width(line, style.size, style.bold) <= room;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if fits(&longer) {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                if !line.is_empty() && !fits(&format!("{line}{c}")) {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(blocks: Vec<Block>) -> Sheet {
        Sheet {
            language: "en".into(),
            title: "A title".into(),
            lead: vec![],
            blocks,
            foot: String::new(),
            page_of: "{n}/{all}".into(),
            made: (2026, 11, 21),
        }
    }

    fn texts(page: &Page) -> Vec<&str> {
        page.iter()
            .filter_map(|mark| if let Mark::Text { text, .. } = mark { Some(text.as_str()) } else { None })
            .collect()
    }

    #[test]
    fn no_line_is_wider_than_its_room_and_no_letter_is_lost() {
        let text = "A rather long remark about a Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen, twice.";
        let lines = wrap(text, 90.0, BODY);
        assert!(lines.iter().all(|line| width(line, BODY.size, false) <= 90.0), "{lines:?}");
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
    }

    #[test]
    fn a_long_table_has_its_titles_on_every_page_and_keeps_within_the_margins() {
        let rows = (0..200).map(|n| vec![format!("row {n}"), n.to_string()]).collect();
        let columns = vec![Column::text("Name", 2.0), Column::number("Value", 1.0)];
        let pages = pages(&sheet(vec![Block::Table { columns, rows }]));
        assert!(pages.len() > 2);
        let all: Vec<&str> = pages.iter().flat_map(texts).collect();
        for n in 0..200 {
            assert_eq!(all.iter().filter(|text| **text == format!("row {n}")).count(), 1, "row {n}");
        }
        for (at, page) in pages.iter().enumerate() {
            assert!(texts(page).contains(&"Name"), "page {at} has column titles");
            assert_eq!(*texts(page).last().unwrap_or(&""), format!("{}/{}", at + 1, pages.len()));
            for mark in page {
                let (Mark::Text { x, y, .. } | Mark::Rule { x, y, .. }) = mark;
                assert!((LEFT..PAGE.0 - LEFT).contains(x) && (TOP..PAGE.1).contains(y), "{mark:?}");
            }
        }
    }

    #[test]
    fn a_heading_never_ends_a_page() {
        for filler in 30..60 {
            let mut blocks = vec![Block::Text("line\n".repeat(filler))];
            blocks.push(Block::Heading("Below".into()));
            blocks.push(Block::Text("Body".into()));
            for page in pages(&sheet(blocks)) {
                let texts = texts(&page);
                assert_eq!(texts.contains(&"Below"), texts.contains(&"Body"), "after {filler} lines");
            }
        }
    }

    #[test]
    fn a_row_that_is_taller_than_a_page_goes_on() {
        let rows = vec![vec!["word ".repeat(3000)]];
        let pages = pages(&sheet(vec![Block::Table { columns: vec![Column::text("Name", 1.0)], rows }]));
        assert!(pages.len() > 1);
    }
}

//! Puts opening and closing elements and text together to blocks.

use crate::page::{Block, Run, RunMark, TableCell, TableRow};

/// Blocks inside blocks; what lies deeper joins the block around it.
const DEPTH_MAX: usize = 24;

/// Columns or rows a cell may cover.
const SPAN_MAX: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Root,
    Container,
    Heading,
    Paragraph,
    Preformatted,
    List { ordered: bool },
    Item,
    Table,
    Caption,
    Row,
    Cell { heading: bool, columns: u32, rows: u32 },
}

#[derive(Debug)]
struct Frame {
    name: String,
    shape: Shape,
    blocks: Vec<Block>,
    runs: Vec<Run>,
    items: Vec<Vec<Block>>,
    caption: Option<String>,
    rows: Vec<TableRow>,
    cells: Vec<TableCell>,
}

impl Frame {
    fn new(name: &str, shape: Shape) -> Self {
        Self {
            name: name.to_owned(),
            shape,
            blocks: Vec::new(),
            runs: Vec::new(),
            items: Vec::new(),
            caption: None,
            rows: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Loose words become a paragraph.
    fn flush(&mut self) {
        let runs = tidy(std::mem::take(&mut self.runs));
        if !runs.is_empty() {
            self.blocks.push(Block::Paragraph { runs });
        }
    }
}

/// Makes blocks of what it is told, whatever the order.
#[derive(Debug)]
pub(crate) struct Builder {
    frames: Vec<Frame>,
    marks: Vec<(String, RunMark)>,
    /// The element whose content is left out.
    silent: Option<&'static str>,
}

impl Default for Builder {
    fn default() -> Self {
        Self { frames: vec![Frame::new("", Shape::Root)], marks: Vec::new(), silent: None }
    }
}

impl Builder {
    /// An element begins.
    pub(crate) fn open(&mut self, name: &str, attribute: &dyn Fn(&str) -> Option<String>) {
        if self.silent.is_some() {
            return;
        }
        let name = name.to_ascii_lowercase();
        let span = |key| attribute(key).and_then(|text| text.trim().parse().ok()).unwrap_or(1).clamp(1, SPAN_MAX);
        let shape = match name.as_str() {
            "script" => return self.silent = Some("script"),
            "style" => return self.silent = Some("style"),
            "title" | "head" => return self.silent = Some(if name == "head" { "head" } else { "title" }),
            "br" => return self.push_line_end(),
            "hr" => return self.end_words(),
            "p" | "paragraph" | "dt" | "dd" | "footnote" => Shape::Paragraph,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Shape::Heading,
            "div" | "blockquote" | "dl" | "section" | "article" => Shape::Container,
            "pre" => Shape::Preformatted,
            "ul" => Shape::List { ordered: false },
            "ol" => Shape::List { ordered: true },
            "list" => Shape::List { ordered: attribute("listType").as_deref() == Some("ordered") },
            "li" | "item" => Shape::Item,
            "table" => Shape::Table,
            "caption" => Shape::Caption,
            "tr" => Shape::Row,
            "td" | "th" => Shape::Cell { heading: name == "th", columns: span("colspan"), rows: span("rowspan") },
            _ => {
                if let Some(mark) = mark(&name, attribute).filter(|_| self.marks.len() < DEPTH_MAX) {
                    self.marks.push((name, mark));
                }
                return;
            }
        };
        self.end_what_cannot_hold(shape);
        if self.frames.len() < DEPTH_MAX {
            self.frames.push(Frame::new(&name, shape));
        } else {
            self.end_words();
        }
    }

    /// An element ends; one that never began changes nothing.
    pub(crate) fn close(&mut self, name: &str) {
        if let Some(silent) = self.silent {
            if name.eq_ignore_ascii_case(silent) {
                self.silent = None;
            }
            return;
        }
        let name = name.to_ascii_lowercase();
        if let Some(at) = self.marks.iter().rposition(|(open, _)| *open == name) {
            self.marks.remove(at);
            return;
        }
        if let Some(at) = self.frames.iter().rposition(|frame| frame.name == name) {
            while self.frames.len() > at.max(1) {
                self.end_frame();
            }
        }
    }

    /// Words, with entities already replaced.
    pub(crate) fn text(&mut self, text: &str) {
        if self.silent.is_some() || text.is_empty() {
            return;
        }
        let mark = self.marks.last().map_or(RunMark::Plain, |(_, mark)| *mark);
        let top = self.top();
        if top.shape == Shape::Preformatted {
            push(&mut top.runs, mark, |run| run.extend(text.chars().filter(|c| !c.is_control() || *c == '\n')));
            return;
        }
        let mut spaced = top.runs.last().is_none_or(|run| run.text.ends_with([' ', '\n']));
        push(&mut top.runs, mark, |run| {
            for c in text.chars() {
                match c {
                    ' ' | '\n' | '\r' | '\t' => {
                        if !spaced {
                            run.push(' ');
                        }
                        spaced = true;
                    }
                    c if c.is_control() => {}
                    c => {
                        run.push(c);
                        spaced = false;
                    }
                }
            }
        });
    }

    /// All blocks.
    pub(crate) fn finish(mut self) -> Vec<Block> {
        while self.frames.len() > 1 {
            self.end_frame();
        }
        self.end_words();
        self.frames.pop().map(|root| root.blocks).unwrap_or_default()
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new("", Shape::Root));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn push_line_end(&mut self) {
        push(&mut self.top().runs, RunMark::Plain, |run| run.push('\n'));
    }

    fn end_words(&mut self) {
        let top = self.top();
        if !matches!(top.shape, Shape::Heading | Shape::Preformatted | Shape::Caption) {
            top.flush();
        }
    }

    /// HTML leaves many ends out: a new row ends the row before it.
    fn end_what_cannot_hold(&mut self, next: Shape) {
        if matches!(self.top().shape, Shape::Paragraph | Shape::Heading) {
            self.end_frame();
        }
        type Is = fn(&Shape) -> bool;
        let (ends, within): (Is, Is) = match next {
            Shape::Item => (|shape| *shape == Shape::Item, |shape| matches!(shape, Shape::List { .. })),
            Shape::Row => (|shape| *shape == Shape::Row, |shape| *shape == Shape::Table),
            Shape::Cell { .. } => (|shape| matches!(shape, Shape::Cell { .. }), |shape| *shape == Shape::Row),
            _ => return,
        };
        let inside = self.frames.iter().rposition(|frame| within(&frame.shape)).map_or(0, |at| at + 1);
        if let Some(at) = self.frames.iter().skip(inside).position(|frame| ends(&frame.shape)) {
            while self.frames.len() > inside + at {
                self.end_frame();
            }
        }
    }

    /// Gives the innermost block to the one around it.
    fn end_frame(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(mut frame) = self.frames.pop() else { return };
        if !matches!(frame.shape, Shape::Heading | Shape::Preformatted | Shape::Caption) {
            frame.flush();
        }
        let Frame { shape, mut blocks, runs, items, caption, rows, cells, .. } = frame;
        let parent = self.top();
        match shape {
            Shape::Item if matches!(parent.shape, Shape::List { .. }) => return parent.items.push(blocks),
            Shape::Cell { heading, columns, rows } if parent.shape == Shape::Row => {
                return parent.cells.push(TableCell { heading, columns, rows, blocks });
            }
            Shape::Row if parent.shape == Shape::Table => {
                parent.blocks.extend(blocks);
                if !cells.is_empty() {
                    parent.rows.push(TableRow { cells });
                }
                return;
            }
            Shape::Caption if parent.shape == Shape::Table => {
                let text = super::words(&tidy(runs));
                return parent.caption = Some(text).filter(|text| !text.is_empty());
            }
            Shape::Heading | Shape::Caption => {
                let runs = tidy(runs);
                if !runs.is_empty() {
                    blocks.push(Block::Heading { runs });
                }
            }
            Shape::Preformatted => {
                let text = super::words(&runs);
                if !text.trim().is_empty() {
                    blocks.push(Block::Preformatted { text });
                }
            }
            Shape::List { ordered } => {
                let items: Vec<_> = items.into_iter().filter(|item| !item.is_empty()).collect();
                if !items.is_empty() {
                    blocks.push(Block::List { ordered, items });
                }
            }
            Shape::Table if !rows.is_empty() => blocks.push(Block::Table { caption, rows }),
            Shape::Row => blocks.extend(cells.into_iter().flat_map(|cell| cell.blocks)),
            _ => {}
        }
        parent.flush();
        parent.blocks.extend(blocks);
    }
}

fn mark(name: &str, attribute: &dyn Fn(&str) -> Option<String>) -> Option<RunMark> {
    Some(match name {
        "b" | "strong" => RunMark::Strong,
        "i" | "em" | "u" | "cite" => RunMark::Emphasis,
        "sub" => RunMark::Subscript,
        "sup" => RunMark::Superscript,
        "del" | "s" | "strike" => RunMark::Deleted,
        "content" => match attribute("styleCode").unwrap_or_default().to_ascii_lowercase() {
            style if attribute("revised").as_deref() == Some("delete") || style.contains("strike") => RunMark::Deleted,
            style if style.contains("bold") => RunMark::Strong,
            style if style.contains("ital") || style.contains("underline") => RunMark::Emphasis,
            _ => RunMark::Plain,
        },
        _ => return None,
    })
}

fn push(runs: &mut Vec<Run>, mark: RunMark, write: impl FnOnce(&mut String)) {
    if runs.last().is_none_or(|run| run.mark != mark) {
        runs.push(Run { text: String::new(), mark });
    }
    if let Some(run) = runs.last_mut() {
        write(&mut run.text);
    }
}

/// Without spaces at the ends and without empty runs.
fn tidy(mut runs: Vec<Run>) -> Vec<Run> {
    let is_gap = |run: &Run| run.text.trim_matches([' ', '\n']).is_empty();
    let Some(first) = runs.iter().position(|run| !is_gap(run)) else { return Vec::new() };
    runs.truncate(runs.iter().rposition(|run| !is_gap(run)).map_or(0, |last| last + 1));
    runs.drain(..first);
    if let Some(first) = runs.first_mut() {
        first.text = first.text.trim_start_matches([' ', '\n']).to_owned();
    }
    if let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end_matches([' ', '\n']).len());
    }
    runs.retain(|run| !run.text.is_empty());
    runs
}

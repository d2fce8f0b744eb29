//! Written text as a small tree: no markup crosses to the window, so nothing in it can act.

use serde::Serialize;
use ts_rs::TS;

/// A block of written text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
#[ts(export)]
pub enum Block {
    /// A heading inside a section.
    Heading {
        /// Its words.
        runs: Vec<Run>,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        runs: Vec<Run>,
    },
    /// A list.
    List {
        /// Numbered.
        ordered: bool,
        /// Each item's blocks.
        items: Vec<Vec<Block>>,
    },
    /// A table.
    Table {
        /// Its caption.
        caption: Option<String>,
        /// From top to bottom.
        rows: Vec<TableRow>,
    },
    /// Text whose spaces and line ends matter.
    Preformatted {
        /// The text.
        text: String,
    },
}

/// Words in one style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Run {
    /// The words; `\n` is a line break.
    pub text: String,
    /// Their style.
    pub mark: RunMark,
}

/// The style of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RunMark {
    /// No style.
    #[default]
    Plain,
    /// Bold.
    Strong,
    /// Italic or underlined.
    Emphasis,
    /// Below the line.
    Subscript,
    /// Above the line.
    Superscript,
    /// Crossed out.
    Deleted,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TableRow {
    /// From left to right.
    pub cells: Vec<TableCell>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TableCell {
    /// It names its column or row.
    pub heading: bool,
    /// Columns it covers.
    pub columns: u32,
    /// Rows it covers.
    pub rows: u32,
    /// What it holds.
    pub blocks: Vec<Block>,
}

impl Block {
    /// A paragraph of plain words.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { runs: vec![Run { text: text.into(), mark: RunMark::Plain }] }
    }
}

//! Puts headings, paragraphs and tables on A4 pages, as a PDF/A file that any printer and any archive takes.
//!
//! It knows nothing of health records: who calls it says what stands where. The fonts are in the file, so it looks the
//! same everywhere.
//!
//! ```
//! use carekey_paper::{Block, Column, Sheet};
//!
//! let sheet = Sheet {
//!     language: "en".into(),
//!     title: "Health summary".into(),
//!     lead: vec!["Maria Keller, born 3 May 1955".into()],
//!     blocks: vec![
//!         Block::Heading("Allergies".into()),
//!         Block::Table {
//!             columns: vec![Column::text("What", 2.0), Column::text("Since", 1.0)],
//!             rows: vec![vec!["Penicillin".into(), "2011".into()]],
//!         },
//!     ],
//!     foot: "Made with CareKey".into(),
//!     page_of: "Page {n} of {all}".into(),
//!     made: (2026, 11, 21),
//! };
//! assert!(carekey_paper::pdf(&sheet)?.starts_with(b"%PDF-"));
//! # Ok::<(), carekey_paper::PaperError>(())
//! ```

mod draw;
mod fonts;
mod layout;

pub use draw::PaperError;

/// What goes on paper.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// BCP 47, for whoever reads it aloud.
    pub language: String,
    /// Heading of the first page.
    pub title: String,
    /// Lines below it.
    pub lead: Vec<String>,
    /// Everything else, in order.
    pub blocks: Vec<Block>,
    /// At the bottom of every page.
    pub foot: String,
    /// `Page {n} of {all}` in the sheet's language.
    pub page_of: String,
    /// Year, month and day on which it was made; archives want to know.
    pub made: (u16, u8, u8),
}

/// A part of a sheet.
#[derive(Clone, Debug)]
pub enum Block {
    /// Heading of a section; never alone at the bottom of a page.
    Heading(String),
    /// A paragraph. Line breaks in it are kept.
    Text(String),
    /// A paragraph in small grey letters.
    Remark(String),
    /// Rows under column titles, which stand again on the next page.
    Table {
        /// From left to right.
        columns: Vec<Column>,
        /// A cell for each column; missing ones are empty.
        rows: Vec<Vec<String>>,
    },
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its part of the width, relative to the other columns.
    pub share: f32,
    /// Numbers stand at the right edge.
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    pub fn text(title: impl Into<String>, share: f32) -> Self {
        Self { title: title.into(), share, numeric: false }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>, share: f32) -> Self {
        Self { numeric: true, ..Self::text(title, share) }
    }
}

/// Lays the sheet out and writes it.
///
/// # Errors
/// [`PaperError`], if the file cannot be made; text the fonts have no signs for is no error, it is printed as boxes.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, PaperError> {
    draw::pdf(sheet, &layout::pages(sheet))
}

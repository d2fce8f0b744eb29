//! From laid-out pages to a PDF/A file.

use krilla::color::{luma, rgb};
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};

use crate::layout::{Mark, PAGE, Page};
use crate::{Sheet, fonts};

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// A font that is built in cannot be read.
    #[error("a built-in font is broken")]
    Font,
    /// The file could not be written.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
}

pub(crate) fn pdf(sheet: &Sheet, pages: &[Page]) -> Result<Vec<u8>, PaperError> {
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
    let configuration = configuration.map_err(|error| PaperError::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(sheet));
    let font = |bold| Font::new(fonts::file(bold).to_vec().into(), 0).ok_or(PaperError::Font);
    let (regular, bold) = (font(false)?, font(true)?);
    let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PaperError::Pdf("the page has no size".into()))?;
    for marks in pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for mark in marks {
            match mark {
                Mark::Text { x, y, text, style } => {
                    let font = if style.bold { &bold } else { &regular };
                    surface.set_fill(Some(ink(style.grey)));
                    let text = printable(text);
                    surface.draw_text(
                        Point::from_xy(*x, *y),
                        font.clone(),
                        style.size,
                        &text,
                        false,
                        TextDirection::Auto,
                    );
                }
                Mark::Rule { x, y, width } => {
                    let mut path = PathBuilder::new();
                    if let Some(line) = Rect::from_xywh(*x, *y, *width, 0.6) {
                        path.push_rect(line);
                    }
                    surface.set_fill(Some(Fill { paint: luma::Color::new(170).into(), ..Fill::default() }));
                    if let Some(path) = path.finish() {
                        surface.draw_path(&path);
                    }
                }
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PaperError::Pdf(format!("{error:?}")))
}

fn ink(grey: bool) -> Fill {
    let level = if grey { 90 } else { 20 };
    Fill { paint: rgb::Color::new(level, level, level).into(), ..Fill::default() }
}

/// An archive refuses signs that the fonts do not have; a box says that one is missing.
fn printable(text: &str) -> String {
    text.chars().map(|c| if fonts::has(c) { c } else { '□' }).collect()
}

fn metadata(sheet: &Sheet) -> Metadata {
    let (year, month, day) = sheet.made;
    Metadata::new()
        .title(sheet.title.clone())
        .language(sheet.language.clone())
        .creator("CareKey".into())
        .creation_date(DateTime::new(year).month(month).day(day))
}

#[cfg(test)]
mod tests {
    use crate::{Block, Column, Sheet, pdf};

    #[test]
    fn whatever_the_text_there_is_a_file() {
        let strange = "漢字 \u{0} \u{202e} 🫀 नमस्ते\tTab";
        let sheet = Sheet {
            title: strange.into(),
            blocks: vec![
                Block::Heading(strange.into()),
                Block::Table { columns: vec![Column::text(strange, 1.0)], rows: vec![vec![strange.into()], vec![]] },
                Block::Table { columns: vec![], rows: vec![vec!["no column".into()]] },
            ],
            language: "de".into(),
            made: (2026, 11, 21),
            lead: vec![],
            foot: strange.into(),
            page_of: String::new(),
        };
        let file = pdf(&sheet).expect("a PDF");
        assert!(file.starts_with(b"%PDF-"));
    }
}

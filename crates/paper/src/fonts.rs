//! The two fonts (Liberation Sans, SIL Open Font License) and how wide their letters are.

use std::sync::LazyLock;

use ttf_parser::Face;

/// The files, as they go into the PDF.
pub(crate) const REGULAR: &[u8] = include_bytes!("../fonts/LiberationSans-Regular.ttf");
pub(crate) const BOLD: &[u8] = include_bytes!("../fonts/LiberationSans-Bold.ttf");

/// The file of a weight.
pub(crate) fn file(bold: bool) -> &'static [u8] {
    if bold { BOLD } else { REGULAR }
}

static FACES: LazyLock<[Option<Face<'static>>; 2]> =
    LazyLock::new(|| [Face::parse(REGULAR, 0).ok(), Face::parse(BOLD, 0).ok()]);

/// Width of a text in points. Kerning is left out, so it is an upper bound, never less than what is drawn.
pub(crate) fn width(text: &str, size: f32, bold: bool) -> f32 {
    let Some(face) = &FACES[usize::from(bold)] else { return 0.0 };
    let units: u32 = text.chars().map(|c| u32::from(advance(face, c))).sum();
    units as f32 * size / f32::from(face.units_per_em())
}

/// Whether the fonts have a sign for a character.
pub(crate) fn has(c: char) -> bool {
    FACES.iter().flatten().all(|face| face.glyph_index(c).is_some())
}

fn advance(face: &Face<'_>, c: char) -> u16 {
    let glyph = face.glyph_index(c).unwrap_or_default();
    face.glyph_hor_advance(glyph).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_there_and_know_the_letters_of_european_names() {
        for face in FACES.iter() {
            let face = face.as_ref().expect("a font that is built in");
            for c in "Kühn Łukasz Škoda Çelik Ólafur Ένα Иван µ ≥ – “”".chars() {
                assert!(face.glyph_index(c).is_some(), "{c}");
            }
        }
    }

    #[test]
    fn longer_and_bolder_is_wider() {
        assert!(width("mmm", 10.0, false) > width("mm", 10.0, false));
        assert!(width("mmm", 10.0, true) > width("mmm", 10.0, false));
    }
}

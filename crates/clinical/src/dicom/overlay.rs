//! Drawings over a picture (PS3.3 C.9.2): one bit a pixel in the groups 6000 to 601E.

use super::dataset::Dataset;
use super::pixels::Layout;
use crate::limits::FRAME_PIXELS_MAX;
use crate::source::Source;

const ROWS: u16 = 0x0010;
const COLUMNS: u16 = 0x0011;
const FRAMES: u16 = 0x0015;
const ORIGIN: u16 = 0x0050;
const FIRST_FRAME: u16 = 0x0051;
const DATA: u16 = 0x3000;

/// A byte for each pixel of the frame, not zero where anything is drawn; empty if nothing is.
pub(super) fn of_frame(dataset: &Dataset, source: &mut dyn Source, layout: &Layout, number: u32) -> Vec<u8> {
    let mut drawn = Vec::new();
    for group in (0x6000..=0x601E).step_by(2) {
        // A broken overlay is left out; the picture is what matters.
        let _ = add(dataset, source, layout, number, group, &mut drawn);
    }
    drawn
}

fn add(
    dataset: &Dataset,
    source: &mut dyn Source,
    layout: &Layout,
    number: u32,
    group: u16,
    drawn: &mut Vec<u8>,
) -> Option<()> {
    let (rows, columns) = (u64::from(dataset.short((group, ROWS))?), u64::from(dataset.short((group, COLUMNS))?));
    let pixels = rows * columns;
    if pixels == 0 || pixels > u64::from(FRAME_PIXELS_MAX) {
        return None;
    }
    let frames = dataset.decimal((group, FRAMES)).map_or(1, |count| (count as u32).max(1));
    let first = dataset.short((group, FIRST_FRAME)).map_or(1, u32::from).max(1) - 1;
    let plane = if frames == 1 { 0 } else { number.checked_sub(first).filter(|plane| *plane < frames)? };
    let origin = dataset.shorts((group, ORIGIN)).unwrap_or_default();
    let origin = |at: usize| origin.get(at).map_or(0, |value| i64::from(value.cast_signed()) - 1);
    let data = dataset.fetch(source, (group, DATA), (pixels * u64::from(frames)).div_ceil(8) + 1)?;
    let start = pixels * u64::from(plane);
    for pixel in 0..pixels {
        let bit = start + pixel;
        let Some(byte) = data.get((bit / 8) as usize) else { break };
        if byte >> (bit % 8) & 1 == 0 {
            continue;
        }
        let (row, column) = ((pixel / columns) as i64 + origin(0), (pixel % columns) as i64 + origin(1));
        if (0..i64::from(layout.rows)).contains(&row) && (0..i64::from(layout.columns)).contains(&column) {
            if drawn.is_empty() {
                drawn.resize(layout.pixels(), 0);
            }
            drawn[row as usize * usize::from(layout.columns) + column as usize] = 1;
        }
    }
    Some(())
}

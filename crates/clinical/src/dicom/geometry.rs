//! Sizes and directions: what a pixel measures, which side is left, how fast a film runs.

use serde::Serialize;
use ts_rs::TS;

use super::dataset::{Dataset, Tag};
use super::functional::Functional;

const PIXEL_SPACING: Tag = (0x0028, 0x0030);
const IMAGER_SPACING: Tag = (0x0018, 0x1164);
const SCANNED_SPACING: Tag = (0x0018, 0x2010);
const ASPECT: Tag = (0x0028, 0x0034);
const REGIONS: Tag = (0x0018, 0x6011);
const REGION_UNITS: [Tag; 2] = [(0x0018, 0x6024), (0x0018, 0x6026)];
const REGION_DELTAS: [Tag; 2] = [(0x0018, 0x602C), (0x0018, 0x602E)];
const REGION_BOUNDS: [Tag; 4] = [(0x0018, 0x6018), (0x0018, 0x601A), (0x0018, 0x601C), (0x0018, 0x601E)];
const ORIENTATION: Tag = (0x0020, 0x0037);
const PATIENT_ORIENTATION: Tag = (0x0020, 0x0020);
const FRAME_TIME: Tag = (0x0018, 0x1063);
const FRAME_TIMES: Tag = (0x0018, 0x1065);
const CINE_RATE: Tag = (0x0018, 0x0040);
const DISPLAY_RATE: Tag = (0x0008, 0x2144);

/// Where the size of a pixel comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SpacingSource {
    /// In the patient.
    Patient,
    /// At the detector: bodies in front of it are magnified.
    Detector,
}

/// What a pixel measures, in millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "DicomSpacing")]
pub struct Spacing {
    /// From column to column.
    pub x: f64,
    /// From row to row.
    pub y: f64,
    /// Where it was measured.
    pub source: SpacingSource,
}

/// A part of an ultrasound picture with a scale of its own, in millimetres a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "DicomRegion")]
pub struct Region {
    /// Left, top, right and bottom edge in pixels.
    pub bounds: [u32; 4],
    /// From column to column.
    pub x: f64,
    /// From row to row.
    pub y: f64,
}

/// What lies at the edges, in the standard's letters: left, top, right, bottom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "DicomEdges")]
pub struct Edges {
    /// Such as `R` for the patient's right.
    pub left: String,
    /// Such as `A` for the front.
    pub top: String,
    /// Such as `L`.
    pub right: String,
    /// Such as `P`.
    pub bottom: String,
}

pub(super) fn spacing(dataset: &Dataset) -> Option<Spacing> {
    let functional = Functional::of(dataset, 0);
    let pair = |tag| match functional.decimals(tag)[..] {
        [y, x, ..] if x > 0.0 && y > 0.0 => Some((x, y)),
        _ => None,
    };
    let patient = pair(PIXEL_SPACING).map(|(x, y)| Spacing { x, y, source: SpacingSource::Patient });
    let at_detector = || pair(IMAGER_SPACING).or_else(|| pair(SCANNED_SPACING));
    patient.or_else(|| at_detector().map(|(x, y)| Spacing { x, y, source: SpacingSource::Detector }))
}

/// Height of a pixel over its width, where the file says so without giving sizes.
pub(super) fn aspect(dataset: &Dataset) -> f64 {
    match (spacing(dataset), &dataset.decimals(ASPECT)[..]) {
        (Some(spacing), _) => spacing.y / spacing.x,
        (None, [down, across, ..]) if *down > 0.0 && *across > 0.0 => down / across,
        _ => 1.0,
    }
}

/// PS3.3 C.8.5.5: regions whose axes are both in centimetres.
pub(super) fn regions(dataset: &Dataset) -> Vec<Region> {
    let region = |item: &Dataset| {
        let centimetres = REGION_UNITS.iter().all(|tag| item.short(*tag) == Some(3));
        let bounds = REGION_BOUNDS.map(|tag| item.long(tag));
        let deltas = REGION_DELTAS.map(|tag| item.double(tag).map(|delta| delta.abs() * 10.0).filter(|mm| *mm > 0.0));
        match (centimetres, bounds, deltas) {
            (true, [Some(left), Some(top), Some(right), Some(bottom)], [Some(x), Some(y)]) => {
                Some(Region { bounds: [left, top, right, bottom], x, y })
            }
            _ => None,
        }
    };
    dataset.items(REGIONS).iter().filter_map(region).take(64).collect()
}

pub(super) fn edges(dataset: &Dataset) -> Option<Edges> {
    let (row, column) = match Functional::of(dataset, 0).decimals(ORIENTATION)[..] {
        [a, b, c, d, e, f] => (letters([a, b, c]), letters([d, e, f])),
        _ => {
            let written = dataset.text(PATIENT_ORIENTATION)?;
            let (row, column) = written.split_once('\\')?;
            (row.trim().to_owned(), column.trim().to_owned())
        }
    };
    let known =
        |side: &str| !side.is_empty() && side.len() <= 3 && side.chars().all(|letter| "LRAPHF".contains(letter));
    (known(&row) && known(&column)).then(|| Edges {
        left: opposite(&row),
        top: opposite(&column),
        right: row,
        bottom: column,
    })
}

/// The standard's letters for a direction in the patient, the strongest first; slight tilts are left out.
fn letters(direction: [f64; 3]) -> String {
    let names = [("L", "R"), ("P", "A"), ("H", "F")];
    let mut parts: Vec<(f64, &str)> = direction
        .into_iter()
        .zip(names)
        .map(|(part, (plus, minus))| (part.abs(), if part > 0.0 { plus } else { minus }))
        .filter(|(size, _)| *size > 0.1)
        .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.into_iter().map(|(_, letter)| letter).collect()
}

fn opposite(side: &str) -> String {
    let other = |letter| match letter {
        'L' => 'R',
        'R' => 'L',
        'A' => 'P',
        'P' => 'A',
        'H' => 'F',
        _ => 'H',
    };
    side.chars().map(other).collect()
}

/// Frames a second, as the file says.
pub(super) fn rate(dataset: &Dataset) -> Option<f64> {
    let times = dataset.decimals(FRAME_TIMES);
    let average = (times.len() > 1).then(|| times.iter().sum::<f64>() / (times.len() - 1) as f64);
    let rate = dataset
        .decimal(DISPLAY_RATE)
        .or_else(|| dataset.decimal(CINE_RATE))
        .or_else(|| dataset.decimal(FRAME_TIME).or(average).filter(|time| *time > 0.0).map(|time| 1000.0 / time));
    rate.filter(|rate| (0.1..=240.0).contains(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_have_the_letters_of_the_standard() {
        assert_eq!(letters([1.0, 0.0, 0.0]), "L");
        assert_eq!(letters([0.0, -0.9, 0.4]), "AH", "the strongest part comes first");
        assert_eq!(letters([0.02, 0.0, -1.0]), "F", "a slight tilt is not named");
        assert_eq!(opposite("PH"), "AF");
    }
}

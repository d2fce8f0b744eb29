//! Two ECG strips: atrial fibrillation in November 2023 and sinus rhythm in March 2026.
//!
//! The curve is a sum of bell shapes for P, Q, R, S and T, at 25 mm/s and 10 mm/mV on the usual pink paper.

use std::collections::BTreeMap;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};

use super::SampleDocument;
use super::chance::Chance;
use super::dates::{Moment, at};
use super::lettering;

/// Pixels of a millimetre of paper.
const MM: u32 = 5;
const WIDTH_MM: u32 = 260;
const STRIP_MM: u32 = 35;
const HEADER_MM: u32 = 15;
const SECONDS: f64 = 9.6;
const SAMPLES_EACH_SECOND: f64 = 250.0;

const PAPER: Rgb<u8> = Rgb([255, 246, 244]);
const THIN: Rgb<u8> = Rgb([250, 218, 214]);
const THICK: Rgb<u8> = Rgb([239, 168, 162]);
const INK: [f64; 3] = [24.0, 24.0, 40.0];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rhythm {
    Sinus,
    Fibrillation,
}

/// Height in mV and width in seconds of each wave, and its distance from R.
struct Lead {
    name: &'static str,
    waves: [(f64, f64, f64); 5],
}

const LEADS: [Lead; 3] = [
    Lead {
        name: "I",
        waves: [
            (0.08, 0.024, -0.165),
            (-0.05, 0.009, -0.030),
            (0.75, 0.012, 0.0),
            (-0.12, 0.011, 0.030),
            (0.20, 0.052, 0.270),
        ],
    },
    Lead {
        name: "II",
        waves: [
            (0.14, 0.025, -0.165),
            (-0.08, 0.009, -0.030),
            (1.15, 0.012, 0.0),
            (-0.20, 0.012, 0.032),
            (0.30, 0.054, 0.270),
        ],
    },
    Lead {
        name: "V2",
        waves: [
            (0.07, 0.024, -0.165),
            (0.0, 0.009, -0.030),
            (0.40, 0.011, -0.008),
            (-1.15, 0.016, 0.026),
            (0.50, 0.056, 0.260),
        ],
    },
];

pub(super) fn documents(chance: &mut Chance) -> Vec<SampleDocument> {
    vec![
        strip("ECG at admission", at(2023, 11, 14, 11, 25), Rhythm::Fibrillation, chance),
        strip("ECG at the cardiology visit", at(2026, 3, 4, 13, 50), Rhythm::Sinus, chance),
    ]
}

fn strip(title: &str, when: Moment, rhythm: Rhythm, chance: &mut Chance) -> SampleDocument {
    let mut picture = paper();
    let ink = Rgb(INK.map(|value| value as u8));
    let who =
        format!("MARIA KELLER  14.03.1955     {} {:02}:{:02}", when.words().to_uppercase(), when.hour, when.minute);
    lettering::write(&mut picture, 6 * MM, 3 * MM, 2, ink, &who);
    let beats = beats(rhythm, chance);
    let rate = (beats.len() as f64 - 1.0) * 60.0 / (beats[beats.len() - 1] - beats[0]);
    let scale = format!("NORTH GENERAL     25 MM/S  10 MM/MV     RATE {rate:.0}/MIN");
    lettering::write(&mut picture, 6 * MM, 7 * MM, 2, ink, &scale);
    for (row, lead) in (0_u32..).zip(&LEADS) {
        let baseline = f64::from((HEADER_MM + row * STRIP_MM + 22) * MM);
        lettering::write(&mut picture, 6 * MM, (HEADER_MM + row * STRIP_MM + 4) * MM, 3, ink, lead.name);
        draw(&mut picture, &curve(lead, rhythm, &beats, chance), baseline);
    }
    let mut png = Vec::new();
    // The grid repeats itself, which unfiltered rows show best. Writing into memory fails only for impossible sizes.
    let written = PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::NoFilter).write_image(
        picture.as_raw(),
        picture.width(),
        picture.height(),
        ExtendedColorType::Rgb8,
    );
    debug_assert!(written.is_ok());
    SampleDocument {
        title: title.to_owned(),
        author: "amir",
        patient: "maria",
        hospital: "north",
        date_unix_ms: when.unix_ms(),
        collection: "heart",
        media_type: "image/png",
        file_name: format!("ecg-{}.png", when.day_iso()),
        bytes: png,
    }
}

fn paper() -> RgbImage {
    RgbImage::from_fn(WIDTH_MM * MM, (HEADER_MM + 3 * STRIP_MM + 6) * MM, |x, y| {
        match (x % (5 * MM) == 0 || y % (5 * MM) == 0, x % MM == 0 || y % MM == 0) {
            (true, _) => THICK,
            (false, true) => THIN,
            _ => PAPER,
        }
    })
}

/// Times of the R waves in seconds, beginning before the strip and ending after it.
fn beats(rhythm: Rhythm, chance: &mut Chance) -> Vec<f64> {
    let mut beats = vec![-0.4];
    let mut last = -0.4;
    while last < SECONDS + 0.5 {
        last += match rhythm {
            Rhythm::Sinus => chance.around(0.91, 0.012),
            Rhythm::Fibrillation => chance.between(0.36, 0.70),
        };
        beats.push(last);
    }
    beats
}

/// Millivolts, [`SAMPLES_EACH_SECOND`].
fn curve(lead: &Lead, rhythm: Rhythm, beats: &[f64], chance: &mut Chance) -> Vec<f64> {
    let wander = chance.between(0.0, 6.0);
    let ripples: Vec<(f64, f64, f64)> =
        (0..4).map(|_| (chance.between(4.5, 8.5), chance.between(0.012, 0.026), chance.between(0.0, 6.3))).collect();
    let count = (SECONDS * SAMPLES_EACH_SECOND) as usize;
    let samples = (0..count).map(|sample| {
        let t = sample as f64 / SAMPLES_EACH_SECOND;
        let mut mv = 0.03 * (0.9 * t + wander).sin() + chance.around(0.0, 0.006);
        for (position, beat) in beats.iter().enumerate().filter(|(_, beat)| (t - **beat).abs() < 0.7) {
            // A fast beat shortens its own repolarisation.
            let rr = beats.get(position + 1).map_or(0.8, |next| next - beat);
            for (wave, (height, width, offset)) in lead.waves.iter().enumerate() {
                let is_p = wave == 0;
                if is_p && rhythm == Rhythm::Fibrillation {
                    continue;
                }
                let offset = if wave == 4 { offset * (rr / 0.9).sqrt().clamp(0.72, 1.1) } else { *offset };
                let distance = (t - beat - offset) / width;
                if distance.abs() < 6.0 {
                    mv += height * (-0.5 * distance * distance).exp();
                }
            }
        }
        if rhythm == Rhythm::Fibrillation {
            mv += ripples
                .iter()
                .map(|(hertz, height, phase)| height * (hertz * std::f64::consts::TAU * t + phase).sin())
                .sum::<f64>();
        }
        mv
    });
    samples.collect()
}

/// Draws the curve as a line about two pixels wide with soft edges.
fn draw(picture: &mut RgbImage, curve: &[f64], baseline: f64) {
    let left = f64::from(10 * MM);
    let mm = f64::from(MM);
    let points: Vec<(f64, f64)> = curve
        .iter()
        .enumerate()
        .map(|(sample, mv)| (left + sample as f64 / SAMPLES_EACH_SECOND * 25.0 * mm, baseline - mv * 10.0 * mm))
        .collect();
    let (width, height) = picture.dimensions();
    let mut covered: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let (top, bottom) = (y0.min(y1) - 2.0, y0.max(y1) + 2.0);
        for y in top.max(0.0) as u32..=(bottom.max(0.0) as u32).min(height - 1) {
            for x in (x0 - 2.0) as u32..=((x1 + 2.0) as u32).min(width - 1) {
                let cover = (1.5 - to_segment(f64::from(x), f64::from(y), (x0, y0), (x1, y1))).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let cell = covered.entry((x, y)).or_default();
                    *cell = cell.max(cover);
                }
            }
        }
    }
    for ((x, y), cover) in covered {
        for (channel, ink) in picture.get_pixel_mut(x, y).0.iter_mut().zip(INK) {
            *channel = (f64::from(*channel) * (1.0 - cover) + ink * cover).round() as u8;
        }
    }
}

fn to_segment(x: f64, y: f64, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    let (dx, dy) = (x1 - x0, y1 - y0);
    let along = (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - x0 - along * dx).hypot(y - y0 - along * dy)
}
